/*
 * copying.h - where a text says again what it said, symbol by symbol.
 *
 * A symbol is predicted by a source: the place in the text where the same
 * COPYING_GRAM symbols stood last, followed from there on. The symbol hits if
 * it is what stands there, and misses otherwise; after a miss the source goes
 * on behind it, so a changed number in a copied line costs one miss.
 *
 *	     source                       t
 *	-----[== length ==]?--- ... -----[== length ==]x
 *	                  |<----- distance ---->|
 *
 * What tells a circle from a quotation is what lies between the source and
 * here. A first copy has its original there, all of it fresh; what goes in
 * circles has copies there.
 *
 * The last COPYING_WINDOW symbols are remembered, in 20 bytes each. Cost:
 * amortised O(1) a symbol. Prefix-stable.
 */
#ifndef LILSCOPE_COPYING_H
#define LILSCOPE_COPYING_H

#include "measure/words.h"

enum {
	COPYING_GRAM = 5,
	COPYING_WINDOW = 1 << 15, /* symbols */
	COPYING_FAR = 32,  /* a later source must agree with so many */
	COPYING_LOST = 8,  /* misses in a row after which a source is given
			      up */
	COPYING_SAID_MAX = 255,
	COPYING_NEWS = 12, /* so many more misses than hits end a copying */
};

/* What one symbol was. */
struct copying_step {
	bool hit;
	bool same;         /* a hit with the same letter too */
	bool known;        /* the last COPYING_GRAM symbols stood before */
	uint8_t said;      /* how often it stood there before: a copy of a
			      copy of a first saying is 2; 0 for a miss */
	uint32_t length;   /* hits in a row, this one in */
	uint32_t distance; /* from the source; 0: there was none */
	uint32_t copied;   /* since the copying began that lasts */
};

struct copying;

/* Empty; the caller's. */
struct copying *copying_new(void);
void copying_free(struct copying *c); /* NULL is fine */

/* So many symbols will come, roughly: room for them at once costs less than to
 * enlarge it again and again. Changes nothing else. */
void copying_expect(struct copying *c, size_t n);

/*
 * Takes in a symbol. letter: what may tell it from another that is equal.
 * known: false if the caller knows that the last COPYING_GRAM symbols, this
 * one in, stood nowhere in the window, which saves looking for them.
 */
struct copying_step copying_push(struct copying *c, uint32_t symbol,
				 uint32_t letter, bool known);

/* The same of n symbols that may be known and have no letters. */
void copying_push_all(struct copying *c, const uint32_t *symbols, size_t n,
		      struct copying_step *out);

/*
 * The same of the next n words of a text, as they are (c, its steps out[i][0])
 * and folded (folded_c, out[i][1]), whose letters are the words as they are:
 * what is new there is new here.
 */
void copying_push_words(struct copying *c, struct copying *folded_c,
			const struct word *words, size_t n,
			struct copying_step (*out)[2]);

/* Bytes of memory owned now. */
size_t copying_memory_bytes(const struct copying *c);

#endif
