/*
 * Parts are runs of bytes, linked, so that joining two moves nothing:
 *
 *	bytes   u n b e l i e v a b l e
 *	parts   [un][bel][iev][able]        prev/next, by first byte
 *	rank       3   1    -               of its joining the next
 *
 * Short texts look for the least rank each time. Long ones keep ranks in a
 * heap; an entry that a joint has made stale is known by its part, which is
 * gone or has another rank by now.
 */
#include "token/merge.h"

#include <assert.h>

#include "base/buf.h"
#include "base/utf8.h"

enum { SHORT_BYTES = 40 }; /* up to it, searching beats the heap */

/* What part i and the one after it would become. */
static void look(struct part *part, const struct tokens *t, const char *text,
		 uint32_t n, uint32_t i)
{
	struct part *a = &part[i];
	uint32_t found, next = a->next;

	a->rank = MERGE_NEVER;
	if (next >= n)
		return;
	if (t->pairs) {
		uint32_t key[2] = { a->id, part[next].id };

		found = lookup_find(&t->by_pair, (const char *)key,
				    sizeof(key));
		if (found == TOKEN_NONE)
			return;
		a->rank = found;
		a->joined = t->joined[found];
	} else if (part[next].next - i <= t->longest) {
		found = lookup_find(&t->by_bytes, text + i,
				    part[next].next - i);
		if (found == TOKEN_NONE)
			return;
		a->rank = t->order ? t->order[found] : found;
		a->joined = found;
	}
}

/* Part i takes in the one after it. */
static void join(struct part *part, uint32_t n, uint32_t i)
{
	struct part *a = &part[i], *gone = &part[a->next];

	a->id = a->joined;
	a->next = gone->next;
	gone->rank = MERGE_NEVER;
	if (a->next < n)
		part[a->next].prev = i;
}

/* The parts before anything joins; returns the first. */
static uint32_t lay_out(struct part *part, const struct tokens *t,
			const char *text, uint32_t n)
{
	uint32_t first = n, last = n, id;
	size_t used = 1;

	for (uint32_t at = 0; at < n; at += (uint32_t)used) {
		if (t->characters) {
			if (utf8_decode(text + at, n - at, &used) < 0)
				used = 1;
			id = lookup_find(&t->by_bytes, text + at, used);
		} else {
			id = t->byte[(unsigned char)text[at]];
			if (id == TOKEN_NONE)
				continue;
		}
		if (last == n)
			first = last = at;
		part[at].id = id;
		part[at].next = n;
		part[at].prev = last;
		part[last].next = last == at ? n : at;
		last = at;
	}
	return first;
}

static void merge_short(struct part *part, const struct tokens *t,
			const char *text, uint32_t n, uint32_t first)
{
	for (uint32_t i = first; i < n; i = part[i].next)
		look(part, t, text, n, i);
	for (;;) {
		uint32_t best = first;

		for (uint32_t i = first; i < n; i = part[i].next)
			if (part[i].rank < part[best].rank)
				best = i;
		if (part[best].rank == MERGE_NEVER)
			return;
		join(part, n, best);
		look(part, t, text, n, best);
		if (best != first)
			look(part, t, text, n, part[best].prev);
	}
}

/* A heap entry orders by rank, then from left to right. */
static void heap_push(struct merge *m, uint32_t i)
{
	uint64_t entry = (uint64_t)m->part[i].rank << 32 | i;
	size_t at = m->n_heap++;

	m->heap = grow(m->heap, &m->heap_cap, m->n_heap, sizeof(*m->heap));
	for (; at && m->heap[(at - 1) / 2] > entry; at = (at - 1) / 2)
		m->heap[at] = m->heap[(at - 1) / 2];
	m->heap[at] = entry;
}

static uint64_t heap_pop(struct merge *m)
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

static void look_and_push(struct merge *m, const struct tokens *t,
			  const char *text, uint32_t n, uint32_t i)
{
	look(m->part, t, text, n, i);
	if (m->part[i].rank != MERGE_NEVER)
		heap_push(m, i);
}

static void merge_long(struct merge *m, const struct tokens *t,
		       const char *text, uint32_t n, uint32_t first)
{
	m->n_heap = 0;
	for (uint32_t i = first; i < n; i = m->part[i].next)
		look_and_push(m, t, text, n, i);
	while (m->n_heap) {
		uint64_t entry = heap_pop(m);
		uint32_t i = (uint32_t)entry;

		if (m->part[i].rank != (uint32_t)(entry >> 32))
			continue;
		join(m->part, n, i);
		look_and_push(m, t, text, n, i);
		if (i != first)
			look_and_push(m, t, text, n, m->part[i].prev);
	}
}

uint32_t merge(struct merge *m, const struct tokens *t, const char *text,
	       uint32_t n)
{
	uint32_t first;

	if (n > m->part_cap)
		m->part = grow(m->part, &m->part_cap, n, sizeof(*m->part));
	first = lay_out(m->part, t, text, n);
	if (n <= SHORT_BYTES && first < n)
		merge_short(m->part, t, text, n, first);
	else
		merge_long(m, t, text, n, first);
	return first;
}

void merge_release(struct merge *m)
{
	mem_free(m->part);
	mem_free(m->heap);
	*m = (struct merge){ 0 };
}

size_t merge_memory_bytes(const struct merge *m)
{
	return m->part_cap * sizeof(*m->part) +
	       m->heap_cap * sizeof(*m->heap);
}

void tokens_release(struct tokens *t)
{
	lookup_release(&t->by_bytes);
	lookup_release(&t->by_pair);
	mem_free(t->memory);
	mem_free(t->start);
	mem_free(t->order);
	mem_free(t->pairs);
	mem_free(t->pair_start);
	mem_free(t->joined);
	*t = (struct tokens){ 0 };
}

size_t tokens_memory_bytes(const struct tokens *t)
{
	size_t text = (size_t)(t->text - t->memory) + t->start[t->n];

	return text + (t->n + (size_t)1) * sizeof(*t->start) +
	       (t->order ? t->n * sizeof(*t->order) : 0) +
	       t->n_merges * 4 * sizeof(*t->pairs) +
	       lookup_memory_bytes(&t->by_bytes) +
	       lookup_memory_bytes(&t->by_pair);
}
