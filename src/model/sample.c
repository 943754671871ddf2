/*
 * Candidates are sorted only where something cuts them, for a vocabulary is
 * long; equal ones in order of their ids, so that a seed gives the same tokens
 * with every C library's qsort().
 */
#include "model/sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define STEP UINT64_C(0x9e3779b97f4a7c15) /* of the state, for each draw */

struct candidate {
	uint32_t id;
	float p; /* a logit first */
};

struct sampler {
	struct sample_opts o;
	uint32_t n_vocab;
	uint64_t state;
	struct candidate *c;
};

struct sampler *sampler_new(const struct sample_opts *opts, uint32_t n_vocab)
{
	struct sampler *s = mem_zalloc(sizeof(*s));

	s->o = *opts;
	s->n_vocab = n_vocab;
	s->state = opts->seed;
	s->c = mem_alloc(n_vocab * sizeof(*s->c));
	return s;
}

void sampler_free(struct sampler *s)
{
	if (!s)
		return;
	mem_free(s->c);
	mem_free(s);
}

struct sampler *sampler_copy(const struct sampler *s)
{
	struct sampler *copy = sampler_new(&s->o, s->n_vocab);

	copy->state = s->state;
	return copy;
}

/* [0, 1): SplitMix64 (Steele et al. 2014). */
static double draw(struct sampler *s)
{
	uint64_t z = s->state += STEP;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

/* The first of the greatest; any NaN is less. */
static uint32_t greatest(const float *logits, uint32_t n)
{
	uint32_t best = 0;

	for (uint32_t i = 1; i < n; i++)
		if (logits[i] > logits[best] || isnan(logits[best]))
			best = i;
	return best;
}

/* Greatest first; among equals the lower id. */
static int by_p(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->p != y->p)
		return x->p < y->p ? 1 : -1;
	return x->id < y->id ? -1 : x->id > y->id;
}

/* The fewest first ones with a share top_p of all; those under min_p of the
 * first one go. */
static uint32_t cut(const struct sampler *s, uint32_t n)
{
	double sum = 0, all = 0;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < n; i++)
		all += s->c[i].p;
	while (kept < n && (!kept || sum < s->o.top_p * all))
		sum += s->c[kept++].p;
	while (kept > 1 && s->c[kept - 1].p < s->o.min_p * s->c[0].p)
		kept--;
	return kept;
}

static uint32_t draw_one(struct sampler *s, const float *logits, float top)
{
	uint32_t n = s->n_vocab, kept;
	double sum = 0, at;

	for (uint32_t i = 0; i < n; i++) {
		float p = expf((logits[i] - top) / s->o.temperature);

		s->c[i] = (struct candidate){ i, p >= 0 ? p : 0 };
	}
	if (s->o.top_k || s->o.top_p < 1 || s->o.min_p > 0) {
		qsort(s->c, n, sizeof(*s->c), by_p);
		if (s->o.top_k)
			n = MIN(n, s->o.top_k);
		n = cut(s, n);
	}
	for (kept = 0; kept < n; kept++)
		sum += s->c[kept].p;
	at = draw(s) * sum;
	for (uint32_t i = 0; i < n; i++) {
		at -= s->c[i].p;
		if (at < 0)
			return s->c[i].id;
	}
	return s->c[n - 1].id;
}

float sample_logprob(const float *logits, uint32_t n, uint32_t id)
{
	double sum = 0, top = logits[greatest(logits, n)];

	for (uint32_t i = 0; i < n; i++)
		if (!isnan(logits[i]))
			sum += exp(logits[i] - top);
	return (float)(logits[id] - top - log(sum));
}

void sampler_go_back(struct sampler *s, uint32_t n)
{
	if (s->o.temperature > 0)
		s->state -= n * STEP;
}

uint32_t sampler_next(struct sampler *s, const float *logits, float *logprob)
{
	uint32_t id = greatest(logits, s->n_vocab);
	float top = logits[id];

	if (!isfinite(top))
		return SAMPLE_NONE;
	if (s->o.temperature > 0)
		id = draw_one(s, logits, top);
	if (logprob)
		*logprob = sample_logprob(logits, s->n_vocab, id);
	return id;
}
