/*
 * RaaS: a page that is attended to gets the time as its stamp; when there
 * are more pages than the budget, the one with the oldest stamp goes, before
 * the token that began a new page is attended to. What is kept is read.
 *
 *	stamps   of all pages but the last, those with the highest bounds (as
 *	         Quest's) get the time: half as many as the budget has pages.
 *	         A new page has the time that it began, the prompt's pages that
 *	         of the prompt's end. From the first token on, also while
 *	         nothing has to go yet
 *	prompt   counts in the budget, and may go, as in its code. With
 *	         --keep-prompt it stays: so says the paper
 *	page     a sixteenth of the budget, 16 tokens at most, which are the
 *	         paper's
 *
 * This is the published controller of its kernels. (The published code with a
 * mask reads at least 3 pages.) Stamps are for each KV head: where queries
 * share one, its page's bound is the sum over the group.
 *
 * Defaults are such that a small budget is survived: of the last tokens only
 * the open page is sure to be read. On a real text with a budget of 64 pages of
 * 16 and a prompt of 32 that stays make perplexity 8 times that of dense, these
 * defaults 1.5 times (table-perplexity).
 *
 * A prompt that is kept may eat the budget: then every page goes but the last
 * and the prompt's, and of these the last and the best are read, no more than
 * the budget. With a budget of one page only the last one stays.
 */
#include "model/sparse_bounds.h"

#include <string.h>

#include "base/buf.h"

enum { PAGES_LEAST = 16 };

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
	if (o->page == SPARSE_AUTO)
		o->page = MAX(1, MIN(SPARSE_PAGE, o->budget / PAGES_LEAST));
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
		bounds_copy(&to->heads[i].bounds, &from->heads[i].bounds);
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

static uint32_t pages_of(const struct raas *k, const struct cache_head *h)
{
	return (h->n + k->o.page - 1) / k->o.page;
}

/* The page with the oldest stamp among those that may go; own->n: none. */
static uint32_t oldest(const struct raas *k, const struct sparse_step *step,
		       const struct cache_head *h, const struct raas_head *own)
{
	uint32_t best = own->n;

	for (uint32_t i = 0; i + 1 < own->n; i++) {
		if (k->o.keep_prompt &&
		    h->pos[i * k->o.page] < step->prompt_end)
			continue;
		if (best == own->n || own->stamp[i] < own->stamp[best])
			best = i;
	}
	return best;
}

static void shrink(struct raas *k, const struct sparse_step *step,
		   uint32_t head)
{
	struct cache_head *h = cache_head(step->cache, step->layer, head);
	struct raas_head *own = head_of(k, step->layer, head);
	uint32_t i;

	reach(own, pages_of(k, h), step->pos);
	bounds_reach(&own->bounds, step->cache, h, k->o.page);
	while (h->n > k->o.budget && (i = oldest(k, step, h, own)) < own->n) {
		cache_drop_range(step->cache, h, i * k->o.page, k->o.page);
		bounds_drop(&own->bounds, i);
		own->n--;
		memmove(own->stamp + i, own->stamp + i + 1,
			(own->n - i) * sizeof(*own->stamp));
	}
}

/* The token is in the cache: room for it. */
static void look(void *state, const struct sparse_step *step)
{
	struct raas *k = state;

	for (uint32_t head = 0; head < k->s.n_kv_heads; head++)
		shrink(k, step, head);
}

static void choose(void *state, const struct sparse_step *step,
		   struct sparse_pick *pick)
{
	struct raas *k = state;
	struct raas_head *own = head_of(k, step->layer, step->head);
	const struct cache_head *h =
		cache_head(step->cache, step->layer, step->head);
	uint32_t page = k->o.page, n_old = own->n - 1, last = n_old * page;
	const float *total = score(k, own, step);
	uint32_t n_best = MIN(k->o.budget / page / 2, n_old);
	const uint32_t *best = bounds_top(&own->bounds, total, n_old, n_best);

	for (uint32_t i = 0; i < n_best; i++)
		own->stamp[best[i]] = step->pos;
	if (h->n <= k->o.budget) {
		sparse_pick_add(&pick->lists[0], 0, h->n);
		return;
	}
	n_best = (k->o.budget - (h->n - last)) / page;
	best = bounds_top(&own->bounds, total, n_old, n_best);
	for (uint32_t i = 0; i < n_best; i++)
		sparse_pick_add(&pick->lists[0], best[i] * page, page);
	sparse_pick_add(&pick->lists[0], last, h->n - last);
}

/* After a prompt; after a step look() has done it. */
static void evict(void *state, const struct sparse_step *step)
{
	if (step->pos + 1 == step->dense_end)
		look(state, step);
}

const struct sparse sparse_raas = {
	.name = "raas",
	.about = "pages not attended to for longest go",
	.paper = "RaaS, Hu et al. 2025, arXiv 2502.11147",
	.uses = SPARSE_USES_BUDGET | SPARSE_USES_PAGE |
		SPARSE_USES_DENSE_LAYERS | SPARSE_USES_KEEP_PROMPT,
	.defaults = defaults,
	.create = create,
	.destroy = destroy,
	.copy = copy,
	.look = look,
	.select = choose,
	.evict = evict,
};
