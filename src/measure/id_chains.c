/*
 * A place is where a gram ends, plus 1; 0 is none. Heads of chains are as many
 * as there is room for symbols, up to ID_CHAINS_LONG; first places are in
 * tables with open addresses, at most half full, and what a place stands for is
 * in the text.
 */
#include "measure/id_chains.h"

#include <string.h>

#include "base/buf.h"

#define PRIME UINT32_C(0x9e3779b1)

enum {
	GRAM = 3,            /* the longest */
	CAP_MIN = 64,
	FIRSTS_LOG_MIN = 5,
	STEPS_A_SYMBOL = 16, /* from the mean on where a tree is faster */
	STEPS_FREE = 1 << 12,
	WORN = 2,            /* times what makes them tired */
};
#define WORN_OUT UINT32_MAX

/* Where each gram of one length stood first. */
struct firsts {
	uint32_t *place; /* 1 << log */
	uint32_t n;
	unsigned log;
};

struct id_chains {
	uint32_t lrs;   /* of the last symbol */
	uint32_t match; /* where its suffix ended before */
	uint32_t n;
	uint32_t cap;
	unsigned log;   /* of heads */
	uint64_t steps;
	uint32_t *link; /* cap */
	uint32_t *head; /* 1 << log; NULL without symbols */
	struct firsts ones, pairs;
};

struct id_chains *id_chains_new(void)
{
	return mem_zalloc(sizeof(struct id_chains));
}

void id_chains_free(struct id_chains *c)
{
	if (!c)
		return;
	mem_free(c->link);
	mem_free(c->head);
	mem_free(c->ones.place);
	mem_free(c->pairs.place);
	mem_free(c);
}

static size_t firsts_bytes(const struct firsts *f)
{
	return f->place ? sizeof(*f->place) << f->log : 0;
}

size_t id_chains_memory_bytes(const struct id_chains *c)
{
	size_t heads = c->head ? sizeof(*c->head) << c->log : 0;

	return sizeof(*c) + c->cap * sizeof(*c->link) + heads +
	       firsts_bytes(&c->ones) + firsts_bytes(&c->pairs);
}

/* Steps after which n symbols are better in a tree. */
static ALWAYS_INLINE uint64_t enough(uint32_t n)
{
	return STEPS_FREE + (uint64_t)STEPS_A_SYMBOL * n;
}

bool id_chains_tired(const struct id_chains *c)
{
	return c->n >= ID_CHAINS_LONG || c->steps > enough(c->n);
}

/* Of the k symbols that end at x: high bits say most. */
static ALWAYS_INLINE uint32_t hash_of(const uint32_t *x, unsigned k)
{
	uint32_t hash = x[0] * PRIME;

	for (unsigned i = 1; i < k; i++)
		hash = ((hash ^ hash >> 15) + *(x - i)) * PRIME;
	return hash ^ hash << 16;
}

/* Are the k symbols that end at a and b the same? */
static ALWAYS_INLINE bool equal(const uint32_t *a, const uint32_t *b,
				unsigned k)
{
	uint32_t other = 0;

	for (unsigned i = 0; i < k; i++)
		other |= *(a - i) ^ *(b - i);
	return !other;
}

/* --- where grams stood first -------------------------------------------- */

/* The cell of the gram that ends at t: its place, or 0. */
static ALWAYS_INLINE uint32_t *cell_of(const struct firsts *f,
				       const uint32_t *text, uint32_t t,
				       unsigned k, uint64_t *steps)
{
	uint32_t mask = ((uint32_t)1 << f->log) - 1;
	uint32_t i = hash_of(text + t, k) >> (32 - f->log);

	while (f->place[i] && !equal(text + f->place[i] - 1, text + t, k)) {
		i = (i + 1) & mask;
		++*steps;
	}
	return &f->place[i];
}

static void enlarge(struct firsts *f, const uint32_t *text, unsigned k,
		    uint64_t *steps)
{
	struct firsts old = *f;
	size_t n = old.place ? (size_t)1 << old.log : 0;

	f->log = n ? old.log + 1 : FIRSTS_LOG_MIN;
	f->place = mem_zalloc(sizeof(*f->place) << f->log);
	for (size_t i = 0; i < n; i++)
		if (old.place[i])
			*cell_of(f, text, old.place[i] - 1, k, steps) =
				old.place[i];
	mem_free(old.place);
}

/* Where the gram of k symbols that ends at t stood first, plus 1; 0 if that is
 * at t, which is kept. */
static ALWAYS_INLINE uint32_t first(struct firsts *f, const uint32_t *text,
				    uint32_t t, unsigned k, uint64_t *steps)
{
	uint32_t *cell = cell_of(f, text, t, k, steps);

	if (*cell)
		return *cell;
	*cell = t + 1;
	f->n++;
	if (UNLIKELY(f->n > (uint32_t)1 << (f->log - 1)))
		enlarge(f, text, k, steps);
	return 0;
}

/* --- chains ------------------------------------------------------------- */

static ALWAYS_INLINE void enter(struct id_chains *c, const uint32_t *text,
				uint32_t t)
{
	uint32_t *head = &c->head[hash_of(text + t, GRAM) >> (32 - c->log)];

	c->link[t] = *head;
	*head = t + 1;
}

/* Heads for so many symbols, all in their chains again. */
static void make_heads(struct id_chains *c, const uint32_t *text)
{
	c->log = floor_log2(MIN(c->cap, (uint32_t)ID_CHAINS_LONG));
	mem_free(c->head);
	c->head = NULL;
	c->head = mem_zalloc(sizeof(*c->head) << c->log);
	for (uint32_t t = GRAM - 1; t < c->n; t++)
		enter(c, text, t);
}

/* For n symbols, of which c->n are in. */
static void make_room(struct id_chains *c, const uint32_t *text, uint32_t n)
{
	bool empty = !c->cap;

	if (LIKELY(n <= c->cap))
		return;
	for (c->cap = MAX(c->cap, (uint32_t)CAP_MIN); c->cap < n; c->cap *= 2)
		;
	c->link = mem_resize(c->link, c->cap * sizeof(*c->link));
	if (empty || c->cap <= ID_CHAINS_LONG)
		make_heads(c, text);
	if (!empty)
		return;
	enlarge(&c->ones, text, 1, &c->steps);
	enlarge(&c->pairs, text, 2, &c->steps);
}

/* The longest of what ends in the last GRAM symbols, up to max; 0: none; or
 * WORN_OUT. */
static ALWAYS_INLINE uint32_t longest(struct id_chains *c,
				      const uint32_t *text, uint32_t t,
				      uint32_t max, uint32_t *match)
{
	uint32_t place = c->head[hash_of(text + t, GRAM) >> (32 - c->log)];
	uint64_t steps = c->steps, worn = WORN * enough(t);
	uint32_t best = GRAM - 1;

	for (; place && best < max; place = c->link[place - 1]) {
		uint32_t p = place - 1, len = GRAM, most = MIN(max, place);

		if (UNLIKELY(steps++ > worn))
			break;
		/* one more than the best, or nothing is won */
		if (p < best || text[p - best] != text[t - best] ||
		    !equal(text + p, text + t, GRAM))
			continue;
		while (len < most && text[p - len] == text[t - len])
			len++;
		steps += len;
		if (len > best) {
			best = len;
			*match = p;
		}
	}
	c->steps = steps;
	if (UNLIKELY(steps > worn))
		return WORN_OUT;
	return best < GRAM ? 0 : best;
}

/* What ends in text[t], which does not go on what ended before it. Where it is
 * longer than a pair, pair and id stood before and are kept. */
static ALWAYS_INLINE uint32_t search(struct id_chains *c, const uint32_t *text,
				     uint32_t t, uint32_t max, uint32_t *match)
{
	uint32_t len = 0, place = 0;

	if (max >= GRAM)
		len = longest(c, text, t, max, match);
	if (len)
		return len;
	len = 2;
	if (t)
		place = first(&c->pairs, text, t, len, &c->steps);
	if (!place)
		place = first(&c->ones, text, t, --len, &c->steps);
	if (!place)
		return 0;
	*match = place - 1;
	return len;
}

uint32_t id_chains_push(struct id_chains *c, const uint32_t *text, uint32_t t,
			uint32_t n, uint32_t *lrs, uint32_t *start)
{
	uint32_t len = c->lrs, match = c->match, i;

	make_room(c, text, t + n);
	for (i = 0; i < n; i++, t++) {
		if (len && text[match + 1] == text[t]) {
			match++;
			len++;
		} else {
			len = search(c, text, t, len + 1, &match);
			if (UNLIKELY(len == WORN_OUT))
				break;
		}
		if (LIKELY(t + 1 >= GRAM))
			enter(c, text, t);
		lrs[i] = len;
		start[i] = match + 1 - len;
	}
	c->n = t;
	c->lrs = len;
	c->match = match;
	return i;
}
