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

#include "app/view.h"

enum { COMPARE_RUNS_MAX = DECK_BESIDE_MAX };

enum compare_curve {
	COMPARE_TOLD, /* bytes of code of the text so far */
	COMPARE_RHO,
	COMPARE_COST, /* milliseconds a token: over tokens, its area is time */
	COMPARE_CURVES
};

/* The state of the view. */
struct compare {
	size_t runs[COMPARE_RUNS_MAX]; /* n entries of the deck */
	size_t n, n_more;     /* n_more: those that found no place */
	size_t lane;          /* with the cursor */
	bool newest;          /* the runs of the newest source, as they come */
	bool seconds;         /* the axis; else tokens */
	enum compare_curve curve;
	double at;            /* playhead on the axis; INFINITY: the end */
	double from, to;      /* visible; to = 0: everything */
	uint64_t choice;      /* what the runs were chosen by */
	uint64_t seen_tokens; /* of all, when they were last drawn */
	const char *waiting;  /* said while no decoder's run has begun; NULL:
				 nothing is decoded here */
};

/* The view's state in this app. */
struct compare *compare_of(const struct app *app);

/* Shows the view on the marked entries of the list, or on the runs of the open
 * one's source that have its prompt, or on the open one and the next. */
void compare_open(struct app *app);

/* Shows the view on the runs of the newest source that have the prompt of its
 * newest run, and goes on to do so: runs that begin later appear, and those
 * of a new prompt take their place. */
void compare_follow(struct app *app);

/* Chooses the runs again where something changed, and has the deck keep them;
 * nothing while another view is shown. True if the deck has to work for it. */
bool compare_sync(struct app *app);

/* Run i of the view, or NULL while it is read. */
const struct run *compare_run(const struct app *app, size_t i);

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

/* Starts or pauses; see tick() and next_tick() of a view. */
void compare_play(struct app *app);
void compare_tick(struct app *app, double seconds);
double compare_next_tick(const struct app *app);

/* Chooses the runs as the view is shown: of the newest source, or as
 * compare_open() says. */
void compare_enter(struct app *app, bool newest);

#endif
