/*
 * notes.h - what a lecturer has before him while others look at the screen: a
 * file that is written anew whenever something else is shown (--notes), to be
 * looked at on another terminal, as with "watch -t cat FILE".
 */
#ifndef LILSCOPE_NOTES_H
#define LILSCOPE_NOTES_H

#include "app/app.h"

/* After a frame: writes the file if it says something else now, and complains
 * once if that can't be done. While the playhead moves by itself at most twice
 * a second. */
void notes_write(struct app *app);

/* The notes on what is shown, lines of at most NOTES_COLS columns, sanitised;
 * appended. */
enum { NOTES_COLS = 78 };
void notes_put(const struct app *app, struct buf *out);

#endif
