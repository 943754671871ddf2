/*
 * rope.h - rotary position embedding (Su et al. 2021) and its scalings.
 *
 * A key or query of d numbers is d/2 pairs; pair i is turned by position *
 * frequency_i. Pairs are neighbours (2i, 2i+1) or halves (i, i + d/2). With
 * YaRN (Peng et al. 2023) the result is scaled, too. Angles are sums of few
 * that are kept, in double precision: memory does not grow with the text.
 */
#ifndef LILSCOPE_ROPE_H
#define LILSCOPE_ROPE_H

#include "base/base.h"

enum rope_scaling { ROPE_PLAIN, ROPE_LINEAR, ROPE_YARN };

struct rope_opts {
	uint32_t n_rot;        /* numbers of a head that turn; even */
	bool halves;           /* pairs are (i, i + n_rot/2) */
	double base;           /* frequency_i = base^(-2i/n_rot) */
	enum rope_scaling scaling;
	double factor;         /* of the scaling; >= 1 */
	uint32_t n_ctx_orig;   /* YaRN: the context before scaling */
	/* YaRN: pairs that turn more often than fast over that are left
	 * alone, those that turn less than slow are interpolated */
	double beta_fast, beta_slow;
	double attn_factor;    /* of what is turned; mostly 1 */
	const float *divisors; /* n_rot/2 (llama3, longrope), or NULL */
};

struct rope;

/* Copies opts; the divisors they point to must stay. The caller's. No position
 * is known yet. */
struct rope *rope_new(const struct rope_opts *opts);
void rope_free(struct rope *r); /* NULL is fine */

/* Makes [0, n) known; the others may then be called by several threads. */
void rope_reach(struct rope *r, uint32_t n);

/* Turns the first n_rot numbers of each of n rows, which lie `stride` numbers
 * apart, as for this position (reached). */
void rope_turn(const struct rope *r, float *v, uint32_t n, size_t stride,
	       uint32_t position);

/* Of v, turned as for position `from`, makes what it were as for `to`; both
 * reached. */
void rope_move(const struct rope *r, float *v, uint32_t from, uint32_t to);

#endif
