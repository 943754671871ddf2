/*
 * loop.h - the program at work: one poll loop.
 *
 *	keys        at once, and drawn at once
 *	reading     in slices, between keys
 *	frames      when something changed, at most LOOP_FRAMES_PER_S
 *	otherwise   asleep in poll(), without a timeout
 */
#ifndef LILSCOPE_LOOP_H
#define LILSCOPE_LOOP_H

#include "app/app.h"
#include "term/terminal.h"

enum {
	LOOP_SLICE_US = 8000,   /* reading and measuring between two looks
				   at the keyboard */
	LOOP_FRAMES_PER_S = 30,
	LOOP_FIRST_US = 60000,  /* of reading before the first screen; it is
				   drawn empty when there is nothing yet */
};

/* Opens what the deck has in the view that suits it: one generation in the
 * ratio view, several in the list. False while nothing is known yet. */
bool loop_begin(struct app *app);

/* Work for one slice; true while there is more to do right away. */
bool loop_work(struct app *app);

/* Lets seconds pass, for the playhead and for a demo. */
void loop_tick(struct app *app, double seconds);

/* Runs until the program is left. Returns the exit status; a signal that
 * ends the program does so after the terminal is as it was. */
int loop_run(struct app *app, struct term *term);

#endif
