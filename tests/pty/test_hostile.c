/*
 * test_hostile.c - text from a model does not reach the terminal as it is.
 *
 * Every input holds what a terminal would obey or be confused by. Whatever
 * the program writes while the text is on its screen, none of it may be
 * there in the raw bytes, and the screen must still be the program's own.
 */
#include <stdio.h>

#include "lil.h"

struct hostile {
	const char *name;
	const char *bytes;
	size_t n;
	const char *never; /* what must not be written; NULL: `bytes` */
	size_t n_never;
};

#define BYTES(s) s, sizeof(s) - 1

static const struct hostile hostiles[] = {
	{ "OSC 52", BYTES("\033]52;c;ZXZpbA==\007"), BYTES("\033]52;c;") },
	{ "OSC 0", BYTES("\033]0;owned\007"), BYTES("\033]0;") },
	{ "OSC 8", BYTES("\033]8;;http://x\033\\y\033]8;;\033\\"),
	  BYTES("\033]8;") },
	{ "unterminated OSC", BYTES("\033]2;never ends"), BYTES("\033]2;") },
	{ "cursor report", BYTES("\033[6n"), BYTES("\033[6n") },
	{ "status report", BYTES("\033[5n"), BYTES("\033[5n") },
	{ "clear", BYTES("\033[2J\033[3J"), BYTES("\033[3J") },
	{ "blink", BYTES("\033[5mblink"), BYTES("\033[5m") },
	{ "full reset", BYTES("\033c"), BYTES("\033c") },
	{ "DCS", BYTES("\033Pq#0;2;0;0;0\033\\"), BYTES("\033P") },
	{ "APC", BYTES("\033_Gf=100;AAAA\033\\"), BYTES("\033_") },
	{ "PM", BYTES("\033^x\033\\"), BYTES("\033^") },
	{ "SOS", BYTES("\033Xx\033\\"), BYTES("\033X") },
	{ "bracketed paste", BYTES("\033[201~rm"), BYTES("\033[201~") },
	{ "mouse all", BYTES("\033[?1003h"), BYTES("\033[?1003h") },
	{ "C1 as bytes", BYTES("\x9b" "31mred\x9d" "52;c;x\x9c"),
	  BYTES("\x9b" "31m") },
	{ "C1 as UTF-8", BYTES("\xc2\x9b" "31mred\xc2\x9d"),
	  BYTES("\xc2\x9b") },
	{ "RLO", BYTES("abc\xe2\x80\xae" "def"), BYTES("\xe2\x80\xae") },
	{ "isolates", BYTES("a\xe2\x81\xa7" "b\xe2\x81\xa9"),
	  BYTES("\xe2\x81\xa7") },
	{ "zero width", BYTES("a\xe2\x80\x8b" "b\xef\xbb\xbf" "c"),
	  BYTES("\xe2\x80\x8b") },
	{ "bad UTF-8", BYTES("\xff\xfe\xc0\xaf\xf5\x80\x80\x80"),
	  BYTES("\xff") },
	{ "surrogate", BYTES("\xed\xa0\x80"), BYTES("\xed\xa0\x80") },
	{ "cut UTF-8", BYTES("\xe2\x82 x"), BYTES("\xe2\x82 ") },
	{ "NUL", BYTES("a\0b\0\0c"), BYTES("\0") },
	{ "bell", BYTES("ding\007dong"), BYTES("\007") },
	{ "backspaces", BYTES("abc\b\b\bxyz"), BYTES("abc\b\b\bxyz") },
	{ "shift out", BYTES("\016lqqk"), BYTES("\016") },
	{ "vertical tab", BYTES("\v\f"), BYTES("\v") },
	{ "DEL", BYTES("a\x7f\x7f" "b"), BYTES("\x7f") },
};

/* The text: something harmless, the bytes many times, something harmless. */
static void write_text(struct lil *l, const struct hostile *h,
		       char path[SCRATCH_PATH_BYTES])
{
	struct buf text = { 0 };

	for (int i = 0; i < 40; i++) {
		buf_printf(&text, "line %d of a harmless text ", i);
		buf_append(&text, h->bytes, h->n);
		buf_puts(&text, " and more of it.\n");
	}
	scratch_file(l->dir, "hostile.txt", text.data, text.len, path);
	buf_release(&text);
}

/* All views, forwards, and back to the first. */
static void walk_the_views(struct lil *l)
{
	for (int i = 0; i < 4; i++) {
		pty_keys(l->p, "v");
		pty_pump(l->p, PTY_PATIENCE_MS);
		pty_wait_silence(l->p, 30, PTY_PATIENCE_MS);
	}
}

static void test_nothing_hostile_is_written(void **state)
{
	struct lil *l = *state;

	for (size_t i = 0; i < ARRAY_LEN(hostiles); i++) {
		const struct hostile *h = &hostiles[i];
		char path[SCRATCH_PATH_BYTES];

		write_text(l, h, path);
		lil_start(l, &(struct pty_spec){ 0 },
			  LIL_ARGS("--format", "text", path));
		expect_text(l->p, "of a harmless text");
		expect_text(l->p, "hostile.txt");
		walk_the_views(l);
		if (pty_wrote(l->p, 0, h->never, h->n_never)) {
			pty_show(l->p, h->name);
			fail();
		}
		lil_quit(l);
	}
}

/* In a name, in a field of JSON, in an error: the same. */
static void test_hostile_names(void **state)
{
	static const char record[] =
		"{\"prompt\": \"p \\u001b]52;c;AAAA\\u0007 \\ud800 \\u0000\","
		" \"generation\": \"text \\u009b31m \\u202e of it\","
		" \"model\": \"m\\u001b[31m\\u001b]0;t\\u0007\","
		" \"finish_reason\": \"\\u001bc\"}\n";
	struct lil *l = *state;
	struct buf text = { 0 };
	char path[SCRATCH_PATH_BYTES];

	for (int i = 0; i < 5; i++)
		buf_puts(&text, record);
	scratch_file(l->dir, "\033]0;t\007\xe2\x80\xae.jsonl", text.data,
		     text.len, path);
	buf_release(&text);
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS(path));
	expect_text(l->p, "jsonl");
	lil_settle(l);
	pty_keys(l->p, "\r");
	walk_the_views(l);
	assert_false(pty_wrote(l->p, 0, BYTES("\033]52")));
	assert_false(pty_wrote(l->p, 0, BYTES("\033]0;")));
	assert_false(pty_wrote(l->p, 0, BYTES("\033c")));
	assert_false(pty_wrote(l->p, 0, BYTES("\xe2\x80\xae")));
	assert_false(pty_wrote(l->p, 0, BYTES("\xc2\x9b")));
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS("\033]0;none\007"));
	expect_exit(l->p, 2);
	assert_false(pty_wrote(l->p, 0, BYTES("\033]0;")));
}

/* Marks pile up: a cell stays a cell, a row a row. */
static void test_combining_storm(void **state)
{
	struct lil *l = *state;
	struct buf text = { 0 };
	char path[SCRATCH_PATH_BYTES];

	buf_puts(&text, "before ");
	for (int i = 0; i < 100000; i++)
		buf_puts(&text, "\xcc\x81");
	buf_puts(&text, " after\n");
	for (int i = 0; i < 2000; i++)
		buf_puts(&text, "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9"
				"\xe2\x80\x8d\xf0\x9f\x91\xa7 ");
	scratch_file(l->dir, "marks.txt", text.data, text.len, path);
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS(path));
	expect_text(l->p, "marks.txt");
	lil_settle(l);
	pty_keys(l->p, "g");
	walk_the_views(l);
	assert_true(pty_n_bytes(l->p) < text.len);
	buf_release(&text);
	lil_quit(l);
}

/* One line of 10 MB, without an end. */
static void test_long_line(void **state)
{
	struct lil *l = *state;
	struct buf text = { 0 };
	char path[SCRATCH_PATH_BYTES];

	while (text.len < 10 * 1000 * 1000)
		buf_printf(&text, "word %zu ", text.len);
	scratch_file(l->dir, "long.txt", text.data, text.len, path);
	buf_release(&text);
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS(path));
	expect_text(l->p, "long.txt");
	pty_keys(l->p, "?");
	expect_text(l->p, "Keys in");
	pty_keys(l->p, "q");
	expect_gone(l->p, "Keys in");
	lil_quit(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lil_test(test_nothing_hostile_is_written),
		lil_test(test_hostile_names),
		lil_test(test_combining_storm),
		lil_test(test_long_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
