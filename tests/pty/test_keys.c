/*
 * test_keys.c - what keys and commands do, seen on the screen.
 */
#include <stdio.h>
#include <unistd.h>

#include "lil.h"

enum {
	TUNED_T = 33,
	MONKEY_KEYS = 3000,
	MONKEY_STEP = 100,
};

/* The token that is shown as now: "1 234/4 567" in the last line. */
static long place(struct lil *l)
{
	return lil_place(l);
}

/* The token that the line below the text is about. */
static long under_cursor(struct lil *l)
{
	return lil_number(l, "\u2594 token ");
}

static void go(struct lil *l, const char *keys)
{
	pty_keys(l->p, keys);
	lil_settle(l);
}

static void go_to(struct lil *l, long token)
{
	char command[64];

	snprintf(command, sizeof(command), "seek %ld", token);
	lil_command(l, command);
	assert_true(lil_wait_place(l, token));
	lil_settle(l);
}

/* --- moving ------------------------------------------------------------- */

struct move {
	const char *name, *keys;
	long from;
	long least, most; /* where it must end, as a difference */
};

static const struct move moves[] = {
	{ "right", PTY_RIGHT, 1000, 1, 1000 },
	{ "left", PTY_LEFT, 1000, -1000, -1 },
	{ "l", "l", 1000, 1, 1000 },
	{ "h", "h", 1000, -1000, -1 },
	{ ".", ".", 1000, 1, 1 },
	{ ",", ",", 1000, -1, -1 },
	{ "page down", PTY_PGDN, 1000, 2, 100000 },
	{ "page up", PTY_PGUP, 1000, -1000, -2 },
	{ "g", "g", 1000, -1000, -990 },
	{ "Home", PTY_HOME, 1000, -1000, -990 },
	{ "G", "G", 1000, 1000, 100000 },
	{ "End", PTY_END, 1000, 1000, 100000 },
};

static bool is_moved(struct lil *l, const struct move *m)
{
	long by = place(l) - m->from;

	return by >= m->least && by <= m->most;
}

static void test_moves(void **state)
{
	struct lil *l = *state;

	lil_open_trace(l);
	for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
		const struct move *m = &moves[i];

		go_to(l, m->from);
		go(l, m->keys);
		while (!is_moved(l, m)) {
			if (pty_pump(l->p, PTY_PATIENCE_MS))
				continue;
			pty_show(l->p, m->name);
			fail();
		}
	}
	lil_quit(l);
}

/* e goes from stop to stop, the threshold among them, and E back. */
static void test_next_threshold(void **state)
{
	enum { STOPS_MAX = 12 };
	struct lil *l = *state;
	long lil, before = 0;

	lil_open_trace(l);
	lil = lil_number(l, "Lil at ");
	assert_true(lil > 0);
	go(l, "g");
	for (int i = 0; place(l) != lil; i++) {
		go(l, "e");
		assert_true(place(l) > before);
		assert_true(i < STOPS_MAX);
		before = place(l);
	}
	assert_true(before == lil); /* the first that e comes to */
	expect_text(l->p, "guardian stops here");
	expect_text(l->p, "after it (63 %)");
	go(l, "G");
	for (int i = 0; place(l) != lil; i++) {
		before = place(l);
		go(l, "E");
		assert_true(place(l) < before);
		assert_true(i < STOPS_MAX);
	}
	expect_text(l->p, "guardian stops here");
	lil_quit(l);
}

static void test_play_and_pause(void **state)
{
	struct lil *l = *state;
	long before;

	lil_open_trace(l);
	go_to(l, 500);
	before = place(l);
	pty_keys(l->p, "]]]]");
	lil_settle(l);
	pty_keys(l->p, " ");
	while (place(l) < before + 20)
		assert_true(pty_pump(l->p, PTY_PATIENCE_MS));
	pty_keys(l->p, " ");
	lil_settle(l); /* it would never be silent while it plays */
	assert_true(place(l) > before);
	lil_quit(l);
}

/* --- looking ------------------------------------------------------------ */

static void dump_now(struct lil *l, struct buf *out)
{
	buf_clear(out);
	lil_settle(l);
	pty_dump(l->p, out);
}

static void test_zoom_there_and_back(void **state)
{
	struct lil *l = *state;
	struct buf before = { 0 }, in = { 0 }, after = { 0 };

	lil_open_trace(l);
	go_to(l, 1500);
	dump_now(l, &before);
	go(l, "zz");
	dump_now(l, &in);
	assert_string_not_equal(buf_cstr(&before), buf_cstr(&in));
	go(l, "ZZZZ");
	dump_now(l, &after);
	assert_string_equal(buf_cstr(&before), buf_cstr(&after));
	buf_release(&before);
	buf_release(&in);
	buf_release(&after);
	lil_quit(l);
}

static void test_views(void **state)
{
	struct lil *l = *state;
	struct buf first = { 0 }, now = { 0 };
	int n = 0;

	lil_open_trace(l);
	dump_now(l, &first);
	do {
		go(l, "v");
		dump_now(l, &now);
		n++;
	} while (n < 8 && strcmp(buf_cstr(&first), buf_cstr(&now)) != 0);
	/* All views but help, round and round. */
	assert_int_equal(n, 5);
	buf_release(&first);
	buf_release(&now);
	lil_quit(l);
}

static void test_explain(void **state)
{
	struct lil *l = *state;
	struct buf before = { 0 }, open = { 0 }, after = { 0 };

	lil_open_trace(l);
	dump_now(l, &before);
	go(l, "x");
	dump_now(l, &open);
	assert_string_not_equal(buf_cstr(&before), buf_cstr(&open));
	assert_true(pty_find(l->p, "=", NULL, NULL));
	go(l, "x");
	dump_now(l, &after);
	assert_string_equal(buf_cstr(&before), buf_cstr(&after));
	buf_release(&before);
	buf_release(&open);
	buf_release(&after);
	lil_quit(l);
}

/* What has no room is told of, and comes by the keys that scroll. */
static void test_explain_scrolls(void **state)
{
	struct lil *l = *state;
	struct buf top = { 0 }, end = { 0 }, now = { 0 };

	lil_open_trace(l);
	go(l, "x");
	assert_true(pty_find(l->p, "more lines", NULL, NULL));
	assert_true(pty_find(l->p, "Up to token", NULL, NULL));
	assert_true(pty_find(l->p, "gain = size(", NULL, NULL));
	dump_now(l, &top);
	go(l, "j");
	assert_false(pty_find(l->p, "Up to token", NULL, NULL));
	go(l, "k");
	dump_now(l, &now);
	assert_string_equal(buf_cstr(&top), buf_cstr(&now));
	go(l, "G");
	assert_false(pty_find(l->p, "more line", NULL, NULL));
	dump_now(l, &end);
	go(l, "g\033[6~\033[6~\033[6~\033[6~\033[B"); /* page down, down */
	dump_now(l, &now);
	assert_string_equal(buf_cstr(&end), buf_cstr(&now));
	go(l, "xx"); /* opened again it is at its start */
	dump_now(l, &now);
	assert_string_equal(buf_cstr(&top), buf_cstr(&now));
	pty_resize(l->p, 10, 40);
	expect_text(l->p, "Up to token");
	expect_text(l->p, "more lines");
	go(l, "G");
	assert_false(pty_find(l->p, "more line", NULL, NULL));
	buf_release(&top);
	buf_release(&end);
	buf_release(&now);
	lil_quit(l);
}

static void test_search(void **state)
{
	struct lil *l = *state;
	long first, second;

	lil_open_trace(l);
	go(l, "g");
	go(l, "/triangle\r");
	first = under_cursor(l);
	assert_int_equal(lil_number(l, "\"triangle\" at token "), first);
	go(l, "n");
	second = under_cursor(l);
	assert_true(second > first);
	go(l, "N");
	assert_int_equal(under_cursor(l), first);
	pty_keys(l->p, "/nowhereword\r");
	expect_text(l->p, "nowhereword");
	go(l, "/\033");
	lil_quit(l);
}

static void test_marks(void **state)
{
	struct lil *l = *state;

	lil_open_trace(l);
	go_to(l, 600);
	go(l, "ma");
	go_to(l, 900);
	go(l, "mb");
	go(l, "'a");
	assert_int_equal(place(l), 600);
	go(l, "'b");
	assert_int_equal(place(l), 900);
	go(l, "'z"); /* none there: said, and nothing moves */
	assert_int_equal(place(l), 900);
	lil_quit(l);
}

/* --- tuning ------------------------------------------------------------- */

/* The file is gone: whatever changes was not read again. */
static void test_tuning_without_the_file(void **state)
{
	struct lil *l = *state;
	long lil;

	lil_open_trace(l);
	assert_int_equal(unlink(l->trace), 0);
	lil = lil_number(l, "Lil at ");
	assert_true(lil > 250);
	lil_command(l, "set f 100");
	expect_text(l->p, "per 100 tokens");
	lil_settle(l);
	assert_true(lil_number(l, "Lil at ") > 0);
	assert_int_not_equal(lil_number(l, "Lil at "), lil);
	lil_command(l, "set f 250");
	expect_text(l->p, "per 250 tokens");
	lil_settle(l);
	assert_int_equal(lil_number(l, "Lil at "), lil);
	lil_command(l, "set t 0");
	expect_gone(l->p, "Lil at ");
	lil_command(l, "set t 33");
	expect_text(l->p, "t = 33");
	expect_text(l->p, "Lil at ");
	go(l, "t");
	assert_int_not_equal(lil_number(l, "t = "), TUNED_T);
	go(l, "T");
	assert_int_equal(lil_number(l, "t = "), TUNED_T);
	lil_command(l, "set coder zstd");
	expect_text(l->p, "coder zstd");
	lil_quit(l);
}

/* --- commands ----------------------------------------------------------- */

static void test_bad_commands(void **state)
{
	static const char *const bad[] = { "nonsenseword", "set nooption 1",
					   "set t frog", "seek frog",
					   "view noview" };
	static const char *const named[] = { "nonsenseword", "nooption",
					     "frog", "frog", "noview" };
	struct lil *l = *state;

	lil_open_trace(l);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		lil_command(l, bad[i]);
		expect_text(l->p, named[i]);
		lil_settle(l);
		pty_keys(l->p, "\033");
		lil_settle(l);
	}
	lil_quit(l);
}

static void test_prompt_history(void **state)
{
	struct lil *l = *state;

	lil_open_trace(l);
	go_to(l, 600);
	go_to(l, 700);
	pty_keys(l->p, ":");
	pty_keys(l->p, PTY_UP PTY_UP);
	expect_text(l->p, "seek 600");
	pty_keys(l->p, "\r");
	assert_true(lil_wait_place(l, 600));
	pty_keys(l->p, ":vie\t");
	expect_text(l->p, ":view");
	pty_keys(l->p, "\025\033"); /* Ctrl-U, Esc */
	expect_gone(l->p, ":view");
	lil_settle(l); /* else Esc and what follows are one key */
	lil_quit(l);
}

struct export_case {
	const char *format, *holds;
};

static const struct export_case exports[] = {
	{ "svg", "<svg" },
	{ "csv", "rho" },
	{ "jsonl", "{" },
};

static void test_export(void **state)
{
	struct lil *l = *state;

	lil_open_trace(l);
	for (size_t i = 0; i < ARRAY_LEN(exports); i++) {
		char command[2 * SCRATCH_PATH_BYTES];
		char path[SCRATCH_PATH_BYTES];
		struct buf got = { 0 };

		snprintf(path, sizeof(path), "%.900s/out.%s", l->dir,
			 exports[i].format);
		snprintf(command, sizeof(command), "export %s %s",
			 exports[i].format, path);
		lil_command(l, command);
		expect_gone(l->p, ":export");
		lil_settle(l);
		assert_true(scratch_read(path, &got));
		assert_non_null(strstr(buf_cstr(&got), exports[i].holds));
		buf_release(&got);
	}
	lil_command(l, "export csv /proc/nowhere/out.csv");
	expect_text(l->p, "/proc/nowhere/out.csv");
	lil_quit(l);
}

/* --- mouse -------------------------------------------------------------- */

static void test_mouse(void **state)
{
	struct lil *l = *state;
	long left, right;

	lil_open_trace(l);
	assert_true(pty_mode(l->p, 1006));
	pty_click(l->p, 6, 20);
	lil_settle(l);
	left = place(l);
	pty_click(l->p, 6, 60);
	lil_settle(l);
	right = place(l);
	assert_true(left > 0 && right > left);
	lil_command(l, "set mouse off");
	while (pty_mode(l->p, 1006))
		assert_true(pty_pump(l->p, PTY_PATIENCE_MS));
	lil_quit(l);
	lil_start(l, &(struct pty_spec){ 0 },
		  LIL_ARGS("--no-mouse", l->trace));
	expect_text(l->p, "Lil at ");
	assert_false(pty_mode(l->p, 1006));
	lil_quit(l);
}

static void test_wheel(void **state)
{
	struct lil *l = *state;
	struct buf before = { 0 }, after = { 0 };

	lil_open_trace(l);
	lil_command(l, "view text");
	lil_settle(l);
	dump_now(l, &before);
	for (int i = 0; i < 5; i++)
		pty_wheel(l->p, 10, 20, true);
	lil_settle(l);
	dump_now(l, &after);
	assert_string_not_equal(buf_cstr(&before), buf_cstr(&after));
	buf_release(&before);
	buf_release(&after);
	lil_quit(l);
}

/* A label of the last row is a key. */
static void test_hints(void **state)
{
	struct lil *l = *state;
	int row, col;

	lil_open_trace(l);
	assert_true(pty_find(l->p, "help  q back", &row, &col));
	assert_int_equal(row, PTY_ROWS - 1);
	pty_click(l->p, row, col + 1);
	expect_text(l->p, "── Keys in ");
	lil_settle(l);
	assert_true(pty_find(l->p, "q back", &row, &col));
	pty_click(l->p, row, col);
	expect_gone(l->p, "── Keys in ");
	lil_settle(l);
	assert_true(pty_find(l->p, "Q quit", &row, &col));
	pty_click(l->p, row, col + 3);
	expect_exit(l->p, 0);
	expect_restored(l->p);
}

/* --- the list ----------------------------------------------------------- */

static void test_list_opens_and_closes(void **state)
{
	struct lil *l = *state;

	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS(l->list));
	expect_text(l->p, "Problem 11: ");
	lil_settle(l);
	pty_keys(l->p, PTY_DOWN PTY_DOWN "\r");
	expect_text(l->p, "Lil at ");
	expect_text(l->p, "3/12");
	pty_keys(l->p, "q");
	expect_text(l->p, "Problem 11: ");
	lil_quit(l);
}

static void test_list_sort_and_filter(void **state)
{
	struct lil *l = *state;
	int first, last;

	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS(l->list));
	expect_text(l->p, "loop in 4 of 12");
	lil_settle(l);
	assert_true(pty_find(l->p, "Problem 0: ", &first, NULL));
	assert_true(pty_find(l->p, "Problem 11: ", &last, NULL));
	assert_true(first < last);
	go(l, ":sort tokens\r");
	go(l, "S"); /* the other way round */
	assert_true(pty_find(l->p, "Problem 0: ", &first, NULL));
	assert_true(pty_find(l->p, "Problem 11: ", &last, NULL));
	assert_true(first > last);
	lil_command(l, "filter not-stopped");
	expect_gone(l->p, "Problem 11: ");
	expect_text(l->p, "Problem 10: ");
	lil_quit(l);
}

/* --- anything ----------------------------------------------------------- */

/* Three thousand keys that mean something or nothing: it goes on. */
static void test_monkey(void **state)
{
	struct lil *l = *state;
	uint32_t seed = 99;
	int typed = 0;

	lil_start(l, &(struct pty_spec){ .cwd = l->dir },
		  LIL_ARGS("--no-session", l->list, l->trace));
	expect_text(l->p, "list.jsonl");
	while (typed < MONKEY_KEYS) {
		char c;

		seed = seed * 1664525u + 1013904223u;
		c = (char)(seed >> 24);
		/* Not those that leave or stop it, or write a file. */
		if (c == 'q' || c == 'Q' || c == 3 || c == 26 || c == 28 ||
		    c == ':')
			continue;
		pty_type(l->p, &c, 1);
		if (++typed % MONKEY_STEP == 0) {
			pty_pump(l->p, 10);
			expect_alive(l->p);
		}
	}
	lil_settle(l);
	pty_keys(l->p, PTY_CTRL_C);
	expect_exit(l->p, 130);
	expect_restored(l->p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lil_test(test_moves),
		lil_test(test_next_threshold),
		lil_test(test_play_and_pause),
		lil_test(test_zoom_there_and_back),
		lil_test(test_views),
		lil_test(test_explain),
		lil_test(test_explain_scrolls),
		lil_test(test_search),
		lil_test(test_hints),
		lil_test(test_marks),
		lil_test(test_tuning_without_the_file),
		lil_test(test_bad_commands),
		lil_test(test_prompt_history),
		lil_test(test_export),
		lil_test(test_mouse),
		lil_test(test_wheel),
		lil_test(test_list_opens_and_closes),
		lil_test(test_list_sort_and_filter),
		lil_test(test_monkey),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
