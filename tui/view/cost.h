/*
 * cost.h - what a token of a run cost: how much attention read of what the
 * cache keeps, and the time of a step, whose area over tokens is the job's.
 */
#ifndef LILSCOPE_COST_H
#define LILSCOPE_COST_H

#include "measure/series.h"
#include "trace/trace.h"

/* Token i: attention read `part` of the bytes that are kept; NAN: the trace
 * does not say. In tokens, a mean of layers and KV heads; both 0: unknown. */
struct cost_read {
	double part;
	uint32_t read, kept;
};

/* A token's bytes are what the cache grows by while nothing is evicted; where
 * it never grows, tokens stay unknown. */
struct cost_read cost_read(const struct trace *t, uint32_t i);

/* The mean milliseconds a step of tokens [a, b), without the first, which is
 * the prompt's; of token a alone if b <= a. NAN: none, or no times. */
double cost_step_ms(const struct trace *t, uint32_t a, uint32_t b);

/* The same, of a few tokens around at least: a step alone is noise, and the
 * area is not changed by that. */
double cost_grain_ms(const struct trace *t, uint32_t a, uint32_t b);

/* The dearest of these over equal parts of [a, b); NAN as above. */
double cost_grain_max_ms(const struct trace *t, uint32_t a, uint32_t b);

#endif
