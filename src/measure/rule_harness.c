/*
 * The repetition guard for DeepSeek's harness (cridyy/dsh-repetition-guard,
 * lib/detector.js and lib/config.js): over the last 4,096 characters without
 * white space, every 128 from the 2,048th on, twice in a row:
 *
 * periodic   the end is at least 4 copies of 1 to 512 characters that cover
 *            at least 1,024; or
 * grams      of the 6-grams of the last 2,048 at most 10 % are different and
 *            those that stand there 4 times or more make up 92 %.
 *
 * These are its numbers for reasoning; for visible text it asks for more
 * (4,096 characters, 2,048 of copies, 97 %), which no token tells a rule.
 */
#include "measure/rule.h"

#include "base/buf.h"
#include "measure/tail.h"

#include <string.h>

enum {
	WINDOW = 4096,
	FIRST = 2048,
	EVERY = 128,
	SPAN = 1024,
	PERIOD_MAX = 512,
	COPIES = 4,
	GRAM = 6,
	SAMPLE = 2048,
	SLOTS = 4096, /* a power of two > SAMPLE */
	CONFIRMATIONS = 2,
};

static const double coverage_min = 0.92, different_max = 0.10;

struct harness {
	struct rule_verdict verdict; /* first, as rule_kept() asks */
	struct tail tail;
	uint32_t span;      /* SPAN, scaled */
	double coverage;    /* at least */
	uint32_t n;         /* tokens */
	uint64_t n_chars;
	uint64_t next;      /* character to look at */
	uint32_t strikes;
	uint16_t first[SLOTS]; /* place of a gram + 1; 0: none */
	uint16_t count[SLOTS];
	uint32_t z[PERIOD_MAX + 1];
};

static void *create(const struct rule_opts *opts)
{
	struct harness *h = mem_zalloc(sizeof(*h));

	tail_init(&h->tail, WINDOW);
	h->span = MIN(rule_count(opts, SPAN, COPIES), (uint32_t)WINDOW);
	/* what is not covered grows as the threshold shrinks */
	h->coverage = 1 - (1 - coverage_min) / rule_scaled(opts, 1);
	h->next = FIRST;
	h->verdict = rule_unfired;
	return h;
}

static void destroy(void *state)
{
	struct harness *h = state;

	tail_release(&h->tail);
	mem_free(h);
}

static bool periodic(struct harness *h)
{
	size_t n = tail_len(&h->tail);
	size_t max = MIN((size_t)PERIOD_MAX, n / COPIES);

	tail_runs(tail_end(&h->tail), n, max, h->z);
	for (size_t p = 1; p <= max; p++) {
		size_t need = MAX((size_t)h->span, p * COPIES);

		if (need <= n && h->z[p] >= need - p)
			return true;
	}
	return false;
}

static uint32_t gram_hash(const uint32_t *gram)
{
	uint64_t hash = 0;

	for (int i = 0; i < GRAM; i++)
		hash = (hash + gram[i] + 1) * UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(hash >> 32);
}

/* Counts the gram at place `at` of the sample; true if it is the first. */
static bool count_gram(struct harness *h, const uint32_t *sample, size_t at)
{
	size_t slot = gram_hash(sample + at) & (SLOTS - 1);

	while (h->first[slot] && memcmp(sample + h->first[slot] - 1,
					sample + at, GRAM * sizeof(*sample)))
		slot = (slot + 1) & (SLOTS - 1);
	h->count[slot]++;
	if (h->first[slot])
		return false;
	h->first[slot] = (uint16_t)(at + 1);
	return true;
}

static bool same_grams(struct harness *h)
{
	size_t n = SAMPLE - GRAM + 1, different = 0, repeated = 0;
	const uint32_t *sample;

	if (tail_len(&h->tail) < SAMPLE)
		return false;
	sample = tail_end(&h->tail) - SAMPLE;
	memset(h->first, 0, sizeof(h->first));
	memset(h->count, 0, sizeof(h->count));
	for (size_t i = 0; i < n; i++)
		different += count_gram(h, sample, i);
	for (size_t i = 0; i < SLOTS; i++)
		if (h->count[i] >= COPIES)
			repeated += h->count[i];
	return (double)repeated >= h->coverage * (double)n &&
	       (double)different <= different_max * (double)n;
}

static void push(void *state, const struct rule_token *token)
{
	struct harness *h = state;
	bool found;

	h->n++;
	if (h->verdict.at_token != RULE_NEVER)
		return;
	h->n_chars += tail_push(&h->tail, token->text, token->len,
				tail_is_space);
	if (h->n_chars < h->next)
		return;
	h->next = h->n_chars + EVERY;
	found = periodic(h) || same_grams(h);
	h->strikes = found ? h->strikes + 1 : 0;
	if (h->strikes >= CONFIRMATIONS)
		h->verdict.at_token = h->n;
}

const struct rule rule_harness = {
	.name = "harness",
	.about = "1,024 characters of copies in a row, or 2,048 of few "
		 "different 6-grams, as dsh-repetition-guard",
	.apart = true,
	.create = create,
	.destroy = destroy,
	.push = push,
	.verdict = rule_kept,
};
