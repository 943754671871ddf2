/*
 * fence.h - which lines of Markdown are code between fences (``` or ~~~).
 *
 * A fence ends at the next line of nothing but its sign, as many times at
 * least; one that has no end holds all that follows.
 */
#ifndef LILSCOPE_FENCE_H
#define LILSCOPE_FENCE_H

#include <stdbool.h>
#include <stddef.h>

/* All zero is before the first line. */
struct fence {
	char open;  /* the sign of the open one, or '\0' */
	size_t len; /* how many of them */
};

/* The next line, s[0..n): is it code, or a fence? */
bool fence_line(struct fence *f, const char *s, size_t n);

#endif
