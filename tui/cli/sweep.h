/*
 * sweep.h - the screen of a bench while it runs (view_sweep.h), and an end
 * that leaves the terminal as it was.
 */
#ifndef LILSCOPE_SWEEP_H
#define LILSCOPE_SWEEP_H

#include "bench/bench.h"
#include "loop/loop.h"

struct sweep_screen;

/* NULL and a sentence: there is no usable terminal. */
struct sweep_screen *sweep_open(const struct settings *set, struct err *err);

/* For the bench to wake up at. */
void sweep_fds(const struct sweep_screen *w, int fds[LOOP_FDS]);

/* Draws, and hears what came. False: it is to stop. */
bool sweep_tell(struct sweep_screen *w, const struct bench_state *state);

/* A sentence of a run that came to nothing. */
void sweep_complain(struct sweep_screen *w, const char *sentence);

/* Shows the end until somebody leaves. */
void sweep_stay(struct sweep_screen *w, const struct bench_state *state);

/* NULL is fine. A signal that ended it ends the program here, after its last
 * words on standard error; NULL: none. */
void sweep_close(struct sweep_screen *w, const char *last_words);

#endif
