/*
 * view_sweep.h - a bench as it runs: accuracy and length over the budget, a
 * line a policy, and the rows of the table as they come.
 *
 *	title      runs so far, time left
 *	charts     right answers | mean output, beside each other where there
 *	           is room; each point is its policy's letter
 *	table      a row a policy and budget, from `top` on
 *	hint       keys
 */
#ifndef LILSCOPE_VIEW_SWEEP_H
#define LILSCOPE_VIEW_SWEEP_H

#include "bench/bench.h"
#include "opt/opt_look.h"
#include "term/screen.h"

struct sweep_look {
	const struct bench_state *state;
	enum graph_kind graph;
	size_t top; /* first row of the table */
	bool ended; /* nothing more comes */
};

void view_sweep_draw(const struct sweep_look *look, struct screen *s);

/* "3 s", "4 min", "2 h 10 min". */
void view_sweep_left(double seconds, char *out, size_t size);

#endif
