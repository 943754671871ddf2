/*
 * map_panel.h - what stands below a map of pages: what is said again at the
 * playhead and whether it was in sight, and the page under the cursor.
 */
#ifndef LILSCOPE_MAP_PANEL_H
#define LILSCOPE_MAP_PANEL_H

#include "app/app.h"
#include "draw/pen.h"

/* The token whose step is looked at. */
uint32_t map_step(const struct app *app);

/* Between the items of a line. */
const char *map_dot(const struct pen *p);

/* One row: the phrase at the playhead, if it was said before. */
void map_panel_again(const struct app *app, struct screen *s, struct rect r);

/* One row: the page's positions, and what became of it. */
void map_panel_title(const struct app *app, uint32_t page, struct screen *s,
		     struct rect r);

/* The page's text, in the rows of the rectangle. */
void map_panel_text(const struct app *app, uint32_t i_page, struct screen *s,
		    struct rect r);

#endif
