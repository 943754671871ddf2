/*
 * A control: when there are more tokens than the budget, a token that is
 * drawn by lot goes, never the newest. What a policy does better than this
 * is its own merit. Lots depend on the seed, layer, head and step alone. A
 * step reads the budget and the token itself. A prompt that is kept counts in
 * the budget; where it fills it, the newest token alone stays beside it.
 */
#include "model/sparse.h"

#include "base/buf.h"

struct lots {
	struct sparse_opts o;
	struct sparse_shape s;
};

static void *create(const struct sparse_opts *o, const struct sparse_shape *s)
{
	struct lots *k = mem_zalloc(sizeof(*k));

	k->o = *o;
	k->s = *s;
	return k;
}

static void *copy(const void *state)
{
	const struct lots *k = state;

	return create(&k->o, &k->s);
}

/* SplitMix64 (Steele et al. 2014). */
static uint64_t draw(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* Any slot from `first` on but that of position `newest`. */
static uint32_t draw_slot(uint64_t *lot, const struct cache_head *h,
			  uint32_t first, uint32_t newest)
{
	uint32_t slot;

	do
		slot = first + (uint32_t)(draw(lot) % (h->n - first));
	while (h->pos[slot] == newest);
	return slot;
}

static void evict(void *state, const struct sparse_step *step)
{
	const struct lots *k = state;

	for (uint32_t i = 0; i < k->s.n_kv_heads; i++) {
		struct cache_head *h = cache_head(step->cache, step->layer, i);
		uint64_t lot = k->o.seed ^ (uint64_t)step->pos << 32 ^
			       (uint64_t)(step->layer * k->s.n_kv_heads + i);
		uint32_t first =
			k->o.keep_prompt ? MIN(step->prompt_end, h->n) : 0;

		while (h->n > k->o.budget && h->n > first + 1) {
			uint32_t slot = draw_slot(&lot, h, first, step->pos);

			cache_drop(step->cache, h, slot);
		}
	}
}

const struct sparse sparse_random = {
	.name = "random",
	.about = "control: a token drawn by lot goes",
	.paper = "none",
	.uses = SPARSE_USES_BUDGET | SPARSE_USES_DENSE_LAYERS |
		SPARSE_USES_KEEP_PROMPT | SPARSE_USES_SEED,
	.create = create,
	.destroy = mem_free,
	.copy = copy,
	.evict = evict,
};
