/*
 * map_draw.h - cells of a map of pages as marks on the screen.
 *
 * A mark says the share of what is there that was read: of tokens, pages and
 * KV heads. What was kept and not seen by any of them warns, and so does what
 * is gone; each has a mark of its own, so that a screen without colours tells
 * as much.
 */
#ifndef LILSCOPE_MAP_DRAW_H
#define LILSCOPE_MAP_DRAW_H

#include "draw/pen.h"
#include "view/map.h"

/* The cells of a filled map, into its rows and columns from here. */
void map_draw_cells(struct screen *s, int row, int col, const struct map *m);

/* What the marks mean. */
void map_draw_legend(struct pen *p);

#endif
