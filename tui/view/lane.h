/*
 * lane.h - everything that is said of a run beside others, at the playhead of
 * the compare view; and what a class is told of it.
 */
#ifndef LILSCOPE_LANE_H
#define LILSCOPE_LANE_H

#include "measure/rule_guardian.h"
#include "task/grade.h"
#include "term/screen.h"
#include "view/beside.h"

enum { LANES_MAX = 4 }; /* on the screen at once */

struct lane {
	const struct run *run; /* NULL while it is read */
	size_t i;	       /* of app->compare */
	uint32_t n, total;     /* tokens at the playhead, and in all */
	bool ended;	       /* it is at its end */
	size_t i_stop;	       /* the rule that counts, */
	struct rule_verdict stop; /* and where it stops */
	size_t beside;	       /* a run that was asked the same; i: none */
	struct beside_fork fork; /* from that one */
	bool parted;	       /* ... and both have told so */
	struct judged answer;  /* at the playhead, once it has ended */
	enum grade stopped;    /* of what the early stop keeps */
	double ttft_s;	     /* NAN: unknown */
	double end_s, tbt_s; /* of n tokens; NAN: unknown */
};

/* Of run i of the compare view. */
struct lane lane_of(const struct app *app, size_t i);

/* Runs are A, B, ... in the order of the lanes. */
char lane_letter(size_t i);

/* Its numbers, on up to three lines of r, beside those of the first lane; and
 * name, pace and policies on one line. */
void lane_draw(const struct app *app, const struct lane *l,
	       const struct lane *first, struct screen *s, struct rect r);
void lane_draw_line(const struct app *app, const struct lane *l,
		    struct screen *s, struct rect r);

/* How long it says the same as another one, and both words behind that, on
 * the first line of r. */
void lane_draw_fork(const struct app *app, const struct lane *l,
		    struct screen *s, struct rect r);

/* What the lanes tell, and how their times come about, appended. */
void lane_explain_all(const struct app *app, struct buf *out);

#endif
