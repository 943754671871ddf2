/* utf8.c: decoding beside the table of RFC 3629; the sanitiser beside the
 * list of what may reach no terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "naive_utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void same_decoding(const unsigned char *bytes, size_t n)
{
	size_t used, want_used;
	const char *s = (const char *)bytes;
	int32_t cp = utf8_decode(s, n, &used);
	int32_t want = naive_decode(s, n, &want_used);

	if (cp != want || used != want_used)
		fail_msg("%02x %02x %02x %02x (%zu): %ld, %zu bytes instead of "
			 "%ld, %zu", bytes[0], bytes[1], bytes[2], bytes[3], n,
			 (long)cp, used, (long)want, want_used);
}

/* Every first, second and third byte; of the fourth the edges. */
static void decodes_as_the_table(void **state)
{
	static const unsigned char edges[] = { 0x00, 0x7f, 0x80, 0xbf, 0xc0 };
	unsigned char b[4];

	(void)state;
	for (unsigned first = 0; first < 256; first++) {
		for (unsigned rest = 0; rest < 65536; rest += first < 0xe0 ?
							      37 : 1) {
			b[0] = (unsigned char)first;
			b[1] = (unsigned char)(rest >> 8);
			b[2] = (unsigned char)rest;
			b[3] = edges[rest % ARRAY_LEN(edges)];
			for (size_t n = 1; n <= 4; n++)
				same_decoding(b, n);
		}
	}
}

static void every_scalar_value_comes_back(void **state)
{
	(void)state;
	for (int32_t cp = 0; cp <= 0x10ffff; cp++) {
		char s[4];
		size_t used, n = utf8_encode(cp, s);
		int32_t back = utf8_decode(s, n, &used);

		assert_int_equal(used, n);
		if (cp >= 0xd800 && cp <= 0xdfff)
			assert_int_equal(back, 0xfffd);
		else
			assert_int_equal(back, cp);
	}
}

static void no_code_point_has_a_mark(void **state)
{
	static const int32_t none[] = { -1, INT32_MIN, 0x110000, INT32_MAX };
	char s[4];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(none); i++) {
		assert_int_equal(utf8_encode(none[i], s), 3);
		assert_memory_equal(s, "\xef\xbf\xbd", 3);
	}
}

static void no_harm(const char *name, const char *s, size_t n)
{
	for (int ascii = 0; ascii < 2; ascii++) {
		struct buf out = { 0 };
		int32_t harm;

		utf8_sanitize(&out, s, n, ascii, false);
		harm = naive_harm(out.data, out.len);
		if (harm >= 0)
			fail_msg("%s: U+%04lX comes through", name,
				 (unsigned long)harm);
		for (size_t i = 0; ascii && i < out.len; i++)
			assert_in_range((unsigned char)out.data[i], 0x20, 0x7e);
		buf_release(&out);
	}
}

/* What a terminal would obey, and what comes out for it. */
static const struct {
	const char *name, *bytes, *want, *ascii;
} harms[] = {
	{ "CSI", "\x1b[31mred", "\u241b[31mred", "^[[31mred" },
	{ "CSI in C1", "\xc2\x9b" "31m", "\\u009b31m", "\\u009b31m" },
	{ "CSI as a byte", "\x9b" "31m", "\\x9b31m", "\\x9b31m" },
	{ "OSC 52", "\x1b]52;c;AAAA\a", "\u241b]52;c;AAAA\u2407",
	  "^[]52;c;AAAA^G" },
	{ "OSC as a byte", "\x9d" "0;title\x9c", "\\x9d0;title\\x9c",
	  "\\x9d0;title\\x9c" },
	{ "DCS", "\x1bP1;1|x\x1b\\", "\u241bP1;1|x\u241b\\", "^[P1;1|x^[\\" },
	{ "DCS in C1", "\xc2\x90q", "\\u0090q", "\\u0090q" },
	{ "APC, PM, SOS", "\x1b_a\x1b^b\x1bXc", "\u241b_a\u241b^b\u241bXc",
	  "^[_a^[^b^[Xc" },
	{ "BEL, BS, DEL", "\a\b\x7f", "\u2407\u2408\u2421", "^G^H^?" },
	{ "CR", "good\rbad", "good\u240dbad", "good^Mbad" },
	{ "NEL", "\xc2\x85", "\\u0085", "\\u0085" },
	{ "right-to-left override", "\xe2\x80\xaexe", "\\u202exe",
	  "\\u202exe" },
	{ "isolates", "\xe2\x81\xa6\xe2\x81\xa9", "\\u2066\\u2069",
	  "\\u2066\\u2069" },
	{ "marks of direction", "\xe2\x80\x8f\xd8\x9c", "\\u200f\\u061c",
	  "\\u200f\\u061c" },
	{ "line separator", "\xe2\x80\xa8", "\\u2028", "\\u2028" },
	{ "byte order mark", "\xef\xbb\xbf", "\\ufeff", "\\ufeff" },
	{ "overlong ESC", "\xc0\x9b[0m", "\\xc0\\x9b[0m", "\\xc0\\x9b[0m" },
	{ "cut", "a\xe2\x80", "a\\xe2\\x80", "a\\xe2\\x80" },
	{ "lone surrogate", "\xed\xa0\xbd", "\\ud83d",
	  "\\ud83d" },
	{ "beyond Unicode", "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80",
	  "\\xf4\\x90\\x80\\x80" },
};

static void assert_sanitised(const char *name, const char *bytes,
			     const char *want, bool ascii)
{
	struct buf out = { 0 };

	utf8_sanitize(&out, bytes, strlen(bytes), ascii, false);
	if (strcmp(buf_cstr(&out), want) != 0)
		fail_msg("%s: \"%s\" instead of \"%s\"", name, out.data, want);
	buf_release(&out);
}

static void harm_is_shown(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(harms); i++) {
		assert_sanitised(harms[i].name, harms[i].bytes, harms[i].want,
				 false);
		assert_sanitised(harms[i].name, harms[i].bytes, harms[i].ascii,
				 true);
		no_harm(harms[i].name, harms[i].bytes, strlen(harms[i].bytes));
	}
}

/* Cut anywhere, as text that comes in pieces, nothing slips through. */
static void harm_cut_anywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(harms); i++)
		for (size_t n = strlen(harms[i].bytes), at = 0; at < n; at++) {
			no_harm(harms[i].name, harms[i].bytes, at);
			no_harm(harms[i].name, harms[i].bytes + at, n - at);
		}
}

/* Harmless text is left alone. */
static void text_stays(void **state)
{
	static const struct {
		const char *text;
		size_t width;
	} rows[] = {
		{ "plain", 5 },
		{ "na\u00efve", 5 },
		{ "e\u0301", 1 },              /* e and a combining acute */
		{ "\u65e5\u672c", 4 },
		{ "\U0001f44d", 2 },
		{ "\U0001f468\u200d\U0001f469\u200d\U0001f467", 2 },
		{ "\U0001f1e9\U0001f1ea", 2 },
		{ "x\u00b2 \u2264 \u221e", 6 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_sanitised(rows[i].text, rows[i].text, rows[i].text,
				 false);
		assert_int_equal(utf8_width(rows[i].text,
					    strlen(rows[i].text), false),
				 rows[i].width);
	}
	assert_sanitised("typography", "\u201c\u03c1\u201d \u2264 \u2026",
			 "\"rho\" <= ...", true);
}

static void lines_are_kept_if_asked(void **state)
{
	struct buf out = { 0 };

	(void)state;
	utf8_sanitize(&out, "a\n\tb\r\x1b", 6, true, true);
	assert_string_equal(buf_cstr(&out), "a\n\tb^M^[");
	buf_release(&out);
}

/* Every code point by itself and behind a letter: one step, no harm, and as
 * wide as it says. */
static void every_code_point_is_harmless(void **state)
{
	(void)state;
	for (int32_t cp = 0; cp <= 0x10ffff; cp++) {
		char s[5] = "a";
		size_t n = 1 + utf8_encode(cp, s + 1), used;
		struct utf8_cluster c;

		used = utf8_cluster(s + 1, n - 1, false, &c);
		if (used != n - 1 || naive_harm(c.text, c.len) >= 0 ||
		    c.width < 1 || c.len < 1)
			fail_msg("U+%04lX", (unsigned long)cp);
		used = utf8_cluster(s, n, false, &c);
		if (naive_harm(c.text, c.len) >= 0 || used > n)
			fail_msg("a and U+%04lX", (unsigned long)cp);
	}
}

/* Random bytes, mostly of the kinds that matter. */
static void noise_is_harmless(void **state)
{
	static const unsigned char likely[] = {
		0x1b, 0x9b, 0xc2, 0x80, 0x9f, 0xe2, 0x80, 0xae, 0xcc, 0x81,
		0xf0, 0x9f, 0x91, 0x8d, 0xef, 0xb8, 0x8f, 0xed, 0xa0, 'a',
	};
	char s[48];

	(void)state;
	srand(7);
	for (int round = 0; round < 20000; round++) {
		for (size_t i = 0; i < sizeof(s); i++)
			s[i] = (char)(rand() % 4 ?
				      likely[(size_t)rand() % sizeof(likely)] :
				      (unsigned char)rand());
		no_harm("noise", s, sizeof(s));
	}
}

/* What stands behind the n-th byte is not looked at, and a cluster is as long
 * as there is room for, to the byte. */
static void clusters_end_where_they_are_told(void **state)
{
	static const char text[] = "e\u0301\u0302\u0303x\u00e9\ufe00\ufe0f"
		"\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301";
	struct utf8_cluster a, b;

	(void)state;
	for (size_t from = 0; text[from]; from++)
		for (size_t n = 1; n <= strlen(text + from); n++) {
			char *exact = mem_alloc(n);

			memcpy(exact, text + from, n);
			assert_int_equal(utf8_cluster(text + from, n, false,
						      &a),
					 utf8_cluster(exact, n, false, &b));
			assert_int_equal(a.len, b.len);
			assert_memory_equal(a.text, b.text, a.len);
			mem_free(exact);
		}
	assert_int_equal(utf8_cluster("a\ufe00b", 5, false, &a), 4);
	for (size_t n = 1; n < UTF8_CLUSTER_BYTES; n++) {
		struct buf s = { 0 };
		size_t room = (UTF8_CLUSTER_BYTES - (n % 2 ? 1 : 2)) / 2;

		buf_puts(&s, n % 2 ? "e" : "\u00e9");
		for (size_t i = 0; i < n; i++)
			buf_puts(&s, "\u0301");
		utf8_cluster(s.data, s.len, false, &a);
		assert_int_equal(a.len, (n % 2 ? 1 : 2) + 2 * MIN(n, room));
		buf_release(&s);
	}
}

/* A megabyte of combining marks takes bounded steps. */
static void marks_are_bounded(void **state)
{
	enum { MARKS = 500000 };
	struct buf s = { 0 };
	struct utf8_cluster c;
	size_t steps = 0;

	(void)state;
	buf_puts(&s, "e");
	for (int i = 0; i < MARKS; i++)
		buf_puts(&s, "\u0301");
	for (size_t at = 0; at < s.len; steps++) {
		size_t used = utf8_cluster(s.data + at, s.len - at, false, &c);

		assert_in_range(used, 1, 2 * UTF8_EXCESS_MAX);
		at += used;
	}
	assert_in_range(steps, 2, 2 + MARKS / UTF8_EXCESS_MAX * 2);
	buf_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_as_the_table),
		cmocka_unit_test(every_scalar_value_comes_back),
		cmocka_unit_test(harm_is_shown),
		cmocka_unit_test(harm_cut_anywhere),
		cmocka_unit_test(text_stays),
		cmocka_unit_test(lines_are_kept_if_asked),
		cmocka_unit_test(every_code_point_is_harmless),
		cmocka_unit_test(noise_is_harmless),
		cmocka_unit_test(no_code_point_has_a_mark),
		cmocka_unit_test(clusters_end_where_they_are_told),
		cmocka_unit_test(marks_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
