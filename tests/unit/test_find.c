/* All hits of a pattern beside a naive search, whatever the slices; broken and
 * hostile patterns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/find.h"
#include "base/buf.h"
#include "system/clock.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool naive_match(const char *s, const char *p, size_t len)
{
	bool fold = true;
	for (size_t i = 0; i < len; i++)
		fold = fold && !(p[i] >= 'A' && p[i] <= 'Z');
	for (size_t i = 0; i < len; i++)
		if ((fold ? lower(s[i]) : s[i]) != p[i])
			return false;
	return true;
}

static struct find_hits find_all(struct find *f, const char *s, size_t n)
{
	struct find_hits hits = { 0 };

	for (size_t at = 0; !find_slice(f, s, n, &at, &hits);)
		;
	return hits;
}

/* Number of hits, and the first one. */
static size_t count(const char *pattern, const char *s, size_t n,
		    struct find_hit *first)
{
	struct find *f = find_new(pattern, strlen(pattern));
	struct find_hits hits = find_all(f, s, n);
	size_t found = hits.n;

	if (found && first)
		*first = hits.at[0];
	mem_free(hits.at);
	find_free(f);
	return found;
}

static void test_random(void **state)
{
	(void)state;
	srand(7);
	for (int round = 0; round < 20000; round++) {
		char s[60], p[8];
		size_t n = (size_t)rand() % sizeof(s);
		size_t len = (size_t)rand() % 4 + 1, k = 0;
		struct find_hits hits;
		struct find *f;

		for (size_t i = 0; i < n; i++)
			s[i] = "abAB\n\xff"[rand() % 6]; /* no UTF-8 */
		for (size_t i = 0; i < len; i++)
			p[i] = (rand() % 8 ? "ab" : "AB")[rand() % 2];
		f = find_new(p, len);
		hits = find_all(f, s, n);
		for (size_t i = 0; i + len <= n;) {
			if (!naive_match(s + i, p, len)) {
				i++;
				continue;
			}
			assert_true(k < hits.n);
			assert_int_equal(hits.at[k].from, i);
			assert_int_equal(hits.at[k].to, i + len);
			assert_int_equal(find_hit_from(&hits, i), k);
			k++;
			i += len;
		}
		assert_int_equal(hits.n, k);
		mem_free(hits.at);
		find_free(f);
	}
}

static void test_expressions(void **state)
{
	static const char s[] = "So x = 7.\nWait, so X = 42.\n"
				"\xff\xfe caf\xc3\xa9 END\n";
	static const struct {
		const char *pattern;
		size_t n, from, to;
	} rows[] = {
		{ "x = \\d+", 2, 3, 8 },
		{ "X = \\d+", 1, 19, 25 },
		{ "^wait", 1, 10, 14 },
		{ "\\.$", 2, 8, 9 },
		{ "\\W+END", 1, 35, 39 },  /* \W is no capital */
		{ "caf.", 1, 30, 35 },       /* a character, not a byte */
		{ "\xff\xfe", 1, 27, 29 }, /* no UTF-8: bytes */
		{ "x*", 2, 3, 4 },          /* never an empty hit */
		{ "7.\nW", 0, 0, 0 },       /* a hit lies within a line */
		{ "(?<=x) =", 2, 4, 6 },
		{ "z", 0, 0, 0 },
		{ "", 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct find_hit first = { 0, 0 };

		assert_int_equal(count(rows[i].pattern, s, sizeof(s) - 1,
				       &first), rows[i].n);
		assert_int_equal(first.from, rows[i].from);
		assert_int_equal(first.to, rows[i].to);
	}
}

/* What is no expression is searched as it is written, and says why. */
static void test_literal(void **state)
{
	static const char *const broken[] = { "(7", "a[", "*", "x{2,1}", "(?",
					      "\\" };
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		struct find *f = find_new(broken[i], strlen(broken[i]));
		struct buf text = { 0 };
		struct find_hits hits;

		buf_printf(&text, "one %s two\nand %s", broken[i], broken[i]);
		hits = find_all(f, text.data, text.len);
		assert_true(find_trouble(f)[0]);
		assert_int_equal(hits.n, 2);
		assert_int_equal(hits.at[0].from, 4);
		mem_free(hits.at);
		buf_release(&text);
		find_free(f);
	}
}

/* A slice is short whatever the pattern and the text; what takes too long is
 * given up and counted, and the lines around it are searched. */
static void test_hostile(void **state)
{
	static const char *const patterns[] = {
		"(a+)+$", "(a*)*b", "(a|aa)+$", "(?:a?){40}a{40}b",
		"(.*)(.*)(.*)(.*)(.*)[^a]z", "((a{1,100}){1,100})b",
	};
	struct buf text = { 0 };

	(void)state;
	for (int line = 0; line < 40; line++) {
		for (int i = 0; i < 3000; i++)
			buf_putc(&text, 'a');
		buf_puts(&text, "!\n");
	}
	for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
		struct find *f = find_new(patterns[i], strlen(patterns[i]));
		struct find_hits hits = { 0 };
		uint64_t longest = 0;
		bool done = false;

		for (size_t at = 0; !done;) {
			uint64_t began = now_us();

			done = find_slice(f, text.data, text.len, &at, &hits);
			longest = MAX(longest, now_us() - began);
		}
		assert_true(longest < 500000); /* a loaded machine, too */
		mem_free(hits.at);
		find_free(f);
	}
	buf_release(&text);
}

/* Long lines are several; many hits are cut; a text that grows is looked at
 * again from its last line on. */
static void test_limits(void **state)
{
	size_t n = 3 * (size_t)FIND_HITS_MAX;
	char *s = mem_alloc(n);
	struct find *f = find_new("x", 1);
	struct find_hits hits;

	(void)state;
	memset(s, 'x', n);
	hits = find_all(f, s, n);
	assert_int_equal(hits.n, FIND_HITS_MAX);
	assert_int_equal(find_line(s, 5), 0);
	assert_int_equal(find_line(s, 2 * FIND_LINE_BYTES + 7),
			 2 * FIND_LINE_BYTES);
	s[100] = '\n';
	assert_int_equal(find_line(s, 150), 101);
	assert_int_equal(find_line(s, 101), 101);
	mem_free(hits.at);
	find_free(f);
	mem_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_expressions),
		cmocka_unit_test(test_literal),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
