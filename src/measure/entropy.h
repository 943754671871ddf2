/*
 * entropy.h - an estimate of the entropy rate that comes to the truth, with
 * its standard error: the line beside the band that a reader may believe.
 *
 * Over a text of rate H bits a symbol the longest suffix that stood before
 * grows with the text (Wyner, Ziv; Grassberger; Kontoyiannis):
 *
 *	E(lrs(t) + 1)  =  (log2(t) + b) / H,   b bounded
 *
 * A mean of lrs / log2(t) is biased by b / log2(t), which is a third at any
 * length that a text has. So b is estimated, too. The prefix is cut into up to
 * 32 blocks of equal length; in each the mean of lrs + 1 is y and that of
 * log2(t) is x. A b fits well if log(y / (x + b)) is the same in most blocks
 * (Huber's distance from the median: a loop in some of them does not count),
 * with a loose prior, 1.5 bits, give or take 2: what sources without memory
 * have. For a b the rate is the mean over the blocks of (x + b) / y, each its
 * own rate, and the estimate the mean over all b by how well they fit. So a
 * loop in a third of a text takes a third of its rate away, and no more.
 *
 * The standard error joins what the blocks scatter, what of b stays open, and
 * 3 % for texts whose lrs goes up in steps. As the text grows b matters less
 * and less: the estimate is consistent, and of a loop it goes to 0.
 *
 * It is about the whole prefix. It is prefix-stable; one push is an addition.
 */
#ifndef LILSCOPE_ENTROPY_H
#define LILSCOPE_ENTROPY_H

#include "base/base.h"

enum {
	ENTROPY_STEP = 32,      /* symbols; the rest of a prefix waits */
	ENTROPY_BLOCKS = 32,    /* at most */
	ENTROPY_BLOCKS_MIN = 8, /* below: no estimate */
	/* The least text of which something is said. */
	ENTROPY_SYMBOLS_MIN = ENTROPY_STEP * ENTROPY_BLOCKS_MIN,
};

struct entropy_point {
	double bits; /* a symbol; NAN: too short */
	double se;   /* its standard error */
};

struct entropy;

/* Of an empty text; the caller owns the result. */
struct entropy *entropy_new(void);
void entropy_free(struct entropy *e); /* NULL is fine */

/* One more symbol, with its lrs (lz77.h). O(1), a quarter of a byte. */
void entropy_push(struct entropy *e, uint32_t lrs);

/* As n pushes. */
void entropy_push_all(struct entropy *e, const uint32_t *lrs, uint32_t n);

/* The estimate for the prefix of n symbols, at most those pushed. O(1): some
 * 100 microseconds. */
struct entropy_point entropy_at(const struct entropy *e, uint32_t n);

/* The same to be drawn: between prefixes that are a step or 1/32 apart, each
 * of which is asked once, it is a straight line; behind the last it stays. */
struct entropy_point entropy_near(struct entropy *e, uint32_t n);

#endif
