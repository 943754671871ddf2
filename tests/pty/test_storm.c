/*
 * test_storm.c - sizes from 1x1 to 500x200, one after another, faster than
 * anybody drags a window.
 */
#include "lil.h"

enum { STORM_RESIZES = 200, STORM_MAX_ROWS = 200, STORM_MAX_COLS = 500 };

static const int corners[][2] = {
	{ 1, 1 }, { 1, 500 }, { 200, 1 }, { 2, 2 }, { 200, 500 }, { 12, 60 },
	{ 11, 59 }, { 3, 80 }, { 24, 3 },
};

static uint32_t next(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* Half of them at once, half after something was drawn. */
static void storm(struct lil *l, uint32_t seed)
{
	for (int i = 0; i < STORM_RESIZES; i++) {
		int rows = 1 + (int)(next(&seed) % STORM_MAX_ROWS);
		int cols = 1 + (int)(next(&seed) % STORM_MAX_COLS);

		if (i % 10 == 9) {
			size_t k = next(&seed) % ARRAY_LEN(corners);

			rows = corners[k][0];
			cols = corners[k][1];
		}
		pty_resize(l->p, rows, cols);
		if (next(&seed) % 2)
			pty_pump(l->p, 20);
		expect_alive(l->p);
	}
}

/* The screen after the storm is the screen of a fresh start. */
static void compare_with_fresh(struct lil *l, const char *const *args)
{
	struct buf after = { 0 }, fresh = { 0 };

	pty_resize(l->p, PTY_ROWS, PTY_COLS);
	expect_text(l->p, "ρ");
	lil_settle(l);
	pty_dump(l->p, &after);
	lil_quit(l);
	lil_start(l, &(struct pty_spec){ 0 }, args);
	expect_text(l->p, "Lil at ");
	lil_settle(l);
	pty_dump(l->p, &fresh);
	assert_string_equal(buf_cstr(&after), buf_cstr(&fresh));
	buf_release(&after);
	buf_release(&fresh);
}

static void test_storm(void **state)
{
	struct lil *l = *state;
	const char *const *args = LIL_ARGS("--no-session", l->trace);

	lil_start(l, &(struct pty_spec){ 0 }, args);
	expect_text(l->p, "Lil at ");
	storm(l, 1);
	compare_with_fresh(l, args);
}

/* Smaller and back before anything could be drawn: the terminal has lost
 * what did not fit, the program must not believe that it is still there. */
static void test_there_and_back(void **state)
{
	struct lil *l = *state;
	struct buf before = { 0 }, after = { 0 };

	lil_open_trace(l);
	expect_gone(l->p, "reading");
	lil_settle(l);
	pty_dump(l->p, &before);
	pty_resize(l->p, 5, 20);
	pty_resize(l->p, PTY_ROWS, PTY_COLS);
	do { /* a busy machine draws late */
		if (!pty_pump(l->p, PTY_PATIENCE_MS))
			break;
		buf_clear(&after);
		pty_dump(l->p, &after);
	} while (strcmp(buf_cstr(&before), buf_cstr(&after)) != 0);
	assert_string_equal(buf_cstr(&before), buf_cstr(&after));
	buf_release(&before);
	buf_release(&after);
}

/* The same with keys in between, in all views. */
static void test_storm_with_keys(void **state)
{
	static const char keys[] = "vvgGjkhl][zZeEtTxx\t\t?q vgG+-nN,.";
	struct lil *l = *state;
	uint32_t seed = 7;

	lil_start(l, &(struct pty_spec){ 0 },
		  LIL_ARGS("--no-session", l->list, l->trace));
	expect_text(l->p, "list.jsonl");
	pty_keys(l->p, "\r");
	for (int i = 0; i < STORM_RESIZES; i++) {
		size_t k = next(&seed) % (sizeof(keys) - 1);

		pty_resize(l->p, 1 + (int)(next(&seed) % 60),
			   1 + (int)(next(&seed) % 200));
		if (keys[k] != 'q')
			pty_type(l->p, keys + k, 1);
		if (next(&seed) % 4 == 0)
			pty_pump(l->p, 20);
		expect_alive(l->p);
	}
	pty_resize(l->p, PTY_ROWS, PTY_COLS);
	pty_keys(l->p, ":quit\r");
	expect_exit(l->p, 0);
	expect_restored(l->p);
}

/* Drawing differences gives the same as drawing anew (Ctrl-L). */
static void test_redraw_changes_nothing(void **state)
{
	static const char *const keys[] = { "v", "G", "g", "z", PTY_RIGHT,
					    "v", "\t", PTY_PGDN, "x", "x",
					    "v", PTY_DOWN, "?", "q" };
	struct lil *l = *state;
	struct buf before = { 0 }, after = { 0 };

	lil_open_trace(l);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		pty_keys(l->p, keys[i]);
		lil_settle(l);
		buf_clear(&before);
		buf_clear(&after);
		pty_dump(l->p, &before);
		pty_keys(l->p, "\014");
		assert_true(pty_pump(l->p, PTY_PATIENCE_MS));
		lil_settle(l);
		pty_dump(l->p, &after);
		assert_string_equal(buf_cstr(&before), buf_cstr(&after));
	}
	buf_release(&before);
	buf_release(&after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lil_test(test_storm),
		lil_test(test_there_and_back),
		lil_test(test_storm_with_keys),
		lil_test(test_redraw_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
