/*
 * explain.h - the panel that says in two sentences what is seen.
 */
#ifndef LILSCOPE_EXPLAIN_H
#define LILSCOPE_EXPLAIN_H

#include "app/view.h"
#include "base/buf.h"

/* Draws the panel over the lower part of r, for the view that is shown;
 * nothing if that view explains nothing. The frame calls it after the view
 * while app->explain is set. */
void explain_draw(const struct app *app, struct screen *s, struct rect r);

/* Scrolls the panel by a move along, of a page or to an end; false where it has
 * all of its text in sight, or for another move. */
bool explain_scroll(struct app *app, enum move move, int n);

/* Such a panel with another text: paragraphs end in line feeds, blank lines
 * between them go where there is little room; what does not fit is cut, and
 * the frame says how much. */
void explain_panel(struct screen *s, struct rect r, const char *title,
		   struct buf *text);

#endif
