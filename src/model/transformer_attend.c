/*
 * Attention of a batch in one layer. Each KV head is one thread's: it reads
 * every key and value once for all the queries that share them.
 */
#include "model/transformer_impl.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"

enum { CACHE_LINE = 64, STRIP_ROWS = 8, STRETCHES_AHEAD = 4 };

/* Rows of a list that lie one after the other: in one page. */
struct stretch {
	const char *keys, *values;
	uint32_t n;
};

/* One query's or one group's attention to a list of slots. */
struct attention {
	const struct sparse_step *step;
	const struct cache_head *h;
	const struct sparse_list *list;
	const struct stretch *stretches;
	size_t n_stretches;
	const float *q;
	uint32_t n_q;
	float *out;
	float *scores; /* [n_q][list->n_slots] */
};

/* Cuts the list by pages. */
static void cut_list(const struct transformer *t, struct workbench *b,
		     struct attention *a)
{
	b->stretches = grow(b->stretches, &b->stretches_cap,
			    a->list->n_slots / CACHE_PAGE + 2 * a->list->n + 1,
			    sizeof(*b->stretches));
	a->n_stretches = 0;
	for (size_t i = 0; i < a->list->n; i++) {
		uint32_t slot = a->list->ranges[i].start;
		uint32_t end = slot + a->list->ranges[i].n, n;

		for (; slot < end; slot += n) {
			n = MIN(end - slot, CACHE_PAGE - slot % CACHE_PAGE);
			b->stretches[a->n_stretches++] = (struct stretch){
				cache_keys(t->cache, a->h, slot),
				cache_values(t->cache, a->h, slot), n
			};
		}
	}
	a->stretches = b->stretches;
}

/* What is asked for while stretch i is worked on. */
static const struct stretch *ahead(const struct attention *a, size_t i)
{
	return &a->stretches[MIN(i + STRETCHES_AHEAD, a->n_stretches - 1)];
}

/* Pages lie anywhere, and each ends before the CPU has seen that it is read
 * in order: a later one is asked for, row by row, while one is worked on. */
static void fetch(const char *rows, size_t n_bytes)
{
	for (size_t i = 0; i < n_bytes; i += CACHE_LINE)
		__builtin_prefetch(rows + i);
}

static void score_list(const struct transformer *t, const struct attention *a)
{
	float scale = t->m->shape.attn_scale, *out = a->scores;
	uint32_t d = t->shape.d;
	size_t row = t->cache->row_bytes;

	for (size_t i = 0; i < a->n_stretches; i++) {
		const struct stretch *p = &a->stretches[i];
		const struct stretch *next = ahead(a, i);

		for (uint32_t k = 0, n; k < p->n; k += n, out += n) {
			n = MIN(p->n - k, (uint32_t)STRIP_ROWS);
			fetch(next->keys + k * row, n * row);
			kernel_scores(out, a->list->n_slots, a->q, a->n_q,
				      p->keys + k * row, t->cache->type, d, n,
				      scale);
		}
	}
}

static void mix_list(const struct transformer *t, const struct attention *a)
{
	const float *share = a->scores;
	uint32_t d = t->shape.d;
	size_t row = t->cache->row_bytes;

	memset(a->out, 0, (size_t)a->n_q * d * sizeof(float));
	for (size_t i = 0; i < a->n_stretches; i++) {
		const struct stretch *p = &a->stretches[i];
		const struct stretch *next = ahead(a, i);

		for (uint32_t k = 0, n; k < p->n; k += n, share += n) {
			n = MIN(p->n - k, (uint32_t)STRIP_ROWS);
			fetch(next->values + k * row, n * row);
			kernel_mix(a->out, share, a->list->n_slots, a->n_q,
				   p->values + k * row, t->cache->type, d, n);
		}
	}
}

/* Scores of slots that the policy sees elsewhere: their keys are turned on
 * from where they stand. Where they come first in the list, all of them do. */
static void score_moved(const struct transformer *t, struct workbench *b,
			const struct attention *a, uint32_t n_moved)
{
	uint32_t d = t->shape.d;
	float *out = a->scores;

	for (size_t i = 0; i < a->list->n; i++) {
		struct sparse_range r = a->list->ranges[i];
		uint32_t n = n_moved - MIN(n_moved, r.start);

		n = MIN(n, r.n);
		b->keys = grow(b->keys, &b->keys_cap, (size_t)n * d + 1,
			       sizeof(float));
		for (uint32_t k = 0; k < n; k++) {
			uint32_t slot = r.start + k;
			float *key = b->keys + (size_t)k * d;

			kernel_load(key, cache_keys(t->cache, a->h, slot),
				    t->cache->type, d);
			rope_move(t->ropes[0], key, a->h->pos[slot],
				  t->policy->place(t->state, a->step, slot));
		}
		if (n)
			kernel_scores(out, a->list->n_slots, a->q, a->n_q,
				      b->keys, GGML_F32, d, n,
				      t->m->shape.attn_scale);
		out += r.n;
	}
}

static void cap_scores(const struct attention *a, float cap)
{
	for (size_t i = 0; i < (size_t)a->n_q * a->list->n_slots; i++)
		a->scores[i] = cap * tanhf(a->scores[i] / cap);
}

static void attend(const struct transformer *t, struct workbench *b,
		   struct attention *a)
{
	score_list(t, a);
	if (!t->dense && t->policy->n_moved)
		score_moved(t, b, a, t->policy->n_moved(t->state, a->step));
	if (t->m->shape.attn_cap > 0)
		cap_scores(a, t->m->shape.attn_cap);
	for (uint32_t i = 0; i < a->n_q; i++)
		kernel_softmax(a->scores + (size_t)i * a->list->n_slots,
			       a->list->n_slots);
	mix_list(t, a);
}

static void clear_pick(struct sparse_pick *pick, uint32_t group)
{
	pick->each = false;
	for (uint32_t g = 0; g < group; g++)
		pick->lists[g].n = pick->lists[g].n_slots = 0;
}

/* What was chosen for one token in one KV head. */
static void attend_picked(const struct transformer *t, struct workbench *b,
			  const struct sparse_step *step,
			  const struct sparse_pick *pick)
{
	float *q = t->q + (step->q - t->q), *out = t->att + (step->q - t->q);
	uint32_t n_lists = pick->each ? step->group : 1, d = t->shape.d;

	for (uint32_t i = 0; i < n_lists; i++) {
		struct attention a = {
			.step = step,
			.h = cache_head(t->cache, step->layer, step->head),
			.list = &pick->lists[i],
			.n_q = pick->each ? 1 : step->group,
			.q = q + (size_t)i * d,
			.out = out + (size_t)i * d,
		};
		size_t n = a.list->n_slots;

		b->scores = grow(b->scores, &b->scores_cap, n * a.n_q,
				 sizeof(float));
		a.scores = b->scores;
		cut_list(t, b, &a);
		attend(t, b, &a);
	}
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

/* All tokens of the batch in one KV head. */
static void attend_head(struct transformer *t, struct workbench *b,
			uint32_t head)
{
	const struct sparse *policy = t->policy;
	const struct cache_head *h = cache_head(t->cache, t->layer, head);
	struct sparse_pick *pick = &t->picks[head];

	for (uint32_t i = 0; i < t->n_batch; i++) {
		struct sparse_step step = step_of(t, head, i);

		clear_pick(pick, step.group);
		if (!t->dense && policy->select)
			policy->select(t->state, &step, pick);
		else
			pick_all(t, h, step.pos, &pick->lists[0]);
		attend_picked(t, b, &step, pick);
		b->read_slots[i] += n_read(b, pick, step.group, h->n);
		if (is_sparse(t) && policy->seen)
			policy->seen(t->state, &step, pick, b->scores,
				     pick->lists[0].n_slots);
	}
}

static void attend_part(void *ctx, unsigned i, unsigned n)
{
	struct transformer *t = ctx;

	for (uint32_t head = i; head < t->shape.n_kv_heads; head += n)
		attend_head(t, &t->workbenches[i], head);
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

static void note_read(struct transformer *t)
{
	uint32_t group = t->shape.n_heads / t->shape.n_kv_heads;

	for (uint32_t head = 0; head < t->shape.n_kv_heads; head++) {
		const struct sparse_pick *pick = &t->picks[head];
		const struct cache_head *h =
			cache_head(t->cache, t->layer, head);

		for (uint32_t g = 0; g < (pick->each ? group : 1); g++)
			for (size_t i = 0; i < pick->lists[g].n; i++)
				transformer_mark(
					t->read + transformer_row(t, t->layer,
								  head),
					h, pick->lists[g].ranges[i].start,
					pick->lists[g].ranges[i].n);
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
	pool_run(t->pool, attend_part, t);
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
