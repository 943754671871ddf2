/*
 * beside.h - what runs of the compare view have in common: the prompt, and
 * how long they say the same.
 *
 * Only runs that were asked the same can be compared in numbers. Where a
 * trace has no prompt it is another one than that of a trace which has one;
 * two without were asked the same where they are of one source.
 */
#ifndef LILSCOPE_BESIDE_H
#define LILSCOPE_BESIDE_H

#include "view/compare.h"

/* Whether two entries of the deck were asked the same; while one is read, it is
 * not known. */
bool beside_is_same(const struct app *app, size_t a, size_t b);

/* The same of two runs of the view. */
bool beside_lanes_same(const struct app *app, size_t i, size_t k);

/* How many prompts the runs of the view have, of those that can be read. */
size_t beside_n_prompts(const struct app *app);
/* Whether some run says nothing of what it was asked. */
bool beside_has_unasked(const struct app *app);

/* Where two runs begin to say different things, in the tokens of each. */
struct beside_fork {
	uint32_t here, there; /* tokens that are the same in this run, in the
				 other one; they are cut alike */
	bool differs;         /* what follows is different, or only one goes
				 on; else nothing is known to follow */
};

/* By their bytes, so another tokenizer makes no difference; a byte is
 * compared but once a call. */
struct beside_fork beside_fork(const struct run *run, const struct run *other);

/* The word that begins at token i, cut where it is long, in quotes; or that
 * the run ends there. */
void beside_word(const struct run *run, uint32_t i, struct buf *out);

/* The run beside which run i of the view is read: the first one, and for
 * that the one with the cursor, or the second. */
size_t beside_whom(const struct app *app, size_t i);

/* One sentence about runs of several prompts, appended; nothing for one. */
void beside_explain(const struct app *app, struct buf *out);

#endif
