/*
 * Of the two neighbours one is looked for at a time, so that only one array is
 * there beside the suffixes; what the first shares is kept as a byte a symbol:
 * its ends never fall either, and bytes tell by how much they rise.
 *
 *	suffixes -> neighbour below -> ends
 *	         -> neighbour above -> ends -> the further of both -> lrs
 *	         -> neighbour below, for phrases that come from there
 */
#include "measure/foresight.h"

#include <string.h>

#include "base/big.h"
#include "base/buf.h"
#include "measure/suffixes.h"

enum { AHEAD = 32, RISE_MORE = 255 };

/* Numbers that never fall, as what each has more than the one before: a byte,
 * or several of which all but the last are RISE_MORE. */
struct rises {
	struct big block;
	size_t n, at;
	uint32_t last;
};

struct foreseen_phrase {
	uint32_t start, src;
};

struct foresight {
	uint32_t n, t;        /* symbols; the next one */
	struct rises starts;  /* of the longest suffix seen before */
	struct big phrases;
	size_t n_phrases, i_phrase;
};

/* The source is the neighbour below. */
#define SRC_BELOW (UINT32_MAX - 1)

static void rises_put(struct rises *r, uint32_t value)
{
	uint32_t more = value - r->last;
	uint8_t *bytes;

	if (UNLIKELY(r->n + more / RISE_MORE + 1 > r->block.cap))
		big_grow(&r->block, r->n + more / RISE_MORE + 1);
	bytes = r->block.data;
	for (; more >= RISE_MORE; more -= RISE_MORE)
		bytes[r->n++] = RISE_MORE;
	bytes[r->n++] = (uint8_t)more;
	r->last = value;
}

static void rises_rewind(struct rises *r)
{
	r->at = 0;
	r->last = 0;
}

static uint32_t rises_next(struct rises *r)
{
	const uint8_t *bytes = r->block.data;

	while (bytes[r->at] == RISE_MORE) {
		r->last += RISE_MORE;
		r->at++;
	}
	return r->last += bytes[r->at++];
}

/* near[s]: of the suffixes less than s (greater, if `above`) that begin before
 * s the nearest in order; -1 for none. */
static void find_near(const int32_t *sa, int32_t n, bool above, int32_t *near)
{
	int32_t last = -1, step = above ? -1 : 1;

	for (int32_t i = above ? n - 1 : 0; i >= 0 && i < n; i += step) {
		int32_t s = sa[i], far = i + AHEAD * step;

		if (far >= 0 && far < n)
			PREFETCH(&near[sa[far]]);
		/* who begins later is no one's neighbour from here on */
		while (last > s)
			last = near[last];
		near[s] = last;
		last = s;
	}
}

/* How far text[i..) and text[j..) are the same, j < i, when it is known that
 * they are up to i + len. */
static uint32_t shared(const uint8_t *text, uint32_t n, uint32_t i, uint32_t j,
		       uint32_t len)
{
	while (i + len + sizeof(uint64_t) <= n) {
		uint64_t a, b;

		memcpy(&a, text + i + len, sizeof(a));
		memcpy(&b, text + j + len, sizeof(b));
		if (a != b)
			break;
		len += sizeof(a);
	}
	while (i + len < n && text[i + len] == text[j + len])
		len++;
	return len;
}

/* The same for place i and its neighbour, with what was shared at i - 1. */
static uint32_t next_shared(const uint8_t *text, uint32_t n,
			    const int32_t *near, uint32_t i, uint32_t before)
{
	uint32_t known = before ? before - 1 : 0;

	if (i + AHEAD < n && near[i + AHEAD] >= 0)
		PREFETCH(text + (uint32_t)near[i + AHEAD] + known);
	return near[i] < 0 ? 0 :
			     shared(text, n, i, (uint32_t)near[i], known);
}

static void add_phrase(struct foresight *f, uint32_t start, uint32_t src)
{
	struct foreseen_phrase *p =
		big_grow(&f->phrases, (f->n_phrases + 1) * sizeof(*p));

	p[f->n_phrases++] = (struct foreseen_phrase){ start, src };
}

/* The further of both ends, and what follows from it. */
static void merge_ends(struct foresight *f, const uint8_t *text,
		       const int32_t *above, struct rises *below)
{
	uint32_t t = 0, phrase = 0, len = 0;

	rises_rewind(below);
	for (uint32_t i = 0; i < f->n; i++) {
		uint32_t end = rises_next(below), to;

		len = next_shared(text, f->n, above, i, len);
		to = MAX(end, i + len);
		if (i == phrase) {
			add_phrase(f, i, to == i ? UINT32_MAX :
					 i + len == to ? (uint32_t)above[i] :
							 SRC_BELOW);
			phrase = MAX(to, i + 1);
		}
		for (; t < to; t++)
			rises_put(&f->starts, i);
		if (t == i) {
			rises_put(&f->starts, i + 1);
			t++;
		}
	}
}

static void name_sources(struct foresight *f, const int32_t *below)
{
	struct foreseen_phrase *p = f->phrases.data;

	for (size_t i = 0; i < f->n_phrases; i++)
		if (p[i].src == SRC_BELOW)
			p[i].src = (uint32_t)below[p[i].start];
}

struct foresight *foresight_new(const uint8_t *text, uint32_t n)
{
	struct foresight *f = mem_zalloc(sizeof(*f));
	struct big order = { 0 }, neighbour = { 0 };
	struct rises below = { 0 };
	int32_t *sa = big_reserve(&order, (size_t)n * sizeof(*sa) + 1);
	int32_t *near;
	uint32_t len = 0;

	f->n = n;
	suffixes_sort(text, n, sa);
	near = big_reserve(&neighbour, (size_t)n * sizeof(*near) + 1);
	find_near(sa, (int32_t)n, false, near);
	for (uint32_t i = 0; i < n; i++) {
		len = next_shared(text, n, near, i, len);
		rises_put(&below, i + len);
	}
	find_near(sa, (int32_t)n, true, near);
	merge_ends(f, text, near, &below);
	big_release(&below.block);
	find_near(sa, (int32_t)n, false, near);
	name_sources(f, near);
	big_release(&order);
	big_release(&neighbour);
	rises_rewind(&f->starts);
	return f;
}

void foresight_free(struct foresight *f)
{
	if (!f)
		return;
	big_release(&f->starts.block);
	big_release(&f->phrases);
	mem_free(f);
}

uint32_t foresight_n(const struct foresight *f)
{
	return f->n;
}

uint32_t foresight_lrs(struct foresight *f)
{
	return ++f->t - rises_next(&f->starts);
}

uint32_t foresight_src(struct foresight *f)
{
	const struct foreseen_phrase *p = f->phrases.data;

	return p[f->i_phrase++].src;
}

size_t foresight_memory_bytes(const struct foresight *f)
{
	return sizeof(*f) + f->starts.block.cap + f->phrases.cap;
}
