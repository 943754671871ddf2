/*
 * edges.h - a hash table from (node, first symbol) to child, for the edges
 * of a suffix tree that find no place in their nodes.
 *
 * Extendible hashing: the first bits of the hash choose a page through the
 * directory, other bits a bucket in it; a bucket is one cache line of
 * EDGE_BUCKET edges, and where it is full the next one takes over. A full
 * page splits in two by one more bit; so the table grows in pieces, never as
 * a whole, and no insertion takes long.
 *
 *	dir:   [ 0 | 0 | 1 | 2 ]      page 0 has one bit, 1 and 2 have two
 *	pages: [ buckets of 0 | buckets of 1 | buckets of 2 ]
 *
 * All edges of a bucket are compared at once, without a branch between: for
 * small texts a mispredicted branch costs more than anything else here.
 *
 * The hash is keyed (the key comes from where the table lies in memory), so
 * no input can be made up to collide. It is a bijection of 64 bits: two
 * edges always differ in some bit, and splitting always helps in the end.
 */
#ifndef LILSCOPE_EDGES_H
#define LILSCOPE_EDGES_H

#include "base/big.h"

enum {
	EDGE_BUCKET = 5,        /* edges in a cache line */
	EDGE_PAGE_BITS_MIN = 3, /* the only page of a young table: 8 buckets */
	EDGE_PAGE_BITS_MAX = 8, /* a page: 256 buckets, 16 KiB */
	EDGE_PAGE_BUCKETS = 1 << EDGE_PAGE_BITS_MAX,
};

/* Zero is an empty bucket; edges fill it from the front and stay. */
struct edge_bucket {
	uint64_t id[EDGE_BUCKET]; /* edge_id(), never 0 */
	uint32_t kid[EDGE_BUCKET];
	uint32_t n;
};

struct edges {
	struct edge_bucket *buckets; /* = pages.data */
	const uint32_t *dir;  /* = dir_block.data: 2^depth page numbers */
	uint64_t key;         /* odd */
	unsigned shift;       /* 63 - depth */
	unsigned page_bits;   /* buckets in a page, log2 */
	uint32_t page_limit;  /* edges in a page */
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

/* An empty table, of one small page; edges_release() frees what it got. */
void edges_init(struct edges *e);
void edges_release(struct edges *e);

/* Room for about n edges at once, instead of in pieces. */
void edges_reserve(struct edges *e, uint32_t n);

/* Bytes of memory owned now. */
size_t edges_memory_bytes(const struct edges *e);

/* parent < 2^31, so an id is never 0. */
static inline uint64_t edge_id(uint32_t parent, uint32_t symbol)
{
	return (uint64_t)(parent + 1) << 32 | symbol;
}

/* Spreads an id over 64 bits by the table's own key, so that no text can be
 * made for which all edges fall into one page. */
static inline uint64_t edge_hash(const struct edges *e, uint64_t id)
{
	uint64_t x = id * e->key;

	return (x ^ x >> 32) * UINT64_C(0x9e3779b97f4a7c15);
}

/* The page that holds an id with this hash, if any does. */
static inline struct edge_bucket *edge_page(const struct edges *e,
					    uint64_t hash)
{
	size_t page = e->dir[hash >> 1 >> e->shift];

	return e->buckets + (page << e->page_bits);
}

/*
 * The cell with the edge's child; or, if the edge is not there, NULL, and in
 * *vacant the bucket where edges_add() may put it. Both are valid until the
 * next edges_add().
 */
static inline uint32_t *edge_find(const struct edges *e, uint64_t id,
				  struct edge_bucket **vacant)
{
	uint64_t hash = edge_hash(e, id);
	struct edge_bucket *buckets = edge_page(e, hash);
	uint32_t mask = (UINT32_C(1) << e->page_bits) - 1;
	uint32_t i = (uint32_t)(hash >> 20) & mask;

	for (;; i = (i + 1) & mask) {
		struct edge_bucket *b = &buckets[i];
		/* sums, not branches: at most one term is not 0 */
		uint32_t k = (uint32_t)(b->id[1] == id) +
			     (uint32_t)(b->id[2] == id) * 2 +
			     (uint32_t)(b->id[3] == id) * 3 +
			     (uint32_t)(b->id[4] == id) * 4;

		if ((b->id[0] == id) | (k != 0))
			return &b->kid[k];
		if (LIKELY(b->n < EDGE_BUCKET)) {
			*vacant = b;
			return NULL;
		}
	}
}

/* Puts the edge into the bucket that edge_find() just gave for it. May move
 * every bucket. */
void edges_add(struct edges *e, struct edge_bucket *vacant, uint64_t id,
	       uint32_t kid);

#endif
