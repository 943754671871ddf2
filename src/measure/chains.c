/*
 * A place is where a gram ends, plus 1; 0 is none. Of grams of GRAM symbols all
 * places are linked, of shorter ones the first: a chain of these has only what
 * is hashed alike.
 */
#include "measure/chains.h"

#include <assert.h>

#include "base/buf.h"

enum {
	GRAM = 4,            /* the longest */
	HEADS_LOG = 12,
	HEADS = 1 << HEADS_LOG,
	STEPS_A_SYMBOL = 16, /* from the mean on where a tree is faster */
	SAME_A_STEP = 8,     /* symbols compared that take as long as one */
	CAP_MIN = 256,
};
#define TIRED UINT32_MAX
static_assert(CHAINS_MAX < UINT16_MAX, "places are 16 bits");

/* The places of grams of one length. */
struct gram_places {
	uint16_t *link; /* cap */
	uint16_t head[HEADS];
};

struct chains {
	uint32_t lrs;   /* of the last symbol */
	uint32_t match; /* where its suffix ended before */
	uint32_t cap, steps;
	uint16_t one[UINT8_MAX + 1];
	struct gram_places of[GRAM - 1]; /* 2 symbols, 3 .. */
};

/* For n symbols. */
static void make_room(struct chains *c, uint32_t n)
{
	assert(n <= CHAINS_MAX);
	c->cap = n;
	for (unsigned k = 2; k <= GRAM; k++) {
		struct gram_places *g = &c->of[k - 2];

		g->link = mem_resize(g->link, n * sizeof(*g->link));
	}
}

struct chains *chains_new(uint32_t n)
{
	struct chains *c = mem_zalloc(sizeof(*c));

	make_room(c, MAX(n, (uint32_t)CAP_MIN));
	return c;
}

void chains_free(struct chains *c)
{
	if (!c)
		return;
	for (unsigned k = 2; k <= GRAM; k++)
		mem_free(c->of[k - 2].link);
	mem_free(c);
}

/* Steps after which a tree is faster. */
static uint32_t enough(const struct chains *c)
{
	return STEPS_A_SYMBOL * c->cap;
}

bool chains_tired(const struct chains *c)
{
	return c->steps > enough(c);
}

size_t chains_memory_bytes(const struct chains *c)
{
	return sizeof(*c) + (GRAM - 1) * (size_t)c->cap * sizeof(*c->of->link);
}

/* The last bytes up to t, the latest in the low bits; those before the text
 * are 0. */
static ALWAYS_INLINE uint32_t last_bytes(const uint8_t *text, uint32_t t)
{
	uint32_t word = 0;

	if (LIKELY(t >= 3))
		return (uint32_t)text[t - 3] << 24 |
		       (uint32_t)text[t - 2] << 16 |
		       (uint32_t)text[t - 1] << 8 | text[t];
	for (uint32_t i = 0; i <= t; i++)
		word = word << 8 | text[i];
	return word;
}

static ALWAYS_INLINE uint16_t *head_of(struct gram_places *g, uint32_t word,
				       unsigned k)
{
	uint32_t gram = word << (32 - 8 * k);

	return &g->head[gram * UINT32_C(0x9e3779b1) >> (32 - HEADS_LOG)];
}

static ALWAYS_INLINE void enter(struct gram_places *g, uint32_t word,
				unsigned k, uint32_t t)
{
	uint16_t *head = head_of(g, word, k);

	g->link[t] = *head;
	*head = (uint16_t)(t + 1);
}

/* Where the gram of k symbols ended first; true if it is there. */
static ALWAYS_INLINE bool find(struct chains *c, const uint8_t *text,
			       uint32_t word, unsigned k, uint32_t *match)
{
	struct gram_places *g = &c->of[k - 2];
	uint32_t place = *head_of(g, word, k);

	for (; place; place = g->link[place - 1]) {
		if ((last_bytes(text, place - 1) ^ word) << (32 - 8 * k))
			continue;
		*match = place - 1;
		return true;
	}
	return false;
}

/* Symbols up to a that are the same as those up to b, a < b, from the n-th
 * back on; at most max, which is at most a + 1. */
static ALWAYS_INLINE uint32_t same(const uint8_t *text, uint32_t a, uint32_t b,
				   uint32_t n, uint32_t max)
{
	while (n < max && text[a - n] == text[b - n])
		n++;
	return n;
}

/* The longest of what ends in the last GRAM symbols, up to max; 0: none; or
 * TIRED. */
static ALWAYS_INLINE uint32_t longest(struct chains *c, const uint8_t *text,
				      uint32_t t, uint32_t word, uint32_t max,
				      uint32_t *match)
{
	struct gram_places *g = &c->of[GRAM - 2];
	uint32_t place = *head_of(g, word, GRAM), best = GRAM - 1;
	uint32_t steps = c->steps, most = enough(c);
	const uint16_t *link = g->link;

	for (; place && best < max; place = link[place - 1]) {
		uint32_t p = place - 1, len;

		if (UNLIKELY(steps++ > most))
			break;
		/* one more than the best, or nothing is won */
		if (p < best || text[p - best] != text[t - best] ||
		    last_bytes(text, p) != word)
			continue;
		len = same(text, p, t, GRAM, MIN(max, place));
		steps += len / SAME_A_STEP;
		if (len > best) {
			best = len;
			*match = p;
		}
	}
	c->steps = steps;
	if (UNLIKELY(steps > most))
		return TIRED;
	return best < GRAM ? 0 : best;
}

/* What ends in text[t], which does not go on what ended before it. */
static ALWAYS_INLINE uint32_t search(struct chains *c, const uint8_t *text,
				     uint32_t t, uint32_t word, uint32_t max,
				     uint32_t *match)
{
	uint16_t *one = &c->one[text[t]];
	uint32_t lrs = 0;

	if (max >= GRAM)
		lrs = longest(c, text, t, word, max, match);
	for (unsigned k = MIN(max, (uint32_t)GRAM - 1); !lrs && k > 1; k--)
		lrs = find(c, text, word, k, match) ? k : 0;
	if (!lrs && *one) {
		*match = *one - 1u;
		lrs = 1;
	}
	if (!lrs)
		*one = (uint16_t)(t + 1);
	return lrs;
}

static ALWAYS_INLINE void enter_all(struct chains *c, uint32_t t,
				    uint32_t word, uint32_t lrs)
{
	if (lrs < GRAM - 1)
		for (unsigned k = MAX(lrs, 1) + 1; k < GRAM && k <= t + 1; k++)
			enter(&c->of[k - 2], word, k, t);
	if (LIKELY(t + 1 >= GRAM))
		enter(&c->of[GRAM - 2], word, GRAM, t);
}

uint32_t chains_push(struct chains *c, const uint8_t *text, uint32_t t,
		     uint32_t end, uint32_t *lrs, uint32_t *start)
{
	uint32_t word = t ? last_bytes(text, t - 1) : 0;
	uint32_t len = c->lrs, match = c->match, i;

	if (UNLIKELY(end > c->cap))
		make_room(c, MIN(MAX(end, 2 * c->cap), (uint32_t)CHAINS_MAX));
	for (i = 0; t < end; i++, t++) {
		word = word << 8 | text[t];
		if (len && text[match + 1] == text[t]) {
			match++;
			len++;
		} else {
			len = search(c, text, t, word, len + 1, &match);
			if (UNLIKELY(len == TIRED))
				break;
		}
		enter_all(c, t, word, len);
		lrs[i] = len;
		start[i] = match + 1 - len;
	}
	c->lrs = len;
	c->match = match;
	return i;
}
