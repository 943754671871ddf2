/*
 * steps.h - a generation in steps: its paragraphs, for the views that show
 * them; and since when its answer was known (task/answered.h).
 *
 * A step begins where another speaks, behind an empty line, and where a
 * paragraph is long at its next line, or anyway. Found as the text grows, so
 * that a step that has ended stays what it is.
 */
#ifndef LILSCOPE_STEPS_H
#define LILSCOPE_STEPS_H

#include "app/view.h"
#include "task/answered.h"

struct steps_item {
	uint32_t start; /* its first token */
	bool open;      /* its text is shown */
};

struct steps {
	const struct run *run;
	size_t n_spans;    /* when they were found: speakers told late */
	uint32_t n_tokens; /* that were looked at */
	struct steps_item *at;   /* n of them */
	size_t n, cap;
	bool has_known;
	struct answered known;
	uint32_t known_of; /* tokens of which it is the answer */
};

/* Of the open run. */
struct steps *steps_of(const struct app *app);

/* forget() and sync() of the view that owns them. */
void steps_forget(struct app *app);
bool steps_sync(struct app *app);

/* Since when its answer was known; NULL: it states none. */
const struct answered *steps_known(const struct app *app);

/* The step that holds a token; n_steps > 0. O(log n). */
size_t steps_at(const struct steps *steps, uint32_t token);

/* The token after its last one. */
uint32_t steps_end(const struct steps *steps, size_t i);

/* The part of the bytes of tokens [from, to) that the text view draws as new:
 * outside of copies of SHARE_COPY_BYTES and more; 0 of nothing. */
enum { SHARE_COPY_BYTES = 8 };
double steps_new_share(const struct run *run, uint32_t from, uint32_t to);

#endif
