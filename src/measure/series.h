/*
 * series.h - a growing row of numbers that draws in O(width).
 *
 * A pyramid of min/max/last: level 0 holds SERIES_BLOCK values a block, each
 * level above it SERIES_FAN blocks of the one below. A question about any
 * range costs O(log n); a chart of w columns costs O(w log n) whatever n is.
 * Values inside one level-0 block are not kept, so ranges are answered for
 * the blocks that they touch.
 */
#ifndef LILSCOPE_SERIES_H
#define LILSCOPE_SERIES_H

#include "base/base.h"

enum { SERIES_BLOCK = 16, SERIES_FAN = 8, SERIES_LEVELS = 10 };

struct series_range {
	float min, max, last; /* all NAN for an empty range */
};

struct series;

/* Empty; the caller owns it. */
struct series *series_new(void);
void series_free(struct series *s); /* NULL is fine */

/* Forgets the values, keeps the memory. */
void series_clear(struct series *s);

/* One more value, amortised O(1); NAN counts as a gap. */
void series_push(struct series *s, float value);
size_t series_len(const struct series *s); /* values, gaps too */

/* Over values [from, to), clipped to what is there. */
struct series_range series_range(const struct series *s, size_t from,
				 size_t to);

/* Bytes of memory owned now. */
size_t series_memory_bytes(const struct series *s);

#endif
