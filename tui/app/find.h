/*
 * find.h - all places of a pattern in a text of any size, in slices.
 *
 * A pattern is a regular expression (PCRE2); one that is none is searched as
 * it is written, and says so. Smart case: a pattern without capitals matches
 * both cases, one with a capital matches exactly; those after a backslash do
 * not count. A hit lies within a line, and a line longer than FIND_LINE_BYTES
 * counts as several. No pattern holds the screen up: a slice ends after
 * FIND_SLICE_US, and a line on which a pattern takes too long is given up.
 */
#ifndef LILSCOPE_FIND_H
#define LILSCOPE_FIND_H

#include "base/base.h"

enum {
	FIND_MAX_BYTES = 128,
	FIND_LINE_BYTES = 16 * 1024,
	FIND_SLICE_US = 4000,
	FIND_HITS_MAX = 1 << 20,  /* more are not looked for */
	FIND_GIVEN_UP_MAX = 1000, /* lines; then the rest is, too */
};

struct find;

/* Bytes [from, to) of the text, never none. */
struct find_hit {
	size_t from, to;
};

/* In their order, none over another; the caller's, who frees at. */
struct find_hits {
	struct find_hit *at;
	size_t n, cap;
};

/* A pattern longer than FIND_MAX_BYTES is cut. The caller's. */
struct find *find_new(const char *pattern, size_t len);
void find_free(struct find *f); /* NULL is fine */

/* Why the pattern is searched as it is written; "" if it is an expression. */
const char *find_trouble(const struct find *f);

/* Lines that were given up so far. */
size_t find_n_given_up(const struct find *f);

/* Looks on at *at, which is the beginning of a line, and appends what it
 * finds. True when text[0..n) was searched to its end (*at is n then). */
bool find_slice(struct find *f, const char *text, size_t n, size_t *at,
		struct find_hits *hits);

/* Where the line begins that holds byte `at`, as find_slice() has lines: to
 * look again from there when the text has grown. */
size_t find_line(const char *text, size_t at);

/* The first hit that begins at byte or later; n for none. */
size_t find_hit_from(const struct find_hits *hits, size_t byte);

#endif
