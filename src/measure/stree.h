/*
 * stree.h - the suffix tree of a growing text (Ukkonen, 1995), cut down to
 * what the Ziv-Lempel parse asks after each symbol: how long is the longest
 * suffix that also ends earlier, and where does it start there? That suffix
 * is the tree's active point, so the answer costs nothing more.
 *
 * It is not an index for searching, and it does not own the text.
 *
 * A node is 24 bytes over bytes, 28 over 32-bit symbols: its label is
 * text[start .. start + depth), a suffix link, and its first two children
 * with the first symbols of their edges, inline:
 *
 *	| start | depth | slink | kid 0 | kid 1 | symbols of kid 0, 1 |
 *
 * More children go to a hash table (edges.h). Leaves have no memory at all:
 * the leaf of suffix i is the number i with STREE_LEAF set, wherever a child
 * is named. A text of n symbols has n leaves and m < n nodes, and at most
 * n - m edges in the table.
 *
 * Cost: amortised O(1) a symbol; one push after a repetition of length L
 * inserts up to L leaves. Limit: STREE_MAX_SYMBOLS.
 */
#ifndef LILSCOPE_STREE_H
#define LILSCOPE_STREE_H

#include "measure/edges.h"

#define STREE_LEAF ((uint32_t)1 << 31)
#define STREE_MAX_SYMBOLS (STREE_LEAF - 16)
#define STREE_ROOT ((uint32_t)0)
#define STREE_OPEN UINT32_MAX

enum { STREE_BYTE_SYMBOLS = 256 };

/* The active point: `off` symbols down the edge behind *cell; with off == 0
 * it is the node itself and cell means nothing. */
struct stree_point {
	uint32_t node;
	uint32_t off;
	uint32_t *cell;
	uint32_t lrs;   /* its depth = longest suffix that was seen before */
	uint32_t start; /* text[start .. start + lrs) is that suffix, earlier:
			   the label of the child behind *cell, or the node */
	uint32_t end;   /* depth of that child, STREE_OPEN for a leaf */
};

struct stree {
	void *nodes; /* = node_block.data */
	struct stree_point at;
	uint32_t n_nodes;
	uint32_t cap_nodes;
	bool ids; /* 32-bit symbols, else bytes */
	struct edges edges;
	struct big node_block;
	uint32_t root_kid[STREE_BYTE_SYMBOLS]; /* bytes: the root's children */
};

/* The tree of an empty text over ids or bytes; stree_release() frees it. */
void stree_init(struct stree *tree, bool ids);
void stree_release(struct stree *tree);

/* Room for n symbols of ordinary text at once, instead of in pieces. The
 * text so far is text[0 .. t). */
void stree_reserve(struct stree *tree, const void *text, uint32_t t,
		   uint32_t n_symbols);

/*
 * Takes in symbol t of the text, which must be there; t counts from 0 without
 * gaps. Of the text only [0, t] is read. Sets tree->at.lrs and, if that is
 * not 0, tree->at.start.
 */
void stree_push_byte(struct stree *tree, const uint8_t *text, uint32_t t);
void stree_push_id(struct stree *tree, const uint32_t *text, uint32_t t);

/* Bytes of memory owned now. */
size_t stree_memory_bytes(const struct stree *tree);

#endif
