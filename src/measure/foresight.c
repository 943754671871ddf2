/*
 * Of the two neighbours one is found in the order of the suffixes, the other
 * from it in the order of the text (Kaerkkaeinen, Kempa and Puglisi's second
 * way): one array is enough, and the order is not needed any more.
 *
 *	suffixes -> neighbour below -> both, place by place -> the further of
 *	their ends -> lrs, phrases
 */
#include "measure/foresight.h"

#include <string.h>

#include "base/big.h"
#include "base/buf.h"
#include "measure/suffixes.h"

enum { AHEAD = 32, RISE_MORE = 255, NONE = -1 };

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

/* below[s]: of the suffixes less than s that begin before s the greatest; NONE
 * if there is none. */
static void find_below(const int32_t *sa, int32_t n, int32_t *below)
{
	int32_t last = NONE;

	for (int32_t i = 0; i < n; i++) {
		int32_t s = sa[i];

		if (i + AHEAD < n)
			PREFETCH(&below[sa[i + AHEAD]]);
		/* who begins later is no one's neighbour from here on */
		while (last > s)
			last = below[last];
		below[s] = last;
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

/* A neighbour of the suffixes from 0 on, each in its turn, and where what is
 * shared with it ends: that never falls, and stays while the neighbour is the
 * next one, too. */
struct neighbour {
	int32_t at;
	uint32_t end;
};

static ALWAYS_INLINE void to_next(struct neighbour *own, int32_t at,
				  const uint8_t *text, uint32_t n, uint32_t i)
{
	bool goes_on = at == own->at + 1 && own->end > i;

	own->at = at;
	if (goes_on)
		return;
	own->end = MAX(own->end, i);
	if (at != NONE)
		own->end = i + shared(text, n, i, (uint32_t)at, own->end - i);
}

static void add_phrase(struct foresight *f, uint32_t start, uint32_t src)
{
	struct foreseen_phrase *p =
		big_grow(&f->phrases, (f->n_phrases + 1) * sizeof(*p));

	p[f->n_phrases++] = (struct foreseen_phrase){ start, src };
}

/* What the next places will look at. */
static ALWAYS_INLINE void look_ahead(const uint8_t *text, uint32_t n,
				     const int32_t *next, uint32_t i,
				     uint32_t known)
{
	int32_t below;

	if (UNLIKELY(i + AHEAD >= n))
		return;
	below = next[i + AHEAD];
	if (below != NONE)
		PREFETCH(&next[below]);
	below = next[i + AHEAD / 2];
	if (below == NONE)
		return;
	PREFETCH(text + (uint32_t)below + known);
	if (next[below] != NONE)
		PREFETCH(text + (uint32_t)next[below] + known);
}

/*
 * next[i]: the neighbour below of i at first; when i has had its turn, the next
 * of those that had: so the neighbour above of i is the next of that below.
 */
static void find_ends(struct foresight *f, const uint8_t *text, int32_t *next)
{
	struct neighbour below = { NONE - 1, 0 }, above = { NONE - 1, 0 };
	uint32_t t = 0, phrase = 0;
	int32_t first = NONE;

	for (uint32_t i = 0; i < f->n; i++) {
		int32_t b = next[i], *from = b == NONE ? &first : &next[b];
		uint32_t to;

		look_ahead(text, f->n, next, i, below.end - MIN(below.end, i));
		to_next(&below, b, text, f->n, i);
		to_next(&above, *from, text, f->n, i);
		next[i] = *from;
		*from = (int32_t)i;
		to = MAX(below.end, above.end);
		if (i == phrase) {
			add_phrase(f, i, to == i ? UINT32_MAX :
					 above.end == to ? (uint32_t)above.at :
							   (uint32_t)b);
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

struct foresight *foresight_new(const uint8_t *text, uint32_t n)
{
	struct foresight *f = mem_zalloc(sizeof(*f));
	struct big order = { 0 }, neighbour = { 0 };
	int32_t *sa = big_reserve(&order, (size_t)n * sizeof(*sa) + 1);
	int32_t *near;

	f->n = n;
	big_scattered(text, n);
	suffixes_sort(text, n, sa);
	near = big_reserve(&neighbour, (size_t)n * sizeof(*near) + 1);
	find_below(sa, (int32_t)n, near);
	big_release(&order);
	find_ends(f, text, near);
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
