/*
 * repeats.h - what the open generation says again and again, for the views
 * that show it: the unit of its loop first (measure/unit.h).
 *
 * Looked for once, when the rule has fired: of the text up to its stop. While
 * it has not, only for who looks at the view, of all that was read.
 */
#ifndef LILSCOPE_REPEATS_H
#define LILSCOPE_REPEATS_H

#include "app/view.h"
#include "trace/repeated.h"

enum { REPEATS_MAX = 12 };

struct repeats {
	const struct run *run;
	uint32_t at;     /* tokens that were looked at; 0: none */
	bool fired;      /* there the rule stops */
	uint32_t counted; /* tokens in which they were counted: all, at first */
	struct repeated units[REPEATS_MAX];
	size_t n;
	size_t selected; /* the one that is lit in the text */
};

/* Of the open run. */
const struct repeats *repeats_of(const struct app *app);

/* The selected one; NULL: nothing is said twice, or it was not looked for. */
const struct repeated *repeats_lit(const struct app *app);

/* To the n-th copy of the selected unit after the cursor, or for n < 0 before
 * it; says which it is. */
void repeats_step(struct app *app, int n);

#endif
