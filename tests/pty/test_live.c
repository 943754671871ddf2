/*
 * test_live.c - a generation while it comes: a growing file, cut, moved away
 * and made anew.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "lil.h"

static void put(const char *path, int flags, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | flags, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void place(struct lil *l, const char *name,
		  char path[2 * SCRATCH_PATH_BYTES])
{
	snprintf(path, 2 * SCRATCH_PATH_BYTES, "%s/%s", l->dir, name);
}

static void test_grows(void **state)
{
	struct lil *l = *state;
	char path[2 * SCRATCH_PATH_BYTES];
	char line[64];

	place(l, "grows.log", path);
	put(path, O_TRUNC, "It was a dark\nand stormy night.\n");
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS("-f", path));
	expect_text(l->p, "stormy");
	expect_text(l->p, "live");
	put(path, O_APPEND, "The rain fell in torrents.\n");
	expect_text(l->p, "torrents");
	for (int i = 0; i < 200; i++) {
		snprintf(line, sizeof(line), "and on, and on, %d\n",
			 i * 7919 % 1000);
		put(path, O_APPEND, line);
	}
	put(path, O_APPEND, "until morning\n");
	expect_text(l->p, "until morning");
	expect_text(l->p, "tok/s");
	expect_text(l->p, "○ waiting since ");
	put(path, O_APPEND, "and then it was day\n");
	expect_text(l->p, "was day");
	expect_text(l->p, "live");
	lil_quit(l);
}

static void test_cut_and_replaced(void **state)
{
	struct lil *l = *state;
	char path[2 * SCRATCH_PATH_BYTES], moved[2 * SCRATCH_PATH_BYTES];

	place(l, "turns.log", path);
	place(l, "turns.log.1", moved);
	put(path, O_TRUNC, "The first\nof three beginnings.\n");
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS("-f", path));
	expect_text(l->p, "three beginnings");
	put(path, O_TRUNC, "The second\none.\n");
	expect_text(l->p, "was cut after");
	expect_text(l->p, "1/2");
	assert_int_equal(rename(path, moved), 0);
	put(path, O_TRUNC, "The last\nbeginning.\n");
	expect_text(l->p, "was replaced");
	expect_text(l->p, "1/3");
	lil_settle(l);
	pty_keys(l->p, ">>");
	expect_text(l->p, "The last");
	lil_quit(l);
}

static void test_not_there_yet(void **state)
{
	struct lil *l = *state;
	char path[2 * SCRATCH_PATH_BYTES];

	place(l, "later.log", path);
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS("-f", path));
	expect_text(l->p, "later.log");
	expect_text(l->p, "waits for the file, which is not there yet");
	put(path, O_EXCL, "Better late\nthan never.\n");
	expect_text(l->p, "than never");
	put(path, O_APPEND, "And here is more.\n");
	expect_text(l->p, "here is more");
	lil_quit(l);
}

/* Two at once: neither waits for the other. */
static void test_two_files(void **state)
{
	struct lil *l = *state;
	char a[2 * SCRATCH_PATH_BYTES], b[2 * SCRATCH_PATH_BYTES];

	place(l, "a.log", a);
	place(l, "b.log", b);
	put(a, O_TRUNC, "This is a,\nthe first file.\n");
	put(b, O_TRUNC, "This is b,\nthe second file.\n");
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS("-f", a, b));
	expect_text(l->p, "a.log");
	expect_text(l->p, "b.log");
	lil_settle(l);
	put(b, O_APPEND, "More of b.\n");
	pty_keys(l->p, PTY_DOWN "\r");
	expect_text(l->p, "More of b"); /* "." may go on */
	put(b, O_APPEND, "And more.\n");
	expect_text(l->p, "And more");
	pty_keys(l->p, "q");
	expect_text(l->p, "a.log");
	lil_quit(l);
}

/* Written down while it comes, and read again at the pace that it had. */
static void test_recorded(void **state)
{
	struct lil *l = *state;
	char path[2 * SCRATCH_PATH_BYTES], to[2 * SCRATCH_PATH_BYTES];
	char command[4 * SCRATCH_PATH_BYTES];

	place(l, "grows.log", path);
	place(l, "kept.jsonl.zst", to);
	put(path, O_TRUNC, "It was a dark\nand stormy night.\n");
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS("-f", path));
	expect_text(l->p, "stormy");
	snprintf(command, sizeof(command), "record %s", to);
	lil_command(l, command);
	expect_text(l->p, "recording to");
	expect_text(l->p, "rec");
	put(path, O_APPEND, "The rain\n");
	expect_text(l->p, "The rain");
	put(path, O_APPEND, "fell in torrents.\n");
	expect_text(l->p, "torrents");
	expect_text(l->p, "TBT ");
	pty_keys(l->p, "w");
	expect_text(l->p, "recorded ");
	lil_quit(l);
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS(to));
	expect_text(l->p, "torrents");
	expect_text(l->p, "lilscope trace");
	expect_text(l->p, "TBT ");
	lil_quit(l);
}

static void test_newest(void **state)
{
	struct lil *l = *state;
	char path[2 * SCRATCH_PATH_BYTES];

	place(l, "turns.log", path);
	put(path, O_TRUNC, "The first\nof two beginnings.\n");
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS("-f", path));
	expect_text(l->p, "two beginnings");
	put(path, O_TRUNC, "Another\none.\n");
	expect_text(l->p, "1/2");
	lil_settle(l);
	pty_keys(l->p, "F");
	expect_text(l->p, "2/2");
	expect_text(l->p, "Another");
	lil_quit(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lil_test(test_grows),
		lil_test(test_cut_and_replaced),
		lil_test(test_not_there_yet),
		lil_test(test_two_files),
		lil_test(test_recorded),
		lil_test(test_newest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
