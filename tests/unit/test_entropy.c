/*
 * The estimate of the entropy rate against sources that know theirs, against
 * the plain fit it stands for, and on every prefix.
 */
#include "measure/entropy.h"
#include "base/buf.h"
#include "measure/known.h"
#include "measure/lz77.h"
#include "measure/selftest.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LONG = 64000 };

static const uint32_t lengths[] = { 1000, 4000, 16000, LONG };

/* The estimate for each of the lengths. */
static void estimate(const struct known *k, uint32_t seed,
		     struct entropy_point out[ARRAY_LEN(lengths)])
{
	static unsigned char s[LONG];
	struct lz77 *z = lz77_new(LZ77_BYTES, 8);
	struct entropy *e = entropy_new();
	size_t next = 0;

	k->write(s, LONG, seed);
	for (uint32_t i = 0; i < LONG; i++) {
		assert_true(s[i] < k->alphabet);
		entropy_push(e, lz77_push(z, s[i]).lrs);
		if (i + 1 == lengths[next])
			out[next++] = entropy_at(e, i + 1);
	}
	/* what came later changes no prefix */
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct entropy_point p = entropy_at(e, lengths[i]);

		assert_true(p.bits == out[i].bits && p.se == out[i].se);
	}
	entropy_free(e);
	lz77_free(z);
}

/* The line that is drawn: at its own prefixes the estimate, between them
 * straight, wherever it was asked first, and however long the text is since. */
static void test_near(void **state)
{
	struct entropy *e = entropy_new(), *other = entropy_new();
	uint32_t x = 1, n_same = 0;

	(void)state;
	assert_true(isnan(entropy_near(e, 0).bits));
	for (uint32_t n = 1; n <= LONG / 4; n++) {
		struct entropy_point near, other_near;

		x = x * 1664525 + 1013904223;
		entropy_push(e, x >> 28);
		entropy_push(other, x >> 28);
		if (n % 97)
			continue;
		near = entropy_near(e, n);
		other_near = entropy_near(other, n / 2); /* another order */
		assert_true(isnan(near.bits) == (n < ENTROPY_SYMBOLS_MIN));
		assert_true(isnan(other_near.bits) ==
			    (n / 2 < ENTROPY_SYMBOLS_MIN));
	}
	for (uint32_t n = ENTROPY_SYMBOLS_MIN; n <= LONG / 4;
	     n += ENTROPY_STEP) {
		struct entropy_point p = entropy_at(e, n);
		struct entropy_point near = entropy_near(e, n);
		struct entropy_point again = entropy_near(other, n);

		n_same += p.bits == near.bits && p.se == near.se;
		assert_true(near.bits == again.bits && near.se == again.se);
		assert_true(fabs(p.bits - near.bits) < 2 * p.se);
	}
	assert_in_range(n_same, 64, 300); /* a point a step, then a 32nd */
	entropy_free(e);
	entropy_free(other);
}

static void test_known(void **state)
{
	size_t n = 0, n_covered = 0;
	double off = 0, n_off = 0;

	(void)state;
	assert_in_range(n_knowns, 10, 100);
	for (size_t k = 0; k < n_knowns; k++) {
		double bits = knowns[k].bits();

		for (uint32_t seed = 1; seed <= 2; seed++) {
			struct entropy_point p[ARRAY_LEN(lengths)];

			estimate(&knowns[k], seed, p);
			for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
				double far = fabs(p[i].bits - bits);

				assert_true(p[i].se >= 0);
				n++;
				n_covered += far <= 1.96 * p[i].se + 0.01;
				off += bits > 0 ? far / bits : 0;
				n_off += bits > 0;
			}
		}
	}
	if ((double)n_covered < 0.8 * (double)n || off / n_off > 0.12)
		fail_msg("%zu of %zu, off by %.3f", n_covered, n, off / n_off);
}

/* Entropies that are known elsewhere. */
static void test_sources(void **state)
{
	static const struct {
		const char *name;
		double bits;
	} rows[] = {
		{ "coin", 1 },		  { "four", 2 },
		{ "bytes", 8 },		  { "coin 1:9", 0.468996 },
		{ "golden", 0.694242 },	  { "even runs", 0.666667 },
		{ "letters", 4.700440 },  { "loop", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t k = 0; k < n_knowns; k++)
			if (strcmp(knowns[k].name, rows[i].name) == 0)
				assert_true(fabs(knowns[k].bits() -
						 rows[i].bits) < 1e-6);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(const double *v, int n)
{
	double t[ENTROPY_BLOCKS];

	memcpy(t, v, (size_t)n * sizeof(*t));
	qsort(t, (size_t)n, sizeof(*t), by_value);
	return n % 2 ? t[n / 2] : (t[n / 2] + t[n / 2 - 1]) / 2;
}

/* The mean over b, in the plainest way from all lrs: in two passes, as the
 * first finds the scale. */
static double slow(const uint32_t *lrs, uint32_t n)
{
	uint32_t n_steps = n / ENTROPY_STEP;
	int n_blocks = (int)MIN(n_steps, (uint32_t)ENTROPY_BLOCKS);
	double x[ENTROPY_BLOCKS], y[ENTROPY_BLOCKS];
	double sum = 0, mean = 0, scale = INFINITY;

	for (int i = 0; i < n_blocks; i++) {
		uint32_t from = n_steps * (uint32_t)i / (uint32_t)n_blocks *
				ENTROPY_STEP;
		uint32_t to = n_steps * (uint32_t)(i + 1) /
			      (uint32_t)n_blocks * ENTROPY_STEP;
		double f = from ? from * (log2(from) - 1 / log(2)) : 0;

		x[i] = (to * (log2(to) - 1 / log(2)) - f) / (to - from);
		y[i] = 0;
		for (uint32_t t = from; t < to; t++)
			y[i] += (lrs[t] + 1.0) / (to - from);
	}
	for (int pass = 0; pass < 2; pass++)
		for (double b = -12; b <= 18; b += 0.5) {
			double e[ENTROPY_BLOCKS], off[ENTROPY_BLOCKS];
			double m, rate = 0, far = pow((b - 1.5) / 2, 2) / 2;

			if (x[0] + b < 0.5)
				continue;
			for (int i = 0; i < n_blocks; i++)
				e[i] = log(y[i] / (x[i] + b));
			m = median(e, n_blocks);
			for (int i = 0; i < n_blocks; i++) {
				double z = fabs(e[i] - m) / scale;

				off[i] = fabs(e[i] - m);
				far += z < 1.5 ? z * z / 2 : 1.5 * z - 1.125;
				rate += (x[i] + b) / y[i] / n_blocks;
			}
			if (!pass)
				scale = MIN(scale,
					    1.4826 * median(off, n_blocks));
			sum += pass * exp(-far);
			mean += pass * exp(-far) * rate;
		}
	return mean / sum;
}

/* A text that is half a loop has half its rate. */
static void test_half(void **state)
{
	static unsigned char s[LONG];
	struct lz77 *z = lz77_new(LZ77_BYTES, 8);
	struct entropy *e = entropy_new();
	struct entropy_point whole, half;

	(void)state;
	for (size_t k = 0; k < n_knowns; k++)
		if (strcmp(knowns[k].name, "zipf") == 0)
			knowns[k].write(s, LONG / 2, 3);
	for (uint32_t i = LONG / 2; i < LONG; i++)
		s[i] = s[i - 100];
	for (uint32_t i = 0; i < LONG; i++)
		entropy_push(e, lz77_push(z, s[i]).lrs);
	half = entropy_at(e, LONG / 2);
	whole = entropy_at(e, LONG);
	assert_true(fabs(whole.bits - half.bits / 2) < 0.15 * half.bits);
	assert_true(whole.se > half.se); /* it is told that they differ */
	entropy_free(e);
	lz77_free(z);
}

static void test_slow(void **state)
{
	static unsigned char s[LONG];
	static uint32_t lrs[LONG];
	static const char *const names[] = { "coin", "four", "golden", "zipf",
					     "chain" };

	(void)state;
	for (size_t k = 0; k < n_knowns; k++) {
		struct lz77 *z = lz77_new(LZ77_BYTES, 8);
		struct entropy *e = entropy_new();
		bool asked = false;

		for (size_t i = 0; i < ARRAY_LEN(names); i++)
			asked |= strcmp(knowns[k].name, names[i]) == 0;
		knowns[k].write(s, 9000, 5);
		for (uint32_t i = 0; asked && i < 9000; i++) {
			lrs[i] = lz77_push(z, s[i]).lrs;
			entropy_push(e, lrs[i]);
		}
		for (uint32_t n = 300; asked && n <= 9000; n += 2900) {
			double want = slow(lrs, n), got = entropy_at(e, n).bits;

			if (fabs(want - got) > 0.01 * want)
				fail_msg("%s %u: %g, not %g", knowns[k].name, n,
					 got, want);
		}
		entropy_free(e);
		lz77_free(z);
	}
}

/* Nothing is said of nothing, and the rate of one symbol is 0. */
static void test_edges(void **state)
{
	struct entropy *e = entropy_new();

	(void)state;
	assert_true(isnan(entropy_at(e, 0).bits));
	for (uint32_t i = 0; i < 100000; i++) {
		entropy_push(e, i);
		if (i + 1 < ENTROPY_SYMBOLS_MIN)
			assert_true(isnan(entropy_at(e, i + 1).bits));
		else if (i % 997 == 0)
			assert_true(entropy_at(e, i + 1).bits > 0);
	}
	assert_true(entropy_at(e, 100000).bits < 0.001);
	/* more than was pushed is all that was */
	assert_true(entropy_at(e, 4000000000u).bits ==
		    entropy_at(e, 100000).bits);
	entropy_free(e);
	e = entropy_new();
	for (uint32_t i = 0; i < 10000; i++) /* nothing ever comes again */
		entropy_push(e, 0);
	assert_true(isfinite(entropy_at(e, 10000).bits));
	entropy_free(e);
}

/* What a user may ask: every fact holds, and is told. */
static void test_selftest(void **state)
{
	struct buf out = { 0 };
	size_t n = 0;

	(void)state;
	assert_true(selftest(&out));
	for (const char *s = buf_cstr(&out); (s = strstr(s, "\nok ")); s++)
		n++;
	assert_int_equal(n, 10);
	assert_null(strstr(buf_cstr(&out), "FAILED"));
	for (size_t k = 0; k < n_knowns; k++)
		assert_non_null(strstr(out.data, knowns[k].name));
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_near),
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_half),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_selftest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
