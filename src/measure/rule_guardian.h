/*
 * rule_guardian.h - Guardian, the early-stop rule of the Lil paper; for
 * those who look at its gains.
 *
 * Every f tokens the compressed size of the text so far is taken; when it
 * has grown by less than t bytes, `patience` checks in a row, the rule fires:
 *
 *	check k, k = 1, 2, ...   at token k f
 *	gain(k) = size(k f) - size((k - 1) f),   size(0) = 0
 *	fires at the first k >= 2 with gain(k - j) < t for j = 0..patience-1
 *	(all of them checks that exist: k - j >= 1)
 *
 * Tokens after the last check wait for the next one.
 *
 * Defaults of the paper: f = 250, t = 20, patience 1. All sizes are kept, so
 * t and patience change at no cost; another f or coder needs the sizes again
 * (meter.h does that).
 */
#ifndef LILSCOPE_RULE_GUARDIAN_H
#define LILSCOPE_RULE_GUARDIAN_H

#include "measure/rule.h"

struct guardian {
	struct rule_opts opts; /* t and patience may be changed at any time */
	struct coder *coder;   /* NULL: lz77, whose size comes with a token */
	uint32_t n_tokens;
	double *sizes;         /* n: bytes at each check */
	size_t n, cap;
};

/* Empty; `opts` is copied. */
void guardian_init(struct guardian *g, const struct rule_opts *opts);

/* Frees what it owns; it is empty again, with its opts. */
void guardian_release(struct guardian *g);

/* Forgets coder and sizes, for other options: guardian_check() gives the
 * sizes of the text so far again, guardian_push() those to come. opts->coder
 * must be CODER_LZ77, as another would have missed the text. */
void guardian_restart(struct guardian *g, const struct rule_opts *opts);

/* The size at check g->n + 1, in bytes (fractions of the bit codes kept). */
void guardian_check(struct guardian *g, double size_bytes);

/* One token more, and the check that it completes. */
void guardian_push(struct guardian *g, const struct rule_token *token);

/* gain of check k = 1..n in bytes. */
double guardian_gain(const struct guardian *g, size_t k);

/* Where it first stops in the first n_tokens tokens, with g->opts, looking at
 * windows that begin at token `armed` or later; RULE_NEVER. O(checks). */
uint32_t guardian_stop(const struct guardian *g, uint32_t armed,
		       uint32_t n_tokens);

#endif
