/* latency.c beside a sort of all gaps, for every prefix, forward and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "trace/latency.h"

enum { TOKENS = 700 };

static void push(struct trace *t, double time_s)
{
	trace_push(t, &(struct token){ .text = "x",
				       .len = 1,
				       .id = TRACE_NO_ID,
				       .logprob = NAN,
				       .time_s = time_s });
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The definition: every token of an arrival but the first has the gap before
 * it, divided by the tokens that came with it. */
static size_t naive_gaps(const struct trace *t, uint32_t n, double *gaps)
{
	size_t n_gaps = 0;

	for (uint32_t i = 0, end; i < n; i = end) {
		for (end = i; end < n && t->time_us[end] == t->time_us[i];)
			end++;
		for (uint32_t k = i; i > 0 && k < end; k++)
			gaps[n_gaps++] = (double)(t->time_us[i] -
						  t->time_us[i - 1]) /
					 (end - i) * 1e-6;
	}
	qsort(gaps, n_gaps, sizeof(*gaps), by_size);
	return n_gaps;
}

static double naive_quantile(const double *gaps, size_t n, double q)
{
	return n ? gaps[(size_t)ceil(q * (double)n) - 1] : NAN;
}

static void assert_near(double got, double want)
{
	if (isnan(want)) {
		assert_true(isnan(got));
		return;
	}
	assert_true(fabs(got - want) <= 1.1e-6 + want * 0.004);
}

static void agrees_with_a_sort(void **state)
{
	static struct latency l;
	static double gaps[TOKENS];
	struct trace t;
	double now_s = 100;

	(void)state;
	trace_init(&t);
	t.start_s = 99.25;
	srand(4);
	for (int i = 0; i < TOKENS; i++) {
		push(&t, now_s);
		if (rand() % 3) /* else it comes with the next one */
			now_s += pow(10, -5 + 6.0 * rand() / RAND_MAX);
	}
	for (int round = 0; round < 300; round++) {
		uint32_t n = round < 150 ? (uint32_t)round :
					   (uint32_t)(rand() % TOKENS);
		size_t n_gaps = naive_gaps(&t, n, gaps);
		struct latency_facts f;

		latency_upto(&l, &t, n);
		f = latency_facts(&l, &t);
		assert_near(f.tbt_median_s, naive_quantile(gaps, n_gaps, 0.5));
		assert_near(f.tbt_p99_s, naive_quantile(gaps, n_gaps, 0.99));
		assert_near(f.ttft_s, n ? 0.75 : NAN);
	}
	trace_release(&t);
}

static void says_nothing_without_times(void **state)
{
	static struct latency l;
	struct latency_facts f;
	struct trace t;

	(void)state;
	trace_init(&t);
	push(&t, NAN);
	push(&t, NAN);
	latency_upto(&l, &t, 2);
	f = latency_facts(&l, &t);
	assert_true(isnan(f.ttft_s) && isnan(f.tbt_median_s) &&
		    isnan(f.tbt_p99_s) && isnan(f.tokens_per_s));
	assert_true(isnan(trace_since_start_s(&t, 0)));
	trace_release(&t);
}

static void one_arrival_has_no_gap(void **state)
{
	static struct latency l;
	struct latency_facts f;
	struct trace t;

	(void)state;
	trace_init(&t);
	push(&t, 5);
	push(&t, 5);
	latency_upto(&l, &t, 2);
	f = latency_facts(&l, &t);
	assert_true(isnan(f.tbt_median_s) && isnan(f.tokens_per_s));
	push(&t, 7);
	latency_upto(&l, &t, 3);
	f = latency_facts(&l, &t);
	assert_near(f.tbt_median_s, 2);
	assert_near(f.tokens_per_s, 1);
	assert_true(isnan(f.ttft_s));
	trace_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_a_sort),
		cmocka_unit_test(says_nothing_without_times),
		cmocka_unit_test(one_arrival_has_no_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
