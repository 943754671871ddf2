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
#include "model/shortlist.h"
#include "model/sparse_bounds.h"

#include "base/buf.h"

enum { QUEST_DENSE_LAYERS = 2 };

struct quest_head {
	struct bounds bounds;
	struct shortlist list; /* of these */
};

/* A KV head's, whatever the layer: threads have heads. */
struct quest_bench {
	struct shortlist_bench bench;
	float *query; /* of its group, parted */
};

struct quest {
	struct sparse_opts o;
	struct sparse_shape s;
	struct quest_head *heads;
	struct quest_bench *benches;
	struct slabs *slabs;
};

static void defaults(struct sparse_opts *o, const struct sparse_shape *s)
{
	if (o->dense_layers == SPARSE_AUTO)
		o->dense_layers = MIN(QUEST_DENSE_LAYERS, s->n_layers / 8);
}

static void *create(const struct sparse_opts *o, const struct sparse_shape *s)
{
	struct quest *k = mem_zalloc(sizeof(*k));
	size_t group_bytes = (size_t)s->n_heads / s->n_kv_heads * 2 * s->d *
			     sizeof(float);

	k->o = *o;
	k->s = *s;
	k->heads = mem_zalloc((size_t)s->n_layers * s->n_kv_heads *
			      sizeof(*k->heads));
	k->benches = mem_zalloc(s->n_kv_heads * sizeof(*k->benches));
	for (uint32_t i = 0; i < s->n_kv_heads; i++)
		k->benches[i].query = mem_alloc(group_bytes);
	k->slabs = shortlist_slabs(2 * s->d);
	return k;
}

static void destroy(void *state)
{
	struct quest *k = state;

	if (!k)
		return;
	for (uint32_t i = 0; i < k->s.n_layers * k->s.n_kv_heads; i++) {
		bounds_release(&k->heads[i].bounds);
		shortlist_release(&k->heads[i].list, k->slabs);
	}
	for (uint32_t i = 0; i < k->s.n_kv_heads; i++) {
		shortlist_bench_release(&k->benches[i].bench);
		mem_free(k->benches[i].query);
	}
	slabs_free(k->slabs);
	mem_free(k->benches);
	mem_free(k->heads);
	mem_free(k);
}

/* Shortlists are made anew. */
static void *copy(const void *state)
{
	const struct quest *from = state;
	struct quest *to = create(&from->o, &from->s);

	for (uint32_t i = 0; i < to->s.n_layers * to->s.n_kv_heads; i++)
		bounds_copy(&to->heads[i].bounds, &from->heads[i].bounds);
	return to;
}

static struct quest_head *head_of(const struct quest *k, uint32_t layer,
				  uint32_t head)
{
	return &k->heads[layer * k->s.n_kv_heads + head];
}

static struct shortlist_rows rows_of(const struct bounds *b, uint32_t d)
{
	return (struct shortlist_rows){ b->rows, b->type, b->row_bytes, 2 * d };
}

/* Pages that are complete now, in all heads of the layer. */
static void look(void *state, const struct sparse_step *step)
{
	struct quest *k = state;

	for (uint32_t i = 0; i < k->s.n_kv_heads; i++) {
		struct quest_head *own = head_of(k, step->layer, i);
		struct shortlist_rows rows;

		bounds_reach(&own->bounds, step->cache,
			     cache_head(step->cache, step->layer, i),
			     k->o.page);
		rows = rows_of(&own->bounds, k->s.d);
		shortlist_reach(&own->list, k->slabs, &rows, own->bounds.n);
	}
}

static void choose(void *state, const struct sparse_step *step,
		   struct sparse_pick *pick)
{
	const struct quest *k = state;
	const struct cache_head *h =
		cache_head(step->cache, step->layer, step->head);
	const struct quest_head *own = head_of(k, step->layer, step->head);
	struct quest_bench *b = &k->benches[step->head];
	struct shortlist_rows rows = rows_of(&own->bounds, k->s.d);
	uint32_t page = k->o.page, n_pages = (h->n + page - 1) / page;
	uint32_t n_best = k->o.budget / page - 1, last = (n_pages - 1) * page;

	pick->each = h->n > k->o.budget;
	if (!pick->each) {
		sparse_pick_add(&pick->lists[0], 0, h->n);
		return;
	}
	for (uint32_t g = 0; g < step->group; g++)
		bounds_part(b->query + (size_t)g * rows.d,
			    step->q + (size_t)g * k->s.d, k->s.d);
	shortlist_score(&own->list, &b->bench, &rows, b->query, step->group);
	for (uint32_t g = 0; g < step->group; g++) {
		const uint32_t *best = shortlist_top(
			&own->list, &b->bench, &rows, b->query, g, n_pages - 1,
			n_best);

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
	.look = look,
	.select = choose,
};
