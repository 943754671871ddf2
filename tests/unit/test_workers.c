/* workers.c: every job comes back once, whoever dies on the way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <assert.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/workers.h"

enum { JOBS = 60, BIG = 300000, WAIT_MS = 10000 };

/* The square of the number; 13 dies, 7 answers much. */
static void square(void *ctx, const void *job, size_t n, struct buf *out)
{
	uint32_t x, y;

	assert(n == sizeof(x));
	memcpy(&x, job, sizeof(x));
	if (x == 13)
		raise(SIGKILL);
	y = x * x + *(const uint32_t *)ctx;
	buf_append(out, &y, sizeof(y));
	for (int i = 0; x == 7 && i < BIG; i++)
		buf_putc(out, 'x');
}

static void all_of(unsigned n_workers, unsigned each)
{
	uint32_t plus = 5, next = 0, tag, y, n_done = 0, n_died = 0;
	bool killer_died = false;
	bool seen[JOBS] = { false };
	struct workers *w =
		workers_new(&(struct workers_opts){ .n = n_workers,
						    .each = each,
						    .work = square,
						    .ctx = &plus });
	struct buf out = { 0 };
	struct err err = { "" };

	while (next < JOBS || workers_n_busy(w)) {
		while (next < JOBS && workers_has_room(w)) {
			assert_true(workers_give(w, next, &next, sizeof(next),
						 &err));
			next++;
		}
		buf_clear(&out);
		switch (workers_wait(w, WAIT_MS, NULL, 0, &tag, &out)) {
		case WORKERS_DONE:
			assert_false(seen[tag]);
			seen[tag] = true;
			memcpy(&y, out.data, sizeof(y));
			assert_int_equal(y, tag * tag + 5);
			assert_int_equal(out.len,
					 sizeof(y) + (tag == 7 ? BIG : 0));
			n_done++;
			break;
		case WORKERS_DIED:
			/* and who was at work beside it */
			assert_false(seen[tag]);
			seen[tag] = true;
			killer_died |= tag == 13;
			n_died++;
			break;
		case WORKERS_NOTHING:
			break;
		}
	}
	assert_int_equal(n_done + n_died, JOBS);
	assert_true(killer_died && n_died <= MAX(each, 1u));
	workers_free(w);
	buf_release(&out);
	/* no child is left */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void every_job_once(void **state)
{
	(void)state;
	for (unsigned each = 0; each < 4; each++) {
		all_of(1, each);
		all_of(2, each);
		all_of(8, each);
		all_of(0, each);
	}
}

/* Ended in the middle of their work. */
static void sleep_on(void *ctx, const void *job, size_t n, struct buf *out)
{
	(void)ctx;
	(void)job;
	(void)n;
	(void)out;
	for (;;)
		pause();
}

static void ended_early(void **state)
{
	struct workers *w =
		workers_new(&(struct workers_opts){ .n = 2,
						    .each = 2,
						    .work = sleep_on });
	struct buf out = { 0 };
	struct err err = { "" };
	uint32_t tag;
	int fds[2];

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_true(workers_give(w, 0, "", 1, &err));
	assert_false(workers_has_room(w));
	assert_int_equal(workers_wait(w, 0, NULL, 0, &tag, &out),
			 WORKERS_NOTHING);
	/* somebody else has something to say */
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "x", 1), 1);
	assert_int_equal(workers_wait(w, -1, fds, 1, &tag, &out),
			 WORKERS_NOTHING);
	close(fds[0]);
	close(fds[1]);
	workers_free(w);
	workers_free(NULL);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

/* A parent that is killed leaves nobody: the workers hold a pipe's end, which
 * is at its end when all are gone. They compute, and look at nothing. */
static void compute(void)
{
	volatile unsigned x = 0;

	for (;;)
		x++;
}

/* ... before its first job. */
static void begin_on(void *ctx)
{
	(void)ctx;
	compute();
}

static void compute_on(void *ctx, const void *job, size_t n, struct buf *out)
{
	(void)ctx;
	(void)job;
	(void)n;
	(void)out;
	compute();
}

static void killed(void (*begin)(void *ctx))
{
	int kept[2], told[2];
	char c;
	pid_t parent;
	struct pollfd end;

	assert_int_equal(pipe(kept), 0);
	assert_int_equal(pipe(told), 0);
	parent = fork();
	if (!parent) {
		struct workers *w =
			workers_new(&(struct workers_opts){
				.n = 2, .each = 2, .begin = begin,
				.work = compute_on });
		struct err err = { "" };

		/* a worker closes what is not its own, but standard error */
		dup2(kept[1], STDERR_FILENO);
		for (int i = 0; i < 4; i++)
			workers_give(w, 0, "", 1, &err);
		if (write(told[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	close(kept[1]);
	assert_int_equal(read(told[0], &c, 1), 1);
	kill(parent, SIGKILL);
	waitpid(parent, NULL, 0);
	end = (struct pollfd){ .fd = kept[0], .events = POLLIN };
	assert_int_equal(poll(&end, 1, WAIT_MS), 1);
	assert_int_equal(read(kept[0], &c, 1), 0);
	close(kept[0]);
	close(told[0]);
	close(told[1]);
}

static void parent_killed(void **state)
{
	(void)state;
	killed(NULL);
	killed(begin_on);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_job_once),
		cmocka_unit_test(ended_early),
		cmocka_unit_test(parent_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
