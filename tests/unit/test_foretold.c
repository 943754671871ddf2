/*
 * foretold.c beside its definition, token by token, over bytes and over ids;
 * and beside what a decoder's drafts would have come to, where they have all
 * that they need.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "measure/draft.h"
#include "trace/foretold.h"

enum { N = 600 };

static struct run *run_of(const uint32_t *ids, uint32_t n, bool bytes)
{
	static const char *const words[] = { "a", "the", " cat", "s", "\n",
					     " th", "", "\xc3", "e mat", "." };
	struct meter_opts o = meter_opts_default;
	struct run *run;

	o.symbols = bytes ? METER_BYTES : METER_TOKENS;
	run = run_new(&o);
	for (uint32_t i = 0; i < n; i++) {
		const char *text = words[ids[i] % ARRAY_LEN(words)];
		struct token t = { .text = text, .len = strlen(text),
				   .id = ids[i], .logprob = NAN,
				   .time_s = NAN, .channel = CHANNEL_ANSWER };

		run_token(run, &t);
	}
	run_end(run);
	while (!run_measure(run, 1000))
		;
	return run;
}

/* Whole tokens of phrase i, each looked for among all. */
static uint32_t obvious(const struct run *run)
{
	const struct lz77 *z = meter_lz77(run->meter);
	bool bytes = run_symbols(run) == METER_BYTES;
	uint32_t saved = 0;

	for (uint32_t i = 0; i < lz77_n_phrases(z); i++) {
		struct lz77_phrase p = lz77_phrase(z, i);
		uint32_t passes = 0, n = 0;

		for (uint32_t t = 0; t < run->trace.n_tokens; t++) {
			uint32_t from = bytes ? (uint32_t)trace_start(
							&run->trace, t) : t;
			uint32_t to = bytes ? run->trace.end[t] : t + 1;

			/* one without text is the former phrase's */
			if (from < p.start || to > p.start + p.len ||
			    (from == to && from == p.start && i))
				continue;
			passes += n < 2 || (n - 2) % 8 == 0;
			n++;
		}
		saved += n - passes;
	}
	return saved;
}

static void is_the_definition(void **state)
{
	uint32_t ids[N];

	(void)state;
	srand(6);
	for (int round = 0; round < 120; round++) {
		uint32_t period = 1 + (uint32_t)rand() % 90;

		for (int bytes = 0; bytes < 2; bytes++) {
			struct run *run;
			uint32_t n = (uint32_t)rand() % N;

			for (uint32_t i = 0; i < n; i++)
				ids[i] = i < period || rand() % 15 == 0 ?
						 (uint32_t)rand() % 10 :
						 ids[i - period];
			run = run_of(ids, n, bytes);
			if (run->meter)
				assert_int_equal(foretold_saved(run),
						 obvious(run));
			else
				assert_int_equal(foretold_saved(run), 0);
			run_free(run);
		}
	}
}

/* Drafts of at most 7, as they were worth it: passes saved. */
static uint32_t drafted(const uint32_t *ids, uint32_t n)
{
	struct draft *d = draft_new();
	uint32_t guess[DRAFT_MAX], saved = 0;

	for (uint32_t t = 0; t < n;) {
		uint32_t k, i = 0;

		draft_push(d, ids[t++]);
		k = draft_worth(d, 7);
		if (k)
			draft_guess(d, guess, k);
		for (; i < k && t < n && ids[t] == guess[i]; i++, saved++)
			draft_push(d, ids[t++]);
	}
	draft_free(d);
	return saved;
}

static void is_what_drafts_come_to(void **state)
{
	uint32_t ids[N];

	(void)state;
	srand(8);
	for (uint32_t period = 10; period < 60; period += 10) {
		struct run *run;
		double a, b;

		for (uint32_t i = 0; i < N; i++)
			ids[i] = i < period ? (uint32_t)rand() :
					      ids[i - period];
		run = run_of(ids, N, false);
		a = foretold_saved(run);
		b = drafted(ids, N);
		if (fabs(a - b) > 0.12 * a)
			fail_msg("period %u: %g foretold, %g drafted", period,
				 a, b);
		run_free(run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_the_definition),
		cmocka_unit_test(is_what_drafts_come_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
