/*
 * test_decoder.c - what the shipped model writes, in the views that only a
 * decoder fills: the map of the KV cache, and runs side by side.
 */
#define _GNU_SOURCE /* pipe2 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lil.h"
#include "model/sparse.h"

enum { PATH_BYTES = 2 * SCRATCH_PATH_BYTES };

static void say(int fd, const char *control)
{
	assert_int_equal(write(fd, control, strlen(control)),
			 (ssize_t)strlen(control));
}

/* lilscope decode into a descriptor; *control says what it is to do, until
 * the caller closes it. */
static pid_t decode_by(int *control, const char *policy, int out)
{
	const char *top = getenv("top_srcdir");
	char model[PATH_BYTES];
	int ends[2];
	pid_t pid;

	snprintf(model, sizeof(model),
		 "%s/samples/models/stories260K/checkpoint.bin",
		 top ? top : ".");
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		dup2(ends[0], 0);
		dup2(out, 1);
		execl(lil_program(), "lilscope", "decode", "-m", model,
		      "--prompt", "Once upon a time", "-n", "300", "--policy",
		      policy, "-b", "48", "--ignore-eos", "--control",
		      (char *)NULL);
		_exit(127);
	}
	close(ends[0]);
	assert_true(pid > 0);
	*control = ends[1];
	return pid;
}

/* The same by these lines alone. */
static pid_t decode(const char *control, const char *policy, int out)
{
	int fd;
	pid_t pid = decode_by(&fd, policy, out);

	say(fd, control);
	close(fd);
	return pid;
}

static void decoded(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void decode_to_file(struct lil *l, const char *control,
			   const char *policy, char path[PATH_BYTES])
{
	int fd;

	lil_program(); /* or the test is skipped */
	snprintf(path, PATH_BYTES, "%s/decoded.jsonl", l->dir);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	decoded(decode(control, policy, fd));
	close(fd);
}

static void test_map(void **state)
{
	struct lil *l = *state;
	char path[PATH_BYTES];

	decode_to_file(l, "go\n", "sink", path);
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS(path));
	expect_text(l->p, "tokens 300");
	lil_settle(l);
	pty_keys(l->p, "4");
	expect_text(l->p, "sink 48");
	expect_text(l->p, "×"); /* pages were evicted */
	expect_text(l->p, "╌"); /* and are gone */
	expect_text(l->p, "page 0");
	/* The prompt's page says the prompt's words, and was never lost. */
	expect_text(l->p, "Once upon a time");
	expect_text(l->p, "kept since token 1");
	pty_keys(l->p, "jj");
	expect_text(l->p, "page 2");
	expect_text(l->p, "evicted at token");
	pty_keys(l->p, "\"");
	expect_text(l->p, "one page a row");
	pty_keys(l->p, "g"); /* the first token: it is not there yet */
	expect_text(l->p, "not there before token");
	pty_keys(l->p, "x");
	expect_text(l->p, "keys and values of 16 tokens");
	pty_keys(l->p, "x");
	pty_resize(l->p, 12, 60);
	lil_settle(l);
	expect_alive(l->p);
	pty_resize(l->p, 24, 80);
	lil_settle(l);
	/* v passes it on traces that have none. */
	pty_keys(l->p, "1vv");
	expect_text(l->p, "page 2");
	lil_quit(l);
}

static void test_compare(void **state)
{
	struct lil *l = *state;
	char path[PATH_BYTES];

	decode_to_file(l, "step 1\nfork 5 sink 32\nfork 5 quest 32\ngo\n",
		       "dense", path);
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS(path));
	expect_text(l->p, "tokens");
	lil_settle(l);
	pty_keys(l->p, "c");
	expect_text(l->p, "3 runs");
	expect_text(l->p, "A  dense");
	expect_text(l->p, "B  sink 32");
	expect_text(l->p, "C  quest 32");
	expect_text(l->p, "of A: ");
	expect_text(l->p, "JCT ");
	expect_text(l->p, "A and B say the same for ");
	expect_text(l->p, " reads ");
	pty_keys(l->p, "|");
	expect_text(l->p, "so far ");
	pty_keys(l->p, "Gu");
	expect_text(l->p, "over seconds");
	pty_keys(l->p, "=");
	expect_text(l->p, "the curves are rho");
	pty_keys(l->p, "jx");
	expect_text(l->p, "TTFT + (tokens");
	pty_keys(l->p, "x\r"); /* the second run, alone */
	expect_text(l->p, "2/3");
	expect_text(l->p, "gain");
	lil_settle(l);
	pty_keys(l->p, "c");
	expect_text(l->p, "3 runs");
	pty_resize(l->p, 12, 60);
	expect_text(l->p, "A  dense");
	lil_settle(l);
	expect_alive(l->p);
	pty_keys(l->p, "q"); /* to the list */
	expect_gone(l->p, "3 runs");
	lil_quit(l);
}

/* The view is open before the second run begins. */
static void test_grows(void **state)
{
	struct lil *l = *state;
	int ends[2], control;
	pid_t pid;

	lil_program();
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	lil_start(l, &(struct pty_spec){ .stdin_fd = &ends[0] },
		  LIL_ARGS("-"));
	close(ends[0]);
	pid = decode_by(&control, "dense", ends[1]);
	close(ends[1]);
	say(control, "step 100\n");
	expect_text(l->p, "dense");
	say(control, "fork 30 sink 32\ngo\n");
	close(control);
	pty_keys(l->p, "c");
	expect_text(l->p, "2 runs");
	expect_text(l->p, "A  dense · 300 tokens · ended: length");
	expect_text(l->p, "B  sink 32 · 300 tokens · ended: length");
	decoded(pid);
	pty_keys(l->p, PTY_CTRL_C);
	assert_true(pty_wait_exit(l->p, PTY_PATIENCE_MS));
	expect_restored(l->p);
}

/* Every policy, piped into a screen: the map has it while it comes. */
static void test_policies(void **state)
{
	struct lil *l = *state;

	lil_program();
	for (size_t i = 0; i < sparse_n_rows; i++) {
		const char *policy = sparse_rows[i]->name;
		char title[64];
		int ends[2];
		pid_t pid;

		assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
		lil_start(l, &(struct pty_spec){ .stdin_fd = &ends[0] },
			  LIL_ARGS("-"));
		close(ends[0]);
		pid = decode("go\n", policy, ends[1]);
		close(ends[1]);
		expect_text(l->p, "tokens 300");
		pty_keys(l->p, "4");
		if (sparse_rows[i] == &sparse_dense) {
			expect_text(l->p, "This run is dense");
		} else {
			snprintf(title, sizeof(title), "%s 48 · token 300: ",
				 policy);
			expect_text(l->p, title);
			expect_text(l->p, "of 19 pages");
			expect_text(l->p, "█");
			expect_text(l->p, "page 0");
		}
		decoded(pid);
		pty_keys(l->p, "QQ");
		expect_exit(l->p, 0);
		expect_restored(l->p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lil_test(test_policies),
		lil_test(test_map),
		lil_test(test_compare),
		lil_test(test_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
