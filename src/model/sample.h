/*
 * sample.h - from logits to the next token. The same seed gives the same
 * tokens, whatever the number of threads.
 *
 * Order, as llama.cpp's: penalties for what is in the text (repeat, then
 * frequency and presence), DRY's for what would go on a repetition; the top_k
 * greatest stay, of these the fewest that have top_p of the probability, of
 * these the ones with at least min_p of the greatest's; then the logits are
 * divided by the temperature, and one is drawn. Temperature 0 takes the
 * greatest behind the penalties.
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
	/* Of tokens among the last repeat_last_n (0: all): what their logit is
	 * divided by, or multiplied where it is negative (1 or 0: nothing);
	 * what it loses for each time, and once. */
	float repeat_penalty, frequency_penalty, presence_penalty;
	uint32_t repeat_last_n;
	/* DRY (p-e-w 2024): a token that would go on a repetition of n tokens,
	 * n >= dry_allowed_length, loses dry_multiplier * dry_base^(n -
	 * dry_allowed_length). 0: off. Within the last dry_last_n; 0: all. */
	float dry_multiplier, dry_base;
	uint32_t dry_allowed_length, dry_last_n;
};

struct sampler;

/* Draws among n_vocab ids; opts are copied. The caller's, as a copy is, which
 * draws on as this one would have. */
struct sampler *sampler_new(const struct sample_opts *opts, uint32_t n_vocab);
void sampler_free(struct sampler *s); /* NULL is fine */
struct sampler *sampler_copy(const struct sampler *s);

/* The text so far, prompt and all, for the penalties: a view of n ids for the
 * next call. Without it nothing is penalised. */
void sampler_past(struct sampler *s, const uint32_t *ids, uint32_t n);

/* For DRY: breaks[id] of ids that end a repetition (line ends, quotes), n_vocab
 * of them. The sampler's from now on. */
void sampler_breaks(struct sampler *s, bool *breaks);

/* The next id; *logprob (may be NULL) gets its natural log-probability in
 * the model's own distribution (temperature 1). Logits that are NaN are never
 * drawn; SAMPLE_NONE where the greatest is not finite: a broken model. */
uint32_t sampler_next(struct sampler *s, const float *logits, float *logprob);

/* As it was before the last n ids, which it must have given. */
void sampler_go_back(struct sampler *s, uint32_t n);

/* Of an id < n, the natural log-probability by n logits. */
float sample_logprob(const float *logits, uint32_t n, uint32_t id);

#endif
