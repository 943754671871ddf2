/* told.c against the parse and against windows that are counted by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/told.h"

enum { F = 50, NEW = 1000, ALL = 2500 };

/* New words, and from `until` on four that come again and again. */
static struct run *run_of(uint32_t until, uint32_t n)
{
	struct meter_opts opts = meter_opts_default;
	struct run *run;

	opts.rule.f = F;
	run = run_new(&opts);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t id = i < until ? i : i % 4;
		char text[16];
		struct token token = { .text = text, .id = id, .logprob = NAN,
				       .time_s = NAN };

		token.len = (size_t)snprintf(text, sizeof(text), "w%x ",
					     id * 7919);
		run_token(run, &token);
	}
	run_end(run);
	while (!run_measure(run, n + 1))
		;
	return run;
}

static void told_is_the_code(void **state)
{
	struct run *run = run_of(NEW, ALL);
	double before = 0;

	(void)state;
	assert_true(told_bytes(run, 0) == 0);
	for (uint32_t n = 1; n <= ALL; n++) {
		double told = told_bytes(run, n);

		assert_float_equal(
			told,
			(double)lz77_code_bits_at(
				meter_lz77(run->meter),
				meter_symbols_at(run->meter, n)) / 8,
			1e-9);
		assert_true(told >= before - 3); /* an open phrase */
		before = told;
	}
	assert_true(told_bytes(run, UINT32_MAX) == told_bytes(run, ALL));
	run_free(run);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* However long it goes in circles, the pace is that of the text before. */
static void pace_is_of_what_was_new(void **state)
{
	struct run *run = run_of(NEW, ALL);
	struct rule_verdict v =
		meter_rule_at(run->meter, RULE_GUARDIAN, ALL);
	double gains[ALL / F];
	uint32_t n = 0;

	(void)state;
	assert_int_not_equal(v.at_token, RULE_NEVER);
	for (uint32_t at = 2 * F; at <= v.at_token; at += F)
		gains[n++] = told_bytes(run, at) - told_bytes(run, at - F);
	qsort(gains, n, sizeof(*gains), by_size);
	assert_float_equal(told_pace(run, ALL), gains[n / 2] / F, 1e-9);
	for (uint32_t at = v.at_token; at < ALL; at += 77)
		assert_true(told_pace(run, at) == told_pace(run, ALL));
	run_free(run);
}

static void short_texts_have_a_pace(void **state)
{
	struct run *run = run_of(NEW, F + F / 2);

	(void)state;
	assert_true(told_pace(run, 0) == 0);
	assert_float_equal(told_pace(run, F / 2),
			   told_bytes(run, F / 2) / (F / 2), 1e-9);
	assert_float_equal(told_pace(run, F), told_bytes(run, F) / F, 1e-9);
	run_free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(told_is_the_code),
		cmocka_unit_test(pace_is_of_what_was_new),
		cmocka_unit_test(short_texts_have_a_pace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
