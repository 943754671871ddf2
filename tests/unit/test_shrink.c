/*
 * What is said of zlib beside zlib: never more bytes than it writes, and not so
 * few that nothing follows from it; then as many as it writes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/gz.h"
#include "measure/shrink.h"

enum { LEVEL = 6, ROUNDS = 4000 };

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* Letters of an alphabet of any size, and copies of any length. */
static size_t write_text(unsigned char *s, size_t max, uint32_t *r)
{
	size_t n = 0, len = 1 + next_random(r) % max;
	uint32_t letters = 1 + next_random(r) % 250, copies;

	copies = next_random(r) % 12;
	while (n < len) {
		uint32_t back = n ? 1 + next_random(r) % (uint32_t)n : 0;
		uint32_t run = 1 + next_random(r) % 40;

		if (copies > 8)
			run *= 20;
		if (!back || next_random(r) % 12 >= copies)
			back = 0;
		for (; run-- && n < len; n++)
			s[n] = back ? s[n - back] :
				      (unsigned char)(next_random(r) % letters);
	}
	return n;
}

static void no_more_than_zlib(void **state)
{
	static unsigned char text[SHRINK_MAX];
	struct gz_sizer *gz = gz_sizer_new(LEVEL);
	struct shrink *k = shrink_new();
	double told = 0, written = 0;
	int n_told = 0;
	uint32_t r = 11;

	(void)state;
	if (!gz_is_zlib())
		skip();
	for (int i = 0; i < ROUNDS; i++) {
		size_t max = i % 8 ? 1500 : SHRINK_MAX;
		size_t n = write_text(text, max, &r);
		size_t least = shrink_least(k, text, n);
		size_t size = gz_sizer_block(gz, text, n);
		size_t told_size = shrink_size(k);

		if (least > size || least < 6)
			fail_msg("%zu bytes: %zu, zlib writes %zu", n, least,
				 size);
		if (told_size && told_size != size)
			fail_msg("%zu bytes: %zu, zlib writes %zu", n,
				 told_size, size);
		n_told += told_size > 0;
		told += (double)least;
		written += (double)size;
	}
	assert_true(told > 0.93 * written);
	assert_true(n_told > ROUNDS / 2);
	shrink_free(k);
	gz_sizer_free(gz);
}

static void nothing_of_none_or_too_much(void **state)
{
	static unsigned char text[SHRINK_MAX + 1];
	struct shrink *k = shrink_new();

	(void)state;
	assert_int_equal(shrink_least(k, text, 0), 0);
	assert_int_equal(shrink_size(k), 0);
	assert_int_equal(shrink_least(k, text, SHRINK_MAX + 1), 0);
	assert_int_equal(shrink_size(k), 0);
	assert_true(shrink_least(k, text, SHRINK_MAX) > 6);
	shrink_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_more_than_zlib),
		cmocka_unit_test(nothing_of_none_or_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
