/*
 * Gaps go into bins whose width grows with them, so that a quantile of a
 * million tokens costs a walk over a few thousand counters, and scrubbing
 * forwards costs nothing but the new tokens.
 */
#include "trace/latency.h"

#include <math.h>
#include <string.h>

enum { STEPS = 1 << LATENCY_STEPS_LOG };

/* Linear up to 2 * STEPS microseconds, then STEPS bins an octave. */
static uint32_t bin_of(uint32_t us)
{
	uint32_t shift = 0;

	while (us >> shift >= 2 * STEPS)
		shift++;
	return (shift << LATENCY_STEPS_LOG) + (us >> shift);
}

/* The middle of a bin, in microseconds. */
static double bin_us(uint32_t bin)
{
	uint32_t shift = bin < 2 * STEPS ? 0 : (bin >> LATENCY_STEPS_LOG) - 1;
	double low = (double)(bin - (shift << LATENCY_STEPS_LOG));

	return (low + (shift ? 0.5 : 0)) * (double)(1u << shift);
}

/* The TBT of each token of the last arrival. */
static uint32_t last_gap(const struct latency *l)
{
	return (l->last_us - l->before_us) / l->last_n;
}

/* The last arrival is complete: its tokens are counted, unless it was the
 * first of all. */
static void close_arrival(struct latency *l)
{
	if (l->n == l->last_n)
		return;
	l->bins[bin_of(last_gap(l))] += l->last_n;
	l->n_gaps += l->last_n;
}

void latency_upto(struct latency *l, const struct trace *t, uint32_t n)
{
	if (!t->time_us)
		return;
	if (n < l->n)
		memset(l, 0, sizeof(*l));
	for (; l->n < n; l->n++) {
		uint32_t us = t->time_us[l->n];

		if (l->n && us == l->last_us) {
			l->last_n++;
			continue;
		}
		if (l->n)
			close_arrival(l);
		l->before_us = l->last_us;
		l->last_us = us;
		l->last_n = 1;
	}
}

/* The smallest TBT that a share q of all tokens does not exceed. */
static double quantile_s(const struct latency *l, double q)
{
	uint32_t open = l->n > l->last_n ? l->last_n : 0;
	uint32_t open_bin = open ? bin_of(last_gap(l)) : 0;
	double wanted = q * (l->n_gaps + (double)open), seen = 0;

	if (wanted <= 0)
		return NAN;
	for (uint32_t i = 0; i < LATENCY_BINS; i++) {
		seen += l->bins[i] + (open && i == open_bin ? open : 0u);
		if (seen >= wanted)
			return bin_us(i) * 1e-6;
	}
	return NAN;
}

struct latency_facts latency_facts(const struct latency *l,
				   const struct trace *t)
{
	struct latency_facts facts = { NAN, NAN, NAN, NAN };
	double ttft_s = t->time_origin_s - t->start_s;

	if (!t->time_us || !l->n)
		return facts;
	if (ttft_s > 0)
		facts.ttft_s = ttft_s;
	if (l->last_us > 0) {
		facts.tbt_median_s = quantile_s(l, 0.5);
		facts.tbt_p99_s = quantile_s(l, 0.99);
		facts.tokens_per_s = (l->n - 1) / (l->last_us * 1e-6);
	}
	return facts;
}
