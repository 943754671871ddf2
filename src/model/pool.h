/*
 * pool.h - worker threads; the only file that has any.
 *
 *	pool_run(p, f, ctx)   f(ctx, 0, n) ... f(ctx, n - 1, n), each once, on
 *	                      n threads at most, of which the caller is one;
 *	                      returns when all have
 *
 * Workers spin for a short while between calls (a token has hundreds of them)
 * and sleep otherwise. What f computes must not depend on n.
 */
#ifndef LILSCOPE_POOL_H
#define LILSCOPE_POOL_H

#include "base/base.h"

enum { POOL_THREADS_MAX = 256 };

struct pool;

/* n_threads >= 1; 0: one for each core. NULL is a pool of one. */
struct pool *pool_new(unsigned n_threads);
void pool_free(struct pool *p);
unsigned pool_n(const struct pool *p);
void pool_run(struct pool *p, void (*f)(void *ctx, unsigned i, unsigned n),
	      void *ctx);

/* [*from, *to): the i-th of n parts of count things, cut at multiples of
 * `step`. */
void pool_part(uint32_t count, uint32_t step, unsigned i, unsigned n,
	       uint32_t *from, uint32_t *to);

/* The next part of count things that n threads take, cut at multiples of
 * `step`; false: none is left. The fewer are left, the smaller it is, so that
 * nobody waits long for one that others keep from its core. *taken is 0 at
 * first. */
bool pool_take(uint32_t *taken, uint32_t count, uint32_t step, unsigned n,
	       uint32_t *from, uint32_t *to);

#endif
