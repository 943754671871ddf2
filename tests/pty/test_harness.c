/* test_harness.c - the harness itself, on programs that every system has. */
#include <signal.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "pty.h"
#include "scratch.h"

/* A shell script on a terminal of the usual size. */
static struct pty *start_script(const char *script)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	struct pty_spec spec = { .argv = argv };

	return pty_start(&spec);
}

static void test_text_and_exit(void **state)
{
	struct pty *p = start_script("echo hello; read x; exit 3");
	int row, col;

	(void)state;
	expect_text(p, "hello");
	assert_true(pty_find(p, "llo", &row, &col));
	assert_int_equal(row, 0);
	assert_int_equal(col, 2);
	pty_keys(p, "\n");
	expect_exit(p, 3);
	expect_restored(p);
	pty_free(p);
}

static void test_cells(void **state)
{
	struct pty *p = start_script(
		"printf '\\033[1;31;44mA\\033[0m\\033[38;5;200mB"
		"\\033[0m\\344\\275\\240e\\314\\201|end'; read x");
	struct pty_cell cell;
	int col;

	(void)state;
	expect_text(p, "end");
	cell = pty_cell(p, 0, 0);
	assert_string_equal(cell.text, "A");
	assert_true(cell.bold);
	assert_int_equal(cell.fg, 1);
	assert_int_equal(cell.bg, 4);
	assert_int_equal(pty_cell(p, 0, 1).fg, 200);
	assert_int_equal(pty_cell(p, 0, 1).bg, -1);
	assert_int_equal(pty_cell(p, 0, 2).width, 2);
	assert_int_equal(pty_cell(p, 0, 3).width, 0);
	assert_true(pty_find(p, "|end", NULL, &col));
	assert_int_equal(col, 5);
	pty_free(p);
}

static void test_size_and_resize(void **state)
{
	struct pty *p = start_script("trap 'echo now $(stty size)' WINCH;"
				     "echo first $(stty size);"
				     "while :; do read x; done");

	(void)state;
	expect_text(p, "first 24 80");
	pty_resize(p, 7, 31);
	expect_text(p, "now 7 31");
	pty_free(p);
}

struct left_case {
	const char *name, *script;
	bool restored;
};

static const struct left_case left_cases[] = {
	{ "nothing", "echo x", true },
	{ "all undone", "printf '\\033[?1049h\\033[?25l\\033[?1006;1000h"
			"\\033[?1000;1006l\\033[?25h\\033[?1049l'", true },
	{ "screen", "printf '\\033[?1049h'", false },
	{ "cursor", "printf '\\033[?25l'", false },
	{ "mouse", "printf '\\033[?1006;1002h'", false },
	{ "paste", "printf '\\033[?2004h'", false },
	{ "colour", "printf '\\033[31m'", false },
	{ "reverse", "printf '\\033[7m'", false },
	{ "termios", "stty -echo", false },
};

static void test_what_is_left_behind(void **state)
{
	char why[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(left_cases); i++) {
		struct pty *p = start_script(left_cases[i].script);

		expect_exit(p, 0);
		if (pty_restored(p, why) != left_cases[i].restored) {
			pty_show(p, left_cases[i].name);
			fail();
		}
		pty_free(p);
	}
}

static void test_signal_status(void **state)
{
	struct pty *p = start_script("kill -SEGV $$");
	int sig;

	(void)state;
	expect_exit(p, 128 + SIGSEGV);
	pty_status(p, &sig);
	assert_int_equal(sig, SIGSEGV);
	pty_free(p);
}

static void test_keys_and_raw_bytes(void **state)
{
	struct pty *p = start_script("stty raw -echo; printf ready;"
				     "dd bs=1 count=9 2>/dev/null | od -c");
	size_t from;

	(void)state;
	expect_text(p, "ready");
	from = pty_raw(p)->len;
	pty_click(p, 4, 6);
	expect_exit(p, 0);
	assert_true(pty_wrote(p, from, "0   ;   7   ;   5", 17));
	assert_false(pty_wrote(p, from, "ready", 5));
	pty_free(p);
}

static void test_all_output_before_exit(void **state)
{
	struct pty *p = start_script("i=0; while [ $i -lt 3000 ]; do"
				     " i=$((i+1)); echo line $i; done");

	(void)state;
	expect_exit(p, 0);
	assert_true(pty_wrote(p, 0, "line 3000\r\n", 11));
	assert_true(pty_find(p, "line 3000", NULL, NULL));
	pty_free(p);
}

static void test_silence(void **state)
{
	struct pty *p = start_script("echo one; read x; echo two; read x");
	uint64_t n;

	(void)state;
	expect_text(p, "one");
	assert_true(pty_wait_silence(p, 50, PTY_PATIENCE_MS));
	n = pty_n_bytes(p);
	assert_false(pty_pump(p, 50));
	assert_int_equal(pty_n_bytes(p), n);
	pty_keys(p, "\n");
	expect_text(p, "two");
	expect_alive(p);
	pty_free(p);
}

static void test_hang_up(void **state)
{
	struct pty *p = start_script("echo up; read x; exit 5");

	(void)state;
	expect_text(p, "up");
	pty_hang_up(p);
	expect_exit(p, 128 + SIGHUP);
	pty_free(p);
}

static void test_home_is_its_own(void **state)
{
	const char *const argv[] = { "sh", "-c",
				     "echo \"$HOME|$XDG_STATE_HOME|$X\"",
				     NULL };
	const char *const env[] = { "X=extra", NULL };
	char home[SCRATCH_PATH_BYTES];
	struct buf text = { 0 };
	struct pty *p;

	(void)state;
	scratch_make(home);
	p = pty_start(&(struct pty_spec){ .argv = argv, .home = home,
					  .env = env, .cols = 200 });
	buf_printf(&text, "%s|%s/state|extra", home, home);
	expect_text(p, buf_cstr(&text));
	pty_free(p);
	buf_release(&text);
	scratch_remove(home);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_and_exit),
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_size_and_resize),
		cmocka_unit_test(test_what_is_left_behind),
		cmocka_unit_test(test_signal_status),
		cmocka_unit_test(test_keys_and_raw_bytes),
		cmocka_unit_test(test_all_output_before_exit),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_hang_up),
		cmocka_unit_test(test_home_is_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
