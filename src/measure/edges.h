/*
 * edges.h - a hash table from (node, first symbol) to child, for the edges
 * of a suffix tree that find no place in their nodes.
 *
 * Extendible hashing: the first bits of the hash choose a page through the
 * directory, other bits a slot in it (open addressing, linear probing). A
 * full page splits in two by one more bit; so the table grows in pieces of
 * EDGE_PAGE_SLOTS slots, never as a whole, and no insertion takes long.
 *
 *	dir:  [ 0 | 0 | 1 | 2 ]       page 0 has one bit, 1 and 2 have two
 *	pages: [ slots of 0 | slots of 1 | slots of 2 ]
 *
 * The hash is keyed (the key comes from where the table lies in memory), so
 * no input can be made up to collide. It is a bijection of 64 bits: two
 * edges always differ in some bit, and splitting always helps in the end.
 */
#ifndef LILSCOPE_EDGES_H
#define LILSCOPE_EDGES_H

#include "base/big.h"

enum {
	EDGE_PAGE_BITS_MIN = 5,  /* the only page of a young table */
	EDGE_PAGE_BITS_MAX = 11, /* a page: 2048 slots, 24 KiB */
	EDGE_PAGE_SLOTS = 1 << EDGE_PAGE_BITS_MAX,
};

struct edge {
	uint32_t parent;
	uint32_t symbol;
	uint32_t kid; /* 0: the slot is free */
};

struct edges {
	struct edge *slots;   /* = pages.data */
	const uint32_t *dir;  /* = dir_block.data: 2^depth page numbers */
	uint64_t key;         /* odd */
	unsigned shift;       /* 63 - depth */
	unsigned page_bits;   /* slots in a page, log2 */
	uint32_t n_pages;
	struct big pages;
	struct big dir_block;
	struct big fills;     /* struct page_fill, one a page */
};

/* How full a page is, and how many bits of the hash lead to it. */
struct page_fill {
	uint32_t n_edges;
	uint32_t depth;
};

void edges_init(struct edges *e);
void edges_release(struct edges *e);

/* Room for about n edges at once, instead of in pieces. */
void edges_reserve(struct edges *e, uint32_t n);

size_t edges_memory_bytes(const struct edges *e);

static inline uint64_t edge_hash(const struct edges *e, uint32_t parent,
				 uint32_t symbol)
{
	uint64_t x = ((uint64_t)parent << 32 | symbol) * e->key;

	return (x ^ x >> 32) * UINT64_C(0x9e3779b97f4a7c15);
}

/*
 * The slot of the edge, or, if it is not there, the free slot (kid 0) where
 * edges_add() may put it. Valid until the next edges_add().
 */
static inline struct edge *edge_slot(const struct edges *e, uint32_t parent,
				     uint32_t symbol)
{
	uint64_t hash = edge_hash(e, parent, symbol);
	size_t page = e->dir[hash >> 1 >> e->shift];
	struct edge *slots = e->slots + (page << e->page_bits);
	uint32_t mask = (UINT32_C(1) << e->page_bits) - 1;
	uint32_t i = (uint32_t)(hash >> 20) & mask;

	while (slots[i].kid != 0 &&
	       (slots[i].symbol != symbol || slots[i].parent != parent))
		i = (i + 1) & mask;
	return slots + i;
}

/* Fills the free slot that edge_slot() just gave for this edge; kid != 0.
 * May move every slot. */
void edges_add(struct edges *e, struct edge *slot, struct edge edge);

#endif
