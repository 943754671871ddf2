/*
 * guard.h - Guardian, the early-stop rule of the Lil paper, and its audit.
 *
 * Every f tokens the compressed size of the text so far is taken; when it
 * has grown by less than t bytes, `patience` checks in a row, the rule fires:
 *
 *	check k, k = 1, 2, ...   at token k f
 *	gain(k) = size(k f) - size((k - 1) f),   size(0) = 0
 *	fires at the first k >= 2 with gain(k - j) < t for j = 0..patience-1
 *	(all of them checks that exist: k - j >= 1)
 *
 * Tokens after the last check wait for the next one. The audit looks at the
 * checks after the stop: information resumed where two gains in a row are
 * >= t again, at the token where the first of these windows begins. One such
 * window alone is taken for the ragged edge of a loop.
 *
 * Defaults of the paper: f = 250, t = 20, patience 1. The guard keeps all
 * sizes, so t and patience change at no cost; another f or coder needs the
 * sizes again (meter.h does that).
 */
#ifndef LILSCOPE_GUARD_H
#define LILSCOPE_GUARD_H

#include "base/base.h"

enum {
	GUARD_F_DEFAULT = 250,
	GUARD_T_DEFAULT = 20,
	GUARD_F_MIN = 1,
	GUARD_F_MAX = 1000000,
	GUARD_PATIENCE_MAX = 1000,
};
#define GUARD_NEVER ((uint32_t)0xffffffff)

struct guard_opts {
	uint32_t f;        /* tokens between checks */
	double t;          /* bytes */
	uint32_t patience; /* windows in a row, >= 1 */
};

/* What the rule did on the tokens seen so far. */
struct guard_verdict {
	uint32_t at_token;     /* where it fires, GUARD_NEVER if it does not */
	uint32_t tokens_after; /* seen after at_token; 0 if never */
	uint32_t resumed_at;   /* first token of the first window after the
				  stop whose gain is >= t again, with the
				  window after it (audit); GUARD_NEVER */
};

struct guard {
	struct guard_opts opts;
	double *sizes;    /* bytes at each check */
	size_t n, cap;
};

void guard_init(struct guard *g, const struct guard_opts *opts);
void guard_release(struct guard *g);
void guard_clear(struct guard *g); /* forgets the sizes, keeps opts */

/* The size at check g->n + 1, in bytes (fractions of the bit codes kept). */
void guard_push(struct guard *g, double size_bytes);

/* gain of check k = 1..n in bytes. */
double guard_gain(const struct guard *g, size_t k);

/* The verdict after n_tokens tokens, with g->opts, as if the text ended
 * there; O(n checks). */
struct guard_verdict guard_verdict(const struct guard *g, uint32_t n_tokens);

#endif
