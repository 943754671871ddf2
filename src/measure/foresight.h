/*
 * foresight.h - what a suffix tree would say of each symbol of a text that is
 * known to its end: lrs(t), and where phrases come from (lz77.h).
 *
 * From the suffixes in their order follows, for each place i, the longest
 * prefix of text[i..) that also begins before i, LPF[i] (Crochemore and Ilie,
 * 2008; Kaerkkaeinen, Kempa and Puglisi, 2013): it is shared with one of the
 * two neighbours in that order that begin before i. Ends i + LPF[i] never fall,
 * so that the longest suffix of text[0..t] seen before begins at the first i
 * whose end is beyond t.
 *
 * Memory: 8 bytes a symbol while it is made, 1 afterwards.
 */
#ifndef LILSCOPE_FORESIGHT_H
#define LILSCOPE_FORESIGHT_H

#include "base/base.h"

struct foresight;

/* Of text[0..n), n < 2^31, which need not stay. The caller's. */
struct foresight *foresight_new(const uint8_t *text, uint32_t n);
void foresight_free(struct foresight *f); /* NULL is fine */

/* How many symbols there are, of them all. */
uint32_t foresight_n(const struct foresight *f);

/* The next symbol's lrs, from the first to the last. */
uint32_t foresight_lrs(struct foresight *f);

/* Where the next phrase comes from, from the first to the last; UINT32_MAX for
 * a fresh symbol. */
uint32_t foresight_src(struct foresight *f);

/* Bytes of memory owned now. */
size_t foresight_memory_bytes(const struct foresight *f);

#endif
