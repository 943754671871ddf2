/*
 * Two rules that ask of the last n tokens together: did they stand before?
 *
 * mlx2's thinking guard (src/mlx2/thinking_guard.py of pierre427/mlx2) adds 1
 * to a sum for a 6-gram that stood before and takes 0.25 away for a new one,
 * never below 0; the alarm is at 15. There it biases the token that closes
 * the reasoning; here it is a stop. Its soft budget is a budget, no rule, and
 * is left out.
 *
 * dry asks what the DRY sampler asks, how long the longest suffix is that
 * stood before, and stops where a sampler would lower the next token. DRY
 * itself has no length at which to stop: ours is 64 tokens, one copied
 * paragraph. That the last n tokens stood before is the same as such a suffix
 * of n tokens or more. Its sequence breakers are left out: they would end
 * every match at a line's end.
 *
 * Grams are kept as the place where they end, in a table of open addressing,
 * and compared token by token, so that equal hashes cannot stop a text.
 */
#include "measure/rule.h"

#include "base/buf.h"

enum { MLX2_GRAM = 6, DRY_GRAM = 64, SLOTS_MIN = 256 };

static const double mlx2_new = 0.25, mlx2_alarm = 15;
static const uint64_t base = UINT64_C(0x9e3779b97f4a7c15);
static const uint64_t spread = UINT64_C(0xd6e8feb86659fd93);

struct grams {
	struct rule_verdict verdict; /* first, as rule_kept() asks */
	uint32_t gram;    /* tokens */
	double down;      /* for a gram that is new */
	double alarm;
	double sum;
	uint64_t leaving; /* base^gram */
	uint64_t hash;    /* of the last `gram` tokens */
	uint32_t *ids;    /* all */
	size_t n, cap;
	uint32_t *slots;  /* tokens up to a gram's end; 0 is free */
	size_t n_slots;   /* a power of two */
	size_t n_grams;
};

static struct grams *create_with(uint32_t gram, double down, double alarm)
{
	struct grams *g = mem_zalloc(sizeof(*g));

	g->gram = gram;
	g->down = down;
	g->alarm = alarm;
	g->leaving = 1;
	for (uint32_t i = 0; i < gram; i++)
		g->leaving *= base;
	g->n_slots = SLOTS_MIN;
	g->slots = mem_zalloc(g->n_slots * sizeof(*g->slots));
	g->verdict = rule_unfired;
	return g;
}

static void *create_mlx2(const struct rule_opts *opts)
{
	return create_with(MLX2_GRAM, mlx2_new, rule_scaled(opts, mlx2_alarm));
}

static void *create_dry(const struct rule_opts *opts)
{
	return create_with(rule_count(opts, DRY_GRAM, 1), 0, 1);
}

static void destroy(void *state)
{
	struct grams *g = state;

	mem_free(g->ids);
	mem_free(g->slots);
	mem_free(g);
}

static bool same(const struct grams *g, size_t end, size_t other)
{
	for (size_t i = 1; i <= g->gram; i++)
		if (g->ids[end - i] != g->ids[other - i])
			return false;
	return true;
}

static size_t slot_of(const struct grams *g, uint64_t hash)
{
	return (size_t)(hash * spread >> 20) & (g->n_slots - 1);
}

static void put(struct grams *g, uint64_t hash, uint32_t end)
{
	size_t slot = slot_of(g, hash);

	while (g->slots[slot])
		slot = (slot + 1) & (g->n_slots - 1);
	g->slots[slot] = end;
}

static uint64_t hash_at(const struct grams *g, size_t end)
{
	uint64_t hash = 0;

	for (size_t i = end - g->gram; i < end; i++)
		hash = (hash + g->ids[i] + 1) * base;
	return hash;
}

/* Twice the slots, filled anew. */
static void widen(struct grams *g)
{
	uint32_t *old = g->slots;
	size_t n_old = g->n_slots;

	g->n_slots *= 2;
	g->slots = mem_zalloc(g->n_slots * sizeof(*g->slots));
	for (size_t i = 0; i < n_old; i++)
		if (old[i])
			put(g, hash_at(g, old[i]), old[i]);
	mem_free(old);
}

/* Did the last gram stand before? It does from now on. */
static bool seen(struct grams *g)
{
	size_t slot = slot_of(g, g->hash);

	while (g->slots[slot]) {
		if (same(g, g->n, g->slots[slot]))
			return true;
		slot = (slot + 1) & (g->n_slots - 1);
	}
	g->slots[slot] = (uint32_t)g->n;
	if (++g->n_grams * 2 > g->n_slots)
		widen(g);
	return false;
}

static void push(void *state, const struct rule_token *token)
{
	struct grams *g = state;
	bool again;

	g->ids = grow(g->ids, &g->cap, g->n + 1, sizeof(*g->ids));
	g->ids[g->n++] = token->id;
	g->hash = (g->hash + token->id + 1) * base;
	if (g->n > g->gram)
		g->hash -= (g->ids[g->n - 1 - g->gram] + UINT64_C(1)) * base *
			   g->leaving;
	if (g->n < g->gram)
		return;
	again = seen(g);
	if (g->verdict.at_token != RULE_NEVER)
		return;
	g->sum = MAX(again ? g->sum + 1 : g->sum - g->down, 0);
	if (g->sum >= g->alarm)
		g->verdict.at_token = (uint32_t)g->n;
}

const struct rule rule_mlx2 = {
	.name = "mlx2",
	.about = "a sum of +1 for 6 tokens that stood before and -0.25 for "
		 "new ones reaches 15, as mlx2's thinking guard",
	.apart = true,
	.create = create_mlx2,
	.destroy = destroy,
	.push = push,
	.verdict = rule_kept,
};

const struct rule rule_dry = {
	.name = "dry",
	.about = "the last 64 tokens stood before: the DRY sampler's longest "
		 "repeated suffix as a stop",
	.apart = true,
	.create = create_dry,
	.destroy = destroy,
	.push = push,
	.verdict = rule_kept,
};
