/*
 * sample.h - from logits to the next token. The same seed gives the same
 * tokens, whatever the number of threads.
 *
 * Order: temperature 0 takes the greatest; else the logits are divided by the
 * temperature, the top_k greatest stay, of these the fewest that have top_p of
 * the probability, of these the ones with at least min_p of the greatest's,
 * and one is drawn.
 */
#ifndef LILSCOPE_SAMPLE_H
#define LILSCOPE_SAMPLE_H

#include "base/base.h"

#define SAMPLE_NONE UINT32_MAX

struct sample_opts {
	float temperature; /* 0: greedy */
	uint32_t top_k;    /* 0: all */
	float top_p;       /* 1: all */
	float min_p;       /* 0: all */
	uint64_t seed;
};

struct sampler;

/* Draws among n_vocab ids; opts are copied. The caller's, as a copy is, which
 * draws on as this one would have. */
struct sampler *sampler_new(const struct sample_opts *opts, uint32_t n_vocab);
void sampler_free(struct sampler *s); /* NULL is fine */
struct sampler *sampler_copy(const struct sampler *s);

/* The next id; *logprob (may be NULL) gets its natural log-probability in
 * the model's own distribution (temperature 1). Logits that are NaN are never
 * drawn; SAMPLE_NONE where the greatest is not finite: a broken model. */
uint32_t sampler_next(struct sampler *s, const float *logits, float *logprob);

/* As it was before the last n ids, which it must have given. */
void sampler_go_back(struct sampler *s, uint32_t n);

/* Of an id < n, the natural log-probability by n logits. */
float sample_logprob(const float *logits, uint32_t n, uint32_t id);

#endif
