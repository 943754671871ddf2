/*
 * draft.h - what will come, if the text goes on as it did before: prompt
 * lookup, from the structure that the Ziv-Lempel parse keeps anyway.
 *
 * The longest suffix that stood before has an earlier place; what followed
 * there is the draft. Where the draft reaches the end of the text it goes on
 * in itself, so a loop is drafted as far as one likes.
 *
 *	     [=== suffix ===]draft ...        [=== suffix ===]draft?
 *
 * How often such a draft was right is known for suffixes of every length,
 * as each token says it whether one asked or not; from that follows how many
 * tokens are worth a pass (draft_worth()). So a text that copies nothing is
 * drafted hardly ever, and one that goes in circles at full length.
 *
 * Cost: one push of the parse a token (lz77.h). No clock, no I/O: the same
 * tokens give the same drafts.
 */
#ifndef LILSCOPE_DRAFT_H
#define LILSCOPE_DRAFT_H

#include "base/base.h"

enum { DRAFT_MAX = 15 }; /* tokens of a draft */

struct draft;

/* Of an empty text; the caller's. */
struct draft *draft_new(void);
void draft_free(struct draft *d); /* NULL is fine */

/* The text goes on with id. */
void draft_push(struct draft *d, uint32_t id);

/* The next n ids, n <= DRAFT_MAX, as they stood before. False: the last token
 * is new, and there is nothing to draft. */
bool draft_guess(const struct draft *d, uint32_t *ids, uint32_t n);

/* The probability that the guess is right, by all such guesses so far. */
double draft_hope(const struct draft *d);

/*
 * How many tokens to draft, at most max: as many as make tokens cheapest,
 * where a pass of k drafted tokens costs draft_cost(k) of one without. 0: none
 * is worth its cost.
 */
uint32_t draft_worth(const struct draft *d, uint32_t max);
double draft_cost(uint32_t k);

#endif
