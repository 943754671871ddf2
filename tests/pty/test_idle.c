/*
 * test_idle.c - with nothing to do, nothing is done: no byte is written to
 * the terminal and no time is taken from the machine.
 */
#define _GNU_SOURCE /* pipe2 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "lil.h"

enum {
	IDLE_MS = 1000,
	/* 0.2 % of a core is the budget, which tests/bench measures; this
	 * only tells waiting from spinning on a loaded machine. */
	IDLE_MAX_NS = 50 * 1000 * 1000,
};

/* Time on a core since the start, from the scheduler; 0 where it is not
 * told. */
static unsigned long long run_ns(pid_t pid)
{
	unsigned long long ns = 0;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)pid);
	f = fopen(path, "r");
	if (!f)
		return 0;
	if (fscanf(f, "%llu", &ns) != 1)
		ns = 0;
	fclose(f);
	return ns;
}

static void expect_idle(struct lil *l)
{
	unsigned long long before;
	uint64_t n;

	lil_settle(l);
	n = pty_n_bytes(l->p);
	before = run_ns(pty_pid(l->p));
	if (pty_pump(l->p, IDLE_MS)) {
		pty_show(l->p, "it writes while idle");
		fail();
	}
	assert_int_equal(pty_n_bytes(l->p), n);
	assert_true(run_ns(pty_pid(l->p)) - before < IDLE_MAX_NS);
}

static void test_paused(void **state)
{
	struct lil *l = *state;

	lil_open_trace(l);
	expect_idle(l);
}

static void test_list(void **state)
{
	struct lil *l = *state;

	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS(l->list, l->trace));
	expect_text(l->p, "list.jsonl");
	expect_idle(l);
}

/* The other end of the pipe is silent but open. */
static void test_waiting_for_a_pipe(void **state)
{
	static const char text[] = "Once upon a time\nthere was\na pipe.\n";
	struct lil *l = *state;
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	lil_start(l, &(struct pty_spec){ .stdin_fd = &ends[0] }, LIL_ARGS("-"));
	close(ends[0]);
	assert_true(write(ends[1], text, sizeof(text) - 1) > 0);
	expect_text(l->p, "○ waiting");
	expect_idle(l);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lil_test(test_paused),
		lil_test(test_list),
		lil_test(test_waiting_for_a_pipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
