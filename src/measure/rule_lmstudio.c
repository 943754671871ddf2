/*
 * The repetition guard for LM Studio (tupik/repetition-guard on lmstudio.ai,
 * revision 6, its README, detector and settings): the Z function of the last
 * 20,000 characters read backwards, every 32 of them; white space and the
 * decorations of tables, "-" and "|", are left out. It stops when for some
 * distance the end repeats what stood that far back over at least once that
 * distance (its threshold of 1.0: two passes) and over at least 9 characters.
 *
 * That the 9 of its older setting holds beside the newer one, and that white
 * space is left out, was not readable there and is taken from the plugins it
 * names as its origin.
 */
#include "measure/rule.h"

#include "base/buf.h"
#include "measure/tail.h"

enum { WINDOW = 20000, EVERY = 32, RUN_MIN = 9 };

struct lmstudio {
	struct rule_verdict verdict; /* first, as rule_kept() asks */
	struct tail tail;
	double passes;  /* more than the first: run over distance */
	uint32_t n;     /* tokens */
	size_t unchecked;
	uint32_t z[WINDOW / 2 + 1];
};

static void *create(const struct rule_opts *opts)
{
	struct lmstudio *l = mem_zalloc(sizeof(*l));

	tail_init(&l->tail, WINDOW);
	l->passes = rule_scaled(opts, 1);
	l->verdict = rule_unfired;
	return l;
}

static void destroy(void *state)
{
	struct lmstudio *l = state;

	tail_release(&l->tail);
	mem_free(l);
}

static bool left_out(uint32_t cp)
{
	return cp == '-' || cp == '|' || tail_is_space(cp);
}

static bool repeats(struct lmstudio *l)
{
	size_t n = tail_len(&l->tail), max = n / 2;

	tail_runs(tail_end(&l->tail), n, max, l->z);
	for (size_t d = 1; d <= max; d++)
		if (l->z[d] >= RUN_MIN &&
		    (double)l->z[d] >= l->passes * (double)d)
			return true;
	return false;
}

static void push(void *state, const struct rule_token *token)
{
	struct lmstudio *l = state;

	l->n++;
	if (l->verdict.at_token != RULE_NEVER)
		return;
	l->unchecked += tail_push(&l->tail, token->text, token->len, left_out);
	if (l->unchecked < EVERY)
		return;
	l->unchecked = 0;
	if (repeats(l))
		l->verdict.at_token = l->n;
}

const struct rule rule_lmstudio = {
	.name = "lmstudio",
	.about = "the end equals what stood just before it, 9 characters or "
		 "more, as LM Studio's repetition-guard",
	.apart = true,
	.create = create,
	.destroy = destroy,
	.push = push,
	.verdict = rule_kept,
};
