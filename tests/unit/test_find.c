/* Search in slices beside a naive search. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/find.h"
#include "base/buf.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool naive_match(const char *s, const char *p, size_t len)
{
	bool fold = true;
	for (size_t i = 0; i < len; i++)
		fold = fold && !(p[i] >= 'A' && p[i] <= 'Z');
	for (size_t i = 0; i < len; i++)
		if ((fold ? lower(s[i]) : s[i]) != p[i])
			return false;
	return true;
}

static long naive(const char *s, size_t n, const char *p, size_t len,
		  size_t at, bool back)
{
	long found = -1;
	for (size_t i = 0; len > 0 && i + len <= n; i++) {
		if (!naive_match(s + i, p, len))
			continue;
		if (!back && i >= at)
			return (long)i;
		if (back && i < at)
			found = (long)i;
	}
	return found;
}

static long find(const struct find *f, const char *s, size_t n, size_t at,
		 bool back)
{
	enum find_result r;
	do {
		r = (back ? find_prev : find_next)(f, s, n, &at);
	} while (r == FIND_MORE);
	return r == FIND_HIT ? (long)at : -1;
}

static void test_random(void **state)
{
	(void)state;
	srand(7);
	for (int round = 0; round < 30000; round++) {
		char s[60], p[8];
		size_t n = (size_t)rand() % sizeof(s);
		size_t len = (size_t)rand() % 5;
		size_t at;
		struct find f;

		for (size_t i = 0; i < n; i++)
			s[i] = "abAB"[rand() % 4];
		for (size_t i = 0; i < len; i++)
			p[i] = (rand() % 8 ? "ab" : "AB")[rand() % 2];
		at = (size_t)rand() % (n + 2);
		find_init(&f, p, len);
		for (int back = 0; back < 2; back++)
			assert_int_equal(find(&f, s, n, at, back),
					 naive(s, n, p, len, at, back));
	}
}

static void test_bytes(void **state)
{
	static const char s[] = "a\0b \xff\xfe \xc3\x89t\xc3\xa9 END";
	struct find f;
	(void)state;
	find_init(&f, "\0b", 2);
	assert_int_equal(find(&f, s, sizeof(s) - 1, 0, false), 1);
	find_init(&f, "\xff\xfe", 2);
	assert_int_equal(find(&f, s, sizeof(s) - 1, 0, false), 4);
	find_init(&f, "end", 3);
	assert_int_equal(find(&f, s, sizeof(s) - 1, 0, false), 13);
	find_init(&f, "End", 3);
	assert_int_equal(find(&f, s, sizeof(s) - 1, 0, false), -1);
	find_init(&f, "", 0);
	assert_int_equal(find(&f, s, sizeof(s) - 1, 0, false), -1);
}

/* A slice ends even in the worst text, and the next one goes on. */
static void test_slices(void **state)
{
	size_t n = 3 * (size_t)FIND_SLICE_BYTES + 11;
	char *s = mem_alloc(n);
	struct find f;
	size_t at = 0;
	int slices = 1;

	(void)state;
	memset(s, 'x', n);
	s[n - 1] = 'y';
	s[0] = 'z';
	find_init(&f, "y", 1);
	while (find_next(&f, s, n, &at) == FIND_MORE)
		slices++;
	assert_int_equal(slices, 4);
	assert_int_equal(at, n - 1);
	find_init(&f, "z", 1);
	for (slices = 1; find_prev(&f, s, n, &at) == FIND_MORE;)
		slices++;
	assert_int_equal(slices, 4);
	assert_int_equal(at, 0);
	mem_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_slices),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
