/*
 * shortlist.h - of many rows those whose products with a query are greatest,
 * found by a byte for each number, and by the numbers of a few.
 *
 *	byte     a number is least[i] + step[i] * byte, to half a step; both
 *	         are its channel's, and hold for all rows but a few odd ones,
 *	         whose numbers are read each time
 *	block    KERNEL_BYTE_ROWS rows, as kernel_bytes() reads them
 *	weight   q_i * step[i] in whole units, the greatest of a query's being
 *	         WEIGHT_MOST of them or fewer: a product is a sum of integers
 *	off      units that a product by bytes is wrong by at most: half the sum
 *	         of |weights|, and what rounding adds
 *
 * Where t is the n-th greatest product by bytes, rows under t - 2 off are not
 * among the n greatest and those over t + 2 off are; of the few between them
 * the numbers are read. Fewer, those within w > off of t, do where the n-th
 * number that this gives is within w - off of t: then all of the others are on
 * the side of it where they seem to be. So what is chosen is what all the
 * numbers would give, ties included. Where a row holds what is no number, and
 * where rows are wider than a piece of slabs, all numbers of all rows are read
 * (wild).
 */
#ifndef LILSCOPE_SHORTLIST_H
#define LILSCOPE_SHORTLIST_H

#include "model/kernel.h"
#include "model/slabs.h"

/* The rows themselves, which others keep: d numbers each, F16 or F32. */
struct shortlist_rows {
	const char *rows;
	enum ggml_type type;
	size_t row_bytes;
	uint32_t d;
};

/* All zero is empty. */
struct shortlist {
	uint32_t n, n_blocks, n_odd; /* rows taken in */
	unsigned char **blocks;      /* pieces of slabs */
	uint32_t *odd;
	size_t blocks_cap, odd_cap;
	float *range;                /* of d each: least, step, and scratch */
	bool wild;
};

/* What one thread needs; all zero is ready. */
struct shortlist_bench {
	struct shortlist_query {
		int32_t off;   /* below 0: unknown, all numbers are read */
		double least;  /* what bytes of 0 would give */
		float inverse; /* units of one */
	} *queries;
	int32_t *scores;
	int16_t *weights;
	float *numbers;
	uint32_t *work;
	size_t queries_cap, scores_cap, weights_cap, numbers_cap, work_cap;
	uint32_t stride; /* of scores */
};
void shortlist_bench_release(struct shortlist_bench *b);

/* For the blocks of rows of d numbers. The caller's. */
struct slabs *shortlist_slabs(uint32_t d);
/* Frees the memory, leaves it empty. */
void shortlist_release(struct shortlist *s, struct slabs *slabs);
/* Takes in rows up to the n-th; those before have not changed. */
void shortlist_reach(struct shortlist *s, struct slabs *slabs,
		     const struct shortlist_rows *r, uint32_t n);

/* Products with queries q[n_q][r->d], by bytes, into the bench. */
void shortlist_score(const struct shortlist *s, struct shortlist_bench *b,
		     const struct shortlist_rows *r, const float *q,
		     uint32_t n_q);
/* The n of rows [0, count) whose products with the i-th of these queries are
 * greatest, rising; among equals the first ones. The bench's, until it is
 * used again. */
const uint32_t *shortlist_top(const struct shortlist *s,
			      struct shortlist_bench *b,
			      const struct shortlist_rows *r, const float *q,
			      uint32_t i, uint32_t count, uint32_t n);

#endif
