/*
 * AVX2: a matrix of floats (F32) times many tokens.
 *
 * A lane is a token: activations are turned once for all rows, and rows are
 * not; a weight meets as many tokens as three registers hold.
 *
 *	x   sides of SIDE tokens, each [n_cols][SIDE]
 *	w   a strip of ROWS rows by COLS columns, as it is
 *
 * What a tile reads again and again (its sides, and the strip) is no more than
 * the nearest cache holds. A sum goes along COLS columns, and then to those
 * before it, so it is the same in any tile.
 */
#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))),         \
			     apply_to = function)
#else
#pragma GCC target("avx2,fma,f16c")
#endif

#include <string.h>

#include "model/kernel_avx2_turn.h"

enum {
	ROWS = 32,
	COLS = 128,
	TILE_ROWS = 4,
	TILE_SIDES = 3,
	TOKENS = 256, /* of which the sums are at hand */
	LINE = 64,
};

static bool works(void)
{
	return kernels_avx2.works();
}

/* --- activations -------------------------------------------------------- */

static uint32_t sides_of(uint32_t n_tokens)
{
	return (n_tokens + SIDE - 1) / SIDE;
}

static size_t bytes_of(const struct kernel_x *x)
{
	return (size_t)sides_of(x->n_tokens) * SIDE * x->n_cols *
		       sizeof(float) +
	       LINE;
}

/* The i-th side; no register of it is in two cache lines. */
static float *side_at(const struct kernel_x *x, uint32_t i)
{
	char *at = (char *)x->data;

	at += -(uintptr_t)at % LINE;
	return (float *)(void *)at + (size_t)i * SIDE * x->n_cols;
}

static __m256i load_words(const float *s)
{
	return _mm256_loadu_si256((const __m256i *)(const void *)s);
}

/* A side from n tokens, and zeros. */
static void set_side(float *out, const float *v, uint32_t n, uint32_t n_cols)
{
	uint32_t k = 0;

	for (; k + SIDE <= n_cols; k += SIDE) {
		__m256i rows[SIDE], cols[SIDE];

		for (uint32_t t = 0; t < SIDE; t++)
			rows[t] = t < n ? load_words(v + (size_t)t * n_cols +
						     k) :
					  _mm256_setzero_si256();
		turn(cols, rows);
		for (uint32_t t = 0; t < SIDE; t++)
			_mm256_storeu_si256(
				(__m256i *)(void *)(out + (k + t) * SIDE),
				cols[t]);
	}
	for (; k < n_cols; k++)
		for (uint32_t t = 0; t < SIDE; t++)
			out[k * SIDE + t] =
				t < n ? v[(size_t)t * n_cols + k] : 0;
}

static void set(struct kernel_x *x, const float *v)
{
	for (uint32_t t = 0; t < x->n_tokens; t += SIDE)
		set_side(side_at(x, t / SIDE), v + (size_t)t * x->n_cols,
			 MIN(x->n_tokens - t, (uint32_t)SIDE), x->n_cols);
}

/* --- weights ------------------------------------------------------------ */

/* Eight columns of a row from the i-th on; 0 beyond n. */
ALWAYS __m256 floats_at(const uint8_t *row, uint32_t i, uint32_t n)
{
	float last[SIDE] = { 0 };
	const uint8_t *at = row + i * sizeof(float);

	if (i + SIDE <= n)
		return _mm256_loadu_ps((const float *)(const void *)at);
	memcpy(last, at, (n - i) * sizeof(*last));
	return _mm256_loadu_ps(last);
}

/* Columns [i, i + n) of a row; those behind them are asked for, which are next
 * in this row when all tokens have met these. */
static void unpack(float out[COLS], const uint8_t *row, uint32_t i, uint32_t n,
		   uint32_t n_cols)
{
	for (size_t k = 0; k < n * sizeof(*out); k += LINE)
		__builtin_prefetch(row + (i + n) * sizeof(*out) + k);
	for (uint32_t k = 0; k < n; k += SIDE)
		_mm256_store_ps(out + k, floats_at(row, i + k, n_cols));
}

/* --- products ----------------------------------------------------------- */

/* n columns of TILE_ROWS rows times n_sides sides, `apart` floats from one to
 * the next, added to sums[row * TOKENS]. */
ALWAYS void tile(float *sums, float w[TILE_ROWS][COLS], const float *x,
		 size_t apart, uint32_t n, uint32_t n_sides)
{
	__m256 sum[TILE_ROWS][TILE_SIDES];

#pragma GCC unroll 4
	for (uint32_t r = 0; r < TILE_ROWS; r++)
#pragma GCC unroll 3
		for (uint32_t s = 0; s < n_sides; s++)
			sum[r][s] = _mm256_setzero_ps();
	for (uint32_t i = 0; i < n; i++) {
		__m256 v[TILE_SIDES];

#pragma GCC unroll 3
		for (uint32_t s = 0; s < n_sides; s++)
			v[s] = _mm256_load_ps(x + s * apart + i * SIDE);
#pragma GCC unroll 4
		for (uint32_t r = 0; r < TILE_ROWS; r++) {
			__m256 a = _mm256_broadcast_ss(&w[r][i]);

#pragma GCC unroll 3
			for (uint32_t s = 0; s < n_sides; s++)
				sum[r][s] = _mm256_fmadd_ps(a, v[s], sum[r][s]);
		}
	}
#pragma GCC unroll 4
	for (uint32_t r = 0; r < TILE_ROWS; r++)
#pragma GCC unroll 3
		for (uint32_t s = 0; s < n_sides; s++) {
			float *at = sums + (size_t)r * TOKENS + s * SIDE;

			_mm256_store_ps(at, _mm256_add_ps(_mm256_load_ps(at),
							  sum[r][s]));
		}
}

/* Sides of the next tile: no tile of one where two of two are. */
static uint32_t next_sides(uint32_t n_left)
{
	return n_left >= TILE_SIDES && n_left != 4 ? TILE_SIDES :
						     MIN(n_left, 2u);
}

/* n columns of n_rows rows (of which a tile's rest is of no account) times all
 * sides. */
static void add_strip(float sums[ROWS][TOKENS], float w[ROWS][COLS],
		      uint32_t n_rows, const float *x, size_t apart,
		      uint32_t n, uint32_t n_sides)
{
	for (uint32_t s = 0, step; s < n_sides; s += step) {
		step = next_sides(n_sides - s);
		for (uint32_t r = 0; r < n_rows; r += TILE_ROWS) {
			const float *v = x + s * apart;
			float *at = sums[r] + s * SIDE;

			if (step == TILE_SIDES)
				tile(at, w + r, v, apart, n, TILE_SIDES);
			else if (step == 2)
				tile(at, w + r, v, apart, n, 2);
			else
				tile(at, w + r, v, apart, n, 1);
		}
	}
}

/* What a strip's sums are, to where they belong. */
static void put(float *out, size_t stride, float sums[ROWS][TOKENS],
		uint32_t n_rows, uint32_t n_tokens)
{
	for (uint32_t t = 0; t < n_tokens; t += SIDE)
		for (uint32_t r = 0; r < n_rows; r += SIDE) {
			size_t n = MIN(n_rows - r, (uint32_t)SIDE);
			__m256i rows[SIDE], cols[SIDE];

			for (uint32_t k = 0; k < SIDE; k++)
				rows[k] = load_words(sums[r + k] + t);
			turn(cols, rows);
			for (uint32_t k = 0; k < SIDE && t + k < n_tokens; k++)
				memcpy(out + (t + k) * stride + r, &cols[k],
				       n * sizeof(*out));
		}
}

/* At most ROWS rows times at most TOKENS tokens from the t-th on. */
static void strip(float *out, size_t stride, const struct kernel_rows *w,
		  uint32_t row0, uint32_t n_rows, const struct kernel_x *x,
		  uint32_t t)
{
	_Alignas(LINE) float sums[ROWS][TOKENS], floats[ROWS][COLS];
	uint32_t n_tokens = MIN(x->n_tokens - t, (uint32_t)TOKENS);
	uint32_t n_packed = (n_rows + SIDE - 1) / SIDE * SIDE;

	memset(sums, 0, n_packed * sizeof(*sums));
	for (uint32_t i = 0, n; i < w->n_cols; i += n) {
		n = MIN(w->n_cols - i, (uint32_t)COLS);
		for (uint32_t r = 0; r < n_packed; r++)
			unpack(floats[r],
			       (const uint8_t *)w->data +
				       (row0 + MIN(r, n_rows - 1)) *
					       w->row_bytes,
			       i, n, w->n_cols);
		add_strip(sums, floats, n_packed,
			  side_at(x, t / SIDE) + (size_t)i * SIDE,
			  (size_t)SIDE * w->n_cols, n, sides_of(n_tokens));
	}
	put(out + t * stride + row0, stride, sums, n_rows, n_tokens);
}

static void mul(float *out, size_t stride, const struct kernel_rows *w,
		uint32_t row0, uint32_t row1, const struct kernel_x *x)
{
	for (uint32_t r = row0; r < row1; r += ROWS)
		for (uint32_t t = 0; t < x->n_tokens; t += TOKENS)
			strip(out, stride, w, r, MIN(row1 - r, (uint32_t)ROWS),
			      x, t);
}

const struct kernel_many kernel_avx2_floats = {
	.works = works,
	.bytes = bytes_of,
	.set = set,
	.mul = mul,
};

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
