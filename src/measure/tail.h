/*
 * tail.h - the last code points of a text that comes in pieces: what rules
 * that count characters look back at.
 *
 * Pieces may cut a character; a byte that is no UTF-8 is one code point of its
 * own. The end of the text is contiguous: tail_end() - 1 is the last one.
 */
#ifndef LILSCOPE_TAIL_H
#define LILSCOPE_TAIL_H

#include "base/base.h"

struct tail {
	uint32_t *at;   /* the last ones, n of them */
	size_t n;
	size_t cap;
	size_t keep;    /* at least so many stay, if there were as many */
	char part[4];   /* a character that is not complete */
	size_t n_part;
};

/* keep: how far back is looked, >= 1. Everything else is zero. */
void tail_init(struct tail *t, size_t keep);
void tail_release(struct tail *t);

/* Appends the code points of text[0..len); with `skip` those for which it is
 * true are left out. Returns how many were appended. */
size_t tail_push(struct tail *t, const char *text, size_t len,
		 bool (*skip)(uint32_t cp));

/* Behind the last code point; the `keep` before it can be read. */
const uint32_t *tail_end(const struct tail *t);
size_t tail_len(const struct tail *t); /* that can be read: at most keep */

/* White space as ECMAScript's \s has it. */
bool tail_is_space(uint32_t cp);

/*
 * How many code points before `end` equal those `distance` before them, for
 * each distance of 1..max into z[1..max] (room for max + 1), looking at n in
 * all: the Z function of the text read backwards. O(n + max).
 */
void tail_runs(const uint32_t *end, size_t n, size_t max, uint32_t *z);

#endif
