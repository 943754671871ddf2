/*
 * view.h - a view turns a run into cells.
 *
 * A view is one file and one row of `views`. draw() gets the program's state
 * as const and draws into a rectangle of the screen; it changes nothing.
 * Keys reach a view as actions (action.h): what an action does to the state
 * is in the file of the action's room, never in draw().
 */
#ifndef LILSCOPE_VIEW_H
#define LILSCOPE_VIEW_H

#include "app/app.h"
#include "term/screen.h"

enum view_id {
	VIEW_RATIO,
	VIEW_TEXT,
	VIEW_MAP,
	VIEW_COMPARE,
	VIEW_LIST,
	VIEW_HELP,
	VIEWS
};

struct view {
	const char *name;  /* ":view NAME" */
	const char *about; /* one line of help */
	void (*draw)(const struct app *app, struct screen *s, struct rect r);
	/* A click inside the view; may be NULL. Cell is relative to r. */
	bool (*click)(struct app *app, struct rect r, int row, int col);
	/* What is under the cursor, in two plain sentences with the formula,
	 * appended to out; may be NULL. */
	void (*explain)(const struct app *app, struct buf *out);
};

extern const struct view views[VIEWS];

#endif
