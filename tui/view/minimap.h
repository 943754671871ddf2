/*
 * minimap.h - the whole run as a strip beside its text, from its first token at
 * the top to its last at the bottom: what is new, copied, going round, and who
 * speaks. A row costs a few looks at the parse however long the run is.
 */
#ifndef LILSCOPE_MINIMAP_H
#define LILSCOPE_MINIMAP_H

#include "view/now.h"

/* Columns that it takes of a view so wide: one for what is seen, and where
 * there is room two more for who speaks and the heat; 0: none at all. */
int minimap_cols(int view_cols);

/* Draws it into r, with the part [from, to] in tokens that the text shows, the
 * threshold, the place where the answer first stood, and search hits. */
void minimap_draw(const struct app *app, const struct now *now,
		  struct screen *s, struct rect r, uint32_t from, uint32_t to);

/* What its colours are, if there is room. */
void minimap_legend(struct pen *p);

/* The token at a row of r, for who clicks there. */
uint32_t minimap_token(const struct app *app, struct rect r, int row);

#endif
