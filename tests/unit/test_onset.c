/*
 * Where a loop begins: texts with a known place, and the definition read
 * slowly.
 */
#include "../bench/onset.h"
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT_MAX = 6000 };

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* Is byte i in a string of ONSET_GRAM that stands before? */
static bool copied(const char *s, size_t n, size_t i)
{
	size_t first = i + 1 > ONSET_GRAM ? i + 1 - ONSET_GRAM : 0;

	for (size_t at = first; at <= i && at + ONSET_GRAM <= n; at++)
		for (size_t was = 0; was < at; was++)
			if (memcmp(s + at, s + was, ONSET_GRAM) == 0)
				return true;
	return false;
}

static uint32_t slow_onset(const char *s, const uint32_t *ends, uint32_t n)
{
	double sum = 0, best = 0;
	uint32_t onset = n;

	for (uint32_t i = n; i-- > 0;) {
		bool copy = true;

		for (uint32_t at = i ? ends[i - 1] : 0; at < ends[i]; at++)
			copy &= copied(s, ends[n - 1], at);
		sum += copy - 0.9;
		if (sum > best) {
			best = sum;
			onset = i;
		}
	}
	return onset;
}

/* Random letters, then copies of a unit with slips; tokens of 0 to 5 bytes. */
static uint32_t make(char *s, uint32_t *ends, uint32_t *r, size_t *begins)
{
	size_t fresh = 150 + next_random(r) % 600;
	size_t unit = 5 + next_random(r) % 140;
	size_t len = fresh + next_random(r) % 900;
	uint32_t n = 0, at = 0;

	for (size_t i = 0; i < len; i++)
		s[i] = i < fresh ? (char)('a' + next_random(r) % 26)
				 : s[i - unit];
	for (uint32_t slips = next_random(r) % 3; slips; slips--)
		s[next_random(r) % len] = '!';
	while (at < len) {
		at = MIN(at + next_random(r) % 6, (uint32_t)len);
		ends[n++] = at;
	}
	*begins = fresh;
	return n;
}

static void test_slow(void **state)
{
	static char s[TEXT_MAX];
	static uint32_t ends[TEXT_MAX];
	uint32_t r = 9, n_found = 0;

	(void)state;
	for (int i = 0; i < 25; i++) {
		size_t begins;
		uint32_t n = make(s, ends, &r, &begins);
		uint32_t got = onset_find(s, ends, n, false);

		assert_int_equal(got, slow_onset(s, ends, n));
		n_found += got < n;
	}
	assert_in_range(n_found, 10, 25);
	assert_int_equal(onset_find("", ends, 0, false), 0);
}

/* One sentence over and over, with a number that rises: the folded text
 * knows where that begins, the text as it is does not. */
static void test_folded(void **state)
{
	static uint32_t ends[TEXT_MAX];
	struct buf s = { 0 };
	uint32_t r = 4, n = 0, at;

	(void)state;
	for (int i = 0; i < 900; i++)
		buf_putc(&s, (char)('a' + next_random(&r) % 26));
	for (int i = 7; i < 60; i++)
		buf_printf(&s, "Step %d:  the\n%s number is %d, and then what "
			       "comes next is this. ", i, i % 2 ? "WHOLE" :
			   "whole", 31 * i);
	for (at = 1; at <= s.len; at++)
		ends[n++] = at;
	assert_int_equal(onset_find(s.data, ends, n, false), n);
	/* after the first saying */
	assert_in_range(onset_find(s.data, ends, n, true), 940, 1000);
	buf_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_folded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
