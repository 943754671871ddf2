/*
 * map_tiles.h - the same map of each layer, or of each KV head, side by side
 * and small: which of them see the whole text, and which do not.
 */
#ifndef LILSCOPE_MAP_TILES_H
#define LILSCOPE_MAP_TILES_H

#include "app/app.h"
#include "view/views.h"

/* Draws as many tiles as fit, that of the chosen part among them; the axis is
 * that of the other charts. There is a run with pages. */
void map_tiles_draw(const struct app *app, struct screen *s, struct rect r);

/* The part whose tile is at this place of the rectangle; false: none is. */
bool map_tiles_at(const struct app *app, struct rect r, int row, int col,
		  struct map_of *of);

#endif
