/* The line at the foot: editing, history, completion, and its limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "draw/prompt.h"

static void type(struct prompt *p, const char *keys)
{
	for (size_t at = 0; keys[at];) {
		struct key key;
		size_t took = key_decode(keys + at, strlen(keys + at), true,
					 &key);

		assert_true(took > 0);
		prompt_key(p, key.code);
		at += took;
	}
}

/* What is typed, and the line that stands there then. */
static const struct {
	const char *keys, *line;
} rows[] = {
	{ "abc", "abc" },
	{ "ab\xc3\xa9\177", "ab" },
	{ "abc\033[D\033[DX", "aXbc" },
	{ "abc\001X", "Xabc" },
	{ "abc\001\005X", "abcX" },
	{ "abc\033[HX\033[FY", "XabcY" },
	{ "abc\033[D\033[3~", "ab" },
	{ "abc\002\013", "ab" },
	{ "one two\027", "one " },
	{ "one two\025", "" },
	{ "one two\025x", "x" },
	{ "\177\033[3~\033[D\033[C", "" },
};

static void test_edit(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct prompt *p = prompt_new();

		prompt_open(p, PROMPT_COMMAND, "", NULL);
		type(p, rows[i].keys);
		print_message("row %zu\n", i);
		if (*rows[i].line)
			assert_true(prompt_is_open(p));
		assert_string_equal(prompt_text(p), rows[i].line);
		prompt_free(p);
	}
}

static void test_ends(void **state)
{
	struct prompt *p = prompt_new();

	(void)state;
	assert_false(prompt_is_open(p));
	prompt_open(p, PROMPT_SEARCH, "wait", NULL);
	assert_int_equal(prompt_kind(p), PROMPT_SEARCH);
	assert_int_equal(prompt_key(p, '!'), PROMPT_EDITED);
	assert_int_equal(prompt_key(p, K_ENTER), PROMPT_ENTER);
	assert_string_equal(prompt_text(p), "wait!");
	assert_false(prompt_is_open(p));
	prompt_open(p, PROMPT_COMMAND, "quit", NULL);
	assert_int_equal(prompt_key(p, K_ESC), PROMPT_CANCEL);
	assert_false(prompt_is_open(p));
	prompt_free(p);
}

/* Up brings back what was entered, each kind its own. */
static void test_history(void **state)
{
	struct prompt *p = prompt_new();

	(void)state;
	for (int i = 0; i < PROMPT_HISTORY + 20; i++) {
		prompt_open(p, PROMPT_COMMAND, "", NULL);
		type(p, i % 2 ? "set t 1" : "set f 2");
		prompt_key(p, K_ENTER);
	}
	prompt_open(p, PROMPT_SEARCH, "", NULL);
	prompt_key(p, K_UP);
	assert_string_equal(prompt_text(p), "");
	prompt_key(p, K_ESC);
	prompt_open(p, PROMPT_COMMAND, "", NULL);
	prompt_key(p, K_UP);
	assert_string_equal(prompt_text(p), "set t 1");
	prompt_key(p, K_UP);
	assert_string_equal(prompt_text(p), "set f 2");
	prompt_key(p, K_DOWN);
	assert_string_equal(prompt_text(p), "set t 1");
	for (int i = 0; i < 3 * PROMPT_HISTORY; i++)
		prompt_key(p, K_UP);
	assert_true(strlen(prompt_text(p)) == 7);
	prompt_free(p);
}

static void one_word(const char *line, size_t n, size_t *from,
		     struct buf *out)
{
	*from = n > 0 && memchr(line, ' ', n) ? 4 : 0;
	buf_append(out, "patience", sizeof("patience"));
}

static void test_complete(void **state)
{
	struct prompt *p = prompt_new();

	(void)state;
	prompt_open(p, PROMPT_COMMAND, "", one_word);
	type(p, "set pa\t");
	assert_memory_equal(prompt_text(p), "set patience", 12);
	prompt_free(p);
}

/* A line has a limit, and never half a character at its end. */
static void test_limit(void **state)
{
	struct prompt *p = prompt_new();

	(void)state;
	prompt_open(p, PROMPT_COMMAND, "", NULL);
	for (int i = 0; i < PROMPT_LINE_BYTES; i++)
		prompt_key(p, 0x20ac);
	assert_true(strlen(prompt_text(p)) < PROMPT_LINE_BYTES);
	assert_true(strlen(prompt_text(p)) > PROMPT_LINE_BYTES - 8);
	assert_int_equal(strlen(prompt_text(p)) % 3, 0);
	for (int i = 0; i < PROMPT_LINE_BYTES; i++)
		prompt_key(p, K_BACKSPACE);
	assert_string_equal(prompt_text(p), "");
	for (int i = 0; i < PROMPT_LINE_BYTES + 1; i++)
		prompt_key(p, 'x');
	assert_int_equal(strlen(prompt_text(p)), PROMPT_LINE_BYTES - 1);
	prompt_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edit),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_history),
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
