/* sample.c: what may be drawn, how often, and that a seed is a promise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/buf.h"
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
	draw((struct sample_opts)
		{ .temperature = 1, .top_p = 1, .seed = 1 }, counts);
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
	draw((struct sample_opts)
		{ .temperature = 0.5f, .top_p = 1, .seed = 2 }, counts);
	assert_odds(counts, want);
	draw((struct sample_opts)
		{ .top_p = 1, .seed = 3 }, counts);
	assert_int_equal(counts[1], DRAWS);
}

static void cuts(void **state)
{
	static const double two[N] = { 0, 2 / 3., 0, 1 / 3., 0, 0 };
	static const double three[N] = { 1 / 7., 4 / 7., 0, 2 / 7., 0, 0 };
	uint32_t counts[N];

	(void)state;
	draw((struct sample_opts)
		{ .temperature = 1, .top_k = 2, .top_p = 1,
		  .seed = 4 }, counts);
	assert_odds(counts, two);
	draw((struct sample_opts)
		{ .temperature = 1, .top_p = 0.7f, .seed = 5 }, counts);
	assert_odds(counts, two);
	draw((struct sample_opts)
		{ .temperature = 1, .top_p = 0.8f, .seed = 6 }, counts);
	assert_odds(counts, three);
	draw((struct sample_opts)
		{ .temperature = 1, .top_p = 1, .min_p = 0.2f,
			  .seed = 7 }, counts);
	assert_odds(counts, three);
	draw((struct sample_opts)
		{ .temperature = 1, .seed = 8 }, counts);
	assert_int_equal(counts[1], DRAWS); /* one at least */
}

static void a_seed_is_a_promise(void **state)
{
	const struct sample_opts o = { .temperature = 1, .top_p = 1,
			  .seed = 9 };
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
	const struct sample_opts opts[] = { { .top_p = 1, .seed = 1 },
					    { .temperature = 1, .top_p = 1,
			  .seed = 1 },
					    { .temperature = 2, .top_k = 4,
					      .top_p = 0.9f, .min_p = 0.01f,
			  .seed = 1 } };

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

/* --- beside the formulas, as they stand --------------------------------- */

enum { VOCAB = 40, PAST_MAX = 60 };

/* What DRY and the penalties leave of the logits: every place of the past is
 * looked at, id by id. */
static void obvious_penalties(const struct sample_opts *o, const bool *breaks,
			      const uint32_t *past, uint32_t n, double *logits)
{
	uint32_t from = o->repeat_last_n && o->repeat_last_n < n ?
				n - o->repeat_last_n : 0;

	for (uint32_t id = 0; id < VOCAB; id++) {
		uint32_t times = 0, longest = 0, begin, most = 0;

		for (uint32_t i = from; i < n; i++)
			times += past[i] == id;
		if (times) {
			logits[id] = logits[id] > 0 ?
				logits[id] / (double)o->repeat_penalty :
				logits[id] * (double)o->repeat_penalty;
			logits[id] -= times * (double)o->frequency_penalty +
				      (double)o->presence_penalty;
		}
		begin = o->dry_last_n && o->dry_last_n < n ?
				n - o->dry_last_n : 0;
		while (most < n - begin && !breaks[past[n - 1 - most]])
			most++;
		for (uint32_t i = begin + 1; i < n; i++) {
			uint32_t len = 0;

			while (len < most && i > begin + len &&
			       past[i - 1 - len] == past[n - 1 - len])
				len++;
			if (past[i] == id && len > longest)
				longest = len;
		}
		if (longest >= o->dry_allowed_length && !breaks[id])
			logits[id] -= (double)o->dry_multiplier *
				pow((double)o->dry_base,
				    longest - o->dry_allowed_length);
	}
}

static uint32_t lot(uint32_t *state, uint32_t n)
{
	*state = *state * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)*state * n >> 32);
}

/* Greedy: what is greatest behind the penalties, for pasts over few ids, which
 * are full of repetitions. */
static void penalties_by_the_formula(void **state)
{
	static const struct sample_opts rows[] = {
		{ .top_p = 1, .repeat_penalty = 1.3f, .repeat_last_n = 16 },
		{ .top_p = 1, .frequency_penalty = 0.4f,
		  .presence_penalty = -0.7f, .repeat_penalty = 1 },
		{ .top_p = 1, .dry_multiplier = 0.8f, .dry_base = 1.75f,
		  .repeat_penalty = 1, .dry_allowed_length = 2 },
		{ .top_p = 1, .dry_multiplier = 2, .dry_base = 1.1f,
		  .repeat_penalty = 0.8f, .dry_allowed_length = 1,
		  .dry_last_n = 20, .presence_penalty = 0.2f },
		{ .top_p = 1, .dry_multiplier = 1, .dry_base = 3,
		  .repeat_penalty = 1, .dry_allowed_length = 4,
		  .dry_last_n = 50 },
	};
	uint32_t seed = 7, n_moved = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows) * 400; i++) {
		const struct sample_opts *o = &rows[i % ARRAY_LEN(rows)];
		struct sampler *s = sampler_new(o, VOCAB);
		bool *breaks = mem_zalloc(VOCAB);
		uint32_t past[PAST_MAX], n = 1 + lot(&seed, PAST_MAX);
		uint32_t n_ids = 2 + lot(&seed, 5), best = 0, got, plain = 0;
		float logits[VOCAB];
		double want[VOCAB];

		breaks[0] = i % 3 == 0;
		for (uint32_t k = 0; k < n; k++)
			past[k] = lot(&seed, n_ids);
		for (uint32_t k = 0; k < VOCAB; k++) {
			logits[k] = (float)lot(&seed, 4000) / 1000 - 2;
			want[k] = (double)logits[k];
			if (logits[k] > logits[plain])
				plain = k;
		}
		obvious_penalties(o, breaks, past, n, want);
		for (uint32_t k = 1; k < VOCAB; k++)
			if (want[k] > want[best])
				best = k;
		sampler_breaks(s, breaks);
		sampler_past(s, past, n);
		got = sampler_next(s, logits, NULL);
		assert_true(got == best || fabs(want[got] - want[best]) < 1e-5);
		n_moved += best != plain;
		/* a past counts once */
		assert_int_equal(sampler_next(s, logits, NULL), plain);
		sampler_free(s);
	}
	assert_true(n_moved > 150);
}

/* A repetition of any length: no infinity, and never what NaN is. */
static void long_repetitions(void **state)
{
	const struct sample_opts o = { .top_p = 1, .dry_multiplier = 5,
				       .dry_base = 4, .repeat_penalty = 1,
				       .dry_allowed_length = 2 };
	struct sampler *s = sampler_new(&o, N);
	static uint32_t past[5000];
	float logits[N] = { 9, 1, 0, 0, 0, 0 }, lp;

	(void)state;
	sampler_past(s, past, ARRAY_LEN(past));
	assert_int_equal(sampler_next(s, logits, &lp), 1);
	assert_true(isfinite(lp));
	past[4999] = 99; /* an id that the model has not */
	sampler_past(s, past, ARRAY_LEN(past));
	assert_int_equal(sampler_next(s, logits, NULL), 0);
	sampler_free(s);
}

/* The whole chain in llama.cpp's order, its odds worked out one by one: the
 * cuts are made at temperature 1, the draw at the one asked for. */
static void the_order(void **state)
{
	/* odds behind a frequency penalty of ln 2 on id 1, seen once:
	 * 1/8 1/4 1/32 1/4 1/16 1/32 -> all by 3/4
	 * top-k 4: 1 3 0 4; top-p 0.9 of 11/16: 1 3 0 (10/11);
	 * min-p 0.3 of 1/4: all three; temperature 2: sqrt */
	const struct sample_opts o = { .temperature = 2, .top_k = 4,
				       .top_p = 0.9f, .min_p = 0.3f,
				       .frequency_penalty = (float)M_LN2,
				       .repeat_penalty = 1, .seed = 3 };
	const double half = sqrt(1 / 4.), eighth = sqrt(1 / 8.);
	const double sum = 2 * half + eighth;
	const double want[N] = { eighth / sum, half / sum, 0, half / sum };
	static const uint32_t past[] = { 1 };
	struct sampler *s = sampler_new(&o, N);
	uint32_t counts[N] = { 0 };
	float logits[N];

	(void)state;
	for (int i = 0; i < N; i++)
		logits[i] = (float)log(odds[i]) + 3;
	for (int i = 0; i < DRAWS; i++) {
		sampler_past(s, past, 1);
		counts[sampler_next(s, logits, NULL)]++;
	}
	assert_odds(counts, want);
	sampler_free(s);
}

/* Of many logits, some of them no numbers, some none at all: the formula in
 * double precision. */
static void a_logprob_is_the_formula(void **state)
{
	enum { MANY = 5000 };
	static float logits[MANY];
	double sum = 0;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++) {
		logits[i] = (float)(i * 7919 % 4001) / 200 - 30;
		if (i % 97 == 5)
			logits[i] = NAN;
		if (i % 89 == 3 || (i >= 1024 && i < 2048)) /* a whole part */
			logits[i] = -INFINITY;
		if (!isnan(logits[i]))
			sum += exp(logits[i]);
	}
	for (uint32_t i = 0; i < MANY; i += 11)
		if (isfinite(logits[i]))
			assert_true(fabs(sample_logprob(logits, MANY, i) -
					 (logits[i] - log(sum))) < 2e-6);
	assert_true(sample_logprob(logits, MANY, 1500) == -INFINITY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_logprob_is_the_formula),
		cmocka_unit_test(all_as_they_are),
		cmocka_unit_test(temperature),
		cmocka_unit_test(cuts),
		cmocka_unit_test(a_seed_is_a_promise),
		cmocka_unit_test(no_numbers),
		cmocka_unit_test(the_first_of_equals),
		cmocka_unit_test(one_is_left),
		cmocka_unit_test(penalties_by_the_formula),
		cmocka_unit_test(long_repetitions),
		cmocka_unit_test(the_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
