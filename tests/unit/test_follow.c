/* source_follow.c: a file that grows, is cut, moved away and made anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "input/source.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	PATIENCE_MS = 20000,
	FILES = 40,          /* that the fast writer makes, one after another */
	LINES = 5000,        /* in each */
	WRITE_LINES = 97,    /* with one write */
};

struct place {
	char dir[64], path[320], moved[320];
	struct source *s;
	struct buf got;
	bool polling; /* the system gives no inotify */
};

static int setup(void **state)
{
	static struct place place;
	struct place *p = &place;

	memset(p, 0, sizeof(*p));
	strcpy(p->dir, "/tmp/lilscope-test-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->path, sizeof(p->path), "%.63s/log", p->dir);
	snprintf(p->moved, sizeof(p->moved), "%.63s/log.1", p->dir);
	*state = p;
	return 0;
}

static int setup_polling(void **state)
{
	setup(state);
	((struct place *)*state)->polling = true;
	return 0;
}

static int teardown(void **state)
{
	struct place *p = *state;

	source_close(p->s);
	buf_release(&p->got);
	unlink(p->path);
	unlink(p->moved);
	return rmdir(p->dir);
}

static void put(const char *path, int flags, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | flags, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void follow(struct place *p)
{
	struct err err = { "" };
	struct rlimit limit, few;
	int next = dup(STDIN_FILENO);

	close(next);
	getrlimit(RLIMIT_NOFILE, &limit);
	few = limit;
	if (p->polling) /* the file itself is the last one that may be open */
		few.rlim_cur = (rlim_t)next + 1;
	setrlimit(RLIMIT_NOFILE, &few);
	p->s = source_follow(p->path, &err);
	setrlimit(RLIMIT_NOFILE, &limit);
	assert_non_null(p->s);
	if (p->polling)
		assert_true(source_fd(p->s) < 0 && source_wait_ms(p->s) > 0);
}

static void sleep_for(const struct source *s)
{
	struct pollfd fd = { .fd = source_fd(s), .events = POLLIN };
	int ms = source_wait_ms(s);

	poll(&fd, 1, ms < 0 ? PATIENCE_MS : ms);
}

/* Reads until it would wait, or until the file is another one. */
static enum source_state drain(struct place *p, struct err *err)
{
	enum source_state state;

	do {
		state = source_read(p->s, &p->got, err);
	} while (state == SOURCE_BYTES);
	return state;
}

static void expect_got(struct place *p, const char *text)
{
	assert_string_equal(buf_cstr(&p->got), text);
	buf_clear(&p->got);
}

static void go_on(struct place *p)
{
	struct source *next = source_next(p->s);

	source_close(p->s);
	p->s = next;
}

static void it_grows(void **state)
{
	struct place *p = *state;
	struct err err = { "" };

	put(p->path, 0, "one ");
	follow(p);
	assert_false(source_is_live(p->s));
	assert_int_equal(drain(p, &err), SOURCE_WAIT);
	assert_true(source_is_live(p->s));
	expect_got(p, "one ");
	put(p->path, O_APPEND, "two ");
	assert_int_equal(drain(p, &err), SOURCE_WAIT);
	expect_got(p, "two ");
	assert_true(source_again(p->s, 2, 4, &p->got, &err));
	expect_got(p, "e tw");
}

static void it_is_cut(void **state)
{
	struct place *p = *state;
	struct err err = { "" };

	put(p->path, 0, "a long beginning");
	follow(p);
	assert_int_equal(drain(p, &err), SOURCE_WAIT);
	expect_got(p, "a long beginning");
	put(p->path, O_TRUNC, "short");
	assert_int_equal(drain(p, &err), SOURCE_ANEW);
	assert_non_null(strstr(err.text, "cut after 16 bytes"));
	expect_got(p, "");
	assert_int_equal(source_read(p->s, &p->got, &err), SOURCE_END);
	assert_false(source_again(p->s, 0, 4, &p->got, &err));
	go_on(p);
	assert_int_equal(drain(p, &err), SOURCE_WAIT);
	expect_got(p, "short");
}

/* What comes into the old file until the new one is seen is not lost. */
static void it_is_replaced(void **state)
{
	struct place *p = *state;
	struct err err = { "" };

	put(p->path, 0, "old");
	follow(p);
	assert_int_equal(drain(p, &err), SOURCE_WAIT);
	assert_int_equal(rename(p->path, p->moved), 0);
	put(p->moved, O_APPEND, " and last");
	assert_int_equal(drain(p, &err), SOURCE_WAIT); /* gone, for now */
	put(p->moved, O_APPEND, " words");
	put(p->path, O_EXCL, "new");
	assert_int_equal(drain(p, &err), SOURCE_ANEW);
	assert_non_null(strstr(err.text, "replaced"));
	expect_got(p, "old and last words");
	assert_true(source_again(p->s, 4, 3, &p->got, &err));
	expect_got(p, "and");
	go_on(p);
	assert_int_equal(drain(p, &err), SOURCE_WAIT);
	expect_got(p, "new");
}

/* Somebody sleeps until there is something: it wakes up. */
static void it_wakes(void **state)
{
	struct place *p = *state;
	struct err err = { "" };
	pid_t child;

	put(p->path, 0, "first");
	follow(p);
	assert_int_equal(drain(p, &err), SOURCE_WAIT);
	child = fork();
	if (child == 0) {
		unlink(p->path);
		put(p->path, O_EXCL, "second");
		_exit(0);
	}
	while (drain(p, &err) != SOURCE_ANEW)
		sleep_for(p->s);
	go_on(p);
	while (p->got.len < strlen("firstsecond")) {
		drain(p, &err);
		sleep_for(p->s);
	}
	expect_got(p, "firstsecond");
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void a_named_pipe_waits_for_its_next_writer(void **state)
{
	struct place *p = *state;
	struct err err = { "" };

	assert_int_equal(mkfifo(p->path, 0600), 0);
	follow(p);
	put(p->path, 0, "one ");
	assert_int_equal(drain(p, &err), SOURCE_WAIT);
	put(p->path, 0, "two ");
	assert_int_equal(drain(p, &err), SOURCE_WAIT);
	expect_got(p, "one two ");
}

/* Numbers line by line into FILES files; each is moved away when the reader
 * has seen it. */
static void write_fast(const struct place *p, int seen)
{
	char text[WRITE_LINES * 16];
	unsigned n = 0;

	for (int file = 0; file < FILES; file++) {
		int fd = open(p->path, O_WRONLY | O_CREAT | O_APPEND, 0600);
		char token;

		for (int line = 0; line < LINES;) {
			size_t len = 0;

			for (int k = 0; k < WRITE_LINES && line < LINES;
			     k++, line++)
				len += (size_t)sprintf(text + len, "%u\n", n++);
			if (write(fd, text, len) != (ssize_t)len)
				_exit(1);
		}
		close(fd);
		if (file && read(seen, &token, 1) != 1)
			_exit(1);
		if (file + 1 < FILES && rename(p->path, p->moved) != 0)
			_exit(1);
	}
	_exit(0);
}

static void nothing_is_lost(void **state)
{
	struct place *p = *state;
	struct err err = { "" };
	const unsigned n = FILES * LINES;
	unsigned want = 0;
	int ends[2];
	pid_t child;

	put(p->path, 0, "");
	follow(p);
	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0)
		write_fast(p, ends[0]);
	while (want < n) {
		enum source_state was = drain(p, &err);
		char *line = p->got.data, *lf;

		while (line && (lf = memchr(line, '\n', p->got.len - (size_t)
						(line - p->got.data)))) {
			assert_int_equal(strtoul(line, NULL, 10), want++);
			line = lf + 1;
		}
		buf_drop(&p->got, line ? (size_t)(line - p->got.data) : 0);
		if (was == SOURCE_ANEW) {
			go_on(p);
			assert_int_equal(write(ends[1], "", 1), 1);
		} else if (want < n) {
			sleep_for(p->s);
		}
	}
	close(ends[0]);
	close(ends[1]);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void no_such_file(void **state)
{
	struct place *p = *state;
	struct err err = { "" };

	strcpy(p->path, p->dir);
	strcat(p->path, "/no/log");
	assert_null(source_follow(p->path, &err));
	assert_non_null(strstr(err.text, "cannot be opened"));
}

static void it_is_not_there_yet(void **state)
{
	struct place *p = *state;
	struct err err = { "" };
	pid_t child;

	follow(p);
	assert_true(source_is_awaited(p->s));
	assert_int_equal(drain(p, &err), SOURCE_WAIT);
	assert_int_equal(source_total_bytes(p->s), 0);
	child = fork();
	if (child == 0) {
		put(p->path, O_EXCL, "at ");
		put(p->path, O_APPEND, "last");
		_exit(0);
	}
	while (p->got.len < strlen("at last")) {
		assert_int_equal(drain(p, &err), SOURCE_WAIT);
		sleep_for(p->s);
	}
	assert_false(source_is_awaited(p->s));
	assert_true(source_is_live(p->s));
	expect_got(p, "at last");
	assert_true(source_again(p->s, 3, 4, &p->got, &err));
	expect_got(p, "last");
	assert_int_equal(waitpid(child, NULL, 0), child);
	put(p->path, O_TRUNC, "cut");
	assert_int_equal(drain(p, &err), SOURCE_ANEW);
	go_on(p);
	assert_int_equal(drain(p, &err), SOURCE_WAIT);
	expect_got(p, "cut");
}

int main(void)
{
#define follow_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define polling_test(f)                                                        \
	{ "polling, " #f, f, setup_polling, teardown, NULL }
	const struct CMUnitTest tests[] = {
		follow_test(it_grows),
		follow_test(it_is_cut),
		follow_test(it_is_replaced),
		follow_test(it_wakes),
		follow_test(a_named_pipe_waits_for_its_next_writer),
		follow_test(nothing_is_lost),
		follow_test(no_such_file),
		follow_test(it_is_not_there_yet),
		polling_test(it_grows),
		polling_test(it_is_cut),
		polling_test(it_is_replaced),
		polling_test(it_wakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
