/*
 * sweep.h - the screen of a bench while it runs (view_sweep.h): keys, sizes,
 * signals, and an end that leaves the terminal as it was.
 */
#ifndef LILSCOPE_SWEEP_H
#define LILSCOPE_SWEEP_H

#include "bench/bench.h"
#include "opt/opt_look.h"

enum { SWEEP_FDS = 2 };

struct sweep;

/* NULL and a sentence: there is no usable terminal. */
struct sweep *sweep_open(const struct look_settings *look, struct err *err);

/* For the bench to wake up at. */
void sweep_fds(const struct sweep *w, int fds[SWEEP_FDS]);

/* Draws, and hears what came. False: it is to stop. */
bool sweep_tell(struct sweep *w, const struct bench_state *state);

/* Shows the end until somebody leaves. */
void sweep_stay(struct sweep *w, const struct bench_state *state);

/* NULL is fine. A signal that ended it ends the program here, after its last
 * words on standard error; NULL: none. */
void sweep_close(struct sweep *w, const char *last_words);

#endif
