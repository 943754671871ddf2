/*
 * Guardian keeps the size at every check instead of the last one, so that the
 * user can turn t and patience while looking: a verdict is a pass over them.
 */
#include "measure/rule_guardian.h"

#include "base/buf.h"

#include <assert.h>

enum { BYTE_BITS = 8, ID_BYTES = 4 };

void guardian_init(struct guardian *g, const struct rule_opts *opts)
{
	*g = (struct guardian){ .opts = *opts };
	if (opts->coder != CODER_LZ77)
		g->coder = coder_new(opts->coder);
}

void guardian_release(struct guardian *g)
{
	coder_free(g->coder);
	mem_free(g->sizes);
	*g = (struct guardian){ .opts = g->opts };
}

void guardian_restart(struct guardian *g, const struct rule_opts *opts)
{
	assert(opts->coder == CODER_LZ77);
	coder_free(g->coder);
	g->coder = NULL;
	g->opts = *opts;
	g->n = 0;
}

void guardian_check(struct guardian *g, double size_bytes)
{
	g->sizes = grow(g->sizes, &g->cap, g->n + 1, sizeof(*g->sizes));
	g->sizes[g->n++] = size_bytes;
}

static void push_coder(struct guardian *g, const struct rule_token *token)
{
	uint32_t id = token->id;
	unsigned char le[ID_BYTES] = { (unsigned char)id,
				       (unsigned char)(id >> 8),
				       (unsigned char)(id >> 16),
				       (unsigned char)(id >> 24) };

	if (coder_rows[g->opts.coder].ids)
		coder_push(g->coder, le, sizeof(le));
	else
		coder_push(g->coder, token->text, token->len);
}

void guardian_push(struct guardian *g, const struct rule_token *token)
{
	if (g->coder)
		push_coder(g, token);
	if (++g->n_tokens % g->opts.f)
		return;
	guardian_check(g, g->coder ? (double)coder_size(g->coder) :
				     token->code_bits / BYTE_BITS);
}

double guardian_gain(const struct guardian *g, size_t k)
{
	assert(k >= 1 && k <= g->n);
	return g->sizes[k - 1] - (k > 1 ? g->sizes[k - 2] : 0);
}

uint32_t guardian_stop(const struct guardian *g, uint32_t armed,
		       uint32_t n_tokens)
{
	uint32_t f = g->opts.f;
	size_t low = 0, least = MAX(g->opts.patience, 1u);
	/* Later checks are not part of the prefix. */
	size_t n = MIN(g->n, (size_t)(n_tokens / f));

	for (size_t k = armed / f + (armed % f > 0) + 1; k <= n; k++) {
		low = guardian_gain(g, k) < g->opts.t ? low + 1 : 0;
		if (low >= least && k >= 2)
			return (uint32_t)k * f;
	}
	return RULE_NEVER;
}

/* --- its row ------------------------------------------------------------ */

static void *create(const struct rule_opts *opts)
{
	struct guardian *g = mem_alloc(sizeof(*g));

	guardian_init(g, opts);
	return g;
}

static void destroy(void *state)
{
	guardian_release(state);
	mem_free(state);
}

static uint32_t push_all(void *state, const struct rule_token *tokens,
			 uint32_t n, double bits)
{
	struct guardian *g = state;
	uint32_t i = 0, more;

	(void)bits; /* it is always armed */
	for (; g->coder && i < n; i++)
		guardian_push(g, &tokens[i]);
	for (; i < n; i += more) { /* to the next check */
		more = MIN(g->opts.f - g->n_tokens % g->opts.f, n - i);
		g->n_tokens += more - 1;
		guardian_push(g, &tokens[i + more - 1]);
	}
	return n;
}

RULE_PUSH_ONE(push_all)

static struct rule_verdict verdict(const void *state, uint32_t n_tokens)
{
	struct rule_verdict v = rule_unfired;

	v.at_token = guardian_stop(state, 0, n_tokens);
	return v;
}

const struct rule rule_guardian = {
	.name = "guardian",
	.about = "information gained in a window of f tokens falls under t",
	.tuned = true,
	.shown = true,
	.create = create,
	.destroy = destroy,
	.push = push,
	.push_all = push_all,
	.verdict = verdict,
};
