/* Guardian on rows of gains, and on sizes that coders really give. */
#include "measure/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { GAINS_MAX = 12 };

struct row {
	const char *about;
	struct guard_opts opts;
	uint32_t n_tokens;
	double gains[GAINS_MAX]; /* up to the first negative one */
	struct guard_verdict want;
};

#define NEVER GUARD_NEVER

static const struct row rows[] = {
	{ "no check yet", { 250, 20, 1 }, 249, { -1 }, { NEVER, 0, NEVER } },
	{ "the first check cannot fire", { 250, 20, 1 }, 499, { 3, -1 },
	  { NEVER, 0, NEVER } },
	{ "the second can", { 250, 20, 1 }, 600, { 100, 19.9, -1 },
	  { 500, 100, NEVER } },
	{ "a gain of t is no stop", { 250, 20, 1 }, 600, { 100, 20, -1 },
	  { NEVER, 0, NEVER } },
	{ "at the first of several", { 10, 5, 1 }, 50, { 9, 9, 1, 9, 2, -1 },
	  { 30, 20, NEVER } },
	{ "resumed: two windows in a row", { 10, 5, 1 }, 60,
	  { 9, 9, 1, 9, 9, 0, -1 }, { 30, 30, 30 } },
	{ "resumed later: single windows are edges", { 10, 5, 1 }, 100,
	  { 9, 9, 1, 8, 1, 8, 2, 6, 7, 8, -1 }, { 30, 70, 70 } },
	{ "resumed is not yet sure in the last window", { 10, 5, 1 }, 45,
	  { 9, 9, 1, 9, -1 }, { 30, 15, NEVER } },
	{ "patience 2", { 10, 5, 2 }, 70, { 9, 1, 9, 1, 1, 9, 9, -1 },
	  { 50, 20, 50 } },
	{ "patience 3 never", { 10, 5, 3 }, 70, { 9, 1, 9, 1, 1, 9, 9, -1 },
	  { NEVER, 0, NEVER } },
	{ "patience 2 may count the first window", { 10, 5, 2 }, 25,
	  { 1, 1, -1 }, { 20, 5, NEVER } },
	{ "patience 0 is 1", { 10, 5, 0 }, 20, { 9, 1, -1 },
	  { 20, 0, NEVER } },
	{ "sizes may shrink", { 1, 1, 1 }, 3, { 9, 9, 0.5, -1 },
	  { 3, 0, NEVER } },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];
		struct guard g;
		struct guard_verdict v;
		double size = 0;

		guard_init(&g, &row->opts);
		for (size_t k = 0; row->gains[k] >= 0; k++) {
			size += row->gains[k];
			guard_push(&g, size);
			assert_float_equal(guard_gain(&g, k + 1),
					   row->gains[k], 1e-9);
		}
		v = guard_verdict(&g, row->n_tokens);
		if (v.at_token != row->want.at_token ||
		    v.tokens_after != row->want.tokens_after ||
		    v.resumed_at != row->want.resumed_at)
			fail_msg("%s: %u %u %u", row->about, v.at_token,
				 v.tokens_after, v.resumed_at);
		guard_release(&g);
	}
}

/* t and patience change at no cost; clear forgets the sizes only. */
static void test_change(void **state)
{
	const struct guard_opts opts = { 100, 20, 1 };
	struct guard g;

	(void)state;
	guard_init(&g, &opts);
	for (int k = 1; k <= 10; k++)
		guard_push(&g, k < 6 ? 100 * k : 500 + 10 * (k - 5));
	assert_int_equal(guard_verdict(&g, 1000).at_token, 600);
	g.opts.patience = 4;
	assert_int_equal(guard_verdict(&g, 1000).at_token, 900);
	g.opts.t = 5;
	assert_int_equal(guard_verdict(&g, 1000).at_token, GUARD_NEVER);
	guard_clear(&g);
	g.opts = opts;
	assert_int_equal(guard_verdict(&g, 1000).at_token, GUARD_NEVER);
	assert_int_equal(g.opts.f, 100);
	guard_release(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_change),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
