/*
 * SnapKV: once, at the end of the prompt, the prompt is cut to the budget:
 * its last tokens (32) stay, and of the others those that the queries of these
 * attend to most, on a mean over 5 neighbours. What is decoded is never
 * evicted, so the budget is the prompt's alone. The window is at most half of
 * the budget unless --recent says otherwise.
 *
 * The published code repeats KV heads for each query head before it selects;
 * here a KV head's choice is by the sum over its group.
 */
#include "model/sparse.h"

#include "base/buf.h"

enum { SNAPKV_WINDOW = 32, SNAPKV_POOL = 5 };

struct snapkv_head {
	float *mass;  /* by slot, from the last window's queries */
	uint32_t n;
	size_t cap;
};

struct snapkv {
	struct sparse_opts o;
	struct sparse_shape s;
	struct snapkv_head *heads;
};

static void defaults(struct sparse_opts *o, const struct sparse_shape *s)
{
	(void)s;
	if (o->recent == SPARSE_AUTO)
		o->recent = MIN(SNAPKV_WINDOW, o->budget / 2);
}

static bool check(const struct sparse_opts *o, struct err *err)
{
	return sparse_check_window("snapkv", o, err);
}

static void *create(const struct sparse_opts *o, const struct sparse_shape *s)
{
	struct snapkv *k = mem_zalloc(sizeof(*k));

	k->o = *o;
	k->s = *s;
	k->heads = mem_zalloc((size_t)s->n_layers * s->n_kv_heads *
			      sizeof(*k->heads));
	return k;
}

static void destroy(void *state)
{
	struct snapkv *k = state;

	if (!k)
		return;
	for (uint32_t i = 0; i < k->s.n_layers * k->s.n_kv_heads; i++)
		mem_free(k->heads[i].mass);
	mem_free(k->heads);
	mem_free(k);
}

/* Nothing is kept after the prompt. */
static void *copy(const void *state)
{
	const struct snapkv *k = state;

	return create(&k->o, &k->s);
}

static void seen(void *state, const struct sparse_step *step,
		 const struct sparse_pick *pick, const float *p, size_t stride)
{
	struct snapkv *k = state;
	struct snapkv_head *h =
		&k->heads[step->layer * k->s.n_kv_heads + step->head];
	uint32_t n = pick->lists[0].n_slots;

	if (step->pos >= step->dense_end ||
	    step->pos + k->o.recent < step->dense_end)
		return;
	h->mass = grow(h->mass, &h->cap, n, sizeof(*h->mass));
	while (h->n < n)
		h->mass[h->n++] = 0;
	for (uint32_t g = 0; g < step->group; g++)
		for (uint32_t i = 0; i < n; i++)
			h->mass[i] += p[g * stride + i];
}

/* Means over SNAPKV_POOL neighbours of values[0..n), zeros beyond. */
static void pool(const float *values, uint32_t n, float *out)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t from = i < SNAPKV_POOL / 2 ? 0 : i - SNAPKV_POOL / 2;
		uint32_t to = MIN(n, i + SNAPKV_POOL / 2 + 1);

		out[i] = 0;
		for (uint32_t j = from; j < to; j++)
			out[i] += values[j];
		out[i] /= SNAPKV_POOL;
	}
}

static void cut(const struct snapkv *k, const struct sparse_step *step,
		struct cache_head *h, const struct snapkv_head *own)
{
	uint32_t n_old = h->n - k->o.recent;
	uint32_t n_keep = k->o.budget - k->o.recent;
	float *pooled = mem_alloc((size_t)n_old * sizeof(*pooled));
	uint32_t *keep = mem_alloc((size_t)h->n * 2 * sizeof(*keep));

	pool(own->mass, n_old, pooled);
	sparse_top(pooled, n_old, n_keep, keep, keep + h->n);
	for (uint32_t i = 0; i < k->o.recent; i++)
		keep[n_keep + i] = n_old + i;
	cache_keep(step->cache, h, keep, k->o.budget);
	mem_free(pooled);
	mem_free(keep);
}

static void evict(void *state, const struct sparse_step *step)
{
	struct snapkv *k = state;

	if (step->pos + 1 != step->dense_end)
		return;
	for (uint32_t i = 0; i < k->s.n_kv_heads; i++) {
		struct cache_head *h = cache_head(step->cache, step->layer, i);
		struct snapkv_head *own =
			&k->heads[step->layer * k->s.n_kv_heads + i];

		if (h->n > k->o.budget && own->n == h->n)
			cut(k, step, h, own);
		mem_free(own->mass);
		*own = (struct snapkv_head){ 0 };
	}
}

const struct sparse sparse_snapkv = {
	.name = "snapkv",
	.about = "the prompt is cut once to what its end attends to",
	.paper = "SnapKV, Li et al. 2024, arXiv 2404.14469",
	.uses = SPARSE_USES_BUDGET | SPARSE_USES_RECENT |
		SPARSE_USES_DENSE_LAYERS,
	.prompt_only = true,
	.defaults = defaults,
	.check = check,
	.create = create,
	.destroy = destroy,
	.copy = copy,
	.seen = seen,
	.evict = evict,
};
