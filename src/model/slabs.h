/*
 * slabs.h - pieces of one size, cut from slabs of memory that lie on huge
 * pages: what a decoder reads at each token then costs few look-ups of
 * addresses. Pieces are counted: who holds one takes it, and puts it.
 *
 *	slab    BIG_SLAB bytes: a head with a mark for each piece, then the
 *	        pieces, each at a multiple of 64 bytes
 *
 * A slab goes back to the system with its last piece. The first slab is of
 * plain pages, so that a small model's cache stays small.
 */
#ifndef LILSCOPE_SLABS_H
#define LILSCOPE_SLABS_H

#include "base/base.h"

struct slabs;

/* Pieces of n_bytes, at most SLABS_PIECE_MAX. The caller's. */
enum { SLABS_PIECE_MAX = 1 << 19 };
struct slabs *slabs_new(size_t n_bytes);
/* Others hold them, too: each frees what it has. */
struct slabs *slabs_share(struct slabs *s);
void slabs_free(struct slabs *s); /* NULL is fine */

/* A piece, held once; what is in it is left over from others. */
void *slabs_get(struct slabs *s);
/* Holds it once more. */
void slabs_take(struct slabs *s, void *piece);
/* Lets go of it. */
void slabs_put(struct slabs *s, void *piece);
/* Does nobody else hold it? */
bool slabs_alone(const struct slabs *s, const void *piece);

#endif
