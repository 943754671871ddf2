/*
 * R-KV: every 128 tokens the cache is cut to the budget by importance and
 * redundancy. W are its last tokens, 8 of them (--recent).
 *
 *	I = max over 7 neighbours of the mean, over the last W queries, of
 *	    softmax(greatest logit of the group), over all tokens but W
 *	R = softmax of how similar (cosine) a key is to the others, on the mean
 *	    over all tokens; of those that a key resembles by more than 0.5 the
 *	    last one is spared, and the first token where there is none
 *	Z = 0.07 I - 0.93 R: the best stay, and W
 *
 * As in the published code those that stay are put in the order of Z, the
 * best first, and W behind them: the next cut's neighbours and last ones are
 * those of this order. It cuts after a prompt, and after the step of a token
 * that has a multiple of 128 before it. So between cuts there are up to 128
 * tokens more than the budget, and these are read. A prompt that is kept counts
 * in the budget and comes first in the order; where it fills it, W stay beside.
 */
#include "model/sparse.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"

enum { RKV_WINDOW = 8, RKV_POOL = 7, RKV_EVERY = 128 };
#define RKV_LAMBDA  0.07f
#define RKV_SIMILAR 0.5f

struct rkv_head {
	float *queries; /* the last o.recent, [i % o.recent][group][d] */
	uint32_t n;     /* so far */
};

struct rkv {
	struct sparse_opts o;
	struct sparse_shape s;
	struct rkv_head *heads;
	uint32_t group;
};

static void defaults(struct sparse_opts *o, const struct sparse_shape *s)
{
	(void)s;
	if (o->recent == SPARSE_AUTO)
		o->recent = MIN(RKV_WINDOW, o->budget / 2);
}

static bool check(const struct sparse_opts *o, struct err *err)
{
	return sparse_check_window("rkv", o, err);
}

static size_t query_bytes(const struct rkv *k)
{
	return (size_t)k->group * k->s.d * sizeof(float);
}

static void *create(const struct sparse_opts *o, const struct sparse_shape *s)
{
	struct rkv *k = mem_zalloc(sizeof(*k));
	uint32_t n = s->n_layers * s->n_kv_heads;

	k->o = *o;
	k->s = *s;
	k->group = s->n_heads / s->n_kv_heads;
	k->heads = mem_zalloc(n * sizeof(*k->heads));
	for (uint32_t i = 0; i < n; i++)
		k->heads[i].queries = mem_zalloc(o->recent * query_bytes(k));
	return k;
}

static void destroy(void *state)
{
	struct rkv *k = state;

	if (!k)
		return;
	for (uint32_t i = 0; i < k->s.n_layers * k->s.n_kv_heads; i++)
		mem_free(k->heads[i].queries);
	mem_free(k->heads);
	mem_free(k);
}

static void *copy(const void *state)
{
	const struct rkv *from = state;
	struct rkv *to = create(&from->o, &from->s);

	for (uint32_t i = 0; i < to->s.n_layers * to->s.n_kv_heads; i++) {
		memcpy(to->heads[i].queries, from->heads[i].queries,
		       to->o.recent * query_bytes(to));
		to->heads[i].n = from->heads[i].n;
	}
	return to;
}

/* Keeps the query. */
static void seen(void *state, const struct sparse_step *step,
		 const struct sparse_pick *pick, const float *p, size_t stride)
{
	struct rkv *k = state;
	struct rkv_head *h =
		&k->heads[step->layer * k->s.n_kv_heads + step->head];
	char *at = (char *)h->queries;

	(void)pick, (void)p, (void)stride;
	memcpy(at + h->n % k->o.recent * query_bytes(k), step->q,
	       query_bytes(k));
	h->n++;
}

/* The row of logits of one kept query: the greatest of its group. */
static void logits(const struct rkv *k, const float *queries,
		   const float *keys, uint32_t n, float *out)
{
	float *all = mem_alloc((size_t)k->group * n * sizeof(*all));

	kernel_scores(all, n, queries, k->group, keys, GGML_F32, k->s.d, n,
		      1 / sqrtf((float)k->s.d));
	memcpy(out, all, n * sizeof(*out));
	for (uint32_t g = 1; g < k->group; g++)
		for (uint32_t i = 0; i < n; i++)
			out[i] = MAX(out[i], all[(size_t)g * n + i]);
	mem_free(all);
}

/* Of the first n tokens: all but the window. */
static void importance(const struct rkv *k, const struct rkv_head *own,
		       const float *keys, uint32_t n, float *out)
{
	uint32_t n_queries = MIN(own->n, k->o.recent);
	float *mean = mem_zalloc(n * sizeof(*mean));
	float *row = mem_alloc(n * sizeof(*row));

	for (uint32_t i = 0; i < n_queries; i++) {
		logits(k, own->queries + (size_t)i * k->group * k->s.d, keys,
		       n, row);
		kernel_softmax(row, n);
		for (uint32_t j = 0; j < n; j++)
			mean[j] += row[j] / (float)n_queries;
	}
	for (uint32_t i = 0; i < n; i++) {
		uint32_t from = i < RKV_POOL / 2 ? 0 : i - RKV_POOL / 2;

		out[i] = mean[i];
		for (uint32_t j = from; j < n && j <= i + RKV_POOL / 2; j++)
			out[i] = MAX(out[i], mean[j]);
	}
	mem_free(mean);
	mem_free(row);
}

/* keys: n rows of d, made unit vectors here. */
static void redundancy(const struct rkv *k, float *keys, uint32_t n,
		       float *out)
{
	enum { AT_ONCE = 4 }; /* keys that are compared with all others */
	uint32_t d = k->s.d;
	float *row = mem_alloc((size_t)AT_ONCE * n * sizeof(*row));

	memset(out, 0, n * sizeof(*out));
	for (uint32_t i = 0; i < n; i++) {
		float *key = keys + (size_t)i * d;
		float length = sqrtf(kernel_dot(key, key, d)) + 1e-8f;

		for (uint32_t j = 0; j < d; j++)
			key[j] /= length;
	}
	for (uint32_t i = 0; i < n; i++) {
		float *own = row + (size_t)(i % AT_ONCE) * n;
		uint32_t spared = 0;

		if (i % AT_ONCE == 0)
			kernel_scores(row, n, keys + (size_t)i * d,
				      MIN(n - i, (uint32_t)AT_ONCE), keys,
				      GGML_F32, d, n, 1);
		own[i] = 0;
		for (uint32_t j = 0; j < n; j++)
			if (own[j] > RKV_SIMILAR)
				spared = j;
		own[spared] = 0;
		for (uint32_t j = 0; j < n; j++)
			out[j] += own[j];
	}
	for (uint32_t i = 0; i < n; i++)
		out[i] /= (float)n;
	kernel_softmax(out, n);
	mem_free(row);
}

/* Slots in the order of their values, among equals as they were: a merge sort
 * from below. */
static void best_first(const float *values, uint32_t *slots, uint32_t n)
{
	uint32_t *from = slots, *to = mem_alloc((size_t)n * sizeof(*to) + 1);
	uint32_t *spare = to;

	for (uint32_t run = 1; run < n; run *= 2) {
		uint32_t *swap = from;

		for (uint32_t low = 0; low < n; low += 2 * run) {
			uint32_t mid = MIN(low + run, n);
			uint32_t high = MIN(mid + run, n);
			uint32_t a = low, b = mid;

			for (uint32_t i = low; i < high; i++)
				to[i] = b == high || (a < mid &&
					values[from[a]] >= values[from[b]]) ?
						from[a++] : from[b++];
		}
		from = to;
		to = swap;
	}
	if (from != slots)
		memcpy(slots, from, n * sizeof(*slots));
	mem_free(spare);
}

/* How many of the first n slots are the prompt's and stay. */
static uint32_t kept_prompt(const struct rkv *k, const struct sparse_step *step,
			    const struct cache_head *h, uint32_t n)
{
	uint32_t n_prompt = 0;

	while (k->o.keep_prompt && n_prompt < n &&
	       h->pos[n_prompt] < step->prompt_end)
		n_prompt++;
	return n_prompt;
}

static void cut(const struct rkv *k, const struct sparse_step *step,
		struct cache_head *h, const struct rkv_head *own)
{
	uint32_t n = h->n, n_old = n - k->o.recent;
	uint32_t n_prompt = kept_prompt(k, step, h, n_old);
	uint32_t n_keep = MAX(k->o.budget - k->o.recent, n_prompt);
	float *keys = mem_alloc((size_t)n * k->s.d * sizeof(*keys));
	float *good = mem_alloc((size_t)n * 2 * sizeof(*good));
	float *bad = good + n;
	uint32_t *keep = mem_alloc((size_t)n * 2 * sizeof(*keep));

	for (uint32_t i = 0; i < n; i++)
		cache_key(step->cache, h, i, keys + (size_t)i * k->s.d);
	importance(k, own, keys, n_old, good);
	redundancy(k, keys, n, bad);
	for (uint32_t i = 0; i < n_old; i++)
		good[i] = RKV_LAMBDA * good[i] - (1 - RKV_LAMBDA) * bad[i];
	sparse_top(good + n_prompt, n_old - n_prompt, n_keep - n_prompt,
		   keep + n_prompt, keep + n);
	for (uint32_t i = 0; i < n_keep; i++)
		keep[i] = i < n_prompt ? i : keep[i] + n_prompt;
	best_first(good, keep + n_prompt, n_keep - n_prompt);
	for (uint32_t i = 0; i < k->o.recent; i++)
		keep[n_keep + i] = n_old + i;
	cache_arrange(step->cache, h, keep, n_keep + k->o.recent);
	mem_free(keys);
	mem_free(good);
	mem_free(keep);
}

static void evict(void *state, const struct sparse_step *step)
{
	struct rkv *k = state;

	if (step->pos + 1 != step->dense_end && step->pos % RKV_EVERY != 0)
		return;
	for (uint32_t i = 0; i < k->s.n_kv_heads; i++) {
		struct cache_head *h = cache_head(step->cache, step->layer, i);

		if (h->n > MAX(k->o.budget,
			       kept_prompt(k, step, h, h->n) + k->o.recent))
			cut(k, step, h,
			    &k->heads[step->layer * k->s.n_kv_heads + i]);
	}
}

const struct sparse sparse_rkv = {
	.name = "rkv",
	.about = "every 128 tokens: important stays, redundant goes",
	.paper = "R-KV, Cai et al. 2025, arXiv 2505.24133",
	.uses = SPARSE_USES_BUDGET | SPARSE_USES_RECENT |
		SPARSE_USES_DENSE_LAYERS | SPARSE_USES_KEEP_PROMPT,
	.defaults = defaults,
	.check = check,
	.create = create,
	.destroy = destroy,
	.copy = copy,
	.seen = seen,
	.evict = evict,
};
