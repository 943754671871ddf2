/*
 * shrink.h - at least how many bytes zlib makes of a short text, for less than
 * to let it: what is no loop shrinks by far less than what is asked for.
 *
 * The text is cut into literals and matches as zlib does it at level 6. What
 * these take is at least their entropy, for no code of a block has less, or
 * what they take in the fixed code. A block that is stored takes the text.
 * Where that is not enough to know, zlib's own code is made, too: that is the
 * size, for more.
 */
#ifndef LILSCOPE_SHRINK_H
#define LILSCOPE_SHRINK_H

#include "base/base.h"

enum { SHRINK_MAX = 8192 }; /* bytes of a text; of a longer one 0 is told */

struct shrink;

/* For any number of texts; the caller's. */
struct shrink *shrink_new(void);
void shrink_free(struct shrink *k); /* NULL is fine */

/* A lower limit of the bytes of the zlib stream of s[0..n) alone; 0 where
 * nothing can be told. */
size_t shrink_least(struct shrink *k, const void *s, size_t n);

/* Of the text that shrink_least() was asked about last how many bytes it is;
 * 0 where it can't be told. */
size_t shrink_size(const struct shrink *k);

#endif
