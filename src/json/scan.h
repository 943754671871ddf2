/*
 * scan.h - where JSON values begin and end, without reading them.
 *
 * For values one after another (with or without white space or commas
 * between them), or for the elements of one outermost array. Knows strings
 * and depth, nothing else, so it is fast and survives broken values; may be
 * stopped at any byte and go on with the next piece of input.
 */
#ifndef LILSCOPE_SCAN_H
#define LILSCOPE_SCAN_H

#include "base/base.h"

enum scan_event {
	SCAN_MORE,  /* all input was looked at */
	SCAN_BEGIN, /* a value begins at s[*at] (not yet consumed) */
	SCAN_END,   /* the value ends before s[*at] */
	SCAN_CLOSE, /* the outermost array ended before s[*at] */
};

enum scan_state { SCAN_BETWEEN, SCAN_SCALAR, SCAN_NESTED, SCAN_CLOSED };

/* {.array = true} for the elements of an array, {0} for loose values. */
struct scan {
	bool array;
	bool opened;   /* the array's '[' was seen */
	bool in_string;
	bool escaped;  /* inside a string, behind a backslash */
	enum scan_state state;
	uint32_t depth;
};

/* Looks at s[*at..n) and advances *at to the next event. */
enum scan_event scan_next(struct scan *sc, const char *s, size_t n,
			  size_t *at);

/* Bytes of JSON's white space that s[0..n) begins with. */
size_t scan_space(const char *s, size_t n);

/* How often c occurs in s[0..n). */
size_t scan_count(const char *s, size_t n, char c);

#endif
