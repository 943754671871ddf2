/*
 * buf.c: searching beside a slow search, ends, blanks, words in a row. base64.c
 * and fence.c in tables.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/fence.h"

enum { ROUNDS = 20000, BYTES_MAX = 12, NEEDLE_MAX = 4 };

static const char *naive_find(const char *s, size_t n, const char *needle,
			      size_t m)
{
	for (size_t at = 0; m && at + m <= n; at++)
		if (memcmp(s + at, needle, m) == 0)
			return s + at;
	return NULL;
}

/* Two letters, so that much begins like the needle; memory of exactly n bytes,
 * so that a sanitizer sees more. */
static void found_as_by_hand(void **state)
{
	(void)state;
	srand(11);
	for (int round = 0; round < ROUNDS; round++) {
		size_t n = (size_t)rand() % BYTES_MAX;
		size_t m = (size_t)rand() % NEEDLE_MAX;
		char *s = mem_alloc(n), needle[NEEDLE_MAX];

		for (size_t i = 0; i < n; i++)
			s[i] = (char)('a' + rand() % 2);
		for (size_t i = 0; i < m; i++)
			needle[i] = (char)('a' + rand() % 2);
		assert_ptr_equal(bytes_find(s, n, needle, m),
				 naive_find(s, n, needle, m));
		mem_free(s);
	}
}

static void ends_are_known(void **state)
{
	(void)state;
	assert_true(bytes_end("abc", 3, "abc"));
	assert_true(bytes_end("abc", 3, "bc"));
	assert_true(bytes_end("abc", 3, ""));
	assert_true(bytes_end("", 0, ""));
	assert_false(bytes_end("abc", 2, "c"));
	assert_false(bytes_end("bc", 2, "abc"));
}

static void blanks_are_filled_in(void **state)
{
	static const struct {
		const char *text;
		size_t from, n;
		const char *want;
	} rows[] = {
		{ "ab", 0, 4, "ab  " },
		{ "ab", 1, 4, "ab   " },
		{ "ab", 0, 2, "ab " }, /* one at least */
		{ "abc", 0, 1, "abc " },
		{ "", 0, 1, " " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf b = { 0 };

		buf_puts(&b, rows[i].text);
		buf_pad(&b, rows[i].from, rows[i].n);
		assert_string_equal(buf_cstr(&b), rows[i].want);
		buf_release(&b);
	}
}

/* Taken from the front, and put behind, at every length. */
static void a_queue_keeps_its_order(void **state)
{
	struct buf b = { 0 };
	unsigned char in = 0, out = 0;

	(void)state;
	srand(3);
	for (int round = 0; round < ROUNDS; round++) {
		size_t k = (size_t)rand() % 5;

		for (size_t i = 0; i < k; i++)
			buf_putc(&b, (char)in++);
		k = (size_t)rand() % 5;
		k = MIN(k, b.len);
		for (size_t i = 0; i < k; i++)
			assert_int_equal((unsigned char)b.data[i], out++);
		buf_drop(&b, k);
		assert_int_equal(b.len % 256, (unsigned char)(in - out));
	}
	buf_release(&b);
}

/* Longer than the room there is, and exactly as long. */
static void printed_whole(void **state)
{
	(void)state;
	for (size_t before = 0; before < 70; before++)
		for (size_t n = 0; n < 70; n += 1 + n / 8) {
			struct buf b = { 0 };

			for (size_t i = 0; i < before; i++)
				buf_putc(&b, '-');
			buf_printf(&b, "%0*d", (int)n, 7);
			assert_int_equal(b.len, before + MAX(n, 1u));
			assert_int_equal(b.data[b.len - 1], '7');
			buf_release(&b);
		}
}

static void words_are_joined(void **state)
{
	(void)state;
	assert_string_equal(list_join(0, 1), "");
	assert_string_equal(list_join(1, 2), " and ");
	assert_string_equal(list_join(0, 3), "");
	assert_string_equal(list_join(1, 3), ", ");
	assert_string_equal(list_join(2, 3), " and ");
}

static void all_or_nothing_of_hex(void **state)
{
	static const struct {
		const char *text, *want; /* NULL: it is none */
	} rows[] = {
		{ "", "" },	 { "4142", "AB" }, { "6a6B", "jk" },
		{ "414", NULL }, { "4", NULL },	   { "41g2", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf b = { 0 };
		bool good;

		buf_putc(&b, '-');
		good = hex_get(&b, rows[i].text, strlen(rows[i].text));
		assert_int_equal(good, rows[i].want != NULL);
		assert_string_equal(buf_cstr(&b) + 1,
				    good ? rows[i].want : "");
		buf_release(&b);
	}
}

/* In `want` each line has a letter: code, or a fence, or text. */
static void fences_of_markdown(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "a\n```\nb\n```\nc\n", "tccct" },
		{ "```c\nb\n```  \r\nc\n", "ccct" },
		{ "   ~~~\nb\n  ~~~\nc\n", "ccct" },
		{ "    ```\nb\n", "tt" },
		{ "``\nb\n", "tt" },
		{ "``` is the fence, ``` ends it\nb\n", "tt" },
		{ "~~~ with ` in it\nb\n", "cc" },
		{ "```\n``` no end\nb\n```\nc\n", "cccct" },
		{ "````\n```\nb\n`````\nc\n", "cccct" },
		{ "```\n~~~\n```\nc\n", "ccct" },
		{ "```", "c" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fence f = { 0 };
		const char *s = rows[i].text;

		for (size_t k = 0; rows[i].want[k]; k++) {
			size_t n = strcspn(s, "\n");

			n += s[n] == '\n';
			if (fence_line(&f, s, n) != (rows[i].want[k] == 'c'))
				fail_msg("\"%s\", line %zu", rows[i].text, k);
			s += n;
		}
		assert_true(!*s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_as_by_hand),
		cmocka_unit_test(ends_are_known),
		cmocka_unit_test(blanks_are_filled_in),
		cmocka_unit_test(a_queue_keeps_its_order),
		cmocka_unit_test(printed_whole),
		cmocka_unit_test(words_are_joined),
		cmocka_unit_test(all_or_nothing_of_hex),
		cmocka_unit_test(fences_of_markdown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
