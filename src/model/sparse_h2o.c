/*
 * H2O: heavy hitters and the last tokens stay. A token's score is the sum of
 * the attention that it got from all queries so far, the prompt's too; half
 * of the budget is for the best of them, half for the last ones.
 *
 * The published code indexes scores by query head. Where queries share a KV
 * head, the score is the sum over its group. A step reads the budget and the
 * token itself, then one goes. A prompt that is kept counts in the budget;
 * where it fills it, the last tokens stay beside it.
 */
#include "model/sparse.h"

#include "base/buf.h"

struct h2o_head {
	float *score;  /* by slot */
	uint32_t n;
	size_t cap;
};

struct h2o {
	struct sparse_opts o;
	struct sparse_shape s;
	struct h2o_head *heads;
	uint32_t *work;
	size_t work_cap;
};

static void defaults(struct sparse_opts *o, const struct sparse_shape *s)
{
	(void)s;
	if (o->recent == SPARSE_AUTO)
		o->recent = o->budget / 2;
}

static void *create(const struct sparse_opts *o, const struct sparse_shape *s)
{
	struct h2o *k = mem_zalloc(sizeof(*k));

	k->o = *o;
	k->s = *s;
	k->heads = mem_zalloc((size_t)s->n_layers * s->n_kv_heads *
			      sizeof(*k->heads));
	return k;
}

static void destroy(void *state)
{
	struct h2o *k = state;

	for (uint32_t i = 0; k && i < k->s.n_layers * k->s.n_kv_heads; i++)
		mem_free(k->heads[i].score);
	if (!k)
		return;
	mem_free(k->heads);
	mem_free(k->work);
	mem_free(k);
}

static void reach(struct h2o_head *h, uint32_t n)
{
	h->score = grow(h->score, &h->cap, n, sizeof(*h->score));
	while (h->n < n)
		h->score[h->n++] = 0;
}

static void *copy(const void *state)
{
	const struct h2o *from = state;
	struct h2o *to = create(&from->o, &from->s);

	for (uint32_t i = 0; i < to->s.n_layers * to->s.n_kv_heads; i++) {
		reach(&to->heads[i], from->heads[i].n);
		for (uint32_t k = 0; k < from->heads[i].n; k++)
			to->heads[i].score[k] = from->heads[i].score[k];
	}
	return to;
}

static struct h2o_head *head_of(struct h2o *k, uint32_t layer, uint32_t head)
{
	return &k->heads[layer * k->s.n_kv_heads + head];
}

/* Everything is attended to, so place i of p is slot i. */
static void seen(void *state, const struct sparse_step *step,
		 const struct sparse_pick *pick, const float *p, size_t stride)
{
	struct h2o_head *h = head_of(state, step->layer, step->head);
	uint32_t n = pick->lists[0].n_slots;

	reach(h, n);
	for (uint32_t g = 0; g < step->group; g++)
		for (uint32_t i = 0; i < n; i++)
			h->score[i] += p[g * stride + i];
}

/* May this slot go? The last ones may not, and the prompt if it is kept. */
static bool may_go(const struct h2o *k, const struct sparse_step *step,
		   uint32_t pos)
{
	return pos + k->o.recent <= step->pos &&
	       !(k->o.keep_prompt && pos < step->prompt_end);
}

/* The least of those that may go; n if there is none. Among equals the
 * latest. */
static uint32_t least(const struct h2o *k, const struct sparse_step *step,
		      const struct cache_head *h, const struct h2o_head *own)
{
	uint32_t best = h->n;

	for (uint32_t i = 0; i < h->n; i++) {
		if (!may_go(k, step, h->pos[i]))
			continue;
		if (best == h->n || own->score[i] < own->score[best] ||
		    (own->score[i] == own->score[best] &&
		     h->pos[i] > h->pos[best]))
			best = i;
	}
	return best;
}

/* Many at once, after a prompt: slots are in order of position. */
static void keep_best(struct h2o *k, const struct sparse_step *step,
		      struct cache_head *h, struct h2o_head *own)
{
	uint32_t n_free = 0, n_fixed = 0, n_keep, n = h->n, n_out = 0;
	uint32_t *free_slots, *best, *out, *work;
	float *values;

	k->work = grow(k->work, &k->work_cap, (size_t)n * 5,
		       sizeof(*k->work));
	free_slots = k->work;
	best = k->work + n;
	out = best + n;
	work = out + n;
	values = (float *)(work + n);
	for (uint32_t i = 0; i < n; i++) {
		if (may_go(k, step, h->pos[i])) {
			values[n_free] = own->score[i];
			free_slots[n_free++] = i;
		} else {
			n_fixed++;
		}
	}
	n_keep = k->o.budget > n_fixed ? k->o.budget - n_fixed : 0;
	n_keep = MIN(n_keep, n_free);
	sparse_top(values, n_free, n_keep, best, work);
	for (uint32_t i = 0, at = 0; i < n; i++) {
		bool free_slot = may_go(k, step, h->pos[i]);

		if (free_slot && (at == n_keep || free_slots[best[at]] != i))
			continue;
		at += free_slot;
		own->score[n_out] = own->score[i];
		out[n_out++] = i;
	}
	cache_keep(step->cache, h, out, n_out);
	own->n = n_out;
}

static void evict(void *state, const struct sparse_step *step)
{
	struct h2o *k = state;

	for (uint32_t i = 0; i < k->s.n_kv_heads; i++) {
		struct cache_head *h = cache_head(step->cache, step->layer, i);
		struct h2o_head *own = head_of(k, step->layer, i);
		uint32_t slot;

		reach(own, h->n);
		if (h->n > k->o.budget + 1) {
			keep_best(k, step, h, own);
			continue;
		}
		if (h->n <= k->o.budget ||
		    (slot = least(k, step, h, own)) == h->n)
			continue;
		own->score[slot] = own->score[h->n - 1];
		own->n--;
		cache_drop(step->cache, h, slot);
	}
}

const struct sparse sparse_h2o = {
	.name = "h2o",
	.about = "the most attended tokens and the last ones",
	.paper = "H2O, Zhang et al. 2023, arXiv 2306.14048",
	.uses = SPARSE_USES_BUDGET | SPARSE_USES_RECENT |
		SPARSE_USES_DENSE_LAYERS | SPARSE_USES_KEEP_PROMPT,
	.defaults = defaults,
	.create = create,
	.destroy = destroy,
	.copy = copy,
	.seen = seen,
	.evict = evict,
};
