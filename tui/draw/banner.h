/*
 * banner.h - figures that are seen from the last row: digits, blanks, "%",
 * five rows high.
 */
#ifndef LILSCOPE_BANNER_H
#define LILSCOPE_BANNER_H

#include "term/screen.h"

enum { BANNER_ROWS = 5 };

/* Columns that it takes; what has no figure takes none. */
int banner_cols(const char *text);

/* Draws it, its upper left corner at row, col; cut at the screen's edge. */
void banner_draw(struct screen *s, int row, int col, enum style style,
		 const char *text);

#endif
