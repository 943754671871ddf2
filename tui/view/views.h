/*
 * views.h - the rows of all views, for those who name one.
 */
#ifndef LILSCOPE_VIEWS_H
#define LILSCOPE_VIEWS_H

#include "app/view.h"
#include "view/map.h"

/* All, in the order of the way from one to the next; the first shows a
 * generation and has all moves. */
#define VIEWS(X) \
	X(ratio) X(text) X(map) X(repeats) X(steps) X(compare) X(whatif) \
	X(list) X(sweep) X(lecture) X(help)

#define VIEW_EXTERN(name) extern const struct view view_##name;
VIEWS(VIEW_EXTERN)
#undef VIEW_EXTERN

/* What the map looks at; where is the playhead's. */
enum map_tiles { MAP_ONE, MAP_LAYERS, MAP_HEADS, MAP_TILES };

struct map_look {
	uint32_t page;        /* under the cursor */
	struct map_of of;
	enum map_tiles tiles; /* a small map of each, or one map */
	bool single;          /* one page a row, not all of them */
};

/* The state of the map. */
struct map_look *map_look(const struct app *app);

#endif
