/* sample.c: what may be drawn, how often, and that a seed is a promise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "model/sample.h"

enum { N = 6, DRAWS = 60000 };

/* Odds 1/2, 1/4, 1/8, 1/16, 1/32, 1/32 (not in order). */
static const double odds[N] = { 1 / 8., 1 / 2., 1 / 32., 1 / 4., 1 / 16.,
				1 / 32. };

static void draw(struct sample_opts o, uint32_t counts[N])
{
	float logits[N];
	struct sampler *s = sampler_new(&o, N);

	memset(counts, 0, N * sizeof(*counts));
	for (int i = 0; i < N; i++)
		logits[i] = (float)log(odds[i]) + 3;
	for (int i = 0; i < DRAWS; i++)
		counts[sampler_next(s, logits, NULL)]++;
	sampler_free(s);
}

/* Five standard deviations. */
static void assert_odds(const uint32_t counts[N], const double want[N])
{
	for (int i = 0; i < N; i++) {
		double mean = want[i] * DRAWS;

		assert_true(fabs(counts[i] - mean) <=
			    5 * sqrt(mean * (1 - want[i])));
	}
}

static void all_as_they_are(void **state)
{
	uint32_t counts[N];

	(void)state;
	draw((struct sample_opts){ 1, 0, 1, 0, 1 }, counts);
	assert_odds(counts, odds);
}

static void temperature(void **state)
{
	double want[N], sum = 0;
	uint32_t counts[N];

	(void)state;
	for (int i = 0; i < N; i++)
		sum += want[i] = pow(odds[i], 2);
	for (int i = 0; i < N; i++)
		want[i] /= sum;
	draw((struct sample_opts){ 0.5f, 0, 1, 0, 2 }, counts);
	assert_odds(counts, want);
	draw((struct sample_opts){ 0, 0, 1, 0, 3 }, counts);
	assert_int_equal(counts[1], DRAWS);
}

static void cuts(void **state)
{
	static const double two[N] = { 0, 2 / 3., 0, 1 / 3., 0, 0 };
	static const double three[N] = { 1 / 7., 4 / 7., 0, 2 / 7., 0, 0 };
	uint32_t counts[N];

	(void)state;
	draw((struct sample_opts){ 1, 2, 1, 0, 4 }, counts);
	assert_odds(counts, two);
	draw((struct sample_opts){ 1, 0, 0.7f, 0, 5 }, counts);
	assert_odds(counts, two);
	draw((struct sample_opts){ 1, 0, 0.8f, 0, 6 }, counts);
	assert_odds(counts, three);
	draw((struct sample_opts){ 1, 0, 1, 0.2f, 7 }, counts);
	assert_odds(counts, three);
	draw((struct sample_opts){ 1, 0, 0, 0, 8 }, counts);
	assert_int_equal(counts[1], DRAWS); /* one at least */
}

static void a_seed_is_a_promise(void **state)
{
	const struct sample_opts o = { 1, 0, 1, 0, 9 };
	struct sampler *a = sampler_new(&o, N), *b = sampler_new(&o, N), *c;
	float logits[N] = { 0 }, logprob;

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_int_equal(sampler_next(a, logits, NULL),
				 sampler_next(b, logits, &logprob));
	assert_true(fabs((double)logprob + log(6)) < 1e-6);
	c = sampler_copy(a);
	for (int i = 0; i < 100; i++)
		assert_int_equal(sampler_next(a, logits, NULL),
				 sampler_next(c, logits, NULL));
	sampler_free(a);
	sampler_free(b);
	sampler_free(c);
}

/* NaNs are never drawn; where there is no greatest number, nothing is. */
static void no_numbers(void **state)
{
	const struct sample_opts opts[] = { { 0, 0, 1, 0, 1 },
					    { 1, 0, 1, 0, 1 },
					    { 2, 4, 0.9f, 0.01f, 1 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(opts); i++) {
		struct sampler *s = sampler_new(&opts[i], N);
		float logits[N] = { NAN, 1, NAN, 2, -INFINITY, NAN }, lp;
		float none[N] = { NAN, NAN, NAN, NAN, NAN, NAN };

		for (int k = 0; k < 2000; k++) {
			uint32_t id = sampler_next(s, logits, &lp);

			assert_true(id == 1 || id == 3);
			assert_true(fabs(exp((double)lp) -
					 (id == 3 ? 0.731 : 0.269)) < 0.001);
		}
		assert_int_equal(sampler_next(s, none, &lp), SAMPLE_NONE);
		logits[2] = INFINITY;
		assert_int_equal(sampler_next(s, logits, &lp), SAMPLE_NONE);
		sampler_free(s);
	}
}

/* Among equals the lowest id: greedy, and where only some may be drawn. */
static void the_first_of_equals(void **state)
{
	static const float logits[N] = { 1, 3, 3, 0, 3, 3 };
	const struct sample_opts rows[] = {
		{ .top_p = 1 },
		{ .temperature = 1, .top_k = 1, .top_p = 1 },
		{ .temperature = 1, .top_p = 0.1f },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sampler *s = sampler_new(&rows[i], N);

		for (int k = 0; k < 50; k++)
			assert_int_equal(sampler_next(s, logits, NULL), 1);
		sampler_free(s);
	}
}

/* min_p may leave one alone. */
static void one_is_left(void **state)
{
	static const float logits[N] = { 2.2f, 2.4f, 2, 2, 2, 2 };
	const struct sample_opts o = { .temperature = 1, .top_p = 1,
				       .min_p = 0.9f };
	struct sampler *s = sampler_new(&o, N);

	(void)state;
	for (int k = 0; k < 50; k++)
		assert_int_equal(sampler_next(s, logits, NULL), 1);
	sampler_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_as_they_are),
		cmocka_unit_test(temperature),
		cmocka_unit_test(cuts),
		cmocka_unit_test(a_seed_is_a_promise),
		cmocka_unit_test(no_numbers),
		cmocka_unit_test(the_first_of_equals),
		cmocka_unit_test(one_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
