/*
 * The adaptive rule: Page's cumulative sum on the growth of the code.
 *
 * Let C(n) be the bits of the exact LZ77 code after n tokens, x = C(n) -
 * C(n-1) what the last token brought, and r = C(n) / n what a token of this
 * text has brought on average: its own rate. Then
 *
 *	S(0) = 0,   S(n) = max(0, S(n-1) + 1 - x / (share r))
 *
 * and the rule fires when S reaches `evidence` tokens. A copied token brings
 * no bits and adds 1; a token at the text's own rate takes 1/share - 1 away.
 * So S is "tokens of copying, less what new there was between": a slip, a
 * counter, a changed digit in a loop costs its worth and no more, where a
 * window either sees it or not; and a terse text, which brings little at its
 * best, is held to its own measure instead of to a number of bytes. The unit
 * of C cancels: bytes and token ids give the same rule.
 */
#include "measure/rule.h"

#include "base/buf.h"

enum { EVIDENCE = 300 }; /* tokens */

static const double share = 0.15;

struct adaptive {
	struct rule_verdict verdict; /* first, as rule_kept() asks */
	double evidence; /* to fire */
	double bits; /* C(n) */
	double rate; /* r */
	double sum;  /* S(n) */
	uint32_t n;
};

static void *create(const struct rule_opts *opts)
{
	struct adaptive *a = mem_zalloc(sizeof(*a));

	a->evidence = rule_scaled(opts, EVIDENCE);
	a->verdict = rule_unfired;
	return a;
}

static void destroy(void *state)
{
	mem_free(state);
}

static ALWAYS_INLINE void push_bits(struct adaptive *a, double code_bits)
{
	double gain = code_bits - a->bits, sum;

	a->bits = code_bits;
	a->n++;
	a->rate = a->bits / a->n;
	if (!(a->rate > 0))
		return; /* tokens without bytes, so far */
	sum = a->sum + 1 - gain / (share * a->rate);
	a->sum = MAX(sum, 0);
	if (a->sum >= a->evidence && a->verdict.at_token == RULE_NEVER)
		a->verdict.at_token = a->n;
}

static uint32_t push_all(void *state, const struct rule_token *tokens,
			 uint32_t n, double bits)
{
	struct adaptive *a = state, own = *a;
	bool fired = own.verdict.at_token != RULE_NEVER;
	uint32_t i = 0;

	while (i < n && (fired || own.verdict.at_token == RULE_NEVER))
		push_bits(&own, tokens[i++].code_bits - bits);
	*a = own;
	return i;
}

RULE_PUSH_ONE(push_all)

/* The rate is the text's, as it was. */
static void rearm(void *state)
{
	struct adaptive *a = state;

	a->sum = 0;
	a->verdict = rule_unfired;
}

static double score(const void *state)
{
	const struct adaptive *a = state;

	return MIN(a->sum / a->evidence, 1);
}

const struct rule rule_adaptive = {
	.name = "adaptive",
	.about = "300 tokens' worth of copying: the code grows less "
		 "than 0.15 of this text's own rate",
	.shown = true,
	.create = create,
	.destroy = destroy,
	.push = push,
	.push_all = push_all,
	.verdict = rule_kept,
	.rearm = rearm,
	.score = score,
	.copying_tokens = EVIDENCE,
};
