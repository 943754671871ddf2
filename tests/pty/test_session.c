/*
 * test_session.c - where one was, one is again: position and marks are kept
 * by the content of a file, not by its name.
 */
#include <sys/stat.h>

#include <glob.h>
#include <stdio.h>
#include <unistd.h>

#include "lil.h"

enum { PLACE = 1234 };

static void seek_and_mark(struct lil *l)
{
	lil_open_trace(l);
	lil_command(l, "seek 777");
	expect_text(l->p, "777");
	pty_keys(l->p, "ma");
	lil_command(l, "seek 1234");
	expect_text(l->p, "1 234");
	lil_settle(l);
	lil_quit(l);
}

static void test_position_and_marks(void **state)
{
	struct lil *l = *state;

	seek_and_mark(l);
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS(l->trace));
	expect_text(l->p, "token 1 234, 1 mark");
	pty_keys(l->p, "'a");
	expect_text(l->p, "777");
	lil_quit(l);
}

static void test_by_content(void **state)
{
	struct lil *l = *state;
	char other[SCRATCH_PATH_BYTES];
	struct buf text = { 0 };

	seek_and_mark(l);
	assert_true(scratch_read(l->trace, &text));
	scratch_file(l->dir, "other.txt", text.data, text.len, other);
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS(other));
	expect_text(l->p, "1 234");
	lil_quit(l);
	/* Other content under the old name starts afresh. */
	text.data[0] ^= 1;
	scratch_file(l->dir, "trace.txt", text.data, text.len, other);
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS(l->trace));
	expect_text(l->p, "Lil at ");
	lil_settle(l);
	assert_false(pty_find(l->p, "1 234", NULL, NULL));
	buf_release(&text);
	lil_quit(l);
}

static void test_no_session(void **state)
{
	struct lil *l = *state;
	char path[SCRATCH_PATH_BYTES];

	seek_and_mark(l);
	lil_start(l, &(struct pty_spec){ 0 },
		  LIL_ARGS("--no-session", l->trace));
	expect_text(l->p, "Lil at ");
	lil_settle(l);
	assert_false(pty_find(l->p, "1 234", NULL, NULL));
	lil_quit(l);
	/* State goes to XDG_STATE_HOME/lilscope and nowhere else. */
	snprintf(path, sizeof(path), "%.900s/state/lilscope", l->home);
	assert_int_equal(access(path, F_OK), 0);
	snprintf(path, sizeof(path), "%.900s/config", l->home);
	assert_int_not_equal(access(path, F_OK), 0);
	snprintf(path, sizeof(path), "%.900s/.lilscope", l->home);
	assert_int_not_equal(access(path, F_OK), 0);
}

/* What an older program kept of the rule. */
static void add_older(const struct lil *l)
{
	char pattern[SCRATCH_PATH_BYTES];
	glob_t found;
	FILE *f;

	snprintf(pattern, sizeof(pattern), "%.900s/state/lilscope/*.state",
		 l->home);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_int_equal(found.gl_pathc, 1);
	f = fopen(found.gl_pathv[0], "a");
	assert_non_null(f);
	fputs("set t 22\nset f 1000\n", f);
	fclose(f);
	globfree(&found);
}

/* The numbers of a rule are those that were asked for: what was tuned goes
 * with the screen. */
static void test_numbers_stay(void **state)
{
	struct lil *l = *state;

	lil_open_trace(l);
	lil_command(l, "set t 21");
	expect_text(l->p, "t = 21");
	pty_keys(l->p, "ma");
	lil_settle(l);
	lil_quit(l);
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS(l->trace));
	expect_text(l->p, "as you left it: 1 mark");
	assert_true(pty_find(l->p, "t = 20", NULL, NULL));
	lil_settle(l);
	lil_quit(l);
	add_older(l);
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS(l->trace));
	expect_text(l->p, "as you left it: 1 mark");
	assert_true(pty_find(l->p, "t = 20", NULL, NULL));
	lil_quit(l);
}

/* A script draws the same whoever looked before, and leaves nothing. */
static void test_script_has_none(void **state)
{
	static const char script[] = ":seek 55\n";
	struct lil *l = *state;
	char path[SCRATCH_PATH_BYTES];

	scratch_file(l->dir, "s.script", script, sizeof(script) - 1, path);
	seek_and_mark(l);
	lil_start(l, &(struct pty_spec){ 0 },
		  LIL_ARGS("--script", path, l->trace));
	expect_exit(l->p, 0);
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS(l->trace));
	expect_text(l->p, "token 1 234, 1 mark");
	lil_quit(l);
}

/* A home that can't be written to is no reason to complain loudly. */
static void test_no_place_for_state(void **state)
{
	static const char *const env[] = { "XDG_STATE_HOME=/proc/nowhere",
					   NULL };
	struct lil *l = *state;

	lil_start(l, &(struct pty_spec){ .env = env }, LIL_ARGS(l->trace));
	expect_text(l->p, "Lil at ");
	lil_quit(l);
}

/* A home that is not there yet is made. */
static void test_home_is_made(void **state)
{
	struct lil *l = *state;
	char home[SCRATCH_PATH_BYTES], path[SCRATCH_PATH_BYTES + 32];
	const char *const env[] = { home, "XDG_STATE_HOME=", NULL };
	const struct pty_spec spec = { .env = env };

	snprintf(home, sizeof(home), "HOME=%.900s/not/yet", l->home);
	snprintf(path, sizeof(path), "%s/.local/state/lilscope", home + 5);
	lil_start(l, &spec, LIL_ARGS(l->trace));
	expect_text(l->p, "Lil at ");
	lil_command(l, "seek 777");
	expect_text(l->p, "777");
	lil_settle(l);
	lil_quit(l);
	assert_int_equal(access(path, F_OK), 0);
	lil_start(l, &spec, LIL_ARGS(l->trace));
	expect_text(l->p, "as you left it: token 777");
	assert_false(pty_find(l->p, "0 mark", NULL, NULL));
	lil_quit(l);
}

static void test_config_file(void **state)
{
	struct lil *l = *state;
	char dir[SCRATCH_PATH_BYTES], path[SCRATCH_PATH_BYTES];

	snprintf(dir, sizeof(dir), "%.900s/config", l->home);
	mkdir(dir, 0700);
	snprintf(dir, sizeof(dir), "%.900s/config/lilscope", l->home);
	mkdir(dir, 0700);
	scratch_file(dir, "config", "t 33\n", 5, path);
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS(l->trace));
	expect_text(l->p, "t = 33");
	lil_quit(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lil_test(test_position_and_marks),
		lil_test(test_by_content),
		lil_test(test_no_session),
		lil_test(test_numbers_stay),
		lil_test(test_script_has_none),
		lil_test(test_no_place_for_state),
		lil_test(test_home_is_made),
		lil_test(test_config_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
