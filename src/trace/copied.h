/*
 * copied.h - where a text began to copy itself, and how much of it is worth
 * going on from.
 *
 *	... so x = 7. Wait, let me check. Wait, let me check. Wait, let
 *	            ^ keep: its sentences  ^ begin: the second copy
 *
 * The copying is the tail whose code (lz77.h) saves most against a price of
 * one COPIED_PRICE-th of its literals: every symbol of it earns that, every
 * bit of its phrases costs. A loop that counts as it turns is found too, for
 * its few literals cost less than its copies earn.
 */
#ifndef LILSCOPE_COPIED_H
#define LILSCOPE_COPIED_H

#include "trace/run.h"

enum {
	COPIED_PRICE = 8,
	COPIED_SENTENCE_BYTES = 512, /* looked back for the end of one */
};

struct copied {
	size_t begin; /* bytes of the text before the copying */
	size_t keep;  /* of these, up to the end of a sentence (which may lie
			 some bytes ahead); of a word, where none is near. No
			 blanks behind it */
};

/* Of a run that is measured to its end (run_measure()). Nothing is copied:
 * begin is the whole text. O(phrases of the tail). */
struct copied copied_find(const struct run *run);

#endif
