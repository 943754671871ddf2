/*
 * recording.h - which generations are being written down, and where to.
 *
 * Part of the state of the program; the files themselves are recorder.h.
 */
#ifndef LILSCOPE_RECORDING_H
#define LILSCOPE_RECORDING_H

#include "app/app.h"

/* Begins with entry i of the deck, which must be open or still growing. An
 * ended one is written at once. Tells the user what it does. */
void recording_start(struct app *app, size_t i, const char *path, bool over);
/* Ends it here. */
void recording_stop(struct app *app, size_t i);
bool recording_is(const struct app *app, size_t i);

/* Takes what came; begins with new generations under --record. True while
 * there is more to do at once. */
bool recording_work(struct app *app);
/* Seconds until recording_work() has something to do; < 0: never. */
double recording_wait_s(const struct app *app);

/* Ends all. */
void recording_end(struct app *app);

#endif
