/*
 * sure.h - how sure the model was of what it wrote: the surprisal of a token,
 * -log2 p in bits, where its source gave the probability.
 *
 * It is another thing than rho: that says how much of a text is copied, this
 * how well the model foresaw it. The alternatives that a source may name
 * beside a token (top_logprobs) are not kept, so their entropy is not told.
 */
#ifndef LILSCOPE_SURE_H
#define LILSCOPE_SURE_H

#include "trace/trace.h"

enum { SURE_LOW_BITS = 3 }; /* p under 1/8: the model was not sure */

/* Of token i; NAN where it is unknown, or no probability. */
double sure_bits(const struct trace *t, uint32_t i);

/* The mean over those of tokens [from, to) that are known; NAN without. */
double sure_mean(const struct trace *t, uint32_t from, uint32_t to);

#endif
