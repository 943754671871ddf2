/*
 * Exact tail cycle. The last `count` copies of one pattern of p tokens are
 * at the tail exactly when the last (count - 1) p tokens each equal the token
 * p before. So for each period p a run is kept: for how many tokens in a row
 * that has been true.
 *
 * Of the shortest periods each token asks. Others need runs of FOUND tokens at
 * least, in which grams of GRAM tokens end at STRIDE places one behind another:
 * so only grams that end at each STRIDE-th token are remembered, chained by
 * hash,
 *
 *	head[hash] -> q -> prev[q / STRIDE] -> ... within max periods
 *
 * and one that comes again begins a run, which is followed to its end. Ordinary
 * text has few of these; the cost is a hash a token.
 */
#include "measure/rule.h"

#include <assert.h>

#include "base/buf.h"

enum {
	PERIOD_MAX = 1024,
	RING = 2048,       /* tokens kept: 2^n, > PERIOD_MAX + FOUND */
	HEADS_LOG = 10,
	GRAM = 8,
	STRIDE = 8,
	FOUND = GRAM + STRIDE - 1, /* a run so long has a gram that is kept */
	COPIES_MIN = 2,
	NEAR_USUAL = (FOUND - 1) / 3, /* of 4 copies */
};
static_assert(NEAR_USUAL == 4, "recent() looks at four");

/* A token moves up in the hash by as many bits that it is out of it after
 * GRAM tokens: nothing has to be taken away. */
static const uint64_t prime = UINT64_C(0x9e3779b97f4a7c15);
enum { HASH_BITS = 64, OLDER_BITS = HASH_BITS / GRAM };

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
	uint64_t hash;     /* of the last GRAM tokens */
	uint32_t n;        /* tokens seen */
	uint32_t near;     /* the longest period that each token asks of */
	bool near_goes_on; /* the run of one of these */
	uint32_t n_far;    /* longer ones whose run goes on */
	uint32_t ids[RING];
	uint32_t prev[RING / STRIDE];  /* position + 1 of the gram before */
	uint32_t head[1 << HEADS_LOG]; /* position + 1, 0: none */
	uint16_t far[PERIOD_MAX];
	uint32_t run[PERIOD_MAX + 1];  /* 0: none goes on */
};

static void *create_with(const struct cycle_kind *kind,
			 const struct rule_opts *opts)
{
	struct cycle *c = mem_zalloc(sizeof(*c));

	c->kind = *kind;
	c->kind.copies = rule_count(opts, kind->copies, COPIES_MIN);
	c->near = (FOUND - 1) / (c->kind.copies - 1);
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

static void *seal(void *state)
{
	return mem_resize(state, sizeof(struct rule_verdict));
}

/* Is it looked at after n tokens? */
static bool looks(const struct cycle_kind *kind, uint32_t n)
{
	return n >= kind->after && (n - kind->after) % kind->every == 0;
}

static bool is_enough(const struct cycle *c, uint32_t period)
{
	return period >= c->kind.min &&
	       c->run[period] >= (c->kind.copies - 1) * period;
}

/* The runs of near periods, with token t. Are there copies enough? */
static bool look_near(struct cycle *c, uint32_t t)
{
	uint32_t near = MIN(c->near, t);
	bool enough = false;

	c->near_goes_on = false;
	for (uint32_t period = 1; period <= near; period++) {
		bool goes_on = c->ids[(t - period) % RING] == c->ids[t % RING];

		c->run[period] = goes_on ? c->run[period] + 1 : 0;
		c->near_goes_on |= goes_on;
		enough |= goes_on && is_enough(c, period);
	}
	return enough;
}

/* The runs of longer periods, with token t: those that end are forgotten. */
static bool follow(struct cycle *c, uint32_t t)
{
	bool enough = false;

	for (uint32_t i = 0; i < c->n_far;) {
		uint32_t period = c->far[i];

		if (c->ids[t % RING] != c->ids[(t - period) % RING]) {
			c->run[period] = 0;
			c->far[i] = c->far[--c->n_far];
			continue;
		}
		c->run[period]++;
		enough |= is_enough(c, period);
		i++;
	}
	return enough;
}

/* Tokens up to t that equal those up to q, at most FOUND: with more the run
 * would have been found before. */
static uint32_t same(const struct cycle *c, uint32_t t, uint32_t q)
{
	uint32_t n = 0, max = MIN(q + 1, (uint32_t)FOUND);

	while (n < max && c->ids[(t - n) % RING] == c->ids[(q - n) % RING])
		n++;
	return n;
}

/* Runs that the last gram, up to token t, begins, as it stood at the places
 * from q - 1 back. */
static bool look_back(struct cycle *c, uint32_t t, uint32_t q)
{
	uint32_t period;
	bool enough = false;

	while (q && (period = t + 1 - q) <= c->kind.max) {
		uint32_t n = 0;

		if (period > c->near && !c->run[period])
			n = same(c, t, q - 1);
		if (n >= GRAM) {
			c->run[period] = n;
			c->far[c->n_far++] = (uint16_t)period;
			enough |= is_enough(c, period);
		}
		q = c->prev[(q - 1) / STRIDE % (RING / STRIDE)];
	}
	return enough;
}

/* Is it one of the last NEAR_USUAL ids, which it joins? */
static ALWAYS_INLINE bool recent(uint32_t last[NEAR_USUAL], uint32_t id)
{
	bool is = id == last[0] || id == last[1] ||
		  id == last[2] || id == last[3];
	last[3] = last[2];
	last[2] = last[1];
	last[1] = last[0];
	last[0] = id;
	return is;
}

static uint32_t push_all(void *state, const struct rule_token *tokens,
			 uint32_t n, double bits)
{
	struct cycle *c = state;
	bool near = c->kind.min <= c->near, always = c->near > NEAR_USUAL;
	uint32_t t = c->n, i = 0, last[NEAR_USUAL];
	uint64_t hash = c->hash;

	(void)bits;
	if (c->verdict.at_token != RULE_NEVER)
		return n;
	for (uint32_t k = 0; k < NEAR_USUAL; k++)
		last[k] = c->ids[(t - 1 - k) % RING];
	while (i < n) {
		uint32_t id = tokens[i++].id, *head, q;
		bool enough = false;

		hash = (hash << OLDER_BITS) + id * prime;
		head = &c->head[hash >> (HASH_BITS - HEADS_LOG)];
		q = *head;
		c->ids[t % RING] = id;
		if (near && (recent(last, id) || always || c->near_goes_on))
			enough = look_near(c, t);
		if (UNLIKELY(c->n_far))
			enough |= follow(c, t);
		if (q && t + 1 - q <= c->kind.max)
			enough |= look_back(c, t, q);
		if (t % STRIDE == STRIDE - 1) {
			c->prev[t / STRIDE % (RING / STRIDE)] = q;
			*head = t + 1;
		}
		t++;
		if (UNLIKELY(enough) && looks(&c->kind, t)) {
			c->verdict.at_token = t;
			break;
		}
	}
	c->hash = hash;
	c->n = t;
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
	.seal = seal,
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
	.seal = seal,
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
	.seal = seal,
	.push = push,
	.push_all = push_all,
	.verdict = rule_kept,
};
