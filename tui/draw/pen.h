/*
 * pen.h - one line of facts, from left to right, each whole or not at all.
 *
 * A line of numbers that is cut in the middle of a number lies. A pen draws
 * an item only if all of it fits and then refuses everything after the first
 * that did not, so that the most important items come first and stay; "..."
 * says that there would be more.
 */
#ifndef LILSCOPE_PEN_H
#define LILSCOPE_PEN_H

#include "term/screen.h"

struct pen {
	struct screen *s;
	int row, col;
	int end;    /* the column after the last one */
	bool full;  /* something did not fit */
	bool quiet; /* a row of a table, whose head says so */
};

/* A line of so many columns that begins here. */
struct pen pen_at(struct screen *s, int row, int col, int cols);

/* Draws the item; false (and nothing drawn) if it does not fit. */
bool pen_puts(struct pen *p, enum style style, const char *text);
/* The same in the manner of printf; at most 1023 bytes. */
bool pen_printf(struct pen *p, enum style style, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* Text of anything (n bytes) that may be cut: as much of its beginning as
 * fits, with "..." behind it where that is not all. */
void pen_cut(struct pen *p, enum style style, const char *text, size_t n);

/* The rest is left out, and "..." says so where a column is free. */
void pen_more(struct pen *p);

/* Whether an item of so many columns would fit. */
bool pen_fits(const struct pen *p, int cols);

/* At the right end of the line, if that part is still free. */
bool pen_right(struct pen *p, enum style style, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

#endif
