/*
 * test_restore.c - however it ends, the terminal is as it was.
 */
#include <signal.h>
#include <stdio.h>

#include "lil.h"

static void test_quit(void **state)
{
	struct lil *l = *state;

	lil_open_trace(l);
	assert_true(pty_mode(l->p, 1049));
	assert_false(pty_mode(l->p, 25));
	lil_quit(l);
}

struct signal_case {
	int sig, status;
	bool killed; /* it dies by the signal itself */
};

/* 130 and 143 as lilscope(1) promises, by exit or by the signal: a shell
 * shows the same number for both. */
static const struct signal_case signal_cases[] = {
	{ SIGINT, 130, false },
	{ SIGTERM, 143, false },
	{ SIGHUP, 129, false },
	{ SIGSEGV, 139, true },
	{ SIGABRT, 134, true },
	{ SIGBUS, 135, true },
	{ SIGFPE, 136, true },
	{ SIGUSR1, 128 + SIGUSR1, true },
	{ SIGUSR2, 128 + SIGUSR2, true },
	{ SIGALRM, 128 + SIGALRM, true },
	{ SIGXCPU, 128 + SIGXCPU, true },
};

static void test_signals(void **state)
{
	struct lil *l = *state;

	for (size_t i = 0; i < ARRAY_LEN(signal_cases); i++) {
		const struct signal_case *c = &signal_cases[i];
		int sig;

		lil_open_trace(l);
		kill(pty_pid(l->p), c->sig);
		expect_exit(l->p, c->status);
		pty_status(l->p, &sig);
		if (c->killed)
			assert_int_equal(sig, c->sig);
		expect_restored(l->p);
	}
}

static void test_ctrl_c(void **state)
{
	struct lil *l = *state;

	lil_open_trace(l);
	pty_keys(l->p, PTY_CTRL_C);
	expect_exit(l->p, 130);
	expect_restored(l->p);
}

/* Ctrl-C while something is asked, and before the first screen. */
static void test_ctrl_c_in_the_prompt(void **state)
{
	struct lil *l = *state;

	lil_open_trace(l);
	pty_keys(l->p, ":seek 1");
	expect_text(l->p, ":seek 1");
	pty_keys(l->p, PTY_CTRL_C);
	if (!pty_wait_gone(l->p, ":seek 1", PTY_PATIENCE_MS))
		fail();
	if (!pty_wait_exit(l->p, LIL_QUIET_MS))
		pty_keys(l->p, PTY_CTRL_C);
	expect_exit(l->p, 130);
	expect_restored(l->p);
}

/* A shell with job control starts it, as people do. */
static void test_suspend_and_resume(void **state)
{
	struct lil *l = *state;
	const char *const argv[] = { "sh", "-i", NULL };
	struct buf line = { 0 };

	buf_printf(&line, "%s %s\n", lil_program(), l->trace);
	l->p = pty_start(&(struct pty_spec){ .argv = argv, .home = l->home });
	expect_text(l->p, "$");
	pty_keys(l->p, buf_cstr(&line));
	buf_release(&line);
	for (int round = 0; round < 2; round++) {
		expect_text(l->p, "Lil at ");
		lil_settle(l);
		pty_keys(l->p, PTY_CTRL_Z);
		expect_text(l->p, "topped"); /* "Stopped" or "stopped" */
		lil_settle(l); /* the word may be there from before */
		expect_restored(l->p);
		pty_keys(l->p, "fg\n");
		expect_text(l->p, "ρ");
		assert_true(pty_mode(l->p, 1049));
	}
	pty_keys(l->p, "q");
	lil_settle(l); /* the shell reads again */
	pty_keys(l->p, "exit 7\n");
	expect_exit(l->p, 7);
	expect_restored(l->p);
}

/* The window is closed: it ends by itself, and soon. */
static void test_terminal_gone(void **state)
{
	struct lil *l = *state;

	lil_open_trace(l);
	pty_hang_up(l->p);
	expect_exit(l->p, 129);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lil_test(test_quit),
		lil_test(test_signals),
		lil_test(test_ctrl_c),
		lil_test(test_ctrl_c_in_the_prompt),
		lil_test(test_suspend_and_resume),
		lil_test(test_terminal_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
