/*
 * draft.c beside its definition, in O(n^2): the longest suffix that stood
 * before, one of its places, and what followed there; and how the hope and the
 * length of a draft follow a text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "measure/draft.h"
#include "naive_lz77.h"

enum { N = 300 };

/* Is there a place where the longest suffix of s[0..n) stood before and these
 * ids followed, the text going on in them? */
static bool could_follow(const uint32_t *s, uint32_t n, uint32_t lrs,
			 const uint32_t *ids, uint32_t n_ids)
{
	uint32_t *longer = malloc((n + n_ids) * sizeof(*longer));
	bool any = false;

	memcpy(longer, s, n * sizeof(*s));
	memcpy(longer + n, ids, n_ids * sizeof(*ids));
	for (uint32_t at = lrs; at < n && !any; at++)
		any = naive_equal(longer, at - lrs, n - lrs, lrs + n_ids);
	free(longer);
	return any;
}

static void check(const uint32_t *s, uint32_t n)
{
	struct draft *d = draft_new();
	uint32_t lrs[N], ids[DRAFT_MAX];

	naive_lrs(s, n, lrs);
	assert_false(draft_guess(d, ids, DRAFT_MAX));
	for (uint32_t t = 0; t < n; t++) {
		draft_push(d, s[t]);
		assert_int_equal(draft_guess(d, ids, DRAFT_MAX), lrs[t] > 0);
		assert_true(draft_hope(d) >= 0 && draft_hope(d) <= 1);
		if (lrs[t])
			assert_true(could_follow(s, t + 1, lrs[t], ids,
						 DRAFT_MAX));
		else
			assert_int_equal(draft_worth(d, DRAFT_MAX), 0);
		assert_true(draft_worth(d, 3) <= 3);
		assert_int_equal(draft_worth(d, 0), 0);
	}
	draft_free(d);
}

static void is_the_definition(void **state)
{
	uint32_t s[N];

	(void)state;
	srand(2);
	for (uint32_t round = 0; round < 60; round++) {
		uint32_t kinds = 1 + round % 7, period = 1 + round % 50;

		for (uint32_t i = 0; i < N; i++)
			s[i] = i < period || rand() % 20 == 0 ?
				       UINT32_MAX - (uint32_t)rand() % kinds :
				       s[i - period];
		check(s, N);
	}
}

/* Passes that a text takes. */
static uint32_t passes(const uint32_t *s, uint32_t n, double *cost)
{
	struct draft *d = draft_new();
	uint32_t ids[DRAFT_MAX], n_passes = 0;

	*cost = 0;
	for (uint32_t t = 0; t < n; n_passes++) {
		uint32_t k, right = 0;

		draft_push(d, s[t++]);
		k = draft_worth(d, DRAFT_MAX);
		*cost += draft_cost(k);
		if (k)
			draft_guess(d, ids, k);
		while (right < k && t < n && s[t] == ids[right++])
			draft_push(d, s[t++]);
	}
	draft_free(d);
	return n_passes;
}

/* Of chance: no more than 2 % is lost. Of a loop: little but the first round
 * is read token by token. */
static void length_follows_the_text(void **state)
{
	enum { LONG = 4000, PERIOD = 40 };
	static uint32_t s[LONG];
	double cost;

	(void)state;
	srand(4);
	for (uint32_t kinds = 2; kinds <= 20000; kinds *= 10) {
		for (uint32_t i = 0; i < LONG; i++)
			s[i] = (uint32_t)rand() % kinds;
		passes(s, LONG, &cost);
		if (cost > LONG * 1.02)
			fail_msg("%u kinds cost %g", kinds, cost);
	}
	for (uint32_t i = PERIOD; i < LONG; i++)
		s[i] = s[i - PERIOD];
	assert_true(passes(s, LONG, &cost) < LONG / 6);
	assert_true(cost < LONG / 2.5);
}

static void cost_never_falls_below_a_token(void **state)
{
	(void)state;
	assert_true(draft_cost(0) == 1);
	for (uint32_t k = 1; k <= DRAFT_MAX; k++)
		assert_true(draft_cost(k) > 1 && draft_cost(k) < k + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_the_definition),
		cmocka_unit_test(length_follows_the_text),
		cmocka_unit_test(cost_never_falls_below_a_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
