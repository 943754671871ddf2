/*
 * cast.h - a film of the terminal: an asciicast, version 2.
 *
 * What is sent to the terminal, with its times; `asciinema play` and web
 * players show it. Text that was on the screen is in it.
 */
#ifndef LILSCOPE_CAST_H
#define LILSCOPE_CAST_H

#include "app/app.h"
#include "term/terminal.h"

/* Begins with app->shots.cast_path, which is cleared; the size is that of the
 * screen. Says what came of it. term may be NULL: then it can't be. */
void cast_begin(struct app *app, const struct screen *s, struct term *term);

/* The terminal has another size. */
void cast_resize(struct app *app, const struct screen *s);

/* Ends it, and says how long it is. */
void cast_end(struct app *app, struct term *term);

#endif
