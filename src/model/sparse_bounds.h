/*
 * sparse_bounds.h - Quest's bound of a page: for each channel the least and
 * the greatest of its keys, so that
 *	sum over i of max(q_i * max_i, q_i * min_i)  >=  q . k
 * for every key k of the page. Used by quest and raas.
 */
#ifndef LILSCOPE_SPARSE_BOUNDS_H
#define LILSCOPE_SPARSE_BOUNDS_H

#include "model/sparse.h"

/* One KV head's pages that are complete; all zero is empty. */
struct bounds {
	float *rows;    /* n rows of 2 * d: greatest, then least */
	uint32_t n;
	size_t cap;
	float *query;   /* scratch: group * 2 * d */
	float *scores;  /* group * n of the last call */
	uint32_t *work; /* scratch: 3 * n */
	size_t query_cap, scores_cap, work_cap;
};

void bounds_release(struct bounds *b);
void bounds_copy(struct bounds *to, const struct bounds *from, uint32_t d);

/* Takes in the complete pages of `page` slots that are new. */
void bounds_reach(struct bounds *b, const struct cache *c,
		  const struct cache_head *h, uint32_t page);
void bounds_drop(struct bounds *b, uint32_t i_page, uint32_t d);

/* Scores of all complete pages for each query: scores[i_q * n + i_page]. */
void bounds_score(struct bounds *b, const float *q, uint32_t group,
		  uint32_t d);

/* The n best pages of scores[0..count) (count <= b->n), rising, in b->work. */
const uint32_t *bounds_top(struct bounds *b, const float *scores,
			   uint32_t count, uint32_t n);

#endif
