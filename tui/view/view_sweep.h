/*
 * view_sweep.h - a bench as it runs: accuracy and length over the budget, a
 * line a policy, and the rows of the table as they come.
 *
 *	charts     right answers | mean output, beside each other where there
 *	           is room; each point is its policy's letter
 *	table      a row a policy and budget
 *
 * How far the bench is, and the time left, stand in the title.
 */
#ifndef LILSCOPE_VIEW_SWEEP_H
#define LILSCOPE_VIEW_SWEEP_H

#include "app/view.h"
#include "bench/bench.h"

/* The state of the view. */
struct sweep {
	const struct bench_state *state; /* NULL: there is no bench */
	size_t top, left;                /* first row of the table; column */
	struct err why;                  /* of the last run that came to
					    nothing; "" for none */
	bool ended;                      /* nothing more comes */
};

/* The view's state in this app. */
struct sweep *sweep_of(const struct app *app);

#endif
