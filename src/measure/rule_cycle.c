/*
 * Exact tail cycle. The last `count` copies of one pattern of p tokens are
 * at the tail exactly when the last (count - 1) p tokens each equal the token
 * p before. So for each period p a run is kept: for how many tokens in a row
 * that has been true.
 *
 * Not every period is looked at for every token: a run worth counting is at
 * least `gram` tokens long, so a period matters only if the last `gram`
 * tokens stand p before, too. Positions of equal grams are chained by hash:
 *
 *	head[hash] -> t -> prev[t] -> prev[prev[t]] -> ... within max periods
 *
 * Ordinary text has few of these; the cost is a hash a token.
 */
#include "measure/rule.h"

#include <string.h>

#include "base/buf.h"

enum {
	PERIOD_MAX = 1024,
	RING = 2048,       /* tokens kept; a power of two > PERIOD_MAX + gram */
	HEADS_LOG = 12,
	GRAM_MAX = 8,
};

/* A token moves up in the hash by as many bits that it is out of it after
 * `gram` tokens: nothing has to be taken away. */
static const uint64_t prime = UINT64_C(0x9e3779b97f4a7c15);
enum { HASH_BITS = 64 };

/* What makes a rule of it. */
struct cycle_kind {
	uint32_t min, max; /* periods */
	uint32_t copies;
	uint32_t after;    /* tokens before which nothing is looked at */
	uint32_t every;    /* tokens between two looks from then on */
};

static const struct cycle_kind engine = { 1, 128, 4, 0, 1 };
static const struct cycle_kind server = { 16, PERIOD_MAX, 4, 0, 1 };
static const struct cycle_kind breaker = { 4, 128, 3, 512, 16 };

struct cycle {
	struct rule_verdict verdict; /* first, as rule_kept() asks */
	struct cycle_kind kind;
	uint32_t gram;
	uint64_t older;    /* times so much what the hash was; a power of 2 */
	uint64_t hash;     /* of the last gram tokens */
	uint32_t n;        /* tokens seen */
	uint32_t ids[RING];
	uint32_t prev[RING];           /* position + 1 of the gram before */
	uint32_t head[1 << HEADS_LOG]; /* position + 1, 0: none */
	uint32_t run[PERIOD_MAX + 1];
	uint32_t run_end[PERIOD_MAX + 1]; /* tokens seen when it last grew */
};

static void *create_with(const struct cycle_kind *kind,
			 const struct rule_opts *opts)
{
	struct cycle *c = mem_alloc(sizeof(*c));
	uint32_t gram;

	c->kind = *kind;
	c->kind.copies = rule_count(opts, kind->copies, 2);
	gram = MIN((c->kind.copies - 1) * kind->min, (uint32_t)GRAM_MAX);
	c->gram = gram;
	c->older = 0;
	if (gram > 1)
		c->older = UINT64_C(1) << (HASH_BITS + gram - 1) / gram;
	c->hash = 0;
	c->n = 0;
	memset(c->head, 0, sizeof(c->head));
	memset(c->run_end, 0, sizeof(c->run_end));
	c->verdict = rule_unfired;
	return c;
}

static void *create(const struct rule_opts *opts)
{
	return create_with(&engine, opts);
}

static void *create_long(const struct rule_opts *opts)
{
	return create_with(&server, opts);
}

static void *create_breaker(const struct rule_opts *opts)
{
	return create_with(&breaker, opts);
}

static void destroy(void *state)
{
	mem_free(state);
}

static uint32_t id_at(const struct cycle *c, uint32_t t)
{
	return c->ids[t % RING];
}

/* Do the grams that end at tokens t and q equal each other? Those before did
 * where a run goes on. */
static ALWAYS_INLINE bool same_gram(const struct cycle *c, uint32_t t,
				    uint32_t q)
{
	if (t && c->run_end[t - q] == t)
		return id_at(c, t) == id_at(c, q);
	for (uint32_t i = 0; i < c->gram; i++)
		if (id_at(c, t - i) != id_at(c, q - i))
			return false;
	return true;
}

/* Is it looked at after n tokens? */
static bool looks(const struct cycle_kind *kind, uint32_t n)
{
	return n >= kind->after && (n - kind->after) % kind->every == 0;
}

/* The last gram stands one period before, too; t is the last token. */
static void grow_run(struct cycle *c, uint32_t t, uint32_t period)
{
	bool goes_on = t > 0 && c->run_end[period] == t;

	c->run[period] = goes_on ? c->run[period] + 1 : c->gram;
	c->run_end[period] = t + 1;
	if (period >= c->kind.min && looks(&c->kind, t + 1) &&
	    c->run[period] >= (c->kind.copies - 1) * period &&
	    c->verdict.at_token == RULE_NEVER)
		c->verdict.at_token = t + 1;
}

static ALWAYS_INLINE void look_back(struct cycle *c, uint32_t t)
{
	size_t slot = (size_t)(c->hash >> (HASH_BITS - HEADS_LOG));
	uint32_t q = c->head[slot];

	c->prev[t % RING] = q;
	c->head[slot] = t + 1;
	while (q && t - (q - 1) <= c->kind.max) {
		if (same_gram(c, t, q - 1))
			grow_run(c, t, t - (q - 1));
		q = c->prev[(q - 1) % RING];
	}
}

static uint32_t push_all(void *state, const struct rule_token *tokens,
			 uint32_t n, double bits)
{
	struct cycle *c = state;
	bool fired = c->verdict.at_token != RULE_NEVER;
	uint32_t i = 0;

	(void)bits;
	while (i < n && (fired || c->verdict.at_token == RULE_NEVER)) {
		uint32_t id = tokens[i++].id, t = c->n++;

		c->hash = c->hash * c->older + (id + UINT64_C(1)) * prime;
		c->ids[t % RING] = id;
		if (!fired && t + 1 >= c->gram)
			look_back(c, t);
	}
	return i;
}

RULE_PUSH_ONE(push_all)

const struct rule rule_cycle = {
	.name = "cycle",
	.about = "the last 4 copies of one pattern of 1 to 128 "
		 "tokens, as vLLM's repetition_detection",
	.apart = true,
	.create = create,
	.destroy = destroy,
	.push = push,
	.push_all = push_all,
	.verdict = rule_kept,
};

const struct rule rule_cycle_long = {
	.name = "cycle-long",
	.about = "the last 4 copies of one pattern of 16 to 1024 "
		 "tokens, as proposed for llama.cpp's server",
	.apart = true,
	.create = create_long,
	.destroy = destroy,
	.push = push,
	.push_all = push_all,
	.verdict = rule_kept,
};

const struct rule rule_breaker = {
	.name = "breaker",
	.about = "after 512 tokens, each 16th: the last 3 copies of one "
		 "pattern of 4 to 128, as vLLM's reasoning loop breaker",
	.apart = true,
	.create = create_breaker,
	.destroy = destroy,
	.push = push,
	.push_all = push_all,
	.verdict = rule_kept,
};
