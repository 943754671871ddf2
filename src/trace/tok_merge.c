/*
 * Parts are runs of bytes, linked:
 *
 *	bytes   u n b e l i e v a b l e
 *	parts   [un][bel][iev][able]        prev/next, by first byte
 *	pair       3   1    -               token that part + next would be
 *
 * Short pre-tokens look for the least pair each time. Long ones keep pairs
 * in a heap; an entry that a merge has made stale is known by its part, which
 * is gone or has another pair by now.
 */
#include "trace/tok_merge.h"

#include <assert.h>

#include "base/buf.h"

enum { SHORT_BYTES = 40 }; /* below it, searching beats the heap */

struct part {
	uint32_t next; /* index of the part after it; n at the end */
	uint32_t prev; /* before it; only for the heap's way */
	uint32_t pair; /* TOK_NONE: does not merge with the next, or gone */
};

void tok_list_add(struct tok_list *list, uint32_t id, uint32_t n_bytes)
{
	if (list->n == list->cap)
		list->at = grow(list->at, &list->cap, list->n + 1,
				sizeof(*list->at));
	list->at[list->n++] = (struct tok_token){ id, n_bytes };
}

/* The token that part i and the one after it would make. */
static uint32_t pair_of(const struct tok_vocab *v, const char *bytes,
			const struct part *part, size_t n, size_t i)
{
	size_t next = part[i].next;

	if (next >= n)
		return TOK_NONE;
	return tok_find(v, bytes + i, part[next].next - i);
}

static void append_parts(const struct tok_vocab *v, const char *bytes,
			 const struct part *part, size_t n,
			 struct tok_list *out)
{
	for (size_t i = 0; i < n; i = part[i].next) {
		size_t len = part[i].next - i;
		uint32_t id = tok_find(v, bytes + i, len);

		assert(id != TOK_NONE);
		tok_list_add(out, id, (uint32_t)len);
	}
}

static void merge_short(const struct tok_vocab *v, const char *bytes,
			size_t n, struct tok_list *out)
{
	struct part part[SHORT_BYTES];

	for (size_t i = 0; i < n; i++)
		part[i].next = (uint32_t)i + 1;
	for (size_t i = 0; i < n; i++)
		part[i].pair = pair_of(v, bytes, part, n, i);
	for (;;) {
		size_t best = 0, before = n, before_best = n;

		for (size_t i = 0; i < n; before = i, i = part[i].next) {
			if (part[i].pair < part[best].pair) {
				best = i;
				before_best = before;
			}
		}
		if (part[best].pair == TOK_NONE)
			break;
		part[best].next = part[part[best].next].next;
		part[best].pair = pair_of(v, bytes, part, n, best);
		if (before_best < n)
			part[before_best].pair =
				pair_of(v, bytes, part, n, before_best);
	}
	append_parts(v, bytes, part, n, out);
}

/* A heap entry orders by pair, then from left to right. */
static void heap_push(struct tok_merge *m, uint32_t pair, uint32_t i)
{
	uint64_t entry = (uint64_t)pair << 32 | i;
	size_t at = m->n_heap++;

	m->heap = grow(m->heap, &m->heap_cap, m->n_heap, sizeof(*m->heap));
	for (; at && m->heap[(at - 1) / 2] > entry; at = (at - 1) / 2)
		m->heap[at] = m->heap[(at - 1) / 2];
	m->heap[at] = entry;
}

static uint64_t heap_pop(struct tok_merge *m)
{
	uint64_t least = m->heap[0], last = m->heap[--m->n_heap];
	size_t at = 0, child;

	for (; (child = 2 * at + 1) < m->n_heap; at = child) {
		if (child + 1 < m->n_heap &&
		    m->heap[child + 1] < m->heap[child])
			child++;
		if (m->heap[child] >= last)
			break;
		m->heap[at] = m->heap[child];
	}
	m->heap[at] = last;
	return least;
}

static void refresh_pair(struct tok_merge *m, const struct tok_vocab *v,
			 const char *bytes, size_t n, uint32_t i)
{
	uint32_t pair = pair_of(v, bytes, m->part, n, i);

	m->part[i].pair = pair;
	if (pair != TOK_NONE)
		heap_push(m, pair, i);
}

static void merge_long(struct tok_merge *m, const struct tok_vocab *v,
		       const char *bytes, size_t n, struct tok_list *out)
{
	struct part *part;

	m->part = grow(m->part, &m->part_cap, n, sizeof(*m->part));
	part = m->part;
	m->n_heap = 0;
	for (uint32_t i = 0; i < n; i++)
		part[i] = (struct part){ .next = i + 1, .prev = i - 1 };
	for (uint32_t i = 0; i < n; i++)
		refresh_pair(m, v, bytes, n, i);
	while (m->n_heap) {
		uint64_t entry = heap_pop(m);
		uint32_t i = (uint32_t)entry, gone;

		if (part[i].pair != (uint32_t)(entry >> 32))
			continue;
		gone = part[i].next;
		part[gone].pair = TOK_NONE;
		part[i].next = part[gone].next;
		if (part[i].next < n)
			part[part[i].next].prev = i;
		refresh_pair(m, v, bytes, n, i);
		if (i)
			refresh_pair(m, v, bytes, n, part[i].prev);
	}
	append_parts(v, bytes, part, n, out);
}

void tok_merge(struct tok_merge *m, const struct tok_vocab *v,
	       const char *bytes, size_t n, struct tok_list *out)
{
	assert(n >= 1 && n <= TOK_PIECE_MAX_BYTES);
	if (n <= SHORT_BYTES)
		merge_short(v, bytes, n, out);
	else
		merge_long(m, v, bytes, n, out);
}

void tok_merge_release(struct tok_merge *m)
{
	mem_free(m->part);
	mem_free(m->heap);
	*m = (struct tok_merge){ 0 };
}

size_t tok_merge_memory_bytes(const struct tok_merge *m)
{
	return m->part_cap * sizeof(*m->part) +
	       m->heap_cap * sizeof(*m->heap);
}
