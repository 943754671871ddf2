/*
 * deck_row.h - part of the deck: what an entry says of a run, which may be
 * dropped right after. Copies, no pointers; nothing is shared, so any thread
 * may make one.
 */
#ifndef LILSCOPE_DECK_ROW_H
#define LILSCOPE_DECK_ROW_H

#include "deck/deck.h"

enum { ROW_TEXT_BYTES = 16, ROW_MODEL_BYTES = 40 };

struct deck_row {
	struct entry entry; /* but what is its own, or lies in the deck: */
	struct rule_verdict stop;
	char finish[ROW_TEXT_BYTES], label[ROW_TEXT_BYTES];
	char policy[ROW_TEXT_BYTES];
	char model[ROW_MODEL_BYTES];
};

/* Nothing is known of it. */
struct deck_row deck_row_empty(void);

/* What can be said without measuring: its words, how it ended, its label. */
void deck_row_head(struct deck_row *row, const struct run *run);

/* All, of the tokens measured so far. */
void deck_row_fill(struct deck_row *row, const struct run *run);

/* Entry i stays itself and says what the row says (deck_take.c). */
void deck_row_take(struct deck *d, size_t i, const struct deck_row *row);

/* The same with what a row of the run would say. */
void deck_row_of_run(struct deck *d, size_t i, const struct run *run);

#endif
