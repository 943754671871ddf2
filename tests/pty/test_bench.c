/*
 * test_bench.c - a bench on a terminal: the screen while it runs, at any
 * size, and what stays when it is left.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lil.h"

/* A bench of some seconds at least on the small model that comes along; keep:
 * its runs in out.jsonl. */
static void start_bench(struct lil *l, const char *n, bool keep)
{
	static char model[SCRATCH_PATH_BYTES], problems[SCRATCH_PATH_BYTES];
	static char out_path[SCRATCH_PATH_BYTES];
	const char *top = getenv("top_srcdir");
	FILE *out;

	snprintf(model, sizeof(model),
		 "%s/samples/models/stories260K/checkpoint.bin",
		 top ? top : ".");
	snprintf(problems, sizeof(problems), "%.900s/p.jsonl", l->dir);
	snprintf(out_path, sizeof(out_path), "%.900s/out.jsonl", l->dir);
	out = fopen(problems, "w");
	assert_non_null(out);
	for (int i = 0; i < 200; i++)
		fprintf(out,
			"{\"prompt\":\"Tim had %d red%0*d\",\"answer\":3}\n", i,
			i == 2 ? 5000 : 1, 0); /* 3 is far too long */
	fclose(out);
	lil_start(l, &(struct pty_spec){ 0 },
		  LIL_ARGS("bench", "--model", model, "--problems", problems,
			   "-n", n, "--policies", "sink,quest", "--budgets",
			   "32,64", "--page", "8", "--predict", "120", "-j",
			   "1", keep ? "--out" : NULL, out_path));
}

/* To its end, which stays until it is left; then the tables. */
static void test_to_the_end(void **state)
{
	struct lil *l = *state;

	start_bench(l, "2", false);
	expect_text(l->p, "10 of 10 runs");
	expect_text(l->p, "right answers, percent");
	expect_text(l->p, "q prints the tables");
	pty_resize(l->p, 12, 60);
	expect_text(l->p, "quest");
	pty_resize(l->p, 50, 150);
	expect_text(l->p, "mean output, times dense");
	expect_text(l->p, "rescued right");
	pty_resize(l->p, 1, 1);
	pty_resize(l->p, 24, 80);
	expect_text(l->p, "10 of 10 runs");
	/* The axis has its ticks, its name and its unit. */
	assert_true(pty_find(l->p, "┬", NULL, NULL));
	assert_true(pty_find(l->p, "budget", NULL, NULL));
	assert_true(pty_find(l->p, "64 tokens", NULL, NULL));
	pty_keys(l->p, "q");
	expect_exit(l->p, 0);
	assert_true(pty_find(l->p, "guardian: f = ", NULL, NULL));
}

/* What --out wrote is the same screen, without running anything. */
static void test_results(void **state)
{
	char path[SCRATCH_PATH_BYTES];
	struct lil *l = *state;

	start_bench(l, "2", true);
	expect_text(l->p, "10 of 10 runs");
	expect_text(l->p, "q prints the tables");
	pty_keys(l->p, "q");
	expect_exit(l->p, 0);
	snprintf(path, sizeof(path), "%.900s/out.jsonl", l->dir);
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS(path));
	expect_text(l->p, "10 of 10 runs  done");
	expect_text(l->p, "right answers, percent");
	expect_text(l->p, "quest");
	pty_keys(l->p, "x");
	expect_text(l->p, "Every problem is solved with dense");
	pty_keys(l->p, "xq");
	expect_exit(l->p, 0);
	assert_true(pty_find(l->p, "guardian: f = ", NULL, NULL));
}

/* Why runs are missing is said where one sees that they are, and after. */
static void test_broken_run(void **state)
{
	struct lil *l = *state;

	start_bench(l, "3", false);
	expect_text(l->p, "10 of 15 runs  5 missing");
	expect_text(l->p, "problem 3 has 50");
	pty_keys(l->p, "x");
	expect_text(l->p, "The last that is missing: problem 3 has 50");
	pty_keys(l->p, "xq");
	expect_exit(l->p, 2);
	assert_true(pty_find(l->p, "5 runs are missing.", NULL, NULL));
}

/* One that was stopped is not done; columns without room come one by one. */
static void test_unfinished(void **state)
{
	char path[SCRATCH_PATH_BYTES], kept[SCRATCH_PATH_BYTES], line[65536];
	struct lil *l = *state;
	FILE *from, *to;

	start_bench(l, "2", true);
	expect_text(l->p, "q prints the tables");
	pty_keys(l->p, "q");
	expect_exit(l->p, 0);
	snprintf(path, sizeof(path), "%.900s/out.jsonl", l->dir);
	snprintf(kept, sizeof(kept), "%.900s/kept.jsonl", l->dir);
	from = fopen(path, "r");
	to = fopen(kept, "w");
	assert_true(from && to);
	for (int i = 0; i < 7 && fgets(line, sizeof(line), from); i++)
		fputs(line, to); /* the head, and six runs */
	fclose(from);
	fclose(to);
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS(kept));
	expect_text(l->p, " missing");
	assert_true(lil_number(l, "lilscope bench  ") == 6);
	assert_false(pty_find(l->p, "done", NULL, NULL));
	assert_false(pty_find(l->p, "rescued right", NULL, NULL));
	pty_keys(l->p, "llllllll");
	expect_text(l->p, "rescued right");
	expect_gone(l->p, "  runs  ");
	pty_keys(l->p, "v"); /* there is but this one */
	expect_text(l->p, "no other view has anything to show here");
	pty_resize(l->p, 24, 200);
	expect_text(l->p, "  runs  "); /* there is room for all */
	pty_keys(l->p, "q");
	expect_exit(l->p, 0);
	assert_true(pty_find(l->p, " runs are missing.", NULL, NULL));
}

/* Left in the middle: what is there is printed, and what is not is said. */
static void test_left_early(void **state)
{
	struct lil *l = *state;

	start_bench(l, "200", false);
	expect_text(l->p, "of 1000 runs");
	pty_resize(l->p, 60, 120);
	pty_keys(l->p, "q");
	expect_exit(l->p, 0);
	assert_true(pty_find(l->p, "stopped after ", NULL, NULL));
	assert_true(pty_find(l->p, "goes on later", NULL, NULL));
}

static void test_ctrl_c(void **state)
{
	struct lil *l = *state;

	start_bench(l, "200", false);
	expect_text(l->p, "of 1000 runs");
	pty_keys(l->p, PTY_CTRL_C);
	assert_true(pty_wait_exit(l->p, PTY_PATIENCE_MS));
	assert_false(pty_find(l->p, "right answers, percent", NULL, NULL));
	assert_true(pty_find(l->p, "stopped after ", NULL, NULL));
	expect_restored(l->p);
}

/* A signal is heard while it runs and while the end is looked at. */
static void test_signals(void **state)
{
	static const struct {
		const char *n, *shown;
		int sig, status;
	} rows[] = {
		{ "200", "of 1000 runs", SIGTERM, 143 },
		{ "200", "of 1000 runs", SIGINT, 130 },
		{ "2", "q prints the tables", SIGTERM, 143 },
	};
	struct lil *l = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start_bench(l, rows[i].n, false);
		expect_text(l->p, rows[i].shown);
		kill(pty_pid(l->p), rows[i].sig);
		expect_exit(l->p, rows[i].status);
		expect_restored(l->p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lil_test(test_to_the_end),
		lil_test(test_results),
		lil_test(test_broken_run),
		lil_test(test_unfinished),
		lil_test(test_left_early),
		lil_test(test_ctrl_c),
		lil_test(test_signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
