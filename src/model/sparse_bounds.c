/*
 * Of a page only its extremes are kept, and they are scored by the kernel of
 * attention itself: a bound costs what two keys cost, instead of the page's
 * sixteen.
 */
#include "model/sparse_bounds.h"

#include <string.h>

#include "base/buf.h"

void bounds_release(struct bounds *b)
{
	mem_free(b->rows);
	mem_free(b->query);
	mem_free(b->scores);
	mem_free(b->work);
	*b = (struct bounds){ 0 };
}

void bounds_copy(struct bounds *to, const struct bounds *from)
{
	*to = (struct bounds){ .n = from->n,
			       .row_bytes = from->row_bytes,
			       .type = from->type };
	if (!from->n)
		return;
	to->rows = grow(NULL, &to->cap, from->n, from->row_bytes);
	memcpy(to->rows, from->rows, from->n * from->row_bytes);
}

/* The next half above v, or v itself: halves of a sign are in the order of
 * their bits. */
static float half_above(float v)
{
	uint16_t half = float_to_half(v);

	if (half_to_float(half) >= v)
		return half_to_float(half);
	return half_to_float((uint16_t)(half & 0x8000 ? half - 1 : half + 1));
}

static void add_page(struct bounds *b, const struct cache *c,
		     const struct cache_head *h, uint32_t page)
{
	uint32_t d = c->d, first = b->n * page;
	float *most, *least, *key;

	b->type = c->type == GGML_F32 ? GGML_F32 : GGML_F16;
	b->row_bytes = quant_row_bytes(quant_of(b->type), 2 * (uint64_t)d);
	b->rows = grow(b->rows, &b->cap, b->n + 1, b->row_bytes);
	b->query = grow(b->query, &b->query_cap, 3 * (size_t)d,
			sizeof(float));
	most = b->query;
	least = most + d;
	key = least + d;
	cache_key(c, h, first, most);
	memcpy(least, most, d * sizeof(float));
	for (uint32_t slot = first + 1; slot < first + page; slot++) {
		cache_key(c, h, slot, key);
		for (uint32_t i = 0; i < d; i++) {
			most[i] = MAX(most[i], key[i]);
			least[i] = MIN(least[i], key[i]);
		}
	}
	for (uint32_t i = 0; c->type != b->type && i < d; i++) {
		most[i] = half_above(most[i]);
		least[i] = -half_above(-least[i]);
	}
	kernel_store(b->rows + b->n++ * b->row_bytes, b->type, most, 2 * d);
}

void bounds_reach(struct bounds *b, const struct cache *c,
		  const struct cache_head *h, uint32_t page)
{
	while ((b->n + 1) * page <= h->n)
		add_page(b, c, h, page);
}

void bounds_drop(struct bounds *b, uint32_t i_page)
{
	char *row = b->rows + i_page * b->row_bytes;

	b->n--;
	memmove(row, row + b->row_bytes, (b->n - i_page) * b->row_bytes);
}

/* Rows at a time, while the next ones are on their way: what is read once,
 * layer by layer, is never near, and the CPU alone asks for too little. */
enum { ROWS = 16, CACHE_LINE = 64 };

static void fetch(const char *rows, size_t n_bytes)
{
	for (size_t i = 0; i < n_bytes; i += CACHE_LINE)
		__builtin_prefetch(rows + i);
}

/* q_i * max_i counts where q_i > 0, q_i * min_i elsewhere. */
void bounds_part(float *out, const float *q, uint32_t d)
{
	for (uint32_t i = 0; i < d; i++) {
		out[i] = MAX(q[i], 0);
		out[d + i] = MIN(q[i], 0);
	}
}

void bounds_score(struct bounds *b, const float *q, uint32_t group,
		  uint32_t d)
{
	b->query = grow(b->query, &b->query_cap, (size_t)group * 2 * d,
			sizeof(float));
	b->scores = grow(b->scores, &b->scores_cap, (size_t)group * b->n + 1,
			 sizeof(float));
	for (uint32_t g = 0; g < group; g++)
		bounds_part(b->query + (size_t)g * 2 * d, q + (size_t)g * d, d);
	for (uint32_t i = 0, n; i < b->n; i += n) {
		const char *row = b->rows + i * b->row_bytes;

		n = MIN(b->n - i, (uint32_t)ROWS);
		fetch(row + n * b->row_bytes,
		      MIN(b->n - i - n, (uint32_t)ROWS) * b->row_bytes);
		kernel_scores(b->scores + i, b->n, b->query, group, row,
			      b->type, 2 * d, n, 1);
	}
}

const uint32_t *bounds_top(struct bounds *b, const float *scores,
			   uint32_t count, uint32_t n)
{
	b->work = grow(b->work, &b->work_cap, (size_t)count * 2 + 1,
		       sizeof(*b->work));
	sparse_top(scores, count, n, b->work, b->work + count);
	return b->work;
}
