/*
 * Sines and cosines of a position serve all heads and layers: they are
 * computed when the position is first reached, in double precision, for angles
 * of large positions lose their digits in floats.
 */
#include "model/rope.h"

#include <assert.h>
#include <math.h>

#include "base/buf.h"

#define TWO_PI 6.283185307179586

struct rope {
	struct rope_opts opts;
	uint32_t n_pairs, n;
	double *frequency;  /* n_pairs */
	double scale;       /* of the turned numbers */
	float *turns;       /* n * n_pairs * {cos, sin} */
	size_t cap;
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
	mem_free(r->turns);
	mem_free(r);
}

void rope_reach(struct rope *r, uint32_t n)
{
	if (n <= r->n)
		return;
	if (!r->n_pairs) { /* nothing turns, and there is no table */
		r->n = n;
		return;
	}
	r->turns = grow(r->turns, &r->cap, n, r->n_pairs * 2 * sizeof(float));
	for (; r->n < n; r->n++) {
		float *at = r->turns + (size_t)r->n * r->n_pairs * 2;

		for (uint32_t i = 0; i < r->n_pairs; i++) {
			double angle = r->n * r->frequency[i];

			at[2 * i] = (float)(cos(angle) * r->scale);
			at[2 * i + 1] = (float)(sin(angle) * r->scale);
		}
	}
}

/* By a position's angles, or back by them (side -1); unscale: divides by what
 * they are scaled with. */
static void turn(const struct rope *r, float *v, uint32_t position, float side,
		 float unscale)
{
	uint32_t step = r->opts.halves ? 1 : 2;
	uint32_t far = r->opts.halves ? r->n_pairs : 1;
	const float *at;

	assert(position < r->n);
	if (!r->n_pairs)
		return;
	at = r->turns + (size_t)position * r->n_pairs * 2;
	for (uint32_t i = 0; i < r->n_pairs; i++) {
		float *a = v + (size_t)i * step, *b = a + far, x = *a;
		float cosine = at[2 * i] * unscale;
		float sine = at[2 * i + 1] * unscale * side;

		*a = x * cosine - *b * sine;
		*b = x * sine + *b * cosine;
	}
}

void rope_turn(const struct rope *r, float *v, uint32_t position)
{
	turn(r, v, position, 1, 1);
}

void rope_move(const struct rope *r, float *v, uint32_t from, uint32_t to)
{
	if (from <= to)
		turn(r, v, to - from, 1, (float)(1 / r->scale));
	else
		turn(r, v, from - to, -1, (float)(1 / r->scale));
}
