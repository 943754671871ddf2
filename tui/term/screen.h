/*
 * screen.h - a grid of cells: what every view draws into.
 *
 * Nothing here knows a terminal. A cell holds one grapheme cluster (a wide
 * one is followed by an empty cell), already harmless: every text passes the
 * sanitiser of utf8.h on its way in. Drawing outside the grid is clipped,
 * clusters are never cut in half; so views need no bounds checks.
 */
#ifndef LILSCOPE_SCREEN_H
#define LILSCOPE_SCREEN_H

#include "term/style.h"

enum { CELL_MAX_BYTES = 29, SCREEN_MAX_ROWS = 500, SCREEN_MAX_COLS = 1000 };

struct cell {
	char text[CELL_MAX_BYTES]; /* not terminated */
	uint8_t len;               /* bytes; 0 is a blank or the second half
				      of a wide cell */
	uint8_t width;             /* columns: 1, 2; 0 for a second half */
	uint8_t style;             /* enum style */
};

struct screen {
	int rows, cols;
	struct cell *cells; /* rows * cols, by row */
	bool ascii;         /* draw nothing outside ASCII */
	int cursor_row, cursor_col; /* -1: hidden */
};

/* A part of the screen. */
struct rect {
	int row, col, rows, cols;
};

/* An empty grid of 0 x 0; screen_release() frees it and leaves it so. A resize
 * and a clear leave blanks; the cursor is hidden. */
void screen_init(struct screen *s);
void screen_release(struct screen *s);
void screen_resize(struct screen *s, int rows, int cols); /* clamped, cleared */
void screen_clear(struct screen *s);

/* The cell, or NULL outside. */
struct cell *screen_cell(struct screen *s, int row, int col);

/*
 * Draws text (n bytes of anything) from (row, col), at most max_cols
 * columns. Control characters and bad bytes become visible substitutes in
 * STYLE_CONTROL. Returns the columns used.
 */
int screen_text(struct screen *s, int row, int col, int max_cols,
		enum style style, const char *text, size_t n);

/* The same for our own strings. */
int screen_puts(struct screen *s, int row, int col, enum style style,
		const char *text);
int screen_printf(struct screen *s, int row, int col, enum style style,
		  const char *fmt, ...) PRINTF_LIKE(5, 6);

/* One glyph; ascii is drawn instead where the screen wants ASCII. */
void screen_glyph(struct screen *s, int row, int col, enum style style,
		  const char *glyph, char ascii);
void screen_fill(struct screen *s, struct rect r, enum style style);
void screen_hline(struct screen *s, int row, int col, int cols,
		  enum style style);
void screen_vline(struct screen *s, int row, int col, int rows,
		  enum style style);

/* Changes the style of cells that are there. */
void screen_restyle(struct screen *s, struct rect r, enum style style);

/* Columns that the text would take (sanitised), for right alignment. */
int screen_width(const char *text, size_t n);

/* The whole grid as plain text, a line a row, trailing blanks cut: for
 * --plain, scripts and tests. */
struct buf;
void screen_dump(const struct screen *s, struct buf *out);

#endif
