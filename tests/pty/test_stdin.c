/*
 * test_stdin.c - standard input is the trace, keys come from the terminal.
 */
#define _GNU_SOURCE /* pipe2 */
#include <fcntl.h>
#include <unistd.h>

#include "lil.h"

static void test_file_on_stdin(void **state)
{
	struct lil *l = *state;
	int fd = open(l->trace, O_RDONLY);

	assert_true(fd >= 0);
	lil_start(l, &(struct pty_spec){ .stdin_fd = &fd }, LIL_ARGS("-"));
	close(fd);
	expect_text(l->p, "Lil at ");
	pty_keys(l->p, "?");
	expect_text(l->p, "Keys in");
	pty_keys(l->p, "q");
	expect_text(l->p, "Lil at ");
	lil_quit(l);
}

/* A pipe that this test writes to. */
struct producer {
	int fd; /* the writing end, -1 when closed */
};

static struct producer start_on_pipe(struct lil *l, const char *const *args)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	lil_start(l, &(struct pty_spec){ .stdin_fd = &ends[0] }, args);
	close(ends[0]);
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	return (struct producer){ ends[1] };
}

/* Never blocks: while the program does not read, its screen is taken. */
static void produce(struct lil *l, struct producer *to, const char *bytes,
		    size_t n)
{
	uint64_t until = pty_now_us() + PTY_PATIENCE_MS * 1000ull;

	while (n > 0) {
		ssize_t done = write(to->fd, bytes, n);

		if (done > 0) {
			bytes += done;
			n -= (size_t)done;
			continue;
		}
		assert_true(pty_now_us() < until);
		pty_pump(l->p, 5);
	}
}

static void finish(struct producer *to)
{
	close(to->fd);
	to->fd = -1;
}

static void test_pipe(void **state)
{
	struct lil *l = *state;
	struct producer to = start_on_pipe(l, LIL_ARGS("-"));
	struct buf text = { 0 };

	assert_true(scratch_read(l->trace, &text));
	produce(l, &to, text.data, text.len);
	finish(&to);
	expect_text(l->p, "Lil at ");
	buf_release(&text);
	lil_quit(l);
}

/* One chunk of an OpenAI stream with `text`, which needs no escapes. */
static void produce_chunk(struct lil *l, struct producer *to, const char *text)
{
	struct buf out = { 0 };

	buf_printf(&out, "data: {\"id\":\"c\",\"object\":"
			 "\"chat.completion.chunk\",\"model\":\"live\","
			 "\"choices\":[{\"index\":0,\"delta\":"
			 "{\"content\":\"%s\"}}]}\n\n", text);
	produce(l, to, out.data, out.len);
	buf_release(&out);
}

/* The server dies: nobody told why it ended, and the title says so; if one
 * did, it says that. */
static void test_how_it_ended(void **state)
{
	static const char stop[] =
		"data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},"
		"\"finish_reason\":\"content_filter\"}]}\n\n";
	struct lil *l = *state;

	for (int told = 0; told < 2; told++) {
		struct producer to = start_on_pipe(l, LIL_ARGS("-"));

		produce_chunk(l, &to, "half a sent");
		expect_text(l->p, "half a");
		expect_text(l->p, "● live");
		expect_gone(l->p, "ended");
		if (told)
			produce(l, &to, stop, sizeof(stop) - 1);
		finish(&to);
		expect_text(l->p, told ? "ended: content_filter" :
					 "ended: no reason told");
		expect_gone(l->p, "● live");
		lil_quit(l);
	}
}

/* What is there is shown before the next byte comes. */
static void test_growing_pipe(void **state)
{
	static const char *const parts[] = { "zebra one ", "yak two ",
					     "walrus three ", "vole four " };
	struct lil *l = *state;
	struct producer to = start_on_pipe(l, LIL_ARGS("-"));

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		char word[8] = { 0 };

		produce_chunk(l, &to, parts[i]);
		memcpy(word, parts[i], strcspn(parts[i], " "));
		expect_text(l->p, word);
	}
	pty_keys(l->p, "?");
	expect_text(l->p, "Keys in");
	pty_keys(l->p, "q");
	expect_gone(l->p, "Keys in");
	produce(l, &to, "data: [DONE]\n\n", 14);
	finish(&to);
	lil_quit(l);
}

/* Plain text that trickles in is shown too, before 64 KiB are there. */
static void test_trickling_text(void **state)
{
	struct lil *l = *state;
	struct producer to = start_on_pipe(l, LIL_ARGS("-"));

	expect_text(l->p, "nothing has come yet");
	expect_text(l->p, "waiting for the first byte");
	produce(l, &to, "It was a dark and stormy night.\n", 32);
	expect_text(l->p, "nothing recognised yet");
	produce(l, &to, "The rain fell in torrents.\n", 27);
	expect_text(l->p, "stormy");
	expect_text(l->p, "torrents");
	produce(l, &to, "Except at occasional intervals.\n", 32);
	expect_text(l->p, "occasional");
	finish(&to);
	lil_quit(l);
}

/* Nothing has come yet: the program is there, and can be left. */
static void test_silent_pipe(void **state)
{
	struct lil *l = *state;
	struct producer to = start_on_pipe(l, LIL_ARGS("-"));

	assert_true(pty_pump(l->p, PTY_PATIENCE_MS));
	lil_settle(l);
	pty_keys(l->p, "?");
	expect_text(l->p, "Keys in");
	pty_keys(l->p, "q");
	expect_gone(l->p, "Keys in");
	lil_quit(l);
	finish(&to);
}

/* No bytes at all: one clear sentence. */
static void test_empty_pipe(void **state)
{
	struct lil *l = *state;
	struct producer to = start_on_pipe(l, LIL_ARGS("-"));

	finish(&to);
	expect_text(l->p, "empty");
	pty_keys(l->p, "q");
	assert_true(pty_wait_exit(l->p, PTY_PATIENCE_MS));
	expect_restored(l->p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lil_test(test_file_on_stdin),
		lil_test(test_pipe),
		lil_test(test_growing_pipe),
		lil_test(test_how_it_ended),
		lil_test(test_trickling_text),
		lil_test(test_silent_pipe),
		lil_test(test_empty_pipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
