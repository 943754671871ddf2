/*
 * find.h - search for bytes in a text of any size, in slices.
 *
 * Smart case: a pattern without capital ASCII letters matches both cases, one
 * with a capital matches exactly. Bytes, not characters: what is not UTF-8
 * can be found too. A slice looks at FIND_SLICE_BYTES at most, so 100 MB
 * never block the screen; the caller comes again with the same *at.
 */
#ifndef LILSCOPE_FIND_H
#define LILSCOPE_FIND_H

#include "base/base.h"

enum { FIND_MAX_BYTES = 128, FIND_SLICE_BYTES = 4 * 1024 * 1024 };

struct find {
	uint8_t pattern[FIND_MAX_BYTES]; /* folded where fold is set */
	size_t len;                      /* 0 finds nothing */
	bool fold;                       /* ASCII case does not count */
	uint8_t skip[256];               /* Horspool shift by last byte */
	uint8_t skip_back[256];          /* by first byte, backwards */
};

enum find_result {
	FIND_HIT,  /* *at is where it starts */
	FIND_MISS, /* none up to the end (the start) of the text */
	FIND_MORE, /* not yet: call again with *at as it is now */
};

/* A pattern longer than FIND_MAX_BYTES is cut. */
void find_init(struct find *f, const char *pattern, size_t len);

/* The first hit that starts at *at or later. */
enum find_result find_next(const struct find *f, const char *text, size_t n,
			   size_t *at);

/* The last hit that starts before *at. */
enum find_result find_prev(const struct find *f, const char *text, size_t n,
			   size_t *at);

#endif
