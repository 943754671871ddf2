/*
 * Any bytes, cut into tokens anywhere, into the rules that look at text and
 * ids: they end, fire once, at a token that was there, and what comes later
 * changes no verdict. A character that is cut among tokens is one character:
 * what the rules keep of the end does not depend on the cuts.
 */
#include "base/buf.h"
#include "fuzz.h"
#include "measure/rule.h"
#include "measure/tail.h"

enum { KEPT = 64 };

/* The text goes round until it is long enough to be a loop. */
static void drive(const struct rule *rule, const uint8_t *data, size_t size,
		  size_t rounds)
{
	const struct rule_opts opts = { .f = RULE_F_DEFAULT,
					.t = RULE_T_DEFAULT, .patience = 1 };
	void *state = rule->create(&opts);
	uint32_t n = 0, at = RULE_NEVER;

	for (size_t r = 0; r < rounds; r++)
		for (size_t i = 0; i < size; n++) {
			size_t len = MIN(data[i] % 7u, size - i);
			const struct rule_token token = {
				data[i] % 16, (const char *)data + i, len, 0
			};

			rule->push(state, &token);
			i += MAX(len, 1);
		}
	at = rule->verdict(state, n).at_token;
	MUST(at == RULE_NEVER || (at >= 1 && at <= n));
	for (int i = 0; i < 100; i++) {
		const struct rule_token token = { 99, "x", 1, 0 };

		rule->push(state, &token);
	}
	if (at != RULE_NEVER)
		MUST(rule->verdict(state, n + 100).at_token == at);
	rule->destroy(state);
}

static void check_tail(const char *text, size_t size)
{
	struct tail whole, cut;

	tail_init(&whole, KEPT);
	tail_init(&cut, KEPT);
	tail_push(&whole, text, size, NULL);
	for (size_t i = 0; i < size; i++)
		tail_push(&cut, text + i, 1, NULL);
	MUST(tail_len(&whole) == tail_len(&cut));
	for (size_t i = 1; i <= tail_len(&cut); i++)
		MUST(tail_end(&whole)[-(ptrdiff_t)i] ==
		     tail_end(&cut)[-(ptrdiff_t)i]);
	tail_release(&whole);
	tail_release(&cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t rounds = size ? 1 + 6000 / size : 0;

	for (size_t i = RULE_USUAL_ROWS; i < RULE_ROWS; i++)
		drive(rules[i], data, size, MIN(rounds, 400));
	check_tail((const char *)data, size);
	return 0;
}
