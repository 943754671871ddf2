/* indexer.c: where records are; read one by one they are the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "indexed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each record in the source is framed by nothing but the source itself. */
static const struct {
	const char *bytes;
	size_t n;               /* records */
	const char *records[4]; /* the first ones */
	uint32_t lines[4];
} cases[] = {
	{ "{\"response\":\"a\"}\n{\"response\":\"b\"}\n", 2,
	  { "{\"response\":\"a\"}", "{\"response\":\"b\"}" }, { 1, 2 } },
	{ "{\"response\":\"a\"}\r\n\r\n {\"response\":\"b\"}", 2,
	  { "{\"response\":\"a\"}\r", " {\"response\":\"b\"}" }, { 1, 3 } },
	{ "\xef\xbb\xbf{\"response\":\"a\"}\nbroken\n\n[1\n", 3,
	  { "{\"response\":\"a\"}", "broken", "[1" }, { 1, 2, 4 } },
	{ "[\"a\",\n \"]b\\\"\" , [\"c\"],\n{\"response\":\"d\"}] \"e\"", 4,
	  { "\"a\"", "\"]b\\\"\"", "[\"c\"]", "{\"response\":\"d\"}" },
	  { 1, 2, 2, 3 } },
	{ "{\n\"response\":\"a\"\n}\n{\"response\":\n\"b\"}", 2,
	  { "{\n\"response\":\"a\"\n}", "{\"response\":\n\"b\"}" }, { 1, 4 } },
	{ "{\"response\":\"a\"}{\"response\":\"b\"}", 2,
	  { "{\"response\":\"a\"}", "{\"response\":\"b\"}" }, { 1, 1 } },
	{ "{\"response\":\"a\"}\n: a comment\nevent: x\n[DONE]\n"
	  "data: {\"response\":\"b\"}\n  data:   \n", 2,
	  { "{\"response\":\"a\"}", "data: {\"response\":\"b\"}" }, { 1, 5 } },
	{ "\"a\"\n\"b\"\n", 2, { "\"a\"", "\"b\"" }, { 1, 2 } },
	{ "", 0, { NULL }, { 0 } },
	{ "plain text\n", 0, { NULL }, { 0 } },
	{ ": hi\n\ndata: {\"choices\":[{\"delta\":{}}]}\n\ndata: [DONE]\n\n",
	  1, { "data: {\"choices\":[{\"delta\":{}}]}" }, { 3 } },
};

static void places(size_t i, size_t step)
{
	struct indexer *ix = indexer_new(NULL);
	const char *s = cases[i].bytes;

	for (size_t at = 0; at < strlen(s); at += step)
		indexer_bytes(ix, s + at, MIN(step, strlen(s) - at));
	indexer_end(ix);
	if (indexer_n(ix) != cases[i].n)
		fail_msg("%s: %zu records", s, indexer_n(ix));
	for (size_t k = 0; k < cases[i].n; k++) {
		struct record_place place = indexer_place(ix, k);
		const char *want = cases[i].records[k];

		assert_int_equal(place.len, strlen(want));
		assert_memory_equal(s + place.offset, want, strlen(want));
		assert_int_equal(place.line, cases[i].lines[k]);
	}
	indexer_free(ix);
}

static void places_of_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		for (size_t step = 1; step < 20; step++)
			places(i, step);
}

static void assert_indexed(const struct feed_opts *opts, const char *s,
			   size_t n, size_t step)
{
	struct buf out = { 0 };

	if (!indexed_same(opts, s, n, step, &out)) {
		fprintf(stderr, "%.*s\n%s", (int)n, s, buf_cstr(&out));
		fail();
	}
	buf_release(&out);
}

static void one_by_one_is_the_same(void **state)
{
	struct feed_opts opts = { .source = "x" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		for (size_t step = 1; step < 20; step++)
			assert_indexed(&opts, cases[i].bytes,
				       strlen(cases[i].bytes), step);
}

/* Records, broken ones and what stands between them, in any order. */
static void any_source_one_by_one(void **state)
{
	static const char *const words[] = {
		"{\"response\":\"a b c\"}", "{\"response\":[\"x\",\"y\"]}",
		"\"text\"", "[\"u\",\"v\"]", "[", "]", "{",
		"}", ",", "\n", "\n", "\n", "\r\n", " ", "7", "word", "\"",
		"\\", "data: ", "data:", "event: e", ": c", "[DONE]", "null",
		"{\"choices\":[{\"message\":{\"content\":\"z\"}}]}",
	};
	static const char *const heads[] = {
		"{\"response\":\"first\"}\n", "[\"first\",",
		"{\"response\":\n\"first\"}\n", "\"a\"\n\"b\"\n",
	};

	(void)state;
	srand(4);
	for (int round = 0; round < 6000; round++) {
		struct feed_opts opts = { .source = "x" };
		struct buf s = { 0 };

		buf_puts(&s, heads[round % 4]);
		for (int i = rand() % 20; i > 0; i--)
			buf_puts(&s, words[(size_t)rand() % ARRAY_LEN(words)]);
		assert_indexed(&opts, s.data, s.len, (size_t)rand() % 9 + 1);
		buf_release(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_of_records),
		cmocka_unit_test(one_by_one_is_the_same),
		cmocka_unit_test(any_source_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
