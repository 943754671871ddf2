/*
 * Sines and cosines are computed in double precision, for angles of large
 * positions lose their digits in floats. A position is a number of digits, and
 * its angle the sum of theirs: so a row for each digit that was met serves all
 * positions, and what is kept does not grow with the text.
 */
#include "model/rope.h"

#include <assert.h>
#include <math.h>

#include "base/buf.h"

#define TWO_PI 6.283185307179586

/* Digits of a position, and of what value. */
enum { DIGIT_BITS = 8, DIGITS = 4 };
#define DIGIT_END ((uint32_t)1 << DIGIT_BITS)

struct rope {
	struct rope_opts opts;
	uint32_t n_pairs, n;
	double *frequency;  /* n_pairs */
	double scale;       /* of the turned numbers */
	struct digit {      /* by its place, the lowest first */
		double *turns; /* n * n_pairs * {cos, sin} */
		uint32_t n;
		size_t cap;
	} digits[DIGITS];
};

/* The pair that makes `turns` full turns over the original context. */
static double yarn_pair(const struct rope_opts *o, double turns)
{
	return o->n_rot * log(o->n_ctx_orig / (turns * TWO_PI)) /
	       (2 * log(o->base));
}

/* 1: keep the frequency, 0: divide it by the factor. */
static double yarn_share(const struct rope_opts *o, uint32_t i)
{
	double low = fmax(0, floor(yarn_pair(o, o->beta_fast)));
	double high = fmin(o->n_rot - 1, ceil(yarn_pair(o, o->beta_slow)));
	double y = (i - low) / fmax(0.001, high - low);

	return 1 - fmin(1, fmax(0, y));
}

static double frequency(const struct rope_opts *o, uint32_t i)
{
	double f = pow(o->base, -2.0 * i / o->n_rot);
	double share;

	if (o->divisors)
		f /= o->divisors[i];
	if (o->scaling == ROPE_LINEAR)
		return f / o->factor;
	if (o->scaling == ROPE_PLAIN)
		return f;
	share = yarn_share(o, i);
	return f / o->factor * (1 - share) + f * share;
}

struct rope *rope_new(const struct rope_opts *opts)
{
	struct rope *r = mem_zalloc(sizeof(*r));

	assert(opts->n_rot % 2 == 0);
	r->opts = *opts;
	r->n_pairs = opts->n_rot / 2;
	r->frequency = mem_zalloc((r->n_pairs + 1) * sizeof(double));
	for (uint32_t i = 0; i < r->n_pairs; i++)
		r->frequency[i] = frequency(opts, i);
	r->scale = opts->attn_factor;
	if (opts->scaling == ROPE_YARN)
		r->scale *= 1 + 0.1 * log(opts->factor);
	return r;
}

void rope_free(struct rope *r)
{
	if (!r)
		return;
	mem_free(r->frequency);
	for (int i = 0; i < DIGITS; i++)
		mem_free(r->digits[i].turns);
	mem_free(r);
}

/* Rows of the digit's first n values, each worth `unit` positions. */
static void reach_digit(const struct rope *r, struct digit *digit, uint32_t n,
			double unit)
{
	if (n > digit->n)
		digit->turns = grow(digit->turns, &digit->cap, n,
				    (r->n_pairs + 1) * 2 * sizeof(double));
	for (; digit->n < n; digit->n++) {
		double *at = digit->turns + (size_t)digit->n * r->n_pairs * 2;

		for (uint32_t i = 0; i < r->n_pairs; i++) {
			double angle = digit->n * unit * r->frequency[i];

			at[2 * i] = cos(angle);
			at[2 * i + 1] = sin(angle);
		}
	}
}

void rope_reach(struct rope *r, uint32_t n)
{
	if (n <= r->n)
		return;
	r->n = n;
	for (uint32_t i = 0, last = n - 1; i < DIGITS; i++) {
		reach_digit(r, &r->digits[i], MIN(last, DIGIT_END - 1) + 1,
			    (double)((uint64_t)1 << i * DIGIT_BITS));
		last >>= DIGIT_BITS;
	}
}

/* The angle's cosine and sine: those of its digits, turned one by the other. */
static void angle_of(const struct rope *r, uint32_t position, uint32_t i,
		     double *cosine, double *sine)
{
	const double *at = r->digits[0].turns +
			   ((size_t)position % DIGIT_END * r->n_pairs + i) * 2;

	*cosine = at[0];
	*sine = at[1];
	for (uint32_t k = 1; (position >>= DIGIT_BITS); k++) {
		double x = *cosine;

		at = r->digits[k].turns +
		     ((size_t)position % DIGIT_END * r->n_pairs + i) * 2;
		*cosine = x * at[0] - *sine * at[1];
		*sine = x * at[1] + *sine * at[0];
	}
}

/* By a position's angles, or back by them (side -1); scaled. */
static void turn(const struct rope *r, float *v, uint32_t n, size_t stride,
		 uint32_t position, float side, double scale)
{
	uint32_t step = r->opts.halves ? 1 : 2;
	uint32_t far = r->opts.halves ? r->n_pairs : 1;

	assert(position < r->n);
	for (uint32_t i = 0; i < r->n_pairs; i++) {
		float *a = v + (size_t)i * step, cosine, sine;
		double c, s;

		angle_of(r, position, i, &c, &s);
		cosine = (float)(c * scale);
		sine = (float)(s * scale) * side;
		for (uint32_t k = 0; k < n; k++, a += stride) {
			float *b = a + far, x = *a;

			*a = x * cosine - *b * sine;
			*b = x * sine + *b * cosine;
		}
	}
}

void rope_turn(const struct rope *r, float *v, uint32_t n, size_t stride,
	       uint32_t position)
{
	turn(r, v, n, stride, position, 1, r->scale);
}

void rope_move(const struct rope *r, float *v, uint32_t from, uint32_t to)
{
	if (from <= to)
		turn(r, v, 1, 0, to - from, 1, 1);
	else
		turn(r, v, 1, 0, from - to, -1, 1);
}
