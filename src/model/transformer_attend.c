/*
 * Attention of a batch in one layer: what is read is the policy's choice, how
 * it is read is attend.h's. A token's chunks are shared out among threads, a
 * prompt's tiles, or, where a policy wants to see each token's shares, the KV
 * heads.
 */
#include "model/transformer_impl.h"

#include <string.h>

#include "base/buf.h"

static void clear_pick(struct sparse_pick *pick, uint32_t group)
{
	pick->each = false;
	for (uint32_t g = 0; g < group; g++)
		pick->lists[g].n = pick->lists[g].n_slots = 0;
}

enum { WORD_BITS = 64 };

/* Sets the bits of a range. */
static void set_range(uint64_t *bits, const struct sparse_range *r)
{
	uint32_t end = r->start + r->n;

	for (uint32_t at = r->start, n; at < end; at += n) {
		n = MIN(end - at, WORD_BITS - at % WORD_BITS);
		bits[at / WORD_BITS] |= (~(uint64_t)0 >> (WORD_BITS - n))
					<< at % WORD_BITS;
	}
}

/* Slots that the lists have between them. What one query of a group has read
 * is at hand for the others, so a key is counted once, as where all queries
 * share a list: what was read is never more than what is kept. */
static size_t n_read(struct workbench *b, const struct sparse_pick *pick,
		     uint32_t group, uint32_t n_slots)
{
	size_t n_words = (n_slots + WORD_BITS - 1) / WORD_BITS, n = 0;

	if (!pick->each)
		return pick->lists[0].n_slots;
	b->seen = grow(b->seen, &b->seen_cap, n_words + 1, sizeof(*b->seen));
	memset(b->seen, 0, n_words * sizeof(*b->seen));
	for (uint32_t g = 0; g < group; g++)
		for (size_t i = 0; i < pick->lists[g].n; i++)
			set_range(b->seen, &pick->lists[g].ranges[i]);
	for (size_t i = 0; i < n_words; i++)
		n += (size_t)__builtin_popcountll(b->seen[i]);
	return n;
}

static struct sparse_step step_of(const struct transformer *t, uint32_t head,
				  uint32_t i)
{
	uint32_t group = t->shape.n_heads / t->shape.n_kv_heads;

	return (struct sparse_step){
		.cache = t->cache,
		.layer = t->layer,
		.head = head,
		.group = group,
		.pos = t->n + i,
		.prompt_end = t->prompt_end,
		.dense_end = t->dense_end,
		.q = t->q +
		     ((size_t)i * t->shape.n_heads + head * group) * t->shape.d,
		.rope = t->ropes[0],
	};
}

static bool is_sparse(const struct transformer *t)
{
	return transformer_is_sparse(t, t->layer);
}

/* The slots that a position of the batch sees, where no policy chooses: all
 * before it and its own, or a window's. The batch's later tokens are in the
 * cache already. */
static void pick_all(const struct transformer *t, const struct cache_head *h,
		     uint32_t pos, struct sparse_list *list)
{
	uint32_t window = t->m->shape.window, from = 0;
	uint32_t end = h->n - (t->n + t->n_batch - 1 - pos);

	if (transformer_is_near(t) && end > window)
		from = end - window;
	sparse_pick_add(list, from, end - from);
}

/* What a policy chose, or what it has no say in. */
static void pick(struct transformer *t, struct workbench *b,
		 const struct sparse_step *step)
{
	const struct cache_head *h = cache_head(t->cache, t->layer, step->head);
	struct sparse_pick *chosen = &t->picks[step->head];

	clear_pick(chosen, step->group);
	if (!t->dense && t->policy->select)
		t->policy->select(t->state, step, chosen);
	else
		pick_all(t, h, step->pos, &chosen->lists[0]);
	b->read_slots[step->pos - t->n] +=
		n_read(b, chosen, step->group, h->n);
}

/* Are shares of attention asked for? */
static bool is_seen(const struct transformer *t)
{
	return is_sparse(t) && t->policy->seen;
}

static struct attend attend_of(const struct transformer *t,
			       const struct sparse_step *step)
{
	bool moves = !t->dense && t->policy->n_moved;

	return (struct attend){
		.cache = t->cache,
		.h = cache_head(t->cache, t->layer, step->head),
		.scale = t->m->shape.attn_scale,
		.cap = t->m->shape.attn_cap,
		.policy = moves ? t->policy : NULL,
		.state = t->state,
		.step = step,
	};
}

/* The i-th list of what was picked for a step. */
static struct attend attend_list(const struct transformer *t,
				 const struct sparse_step *step, uint32_t i)
{
	const struct sparse_pick *chosen = &t->picks[step->head];
	struct attend a = attend_of(t, step);

	a.list = &chosen->lists[i];
	a.n_q = chosen->each ? 1 : step->group;
	a.q = step->q + (size_t)i * t->shape.d;
	a.p = is_seen(t) && !chosen->each ? t->shares[step->head].p : NULL;
	return a;
}

static uint32_t n_lists(const struct transformer *t,
			const struct sparse_step *step)
{
	return t->picks[step->head].each ? step->group : 1;
}

static uint32_t n_chunks(const struct transformer *t,
			 const struct sparse_step *step)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < n_lists(t, step); i++)
		n += attend_n_chunks(&t->picks[step->head].lists[i]);
	return n;
}

/* Room for what a step's chunks give; how many there are. */
static uint32_t make_room(struct transformer *t, const struct sparse_step *step)
{
	struct shares *s = &t->shares[step->head];
	uint32_t n = n_chunks(t, step);

	s->partials = grow(s->partials, &s->partials_cap,
			   n * attend_partial(step->group, t->shape.d) + 1,
			   sizeof(*s->partials));
	if (is_seen(t))
		s->p = grow(s->p, &s->p_cap,
			    (size_t)t->picks[step->head].lists[0].n_slots *
				    step->group,
			    sizeof(*s->p));
	return n;
}

/* Chunks [from, to) of the step's lists, one list after the other. */
static void run_chunks(struct transformer *t, struct workbench *b,
		       const struct sparse_step *step, uint32_t from,
		       uint32_t to)
{
	float *partials = t->shares[step->head].partials;

	for (uint32_t i = 0, at = 0, n; i < n_lists(t, step); i++, at += n) {
		struct attend a = attend_list(t, step, i);

		n = attend_n_chunks(a.list);
		if (at < to && at + n > from)
			attend_run(&a, &b->attend, MAX(at, from) - at,
				   MIN(at + n, to) - at, partials);
		partials += n * attend_partial(a.n_q, t->shape.d);
	}
}

/* The chunks are done: what they are together, and the policy sees it. */
static void join_chunks(struct transformer *t, const struct sparse_step *step)
{
	struct shares *s = &t->shares[step->head];
	float *out = t->att + (step->q - t->q), *partials = s->partials;

	for (uint32_t i = 0; i < n_lists(t, step); i++) {
		struct attend a = attend_list(t, step, i);

		attend_join(&a, partials, out + (size_t)i * t->shape.d);
		partials += attend_n_chunks(a.list) *
			    attend_partial(a.n_q, t->shape.d);
	}
	if (is_seen(t))
		t->policy->seen(t->state, step, &t->picks[step->head], s->p,
				t->picks[step->head].lists[0].n_slots);
}

/* --- one token: chunks of all KV heads are shared out ------------------- */

static void pick_part(void *ctx, unsigned i, unsigned n)
{
	struct transformer *t = ctx;

	for (uint32_t head = i; head < t->shape.n_kv_heads; head += n) {
		struct sparse_step step = step_of(t, head, 0);

		pick(t, &t->workbenches[i], &step);
	}
}

static void chunks_part(void *ctx, unsigned i, unsigned n)
{
	struct transformer *t = ctx;
	uint32_t from, to, at = 0;

	pool_part(t->n_chunks, 1, i, n, &from, &to);
	for (uint32_t head = 0; head < t->shape.n_kv_heads; head++) {
		struct sparse_step step = step_of(t, head, 0);
		uint32_t end = at + n_chunks(t, &step);

		if (at < to && end > from)
			run_chunks(t, &t->workbenches[i], &step,
				   MAX(at, from) - at, MIN(end, to) - at);
		at = end;
	}
}

static void join_part(void *ctx, unsigned i, unsigned n)
{
	struct transformer *t = ctx;

	for (uint32_t head = i; head < t->shape.n_kv_heads; head += n) {
		struct sparse_step step = step_of(t, head, 0);

		join_chunks(t, &step);
	}
}

static void attend_token(struct transformer *t)
{
	if (!t->dense && t->policy->select)
		pool_run(t->pool, pick_part, t);
	else
		pick_part(t, 0, 1);
	t->n_chunks = 0;
	for (uint32_t head = 0; head < t->shape.n_kv_heads; head++) {
		struct sparse_step step = step_of(t, head, 0);

		t->n_chunks += make_room(t, &step);
	}
	pool_run(t->pool, chunks_part, t);
	if (is_seen(t))
		pool_run(t->pool, join_part, t);
	else
		join_part(t, 0, 1);
}

/* --- many tokens -------------------------------------------------------- */

/* All tokens of the batch in one KV head, one after the other: the policy
 * chooses or sees. */
static void heads_part(void *ctx, unsigned i, unsigned n)
{
	struct transformer *t = ctx;
	struct workbench *b = &t->workbenches[i];

	for (uint32_t head = i; head < t->shape.n_kv_heads; head += n)
		for (uint32_t k = 0; k < t->n_batch; k++) {
			struct sparse_step step = step_of(t, head, k);

			pick(t, b, &step);
			run_chunks(t, b, &step, 0, make_room(t, &step));
			join_chunks(t, &step);
		}
}

/* Tiles of tokens that see all before them: those of all KV heads are shared
 * out. */
static void tiles_part(void *ctx, unsigned i, unsigned n)
{
	struct transformer *t = ctx;
	uint32_t n_tiles = (t->n_batch + ATTEND_TILE - 1) / ATTEND_TILE;
	uint32_t from, to;

	pool_part(n_tiles * t->shape.n_kv_heads, 1, i, n, &from, &to);
	for (; from < to; from++) {
		uint32_t k = from % n_tiles * ATTEND_TILE;
		struct sparse_step step = step_of(t, from / n_tiles, k);
		struct attend a = attend_of(t, &step);

		attend_tile(&a, &t->workbenches[i].attend, step.q,
			    t->att + (step.q - t->q),
			    (size_t)t->shape.n_heads * t->shape.d, step.group,
			    MIN(t->n_batch - k, (uint32_t)ATTEND_TILE),
			    a.h->n - (t->n_batch - 1 - k));
	}
}

static void attend_batch(struct transformer *t)
{
	bool chosen = !t->dense && (t->policy->select || t->policy->n_moved);

	if (chosen || is_seen(t) || transformer_is_near(t)) {
		pool_run(t->pool, heads_part, t);
		return;
	}
	pool_run(t->pool, tiles_part, t);
	for (uint32_t head = 0; head < t->shape.n_kv_heads; head++)
		for (uint32_t k = 0; k < t->n_batch; k++) {
			struct sparse_step step = step_of(t, head, k);

			pick(t, &t->workbenches[0], &step);
		}
}

/* --- what was read ------------------------------------------------------ */

/* Are these CACHE_PAGE positions those of one page, in order? */
static bool is_whole_page(const uint32_t *pos)
{
	uint32_t apart = pos[0] % CACHE_PAGE;

	for (uint32_t i = 0; i < CACHE_PAGE; i++)
		apart |= pos[i] ^ (pos[0] + i);
	return !apart;
}

void transformer_mark(uint64_t *bits, const struct cache_head *h,
		      uint32_t start, uint32_t n)
{
	const uint32_t *pos = h->pos + start;

	for (uint32_t i = 0, step; i < n; i += step) {
		uint32_t page = pos[i] / CACHE_PAGE;

		bits[page / 64] |= (uint64_t)1 << page % 64;
		step = n - i >= CACHE_PAGE && is_whole_page(pos + i)
			       ? CACHE_PAGE
			       : 1;
	}
}

/* Slots of a head that has kept all: its slots are positions. */
static void mark_all(uint64_t *bits, const struct sparse_range *r)
{
	uint32_t first = r->start / CACHE_PAGE;
	uint32_t end = (r->start + r->n + CACHE_PAGE - 1) / CACHE_PAGE;

	set_range(bits, &(struct sparse_range){ first, end - first });
}

static void note_list(const struct transformer *t, const struct cache_head *h,
		      uint64_t *bits, const struct sparse_list *list)
{
	bool all = h->n == t->n + t->n_batch;

	for (size_t i = 0; i < list->n; i++)
		if (all)
			mark_all(bits, &list->ranges[i]);
		else
			transformer_mark(bits, h, list->ranges[i].start,
					 list->ranges[i].n);
}

static void note_read(struct transformer *t)
{
	uint32_t group = t->shape.n_heads / t->shape.n_kv_heads;

	for (uint32_t head = 0; head < t->shape.n_kv_heads; head++) {
		const struct sparse_pick *pick = &t->picks[head];

		for (uint32_t g = 0; g < (pick->each ? group : 1); g++)
			note_list(t, cache_head(t->cache, t->layer, head),
				  t->read + transformer_row(t, t->layer, head),
				  &pick->lists[g]);
	}
}

/* --- a layer ------------------------------------------------------------ */

/* What a window has passed goes, a window's length at a time, so that a text
 * can still be cut back by as much. */
static void forget_far(struct transformer *t)
{
	uint32_t window = t->m->shape.window;

	for (uint32_t i = 0; i < t->shape.n_kv_heads; i++) {
		struct cache_head *h = cache_head(t->cache, t->layer, i);
		/* those behind the first may have been read ahead in vain */
		uint32_t n = h->n - MIN(h->n, t->n_batch - 1);

		if (n / 3 <= window || n - window * 2 < CACHE_PAGE)
			return;
		n = (n - window * 2) / CACHE_PAGE * CACHE_PAGE;
		cache_drop_range(t->cache, h, 0, n);
	}
}

static void store(struct transformer *t)
{
	uint32_t n_kv = t->shape.n_kv_heads, d = t->shape.d;

	for (uint32_t i = 0; i < t->n_batch; i++)
		for (uint32_t h = 0; h < n_kv; h++)
			cache_append(
				t->cache, cache_head(t->cache, t->layer, h),
				t->n + i, t->k + ((size_t)i * n_kv + h) * d,
				t->v + ((size_t)i * n_kv + h) * d);
}

static void evict(struct transformer *t, const struct sparse_step *step)
{
	t->policy->evict(t->state, step);
	for (uint32_t i = 0; i < t->shape.n_kv_heads; i++)
		t->evicted |= cache_head(t->cache, t->layer, i)->n <= step->pos;
}

void transformer_attend(struct transformer *t)
{
	struct sparse_step all = step_of(t, 0, 0);

	t->dense = t->n < t->dense_end || !is_sparse(t);
	store(t);
	if (!t->dense && t->policy->look)
		t->policy->look(t->state, &all);
	(t->n_batch == 1 ? attend_token : attend_batch)(t);
	note_read(t);
	if (transformer_is_near(t))
		forget_far(t);
	all.pos = t->n + t->n_batch - 1;
	if (!is_sparse(t) || !t->policy->evict || all.pos + 1 < t->dense_end)
		return;
	evict(t, &all);
}

void transformer_evict_prompt(struct transformer *t)
{
	if (!t->policy->evict || !t->n)
		return;
	for (t->layer = 0; t->layer < t->shape.n_layers; t->layer++) {
		struct sparse_step last;

		if (!is_sparse(t))
			continue;
		last = step_of(t, 0, 0);
		last.pos = t->n - 1;
		evict(t, &last);
	}
}
