/*
 * text_layout.h - visual lines of a text of any size, only where they are
 * looked at.
 *
 * A visual line ends at a line feed, at a forced break, or where the width is
 * full (after the last blank if that wastes less than half a line). Lines
 * are found from an anchor: the place after the last line feed, or, in a
 * stretch of more than LAYOUT_CHUNK bytes without one, a place that depends
 * on the bytes alone. So a line can be found at any offset of a 100 MB text
 * without looking at more than about two chunks, and scrolling up and down
 * meet the same lines. Pure: no state but the text.
 */
#ifndef LILSCOPE_TEXT_LAYOUT_H
#define LILSCOPE_TEXT_LAYOUT_H

#include "base/base.h"

enum { LAYOUT_CHUNK = 8 * 1024, LAYOUT_BREAKS = 4 };

struct text_layout {
	const char *text;
	size_t len;  /* bytes that are shown */
	int width;   /* columns, >= 1 */
	bool ascii;  /* clusters as in ASCII mode: they have other widths */
	size_t breaks[LAYOUT_BREAKS]; /* forced line starts, ascending */
	size_t n_breaks;
};

/* One visual line: text[from, shown) is drawn, the next begins at `next`. */
struct text_line {
	size_t from, shown, next;
};

/* The line that starts at `from` (a line start; from <= len). */
struct text_line text_layout_line(const struct text_layout *l, size_t from);

/* The start of the line that holds byte `at` (at <= len). */
size_t text_layout_start(const struct text_layout *l, size_t at);

/* The start of the line *n lines above the one that starts at `from`; stops at
 * the first line, and *n gets how many lines there were too few. */
size_t text_layout_up(const struct text_layout *l, size_t from, long *n);
/* ... below it; the last line is the one whose `next` is len. */
size_t text_layout_down(const struct text_layout *l, size_t from, long *n);

#endif
