/* Lines found anywhere beside lines found from the start. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "draw/text_layout.h"

enum { LINES_MAX = 400000 };

/* All line starts, from the beginning. */
static size_t all_lines(const struct text_layout *l, size_t *starts)
{
	size_t n = 0;
	for (size_t at = 0; at < l->len;) {
		struct text_line line = text_layout_line(l, at);
		assert_int_equal(line.from, at);
		assert_true(line.shown >= at && line.next >= line.shown);
		assert_true(line.next > at && line.next <= l->len);
		assert_true(n < LINES_MAX);
		starts[n++] = at;
		at = line.next;
	}
	return n;
}

static size_t index_of(const size_t *starts, size_t n, size_t at)
{
	size_t i = 0, end = n;
	while (end - i > 1) {
		size_t mid = i + (end - i) / 2;
		if (starts[mid] <= at)
			i = mid;
		else
			end = mid;
	}
	return i;
}

/* Every question about lines agrees with the walk from the start. */
static void check(const struct text_layout *l, int questions)
{
	static size_t starts[LINES_MAX];
	size_t n = all_lines(l, starts);
	for (int q = 0; q < questions && n > 0; q++) {
		size_t at = ((size_t)rand() << 15 ^ (size_t)rand()) % l->len;
		size_t i = index_of(starts, n, at);
		long k, left;
		size_t to, moved;

		assert_int_equal(text_layout_start(l, at), starts[i]);

		k = rand() % 60;
		left = k;
		to = text_layout_up(l, starts[i], &left);
		moved = MIN(i, (size_t)k);
		assert_int_equal(to, starts[i - moved]);
		assert_int_equal(left, k - (long)moved);

		left = k;
		to = text_layout_down(l, starts[i], &left);
		moved = MIN(n - 1 - i, (size_t)k);
		assert_int_equal(to, starts[i + moved]);
		assert_int_equal(left, k - (long)moved);
	}
}

static struct text_layout layout(const struct buf *b, int width)
{
	return (struct text_layout){
		.text = b->data, .len = b->len, .width = width,
	};
}

static void test_wrapping(void **state)
{
	static const struct {
		const char *text;
		int width;
		const char *lines; /* joined by '|', as they are shown */
	} rows[] = {
		{ "one two three", 8, "one two |three" },
		{ "one two three", 7, "one two|three" },
		{ "one two three", 3, "one|two|thr|ee" },
		{ "a\n\nb", 5, "a||b" },
		{ "abcdefgh", 3, "abc|def|gh" },
		{ "a cdefghij", 6, "a cdef|ghij" },
		{ "日本語テキスト", 5, "日本|語テ|キス|ト" },
		{ "e\u0301e\u0301e\u0301", 2, "e\u0301e\u0301|e\u0301" },
		{ "日", 1, "日" },
		{ "", 5, "" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf out = { 0 };
		struct text_layout l = { .text = rows[i].text,
					 .len = strlen(rows[i].text),
					 .width = rows[i].width };
		for (size_t at = 0; at < l.len;) {
			struct text_line line = text_layout_line(&l, at);
			if (at > 0)
				buf_putc(&out, '|');
			buf_append(&out, l.text + line.from,
				   line.shown - line.from);
			at = line.next;
		}
		assert_string_equal(buf_cstr(&out), rows[i].lines);
		buf_release(&out);
	}
}

static const char *const pieces[] = {
	"word ", "a ", "\n", "longerword ", "日本", "e\u0301", "\xff",
	"\t", "\r\n", "👩‍👩‍👧‍👦", "x", "\xe2\x80", "  ", "\x1b[31m",
};

static void test_random(void **state)
{
	(void)state;
	srand(3);
	for (int round = 0; round < 40; round++) {
		struct buf b = { 0 };
		size_t kinds = 1 + (size_t)rand() % ARRAY_LEN(pieces);
		size_t n = (size_t)rand() % 60000;
		struct text_layout l;

		while (b.len < n)
			buf_puts(&b, pieces[(size_t)rand() % kinds]);
		l = layout(&b, 1 + rand() % 120);
		l.ascii = rand() % 4 == 0;
		l.n_breaks = (size_t)rand() % 3;
		for (size_t i = 0; i < l.n_breaks; i++)
			l.breaks[i] = i * n / 3 + 17;
		while (l.n_breaks > 0 && l.breaks[l.n_breaks - 1] >= b.len)
			l.n_breaks--;
		check(&l, 200);
		buf_release(&b);
	}
}

/* 4 MB without a line feed: with blanks, without, and all of them marks. */
static void test_endless_lines(void **state)
{
	static const char *const units[] = { "some words ", "x", "日",
					     "\xcc\x81" };
	(void)state;
	srand(5);
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		struct buf b = { 0 };
		struct text_layout l;

		while (b.len < 4 * 1000 * 1000)
			buf_puts(&b, units[i]);
		l = layout(&b, 100);
		check(&l, 300);
		buf_release(&b);
	}
}

static void test_breaks(void **state)
{
	struct text_layout l = { .text = "aaaa bbbb cccc", .len = 14,
				 .width = 40, .breaks = { 7 }, .n_breaks = 1 };
	struct text_line line;

	(void)state;
	line = text_layout_line(&l, 0);
	assert_int_equal(line.shown, 7);
	assert_int_equal(line.next, 7);
	assert_int_equal(text_layout_start(&l, 9), 7);
	assert_int_equal(text_layout_start(&l, 6), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrapping),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_endless_lines),
		cmocka_unit_test(test_breaks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
