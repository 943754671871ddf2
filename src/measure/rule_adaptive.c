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
 *
 * S is capped, so that the way back is finite: information resumed if S falls
 * to 0 again after the stop, and it did so at the token after which S was
 * last at its highest. r is held from the stop on, as a loop would wear it
 * down without end.
 */
#include "measure/rule.h"

#include "base/buf.h"

static const double share = 0.15;
static const double evidence = 300; /* tokens */
static const double cap = 1200;     /* tokens */

struct adaptive {
	double evidence; /* to fire */
	double bits; /* C(n) */
	double rate; /* r */
	double sum;  /* S(n) */
	double top;  /* highest S since the stop */
	uint32_t n;
	uint32_t n_at_top;
	struct rule_verdict verdict;
};

static void *create(const struct rule_opts *opts)
{
	struct adaptive *a = mem_zalloc(sizeof(*a));

	a->evidence = rule_scaled(opts, evidence);
	a->verdict = rule_unfired;
	return a;
}

static void destroy(void *state)
{
	mem_free(state);
}

/* After the stop: did information come back? */
static void audit(struct adaptive *a)
{
	if (a->sum >= a->top) {
		a->top = a->sum;
		a->n_at_top = a->n;
	} else if (a->sum <= 0) {
		a->verdict.resumed_at = a->n_at_top;
	}
}

static void push(void *state, const struct rule_token *token)
{
	struct adaptive *a = state;
	double gain = token->code_bits - a->bits, sum;
	bool fired = a->verdict.at_token != RULE_NEVER;

	if (a->verdict.resumed_at != RULE_NEVER)
		return;
	a->bits = token->code_bits;
	a->n++;
	if (!fired)
		a->rate = a->bits / a->n;
	if (!(a->rate > 0))
		return; /* tokens without bytes, so far */
	sum = a->sum + 1 - gain / (share * a->rate);
	a->sum = MIN(MAX(sum, 0), MAX(cap, a->evidence));
	if (fired) {
		audit(a);
	} else if (a->sum >= a->evidence) {
		a->verdict.at_token = a->n;
		a->top = a->sum;
		a->n_at_top = a->n;
	}
}

static struct rule_verdict verdict(const void *state, uint32_t n_tokens)
{
	(void)n_tokens;
	return ((const struct adaptive *)state)->verdict;
}

const struct rule rule_adaptive = {
	.name = "adaptive",
	.about = "300 tokens' worth of copying: the code grows less "
		 "than 0.15 of this text's own rate",
	.shown = true,
	.create = create,
	.destroy = destroy,
	.push = push,
	.verdict = verdict,
};
