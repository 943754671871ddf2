/*
 * Ukkonen's algorithm with the text, the tree and the active point in the
 * usual roles; what is particular here:
 *
 *   - one body for both widths: `ids` is a constant in each of the two
 *     callers, so the compiler makes two clean versions of it;
 *   - the edge under the active point is remembered as the memory cell that
 *     names the child, so that splitting it needs no second look-up. Cells
 *     move when nodes or buckets do: in room_for_node() and add_leaf(), after
 *     which the cell is found again;
 *   - the suffix link of the node below is fetched ahead: on large texts
 *     nearly all the time goes into waiting for memory.
 */
#include "measure/stree.h"

#include <assert.h>
#include <string.h>

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
 * If there is none: NULL, and in *vacant the bucket where it belongs (not for
 * the root of bytes, whose children have an array).
 */
static ALWAYS_INLINE uint32_t *find_kid(struct stree *tree, uint32_t u,
					uint32_t c,
					struct edge_bucket **vacant, bool ids)
{
	if (u != STREE_ROOT) {
		struct node *n = node_at(tree, u, ids);
		uint32_t first = ids ? n->symbol[0] : n->symbol[0] & 0xff;
		uint32_t second = ids ? n->symbol[1] : n->symbol[0] >> 8;

		if ((first == c) | (second == c))
			return &n->kid[second == c];
	} else if (!ids) {
		return tree->root_kid[c] ? &tree->root_kid[c] : NULL;
	}
	return edge_find(&tree->edges, edge_id(u, c), vacant);
}

/* Node u gets a leaf behind symbol c. Its first two children are there from
 * its birth, so a further one goes to the table. */
static ALWAYS_INLINE void add_leaf(struct stree *tree, uint32_t u, uint32_t c,
				   uint32_t leaf, struct edge_bucket *vacant,
				   bool ids)
{
	if (u == STREE_ROOT && !ids)
		tree->root_kid[c] = leaf | STREE_LEAF;
	else
		edges_add(&tree->edges, vacant, edge_id(u, c),
			  leaf | STREE_LEAF);
}

/* The active point comes to lie on the edge behind the cell. */
static ALWAYS_INLINE void enter_edge(const struct stree *tree,
				     struct stree_point *at, uint32_t *cell,
				     bool ids)
{
	uint32_t kid = *cell;

	at->cell = cell;
	if (kid & STREE_LEAF) {
		at->start = kid & ~STREE_LEAF;
		at->end = STREE_OPEN;
	} else {
		at->start = node_at(tree, kid, ids)->start;
		at->end = node_at(tree, kid, ids)->depth;
	}
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
	struct edge_bucket *vacant;
	struct stree_point *at = &tree->at;

	if (at->off > 0)
		at->cell = find_kid(tree, at->node,
				    symbol_at(text, t - at->off, tree->ids),
				    &vacant, tree->ids);
}

/* Walks from the active node down text[t - off .. t), which is in the tree,
 * by whole edges. */
static ALWAYS_INLINE void descend(struct stree *tree, struct stree_point *at,
				  const void *text, uint32_t t, bool ids)
{
	while (at->off > 0) {
		struct edge_bucket *vacant;
		uint32_t c = symbol_at(text, t - at->off, ids);

		enter_edge(tree, at, find_kid(tree, at->node, c, &vacant, ids),
			   ids);
		if (at->end > at->lrs)
			return;
		at->node = *at->cell;
		at->off = at->lrs - at->end;
	}
}

/*
 * The active point lies inside an edge, before symbol `below`, and symbol c
 * comes: a node is put there, with the rest of the edge and a new leaf as its
 * children. Returns the node.
 */
static ALWAYS_INLINE uint32_t split_edge(struct stree *tree,
					 const struct stree_point *at,
					 uint32_t below, uint32_t c,
					 uint32_t leaf, bool ids)
{
	uint32_t v = tree->n_nodes++;
	struct node *n = node_at(tree, v, ids);

	n->start = leaf; /* the newest place where the label stands */
	n->depth = at->lrs;
	n->kid[0] = *at->cell;
	n->kid[1] = leaf | STREE_LEAF;
	if (ids) {
		n->symbol[0] = below;
		n->symbol[1] = c;
	} else {
		n->symbol[0] = below | c << 8;
	}
	*at->cell = v;
	return v;
}

/* The active point goes one symbol down the edge behind its cell. */
static ALWAYS_INLINE void step_down(const struct stree *tree,
				    struct stree_point *at, bool ids)
{
	at->off++;
	if (++at->lrs == at->end) {
		at->node = *at->cell;
		at->off = 0;
		PREFETCH(node_at(tree, node_at(tree, at->node, ids)->slink,
				 ids));
	}
}

/* The active point goes to the suffix that is one symbol shorter, as far as
 * the suffix link leads; descend() does the rest. The root has no link: there
 * the first symbol of the edge is dropped instead. */
static ALWAYS_INLINE void next_suffix(const struct stree *tree,
				      struct stree_point *at, bool ids)
{
	at->lrs--;
	if (at->node == STREE_ROOT)
		at->off--;
	else
		at->node = node_at(tree, at->node, ids)->slink;
}

/*
 * The active point is a node, and c comes. True: c was there, the point went
 * down. False: the node has a new leaf.
 */
static ALWAYS_INLINE bool push_at_node(struct stree *tree,
				       struct stree_point *at, uint32_t c,
				       uint32_t leaf, bool ids)
{
	struct edge_bucket *vacant = NULL;
	uint32_t *cell = find_kid(tree, at->node, c, &vacant, ids);

	if (!cell) {
		add_leaf(tree, at->node, c, leaf, vacant, ids);
		return false;
	}
	enter_edge(tree, at, cell, ids);
	step_down(tree, at, ids);
	return true;
}

/*
 * Symbol c = text[t] arrives. From the longest suffix that was in the tree
 * twice down to the first one that goes on with c, each gets its leaf.
 * Returns where the active point is then; it lives in registers meanwhile.
 * A new node's link leads to the node of the next shorter suffix, which is
 * there already or is the next one that is made: so at most one is unlinked.
 */
static ALWAYS_INLINE struct stree_point push(struct stree *tree,
					     const void *text, uint32_t t,
					     bool ids)
{
	struct stree_point at = tree->at;
	uint32_t c = symbol_at(text, t, ids);
	uint32_t unlinked = STREE_ROOT; /* made last, its slink not known */

	for (;;) {
		uint32_t leaf = t - at.lrs;
		uint32_t below, v;

		if (at.off == 0) {
			if (unlinked != STREE_ROOT)
				node_at(tree, unlinked, ids)->slink = at.node;
			unlinked = STREE_ROOT;
			if (push_at_node(tree, &at, c, leaf, ids) ||
			    at.node == STREE_ROOT)
				return at;
			next_suffix(tree, &at, ids);
			continue;
		}
		below = symbol_at(text, at.start + at.lrs, ids);
		if (below == c) {
			step_down(tree, &at, ids);
			return at;
		}
		if (UNLIKELY(tree->n_nodes == tree->cap_nodes)) {
			tree->at = at;
			if (room_for_node(tree))
				refresh_cell(tree, text, t);
			at = tree->at;
		}
		v = split_edge(tree, &at, below, c, leaf, ids);
		if (unlinked != STREE_ROOT)
			node_at(tree, unlinked, ids)->slink = v;
		unlinked = v;
		next_suffix(tree, &at, ids);
		descend(tree, &at, text, t, ids);
	}
}

void stree_push_byte(struct stree *tree, const uint8_t *text, uint32_t t)
{
	tree->at = push(tree, text, t, false);
}

void stree_push_id(struct stree *tree, const uint32_t *text, uint32_t t)
{
	tree->at = push(tree, text, t, true);
}

void stree_init(struct stree *tree, bool ids)
{
	size_t size = node_bytes(ids);

	*tree = (struct stree){ .ids = ids };
	edges_init(&tree->edges);
	tree->nodes = big_grow(&tree->node_block, STREE_FIRST_NODES * size);
	tree->cap_nodes = STREE_FIRST_NODES;
	memset(tree->nodes, 0, size);
	tree->n_nodes = 1; /* the root; a child named 0 is none, for the root
			      is nobody's child */
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
