/*
 * compare.h - several runs on one axis: which, and where on the axis we are.
 *
 * The axis is tokens of the output, or seconds since each run's own request:
 * a run's clock counts its own work only, so runs that were decoded in turns
 * stand beside each other as if each had been alone. The playhead is a place
 * on this axis and belongs to all runs; it is not the open run's, which is
 * shorter than the longest one perhaps.
 */
#ifndef LILSCOPE_COMPARE_H
#define LILSCOPE_COMPARE_H

#include "app/app.h"

/* Shows the view on the marked entries of the list, or on the runs of the open
 * one's source that have its prompt, or on the open one and the next. */
void compare_open(struct app *app);

/* Shows the view on the runs of the newest source that have the prompt of its
 * newest run, and goes on to do so: runs that begin later appear, and those
 * of a new prompt take their place. */
void compare_follow(struct app *app);

/* Chooses the runs again where something changed, and has the deck keep them;
 * nothing while another view is shown. True if the deck has to work for it.
 * Call after app_sync(). */
bool compare_sync(struct app *app);

/* Run i of app->compare, or NULL while it is read. */
const struct run *compare_run(const struct app *app, size_t i);

/* Would compare_open() find two runs? */
bool compare_has_runs(const struct app *app);

/* Seconds since the request (or the first token) of the first n tokens; 0 for
 * none, NAN without times. */
double compare_time_s(const struct trace *t, uint32_t n);

/* Measured tokens of a run up to a place of the axis. */
uint32_t compare_tokens_at(const struct app *app, const struct run *run,
			   double at);

/* ... up to the playhead. */
uint32_t compare_n(const struct app *app, const struct run *run);

/* The longest run's end on the axis; and the visible part, from < to, or both
 * 0 for an empty axis. */
double compare_end(const struct app *app);
void compare_axis(const struct app *app, double *from, double *to);

/* Actions: move by a part of the visible axis, go to a place (clipped; at the
 * end it follows), zoom around the playhead, pan, another lane. */
void compare_move(struct app *app, double parts);
void compare_seek(struct app *app, double at);
void compare_zoom(struct app *app, double factor); /* 0: all */
void compare_pan(struct app *app, double parts);
void compare_lane(struct app *app, long n);
void compare_unit(struct app *app); /* tokens or seconds */
/* Opens the run of the lane with the cursor; false: there is none. */
bool compare_open_lane(struct app *app);

/* Playing: see app_tick(), app_next_tick(). */
void compare_play(struct app *app);
void compare_tick(struct app *app, double seconds);
double compare_next_tick(const struct app *app);

#endif
