/*
 * show.h - the screen, a script, or plain lines: whatever shows the deck.
 */
#ifndef LILSCOPE_SHOW_H
#define LILSCOPE_SHOW_H

#include "app/app.h"

/* Until the user leaves. Returns the exit status; err may have a sentence. */
int show_app(struct app *app, struct err *err);

#endif
