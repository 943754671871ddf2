/*
 * Quest: all keys and values stay; each query head reads the pages whose
 * bound is highest, and always the last page. The budget is so many whole
 * pages, the last one among them, as in the published kernels; a budget of one
 * page reads the last page alone. (The published evaluation code lets the last
 * page compete and reads at least 3.) While the text is no longer than the
 * budget, everything is read. The first two layers are dense (in models of few
 * layers an eighth of them).
 *
 * Selection is for each query head, also where queries share a KV head, as in
 * the published evaluation code, which repeats the keys for each.
 */
#include "model/sparse_bounds.h"

#include "base/buf.h"

enum { QUEST_DENSE_LAYERS = 2 };

struct quest {
	struct sparse_opts o;
	struct sparse_shape s;
	struct bounds *heads;
};

static void defaults(struct sparse_opts *o, const struct sparse_shape *s)
{
	if (o->dense_layers == SPARSE_AUTO)
		o->dense_layers = MIN(QUEST_DENSE_LAYERS, s->n_layers / 8);
}

static void *create(const struct sparse_opts *o, const struct sparse_shape *s)
{
	struct quest *k = mem_zalloc(sizeof(*k));

	k->o = *o;
	k->s = *s;
	k->heads = mem_zalloc((size_t)s->n_layers * s->n_kv_heads *
			      sizeof(*k->heads));
	return k;
}

static void destroy(void *state)
{
	struct quest *k = state;

	if (!k)
		return;
	for (uint32_t i = 0; i < k->s.n_layers * k->s.n_kv_heads; i++)
		bounds_release(&k->heads[i]);
	mem_free(k->heads);
	mem_free(k);
}

static void *copy(const void *state)
{
	const struct quest *from = state;
	struct quest *to = create(&from->o, &from->s);

	for (uint32_t i = 0; i < to->s.n_layers * to->s.n_kv_heads; i++)
		bounds_copy(&to->heads[i], &from->heads[i]);
	return to;
}

static void choose(void *state, const struct sparse_step *step,
		   struct sparse_pick *pick)
{
	struct quest *k = state;
	const struct cache_head *h =
		cache_head(step->cache, step->layer, step->head);
	struct bounds *b =
		&k->heads[step->layer * k->s.n_kv_heads + step->head];
	uint32_t page = k->o.page, n_pages = (h->n + page - 1) / page;
	uint32_t n_best = k->o.budget / page - 1, last = (n_pages - 1) * page;

	bounds_reach(b, step->cache, h, page);
	pick->each = h->n > k->o.budget;
	if (!pick->each) {
		sparse_pick_add(&pick->lists[0], 0, h->n);
		return;
	}
	bounds_score(b, step->q, step->group, k->s.d);
	for (uint32_t g = 0; g < step->group; g++) {
		const uint32_t *best = bounds_top(
			b, b->scores + (size_t)g * b->n, n_pages - 1, n_best);

		for (uint32_t i = 0; i < n_best; i++)
			sparse_pick_add(&pick->lists[g], best[i] * page, page);
		sparse_pick_add(&pick->lists[g], last, h->n - last);
	}
}

const struct sparse sparse_quest = {
	.name = "quest",
	.about = "each query reads the pages with the highest bound",
	.paper = "Quest, Tang et al. 2024, arXiv 2406.10774",
	.uses = SPARSE_USES_BUDGET | SPARSE_USES_PAGE |
		SPARSE_USES_DENSE_LAYERS,
	.defaults = defaults,
	.create = create,
	.destroy = destroy,
	.copy = copy,
	.select = choose,
};
