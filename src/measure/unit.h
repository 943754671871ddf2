/*
 * unit.h - what a text says again and again: the unit of its loop.
 *
 *	... = 7. |Wait, let me check. |Wait, let me check. |Wait, le
 *	          ^ first              ^ said 2 times, the third is open
 *
 * A run first: the longest end of the text, of its last UNIT_RUN_BYTES, that
 * is two periods or more; its unit is the smallest period. A loop that counts
 * has none: then, or where it covers more, the block of the last UNIT_WINDOW
 * bytes that saves most, (times - 1) (length - UNIT_COST), its copies not
 * overlapping. Blocks that overlap themselves are runs, and cut to a period.
 *
 * A unit begins at a line, a sentence or a word where one begins in it, and
 * parts no character. O(UNIT_RUN_BYTES + UNIT_WINDOW log UNIT_WINDOW), and a
 * search of the text for it: asked at a stop, not at every token.
 */
#ifndef LILSCOPE_UNIT_H
#define LILSCOPE_UNIT_H

#include "base/base.h"

enum {
	UNIT_RUN_BYTES = 64 * 1024,
	UNIT_WINDOW = 4096,
	UNIT_COST = 16, /* bytes: blocks so short are no units */
};

struct unit {
	size_t start, len;   /* bytes: one of its copies */
	size_t first;        /* byte of the text: the first copy */
	uint32_t times;      /* whole copies in the text, none overlapping */
	bool contiguous;     /* the last two stand back to back */
	uint32_t window;     /* UNIT_WINDOW, or the bytes that there are */
	double share;        /* of the last so many bytes, 0 to 1; the
				beginning of an open copy at the end counts */
};

/* The unit of s[0..n); false: nothing is said twice. */
bool unit_find(const char *s, size_t n, struct unit *u);

/* The unit of s[0..n), and then the blocks that save most of the last
 * UNIT_WINDOW bytes when its copies are left out, and so on: at most max,
 * each said twice, and not only where an earlier one goes on. Returns how
 * many. */
size_t unit_list(const char *s, size_t n, struct unit *out, size_t max);

/* The next whole copy at byte `from` or later; n for none. */
size_t unit_next(const char *s, size_t n, const struct unit *u, size_t from);

/* For tests: the longest run at the end of s[0..n), its period in *period; 0
 * for none. And what the best block of s[0..n) saves, *start and *len; 0. */
size_t unit_run(const char *s, size_t n, size_t *period);
size_t unit_block(const char *s, size_t n, size_t *start, size_t *len);

#endif
