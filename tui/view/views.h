/*
 * views.h - the rows of all views, for those who name one.
 */
#ifndef LILSCOPE_VIEWS_H
#define LILSCOPE_VIEWS_H

#include "app/view.h"

extern const struct view view_ratio, view_text, view_map, view_compare,
	view_list, view_sweep, view_help;

/* What the map looks at; where is the playhead's. */
struct map_look {
	uint32_t page;  /* under the cursor */
	uint32_t layer; /* from 1; 0: all together */
	bool single;    /* one page a row, not all of them */
};

/* The state of the map. */
struct map_look *map_look(const struct app *app);

#endif
