/*
 * views.h - the rows of all views, for those who name one.
 */
#ifndef LILSCOPE_VIEWS_H
#define LILSCOPE_VIEWS_H

#include "app/view.h"

/* All, in the order of the way from one to the next; the first shows a
 * generation and has all moves. */
#define VIEWS(X) \
	X(ratio) X(text) X(map) X(compare) X(list) X(sweep) X(help)

#define VIEW_EXTERN(name) extern const struct view view_##name;
VIEWS(VIEW_EXTERN)
#undef VIEW_EXTERN

/* What the map looks at; where is the playhead's. */
struct map_look {
	uint32_t page;  /* under the cursor */
	uint32_t layer; /* from 1; 0: all together */
	bool single;    /* one page a row, not all of them */
};

/* The state of the map. */
struct map_look *map_look(const struct app *app);

#endif
