/*
 * beside.h - what runs of the compare view have in common: the prompt.
 *
 * Only runs that were asked the same can be compared in numbers. Where a
 * trace has no prompt it is another one than that of a trace which has one;
 * of two without, nothing speaks against the same.
 */
#ifndef LILSCOPE_BESIDE_H
#define LILSCOPE_BESIDE_H

#include "view/compare.h"

/* Whether two runs were asked the same. */
bool beside_is_same(const struct run *a, const struct run *b);

/* How many prompts the runs of the view have, of those that can be read. */
size_t beside_n_prompts(const struct app *app);

/* One sentence about runs of several prompts, appended; nothing for one. */
void beside_explain(const struct app *app, struct buf *out);

#endif
