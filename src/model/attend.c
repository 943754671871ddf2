/*
 * Pages lie anywhere, and each ends before the CPU has seen that it is read in
 * order: a later one is asked for while one is worked on. A key or value is
 * read once for all queries; a tile, which has many, makes floats of it first.
 */
#include "model/attend.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "model/spread.h"

enum { CACHE_LINE = 64, STRETCHES_AHEAD = 4, BLOCK_ROWS = 64 };

/* Slots of a chunk that lie one after the other in a page. */
struct attend_stretch {
	const char *keys, *values;
	uint32_t slot, n;
};

void attend_bench_release(struct attend_bench *b)
{
	mem_free(b->scores);
	mem_free(b->rows);
	mem_free(b->queries);
	mem_free(b->partials);
	mem_free(b->stretches);
	*b = (struct attend_bench){ 0 };
}

static float *floats(float **at, size_t *cap, size_t n)
{
	return *at = grow(*at, cap, n + 1, sizeof(**at));
}

uint32_t attend_n_chunks(const struct sparse_list *list)
{
	return (list->n_slots + ATTEND_CHUNK - 1) / ATTEND_CHUNK;
}

size_t attend_partial(uint32_t n_q, uint32_t d)
{
	return (size_t)n_q * (d + 2);
}

/* --- a chunk ------------------------------------------------------------ */

/* Cuts places [from, to) of the list by pages and by chunks; how many. */
static size_t cut_list(const struct attend *a, struct attend_bench *b,
		       uint32_t from, uint32_t to)
{
	const struct sparse_list *list = a->list;
	size_t n_stretches = 0;
	uint32_t at = 0; /* the place of a range */

	b->stretches = grow(b->stretches, &b->stretches_cap,
			    (to - from) / CACHE_PAGE + 2 * list->n +
				    (to - from) / ATTEND_CHUNK + 2,
			    sizeof(*b->stretches));
	for (size_t i = 0; i < list->n && at < to; at += list->ranges[i++].n) {
		uint32_t end = MIN(at + list->ranges[i].n, to);

		for (uint32_t k = MAX(at, from), n; k < end; k += n) {
			uint32_t slot = list->ranges[i].start + (k - at);

			n = MIN(end - k, CACHE_PAGE - slot % CACHE_PAGE);
			n = MIN(n, ATTEND_CHUNK - k % ATTEND_CHUNK);
			b->stretches[n_stretches++] = (struct attend_stretch){
				cache_keys(a->cache, a->h, slot),
				cache_values(a->cache, a->h, slot), slot, n
			};
		}
	}
	return n_stretches;
}

static void fetch(const char *rows, size_t n_bytes)
{
	for (size_t i = 0; i < n_bytes; i += CACHE_LINE)
		__builtin_prefetch(rows + i);
}

/* Scores of slots that the policy sees elsewhere: their keys are turned on
 * from where they stand. */
static void score_moved(const struct attend *a, struct attend_bench *b,
			const struct attend_stretch *s, uint32_t n_moved,
			float *out, size_t stride)
{
	uint32_t d = a->cache->d, n = MIN(s->n, n_moved - s->slot);
	float *keys = floats(&b->rows, &b->rows_cap, (size_t)n * d);

	for (uint32_t i = 0; i < n; i++) {
		float *key = keys + (size_t)i * d;

		cache_key(a->cache, a->h, s->slot + i, key);
		rope_move(a->step->rope, key, a->h->pos[s->slot + i],
			  a->policy->place(a->state, a->step, s->slot + i));
	}
	kernel_scores(out, stride, a->q, a->n_q, keys, GGML_F32, d, n,
		      a->scale);
}

static void cap_scores(float *v, uint32_t n, float cap)
{
	for (uint32_t i = 0; i < n; i++)
		v[i] = cap * tanhf(v[i] / cap);
}

/* One chunk, n_slots in the stretches [s, end). */
struct attend_chunk {
	const struct attend_stretch *s, *end;
	const struct attend_stretch *last; /* of all that are to be worked on */
	const float *q;                    /* as rows are kept */
	float *scores;
	size_t stride;
	uint32_t n_slots;
};

static void score_chunk(const struct attend *a, struct attend_bench *b,
			const struct attend_chunk *c)
{
	size_t row = a->cache->row_bytes;
	uint32_t n_moved = a->policy ? a->policy->n_moved(a->state, a->step) :
				       0;
	float *out = c->scores;
	ptrdiff_t ahead = MIN(STRETCHES_AHEAD, c->end - c->s);

	for (const struct attend_stretch *s = c->s; s < c->end; s++) {
		const struct attend_stretch *next =
			s + MIN(STRETCHES_AHEAD, c->last - s);

		fetch(next->keys, next->n * row);
		if (c->end - s <= ahead)
			fetch(c->s[ahead - (c->end - s)].values,
			      c->s->n * row);
		kernel_scores(out, c->stride, c->q, a->n_q, s->keys,
			      a->cache->type, a->cache->d, s->n, a->scale);
		if (s->slot < n_moved)
			score_moved(a, b, s, n_moved, out, c->stride);
		out += s->n;
	}
}

static void mix_chunk(const struct attend *a, const struct attend_chunk *c,
		      float *out)
{
	size_t row = a->cache->row_bytes;
	const float *p = c->scores;

	memset(out, 0, (size_t)a->n_q * a->cache->d * sizeof(*out));
	for (const struct attend_stretch *s = c->s; s < c->end; s++) {
		const struct attend_stretch *next =
			s + MIN(STRETCHES_AHEAD, c->last - s);

		fetch(next->values, next->n * row);
		kernel_mix(out, p, c->stride, a->n_q, s->values, a->cache->type,
			   a->cache->d, s->n);
		p += s->n;
	}
}

static void run_chunk(const struct attend *a, struct attend_bench *b,
		      const struct attend_chunk *c, float *partial)
{
	score_chunk(a, b, c);
	for (uint32_t g = 0; g < a->n_q; g++) {
		float *scores = c->scores + g * c->stride;

		if (a->cap > 0)
			cap_scores(scores, c->n_slots, a->cap);
		partial[2 * g + 1] =
			kernel_exps(scores, c->n_slots, &partial[2 * g]);
	}
	mix_chunk(a, c, partial + 2 * (size_t)a->n_q);
}

static void spread_rows(float *rows, uint32_t n, uint32_t d)
{
	for (uint32_t i = 0; i < n; i++)
		spread(rows + (size_t)i * d, d);
}

/* The queries as rows are kept. */
static const float *as_kept(const struct attend *a, struct attend_bench *b)
{
	size_t n = (size_t)a->n_q * a->cache->d;

	if (!cache_is_spread(a->cache))
		return a->q;
	memcpy(floats(&b->queries, &b->queries_cap, n), a->q,
	       n * sizeof(*a->q));
	spread_rows(b->queries, a->n_q, a->cache->d);
	return b->queries;
}

void attend_run(const struct attend *a, struct attend_bench *b, uint32_t from,
		uint32_t to, float *partials)
{
	uint32_t n_slots = a->list->n_slots;
	uint32_t end = MIN(to * ATTEND_CHUNK, n_slots);
	const struct attend_stretch *s, *last;
	const float *q;
	struct attend_chunk c;
	size_t n;

	if (from >= to)
		return;
	floats(&b->scores, &b->scores_cap, (size_t)a->n_q * ATTEND_CHUNK);
	q = as_kept(a, b);
	n = cut_list(a, b, from * ATTEND_CHUNK, end);
	s = b->stretches;
	last = s + n - 1;
	for (uint32_t i = from; i < to; i++) {
		uint32_t at = i * ATTEND_CHUNK;

		c = (struct attend_chunk){ .s = s,
				    .last = last,
				    .q = q,
				    .scores = a->p ? a->p + at : b->scores,
				    .stride = a->p ? n_slots : ATTEND_CHUNK };
		for (; s <= last && c.n_slots < MIN(end - at, ATTEND_CHUNK);
		     s++)
			c.n_slots += s->n;
		c.end = s;
		run_chunk(a, b, &c,
			  partials + i * attend_partial(a->n_q, a->cache->d));
	}
}

/* --- chunks together ---------------------------------------------------- */

/* What one query of a chunk has, to what it has of all before: {greatest, sum}
 * and d numbers each. */
static void join(float *total, float *mixed, const float *partial,
		 const float *part, uint32_t d)
{
	float most = fmaxf(total[0], partial[0]);
	float old = expf(total[0] - most), new = expf(partial[0] - most);

	total[0] = most;
	total[1] = total[1] * old + partial[1] * new;
	for (uint32_t i = 0; i < d; i++)
		mixed[i] = mixed[i] * old + part[i] * new;
}

static void finish(const struct cache *c, float *out, const float *total,
		   const float *mixed)
{
	float inverse = 1 / total[1];

	for (uint32_t i = 0; i < c->d; i++)
		out[i] = mixed[i] * inverse;
	if (cache_is_spread(c))
		spread(out, c->d);
}

void attend_join(const struct attend *a, float *partials, float *out)
{
	uint32_t d = a->cache->d, n = attend_n_chunks(a->list);
	size_t size = attend_partial(a->n_q, d), rows = 2 * (size_t)a->n_q;

	for (uint32_t g = 0; g < a->n_q; g++) {
		float *total = partials + 2 * (size_t)g;
		float *mixed = partials + rows + (size_t)g * d;
		float first = total[0];

		for (uint32_t i = 1; i < n; i++)
			join(total, mixed, total + i * size, mixed + i * size,
			     d);
		finish(a->cache, out + (size_t)g * d, total, mixed);
		for (uint32_t i = 0; a->p && i < n; i++) {
			float *p = a->p + (size_t)g * a->list->n_slots;
			uint32_t from = i * ATTEND_CHUNK;
			float most = i ? total[i * size] : first;
			float share = expf(most - total[0]) / total[1];

			for (uint32_t k = from;
			     k < MIN(from + ATTEND_CHUNK, a->list->n_slots);
			     k++)
				p[k] *= share;
		}
	}
}

/* --- a tile of a prompt ------------------------------------------------- */

/* Rows [0, n) of a stretch's keys or values as floats. */
static void load_block(const struct attend *a, float *rows, uint32_t slot,
		       uint32_t n, bool values)
{
	uint32_t d = a->cache->d;

	for (uint32_t i = 0, k; i < n; i += k) {
		k = MIN(n - i, CACHE_PAGE - (slot + i) % CACHE_PAGE);
		kernel_load(rows + (size_t)i * d,
			    values ? cache_values(a->cache, a->h, slot + i) :
				     cache_keys(a->cache, a->h, slot + i),
			    a->cache->type, k * d);
	}
}

/* A chunk of n slots from `at` on for all queries of the tile, of which the
 * i-th token sees n_seen + i slots in all. */
static void tile_chunk(const struct attend *a, struct attend_bench *b,
		       uint32_t group, uint32_t at, uint32_t n, uint32_t n_seen)
{
	uint32_t d = a->cache->d;
	float *partial = b->partials, *mixed = partial + 2 * (size_t)a->n_q;

	for (uint32_t i = 0, k; i < n; i += k) {
		k = MIN(n - i, (uint32_t)BLOCK_ROWS);
		load_block(a, b->rows, at + i, k, false);
		kernel_scores(b->scores + i, ATTEND_CHUNK, a->q, a->n_q,
			      b->rows, GGML_F32, d, k, a->scale);
	}
	for (uint32_t g = 0; g < a->n_q; g++) {
		float *scores = b->scores + (size_t)g * ATTEND_CHUNK;
		uint32_t seen = n_seen + g / group;

		seen = MIN(seen - MIN(seen, at), n);
		if (a->cap > 0)
			cap_scores(scores, seen, a->cap);
		partial[2 * g + 1] = kernel_exps(scores, seen, &partial[2 * g]);
		memset(scores + seen, 0, (n - seen) * sizeof(*scores));
	}
	memset(mixed, 0, (size_t)a->n_q * d * sizeof(*mixed));
	for (uint32_t i = 0, k; i < n; i += k) {
		k = MIN(n - i, (uint32_t)BLOCK_ROWS);
		load_block(a, b->rows, at + i, k, true);
		kernel_mix(mixed, b->scores + i, ATTEND_CHUNK, a->n_q, b->rows,
			   GGML_F32, d, k);
	}
}

void attend_tile(const struct attend *a, struct attend_bench *b, const float *q,
		 float *out, size_t stride, uint32_t group, uint32_t n,
		 uint32_t n_seen)
{
	uint32_t d = a->cache->d, n_q = n * group, end = n_seen + n - 1;
	size_t size = attend_partial(n_q, d), width = (size_t)group * d;
	struct attend tile = *a;
	float *total;

	floats(&b->scores, &b->scores_cap, (size_t)n_q * ATTEND_CHUNK);
	floats(&b->rows, &b->rows_cap, (size_t)BLOCK_ROWS * d);
	tile.q = floats(&b->queries, &b->queries_cap, n * width);
	tile.n_q = n_q;
	total = floats(&b->partials, &b->partials_cap, 2 * size) + size;
	for (uint32_t i = 0; i < n; i++)
		memcpy(b->queries + i * width, q + i * stride,
		       width * sizeof(*q));
	if (cache_is_spread(a->cache))
		spread_rows(b->queries, n_q, d);
	for (uint32_t at = 0; at < end; at += ATTEND_CHUNK) {
		tile_chunk(&tile, b, group, at,
			   MIN(end - at, (uint32_t)ATTEND_CHUNK), n_seen);
		if (!at) {
			memcpy(total, b->partials, size * sizeof(*total));
			continue;
		}
		for (uint32_t g = 0; g < n_q; g++)
			if (n_seen + g / group > at)
				join(total + 2 * (size_t)g,
				     total + 2 * (size_t)n_q + (size_t)g * d,
				     b->partials + 2 * (size_t)g,
				     b->partials + 2 * (size_t)n_q +
					     (size_t)g * d,
				     d);
	}
	for (uint32_t g = 0; g < n_q; g++)
		finish(a->cache,
		       out + g / group * stride + (size_t)(g % group) * d,
		       total + 2 * (size_t)g,
		       total + 2 * (size_t)n_q + (size_t)g * d);
}
