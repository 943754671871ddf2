/* sse.c: events by hand, and beside the standard's letter on any bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "naive_sse.h"
#include "json/json.h"

#include <stdlib.h>
#include <string.h>

enum { NO_LIMIT = 1 << 20 };

static size_t fixed(void *ctx)
{
	return *(size_t *)ctx;
}

static size_t any(void *ctx)
{
	(void)ctx;
	return (size_t)rand() % 5 + 1;
}

static const struct {
	const char *bytes, *want;
} cases[] = {
	{ "", "" },
	{ "data: a\n\n", "1 6 \"a\"\n" },
	{ "data:a\n\n", "1 5 \"a\"\n" },
	{ "data:  a\n\n", "1 6 \" a\"\n" }, /* one space at most */
	{ "data\n\n", "1 4 \"\"\n" },
	{ "data:\n\n", "1 5 \"\"\n" },
	{ "data: a\ndata: b\n\n", "1 6 \"a\\nb\"\n" },
	{ "data: a\r\n\r\ndata: b\r\n\r\n", "1 6 \"a\"\n3 17 \"b\"\n" },
	{ "data: a\r\rdata: b\r\r", "1 6 \"a\"\n3 15 \"b\"\n" },
	{ "data: a\n\r\n", "1 6 \"a\"\n" },
	{ ": hello\n\ndata: a\n\n", "3 15 \"a\"\n" },
	{ ": hello\ndata: a\n: bye\ndata: b\n\n", "2 14 \"a\\nb\"\n" },
	{ "event: x\nid: 7\nretry: 1\ndata: a\n\n", "4 30 \"a\"\n" },
	{ "database: a\n\n", "" },
	{ " data: a\n\n", "" },
	{ "event: x\n\n", "" },
	{ "data: a", "1 6 \"a\"\n" }, /* a capture that was cut */
	{ "data: a\n", "1 6 \"a\"\n" },
	{ "\n\n\ndata: a\n\n\n\n", "4 9 \"a\"\n" },
};

static void events_by_hand(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t n = strlen(cases[i].bytes);

		for (size_t step = 1; step <= n + 1; step++) {
			struct buf got = { 0 };

			pieces_sse(cases[i].bytes, n, NO_LIMIT, fixed, &step,
				   &got);
			assert_string_equal(buf_cstr(&got), cases[i].want);
			buf_release(&got);
		}
	}
}

/* Bytes that matter, in any order, with and without a limit. */
static void any_bytes_as_the_standard(void **state)
{
	static const char *const words[] = {
		"data", "data:", "data: ", "\n", "\r", "\r\n", ":", " ", "x",
		"{\"a\":1}", "event: e", "\n\n", "long long long long",
	};

	(void)state;
	srand(11);
	for (int round = 0; round < 20000; round++) {
		struct buf s = { 0 }, got = { 0 }, want = { 0 };
		size_t max_bytes = round % 3 ? (size_t)rand() % 24 : NO_LIMIT;

		for (int i = rand() % 24; i >= 0; i--)
			buf_puts(&s, words[(size_t)rand() % ARRAY_LEN(words)]);
		naive_sse(s.data, s.len, max_bytes, &want);
		pieces_sse(s.data, s.len, max_bytes, any, NULL, &got);
		if (strcmp(buf_cstr(&got), buf_cstr(&want)) != 0) {
			struct buf shown = { 0 };

			json_put_string(&shown, s.data, s.len);
			fail_msg("limit %zu, %s gives\n%sinstead of\n%s",
				 max_bytes, buf_cstr(&shown), got.data,
				 want.data);
		}
		buf_release(&s);
		buf_release(&got);
		buf_release(&want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_by_hand),
		cmocka_unit_test(any_bytes_as_the_standard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
