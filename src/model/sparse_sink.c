/*
 * StreamingLLM: the first tokens (attention sinks) and a window of the last
 * ones stay. Positions are those in the cache, without the gap between the
 * two. Only distances count: seen from the newest token, whose position stays
 * the true one, the window's tokens stand where they stood, and the sinks come
 * after it by as much as is missing. While nothing is, nothing moves.
 *
 * Default: 4 sinks, the rest of the budget is the window. The trimming is the
 * same for all heads. As in the published code a token is read before the one
 * that it drives out is gone: a step reads the budget and itself. A prompt
 * that is kept counts as sinks; where it fills the budget, the newest token
 * alone stays beside it.
 */
#include "model/sparse.h"

#include "base/buf.h"

struct sink {
	struct sparse_opts o;
	struct sparse_shape s;
};

static void defaults(struct sparse_opts *o, const struct sparse_shape *s)
{
	(void)s;
	if (o->sinks == SPARSE_AUTO)
		o->sinks = MIN(4, o->budget / 2);
}

static bool check(const struct sparse_opts *o, struct err *err)
{
	return o->sinks < o->budget ||
	       err_set(err, "--sinks takes less than the budget of %u tokens, "
			    "whose rest is sink's window", o->budget);
}

static void *create(const struct sparse_opts *o, const struct sparse_shape *s)
{
	struct sink *k = mem_zalloc(sizeof(*k));

	k->o = *o;
	k->s = *s;
	return k;
}

static void *copy(const void *state)
{
	const struct sink *k = state;

	return create(&k->o, &k->s);
}

/* How many of a head's slots never move: sinks, or the prompt too. */
static uint32_t fixed(const struct sink *k, const struct sparse_step *step)
{
	return k->o.keep_prompt ? MAX(k->o.sinks, step->prompt_end) :
				  k->o.sinks;
}

/* Tokens between the sinks and the window that are no more. Slots behind the
 * sinks are a ring once it is full, of consecutive positions. */
static uint32_t gap(const struct sparse_step *step)
{
	return step->pos + 1 -
	       cache_head(step->cache, step->layer, step->head)->n;
}

static uint32_t n_moved(const void *state, const struct sparse_step *step)
{
	return gap(step) ? fixed(state, step) : 0;
}

static uint32_t place(const void *state, const struct sparse_step *step,
		      uint32_t slot)
{
	(void)state;
	return slot + gap(step);
}

/* Behind the sinks only the last budget - sinks stay. After a prompt many go
 * at once; then one a step, whose slot the newest takes. */
static void evict(void *state, const struct sparse_step *step)
{
	const struct sink *k = state;
	uint32_t sinks = fixed(k, step);
	uint32_t window = k->o.budget > sinks ? k->o.budget - sinks : 1;

	for (uint32_t i = 0; i < k->s.n_kv_heads; i++) {
		struct cache_head *h = cache_head(step->cache, step->layer, i);

		for (uint32_t slot = h->n; slot-- > sinks;)
			if (h->pos[slot] + window <= step->pos)
				cache_drop(step->cache, h, slot);
	}
}

const struct sparse sparse_sink = {
	.name = "sink",
	.about = "attention sinks and a window, positions rolled",
	.paper = "StreamingLLM, Xiao et al. 2023, arXiv 2309.17453",
	.uses = SPARSE_USES_BUDGET | SPARSE_USES_SINKS |
		SPARSE_USES_DENSE_LAYERS | SPARSE_USES_KEEP_PROMPT,
	.defaults = defaults,
	.check = check,
	.create = create,
	.destroy = mem_free,
	.copy = copy,
	.evict = evict,
	.n_moved = n_moved,
	.place = place,
};
