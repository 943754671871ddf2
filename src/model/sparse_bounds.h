/*
 * sparse_bounds.h - Quest's bound of a page: for each channel the least and
 * the greatest of its keys, so that
 *	sum over i of max(q_i * max_i, q_i * min_i)  >=  q . k
 * for every key k of the page. Used by quest and raas. They are kept as the
 * keys are, which is exact: each is a number of one of them. Those of keys in
 * blocks are halves, rounded away from the keys: a bound stays one.
 */
#ifndef LILSCOPE_SPARSE_BOUNDS_H
#define LILSCOPE_SPARSE_BOUNDS_H

#include "model/sparse.h"

/* One KV head's pages that are complete; all zero is empty. */
struct bounds {
	char *rows;     /* n rows of 2 * d: greatest, then least */
	size_t row_bytes;
	enum ggml_type type;
	uint32_t n;
	size_t cap;
	float *query;   /* scratch: group * 2 * d, 3 * d */
	float *scores;  /* group * n of the last call */
	uint32_t *work; /* scratch: 2 * n */
	size_t query_cap, scores_cap, work_cap;
};

/* Frees the memory, leaves it empty; a copy owns memory of its own, and what
 * `to` held is overwritten. */
void bounds_release(struct bounds *b);
void bounds_copy(struct bounds *to, const struct bounds *from);

/* Takes in the complete pages of `page` slots that are new. */
void bounds_reach(struct bounds *b, const struct cache *c,
		  const struct cache_head *h, uint32_t page);
void bounds_drop(struct bounds *b, uint32_t i_page);

/* A query parted by its sign, so that a bound is one dot product: out[2 * d].
 */
void bounds_part(float *out, const float *q, uint32_t d);
/* Scores of all complete pages for each query: scores[i_q * n + i_page]. */
void bounds_score(struct bounds *b, const float *q, uint32_t group,
		  uint32_t d);

/* The n best pages of scores[0..count) (count <= b->n), rising, in b->work. */
const uint32_t *bounds_top(struct bounds *b, const float *scores,
			   uint32_t count, uint32_t n);

#endif
