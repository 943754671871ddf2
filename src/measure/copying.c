/*
 * Places are in chains by the hash of the COPYING_GRAM symbols that end there,
 * the last place of each gram only, latest first. So a chain is as long as
 * there are grams in it, not occurrences; and where one is forgotten, so are
 * those behind it. A place whose gram came again is in no chain. A ring: place
 * t is at t % cap, and cap grows up to the window.
 */
#include "measure/copying.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"

#define NOWHERE UINT32_MAX
#define PRIME ((uint32_t)0x9e3779b1)

enum {
	CAP_MIN = 512,
	LAST = 0,           /* behind a place that ends its chain, */
	AGAIN = UINT16_MAX, /* or is in none */
};
static_assert(COPYING_WINDOW < UINT16_MAX, "behind is 16 bits");

/* A symbol leaves the gram multiplied as often as it was long. */
static_assert(COPYING_GRAM == 5, "the power below");
static const uint32_t leaving = (uint32_t)(PRIME * PRIME * PRIME * PRIME *
					   PRIME);

struct copied_at {
	uint32_t symbol;
	uint32_t letter; /* what tells equal symbols apart */
	uint32_t hash;   /* of the gram that ends here */
	uint16_t behind; /* how far the next place of its chain is */
	uint8_t said;
};

struct copying {
	struct copied_at *places;
	uint32_t *heads; /* cap chains */
	uint32_t cap;
	uint32_t n;
	uint32_t rolled; /* see roll() */
	uint32_t source; /* predicts symbol n; NOWHERE */
	uint32_t length;
	uint32_t misses; /* in a row */
	uint32_t rival;  /* where the last gram stood last */
	uint32_t agrees; /* symbols that are the same there, to COPYING_FAR */
	uint32_t since;  /* where the copying began that lasts */
	uint32_t news;   /* misses lately, less hits */
};

struct copying *copying_new(void)
{
	struct copying *c = mem_zalloc(sizeof(*c));

	c->source = NOWHERE;
	return c;
}

void copying_free(struct copying *c)
{
	if (!c)
		return;
	mem_free(c->places);
	mem_free(c->heads);
	mem_free(c);
}

static ALWAYS_INLINE struct copied_at *at(const struct copying *c, uint32_t t)
{
	return &c->places[t & (c->cap - 1)];
}

/* Is place t, with the gram that ends there, still remembered? */
static ALWAYS_INLINE bool remembered(const struct copying *c, uint32_t t)
{
	return t != NOWHERE && c->n - t + COPYING_GRAM < c->cap;
}

/* Symbols that are the same before and with a and b, a < b, at most max. */
static ALWAYS_INLINE uint32_t same(const struct copying *c, uint32_t a,
				   uint32_t b, uint32_t max)
{
	uint32_t oldest = c->n + COPYING_GRAM < c->cap ?
				  0 : c->n + COPYING_GRAM + 1 - c->cap;
	uint32_t most = MIN(max, a + 1 - oldest), n = 0;

	while (n < most && at(c, a - n)->symbol == at(c, b - n)->symbol)
		n++;
	return n;
}

/* Powers of the prime are 1 in their low bits, which would let two symbols that
 * differ in their high ones change places unseen. */
static ALWAYS_INLINE uint32_t spread(uint32_t symbol)
{
	return symbol ^ symbol >> 16;
}

/* The hash of the gram that ends at n, whose symbol is not in yet, from that
 * of the one before: a polynomial, mixed. Symbols are hashes themselves, so
 * grams with the same one are the same. */
static ALWAYS_INLINE uint32_t roll(struct copying *c, uint32_t symbol)
{
	uint32_t hash;

	c->rolled = c->rolled * PRIME + spread(symbol);
	if (c->n >= COPYING_GRAM)
		c->rolled -= spread(at(c, c->n - COPYING_GRAM)->symbol) *
			     leaving;
	hash = (c->rolled ^ c->rolled >> 15) * PRIME;
	return hash ^ hash >> 13;
}

static ALWAYS_INLINE void enter(struct copying *c, struct copied_at *place,
				uint32_t t)
{
	uint32_t *head = &c->heads[place->hash & (c->cap - 1)];

	place->behind = (uint16_t)(remembered(c, *head) ? t - *head : LAST);
	*head = t;
}

/* Where the gram of this hash stood last, or NOWHERE. That place leaves its
 * chain, which ends before one that is forgotten. */
static ALWAYS_INLINE uint32_t look_up(struct copying *c, uint32_t hash)
{
	uint32_t *head = &c->heads[hash & (c->cap - 1)], t = *head;
	struct copied_at *before = NULL;

	while (remembered(c, t)) {
		struct copied_at *p = at(c, t);
		uint32_t next = p->behind ? t - p->behind : NOWHERE;

		if (p->hash != hash) {
			before = p;
			t = next;
			continue;
		}
		if (!before)
			*head = next;
		else if (next == NOWHERE || !remembered(c, next))
			before->behind = LAST;
		else
			before->behind += p->behind;
		p->behind = AGAIN;
		return t;
	}
	return NOWHERE;
}

static void enlarge(struct copying *c, uint32_t cap)
{
	c->places = mem_resize(c->places, cap * sizeof(*c->places));
	c->heads = mem_resize(c->heads, cap * sizeof(*c->heads));
	memset(c->heads, 0xff, cap * sizeof(*c->heads));
	c->cap = cap;
	for (uint32_t t = COPYING_GRAM - 1; t < c->n; t++)
		if (at(c, t)->behind != AGAIN)
			enter(c, at(c, t), t);
}

/* For n symbols more: all is remembered while it can grow. */
static void make_room(struct copying *c, size_t n)
{
	size_t need = c->n + n + 2 * COPYING_GRAM;
	uint32_t cap = MAX(c->cap, (uint32_t)CAP_MIN);

	if (LIKELY(need <= c->cap || c->cap == COPYING_WINDOW))
		return;
	while (cap < need && cap < COPYING_WINDOW)
		cap *= 2;
	enlarge(c, cap);
}

void copying_expect(struct copying *c, size_t n)
{
	if (!c->n)
		make_room(c, n);
}

/* Symbols, at most COPYING_FAR, that are the same at `last` and at t. */
static ALWAYS_INLINE uint32_t agreement(struct copying *c, uint32_t t,
					uint32_t last)
{
	if (last != c->rival + 1 || !c->agrees)
		c->agrees = same(c, last, t, COPYING_FAR);
	else if (c->agrees < COPYING_FAR)
		c->agrees++;
	c->rival = last;
	return c->agrees;
}

/* Where the next symbol's source is, after the gram at t was found at `last`:
 * a later one than now if this one is lost or has not hit for long, or if the
 * later one agrees with what was said for as long as is looked. */
static ALWAYS_INLINE void follow(struct copying *c, uint32_t t, uint32_t last)
{
	uint32_t agrees = agreement(c, t, last);

	if (last + 1 == c->source ||
	    (c->source != NOWHERE && c->length >= COPYING_GRAM &&
	     agrees < COPYING_FAR))
		return;
	c->source = last + 1;
	c->length = agrees;
	c->misses = 0;
}

/* The symbol beside what its source says, which there is. */
static ALWAYS_INLINE struct copying_step compare(struct copying *c,
						 uint32_t symbol,
						 uint32_t letter)
{
	struct copying_step step = { .distance = 0 };
	const struct copied_at *p = at(c, c->source);

	step.hit = p->symbol == symbol;
	step.same = step.hit && p->letter == letter;
	step.distance = c->n - c->source++;
	if (step.hit) {
		step.said = (uint8_t)MIN(p->said + 1, COPYING_SAID_MAX);
		step.length = ++c->length;
		c->misses = 0;
	} else {
		c->length = 0;
		if (++c->misses == COPYING_LOST)
			c->source = NOWHERE;
	}
	return step;
}

/* News in a row end what was copied before. */
static ALWAYS_INLINE void heed(struct copying *c, bool hit)
{
	if (hit)
		c->news -= c->news > 0;
	else if (c->news < COPYING_NEWS)
		c->news++;
	if (c->news == COPYING_NEWS)
		c->since = c->n + 1;
}

static ALWAYS_INLINE struct copying_step push(struct copying *c,
					      uint32_t symbol,
					      uint32_t letter, bool known)
{
	struct copying_step step = { .distance = 0 };
	uint32_t t = c->n, hash, last = NOWHERE;
	struct copied_at *place;

	hash = roll(c, symbol);
	if (c->source != NOWHERE)
		step = compare(c, symbol, letter);
	heed(c, step.hit);
	step.copied = t + 1 - MIN(c->since, t + 1);
	place = at(c, t);
	*place = (struct copied_at){ .symbol = symbol,
				     .letter = letter,
				     .hash = hash,
				     .behind = AGAIN,
				     .said = step.said };
	c->n = t + 1;
	if (UNLIKELY(t + 1 < COPYING_GRAM))
		return step;
	if (known)
		last = look_up(c, hash);
	enter(c, place, t);
	if (UNLIKELY(c->source != NOWHERE && !remembered(c, c->source)))
		c->source = NOWHERE;
	step.known = last != NOWHERE;
	if (step.known)
		follow(c, t, last);
	else
		c->agrees = 0;
	return step;
}

struct copying_step copying_push(struct copying *c, uint32_t symbol,
				 uint32_t letter, bool known)
{
	make_room(c, 1);
	return push(c, symbol, letter, known);
}

void copying_push_all(struct copying *c, const uint32_t *symbols, size_t n,
		      struct copying_step *out)
{
	struct copying now;

	make_room(c, n);
	now = *c;
	for (size_t i = 0; i < n; i++)
		out[i] = push(&now, symbols[i], 0, true);
	*c = now;
}

/* Where there are some the state is copied, that nothing that is written can be
 * a part of it and it stays in registers. */
void copying_push_words(struct copying *c, struct copying *folded_c,
			const struct word *words, size_t n,
			struct copying_step (*out)[2])
{
	struct copying now;

	if (n == 1) {
		out[0][1] = copying_push(folded_c, words->folded, words->exact,
					 true);
		out[0][0] = copying_push(c, words->exact, 0, out[0][1].known);
		return;
	}
	make_room(folded_c, n);
	now = *folded_c;
	for (size_t i = 0; i < n; i++)
		out[i][1] = push(&now, words[i].folded, words[i].exact, true);
	*folded_c = now;
	make_room(c, n);
	now = *c;
	for (size_t i = 0; i < n; i++)
		out[i][0] = push(&now, words[i].exact, 0, out[i][1].known);
	*c = now;
}

size_t copying_memory_bytes(const struct copying *c)
{
	return sizeof(*c) + (size_t)c->cap * (sizeof(struct copied_at) +
					      sizeof(*c->heads));
}
