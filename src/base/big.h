/*
 * big.h - one flat block of memory that grows without ever being copied
 * once it is large.
 *
 * Small blocks live in the heap and grow by half, copied: cheap to make, cheap
 * to free. From BIG_HEAP_MAX on the block moves, once, to a range of
 * addresses of its own, of which memory is taken piece by piece:
 *
 *	heap:   [used......|spare]
 *	range:  [used.............|spare][ no memory, only addresses .... ]
 *	         0                       cap                          range
 *
 * so that growing costs the new pages only and no single call stalls.
 * Where the system grants no range, blocks are copied as they grow; all
 * stays correct, only the worst case suffers.
 *
 * Everybody keeps indices into a block, never pointers: it moves while small.
 */
#ifndef LILSCOPE_BIG_H
#define LILSCOPE_BIG_H

#include "base/base.h"

#define BIG_HEAP_MAX ((size_t)128 << 10)   /* bytes; the move, with fresh
					      pages, takes ~50 us */
/* Addresses asked for, halved until the system agrees; few where 32 bits are
 * all that there are of them. */
#define BIG_RANGE_BYTES ((size_t)1 << (sizeof(size_t) > 4 ? 36 : 22))
#define BIG_SLAB ((size_t)2 << 20)         /* as large as a huge page */

/* All zero is an empty block. */
struct big {
	void *data;
	size_t cap;   /* bytes that may be used */
	size_t range; /* bytes of addresses; 0 while in the heap */
};

/* Makes room for n_bytes in all; what is there stays. Returns the block,
 * moved perhaps. New memory is not cleared. O(n) while small, else O(new). */
void *big_grow(struct big *b, size_t n_bytes);

/* The same, exactly so much, with the memory really there (no page faults
 * later) and on huge pages where they help and the system has them. */
void *big_reserve(struct big *b, size_t n_bytes);

/* Gives back what lies behind the first n_bytes. */
void *big_trim(struct big *b, size_t n_bytes);

/* Frees, leaves it empty. */
void big_release(struct big *b);

/* Memory that will be read at places all over it: its pages, those that are
 * whole in it, become huge ones where the system can do that at once. */
void big_scattered(const void *memory, size_t n_bytes);

/* BIG_SLAB bytes, cleared, at a multiple of BIG_SLAB; on a huge page if that
 * is asked for and the system has them. big_slab_free() gives them back. */
void *big_slab(bool huge);
void big_slab_free(void *slab);

#endif
