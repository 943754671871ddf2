/*
 * latency.h - how fast the tokens of a trace came, for any prefix.
 *
 * TTFT: time to the first token since the request. TBT: time between tokens;
 * tokens that came together (one chunk) share the time since the arrival
 * before them, so that the mean is the same however a server packs them.
 *
 * Going forward costs O(1) a token, going back counts again from the start.
 * Quantiles come from a histogram with 128 steps an octave: within 0.4 %.
 */
#ifndef LILSCOPE_LATENCY_H
#define LILSCOPE_LATENCY_H

#include "trace/trace.h"

enum {
	LATENCY_STEPS_LOG = 7,
	LATENCY_BINS = (32 - LATENCY_STEPS_LOG + 1) << LATENCY_STEPS_LOG,
};

struct latency {
	uint32_t n;         /* tokens counted */
	uint32_t n_gaps;    /* TBTs in bins */
	uint32_t before_us; /* the arrival before the last one */
	uint32_t last_us;   /* the last arrival */
	uint32_t last_n;    /* tokens that came with it */
	uint32_t bins[LATENCY_BINS];
};

struct latency_facts {
	double ttft_s;       /* NAN: the time of the request is unknown */
	double tbt_median_s; /* NAN: fewer than two arrivals */
	double tbt_p99_s;
	double tokens_per_s; /* after the first token; NAN like TBT */
};

/* All zero is empty. Counts the first n tokens of t, which must be the trace
 * of the calls before (or *l zero). */
void latency_upto(struct latency *l, const struct trace *t, uint32_t n);

/* Of what was counted. */
struct latency_facts latency_facts(const struct latency *l,
				   const struct trace *t);

#endif
