/*
 * Streams in threads at once say what they say one after the other: they share
 * nothing. Under ThreadSanitizer by make check-threads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <pthread.h>
#include <string.h>

#include <cmocka.h>

#include "lilscope.h"

enum { THREADS = 4, TOKENS = 1500, STREAMS = 3 };

struct worker {
	pthread_t thread;
	uint32_t seed;
	struct lilscope_reading reading[STREAMS];
	int failed;
};

static void *work(void *arg)
{
	struct worker *w = arg;
	struct lilscope *l[STREAMS];
	struct lilscope_options o;
	uint32_t random = w->seed;

	lilscope_options_init(&o, sizeof(o));
	o.rollback = 8;
	o.memory_max = 4 << 20;
	for (uint32_t i = 0; i < STREAMS; i++) {
		o.window = i * 100;
		w->failed |= lilscope_create(&l[i], &o) < 0;
	}
	for (uint32_t n = 0; n < TOKENS; n++) {
		random = random * 1664525u + 1013904223u;
		for (uint32_t i = 0; i < STREAMS; i++) {
			uint32_t id = n > 700 ? n % 60 : random >> 20;

			w->failed |= lilscope_push_ids(l[i], &id, 1) < 0;
			if (n < 700 && random % 50 == 0)
				w->failed |= lilscope_pop(l[i], 1) < 0;
		}
	}
	for (uint32_t i = 0; i < STREAMS; i++) {
		w->reading[i].size = sizeof(w->reading[i]);
		w->failed |= lilscope_read(l[i], &w->reading[i]) < 0;
		w->reading[i].cause = NULL; /* is in the stream */
		lilscope_destroy(l[i]);
	}
	return NULL;
}

static void test_threads(void **state)
{
	struct worker alone[THREADS], together[THREADS];

	(void)state;
	memset(alone, 0, sizeof(alone));
	for (uint32_t i = 0; i < THREADS; i++) {
		alone[i].seed = i + 1;
		together[i] = alone[i];
		work(&alone[i]);
		assert_false(alone[i].failed);
		assert_true(alone[i].reading[0].stop_at < TOKENS);
	}
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&together[i].thread, NULL,
						work, &together[i]), 0);
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(together[i].thread, NULL);
		assert_memory_equal(alone[i].reading, together[i].reading,
				    sizeof(alone[i].reading));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_threads) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
