/* The pyramid against a scan over the values of the blocks touched. */
#include "measure/series.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { VALUES = 9000, QUESTIONS = 3000 };

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static bool same(float a, float b)
{
	return (isnan(a) && isnan(b)) || a == b;
}

static struct series_range scan(const float *values, size_t n, size_t from,
				size_t to)
{
	struct series_range r = { NAN, NAN, NAN };

	to = to < n ? to : n;
	if (from >= to)
		return r;
	from = from / SERIES_BLOCK * SERIES_BLOCK;
	to = (to + SERIES_BLOCK - 1) / SERIES_BLOCK * SERIES_BLOCK;
	for (size_t i = from; i < to && i < n; i++) {
		r.min = fminf(r.min, values[i]);
		r.max = fmaxf(r.max, values[i]);
		r.last = isnan(values[i]) ? r.last : values[i];
	}
	return r;
}

static void check(const struct series *s, const float *values, size_t n,
		  size_t from, size_t to)
{
	struct series_range got = series_range(s, from, to);
	struct series_range want = scan(values, n, from, to);

	assert_true(same(got.min, want.min));
	assert_true(same(got.max, want.max));
	assert_true(same(got.last, want.last));
}

static void test_ranges(void **state)
{
	static float values[VALUES];
	struct series *s = series_new();
	uint32_t r = 5;

	(void)state;
	for (size_t n = 0; n < VALUES; n++) {
		values[n] = (float)(next_random(&r) % 9999);
		if (next_random(&r) % 9 == 0)
			values[n] = NAN;
		series_push(s, values[n]);
		check(s, values, n + 1, 0, n + 1);
		check(s, values, n + 1, next_random(&r) % (n + 1), n + 5);
	}
	assert_int_equal(series_len(s), VALUES);
	for (int i = 0; i < QUESTIONS; i++) {
		size_t from = next_random(&r) % (VALUES + 50);

		check(s, values, VALUES, from,
		      from + next_random(&r) % (VALUES / 2));
	}
	assert_true(series_memory_bytes(s) < 2 * VALUES);
	series_clear(s);
	assert_int_equal(series_len(s), 0);
	check(s, values, 0, 0, 100);
	series_push(s, values[0]);
	check(s, values, 1, 0, 100);
	series_free(s);
}

static void test_empty(void **state)
{
	struct series *s = series_new();

	(void)state;
	assert_true(isnan(series_range(s, 0, 10).max));
	series_push(s, 1);
	assert_true(isnan(series_range(s, 3, 3).max));
	assert_true(isnan(series_range(s, 5, 2).max));
	assert_true(series_range(s, 0, SIZE_MAX).max == 1);
	series_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_empty),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
