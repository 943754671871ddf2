/* buf.c, big.c, base64.c, err.c: what everything else stands on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/base64.h"
#include "base/big.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdlib.h>
#include <string.h>

static void buffers_are_strings(void **state)
{
	struct buf b = { 0 };

	(void)state;
	assert_string_equal(buf_cstr(&b), "");
	assert_int_equal(b.len, 0);
	buf_puts(&b, "ab");
	buf_putc(&b, 'c');
	buf_printf(&b, "%d%s", 7, "");
	buf_append(&b, "\0x", 2);
	assert_int_equal(b.len, 6);
	assert_memory_equal(buf_cstr(&b), "abc7\0x", 7);
	buf_drop(&b, 4);
	assert_memory_equal(b.data, "\0x", 2);
	buf_drop(&b, 2);
	assert_int_equal(b.len, 0);
	buf_append(&b, NULL, 0);
	buf_clear(&b);
	assert_string_equal(buf_cstr(&b), "");
	buf_release(&b);
	assert_null(b.data);
	buf_release(&b);
}

/* Long lines of printf grow the buffer as they must. */
static void printf_of_any_length(void **state)
{
	struct buf b = { 0 };

	(void)state;
	for (int width = 0; width < 3000; width += 7) {
		size_t before = b.len;

		buf_printf(&b, "%*s", width, "");
		assert_int_equal(b.len - before, width);
	}
	buf_release(&b);
}

static void appending_is_linear(void **state)
{
	struct buf b = { 0 };
	size_t moves = 0, cap = 0;

	(void)state;
	for (int i = 0; i < 1000000; i++) {
		buf_putc(&b, 'x');
		moves += b.cap != cap;
		cap = b.cap;
	}
	assert_in_range(moves, 1, 60);
	buf_release(&b);
}

static void strings_are_copied(void **state)
{
	char *copy = mem_strndup("a\0b", 3);

	(void)state;
	assert_memory_equal(copy, "a\0b", 4);
	mem_free(copy);
	assert_null(mem_strdup(NULL));
	mem_free(NULL);
}

/* A block keeps its bytes through the move out of the heap. */
static void blocks_keep_their_bytes(void **state)
{
	struct big b = { 0 };
	size_t n = 0;

	(void)state;
	for (size_t want = 1; want < 8 * BIG_HEAP_MAX;
	     want = want * 5 / 4 + 1) {
		unsigned char *data = big_grow(&b, want);

		assert_true(b.cap >= want);
		for (; n < want; n++)
			data[n] = (unsigned char)(n * 7);
	}
	for (size_t i = 0; i < n; i++)
		if (((unsigned char *)b.data)[i] != (unsigned char)(i * 7))
			fail_msg("byte %zu", i);
	big_trim(&b, n / 3);
	for (size_t i = 0; i < n / 3; i++)
		if (((unsigned char *)b.data)[i] != (unsigned char)(i * 7))
			fail_msg("byte %zu after trimming", i);
	big_release(&b);
	assert_null(b.data);
	big_release(&b);
	big_reserve(&b, 1000);
	assert_true(b.cap >= 1000);
	big_release(&b);
}

static const struct {
	const char *bytes, *base64;
} vectors[] = { /* RFC 4648, section 10 */
	{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
};

static void base64_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		const char *text = vectors[i].base64;
		struct buf b = { 0 };

		base64_put(&b, vectors[i].bytes, strlen(vectors[i].bytes));
		assert_string_equal(buf_cstr(&b), text);
		buf_clear(&b);
		assert_true(base64_get(&b, text, strlen(text)));
		assert_string_equal(buf_cstr(&b), vectors[i].bytes);
		buf_clear(&b);
		/* padding may be missing */
		assert_true(base64_get(&b, text, strcspn(text, "=")));
		assert_string_equal(buf_cstr(&b), vectors[i].bytes);
		buf_release(&b);
	}
}

static void base64_any_bytes(void **state)
{
	(void)state;
	srand(3);
	for (int round = 0; round < 2000; round++) {
		struct buf text = { 0 }, back = { 0 };
		char bytes[40];
		size_t n = (size_t)rand() % sizeof(bytes);

		for (size_t i = 0; i < n; i++)
			bytes[i] = (char)rand();
		base64_put(&text, bytes, n);
		assert_int_equal(text.len, (n + 2) / 3 * 4);
		assert_true(base64_get(&back, buf_cstr(&text), text.len));
		assert_int_equal(back.len, n);
		if (n)
			assert_memory_equal(back.data, bytes, n);
		buf_release(&text);
		buf_release(&back);
	}
}

static void base64_refuses(void **state)
{
	static const char *const wrong[] = {
		"Z", "Zm9vY", "Zm 9", "Zm9v\n", "Zm-_", "=Zg=", "Zg==Zg==",
		"\xff\xff",
	};
	struct buf b = { 0 };

	(void)state;
	buf_puts(&b, "kept");
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_false(base64_get(&b, wrong[i], strlen(wrong[i])));
		assert_string_equal(buf_cstr(&b), "kept");
	}
	assert_false(base64_get(&b, "Zg\0=", 4));
	buf_release(&b);
}

static void first_sentence_wins(void **state)
{
	struct err err = { "" };
	char text[2 * ERR_MAX_BYTES];

	(void)state;
	assert_false(err_set(NULL, "nobody hears %d", 1));
	assert_false(err_set(&err, "%s", "the cause"));
	assert_false(err_set(&err, "what followed"));
	assert_string_equal(err.text, "the cause");
	err_clear(&err);
	assert_string_equal(err.text, "");
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	err_set(&err, "%s", text);
	assert_int_equal(strlen(err.text), ERR_MAX_BYTES - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buffers_are_strings),
		cmocka_unit_test(printf_of_any_length),
		cmocka_unit_test(appending_is_linear),
		cmocka_unit_test(strings_are_copied),
		cmocka_unit_test(blocks_keep_their_bytes),
		cmocka_unit_test(base64_vectors),
		cmocka_unit_test(base64_any_bytes),
		cmocka_unit_test(base64_refuses),
		cmocka_unit_test(first_sentence_wins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
