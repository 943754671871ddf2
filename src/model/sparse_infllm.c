/*
 * InfLLM: the first tokens, a local window, and of the blocks between them
 * those that the layer's queries resemble most. Nothing is evicted. Keys in
 * the window have their true distance; all others one distance, that of the
 * window's far end.
 *
 *	budget B   16 first tokens, a window of B/2, blocks of 16: as many as
 *	           the rest of the budget has, less one. That one is for what
 *	           has left the window and fills no block yet, which is always
 *	           read. Small budgets: an eighth first, blocks of an eighth
 *	block      when 16 tokens have left the window; for each query head it
 *	           is represented by the mean of the keys of its 2 tokens that
 *	           got the most of the head's attention in the window
 *	score      sum over all query heads of q . representative: one choice
 *	           for all heads of the layer
 *
 * The shares are ours: the published defaults are 128 first tokens, a window
 * of 4096 and 16 blocks of 128, represented by 4 tokens each, and blocks in
 * the making are not counted. While the whole text fits the budget, all of it
 * is the window. Prompts are attended to densely here; the published code
 * walks through them with the same window and blocks.
 */
#include "model/shortlist.h"
#include "model/sparse.h"

#include <string.h>

#include "base/buf.h"

struct infllm_layer {
	uint32_t n_blocks;
	float *means;          /* n_blocks * n_heads * d: representatives */
	size_t means_cap;
	struct shortlist list; /* of these, each one row */
	float **mass;          /* n_heads: by position, while in window */
	size_t *mass_cap;
	uint32_t *mass_n;
	uint32_t *chosen;      /* blocks of this step, rising */
	uint32_t n_chosen;
	size_t chosen_cap;
};

struct infllm {
	struct sparse_opts o;
	struct sparse_shape s;
	uint32_t n_init, n_local, block, n_top, n_repr;
	struct infllm_layer *layers;
	struct slabs *slabs;
	/* scratch of look() and evict(), which are alone */
	struct shortlist_bench bench;
	float *query, *key;
	uint32_t *work;
	size_t query_cap, work_cap;
};

static void defaults(struct sparse_opts *o, const struct sparse_shape *s)
{
	uint32_t rest;

	(void)s;
	if (o->page == SPARSE_AUTO)
		o->page = MAX(1, MIN(16, o->budget / 8));
	if (o->sinks == SPARSE_AUTO)
		o->sinks = MIN(16, o->budget / 8);
	if (o->recent != SPARSE_AUTO)
		return;
	/* a half, but no more than two blocks leave */
	rest = o->budget - MIN(o->budget, o->sinks);
	rest -= MIN((uint64_t)rest, 2 * (uint64_t)o->page);
	o->recent = MIN(o->budget / 2, rest);
}

static bool check(const struct sparse_opts *o, struct err *err)
{
	uint64_t least = (uint64_t)o->sinks + o->recent +
			 2 * (uint64_t)o->page;

	return (o->recent >= 1 && least <= o->budget) ||
	       err_set(err, "infllm takes --sinks, a window (--recent) of at "
			    "least 1 and 2 blocks (--page): %u + %u + 2 x %u "
			    "can't be with a budget of %u",
		       o->sinks, o->recent, o->page, o->budget);
}

static void *create(const struct sparse_opts *o, const struct sparse_shape *s)
{
	struct infllm *k = mem_zalloc(sizeof(*k));

	k->o = *o;
	k->s = *s;
	k->n_init = o->sinks;
	k->n_local = o->recent;
	k->block = o->page;
	k->n_top = (o->budget - o->sinks - o->recent) / o->page - 1;
	k->n_repr = MAX(1, o->page / 8);
	k->layers = mem_zalloc(s->n_layers * sizeof(*k->layers));
	k->slabs = shortlist_slabs(s->n_heads * s->d);
	for (uint32_t i = 0; i < s->n_layers; i++) {
		struct infllm_layer *l = &k->layers[i];

		l->mass = mem_zalloc(s->n_heads * sizeof(*l->mass));
		l->mass_cap = mem_zalloc(s->n_heads * sizeof(size_t));
		l->mass_n = mem_zalloc(s->n_heads * sizeof(uint32_t));
	}
	return k;
}

static void destroy(void *state)
{
	struct infllm *k = state;

	if (!k)
		return;
	for (uint32_t i = 0; i < k->s.n_layers; i++) {
		struct infllm_layer *l = &k->layers[i];

		for (uint32_t h = 0; h < k->s.n_heads; h++)
			mem_free(l->mass[h]);
		mem_free(l->mass);
		mem_free(l->mass_cap);
		mem_free(l->mass_n);
		mem_free(l->means);
		mem_free(l->chosen);
		shortlist_release(&l->list, k->slabs);
	}
	mem_free(k->layers);
	slabs_free(k->slabs);
	shortlist_bench_release(&k->bench);
	mem_free(k->query);
	mem_free(k->key);
	mem_free(k->work);
	mem_free(k);
}

static void reach_mass(struct infllm_layer *l, uint32_t head, uint32_t n)
{
	l->mass[head] = grow(l->mass[head], &l->mass_cap[head], n + 1,
			     sizeof(float));
	while (l->mass_n[head] < n)
		l->mass[head][l->mass_n[head]++] = 0;
}

static void *copy(const void *state)
{
	const struct infllm *from = state;
	struct infllm *to = create(&from->o, &from->s);

	for (uint32_t i = 0; i < to->s.n_layers; i++) {
		const struct infllm_layer *a = &from->layers[i];
		struct infllm_layer *b = &to->layers[i];
		size_t row = (size_t)to->s.n_heads * to->s.d * sizeof(float);

		for (uint32_t h = 0; h < to->s.n_heads; h++) {
			reach_mass(b, h, a->mass_n[h]);
			if (a->mass_n[h])
				memcpy(b->mass[h], a->mass[h],
				       a->mass_n[h] * sizeof(float));
		}
		b->n_blocks = a->n_blocks;
		b->means = grow(NULL, &b->means_cap, a->n_blocks + 1, row);
		if (a->n_blocks)
			memcpy(b->means, a->means, a->n_blocks * row);
	}
	return to;
}

/* Does everything still fit, so that all of it is the window? */
static bool fits(const struct infllm *k, const struct sparse_step *step)
{
	return step->pos < k->o.budget;
}

/* How many tokens are before the window, which stand elsewhere. */
static uint32_t n_moved(const void *state, const struct sparse_step *step)
{
	const struct infllm *k = state;

	return fits(k, step) || step->pos + 1 < k->n_local ?
		       0 :
		       step->pos + 1 - k->n_local;
}

/* Chooses the layer's blocks: queries turned as at the window's far end. */
static void look(void *state, const struct sparse_step *step)
{
	struct infllm *k = state;
	struct infllm_layer *l = &k->layers[step->layer];
	struct shortlist_rows rows = { (const char *)l->means, GGML_F32,
				       k->s.n_heads * k->s.d * sizeof(float),
				       k->s.n_heads * k->s.d };

	l->n_chosen = MIN(k->n_top, l->n_blocks);
	l->chosen = grow(l->chosen, &l->chosen_cap, l->n_blocks + 1,
			 sizeof(*l->chosen));
	if (fits(k, step) || !l->n_blocks)
		return;
	/* the sum over query heads of q . r is one long dot product */
	k->query = grow(k->query, &k->query_cap, rows.d, sizeof(float));
	memcpy(k->query, step->q, rows.d * sizeof(float));
	for (uint32_t i = 0; i < k->s.n_heads; i++)
		rope_move(step->rope, k->query + (size_t)i * k->s.d, step->pos,
			  k->n_local - 1);
	shortlist_reach(&l->list, k->slabs, &rows, l->n_blocks);
	shortlist_score(&l->list, &k->bench, &rows, k->query, 1);
	memcpy(l->chosen,
	       shortlist_top(&l->list, &k->bench, &rows, k->query, 0,
			     l->n_blocks, l->n_chosen),
	       l->n_chosen * sizeof(*l->chosen));
}

static void choose(void *state, const struct sparse_step *step,
		   struct sparse_pick *pick)
{
	const struct infllm *k = state;
	const struct infllm_layer *l = &k->layers[step->layer];
	const struct cache_head *h =
		cache_head(step->cache, step->layer, step->head);
	struct sparse_list *list = &pick->lists[0];
	uint32_t rest;

	if (fits(k, step)) {
		sparse_pick_add(list, 0, h->n);
		return;
	}
	sparse_pick_add(list, 0, MIN(k->n_init, h->n));
	for (uint32_t i = 0; i < l->n_chosen; i++)
		sparse_pick_add(list, k->n_init + l->chosen[i] * k->block,
				k->block);
	/* what left the window and is in no block yet, and the window */
	rest = MIN(k->n_init + l->n_blocks * k->block, h->n);
	sparse_pick_add(list, rest, h->n - rest);
}

/* Slots are positions: nothing is evicted. */
static void seen(void *state, const struct sparse_step *step,
		 const struct sparse_pick *pick, const float *p, size_t stride)
{
	struct infllm *k = state;
	struct infllm_layer *l = &k->layers[step->layer];
	const struct sparse_list *list = &pick->lists[0];
	uint32_t from = step->pos + 1 > k->n_local ?
				step->pos + 1 - k->n_local :
				0;
	uint32_t at = 0, head = step->head * step->group;

	for (uint32_t g = 0; g < step->group; g++)
		reach_mass(l, head + g, step->pos + 1);
	for (size_t i = 0; i < list->n; i++) {
		for (uint32_t j = 0; j < list->ranges[i].n; j++, at++) {
			uint32_t pos = list->ranges[i].start + j;

			if (pos < from)
				continue;
			for (uint32_t g = 0; g < step->group; g++)
				l->mass[head + g][pos] += p[g * stride + at];
		}
	}
}

static void add_block(struct infllm *k, const struct sparse_step *step,
		      struct infllm_layer *l)
{
	uint32_t first = k->n_init + l->n_blocks * k->block, d = k->s.d;
	uint32_t *best;
	float *mean;

	k->work = grow(k->work, &k->work_cap, (size_t)k->block * 2,
		       sizeof(*k->work));
	best = k->work;
	if (!k->key)
		k->key = mem_alloc(d * sizeof(*k->key));
	l->means = grow(l->means, &l->means_cap, l->n_blocks + 1,
			(size_t)k->s.n_heads * d * sizeof(float));
	mean = l->means + (size_t)l->n_blocks * k->s.n_heads * d;
	memset(mean, 0, (size_t)k->s.n_heads * d * sizeof(float));
	for (uint32_t head = 0; head < k->s.n_heads; head++, mean += d) {
		const struct cache_head *h = cache_head(
			step->cache, step->layer, head / step->group);

		sparse_top(l->mass[head] + first, k->block, k->n_repr, best,
			   best + k->block);
		for (uint32_t i = 0; i < k->n_repr; i++) {
			cache_key(step->cache, h, first + best[i], k->key);
			rope_move(step->rope, k->key, first + best[i], 0);
			for (uint32_t j = 0; j < d; j++)
				mean[j] += k->key[j] / (float)k->n_repr;
		}
	}
	l->n_blocks++;
}

/* Blocks of what has left the window. */
static void evict(void *state, const struct sparse_step *step)
{
	struct infllm *k = state;
	struct infllm_layer *l = &k->layers[step->layer];

	for (uint32_t i = 0; i < k->s.n_heads; i++)
		reach_mass(l, i, step->pos + 1);
	while (k->n_init + (l->n_blocks + 1) * k->block + k->n_local <=
	       step->pos + 1)
		add_block(k, step, l);
}

/* What is in no window has one distance. */
static uint32_t place(const void *state, const struct sparse_step *step,
		      uint32_t slot)
{
	const struct infllm *k = state;

	(void)slot;
	return step->pos - (k->n_local - 1);
}

const struct sparse sparse_infllm = {
	.name = "infllm",
	.about = "first tokens, a window, and the blocks that fit the queries",
	.paper = "InfLLM, Xiao et al. 2024, arXiv 2402.04617",
	.uses = SPARSE_USES_BUDGET | SPARSE_USES_PAGE | SPARSE_USES_SINKS |
		SPARSE_USES_RECENT | SPARSE_USES_DENSE_LAYERS,
	.keeps = true,
	.defaults = defaults,
	.check = check,
	.create = create,
	.destroy = destroy,
	.copy = copy,
	.look = look,
	.select = choose,
	.seen = seen,
	.evict = evict,
	.n_moved = n_moved,
	.place = place,
};
