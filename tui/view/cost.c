/* What a token cost. */
#include "view/cost.h"

#include <math.h>

enum {
	GROWS_WITHIN = 512, /* tokens: later a budget is reached for sure */
	PARTS = 64,	    /* of an axis, whose means a scale is made for */
	GRAIN = 16,	    /* tokens: a step alone is noise */
};

/* Bytes of one token in all layers and heads; 0: unknown. What was read again
 * for another policy makes the cache jump, so it ends there. */
static double token_bytes(const struct trace *t)
{
	uint32_t n = MIN(t->n_tokens, GROWS_WITHIN);
	double most = 0;

	if (t->n_turns)
		n = MIN(n, t->turns[0].start);
	for (uint32_t i = 1; i < n; i++)
		if (t->kv[i - 1].used > 0)
			most = fmax(most, (double)t->kv[i].used -
						  (double)t->kv[i - 1].used);
	return most;
}

struct cost_read cost_read(const struct trace *t, uint32_t i)
{
	struct cost_read c = { .part = NAN };
	const struct kv_bytes *kv = t->kv && i < t->n_tokens ? &t->kv[i] : NULL;
	double bytes;

	if (!kv || !(kv->used > 0) || !(kv->read > 0))
		return c;
	c.part = (double)kv->read / (double)kv->used;
	bytes = token_bytes(t);
	/* A step reads before it evicts, so one more than is left at its end
	 * is no trouble; more are not tokens of this cache. */
	if (bytes > 0 && kv->used / bytes < TRACE_MAX_TOKENS &&
	    kv->read < kv->used + 1.5 * bytes) {
		c.read = (uint32_t)lround(kv->read / bytes);
		c.kept = MAX((uint32_t)lround(kv->used / bytes), c.read);
	}
	return c;
}

double cost_step_ms(const struct trace *t, uint32_t a, uint32_t b)
{
	a = MAX(a, 1);
	b = MIN(MAX(b, a + 1), t->n_tokens);
	if (!t->time_us || a >= b)
		return NAN;
	return ((double)t->time_us[b - 1] - (double)t->time_us[a - 1]) /
	       (b - a) / 1000;
}

double cost_grain_ms(const struct trace *t, uint32_t a, uint32_t b)
{
	return a >= t->n_tokens
		       ? NAN
		       : cost_step_ms(t, a / GRAIN * GRAIN,
				      (MAX(b, a + 1) + GRAIN - 1) / GRAIN *
					      GRAIN);
}

double cost_grain_max_ms(const struct trace *t, uint32_t a, uint32_t b)
{
	uint32_t span = b > a ? ((b - a) / PARTS + GRAIN) / GRAIN * GRAIN : 0;
	double most = NAN;

	for (uint32_t i = a; i < b; i += span)
		most = fmax(most, cost_grain_ms(t, i, i + span));
	return most;
}
