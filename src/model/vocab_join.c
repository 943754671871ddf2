/*
 * Candidates wait in a heap, by rank and from left to right. One is stale
 * when its left part has grown or is gone: parts only ever join, so a
 * candidate whose two parts still have its length together are the same two.
 */
#include "model/vocab_impl.h"

struct joint {
	uint64_t order; /* rank, then the left part's place */
	uint32_t len;   /* of both together */
	uint32_t joined;
};

static void heap_push(struct joiner *j, struct joint joint)
{
	size_t at = j->n_heap++;

	j->heap = grow(j->heap, &j->heap_cap, j->n_heap, sizeof(*j->heap));
	for (; at && j->heap[(at - 1) / 2].order > joint.order;
	     at = (at - 1) / 2)
		j->heap[at] = j->heap[(at - 1) / 2];
	j->heap[at] = joint;
}

static struct joint heap_pop(struct joiner *j)
{
	struct joint least = j->heap[0], last = j->heap[--j->n_heap];
	size_t at = 0, child;

	for (; (child = 2 * at + 1) < j->n_heap; at = child) {
		if (child + 1 < j->n_heap &&
		    j->heap[child + 1].order < j->heap[child].order)
			child++;
		if (j->heap[child].order >= last.order)
			break;
		j->heap[at] = j->heap[child];
	}
	j->heap[at] = last;
	return least;
}

/* Part i and the one after it, if they can become one. */
static void offer(struct joiner *j, uint32_t i)
{
	const struct part *a = &j->parts[i], *b;
	uint32_t rank, joined;

	if (a->next == PART_NONE)
		return;
	b = &j->parts[a->next];
	if (j->pair(j, a, b, &rank, &joined))
		heap_push(j, (struct joint){ (uint64_t)rank << 32 | i,
					     a->len + b->len, joined });
}

static void join(struct joiner *j, const struct joint *joint)
{
	uint32_t i = (uint32_t)joint->order;
	struct part *a = &j->parts[i], *b;

	if (!a->len || a->next == PART_NONE)
		return;
	b = &j->parts[a->next];
	if (a->len + b->len != joint->len)
		return;
	a->len = joint->len;
	a->id = joint->joined;
	a->next = b->next;
	b->len = 0;
	if (a->next != PART_NONE)
		j->parts[a->next].prev = i;
	if (a->prev != PART_NONE)
		offer(j, a->prev);
	offer(j, i);
}

void join_add(struct joiner *j, uint32_t start, uint32_t len, uint32_t id)
{
	uint32_t i = (uint32_t)j->n_parts++;

	j->parts = grow(j->parts, &j->parts_cap, j->n_parts,
			sizeof(*j->parts));
	j->parts[i] = (struct part){ start, len, id, i ? i - 1 : PART_NONE,
				     PART_NONE };
	if (i)
		j->parts[i - 1].next = i;
}

void join_all(struct joiner *j)
{
	j->n_heap = 0;
	for (size_t i = 0; i < j->n_parts; i++)
		offer(j, (uint32_t)i);
	while (j->n_heap) {
		struct joint joint = heap_pop(j);

		join(j, &joint);
	}
}

void join_release(struct joiner *j)
{
	mem_free(j->parts);
	mem_free(j->heap);
	*j = (struct joiner){ 0 };
}
