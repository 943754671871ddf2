/* Records that repeat the one before: read as if none had been before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "reading.h"
#include "same_json.h"
#include "json/json_repeat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads it both ways, from memory of its exact size. Returns whether it had
 * the shape of the one before. */
static bool read_both(struct json_repeat *r, const char *s, size_t n)
{
	struct json fresh = { 0 };
	struct json_trouble want = { 0, "" }, got = { 0, "" };
	uint64_t shape = r->json.shape;
	char *exact = mem_alloc(n);
	bool good, same;

	memcpy(exact, s, n);
	good = json_read(&fresh, exact, n, false, &want);
	if (json_repeat_read(r, exact, n, &got) != good ||
	    got.byte != want.byte || strcmp(got.what, want.what) != 0)
		fail_msg("%.*s: %s at %zu, wanted %s at %zu", (int)n, s,
			 got.what, got.byte, want.what, want.byte);
	if (good && !same_json(&r->json, &fresh))
		fail_msg("%.*s: another tree", (int)n, s);
	same = good && r->json.shape == shape;
	json_release(&fresh);
	mem_free(exact);
	return same;
}

/* Records, and for each whether it may be read by the one before. */
static const struct {
	const char *records[8];
	const char *same;
} sequences[] = {
	/* where they differ is learned from the second */
	{ { "{\"a\":\"x\"}", "{\"a\":\"yy\"}", "{\"a\":\"\"}",
	    "{\"a\":\"zzz\"}" }, "..==" },
	{ { "{\"a\":\"x\"}", "{\"a\":\"x\"}", "{\"a\":\"x\"}" }, ".==" },
	{ { "[1,2]", "[1,3]", "[1,-4.5e3]", "[1,NaN]", "[1,5]", "[1,6]" },
	  "..=..=" },
	{ { "[1,\"a\",{\"b\":\"c\"}]", "[22,\"a\",{\"b\":\"c\"}]",
	    "[3,\"b\",{\"b\":\"c\"}]", "[44,\"cc\",{\"b\":\"dd\"}]",
	    "[5,\"\",{\"b\":\"\"}]", "[666,\"e\",{\"b\":\"fff\"}]" },
	  "....==" },
	/* a number is not a string, a word is neither */
	{ { "[1]", "[2]", "[\"2\"]", "[2]", "[null]", "[3]" }, "......" },
	/* numbers that go on, that are none */
	{ { "[1]", "[2]", "[21]", "[2.]", "[01]", "[2]", "[3]" },
	  "..=...." },
	/* escapes: in the hole, beside it, broken */
	{ { "[\"a\"]", "[\"b\"]", "[\"\\n\"]", "[\"\\u00e9\\\"\"]", "[\"c\"]",
	    "[\"\\x\"]" }, "..===." },
	{ { "[\"\\t\",\"a\",\"\\n\"]", "[\"\\t\",\"bb\",\"\\n\"]",
	    "[\"\\t\",\"\\\\\",\"\\n\"]", "[\"\\t\",\"c\",\"\\n\"]" },
	  "..==" },
	{ { "[\"a\",\"x\"]", "[\"b\",\"x\"]", "[\"b\\\",\",\"x\"]",
	    "[\"b\\\\\",\"x\"]" }, "..==" },
	/* it ends early, late, not at all */
	{ { "[\"a\"]", "[\"b\"]", "[\"c\"", "[\"c", "[\"c\"]", "[\"c\"]]",
	    "[\"c\"]" }, "......." },
	/* white space is what it is; names differ */
	{ { "{\"a\": 1}", "{\"a\": 2}", "{\"a\":2}", "{\"b\":2}",
	    "{\"b\":3}" }, "....=" },
	/* the value alone */
	{ { "\"a\"", "\"b\"", "\"ccc\"", "7", "8", "99" }, "..=.==" },
	{ { "", "[]", "[]", "[1]", "[]" }, "..=.." },
};

static void shapes_are_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sequences); i++) {
		struct json_repeat r = { 0 };

		for (size_t k = 0; sequences[i].same[k]; k++) {
			const char *s = sequences[i].records[k];
			bool same = read_both(&r, s, strlen(s));

			if (same != (sequences[i].same[k] == '='))
				fail_msg("row %zu: %s: %s", i, s,
					 same ? "the same" : "another");
		}
		json_repeat_release(&r);
	}
}

/* More values that differ than there are holes. */
static void many_holes(void **state)
{
	struct json_repeat r = { 0 };
	struct buf s = { 0 };

	(void)state;
	srand(3);
	for (int round = 0; round < 4000; round++) {
		buf_clear(&s);
		for (int i = 0; i < 2 * REPEAT_HOLES_MAX; i++)
			buf_printf(&s, "%c%d", i ? ',' : '[', rand() % 12);
		buf_putc(&s, ']');
		read_both(&r, s.data, s.len);
	}
	json_repeat_release(&r);
	buf_release(&s);
}

/* --- streams of events, made by chance ---------------------------------- */

static const char *one_of(const char *const *words, size_t n)
{
	return words[(size_t)rand() % n];
}

#define ONE_OF(...)                                                            \
	one_of((const char *const[]){ __VA_ARGS__ },                           \
	       ARRAY_LEN(((const char *const[]){ __VA_ARGS__ })))

/* Now and then something that is not always there. */
static void put_extra(struct buf *out, const char *text, int one_in)
{
	if (rand() % one_in == 0)
		buf_puts(out, text);
}

static void put_delta(struct buf *out)
{
	buf_printf(out, "\"delta\":{");
	put_extra(out, "\"role\":\"assistant\",", 9);
	put_extra(out, "\"refusal\":null,", 30);
	put_extra(out, "\"reasoning\":\" because\",", 30);
	put_extra(out, "\"tool_calls\":[{\"function\":{\"arguments\":\"{\"}}],",
		  40);
	buf_printf(out, "\"%s\":%s}",
		   ONE_OF("content", "content", "content", "content",
			  "reasoning", "reasoning_content", "refusal"),
		   ONE_OF("\" the\"", "\" end\"", "\"\"", "\"\\n\"", "\" a\"",
			  "\"\\\"x\"", "\" b\"", "\"\\u00e9\"", "\" c\"",
			  "null", "\" d\"", "[{\"text\":\"e\"}]", "7"));
}

static void put_choice(struct buf *out)
{
	buf_printf(out, "{\"index\":%d,", rand() % 20 ? 0 : rand() % 3);
	if (rand() % 60 == 0)
		buf_puts(out, "\"text\":\" t\"");
	else
		put_delta(out);
	put_extra(out, ",\"logprobs\":null", 3);
	put_extra(out, ",\"logprobs\":{\"content\":[{\"token\":\" a\","
		       "\"logprob\":-1}]}", 60);
	put_extra(out, ",\"token_ids\":[7]", 60);
	put_extra(out, ",\"stop_reason\":\"repetition\"", 60);
	buf_printf(out, ",\"finish_reason\":%s}",
		   rand() % 25 ? "null" : ONE_OF("\"stop\"", "\"\"", "3"));
}

static void put_event(struct buf *out)
{
	buf_printf(out, "data: {\"id\":\"%s\",\"created\":%d,",
		   ONE_OF("x", "x", "x", "x", "x", "y", ""), 17 + rand() % 2);
	put_extra(out, "\"model\":\"m\",", 2);
	put_extra(out, "\"system_fingerprint\":\"fp_ollama\",", 40);
	put_extra(out, "\"system_fingerprint\":\"fp_other\",", 4);
	put_extra(out, "\"prompt_text\":\"What?\",", 60);
	put_extra(out, "\"error\":{\"message\":\"no\"},", 90);
	put_extra(out, "\"timings\":{\"predicted_ms\":12.5},", 90);
	put_extra(out, "\"obfuscation\":\"abc\",", 9);
	buf_puts(out, "\"choices\":[");
	if (rand() % 40) {
		put_choice(out);
		if (rand() % 60 == 0) {
			buf_putc(out, ',');
			put_choice(out);
		}
	}
	buf_printf(out, "],\"usage\":%s}\n\n",
		   rand() % 20 ? "null" : "{\"completion_tokens\":9}");
}

/* Repeats some events, changes some bytes. */
static void put_stream(struct buf *out)
{
	size_t from = 0;

	for (int i = 0; i < 40; i++) {
		if (i && rand() % 3) {
			size_t n = out->len - from;
			char *again = mem_strndup(out->data + from, n);

			from = out->len;
			buf_append(out, again, n);
			mem_free(again);
		} else {
			from = out->len;
			put_event(out);
		}
		if (rand() % 6 == 0)
			out->data[from + 8 +
				  (size_t)rand() % (out->len - from - 10)] =
				*ONE_OF("a", "7", "\"", "\\", "}", " ");
	}
	put_extra(out, "data: [DONE]\n\n", 2);
}

static void read_stream(const struct buf *s, bool in_full, struct buf *out)
{
	struct feed_opts opts = { .source = "x",
				  .format = "openai",
				  .in_full = in_full };

	buf_clear(out);
	reading_of(&opts, s->data, s->len, 0, out);
	buf_cstr(out);
}

static void streams_are_read_the_same(void **state)
{
	struct buf s = { 0 }, short_way = { 0 }, long_way = { 0 };

	(void)state;
	srand(5);
	for (int round = 0; round < 4000; round++) {
		buf_clear(&s);
		put_stream(&s);
		read_stream(&s, false, &short_way);
		read_stream(&s, true, &long_way);
		if (strcmp(short_way.data, long_way.data) != 0)
			fail_msg("round %d is read as\n%sinstead of\n%s", round,
				 short_way.data, long_way.data);
	}
	buf_release(&s);
	buf_release(&short_way);
	buf_release(&long_way);
}

/* Of events that bring text and nothing else, all but the first ones of a
 * shape are read the short way; of others none is. */
static void most_are_read_the_short_way(void **state)
{
	static const struct {
		const char *delta;
		bool is_short;
	} rows[] = {
		{ "{\"content\":\" w%d\"}", true },
		{ "{\"role\":\"assistant\",\"content\":\" w%d\"}", true },
		{ "{\"content\":\" w%d\",\"refusal\":null}", true },
		{ "{\"reasoning\":\" w%d\"}", true },
		{ "{\"reasoning_content\":\" w%d\"}", true },
		{ "{\"content\":\"\",\"reasoning\":\" w%d\"}", false },
		{ "{\"content\":\" w%d\",\"more\":\"x\"}", false },
	};
	enum { EVENTS = 100, LEARNT_FROM = 4 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct feed_opts opts = { .source = "x", .format = "openai" };
		struct reading *r = reading_new(&opts);
		struct buf s = { 0 };
		uint64_t n;

		for (int k = 0; k < EVENTS; k++) {
			buf_puts(&s, "data: {\"id\":\"a\",\"object\":\"chat."
				     "completion.chunk\",\"choices\":[{\"index"
				     "\":0,\"delta\":");
			buf_printf(&s, rows[i].delta, k + 100);
			buf_puts(&s, "}]}\n\n");
		}
		reading_bytes(r, s.data, s.len);
		n = feed_n_short(reading_feed(r));
		if (rows[i].is_short ? n < EVENTS - LEARNT_FROM || n > EVENTS
				     : n != 0)
			fail_msg("%s: %d of %d the short way", rows[i].delta,
				 (int)n, EVENTS);
		buf_clear(&s);
		reading_end(r, &s);
		buf_release(&s);
	}
}

/* The same events as records for the reader alone; most are repeats. */
static void records_are_read_the_same(void **state)
{
	struct json_repeat r = { 0 };
	struct buf s = { 0 };
	size_t n = 0, n_same = 0;

	(void)state;
	srand(7);
	for (int round = 0; round < 2000; round++) {
		char *line, *rest;

		buf_clear(&s);
		put_stream(&s);
		buf_cstr(&s);
		line = strtok_r(s.data, "\n", &rest);
		for (; line; line = strtok_r(NULL, "\n", &rest), n++)
			n_same += read_both(&r, line + MIN(6, strlen(line)),
					    strlen(line + MIN(6,
							      strlen(line))));
	}
	assert_true(n_same * 4 > n && n_same < n);
	json_repeat_release(&r);
	buf_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shapes_are_seen),
		cmocka_unit_test(many_holes),
		cmocka_unit_test(records_are_read_the_same),
		cmocka_unit_test(streams_are_read_the_same),
		cmocka_unit_test(most_are_read_the_short_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
