/* pool.c: every part once, whatever the number of threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include "model/pool.h"

struct sheet {
	unsigned done[64];
	unsigned n;
};

static void tick(void *ctx, unsigned i, unsigned n)
{
	struct sheet *s = ctx;

	s->done[i]++;
	if (i == 0)
		s->n = n;
}

static void every_part_once(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 6; n++) {
		struct pool *p = pool_new(n);

		assert_int_equal(pool_n(p), n);
		for (int round = 0; round < 5000; round++) {
			struct sheet s = { { 0 }, 0 };

			pool_run(p, tick, &s);
			assert_int_equal(s.n, n);
			for (unsigned i = 0; i < n; i++)
				assert_int_equal(s.done[i], 1);
			assert_int_equal(s.done[n], 0);
		}
		pool_free(p);
	}
}

struct lag {
	struct sheet sheet;
	atomic_uint here; /* parts that have begun */
};

/* Part 0 ends when another has begun, so that this is not the caller's. */
static void meet(void *ctx, unsigned i, unsigned n)
{
	struct lag *l = ctx;

	(void)n;
	l->sheet.done[i]++;
	atomic_fetch_add(&l->here, 1);
	while (i == 0 && atomic_load(&l->here) < 2)
		sched_yield();
}

/* Whoever is late finds nothing to do, in the next turns neither. */
static void late_ones_have_none(void **state)
{
	enum { N = 5 };
	struct pool *p = pool_new(N);

	(void)state;
	for (int round = 0; round < 500; round++) {
		struct lag l = { .here = 0 };

		pool_run(p, meet, &l);
		for (unsigned i = 0; i < N; i++)
			assert_int_equal(l.sheet.done[i], 1);
		assert_int_equal(atomic_load(&l.here), N);
	}
	pool_free(p);
}

static void none_is_one(void **state)
{
	struct sheet s = { { 0 }, 0 };
	struct pool *p = pool_new(0);

	(void)state;
	pool_run(NULL, tick, &s);
	assert_int_equal(s.done[0], 1);
	assert_int_equal(pool_n(NULL), 1);
	assert_true(pool_n(p) >= 1); /* a thread a core */
	pool_free(p);
	pool_free(NULL);
}

static void parts_are_the_whole(void **state)
{
	(void)state;
	for (uint32_t count = 0; count < 200; count++)
		for (unsigned n = 1; n < 9; n++) {
			uint32_t at = 0, from, to;

			for (unsigned i = 0; i < n; i++) {
				pool_part(count, 16, i, n, &from, &to);
				assert_int_equal(from, at);
				assert_true(to >= from && to <= count);
				assert_true(to == count || to % 16 == 0);
				at = to;
			}
			assert_int_equal(at, count);
		}
}

/* Parts one after the other, none larger than the one before. */
static void what_is_taken_is_the_whole(void **state)
{
	(void)state;
	for (uint32_t count = 0; count < 2000; count += 7)
		for (unsigned n = 1; n < 9; n++) {
			uint32_t taken = 0;
			uint32_t at = 0, from, to, last = count;

			while (pool_take(&taken, count, 16, n, &from, &to)) {
				assert_int_equal(from, at);
				assert_true(to > from && to <= count);
				assert_true(to == count || to % 16 == 0);
				assert_true(to - from <= MAX(last, 16u));
				last = to - from;
				at = to;
			}
			assert_int_equal(at, count);
			assert_true(n == 1 || last <= 16);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_part_once),
		cmocka_unit_test(what_is_taken_is_the_whole),
		cmocka_unit_test(late_ones_have_none),
		cmocka_unit_test(none_is_one),
		cmocka_unit_test(parts_are_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
