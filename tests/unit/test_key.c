/*
 * Keys: terminal bytes to events, however they are cut, and names that mean
 * the same both ways.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "term/key.h"

static const struct {
	const char *bytes;
	int32_t code;
	int row, col;
} rows[] = {
	{ "a", 'a', 0, 0 },
	{ "\xc3\xa9", 0xe9, 0, 0 },
	{ "\xe2\x82\xac", 0x20ac, 0, 0 },
	{ "\xf0\x9f\x98\x80", 0x1f600, 0, 0 },
	{ "\t", K_TAB, 0, 0 },
	{ "\r", K_ENTER, 0, 0 },
	{ " ", K_SPACE, 0, 0 },
	{ "\177", K_BACKSPACE, 0, 0 },
	{ "\004", KEY_CTRL('D'), 0, 0 },
	{ "\033x", K_ALT | 'x', 0, 0 },
	{ "\033[A", K_UP, 0, 0 },
	{ "\033OA", K_UP, 0, 0 },
	{ "\033[B", K_DOWN, 0, 0 },
	{ "\033[C", K_RIGHT, 0, 0 },
	{ "\033[D", K_LEFT, 0, 0 },
	{ "\033[H", K_HOME, 0, 0 },
	{ "\033[F", K_END, 0, 0 },
	{ "\033[1~", K_HOME, 0, 0 },
	{ "\033[2~", K_INSERT, 0, 0 },
	{ "\033[3~", K_DELETE, 0, 0 },
	{ "\033[4~", K_END, 0, 0 },
	{ "\033[5~", K_PGUP, 0, 0 },
	{ "\033[6~", K_PGDN, 0, 0 },
	{ "\033[Z", K_BACKTAB, 0, 0 },
	{ "\033OP", K_F1, 0, 0 },
	{ "\033[15~", K_F1 + 4, 0, 0 },
	{ "\033[24~", K_F12, 0, 0 },
	{ "\033[1;5C", K_CTRL | K_RIGHT, 0, 0 },
	{ "\033[1;2D", K_SHIFT | K_LEFT, 0, 0 },
	{ "\033[1;3A", K_ALT | K_UP, 0, 0 },
	{ "\033[5;5~", K_CTRL | K_PGUP, 0, 0 },
	{ "\033[<0;5;3M", K_CLICK, 2, 4 },
	{ "\033[<64;1;1M", K_WHEEL_UP, 0, 0 },
	{ "\033[<65;200;50M", K_WHEEL_DOWN, 49, 199 },
	{ "\033[99~", K_NONE, 0, 0 },
	{ "\033[?1;2c", K_ANSWERED, 0, 0 },
	{ "\033]11;rgb:ffff/8080/0000\033\\", K_GROUND, 0, 0 },
	{ "\033]11;rgba:f/0/0/f\a", K_GROUND, 0, 0 },
	{ "\033]11;rgb:ffff/80\a", K_NONE, 0, 0 },
	{ "\033]11;#ffffff\a", K_NONE, 0, 0 },
	{ "\033]10;rgb:ffff/ffff/ffff\a", K_NONE, 0, 0 },
};

enum { N_ROWS = sizeof(rows) / sizeof(rows[0]) };

static void test_decode(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		struct key key = { .code = -1, .row = -1, .col = -1 };
		size_t n = strlen(rows[i].bytes);
		bool mouse = strncmp(rows[i].bytes, "\033[<", 3) == 0;

		print_message("row %zu\n", i);
		assert_int_equal(key_decode(rows[i].bytes, n, false, &key), n);
		assert_int_equal(key.code, rows[i].code);
		if (mouse)
			assert_int_equal(key.row, rows[i].row);
		if (mouse)
			assert_int_equal(key.col, rows[i].col);
	}
}

/* Cut anywhere, an event waits for its rest; what follows it is not taken. */
static void test_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		size_t n = strlen(rows[i].bytes);
		struct key key;
		char more[40];

		for (size_t cut = 1; cut < n; cut++)
			assert_int_equal(key_decode(rows[i].bytes, cut, false,
						    &key), 0);
		memcpy(more, rows[i].bytes, n);
		memcpy(more + n, "q\033[A", 4);
		assert_int_equal(key_decode(more, n + 4, false, &key), n);
		assert_int_equal(key.code, rows[i].code);
	}
}

/* Silence settles it: no bytes wait for ever. */
static void test_idle(void **state)
{
	struct key key;

	(void)state;
	assert_int_equal(key_decode("\033", 1, false, &key), 0);
	assert_int_equal(key_decode("\033", 1, true, &key), 1);
	assert_int_equal(key.code, K_ESC);
	for (size_t i = 0; i < N_ROWS; i++)
		for (size_t cut = 1; cut < strlen(rows[i].bytes); cut++)
			assert_true(key_decode(rows[i].bytes, cut, true,
					       &key) > 0);
	for (int c = 0; c < 256; c++) {
		char byte = (char)c;

		assert_int_equal(key_decode(&byte, 1, true, &key), 1);
	}
}

static void assert_round(int32_t code)
{
	char name[KEY_NAME_BYTES];

	key_name(code, name);
	assert_true(strlen(name) > 0 && strlen(name) < sizeof(name));
	if (key_parse(name, strlen(name)) != code)
		fail_msg("%#x is called \"%s\", which means %#x",
			 (unsigned)code, name,
			 (unsigned)key_parse(name, strlen(name)));
}

static void test_names(void **state)
{
	static const int32_t with[] = { 0, K_SHIFT, K_ALT, K_CTRL,
					K_SHIFT | K_CTRL, K_ALT | K_CTRL };

	(void)state;
	for (int32_t c = 1; c <= K_BACKSPACE; c++)
		assert_round(c);
	assert_round(0xe9);
	assert_round(K_ALT | 'x');
	for (int32_t c = K_FIRST; c <= K_F12; c++)
		for (size_t i = 0; i < sizeof(with) / sizeof(with[0]); i++)
			if (c != K_BACKTAB) /* it is Shift-Tab already */
				assert_round(c | with[i]);
	assert_round(K_BACKTAB);
	assert_int_equal(key_parse("", 0), K_NONE);
	assert_int_equal(key_parse("Nokey", 5), K_NONE);
	assert_int_equal(key_parse("Ctrl-", 5), K_NONE);
	assert_int_equal(key_parse("F13", 3), K_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
