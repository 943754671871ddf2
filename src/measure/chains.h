/*
 * chains.h - what a suffix tree would say of each symbol of a short text of
 * bytes, in a quarter of the time: lrs(t), and where that suffix stood before.
 *
 * lrs(t) is at most lrs(t-1) + 1. Mostly it is that: the place that the last
 * symbol's suffix stood at goes on. Else it is the longest of what ends in the
 * same GRAM symbols, whose places are in a chain, latest first. Grams that are
 * shorter are kept once each, where they stood first: which of them are new
 * follows from lrs alone.
 *
 * Chains grow with the text, so it is for short ones; where one repeats grams
 * without repeating more, the work is cut off, and a tree must take over.
 *
 * Memory: 26 KB, and 6 bytes a symbol, up to twice that where how many come was
 * not known.
 */
#ifndef LILSCOPE_CHAINS_H
#define LILSCOPE_CHAINS_H

#include "base/base.h"

enum { CHAINS_MAX = UINT16_MAX - 1 }; /* symbols */

struct chains;

/* Of an empty text; room for n symbols, n <= CHAINS_MAX. The caller's. */
struct chains *chains_new(uint32_t n);
void chains_free(struct chains *c); /* NULL is fine */

/*
 * The symbols text[t .. end), t counts from 0 without gaps, end <= CHAINS_MAX:
 * lrs[0] is that of t and so on, start[0] an earlier place where its suffix
 * begins, if it is not 0. Of the text only [0, end) is read. Returns how many
 * were taken: less than all if they are tired, and then no more may be pushed.
 */
uint32_t chains_push(struct chains *c, const uint8_t *text, uint32_t t,
		     uint32_t end, uint32_t *lrs, uint32_t *start);

/* It took too many steps for so many symbols: ask something else. */
bool chains_tired(const struct chains *c);

/* Bytes of memory owned now. */
size_t chains_memory_bytes(const struct chains *c);

#endif
