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

struct loop;

enum {
	LOOP_FDS = 2,
	LOOP_SLICE_US = 8000,   /* reading and measuring between two looks
				   at the keyboard */
	LOOP_FRAMES_PER_S = 30,
	LOOP_FIRST_US = 60000,  /* of reading before the first screen; it is
				   drawn empty when there is nothing yet */
};

/* Opens what the deck has in the view that suits it: one generation in the
 * ratio view, several in the list; the list too as soon as a second one is
 * there, unless a key was pressed. False while nothing is known yet. */
bool loop_begin(struct app *app);

/* Work for one slice; true while there is more to do right away. */
bool loop_work(struct app *app);

/* Lets seconds pass, for the playhead and for a demo. */
void loop_tick(struct app *app, double seconds);

/* The loop in steps, for who has a poll() of its own: takes over the terminal;
 * one turn hears keys and signals, draws if it is time, works for a slice;
 * false: it is left. wait() sleeps until something happens. */
struct loop *loop_open(struct app *app, struct term *term);
bool loop_turn(struct loop *l);
void loop_wait(struct loop *l);

/* What to wake up at for a turn. */
void loop_fds(const struct loop *l, int fds[LOOP_FDS]);

/* The terminal as it was; term stays the caller's. A signal that ended it ends
 * the program here, after its last words on standard error (NULL: none).
 * Returns the exit status. */
int loop_close(struct loop *l, const char *last_words);

/* All of it, until the program is left. */
int loop_run(struct app *app, struct term *term);

#endif
