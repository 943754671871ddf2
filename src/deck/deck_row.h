/*
 * deck_row.h - part of the deck: what an entry says of a run, which may be
 * dropped right after. Copies, no pointers; nothing is shared, so any thread
 * may ask.
 */
#ifndef LILSCOPE_DECK_ROW_H
#define LILSCOPE_DECK_ROW_H

#include "deck/deck.h"

/* Nothing is known of it. */
struct entry deck_row_empty(void);

/* What can be said without measuring: its words, how it ended, its label. */
void deck_row_head(struct entry *e, const struct run *run);

/* All, of the tokens measured so far. */
void deck_row_fill(struct entry *e, const struct run *run);

/* The entry stays itself and says what `made` says. */
void deck_row_take(struct entry *e, const struct entry *made);

#endif
