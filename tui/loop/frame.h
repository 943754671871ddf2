/*
 * frame.h - what stands around every view: title, facts, hints, messages.
 *
 *	row 0     file, generation, model, policy        position, pace
 *	row 1     dialect, symbols and alphabet, how tokens were counted
 *	...       the view
 *	last row  keys, or a message, or the prompt
 *
 * On less than FRAME_MIN_ROWS x FRAME_MIN_COLS there is no view: the title, the
 * stop, the threshold and the numbers, as far as they fit, and how large a
 * window would show more.
 */
#ifndef LILSCOPE_FRAME_H
#define LILSCOPE_FRAME_H

#include "app/app.h"
#include "term/screen.h"

enum { FRAME_MIN_ROWS = 12, FRAME_MIN_COLS = 60 };

/* The view's place on a screen of this size; rows 0 when it is too small. */
struct rect frame_view_rect(int rows, int cols);

/* Tells the state how large its view is; before keys are handled. */
void frame_fit(struct app *app, int rows, int cols);

/* Draws everything. */
void frame_draw(const struct app *app, struct screen *s);

/* The key whose hint stands at this cell of the last row; K_NONE. */
int32_t frame_key_at(const struct app *app, int rows, int cols, int row,
		     int col);

#endif
