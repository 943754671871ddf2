/* Guardian on rows of gains, and on sizes that coders really give. */
#include "measure/rule_guardian.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { GAINS_MAX = 12 };

struct row {
	const char *about;
	struct rule_opts opts;
	uint32_t n_tokens;
	double gains[GAINS_MAX]; /* up to the first negative one */
	uint32_t want, again; /* armed from 0, and from its end */
};

#define NEVER RULE_NEVER

static const struct row rows[] = {
	{ "no check yet",
		  { 250, 20, 1, 0, 0, 0 }, 249, { -1 }, NEVER, NEVER },
	{ "the first check cannot fire", { 250, 20, 1, 0, 0, 0 }, 499,
	  { 3, -1 }, NEVER, NEVER },
	{ "the second can", { 250, 20, 1, 0, 0, 0 }, 600, { 100, 19.9, -1 },
	  500, NEVER },
	{ "a gain of t is no stop", { 250, 20, 1, 0, 0, 0 }, 600,
	  { 100, 20, -1 }, NEVER, NEVER },
	{ "at the first of several",
		  { 10, 5, 1, 0, 0, 0 }, 50, { 9, 9, 1, 9, 2, -1 },
	  30, 50 },
	{ "armed again inside a window: the next one", { 10, 5, 1, 0, 0, 0 },
	  60, { 9, 9, 1, 1, 9, 1, -1 }, 30, 60 },
	{ "patience 2", { 10, 5, 2, 0, 0, 0 }, 70, { 9, 1, 9, 1, 1, 9, 9, -1 },
	  50, NEVER },
	{ "patience 3 never",
		  { 10, 5, 3, 0, 0, 0 }, 70, { 9, 1, 9, 1, 1, 9, 9, -1 },
	  NEVER, NEVER },
	{ "patience 2 may count the first window", { 10, 5, 2, 0, 0, 0 }, 25,
	  { 1, 1, -1 }, 20, NEVER },
	{ "patience 0 is 1", { 10, 5, 0, 0, 0, 0 }, 20, { 9, 1, -1 },
	  20, NEVER },
	{ "later checks are not of the prefix", { 10, 5, 1, 0, 0, 0 }, 35,
	  { 9, 9, 9, 1, -1 }, NEVER, NEVER },
	{ "sizes may shrink", { 1, 1, 1, 0, 0, 0 }, 3, { 9, 9, 0.5, -1 },
	  3, NEVER },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];
		struct guardian g;
		uint32_t at;
		double size = 0;

		guardian_init(&g, &row->opts);
		for (size_t k = 0; row->gains[k] >= 0; k++) {
			size += row->gains[k];
			guardian_check(&g, size);
			assert_float_equal(guardian_gain(&g, k + 1),
					   row->gains[k], 1e-9);
		}
		at = guardian_stop(&g, 0, row->n_tokens);
		if (at != row->want)
			fail_msg("%s: %u", row->about, at);
		at = at == NEVER ? at :
				   guardian_stop(&g, at + 1, row->n_tokens);
		if (at != row->again)
			fail_msg("%s: again %u", row->about, at);
		guardian_release(&g);
	}
}

/* t and patience change at no cost; clear forgets the sizes only. */
static void test_change(void **state)
{
	const struct rule_opts opts = { 100, 20, 1, 0, 0, 0 };
	struct guardian g;

	(void)state;
	guardian_init(&g, &opts);
	for (int k = 1; k <= 10; k++)
		guardian_check(&g, k < 6 ? 100 * k : 500 + 10 * (k - 5));
	assert_int_equal(guardian_stop(&g, 0, 1000), 600);
	g.opts.patience = 4;
	assert_int_equal(guardian_stop(&g, 0, 1000), 900);
	g.opts.t = 5;
	assert_int_equal(guardian_stop(&g, 0, 1000), RULE_NEVER);
	guardian_restart(&g, &opts);
	assert_int_equal(guardian_stop(&g, 0, 1000), RULE_NEVER);
	assert_int_equal(g.opts.f, 100);
	guardian_release(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_change),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
