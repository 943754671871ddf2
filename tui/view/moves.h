/*
 * moves.h - what moving means along the open run, for the rows of the views
 * that show one (app/view.h: moves). n is a signed number of steps.
 */
#ifndef LILSCOPE_MOVES_H
#define LILSCOPE_MOVES_H

#include "app/view.h"

/* has() of the views of generations: there may be one. */
bool has_source(const struct app *app);

/* enter() of the views that show a run: there has to be one. */
void enter_run(struct app *app, bool home);

/* The playhead over a chart: by a part of the visible axis, by a window of f
 * tokens, by a token; to the start, or to the end to follow it. */
void playhead_across(struct app *app, int n);
void playhead_along(struct app *app, int n);
void playhead_page(struct app *app, int n);
void playhead_token(struct app *app, int n);
void playhead_end(struct app *app, int n);

/* Plays and pauses; follows the end, and at an end that nothing follows goes
 * on to the newest generation. */
void playhead_play(struct app *app, int n);
void playhead_follow(struct app *app, int n);

/* From "here", the playhead or the cursor (AT_CURSOR): to where a rule stops
 * or information resumes, to a window whose gain crosses t. Tell what was
 * found. */
void here_threshold(struct app *app, int n);
void here_rival(struct app *app, int n);
void here_change(struct app *app, int n);

/* The visible axis: n times half of it around the playhead, twice as much for
 * n < 0, all of it for 0; to the side by quarters, the playhead stays. */
void axis_zoom(struct app *app, int n);
void axis_pan(struct app *app, int n);

/* The cursor in the text: by tokens, by phrases (first to the start of the one
 * it is in), to the first token or the last. */
void cursor_token(struct app *app, int n);
void cursor_phrase(struct app *app, int n);
void cursor_end(struct app *app, int n);

/* at + n, within [0, max]. */
uint32_t moved_by(uint32_t at, int64_t n, uint32_t max);

#endif
