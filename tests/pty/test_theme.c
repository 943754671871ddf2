/*
 * test_theme.c - the colours of a terminal: what it answers is believed, early
 * or late, no key is lost over it, and a theme that it does not have is painted
 * to the last cell.
 */
#include "lil.h"

static const char white[] = "\033]11;rgb:ffff/ffff/ffff\033\\";
static const char black[] = "\033]11;rgb:0000/0000/0000\a";

enum { HINT_DARK = 245, HINT_LIGHT = 242, OWN = -1 };

static void start(struct lil *l, const char *env, const char *theme)
{
	const char *const envs[] = { env, "COLORTERM", NULL };
	const struct pty_spec how = { .env = envs };

	lil_start(l, &how, LIL_ARGS(l->trace, "--color=256", "--theme", theme));
}

/* The colour of the first letter of what the footer says dimly. */
static int hint(struct lil *l)
{
	int row, col;

	lil_settle(l);
	if (!pty_find(l->p, "help", &row, &col)) {
		pty_show(l->p, "no hint");
		fail();
	}
	return pty_cell(l->p, row, col).fg;
}

static void it_is_asked_once(void **state)
{
	struct lil *l = *state;

	start(l, "COLORFGBG", "auto");
	expect_text(l->p, "Lil");
	assert_int_equal(hint(l), HINT_DARK);
	assert_true(pty_wrote(l->p, 0, "\033]11;?", 6));
	lil_quit(l);
}

static void the_environment_tells(void **state)
{
	static const struct {
		const char *env;
		int hint;
	} rows[] = {
		{ "COLORFGBG=0;15", HINT_LIGHT },
		{ "COLORFGBG=0;default;7", HINT_LIGHT },
		{ "COLORFGBG=15;0", HINT_DARK },
		{ "COLORFGBG=0;white", HINT_DARK },
		{ "COLORFGBG=0;", HINT_DARK },
	};
	struct lil *l = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		start(l, rows[i].env, "auto");
		expect_text(l->p, "Lil");
		assert_int_equal(hint(l), rows[i].hint);
		lil_quit(l);
	}
}

/* An answer between keys, cut anywhere, early or late: both are heard. */
static void no_key_is_lost(void **state)
{
	struct lil *l = *state;
	long before;

	start(l, "COLORFGBG", "auto");
	pty_type(l->p, "?", 1);
	pty_type(l->p, white, sizeof(white) - 1);
	expect_text(l->p, "Keys in");
	pty_keys(l->p, "?");
	expect_text(l->p, "Lil");
	assert_int_equal(hint(l), HINT_LIGHT);
	lil_command(l, "seek 40");
	lil_settle(l);
	before = lil_place(l);
	pty_type(l->p, ".", 1);
	pty_type(l->p, black, sizeof(black) - 1);
	assert_true(lil_wait_place(l, before + 1));
	assert_int_equal(hint(l), HINT_DARK);
	lil_quit(l);
}

static void a_theme_is_painted(void **state)
{
	struct lil *l = *state;

	start(l, "COLORFGBG", "light");
	expect_text(l->p, "Lil");
	assert_int_equal(hint(l), HINT_LIGHT);
	pty_resize(l->p, 30, 100);
	lil_settle(l);
	pty_keys(l->p, "?");
	expect_text(l->p, "Keys in");
	lil_settle(l);
	for (int row = 2; row < 29; row++)
		for (int col = 0; col < 100; col++)
			if (pty_cell(l->p, row, col).bg == OWN) {
				pty_show(l->p, "not painted");
				fail_msg("row %d, column %d", row, col);
			}
	pty_keys(l->p, "?");
	lil_command(l, "set theme terminal");
	pty_keys(l->p, ".");
	assert_int_equal(hint(l), 8);
	lil_command(l, "set theme dark");
	pty_keys(l->p, ".");
	assert_int_equal(hint(l), HINT_DARK);
	lil_command(l, "set theme pink");
	expect_text(l->p, "auto, dark, light, safe, terminal");
	lil_quit(l);
}

/* The terminal says that it has it already. */
static void nothing_is_painted_twice(void **state)
{
	struct lil *l = *state;

	start(l, "COLORFGBG=0;15", "light");
	expect_text(l->p, "Lil");
	assert_int_equal(hint(l), HINT_LIGHT);
	assert_false(pty_wrote(l->p, 0, "48;5;231m", 9));
	lil_quit(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lil_test(it_is_asked_once),
		lil_test(the_environment_tells),
		lil_test(no_key_is_lost),
		lil_test(a_theme_is_painted),
		lil_test(nothing_is_painted_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
