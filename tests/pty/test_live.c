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
	/* two are a list, worst first, and the second is still written */
	expect_text(l->p, "turns.log · 1/2");
	assert_int_equal(rename(path, moved), 0);
	put(path, O_TRUNC, "The last\nbeginning.\n");
	expect_text(l->p, "was replaced");
	expect_text(l->p, "turns.log · 1/3");
	lil_settle(l);
	pty_keys(l->p, "\r");
	expect_text(l->p, "The last");
	lil_quit(l);
}

/* Streams that ended are put away, and any of them opens, also when the log
 * they stood in is gone. */
static void test_put_away(void **state)
{
	struct lil *l = *state;
	char path[2 * SCRATCH_PATH_BYTES], line[128];

	place(l, "streams.jsonl", path);
	put(path, O_TRUNC, "");
	for (int i = 0; i < 6; i++) {
		snprintf(line, sizeof(line),
			 "{\"lilscope\":1,\"run\":\"%d\",\"id\":\"r%d\"}\n",
			 i, i);
		put(path, O_APPEND, line);
		for (int k = 0; k < 60; k++) {
			snprintf(line, sizeof(line),
				 "{\"run\":\"%d\",\"t\":\" tale%d-%d\"}\n", i,
				 i, k);
			put(path, O_APPEND, line);
		}
		snprintf(line, sizeof(line),
			 "{\"run\":\"%d\",\"end\":\"stop\"}\n", i);
		put(path, O_APPEND, line);
	}
	lil_start(l, &(struct pty_spec){ 0 },
		  LIL_ARGS("--keep-memory", "0", "-f", path));
	expect_text(l->p, "6 put away");
	lil_settle(l);
	put(path, O_TRUNC, "");
	expect_text(l->p, "was cut");
	lil_command(l, "open-number 3");
	expect_text(l->p, "tale2-59");
	lil_command(l, "open-number 5");
	expect_text(l->p, "tale4-59");
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
	pty_keys(l->p, "g"); /* who pressed a key stays where he is */
	lil_settle(l);
	put(path, O_TRUNC, "Another\none.\n");
	expect_text(l->p, "1/2");
	lil_settle(l);
	pty_keys(l->p, "FF");
	expect_text(l->p, "2/2");
	expect_text(l->p, "Another");
	lil_quit(l);
}

/* --- several at once ---------------------------------------------------- */

/* What a guard's tee has: a header a stream, then their tokens by turns. */
static void put_header(const char *path, const char *run)
{
	char line[160];

	snprintf(line, sizeof(line),
		 "{\"lilscope\":1,\"run\":\"%s\",\"id\":\"chatcmpl-%s\","
		 "\"model\":\"tiny\"}\n", run, run);
	put(path, O_APPEND, line);
}

static void put_tokens(const char *path, const char *run, unsigned from,
		       unsigned n, bool loops)
{
	struct buf lines = { 0 };

	/* in letters: numbers alone would be a list that counts */
	for (unsigned i = from; i < from + n; i++) {
		unsigned x = loops ? i % 5 : i * 2654435761u >> 8;

		buf_printf(&lines, "{\"t\":\" w%c%c%c%c\",\"us\":%u,\"run\":"
				   "\"%s\"}\n",
			   'a' + x % 26, 'a' + x / 26 % 26,
			   'a' + x / 676 % 26, 'a' + x / 17576 % 26,
			   i * 20000, run);
	}
	put(path, O_APPEND, buf_cstr(&lines));
	buf_release(&lines);
}

static void put_end(const char *path, const char *run, const char *reason)
{
	char line[96];

	snprintf(line, sizeof(line),
		 "{\"end\":\"%s\",\"run\":\"%s\"}\n", reason, run);
	put(path, O_APPEND, line);
}

static int row_of(struct lil *l, const char *text)
{
	int row = -1;

	assert_true(pty_find(l->p, text, &row, NULL));
	return row;
}

/* Rows are measured while the streams are written, and no view was opened;
 * nothing that is unknown is called good; the worst comes first, and is
 * heard. */
static void test_streams(void **state)
{
	struct lil *l = *state;
	char path[2 * SCRATCH_PATH_BYTES];

	place(l, "all.jsonl", path);
	put(path, O_TRUNC, "");
	put_header(path, "a");
	put_tokens(path, "a", 0, 20, false);
	lil_start(l, &(struct pty_spec){ .cols = 120 }, LIL_ARGS("-f", path));
	expect_text(l->p, "tokens 20");
	put_header(path, "b");
	put_header(path, "c");
	expect_text(l->p, "3 generations");
	expect_text(l->p, "live: 3 open");
	put_tokens(path, "a", 20, 480, false);
	put_tokens(path, "b", 0, 80, false);
	put_tokens(path, "c", 0, 260, false);
	expect_text(l->p, "80 of 250");
	expect_text(l->p, "chatcmpl-a");
	expect_text(l->p, "writing");
	expect_text(l->p, "loop in none of 3 so far");
	expect_text(l->p, "50.0"); /* tokens a second */
	expect_text(l->p, "tiny");
	put_tokens(path, "c", 260, 500, true);
	expect_text(l->p, "loop at token 342");
	expect_text(l->p, "of generation 3");
	expect_text(l->p, "loop in 1 of 3 so far");
	assert_true(pty_wrote(l->p, 0, "\a", 1));
	expect_text(l->p, "waiting ");
	assert_true(row_of(l, "  chatcmpl-c") < row_of(l, "  chatcmpl-a"));
	assert_true(row_of(l, "  chatcmpl-c") < row_of(l, "  chatcmpl-b"));
	put_end(path, "a", "stop");
	put_end(path, "b", "length");
	put_end(path, "c", "guard");
	expect_text(l->p, "stopped by guard");
	expect_text(l->p, "ended: stop");
	expect_text(l->p, "ended: length");
	lil_quit(l);
}

/* Which screen is the first does not hang on what was read by when. */
static void test_first_screen(void **state)
{
	struct lil *l = *state;
	char path[2 * SCRATCH_PATH_BYTES];

	place(l, "all.jsonl", path);
	for (int late = 0; late < 3; late++) {
		put(path, O_TRUNC, "");
		for (int i = 0; i < 3; i++) {
			char run[] = { (char)('a' + i), '\0' };

			if (i == late)
				lil_start(l, &(struct pty_spec){ 0 },
					  LIL_ARGS("--no-session", "-f",
						   path));
			if (i == late && late)
				expect_text(l->p, "all.jsonl");
			put_header(path, run);
			put_tokens(path, run, 0, 10, false);
		}
		expect_text(l->p, "3 generations");
		expect_text(l->p, "10 of 250");
		lil_quit(l);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lil_test(test_grows),
		lil_test(test_cut_and_replaced),
		lil_test(test_put_away),
		lil_test(test_not_there_yet),
		lil_test(test_two_files),
		lil_test(test_recorded),
		lil_test(test_newest),
		lil_test(test_streams),
		lil_test(test_first_screen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
