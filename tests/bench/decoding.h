/*
 * decoding.h - what the benches of the decoder share: clocks, the memory's
 * speed, a cache as after many tokens, a model of random weights.
 */
#ifndef LILSCOPE_BENCH_DECODING_H
#define LILSCOPE_BENCH_DECODING_H

#include <time.h>

#include "../unit/random_model.h"
#include "model/transformer_impl.h"

enum { DECODING_PROMPT = 512 }; /* tokens, of what a cache is filled with */

/* The shape of SmolLM2-135M; the type is the caller's to set. */
extern const struct random_spec decoding_135m;

/* Seconds. */
double clock_s(clockid_t clock);

/* Bytes a second, and a second of processor time: the best of some sweeps over
 * so many bytes, as what is read again and again may stay in a cache. */
struct memory {
	double speed, cpu_speed;
};
struct memory memory_speed(unsigned n_threads, size_t bytes);

/* Fills the cache with lots, as if n tokens had been read. */
void decoding_fill(struct transformer *t, uint32_t n);

#endif
