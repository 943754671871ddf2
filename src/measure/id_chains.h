/*
 * id_chains.h - what a suffix tree would say of each symbol of a text of
 * ids, in a third of the time: lrs(t), and where that suffix stood before. As
 * chains.h is for bytes, but how long the text will be need not be known.
 *
 * Where a symbol does not go on what ended before it, the longest of what ends
 * in the same three symbols is looked for, whose places are in a chain, latest
 * first. Pairs and single ids are kept once each, where they stood first.
 *
 * Chains grow with the text, and a text that repeats much, a bit otherwise
 * each time, makes them long: then they are tired, and worn out after as much
 * work again. A tree must take over until then.
 *
 * Memory: 14 to 26 bytes a symbol of a text, 48 where nearly all are new.
 */
#ifndef LILSCOPE_ID_CHAINS_H
#define LILSCOPE_ID_CHAINS_H

#include "base/base.h"

enum { ID_CHAINS_LONG = 1 << 17 }; /* symbols, after which they are tired: to
				      give them room again would stall */

struct id_chains;

/* Of an empty text. The caller's. */
struct id_chains *id_chains_new(void);
void id_chains_free(struct id_chains *c); /* NULL is fine */

/*
 * The symbols text[t .. t + n), t counts from 0 without gaps: lrs[0] is that of
 * t and so on, start[0] an earlier place where its suffix begins, if it is not
 * 0. Of the text only [0, t + n) is read. Returns how many were taken: less
 * than n if they are worn out, and then no more may be pushed.
 */
uint32_t id_chains_push(struct id_chains *c, const uint32_t *text, uint32_t t,
			uint32_t n, uint32_t *lrs, uint32_t *start);

/* A tree would be faster. */
bool id_chains_tired(const struct id_chains *c);

/* Bytes of memory owned now. */
size_t id_chains_memory_bytes(const struct id_chains *c);

#endif
