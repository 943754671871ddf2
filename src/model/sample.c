/*
 * Candidates are sorted only where something cuts them, for a vocabulary is
 * long; equal ones in order of their ids, so that a seed gives the same tokens
 * with every C library's qsort().
 */
#include "model/sample.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "model/kernel.h"

enum { PART = 1024 }; /* logits of which exp() is taken at a time */

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
	const uint32_t *past; /* n_past: the text so far */
	uint32_t n_past;
	bool *breaks;         /* or NULL */
	/* Made where something is penalised: */
	float *logits;        /* n_vocab */
	uint32_t *seen;       /* n_vocab, all 0 between calls */
	uint32_t *same;       /* of the past, from its end */
	size_t same_cap;
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
	mem_free(s->breaks);
	mem_free(s->logits);
	mem_free(s->seen);
	mem_free(s->same);
	mem_free(s);
}

struct sampler *sampler_copy(const struct sampler *s)
{
	struct sampler *copy = sampler_new(&s->o, s->n_vocab);

	copy->state = s->state;
	if (s->breaks) {
		copy->breaks = mem_alloc(s->n_vocab);
		memcpy(copy->breaks, s->breaks, s->n_vocab);
	}
	return copy;
}

void sampler_past(struct sampler *s, const uint32_t *ids, uint32_t n)
{
	s->past = ids;
	s->n_past = n;
}

void sampler_breaks(struct sampler *s, bool *breaks)
{
	mem_free(s->breaks);
	s->breaks = breaks;
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

/* --- penalties ---------------------------------------------------------- */

/* The last n ids of the past; 0: all. */
static const uint32_t *last(const struct sampler *s, uint32_t *n)
{
	*n = *n ? MIN(*n, s->n_past) : s->n_past;
	return s->past + s->n_past - *n;
}

/* CTRL (Keskar et al. 2019), with its sign mended, and OpenAI's two. */
static void penalise(struct sampler *s)
{
	const struct sample_opts *o = &s->o;
	uint32_t n = o->repeat_last_n;
	const uint32_t *ids = last(s, &n);
	float by = o->repeat_penalty > 0 ? o->repeat_penalty : 1;

	for (uint32_t i = 0; i < n; i++)
		if (ids[i] < s->n_vocab)
			s->seen[ids[i]]++;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t id = ids[i], times;
		float *logit;

		if (id >= s->n_vocab || !s->seen[id])
			continue;
		times = s->seen[id];
		s->seen[id] = 0;
		logit = &s->logits[id];
		*logit = *logit <= 0 ? *logit * by : *logit / by;
		*logit -= (float)times * o->frequency_penalty +
			  o->presence_penalty;
	}
}

/* For each k how many ids before the end are those k further back: the Z
 * algorithm (Gusfield 1997) on the ids read backwards. */
static void find_same(const uint32_t *ids, uint32_t n, uint32_t *same)
{
	uint32_t left = 0, right = 0; /* the match that reaches furthest */

	same[0] = n;
	for (uint32_t k = 1; k < n; k++) {
		uint32_t z = k < right ? MIN(right - k, same[k - left]) : 0;

		while (k + z < n && ids[n - 1 - z] == ids[n - 1 - k - z])
			z++;
		same[k] = z;
		if (k + z > right) {
			left = k;
			right = k + z;
		}
	}
}

/* The longest repetition that an id would go on, in seen[]; then what it
 * loses for that. No repetition goes back beyond an id that breaks. */
static void dry(struct sampler *s)
{
	const struct sample_opts *o = &s->o;
	uint32_t n = o->dry_last_n, allowed = MAX(o->dry_allowed_length, 1u);
	const uint32_t *ids = last(s, &n);
	uint32_t limit = 0, most = o->dry_base > 1 ?
		(uint32_t)fmin(logf(FLT_MAX) / logf(o->dry_base), 1e6) : 0;

	while (limit < n && !(s->breaks && ids[n - 1 - limit] < s->n_vocab &&
			      s->breaks[ids[n - 1 - limit]]))
		limit++;
	if (n <= allowed || limit < allowed)
		return;
	s->same = grow(s->same, &s->same_cap, n, sizeof(*s->same));
	find_same(ids, n, s->same);
	for (uint32_t k = 1; k < n; k++) {
		uint32_t id = ids[n - k], len = MIN(s->same[k], limit);

		if (len >= allowed && id < s->n_vocab)
			s->seen[id] = MAX(s->seen[id], len);
	}
	for (uint32_t i = 0; i < n; i++) {
		uint32_t id = ids[i], more;

		if (id >= s->n_vocab || !s->seen[id])
			continue;
		more = s->seen[id] - allowed;
		s->seen[id] = 0;
		if (s->breaks && s->breaks[id])
			continue;
		s->logits[id] -= o->dry_multiplier *
				 powf(o->dry_base,
				      (float)(most ? MIN(more, most) : more));
	}
}

static bool penalises(const struct sample_opts *o)
{
	return (o->repeat_penalty > 0 && o->repeat_penalty != 1) ||
	       o->frequency_penalty != 0 || o->presence_penalty != 0;
}

/* The logits with what is taken off them; the same where nothing is. */
static const float *penalised(struct sampler *s, const float *logits)
{
	bool plain = penalises(&s->o), dries = s->o.dry_multiplier > 0;

	if (!s->n_past || !(plain || dries))
		return logits;
	if (!s->logits) {
		s->logits = mem_alloc(s->n_vocab * sizeof(*s->logits));
		s->seen = mem_zalloc(s->n_vocab * sizeof(*s->seen));
	}
	memcpy(s->logits, logits, s->n_vocab * sizeof(*logits));
	if (plain)
		penalise(s);
	if (dries)
		dry(s);
	return s->logits;
}

/* --- one of them -------------------------------------------------------- */

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

/* What n candidates weigh at this temperature; NaN is nothing. */
static double weigh(struct candidate *c, uint32_t n, const float *logits,
		    float top, float temperature)
{
	double sum = 0;

	for (uint32_t i = 0; i < n; i++) {
		float p = expf((logits[c[i].id] - top) / temperature);

		c[i].p = p >= 0 ? p : 0;
		sum += c[i].p;
	}
	return sum;
}

static uint32_t draw_one(struct sampler *s, const float *logits, float top)
{
	uint32_t n = s->n_vocab;
	double at;

	for (uint32_t i = 0; i < n; i++)
		s->c[i].id = i;
	if (s->o.top_k || s->o.top_p < 1 || s->o.min_p > 0) {
		weigh(s->c, n, logits, top, 1);
		qsort(s->c, n, sizeof(*s->c), by_p);
		if (s->o.top_k)
			n = MIN(n, s->o.top_k);
		n = cut(s, n);
	}
	at = weigh(s->c, n, logits, top, s->o.temperature) * draw(s);
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
	float part[PART], most, part_sum;

	for (uint32_t at = 0, len; at < n; at += len) {
		len = MIN(n - at, (uint32_t)PART);
		for (uint32_t i = 0; i < len; i++)
			part[i] = isnan(logits[at + i]) ? -INFINITY
							: logits[at + i];
		part_sum = kernel_exps(part, len, &most);
		if (most > -INFINITY)
			sum += part_sum * exp(most - top);
	}
	return (float)(logits[id] - top - log(sum));
}

void sampler_go_back(struct sampler *s, uint32_t n)
{
	if (s->o.temperature > 0)
		s->state -= n * STEP;
}

uint32_t sampler_next(struct sampler *s, const float *logits, float *logprob)
{
	const float *less = penalised(s, logits);
	uint32_t id = greatest(less, s->n_vocab);
	float top = less[id];

	s->n_past = 0;
	if (!isfinite(top))
		return SAMPLE_NONE;
	if (s->o.temperature > 0)
		id = draw_one(s, less, top);
	if (logprob)
		*logprob = sample_logprob(logits, s->n_vocab, id);
	return id;
}
