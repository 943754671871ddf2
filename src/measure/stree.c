/*
 * Ukkonen's algorithm with the text, the tree and the active point in the
 * usual roles; what is particular here:
 *
 *   - one body for both widths: `ids` is a constant in each of the two
 *     callers, so the compiler makes two clean versions of it;
 *   - the edge under the active point is remembered as the memory cell that
 *     names the child, so that splitting it needs no second look-up. Cells
 *     move when nodes or slots do; both happen only in add_node() and
 *     add_kid(), after which the cell is found again;
 *   - the suffix link of the node below is fetched ahead: on large texts
 *     nearly all the time goes into waiting for memory.
 */
#include "measure/stree.h"

#include <assert.h>
#include <string.h>

#if defined(__GNUC__)
#define ALWAYS_INLINE inline __attribute__((always_inline))
#define PREFETCH(p) __builtin_prefetch(p)
#else
#define ALWAYS_INLINE inline
#define PREFETCH(p) ((void)(p))
#endif

enum { STREE_FIRST_NODES = 16 };

struct node {
	uint32_t start; /* the label is text[start .. start + depth) */
	uint32_t depth;
	uint32_t slink; /* node of the label without its first symbol */
	uint32_t kid[2];
	uint32_t symbol[]; /* ids: one a kid; bytes: both in the first */
};

static ALWAYS_INLINE size_t node_bytes(bool ids)
{
	return sizeof(struct node) + (ids ? 8 : 4);
}

static ALWAYS_INLINE struct node *node_at(const struct stree *tree,
					  uint32_t i, bool ids)
{
	return (struct node *)((char *)tree->nodes + i * node_bytes(ids));
}

static ALWAYS_INLINE uint32_t symbol_at(const void *text, uint32_t t,
					bool ids)
{
	return ids ? ((const uint32_t *)text)[t] : ((const uint8_t *)text)[t];
}

/*
 * The cell that names the child of node u whose edge starts with symbol c.
 * If there is none: NULL, and in *vacant the slot where it belongs (NULL for
 * the root of bytes, whose children have an array).
 */
static ALWAYS_INLINE uint32_t *find_kid(struct stree *tree, uint32_t u,
					uint32_t c, struct edge **vacant,
					bool ids)
{
	struct edge *slot;

	if (u != STREE_ROOT) {
		struct node *n = node_at(tree, u, ids);
		uint32_t first = ids ? n->symbol[0] : n->symbol[0] & 0xff;
		uint32_t second = ids ? n->symbol[1] : n->symbol[0] >> 8;

		if (first == c)
			return &n->kid[0];
		if (second == c)
			return &n->kid[1];
	} else if (!ids) {
		*vacant = NULL;
		return tree->root_kid[c] ? &tree->root_kid[c] : NULL;
	}
	slot = edge_slot(&tree->edges, u, c);
	*vacant = slot;
	return slot->kid ? &slot->kid : NULL;
}

/* A node's first two children are there from its birth, so a further one
 * goes to the table. */
static ALWAYS_INLINE void add_kid(struct stree *tree, struct edge edge,
				  struct edge *vacant)
{
	if (vacant)
		edges_add(&tree->edges, vacant, edge);
	else
		tree->root_kid[edge.symbol] = edge.kid;
}

static ALWAYS_INLINE uint32_t label_start(const struct stree *tree,
					  uint32_t kid, bool ids)
{
	return kid & STREE_LEAF ? kid & ~STREE_LEAF
				: node_at(tree, kid, ids)->start;
}

/* Memory for one more node; true if the nodes moved. */
static bool room_for_node(struct stree *tree)
{
	size_t size = node_bytes(tree->ids);
	void *before = tree->nodes;

	tree->nodes = big_grow(&tree->node_block, (tree->n_nodes + 1) * size);
	tree->cap_nodes = (uint32_t)MIN(tree->node_block.cap / size,
					(size_t)STREE_LEAF);
	return tree->nodes != before;
}

/* The remembered cell, found again after things moved. */
static void refresh_cell(struct stree *tree, const void *text, uint32_t t)
{
	struct edge *vacant;

	if (tree->off > 0)
		tree->cell = find_kid(tree, tree->node,
				      symbol_at(text, t - tree->off,
						tree->ids),
				      &vacant, tree->ids);
}

/* Walks from the active node down text[t - off .. t), which is in the tree,
 * by whole edges. */
static ALWAYS_INLINE void descend(struct stree *tree, const void *text,
				  uint32_t t, bool ids)
{
	while (tree->off > 0) {
		struct edge *vacant;
		uint32_t kid, depth;

		tree->cell = find_kid(tree, tree->node,
				      symbol_at(text, t - tree->off, ids),
				      &vacant, ids);
		kid = *tree->cell;
		if (kid & STREE_LEAF)
			return;
		depth = node_at(tree, kid, ids)->depth;
		if (depth > tree->lrs)
			return;
		tree->node = kid;
		tree->off = tree->lrs - depth;
	}
}

/*
 * The active point lies inside an edge, before symbol `below`, and symbol c
 * comes: a node is put there, with the rest of the edge and a new leaf as its
 * children. Returns the node.
 */
static ALWAYS_INLINE uint32_t split_edge(struct stree *tree, uint32_t below,
					 uint32_t c, uint32_t leaf, bool ids)
{
	uint32_t v = tree->n_nodes++;
	struct node *n = node_at(tree, v, ids);

	n->start = leaf;
	n->depth = tree->lrs;
	n->kid[0] = *tree->cell;
	n->kid[1] = leaf | STREE_LEAF;
	if (ids) {
		n->symbol[0] = below;
		n->symbol[1] = c;
	} else {
		n->symbol[0] = below | c << 8;
	}
	*tree->cell = v;
	return v;
}

/* The active point goes one symbol down the edge behind tree->cell. */
static ALWAYS_INLINE void step_down(struct stree *tree, bool ids)
{
	uint32_t kid = *tree->cell;

	tree->off++;
	tree->lrs++;
	if (kid & STREE_LEAF)
		return;
	if (node_at(tree, kid, ids)->depth == tree->lrs) {
		tree->node = kid;
		tree->off = 0;
		PREFETCH(node_at(tree, node_at(tree, kid, ids)->slink, ids));
	}
}

/*
 * Symbol c = text[t] arrives. From the longest suffix that was in the tree
 * twice down to the first one that goes on with c, each gets its leaf.
 */
static ALWAYS_INLINE void push(struct stree *tree, const void *text,
			       uint32_t t, bool ids)
{
	uint32_t c = symbol_at(text, t, ids);
	uint32_t unlinked = STREE_ROOT; /* made last, its slink not known */

	for (;;) {
		uint32_t leaf = t - tree->lrs;

		if (tree->off == 0) {
			uint32_t u = tree->node;
			struct edge *vacant;

			if (unlinked != STREE_ROOT)
				node_at(tree, unlinked, ids)->slink = u;
			unlinked = STREE_ROOT;
			tree->cell = find_kid(tree, u, c, &vacant, ids);
			if (tree->cell) {
				step_down(tree, ids);
				return;
			}
			add_kid(tree, (struct edge){ u, c, leaf | STREE_LEAF },
				vacant);
			if (u == STREE_ROOT)
				return;
			tree->node = node_at(tree, u, ids)->slink;
			tree->lrs--;
		} else {
			uint32_t start = label_start(tree, *tree->cell, ids);
			uint32_t below =
				symbol_at(text, start + tree->lrs, ids);
			uint32_t v;

			if (below == c) {
				step_down(tree, ids);
				return;
			}
			if (UNLIKELY(tree->n_nodes == tree->cap_nodes) &&
			    room_for_node(tree))
				refresh_cell(tree, text, t);
			v = split_edge(tree, below, c, leaf, ids);
			if (unlinked != STREE_ROOT)
				node_at(tree, unlinked, ids)->slink = v;
			unlinked = v;
			tree->lrs--;
			if (tree->node == STREE_ROOT)
				tree->off--;
			else
				tree->node =
					node_at(tree, tree->node, ids)->slink;
			descend(tree, text, t, ids);
		}
	}
}

void stree_push_byte(struct stree *tree, const uint8_t *text, uint32_t t)
{
	push(tree, text, t, false);
}

void stree_push_id(struct stree *tree, const uint32_t *text, uint32_t t)
{
	push(tree, text, t, true);
}

uint32_t stree_src(const struct stree *tree)
{
	return label_start(tree, tree->off > 0 ? *tree->cell : tree->node,
			   tree->ids);
}

void stree_init(struct stree *tree, bool ids)
{
	size_t size = node_bytes(ids);

	*tree = (struct stree){ .ids = ids };
	edges_init(&tree->edges);
	tree->nodes = big_grow(&tree->node_block, STREE_FIRST_NODES * size);
	tree->cap_nodes = STREE_FIRST_NODES;
	memset(tree->nodes, 0, size);
	tree->n_nodes = 1; /* the root */
}

void stree_reserve(struct stree *tree, const void *text, uint32_t t,
		   uint32_t n_symbols)
{
	/* over natural text there are 0.4 to 0.7 nodes, and as many edges in
	 * the table as the rest */
	size_t n_nodes = (size_t)n_symbols / 10 * 7 + STREE_FIRST_NODES;

	big_reserve(&tree->node_block, n_nodes * node_bytes(tree->ids));
	(void)room_for_node(tree);
	edges_reserve(&tree->edges, n_symbols / 2);
	refresh_cell(tree, text, t);
}

void stree_release(struct stree *tree)
{
	edges_release(&tree->edges);
	big_release(&tree->node_block);
	tree->nodes = NULL;
}

size_t stree_memory_bytes(const struct stree *tree)
{
	return edges_memory_bytes(&tree->edges) + tree->node_block.cap;
}
