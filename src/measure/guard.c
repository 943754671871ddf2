#include "measure/guard.h"

#include "base/buf.h"

#include <assert.h>

void guard_init(struct guard *g, const struct guard_opts *opts)
{
	*g = (struct guard){ .opts = *opts };
}

void guard_release(struct guard *g)
{
	mem_free(g->sizes);
	g->sizes = NULL;
	g->n = 0;
	g->cap = 0;
}

void guard_clear(struct guard *g)
{
	g->n = 0;
}

void guard_push(struct guard *g, double size_bytes)
{
	g->sizes = grow(g->sizes, &g->cap, g->n + 1, sizeof(*g->sizes));
	g->sizes[g->n++] = size_bytes;
}

double guard_gain(const struct guard *g, size_t k)
{
	assert(k >= 1 && k <= g->n);
	return g->sizes[k - 1] - (k > 1 ? g->sizes[k - 2] : 0);
}

/* The first check at which the rule fires, 0 if none. */
static size_t first_stop(const struct guard *g)
{
	size_t low = 0, least = MAX(g->opts.patience, 1u);

	for (size_t k = 1; k <= g->n; k++) {
		low = guard_gain(g, k) < g->opts.t ? low + 1 : 0;
		if (low >= least && k >= 2)
			return k;
	}
	return 0;
}

struct guard_verdict guard_verdict(const struct guard *g, uint32_t n_tokens)
{
	struct guard_verdict v = { GUARD_NEVER, 0, GUARD_NEVER };
	uint32_t f = g->opts.f;
	struct guard prefix = *g;
	size_t stop;

	/* Later checks are not part of the prefix. */
	prefix.n = MIN(g->n, (size_t)(n_tokens / f));
	stop = first_stop(&prefix);
	if (!stop)
		return v;
	v.at_token = (uint32_t)stop * f;
	v.tokens_after = n_tokens - v.at_token;
	for (size_t k = stop + 1; k + 1 <= prefix.n; k++) {
		if (guard_gain(g, k) >= g->opts.t &&
		    guard_gain(g, k + 1) >= g->opts.t) {
			v.resumed_at = (uint32_t)(k - 1) * f;
			break;
		}
	}
	return v;
}
