/*
 * progress.h - a bar on standard error for headless work that takes long.
 *
 * One line, without escape codes (CR and blanks do), drawn at most ten times
 * a second and only once the work has taken after_ms; progress_hide() leaves
 * no trace of it. Never drawn where it is not wanted (err NULL).
 */
#ifndef LILSCOPE_PROGRESS_H
#define LILSCOPE_PROGRESS_H

#include <stdio.h>

#include "base/base.h"

struct progress {
	FILE *err;        /* NULL: silent */
	int cols;         /* width of the terminal */
	unsigned after_ms;
	double started_s, drawn_s;
	int shown;        /* columns on the terminal now */
};

/* err is not owned. */
void progress_init(struct progress *p, FILE *err, int cols, unsigned after_ms);

/* fraction: of all work, 0..1; NAN when unknown. what: our words beside the
 * bar. Cheap to call often: a look at the clock. */
void progress_at(struct progress *p, double fraction, const char *what);

/* Before other lines are printed, and at the end. */
void progress_hide(struct progress *p);

#endif
