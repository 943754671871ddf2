/*
 * SentencePiece's BPE: characters at first; of all neighbours that together
 * are a piece those with the best score join, the leftmost first; what is no
 * piece in the end becomes bytes.
 *
 * The candidates wait in a heap, so that n characters take n log n steps.
 */
#include <string.h>

#include "model/vocab_impl.h"
#include "base/utf8.h"

/* A part of the text in a doubly linked list; len 0: it joined its left. */
struct part {
	uint32_t start, len;
	int32_t prev, next;
};

/* Two neighbours that might join; stale when either has changed since. */
struct pair {
	int32_t left, right;
	uint32_t len;
	float score;
};

struct spm {
	const struct vocab *v;
	const char *s;
	struct part *parts;
	struct pair *heap;
	size_t n_heap, heap_cap;
};

static bool before(const struct pair *a, const struct pair *b)
{
	return a->score > b->score ||
	       (a->score == b->score && a->left < b->left);
}

static void heap_push(struct spm *m, struct pair pair)
{
	size_t i = m->n_heap++;

	m->heap = grow(m->heap, &m->heap_cap, m->n_heap, sizeof(*m->heap));
	while (i && before(&pair, &m->heap[(i - 1) / 2])) {
		m->heap[i] = m->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	m->heap[i] = pair;
}

static struct pair heap_pop(struct spm *m)
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

static void offer(struct spm *m, int32_t left, int32_t right)
{
	uint32_t len, id;

	if (left < 0 || right < 0)
		return;
	len = m->parts[left].len + m->parts[right].len;
	id = vocab_find(m->v, m->s + m->parts[left].start, len);
	if (id != VOCAB_NO_ID)
		heap_push(m, (struct pair){ left, right, len,
					    m->v->pieces[id].score });
}

static void join(struct spm *m, const struct pair *pair)
{
	struct part *a = &m->parts[pair->left], *b = &m->parts[pair->right];

	if (!a->len || !b->len || a->len + b->len != pair->len)
		return; /* stale */
	a->len += b->len;
	b->len = 0;
	a->next = b->next;
	if (b->next >= 0)
		m->parts[b->next].prev = pair->left;
	offer(m, a->prev, pair->left);
	offer(m, pair->left, a->next);
}

/* Characters of the text; what is no UTF-8 goes byte by byte. */
static int32_t split(struct spm *m, size_t n)
{
	int32_t count = 0;
	size_t used;

	for (size_t at = 0; at < n; at += used) {
		if (utf8_decode(m->s + at, n - at, &used) < 0)
			used = 1;
		m->parts[count] = (struct part){ (uint32_t)at, (uint32_t)used,
						 count - 1, count + 1 };
		count++;
	}
	if (count)
		m->parts[count - 1].next = -1;
	return count;
}

static void emit(const struct spm *m, const struct part *p,
		 struct vocab_ids *out)
{
	uint32_t id = vocab_find(m->v, m->s + p->start, p->len);

	if (id != VOCAB_NO_ID) {
		vocab_push(out, id);
		return;
	}
	for (uint32_t i = 0; i < p->len; i++) {
		uint32_t byte =
			m->v->bytes[(unsigned char)m->s[p->start + i]];

		vocab_push(out, byte != VOCAB_NO_ID ? byte : m->v->unknown);
	}
}

void vocab_spm(const struct vocab *v, const char *s, size_t n,
	       struct vocab_ids *out)
{
	struct spm m = { .v = v, .s = s };
	int32_t count;

	m.parts = mem_alloc((n + 1) * sizeof(*m.parts));
	count = split(&m, n);
	for (int32_t i = 0; i + 1 < count; i++)
		offer(&m, i, i + 1);
	while (m.n_heap) {
		struct pair pair = heap_pop(&m);

		join(&m, &pair);
	}
	for (int32_t i = count ? 0 : -1; i >= 0; i = m.parts[i].next)
		emit(&m, &m.parts[i], out);
	mem_free(m.parts);
	mem_free(m.heap);
}
