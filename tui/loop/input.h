/*
 * input.h - one event from the keyboard or the mouse, wherever it comes from
 * (a terminal, a script): to the prompt, to the view, or to an action.
 */
#ifndef LILSCOPE_INPUT_H
#define LILSCOPE_INPUT_H

#include "app/app.h"
#include "term/key.h"

/* rows and cols are those of the screen. */
void input_key(struct app *app, struct key key, int rows, int cols);

#endif
