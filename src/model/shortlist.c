/*
 * A channel's range is some times as wide as its numbers are apart from their
 * mean, in the mean, so that a few rows far from the others, as those of a
 * text's first tokens, do not make it coarse. They are odd; when they are too
 * many ranges are taken anew.
 */
#include "model/shortlist.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "model/sparse.h"

/* The least step, whose inverse is a number; and a row's number, which leaves
 * room for sums. */
#define STEP_LEAST  1e-30f
#define NUMBER_MOST 1e30f

enum {
	BYTE_MOST = 255,
	TIMES_MOST = 1 << 20, /* as wide as ranges get */
	BLOCKS_AHEAD = 2, /* asked for before they are read */
	CACHE_LINE = 64,
	WEIGHT_MOST = INT16_MAX,
	SCORE_MOST = SPARSE_NEAR_MOST,
	OFF_MOST = 1 << 28,
};

void shortlist_bench_release(struct shortlist_bench *b)
{
	mem_free(b->scores);
	mem_free(b->weights);
	mem_free(b->queries);
	mem_free(b->numbers);
	mem_free(b->work);
	*b = (struct shortlist_bench){ 0 };
}

/* Channels come in fours; what is missing has no weight. */
static uint32_t whole_fours(uint32_t d)
{
	return (d + 3) / 4 * 4;
}

static size_t block_bytes(uint32_t d)
{
	return (size_t)whole_fours(d) * KERNEL_BYTE_ROWS;
}

struct slabs *shortlist_slabs(uint32_t d)
{
	return slabs_new(MIN(block_bytes(d), (size_t)SLABS_PIECE_MAX));
}

void shortlist_release(struct shortlist *s, struct slabs *slabs)
{
	while (s->n_blocks)
		slabs_put(slabs, s->blocks[--s->n_blocks]);
	mem_free(s->blocks);
	mem_free(s->range);
	mem_free(s->odd);
	*s = (struct shortlist){ 0 };
}

static const char *row_of(const struct shortlist_rows *r, uint32_t i)
{
	return r->rows + i * r->row_bytes;
}

/* --- rows become bytes -------------------------------------------------- */

static struct ranges {
	float *least, *step, *mean, *apart, *row;
} ranges_of(const struct shortlist *s, uint32_t d)
{
	float *at = s->range;

	return (struct ranges){ at, at + d, at + 2 * (size_t)d,
				at + 3 * (size_t)d, at + 4 * (size_t)d };
}

static void load_row(const struct ranges *g, const struct shortlist_rows *r,
		     uint32_t i)
{
	kernel_load(g->row, row_of(r, i), r->type, r->d);
}

static bool is_odd(const struct ranges *g, uint32_t d)
{
	bool odd = false;

	for (uint32_t i = 0; i < d; i++)
		odd |= g->row[i] < g->least[i] ||
		       g->row[i] > g->least[i] + BYTE_MOST * g->step[i];
	return odd;
}

static bool is_wild(const float *row, uint32_t d)
{
	bool wild = false;

	for (uint32_t i = 0; i < d; i++)
		wild |= !(fabsf(row[i]) <= NUMBER_MOST);
	return wild;
}

static void add_odd(struct shortlist *s, uint32_t i)
{
	s->odd = grow(s->odd, &s->odd_cap, s->n_odd + 1, sizeof(*s->odd));
	s->odd[s->n_odd++] = i;
}

/* Odd rows of so many: when there are more ranges are taken anew. */
static uint32_t n_odd_most(uint32_t n)
{
	return 4 + n / 64;
}

/* Channels' means, and how far their numbers are from these in the mean. */
static void measure(const struct ranges *g, const struct shortlist_rows *r,
		    uint32_t n)
{
	memset(g->mean, 0, 2 * (size_t)r->d * sizeof(*g->mean));
	for (uint32_t i = 0; i < n; i++) {
		load_row(g, r, i);
		for (uint32_t k = 0; k < r->d; k++)
			g->mean[k] += g->row[k] / (float)n;
	}
	for (uint32_t i = 0; i < n; i++) {
		load_row(g, r, i);
		for (uint32_t k = 0; k < r->d; k++)
			g->apart[k] += fabsf(g->row[k] - g->mean[k]) / (float)n;
	}
}

/* Which rows are odd, with ranges so many times as wide as numbers are apart
 * from their mean, on both sides. */
static void find_odd(struct shortlist *s, const struct ranges *g,
		     const struct shortlist_rows *r, float times)
{
	for (uint32_t i = 0; i < r->d; i++) {
		g->least[i] = g->mean[i] - times * g->apart[i];
		g->step[i] = 2 * times * g->apart[i] / BYTE_MOST;
	}
	s->n_odd = 0;
	for (uint32_t i = 0; i < s->n; i++) {
		load_row(g, r, i);
		if (is_odd(g, r->d))
			add_odd(s, i);
	}
}

/* Ranges of all rows but the odd ones, and a sixteenth more on both sides. */
static void fit(const struct shortlist *s, const struct ranges *g,
		const struct shortlist_rows *r)
{
	float *low = g->mean, *high = g->apart;

	for (uint32_t i = 0; i < r->d; i++)
		high[i] = -(low[i] = INFINITY);
	for (uint32_t i = 0, k = 0; i < s->n; i++) {
		if (k < s->n_odd && s->odd[k] == i) {
			k++;
			continue;
		}
		load_row(g, r, i);
		for (uint32_t j = 0; j < r->d; j++) {
			low[j] = MIN(low[j], g->row[j]);
			high[j] = MAX(high[j], g->row[j]);
		}
	}
	for (uint32_t i = 0; i < r->d; i++) {
		float width = high[i] - low[i];

		g->least[i] = low[i] - width / 16;
		g->step[i] = MAX(width * 1.125f / BYTE_MOST, STEP_LEAST);
	}
}

/* The narrowest ranges that leave few rows out. */
static void set_ranges(struct shortlist *s, const struct ranges *g,
		       const struct shortlist_rows *r)
{
	float times = 4;

	measure(g, r, s->n);
	do
		find_odd(s, g, r, times *= 2);
	while (s->n_odd > n_odd_most(s->n) / 2 && times < TIMES_MOST);
	if (s->n_odd < s->n)
		fit(s, g, r);
}

static void put_row(const struct shortlist *s, const struct ranges *g,
		    uint32_t row, uint32_t d)
{
	unsigned char *at = s->blocks[row / KERNEL_BYTE_ROWS] +
			    row % KERNEL_BYTE_ROWS * 4;

	for (uint32_t i = 0; i < d; i++) {
		float byte = (g->row[i] - g->least[i]) / g->step[i] + 0.5f;

		at[i / 4 * 4 * KERNEL_BYTE_ROWS + i % 4] =
			(unsigned char)MAX(0, MIN(byte, (float)BYTE_MOST));
	}
}

static void add_blocks(struct shortlist *s, struct slabs *slabs, uint32_t d)
{
	while (s->n_blocks * KERNEL_BYTE_ROWS < s->n) {
		unsigned char *block = slabs_get(slabs);

		memset(block, 0, block_bytes(d));
		s->blocks = grow(s->blocks, &s->blocks_cap, s->n_blocks + 1,
				 sizeof(*s->blocks));
		s->blocks[s->n_blocks++] = block;
	}
}

void shortlist_reach(struct shortlist *s, struct slabs *slabs,
		     const struct shortlist_rows *r, uint32_t n)
{
	uint32_t first = s->n;
	struct ranges g;

	if (n == first || s->wild)
		return;
	if (!s->range) {
		s->wild = block_bytes(r->d) > SLABS_PIECE_MAX;
		s->range = mem_zalloc(5 * (size_t)r->d * sizeof(*s->range));
		for (uint32_t i = 0; i < r->d; i++)
			ranges_of(s, r->d).step[i] = STEP_LEAST;
	}
	g = ranges_of(s, r->d);
	s->n = n;
	for (uint32_t i = first; i < n && !s->wild; i++) {
		load_row(&g, r, i);
		s->wild = is_wild(g.row, r->d);
		if (is_odd(&g, r->d))
			add_odd(s, i);
	}
	if (s->wild)
		return;
	add_blocks(s, slabs, r->d);
	if (s->n_odd > n_odd_most(n)) {
		set_ranges(s, &g, r);
		first = 0;
	}
	for (uint32_t i = first; i < n; i++) {
		load_row(&g, r, i);
		put_row(s, &g, i, r->d);
	}
}

/* --- products by bytes -------------------------------------------------- */

static void fetch(const void *bytes, size_t n_bytes)
{
	for (size_t i = 0; i < n_bytes; i += CACHE_LINE)
		__builtin_prefetch((const char *)bytes + i);
}

/* A query times the steps, in units; what a product with it is wrong by at
 * most. Of x units a weight has m: its byte's part is off by (x - m) * byte,
 * the same for all rows but for (x - m) * (byte - 128). Each of a sum's d parts
 * is rounded once, by numbers, and a weight thrice. */
static struct shortlist_query weigh(int16_t *weights, const float *q,
				    const struct ranges *g, uint32_t d)
{
	static const uint32_t order[] = { 0, 2, 1, 3 };
	float most = 0, all = 0, inverse, wrong;
	double least = 0, same = 0;
	uint32_t whole = 0, rest = 0;

	for (uint32_t i = 0; i < d; i++) {
		float w = fabsf(q[i] * g->step[i]);

		most = MAX(most, w);
		all += w * BYTE_MOST + fabsf(q[i] * g->least[i]);
	}
	if (!(all < INFINITY))
		return (struct shortlist_query){ .off = -1 };
	inverse = (float)MIN(WEIGHT_MOST,
			     SCORE_MOST / BYTE_MOST / (int)d) /
		  MAX(most, STEP_LEAST);
	for (uint32_t i = 0; i < d; i++) {
		float x = q[i] * g->step[i] * inverse;
		int m = (int)(x + (x < 0 ? -0.5f : 0.5f));

		weights[(i & ~3u) | order[i & 3]] = (int16_t)m;
		least += (double)q[i] * (double)g->least[i];
		same += (double)(x - (float)m);
		whole += (uint32_t)abs(m);
		rest += x < 0 || x > 0;
	}
	wrong = (float)whole / 2 + (float)rest * (128 + 1) / 2;
	wrong += all * inverse * (float)(d + 8) * FLT_EPSILON;
	wrong = wrong * (1 + (float)d * FLT_EPSILON) + 2;
	return (struct shortlist_query){
		wrong < OFF_MOST ? (int32_t)wrong : -1,
		least + same * 128 / (double)inverse,
		inverse,
	};
}

/* What number's bytes would give. */
static double score_of(const struct shortlist_query *own, float number)
{
	return ((double)number - own->least) * (double)own->inverse;
}

/* Odd rows' products, by their numbers. Beyond SCORE_MOST they are equal, and
 * so in question. */
static void score_odd(const struct shortlist *s, struct shortlist_bench *b,
		      const struct shortlist_rows *r, const float *q,
		      uint32_t i_q)
{
	struct shortlist_query *own = &b->queries[i_q];
	int32_t *scores = b->scores + (size_t)i_q * b->stride;

	q += (size_t)i_q * r->d;
	for (uint32_t i = 0; i < s->n_odd; i++) {
		float number;
		double score;

		kernel_scores(&number, 1, q, 1, row_of(r, s->odd[i]), r->type,
			      r->d, 1, 1);
		score = score_of(own, number);
		if (isnan(score))
			own->off = -1;
		else
			scores[s->odd[i]] = (int32_t)MAX(
				-SCORE_MOST, MIN(score, (double)SCORE_MOST));
	}
}

void shortlist_score(const struct shortlist *s, struct shortlist_bench *b,
		     const struct shortlist_rows *r, const float *q,
		     uint32_t n_q)
{
	uint32_t d = r->d, width = whole_fours(d), n = s->n_blocks;
	const struct ranges g = ranges_of(s, d);

	b->stride = n * KERNEL_BYTE_ROWS;
	b->scores = grow(b->scores, &b->scores_cap,
			 (size_t)n_q * b->stride + 1, sizeof(*b->scores));
	b->weights = grow(b->weights, &b->weights_cap, (size_t)n_q * width,
			  sizeof(*b->weights));
	b->queries = grow(b->queries, &b->queries_cap, n_q,
			  sizeof(*b->queries));
	if (s->wild || !n)
		return;
	memset(b->weights, 0, (size_t)n_q * width * sizeof(*b->weights));
	for (uint32_t i = 0; i < n_q; i++)
		b->queries[i] = weigh(b->weights + (size_t)i * width,
				      q + (size_t)i * d, &g, d);
	for (uint32_t i = 0; i < n; i++)
		kernel_bytes(b->scores + i * KERNEL_BYTE_ROWS, b->stride,
			     b->weights, n_q, s->blocks[i], width,
			     s->blocks[MIN(i + BLOCKS_AHEAD, n - 1)]);
	for (uint32_t i = 0; i < n_q; i++)
		score_odd(s, b, r, q, i);
}

/* --- the best ----------------------------------------------------------- */

/* Of m rows those over `sure` stay, and of the others those with the greatest
 * numbers, n in all; the least of these. */
static float settle(struct shortlist_bench *b, const struct shortlist_rows *r,
		    const float *q, const int32_t *scores, int32_t sure,
		    uint32_t m, uint32_t n)
{
	uint32_t *rows = b->work, *asked = rows + m, *best = asked + m;
	uint32_t n_asked = 0, n_best, n_out = 0;
	float least = INFINITY;

	for (uint32_t i = 0; i < m; i++) {
		asked[n_asked] = rows[i];
		n_asked += scores[rows[i]] <= sure;
	}
	for (uint32_t i = 0; i < n_asked; i++)
		fetch(row_of(r, asked[i]), r->row_bytes);
	for (uint32_t i = 0; i < n_asked; i++)
		kernel_scores(&b->numbers[i], 1, q, 1, row_of(r, asked[i]),
			      r->type, r->d, 1, 1);
	n_best = n - (m - n_asked);
	sparse_top(b->numbers, n_asked, n_best, best, best + m);
	for (uint32_t i = 0, k = 0, at = 0; i < m; i++) {
		if (scores[rows[i]] <= sure) {
			if (k == n_best || best[k] != at++)
				continue;
			least = MIN(least, b->numbers[best[k]]);
			k++;
		}
		rows[n_out++] = rows[i];
	}
	return least;
}

/* The n best into the bench's work, if bytes are to be trusted. Rows far from
 * the n-th by bytes need not be asked, if it is near enough by numbers. */
static bool top_by_bytes(struct shortlist_bench *b,
			 const struct shortlist_rows *r, const float *q,
			 uint32_t i, uint32_t count, uint32_t n)
{
	const struct shortlist_query *own = &b->queries[i];
	const int32_t *scores = b->scores + (size_t)i * b->stride;
	int32_t wide[] = { own->off + own->off / 4, 2 * own->off }, nth;

	for (size_t k = 0; own->off >= 0 && k < ARRAY_LEN(wide); k++) {
		uint32_t m = sparse_near(scores, count, n, wide[k], b->work,
					 &nth);
		float least = settle(b, r, q, scores, nth + wide[k], m, n);

		if (fabs(score_of(own, least) - nth) <= wide[k] - own->off)
			return true;
	}
	return own->off >= 0;
}

const uint32_t *shortlist_top(const struct shortlist *s,
			      struct shortlist_bench *b,
			      const struct shortlist_rows *r, const float *q,
			      uint32_t i, uint32_t count, uint32_t n)
{
	q += (size_t)i * r->d;
	b->work = grow(b->work, &b->work_cap, (size_t)count * 4 + 1,
		       sizeof(*b->work));
	b->numbers = grow(b->numbers, &b->numbers_cap, count + 1,
			  sizeof(*b->numbers));
	if (n && n < count) {
		if (!s->wild && top_by_bytes(b, r, q, i, count, n))
			return b->work;
		kernel_scores(b->numbers, count, q, 1, r->rows, r->type, r->d,
			      count, 1);
	}
	sparse_top(b->numbers, count, n, b->work, b->work + count);
	return b->work;
}
