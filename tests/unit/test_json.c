/* json.c: by hand, beside another library, cut anywhere. */
#include "config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "oracle_json.h"
#include "json/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The tree as text again, so that a table can say what it is. */
static void put_value(struct buf *out, struct json_value v)
{
	size_t n;
	const char *s;

	switch (json_type(v)) {
	case JSON_STRING:
		s = json_text(v, &n);
		json_put_string(out, s, n);
		return;
	case JSON_NUMBER:
		if (isfinite(json_number(v, NAN)))
			json_put_number(out, json_number(v, NAN));
		else
			buf_printf(out, "%g", json_number(v, NAN));
		return;
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	default:
		buf_puts(out, json_is(v, JSON_NULL)    ? "null" :
			      json_is(v, JSON_TRUE)    ? "true" :
			      json_is(v, JSON_FALSE)   ? "false" : "none");
		return;
	}
	buf_puts(out, json_is(v, JSON_ARRAY) ? "[" : "{");
	for (struct json_value c = json_first(v); c.doc; c = json_next(c)) {
		if (c.at != json_first(v).at)
			buf_putc(out, ',');
		s = json_key(c, &n);
		if (json_is(v, JSON_OBJECT))
			buf_printf(out, "%.*s:", (int)n, s);
		put_value(out, c);
	}
	buf_puts(out, json_is(v, JSON_ARRAY) ? "]" : "}");
}

static const struct {
	const char *in, *want; /* a tree, or "! byte what" */
} cases[] = {
	{ "{\"a\":[1,\"x\"],\"b\":null}", "{a:[1,\"x\"],b:null}" },
	{ " [ ] ", "[]" },
	{ "{}", "{}" },
	{ "[[],{},[[]]]", "[[],{},[[]]]" },
	{ "true", "true" },
	{ "-0.5e-3", "-0.0005" },
	{ "12345678901234567890", "1.23456789e+19" },
	{ "1e400", "inf" },
	{ "-1e400", "-inf" },
	{ "1e-400", "0" },
	{ "[NaN,Infinity,-Infinity]", "[nan,inf,-inf]" },
	{ "\"\\\"\\\\\\/\\n\\t\"", "\"\\\"\\\\/\\n\\t\"" },
	{ "\"\\u00e9\\u65e5\"", "\"\u00e9\u65e5\"" },
	{ "\"\\ud83d\\udc4d\"", "\"\U0001f44d\"" },
	{ "\"a\nb\"", "\"a\\nb\"" },
	{ "{\"a\":1,\"a\":2}", "{a:1,a:2}" },
	{ "", "! 0 a value was expected" },
	{ "  ", "! 2 a value was expected" },
	{ "[1,]", "! 3 a value was expected" },
	{ "[1 2]", "! 3 a ',' or ']' was expected" },
	{ "[1}", "! 2 a ',' or ']' was expected" },
	{ "{\"a\" 1}", "! 5 a ':' was expected" },
	{ "{\"a\":1,}", "! 7 a member's name in quotes was expected" },
	{ "{a:1}", "! 1 a member's name in quotes was expected" },
	{ "{\"a\":1", "! 6 an object has no end" },
	{ "[1", "! 2 an array has no end" },
	{ "\"abc", "! 0 a string has no end" },
	{ "\"abc\\\"", "! 0 a string has no end" },
	{ "\"\\x\"", "! 0 an escape in a string is malformed" },
	{ "\"\\u12g4\"", "! 0 an escape in a string is malformed" },
	{ "\"\\u12\"", "! 0 an escape in a string is malformed" },
	{ "tru", "! 0 a value was expected" },
	{ "nul", "! 0 a value was expected" },
	{ "truex", "! 4 something follows the end of the value" },
	{ "{} {}", "! 3 something follows the end of the value" },
	{ "01", "! 0 a value was expected" },
	{ "-", "! 0 a value was expected" },
	{ "1.", "! 0 a value was expected" },
	{ ".5", "! 0 a value was expected" },
	{ "1e", "! 0 a value was expected" },
	{ "1e+", "! 0 a value was expected" },
	{ "+1", "! 0 a value was expected" },
	{ "[-]", "! 1 a value was expected" },
	{ "'a'", "! 0 a value was expected" },
};

static void trees_by_hand(void **state)
{
	struct json j = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct json_trouble trouble;
		struct buf got = { 0 };
		size_t n = strlen(cases[i].in);

		if (json_read(&j, cases[i].in, n, false, &trouble))
			put_value(&got, json_root(&j));
		else
			buf_printf(&got, "! %zu %s", trouble.byte,
				   trouble.what);
		if (strcmp(buf_cstr(&got), cases[i].want) != 0)
			fail_msg("%s: %s instead of %s", cases[i].in, got.data,
				 cases[i].want);
		buf_release(&got);
	}
	json_release(&j);
}

static void by_hand_as_the_oracle(void **state)
{
	(void)state;
#ifndef HAVE_JANSSON
	skip();
#endif
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *why = oracle_json(cases[i].in,
					      strlen(cases[i].in));

		if (why)
			fail_msg("%s: %s", cases[i].in, why);
	}
}

static void put_random(struct buf *out, int depth)
{
	static const char *const scalars[] = {
		"null", "true", "false", "0", "-1", "3.25", "1e5", "-2.5E-7",
		"1.7976931348623157e308", "123456789012345678", "\"\"",
		"\"a\"", "\"\\u0000\"", "\"\\ud83d\\udc4d \\n\"",
		"\"\u65e5 \\\\ \\\"\"", "0.1", "1e-320", "4.9e-324",
	};
	int n = rand() % 4;
	bool array = rand() % 2;

	if (depth == 0 || rand() % 3 == 0) {
		buf_puts(out, scalars[(size_t)rand() % ARRAY_LEN(scalars)]);
		return;
	}
	buf_puts(out, array ? "[" : "{ ");
	for (int i = 0; i < n; i++) {
		if (i)
			buf_puts(out, rand() % 2 ? "," : " , ");
		if (!array)
			buf_printf(out, "\"k%d\\t\":", rand() % 4);
		put_random(out, depth - 1);
	}
	buf_puts(out, array ? "]" : "}");
}

static void assert_oracle(const struct buf *s)
{
	const char *why = oracle_json(s->data, s->len);

	if (why)
		fail_msg("%.*s: %s", (int)s->len, s->data, why);
}

/* Good JSON, and the same with one byte changed, added or taken away. */
static void any_json_as_the_oracle(void **state)
{
	static const char bytes[] = "{}[]\",:\\ue0-1.nt \n\xff\x80";

	(void)state;
#ifndef HAVE_JANSSON
	skip();
#endif
	srand(5);
	for (int round = 0; round < 3000; round++) {
		struct buf s = { 0 };

		put_random(&s, 5);
		assert_oracle(&s);
		for (int k = 0; k < 5 && s.len; k++) {
			size_t at = (size_t)rand() % s.len;

			if (rand() % 3)
				s.data[at] = bytes[(size_t)rand() %
						   (sizeof(bytes) - 1)];
			else
				buf_drop(&s, 1);
			assert_oracle(&s);
		}
		buf_release(&s);
	}
}

/* However much of a container or string is there, it is read as far as it
 * goes: what is complete is the same. */
static void any_beginning_can_be_read(void **state)
{
	struct json j = { 0 };

	(void)state;
	srand(6);
	for (int round = 0; round < 2000; round++) {
		struct buf s = { 0 };

		buf_puts(&s, "[");
		put_random(&s, 4);
		buf_puts(&s, ",-1.5e-07]");
		for (size_t n = 1; n <= s.len; n++) {
			char *exact = mem_alloc(n);
			struct json_trouble trouble;

			memcpy(exact, s.data, n);
			if (!json_read(&j, exact, n, true, &trouble))
				fail_msg("%.*s: %s at %zu", (int)n, s.data,
					 trouble.what, trouble.byte);
			mem_free(exact);
		}
		buf_release(&s);
	}
	json_release(&j);
}

static void nothing_is_lost_in_strings(void **state)
{
	static const char in[] = "\"\xff\\u0000\\udc4d\\ud83d\\ud83d\\udc4d"
				 "\x01\xc0\"";
	static const char want[] = "\xff\0\xed\xb1\x8d\xed\xa0\xbd"
				   "\xf0\x9f\x91\x8d\x01\xc0";
	struct json j = { 0 };
	size_t n;
	const char *s;

	(void)state;
	assert_true(json_read(&j, in, sizeof(in) - 1, false, NULL));
	s = json_text(json_root(&j), &n);
	assert_int_equal(n, sizeof(want) - 1);
	assert_memory_equal(s, want, n);
	json_release(&j);
}

static void looking_takes_any_value(void **state)
{
	struct json j = { 0 };
	struct json_value none = { 0 }, v;
	size_t n = 1;

	(void)state;
	assert_false(json_root(&j).doc);
	assert_int_equal(json_type(none), JSON_NONE);
	assert_false(json_get(none, "a").doc || json_at(none, 0).doc ||
		     json_first(none).doc || json_next(none).doc);
	assert_null(json_text(none, &n));
	assert_int_equal(n, 0);
	assert_true(json_read(&j, "{\"a\":[1,2],\"b\":\"bc\",\"a\":[3]}", 28,
			      false, NULL));
	v = json_root(&j);
	assert_int_equal(json_count(v), 3);
	assert_int_equal(json_u32(json_at(json_get(v, "a"), 0), 9), 3);
	assert_int_equal(json_u32(json_at(json_get(v, "a"), 1), 9), 9);
	assert_int_equal(json_u32(json_get(v, "b"), 9), 9);
	assert_true(json_text_begins(json_get(v, "b"), "b"));
	assert_false(json_text_is(json_get(v, "b"), "b"));
	assert_false(json_get(json_get(v, "a"), "a").doc);
	json_release(&j);
}

static void depth_is_limited(void **state)
{
	struct json j = { 0 };
	struct buf s = { 0 };

	(void)state;
	for (int i = 0; i < JSON_DEPTH_MAX; i++)
		buf_putc(&s, '[');
	for (int i = 0; i < JSON_DEPTH_MAX; i++)
		buf_putc(&s, ']');
	assert_true(json_read(&j, s.data, s.len, false, NULL));
	s.data[JSON_DEPTH_MAX] = '[';
	assert_false(json_read(&j, s.data, s.len, false, NULL));
	assert_false(json_read(&j, s.data, s.len, true, NULL));
	buf_release(&s);
	json_release(&j);
}

static const struct {
	const char *text;
	uint32_t want; /* 7: no such number */
} u32_cases[] = {
	{ "0", 0 }, { "1e3", 1000 }, { "4294967294", 4294967294u },
	{ "4294967295", 7 }, { "4294967296", 7 }, { "-1", 7 }, { "0.5", 7 },
	{ "1e99", 7 }, { "NaN", 7 }, { "Infinity", 7 }, { "\"3\"", 7 },
};

static void whole_numbers(void **state)
{
	struct json j = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(u32_cases); i++) {
		assert_true(json_read(&j, u32_cases[i].text,
				      strlen(u32_cases[i].text), false, NULL));
		assert_int_equal(json_u32(json_root(&j), 7),
				 u32_cases[i].want);
	}
	json_release(&j);
}

/* Digits beyond the nineteenth are counted, and nothing is still nothing. */
static void numbers_of_any_length(void **state)
{
	static const struct {
		const char *text;
		double want;
	} rows[] = {
		{ "0e999", 0 },
		{ "-0.0e-999", 0 },
		{ "1e-999", 0 },
		{ "12345678901234567890123456789", 1.2345678901234568e28 },
		{ "0.12345678901234567890123456789", 0.12345678901234568 },
		{ "98765432109876543210.5e3", 9.8765432109876543e22 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		double got = json_parse_number(rows[i].text,
					       strlen(rows[i].text));

		assert_true(fabs(got - rows[i].want) <=
			    1e-12 * fabs(rows[i].want));
	}
}

/* Any value as it stood, whatever stands behind it, and written anew. */
static void values_are_spelled(void **state)
{
	static const char *const values[] = {
		"{}", "[ 1 , [2] ]", "{\"a\":{\"b\":[]}, \"c\" : null}",
		"\"a\\\"b\"", "-1.50e+2", "true", "false", "null", "0",
		"[\"]\", {\"}\":\"[\"}]",
	};
	struct json j = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		struct buf in = { 0 }, out = { 0 }, again = { 0 };
		size_t len;
		const char *s;

		buf_printf(&in, " [%s , [7, \"x\"]] ", values[i]);
		assert_true(json_read(&j, in.data, in.len, false, NULL));
		s = json_spelled(json_first(json_root(&j)), &len);
		assert_int_equal(len, strlen(values[i]));
		assert_memory_equal(s, values[i], len);
		json_put(&out, json_root(&j));
		assert_true(json_read(&j, out.data, out.len, false, NULL));
		json_put(&again, json_root(&j));
		assert_string_equal(buf_cstr(&again), buf_cstr(&out));
		buf_release(&in);
		buf_release(&out);
		buf_release(&again);
	}
	assert_null(json_spelled((struct json_value){ 0 }, &(size_t){ 1 }));
	json_release(&j);
}

static void containers_are_written(void **state)
{
	static const char in[] = "{ \"a\\n\" : [1, 2.50,{}] ,\"b\":[ ]}";
	struct json j = { 0 };
	struct buf out = { 0 };

	(void)state;
	assert_true(json_read(&j, in, sizeof(in) - 1, false, NULL));
	json_put(&out, json_root(&j));
	assert_string_equal(buf_cstr(&out),
			    "{\"a\\n\":[1,2.50,{}],\"b\":[]}");
	buf_release(&out);
	json_release(&j);
}

/* What is no UTF-8 is told apart, and written as its mark. */
static void bytes_are_written(void **state)
{
	static const struct {
		const char *bytes, *want;
		bool utf8;
	} rows[] = {
		{ "", "\"\"", true },
		{ "caf\xc3\xa9", "\"caf\xc3\xa9\"", true },
		{ "a\xff" "b", "\"a\\ufffdb\"", false },
		{ "abc\xc3", "\"abc\\ufffd\"", false },
		{ "\"\\\n\t\x01\x7f", "\"\\\"\\\\\\n\\t\\u0001\\u007f\"",
		  true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t n = strlen(rows[i].bytes);
		struct buf out = { 0 };

		json_put_string(&out, rows[i].bytes, n);
		assert_string_equal(buf_cstr(&out), rows[i].want);
		assert_int_equal(json_is_utf8(rows[i].bytes, n),
				 rows[i].utf8);
		buf_release(&out);
	}
}

/* What is written is read back. */
static void written_is_read(void **state)
{
	struct json j = { 0 };

	(void)state;
	srand(8);
	for (int round = 0; round < 5000; round++) {
		float value = (float)ldexp(rand() - RAND_MAX / 2,
					   rand() % 200 - 130);
		struct buf out = { 0 };
		char text[12];
		size_t n;
		const char *s;

		for (size_t i = 0; i < sizeof(text); i++)
			text[i] = (char)(rand() % 128);
		buf_putc(&out, '[');
		json_put_string(&out, text, sizeof(text));
		buf_putc(&out, ',');
		json_put_number(&out, value);
		buf_putc(&out, ']');
		assert_true(json_read(&j, out.data, out.len, false, NULL));
		s = json_text(json_first(json_root(&j)), &n);
		assert_int_equal(n, sizeof(text));
		assert_memory_equal(s, text, n);
		assert_true((float)json_number(json_at(json_root(&j), 1), 0) ==
			    value);
		buf_release(&out);
	}
	json_release(&j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trees_by_hand),
		cmocka_unit_test(by_hand_as_the_oracle),
		cmocka_unit_test(any_json_as_the_oracle),
		cmocka_unit_test(any_beginning_can_be_read),
		cmocka_unit_test(nothing_is_lost_in_strings),
		cmocka_unit_test(looking_takes_any_value),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(whole_numbers),
		cmocka_unit_test(numbers_of_any_length),
		cmocka_unit_test(values_are_spelled),
		cmocka_unit_test(containers_are_written),
		cmocka_unit_test(bytes_are_written),
		cmocka_unit_test(written_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
