/*
 * tour.h - a newcomer is led through the demo, or through a trace of his own:
 * a table of steps, each a few sentences and what is shown with them.
 */
#ifndef LILSCOPE_TOUR_H
#define LILSCOPE_TOUR_H

#include "app/app.h"
#include "term/key.h"
#include "term/screen.h"

/* Begins with the first step. */
void tour_start(struct app *app);
void tour_end(struct app *app);
bool tour_is_on(const struct app *app);
/* Appends what it says now; false: nobody is led. */
bool tour_say(const struct app *app, struct buf *out);

/* Enter, Backspace and Esc while it is on; false: not for the tour. */
bool tour_key(struct app *app, int32_t key);

/* Rows that it takes of a view of so many, from below; 0: there is no room,
 * or no tour. */
int tour_rows(const struct app *app, int rows, int cols);
void tour_draw(const struct app *app, struct screen *s, struct rect r);

#endif
