/*
 * Byte-level BPE (Sennrich et al. 2016; GPT-2): the text is cut into words
 * (vocab_pre.h), each word is bytes at first, and the neighbours whose merge
 * was learnt first join, the leftmost first. A word that is a token as a whole
 * is taken as it is.
 */
#include <string.h>

#include "model/vocab_impl.h"

struct part {
	uint32_t id;
	int32_t prev, next; /* next -2: it joined its left */
};

struct pair {
	int32_t left, right;
	uint32_t left_id, right_id, rank, joined;
};

struct bpe {
	const struct vocab *v;
	struct part *parts;
	size_t parts_cap;
	struct pair *heap;
	size_t n_heap, heap_cap;
};

static bool before(const struct pair *a, const struct pair *b)
{
	return a->rank < b->rank || (a->rank == b->rank && a->left < b->left);
}

static void heap_push(struct bpe *m, struct pair pair)
{
	size_t i = m->n_heap++;

	m->heap = grow(m->heap, &m->heap_cap, m->n_heap, sizeof(*m->heap));
	while (i && before(&pair, &m->heap[(i - 1) / 2])) {
		m->heap[i] = m->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	m->heap[i] = pair;
}

static struct pair heap_pop(struct bpe *m)
{
	struct pair top = m->heap[0], last = m->heap[--m->n_heap];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < m->n_heap) {
		if (child + 1 < m->n_heap &&
		    before(&m->heap[child + 1], &m->heap[child]))
			child++;
		if (!before(&m->heap[child], &last))
			break;
		m->heap[i] = m->heap[child];
		i = child;
	}
	m->heap[i] = last;
	return top;
}

static void offer(struct bpe *m, int32_t left, int32_t right)
{
	const struct merge *merge;

	if (left < 0 || right < 0)
		return;
	merge = vocab_merge(m->v, m->parts[left].id, m->parts[right].id);
	if (merge)
		heap_push(m, (struct pair){ left, right, merge->left,
					    merge->right, merge->rank,
					    merge->joined });
}

static void join(struct bpe *m, const struct pair *pair)
{
	struct part *a = &m->parts[pair->left], *b = &m->parts[pair->right];

	if (a->next != pair->right || b->prev != pair->left ||
	    a->id != pair->left_id || b->id != pair->right_id)
		return; /* stale */
	a->id = pair->joined;
	a->next = b->next;
	b->next = -2;
	b->prev = -2;
	if (a->next >= 0)
		m->parts[a->next].prev = pair->left;
	offer(m, a->prev, pair->left);
	offer(m, pair->left, a->next);
}

static void merge_word(struct bpe *m, const char *s, size_t n,
		       struct vocab_ids *out)
{
	m->parts = grow(m->parts, &m->parts_cap, n, sizeof(*m->parts));
	m->n_heap = 0;
	for (size_t i = 0; i < n; i++)
		m->parts[i] = (struct part){
			m->v->bytes[(unsigned char)s[i]], (int32_t)i - 1,
			i + 1 < n ? (int32_t)i + 1 : -1
		};
	for (size_t i = 0; i + 1 < n; i++)
		offer(m, (int32_t)i, (int32_t)i + 1);
	while (m->n_heap) {
		struct pair pair = heap_pop(m);

		join(m, &pair);
	}
	for (int32_t i = 0; i >= 0; i = m->parts[i].next)
		if (m->parts[i].id != VOCAB_NO_ID)
			vocab_push(out, m->parts[i].id);
}

void vocab_bpe(const struct vocab *v, const char *s, size_t n,
	       struct vocab_ids *out)
{
	struct vocab_cuts cuts = { 0 };
	struct bpe m = { .v = v };
	size_t from = 0;

	vocab_pre_cut(v->pre, s, n, &cuts);
	for (size_t i = 0; i < cuts.n; from = cuts.ends[i++])
		if (cuts.ends[i] > from)
			merge_word(&m, s + from, cuts.ends[i] - from, out);
	mem_free(cuts.ends);
	mem_free(m.parts);
	mem_free(m.heap);
}
