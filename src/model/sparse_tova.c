/*
 * TOVA: when there are more tokens than the budget, the one that the last
 * query attends to least goes, on the mean over all query heads of the layer;
 * so all heads of a layer keep the same tokens. No sinks, no recent ones: even
 * the newest may go. A step reads the budget and the token itself. A prompt
 * that is kept counts in the budget; where it fills it, one token stays beside.
 */
#include "model/sparse.h"

#include "base/buf.h"

/* A layer: what the last query attends to, each KV head its own sum, since
 * heads are looked at by different threads. */
struct tova_head {
	float *mass;
	size_t cap;
	uint32_t n;
};

struct tova {
	struct sparse_opts o;
	struct sparse_shape s;
	struct tova_head *heads;
	uint32_t *work;
	size_t work_cap;
	float *mean;
	size_t mean_cap;
};

static void *create(const struct sparse_opts *o, const struct sparse_shape *s)
{
	struct tova *k = mem_zalloc(sizeof(*k));

	k->o = *o;
	k->s = *s;
	k->heads = mem_zalloc((size_t)s->n_layers * s->n_kv_heads *
			      sizeof(*k->heads));
	return k;
}

static void destroy(void *state)
{
	struct tova *k = state;

	if (!k)
		return;
	for (uint32_t i = 0; i < k->s.n_layers * k->s.n_kv_heads; i++)
		mem_free(k->heads[i].mass);
	mem_free(k->heads);
	mem_free(k->work);
	mem_free(k->mean);
	mem_free(k);
}

/* Nothing outlives a step. */
static void *copy(const void *state)
{
	const struct tova *k = state;

	return create(&k->o, &k->s);
}

static void seen(void *state, const struct sparse_step *step,
		 const struct sparse_pick *pick, const float *p, size_t stride)
{
	struct tova *k = state;
	struct tova_head *h =
		&k->heads[step->layer * k->s.n_kv_heads + step->head];
	uint32_t n = pick->lists[0].n_slots;

	if (step->pos + 1 < step->dense_end)
		return; /* only the last query counts */
	h->mass = grow(h->mass, &h->cap, n, sizeof(*h->mass));
	h->n = n;
	for (uint32_t i = 0; i < n; i++) {
		h->mass[i] = 0;
		for (uint32_t g = 0; g < step->group; g++)
			h->mass[i] += p[g * stride + i];
	}
}

static void sum_heads(struct tova *k, uint32_t layer, uint32_t n)
{
	k->mean = grow(k->mean, &k->mean_cap, n, sizeof(*k->mean));
	for (uint32_t i = 0; i < n; i++) {
		k->mean[i] = 0;
		for (uint32_t h = 0; h < k->s.n_kv_heads; h++)
			k->mean[i] +=
				k->heads[layer * k->s.n_kv_heads + h].mass[i];
	}
}

static void evict(void *state, const struct sparse_step *step)
{
	struct tova *k = state;
	uint32_t n = cache_head(step->cache, step->layer, 0)->n;
	/* never evicted, so these are the first slots still */
	uint32_t first = k->o.keep_prompt ? MIN(step->prompt_end, n) : 0;
	uint32_t n_keep = MAX(k->o.budget, first + (first > 0));

	if (n <= n_keep || k->heads[step->layer * k->s.n_kv_heads].n != n)
		return;
	sum_heads(k, step->layer, n);
	k->work = grow(k->work, &k->work_cap, (size_t)n * 2,
		       sizeof(*k->work));
	sparse_top(k->mean + first, n - first, n_keep - first, k->work + first,
		   k->work + n);
	for (uint32_t i = 0; i < n_keep; i++)
		k->work[i] = i < first ? i : k->work[i] + first;
	for (uint32_t h = 0; h < k->s.n_kv_heads; h++)
		cache_keep(step->cache,
			   cache_head(step->cache, step->layer, h), k->work,
			   n_keep);
}

const struct sparse sparse_tova = {
	.name = "tova",
	.about = "the token that the last query attends to least goes",
	.paper = "TOVA, Oren et al. 2024, arXiv 2401.06104",
	.uses = SPARSE_USES_BUDGET | SPARSE_USES_DENSE_LAYERS |
		SPARSE_USES_KEEP_PROMPT,
	.create = create,
	.destroy = destroy,
	.copy = copy,
	.seen = seen,
	.evict = evict,
};
