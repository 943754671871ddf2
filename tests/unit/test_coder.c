/*
 * Each coder against what its library really writes in one call, for many
 * prefixes and two ways to cut the text, and read back.
 */
#include "measure/coder.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

enum { TEXT_BYTES = 150000, CHECK_EVERY = 6007, STEP = 501 };

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* Words, then a loop over the last 300 bytes. */
static char *make_text(size_t n, size_t loop_from)
{
	char *text = mem_alloc(n);
	uint32_t state = 3, word = 0;

	for (size_t i = 0; i < n; i++) {
		if (i >= loop_from) {
			text[i] = text[i - 300];
			continue;
		}
		if (word == 0)
			word = next_random(&state) % 4000 + 1;
		text[i] = word % 27 ? (char)('a' + word % 27 - 1) : ' ';
		word /= 3;
	}
	return text;
}

static size_t deflate_once(const char *text, size_t n)
{
	unsigned long room = compressBound(n), back = n;
	unsigned char *packed = mem_alloc(room), *again = mem_alloc(n + 1);

	assert_int_equal(compress2(packed, &room, (const Bytef *)text, n, 9),
			 Z_OK);
	assert_int_equal(uncompress(again, &back, packed, room), Z_OK);
	assert_int_equal(back, n);
	assert_memory_equal(again, text, n);
	mem_free(packed);
	mem_free(again);
	return room;
}

/* As coder.h says: frames of CODER_FRAME_BYTES, the last one may be short. */
static size_t zstd_once(const char *text, size_t n)
{
	size_t room = ZSTD_compressBound(CODER_FRAME_BYTES), sum = 0, at = 0;
	char *packed = mem_alloc(room), *again = mem_alloc(CODER_FRAME_BYTES);

	do {
		size_t take = MIN(n - at, (size_t)CODER_FRAME_BYTES);
		size_t size = ZSTD_compress(packed, room, text + at, take, 3);

		assert_int_equal(ZSTD_decompress(again, take, packed, size),
				 take);
		assert_memory_equal(again, text + at, take);
		sum += size;
		at += take;
	} while (at < n);
	mem_free(packed);
	mem_free(again);
	return sum;
}

static size_t once(enum coder_kind kind, const char *text, size_t n)
{
	bool zstd = kind == CODER_ZSTD || kind == CODER_ZSTD_IDS;

	return zstd ? zstd_once(text, n) : deflate_once(text, n);
}

static void check_coder(enum coder_kind kind, const char *text, size_t n,
			size_t every)
{
	struct coder *one = coder_new(kind), *many = coder_new(kind);
	uint32_t state = 11;

	assert_int_equal(coder_size(one), once(kind, text, 0));
	for (size_t at = 0; at < n; at += every) {
		size_t step = MIN(every, n - at);

		coder_push(one, text + at, step);
		for (size_t cut = 0; cut < step;) {
			size_t take = next_random(&state) % STEP;

			take = MIN(take, step - cut);
			coder_push(many, text + at + cut, take);
			cut += take;
			if (next_random(&state) % 40 == 0)
				coder_size(many); /* asking changes nothing */
		}
		assert_int_equal(coder_size(one),
				 once(kind, text, at + step));
		assert_int_equal(coder_size(many), coder_size(one));
		assert_int_equal(coder_size(one), coder_size(one));
	}
	coder_free(one);
	coder_free(many);
}

static void test_sizes(void **state)
{
	char *text = make_text(TEXT_BYTES, TEXT_BYTES * 2 / 3);

	(void)state;
	for (int kind = CODER_DEFLATE; kind < CODER_KINDS; kind++)
		check_coder((enum coder_kind)kind, text, TEXT_BYTES,
			    CHECK_EVERY);
	mem_free(text);
}

/* Over the end of a frame, and exactly at it. */
static void test_frames(void **state)
{
	size_t n = CODER_FRAME_BYTES * 2 + 77;
	char *text = make_text(n, n);

	(void)state;
	check_coder(CODER_ZSTD, text, n, CODER_FRAME_BYTES / 2);
	mem_free(text);
}

static void test_names(void **state)
{
	(void)state;
	for (int kind = 0; kind < CODER_KINDS; kind++) {
		assert_non_null(coder_rows[kind].about);
		assert_int_equal(coder_find(coder_rows[kind].name), kind);
	}
	assert_int_equal(coder_find("rot13"), CODER_KINDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
