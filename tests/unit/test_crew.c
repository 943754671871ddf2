/* crew.c: every job once, taken in order, whatever the number of threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/buf.h"
#include "system/crew.h"

enum { N_JOBS = 5000 };

struct sum {
	unsigned i, rounds, done;
	uint64_t value;
};

/* Jobs of very different length. */
static void work(void *ctx, void *job, bool own)
{
	struct sum *s = job;

	(void)ctx;
	(void)own;
	for (unsigned k = 0; k < s->rounds; k++)
		s->value = s->value * 6364136223846793005u + s->i;
	s->done++;
}

static uint64_t expected(const struct sum *s)
{
	struct sum again = { .i = s->i, .rounds = s->rounds };

	work(NULL, &again, true);
	return again.value;
}

static void take(struct crew *c, unsigned *next, bool wait)
{
	struct sum *s = crew_take(c, wait);

	if (!s)
		return;
	assert_int_equal(s->i, (*next)++);
	assert_int_equal(s->done, 1);
	assert_true(s->value == expected(s));
}

static void in_order(void **state)
{
	static struct sum jobs[N_JOBS];

	(void)state;
	for (unsigned n = 1; n <= 9; n += 2) {
		struct crew *c = crew_new(n, 100, work, NULL);
		unsigned next = 0, most = 0;

		assert_int_equal(crew_n(c), n);
		assert_null(crew_take(c, true)); /* nothing was given */
		for (unsigned i = 0; i < N_JOBS; i++) {
			jobs[i] = (struct sum){ .i = i,
						.rounds = i * 7919 % 977 };
			crew_give(c, &jobs[i], 7);
			while (crew_full(c))
				take(c, &next, true);
			take(c, &next, false);
			most = MAX(most, i + 1 - next);
		}
		/* 100 of weight are 14 jobs, or one more than threads */
		assert_true(most <= MAX(15, n + 1));
		while (next < N_JOBS)
			take(c, &next, true);
		assert_null(crew_take(c, true));
		crew_free(c);
	}
}

/* What is not taken is worked at or not, and never half. */
static void freed_early(void **state)
{
	static struct sum jobs[100];

	(void)state;
	for (unsigned n = 1; n <= 4; n++) {
		struct crew *c = crew_new(n, 1, work, NULL);

		for (unsigned i = 0; i < ARRAY_LEN(jobs); i++) {
			jobs[i] = (struct sum){ .i = i, .rounds = 20000 };
			crew_give(c, &jobs[i], 1);
		}
		assert_false(crew_stopped(c));
		crew_stop(c);
		assert_true(crew_stopped(c));
		crew_free(c);
		for (unsigned i = 0; i < ARRAY_LEN(jobs); i++)
			assert_true(!jobs[i].done ||
				    jobs[i].value == expected(&jobs[i]));
	}
	crew_free(NULL);
}

static void giver_helps(void **state)
{
	struct sum job = { .i = 3, .rounds = 5 };
	struct crew *c = crew_new(1, 1, work, NULL);

	(void)state;
	assert_false(crew_help(c));
	crew_give(c, &job, 1);
	assert_null(crew_take(c, false)); /* nobody has begun it */
	assert_true(crew_help(c));
	assert_false(crew_help(c));
	assert_ptr_equal(crew_take(c, false), &job);
	crew_free(c);
	assert_true(crew_cores() >= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
		cmocka_unit_test(freed_early),
		cmocka_unit_test(giver_helps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
