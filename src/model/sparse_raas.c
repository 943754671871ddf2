/*
 * RaaS: a page that is attended to gets the time as its stamp; when there
 * are more pages than the budget, the one with the oldest stamp goes. Which
 * pages are attended to is told by Quest's bound: the better half of the
 * budget's pages are stamped. The last page never goes, and the prompt stays
 * (so says the paper; --keep-prompt=0 is its code).
 *
 * Stamps are for each KV head: where queries share one, its page's bound is
 * the sum over the group. When the kept prompt fills the budget, the best
 * pages within the budget are read, the last one always.
 */
#include "model/sparse_bounds.h"

#include <string.h>

#include "base/buf.h"

struct raas_head {
	struct bounds bounds;
	uint32_t *stamp;     /* by page, the open one too */
	uint32_t n;
	size_t cap;
	float *total;        /* scratch: bounds summed over the group */
	size_t total_cap;
};

struct raas {
	struct sparse_opts o;
	struct sparse_shape s;
	struct raas_head *heads;
};

static void defaults(struct sparse_opts *o, const struct sparse_shape *s)
{
	(void)s;
	o->page = CACHE_PAGE; /* pages go as a whole */
	if (o->budget != SPARSE_AUTO)
		o->budget = MAX(o->budget, 2 * CACHE_PAGE);
	if (o->keep_prompt == SPARSE_AUTO)
		o->keep_prompt = 1;
}

static void *create(const struct sparse_opts *o, const struct sparse_shape *s)
{
	struct raas *k = mem_zalloc(sizeof(*k));

	k->o = *o;
	k->s = *s;
	k->heads = mem_zalloc((size_t)s->n_layers * s->n_kv_heads *
			      sizeof(*k->heads));
	return k;
}

static void destroy(void *state)
{
	struct raas *k = state;

	if (!k)
		return;
	for (uint32_t i = 0; i < k->s.n_layers * k->s.n_kv_heads; i++) {
		bounds_release(&k->heads[i].bounds);
		mem_free(k->heads[i].stamp);
		mem_free(k->heads[i].total);
	}
	mem_free(k->heads);
	mem_free(k);
}

/* A page that is new is stamped now. */
static void reach(struct raas_head *own, uint32_t n_pages, uint32_t now)
{
	own->stamp = grow(own->stamp, &own->cap, n_pages + 1,
			  sizeof(*own->stamp));
	while (own->n < n_pages)
		own->stamp[own->n++] = now;
}

static void *copy(const void *state)
{
	const struct raas *from = state;
	struct raas *to = create(&from->o, &from->s);

	for (uint32_t i = 0; i < to->s.n_layers * to->s.n_kv_heads; i++) {
		bounds_copy(&to->heads[i].bounds, &from->heads[i].bounds,
			    to->s.d);
		reach(&to->heads[i], from->heads[i].n, 0);
		if (from->heads[i].n)
			memcpy(to->heads[i].stamp, from->heads[i].stamp,
			       from->heads[i].n * sizeof(uint32_t));
	}
	return to;
}

static struct raas_head *head_of(struct raas *k, uint32_t layer,
				 uint32_t head)
{
	return &k->heads[layer * k->s.n_kv_heads + head];
}

/* Bounds of the complete pages, summed over the group. */
static const float *score(struct raas *k, struct raas_head *own,
			  const struct sparse_step *step)
{
	struct bounds *b = &own->bounds;

	bounds_score(b, step->q, step->group, k->s.d);
	own->total = grow(own->total, &own->total_cap, b->n + 1,
			  sizeof(*own->total));
	for (uint32_t i = 0; i < b->n; i++) {
		own->total[i] = 0;
		for (uint32_t g = 0; g < step->group; g++)
			own->total[i] += b->scores[(size_t)g * b->n + i];
	}
	return own->total;
}

static void choose(void *state, const struct sparse_step *step,
		   struct sparse_pick *pick)
{
	struct raas *k = state;
	struct raas_head *own = head_of(k, step->layer, step->head);
	const struct cache_head *h =
		cache_head(step->cache, step->layer, step->head);
	uint32_t n_pages = (h->n + CACHE_PAGE - 1) / CACHE_PAGE;
	uint32_t n_budget = k->o.budget / CACHE_PAGE;
	uint32_t last = (n_pages - 1) * CACHE_PAGE, n_best;
	const uint32_t *best;
	const float *total;

	reach(own, n_pages, step->pos);
	bounds_reach(&own->bounds, step->cache, h, CACHE_PAGE);
	if (h->n <= k->o.budget && step->pos < k->o.budget) {
		sparse_pick_add(&pick->lists[0], 0, h->n);
		return; /* it begins when there are more tokens than that */
	}
	total = score(k, own, step);
	if (n_pages <= n_budget) {
		sparse_pick_add(&pick->lists[0], 0, h->n);
	} else {
		n_best = n_budget - 1;
		best = bounds_top(&own->bounds, total, n_pages - 1, n_best);
		for (uint32_t i = 0; i < n_best; i++)
			sparse_pick_add(&pick->lists[0],
					best[i] * CACHE_PAGE, CACHE_PAGE);
		sparse_pick_add(&pick->lists[0], last, h->n - last);
	}
	n_best = MIN(n_budget / 2, own->bounds.n);
	best = bounds_top(&own->bounds, total, own->bounds.n, n_best);
	for (uint32_t i = 0; i < n_best; i++)
		own->stamp[best[i]] = step->pos;
}

/* The page with the oldest stamp among those that may go; n_pages: none. */
static uint32_t oldest(const struct raas *k, const struct sparse_step *step,
		       const struct cache_head *h, const struct raas_head *own)
{
	uint32_t best = own->n;

	for (uint32_t i = 0; i + 1 < own->n; i++) {
		if (k->o.keep_prompt &&
		    h->pos[i * CACHE_PAGE] < step->prompt_end)
			continue;
		if (best == own->n || own->stamp[i] < own->stamp[best])
			best = i;
	}
	return best;
}

static void evict(void *state, const struct sparse_step *step)
{
	struct raas *k = state;

	for (uint32_t head = 0; head < k->s.n_kv_heads; head++) {
		struct cache_head *h =
			cache_head(step->cache, step->layer, head);
		struct raas_head *own = head_of(k, step->layer, head);
		uint32_t i;

		reach(own, (h->n + CACHE_PAGE - 1) / CACHE_PAGE, step->pos);
		bounds_reach(&own->bounds, step->cache, h, CACHE_PAGE);
		while (own->n > k->o.budget / CACHE_PAGE &&
		       (i = oldest(k, step, h, own)) < own->n) {
			cache_drop_page(step->cache, h, i);
			bounds_drop(&own->bounds, i, k->s.d);
			own->n--;
			memmove(own->stamp + i, own->stamp + i + 1,
				(own->n - i) * sizeof(*own->stamp));
		}
	}
}

const struct sparse sparse_raas = {
	.name = "raas",
	.about = "pages not attended to for longest go; the prompt stays",
	.paper = "RaaS, Hu et al. 2025, arXiv 2502.11147",
	.defaults = defaults,
	.create = create,
	.destroy = destroy,
	.copy = copy,
	.select = choose,
	.evict = evict,
};
