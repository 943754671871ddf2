/*
 * kernel_lanes.h - kernels in floats, for lanes of any width: matrices of
 * floats, attention, softmax, and the choice of a row's kernel by its type.
 *
 * Included once by each set of kernels, after these were defined:
 *	lanes, LANES, TILE_ROWS (1, 2 or 4), TILE_X
 *	FAR_ROWS             does a vector alone meet rows far apart?
 *	LANES_ZERO SET LOAD STORE FMA FNMA ADD SUB MUL DIV MAX ROUND
 *	LANES_HALVES, LANES_BF16   16-bit numbers as floats
 *	LANES_BYTES          signed bytes as floats
 *	LANES_SUM4(out, a, b, c, d)  four sums at once
 *	LANES_POW2(n), LANES_ABOVE(v, x, least)  2^n; v where x > least, else 0
 *	words, as many integers of 32 bits: WORDS_ZERO LOAD STORE ADD
 *	WORDS_EVEN(v), WORDS_ODD(v)  bytes 0 and 2 of each, 1 and 3, as 16 bits
 *	WORDS_PAIRS(sum, v, w)  sum and both halves of each times w[0] and w[1]
 *	WORDS_KEEP(v)        v stays in a register: compilers put sums off
 *	BYTES_SIDES, BYTES_X  words of rows, rows of weights that go together
 *	WORDS_BELOW(sum, v, least)  sum, more by one where v is less
 *	WORDS_AT_LEAST(v, least)  a bit for each that is
 *	half_at()
 * and before rows_q8_0 and its like for each quantised type.
 *
 * Rows times vectors go in tiles of TILE_ROWS x TILE_X, so that each load
 * serves several products. A sum's order does not depend on its tile: one sum
 * along the row for each pair, its lanes added up the same way at the end.
 */
#ifndef LILSCOPE_KERNEL_LANES_H
#define LILSCOPE_KERNEL_LANES_H

#include <math.h>

#include "model/kernel_impl.h"

/* Columns [i, i + LANES) of a row of floats, halves or BF16. */
ALWAYS lanes load_lanes(const char *row, enum ggml_type type, uint32_t i)
{
	if (type == GGML_F32)
		return LANES_LOAD((const float *)(const void *)row + i);
	if (type == GGML_F16)
		return LANES_HALVES(row + 2 * (size_t)i);
	return LANES_BF16(row + 2 * (size_t)i);
}

/* Column i alone, for the end of a row that fills no lanes. */
ALWAYS float load_one(const char *row, enum ggml_type type, uint32_t i)
{
	uint16_t bits;
	float value;

	if (type == GGML_F32) {
		memcpy(&value, row + 4 * (size_t)i, sizeof(value));
		return value;
	}
	if (type == GGML_F16)
		return half_at((const uint8_t *)row + 2 * (size_t)i);
	memcpy(&bits, row + 2 * (size_t)i, sizeof(bits));
	return bf16_to_float(bits);
}

/* Rows of numbers and vectors of floats; out[i_x * stride + i_row]. */
struct products {
	float *out;
	size_t stride;
	const char *rows;
	size_t row_bytes;
	const float *x; /* d floats each, one after the other */
	uint32_t d;
	float scale;
	uint32_t apart; /* from one row of a tile to the next, in rows */
};

/* The same columns of the next tile: short rows that are read side by side are
 * too many streams for the CPU's own prefetching. Far ones are not. */
ALWAYS void fetch_ahead(const struct products *a, const char *at,
			uint32_t n_rows)
{
#pragma GCC unroll 4
	for (uint32_t r = 0; r < n_rows; r++)
		__builtin_prefetch(at + (r + TILE_ROWS) * a->row_bytes);
}

/* n_rows (1 or TILE_ROWS) times n_x vectors. */
ALWAYS void dots_tile(const struct products *a, enum ggml_type type,
		      uint32_t row0, uint32_t x0, uint32_t n_rows, uint32_t n_x)
{
	const char *rows = a->rows + row0 * a->row_bytes;
	const float *x = a->x + (size_t)x0 * a->d;
	size_t step = a->apart * a->row_bytes;
	lanes sums[TILE_X][4];
	uint32_t i = 0, d = a->d;

#pragma GCC unroll 4
	for (uint32_t t = 0; t < n_x; t++)
#pragma GCC unroll 4
		for (uint32_t r = 0; r < 4; r++)
			sums[t][r] = LANES_ZERO();
	for (; i + LANES <= d; i += LANES) {
		lanes w[TILE_ROWS];

#pragma GCC unroll 4
		for (uint32_t r = 0; r < n_rows; r++)
			w[r] = load_lanes(rows + r * step, type, i);
		if (n_x == 1 && a->apart == 1)
			fetch_ahead(a, rows + i * (type == GGML_F32 ? 4 : 2),
				    n_rows);
#pragma GCC unroll 4
		for (uint32_t t = 0; t < n_x; t++) {
			lanes v = LANES_LOAD(x + (size_t)t * d + i);

#pragma GCC unroll 4
			for (uint32_t r = 0; r < n_rows; r++)
				sums[t][r] = LANES_FMA(w[r], v, sums[t][r]);
		}
	}
#pragma GCC unroll 4
	for (uint32_t t = 0; t < n_x; t++) {
		float *out = a->out + (x0 + t) * a->stride + row0, sum[4];

		LANES_SUM4(sum, sums[t][0], sums[t][1], sums[t][2], sums[t][3]);
#pragma GCC unroll 4
		for (uint32_t r = 0; r < n_rows; r++) {
			for (uint32_t j = i; j < d; j++)
				sum[r] += load_one(rows + r * step, type, j) *
					  x[(size_t)t * d + j];
			out[r * a->apart] = sum[r] * a->scale;
		}
	}
}

/* All n_rows times n_x vectors. */
ALWAYS void dots_strip(const struct products *a, enum ggml_type type,
		       uint32_t x0, uint32_t n_rows, uint32_t n_x)
{
	uint32_t n = TILE_ROWS * a->apart, r = 0;

	for (; r + n <= n_rows; r += n)
		for (uint32_t k = 0; k < a->apart; k++)
			dots_tile(a, type, r + k, x0, TILE_ROWS, n_x);
	for (; r < n_rows; r++)
		dots_tile(a, type, r, x0, 1, n_x);
}

/* All rows times all vectors. What TILE_X leaves over gets a tile of its own
 * width: a loop over n_x that the compiler can't unroll spills its sums. */
ALWAYS void dots_of(const struct products *a, enum ggml_type type,
		    uint32_t n_rows, uint32_t n_x)
{
	uint32_t x = 0;

	for (; x + TILE_X <= n_x; x += TILE_X)
		dots_strip(a, type, x, n_rows, TILE_X);
	if (n_x - x == 3 && TILE_X > 3)
		dots_strip(a, type, x, n_rows, 3);
	else if (n_x - x == 2 && TILE_X > 2)
		dots_strip(a, type, x, n_rows, 2);
	else if (n_x - x == 1)
		dots_strip(a, type, x, n_rows, 1);
}

/* --- matrices ----------------------------------------------------------- */

/* Rows at a time, so that they are still near for the next vectors. A vector
 * alone reads each once, from as many places as a tile has rows: each is then a
 * stream that the CPU fetches by itself. */
enum { STRIP_BYTES = 64 << 10 };

/* Rows [row0, row1) of w, numbers of this type, times all tokens of x. */
ALWAYS void float_rows(float *out, size_t stride, const struct kernel_rows *w,
		       uint32_t row0, uint32_t row1, const struct kernel_x *x,
		       enum ggml_type type)
{
	uint32_t strip = (uint32_t)(STRIP_BYTES / w->row_bytes) & ~3u;

	strip = MAX(strip, 4u);
	for (uint32_t n; row0 < row1; row0 += n) {
		struct products a = { out + row0,
				      stride,
				      (const char *)w->data +
					      row0 * w->row_bytes,
				      w->row_bytes,
				      x->data,
				      w->n_cols,
				      1,
				      1 };

		n = MIN(row1 - row0, strip);
		if (FAR_ROWS && x->n_tokens == 1) {
			n = row1 - row0;
			a.apart = MAX(n / TILE_ROWS, 1u);
		}
		dots_of(&a, type, n, x->n_tokens);
	}
}

#define FLOAT_ROWS(name, type)                                                 \
	static void rows_##name(float *out, size_t stride,                     \
				const struct kernel_rows *w, uint32_t row0,    \
				uint32_t row1, const struct kernel_x *x)       \
	{                                                                      \
		float_rows(out, stride, w, row0, row1, x, type);               \
	}

FLOAT_ROWS(f32, GGML_F32)
FLOAT_ROWS(f16, GGML_F16)
FLOAT_ROWS(bf16, GGML_BF16)

/* The includer's; those of AVX-512 have files of their own. */
#if defined(KERNEL_512)
#define QUANT_ROWS(name) kernel_avx512_##name
#else
#define QUANT_ROWS(name) rows_##name
static kernel_rows_fn rows_q8_0, rows_q4_0, rows_q4_1, rows_q5_0, rows_q5_1,
	rows_iq4_nl, rows_mxfp4, rows_q2_k, rows_q3_k, rows_q4_k, rows_q5_k,
	rows_q6_k, rows_iq4_xs;
#endif

/* kernels.mul: each row by the kernel of its type. */
static void mul(float *out, size_t stride, const struct kernel_rows *w,
		uint32_t row0, uint32_t row1, const struct kernel_x *x)
{
	static const struct {
		enum ggml_type type;
		kernel_rows_fn *rows;
	} types[] = {
		{ GGML_F32, rows_f32 },
		{ GGML_F16, rows_f16 },
		{ GGML_BF16, rows_bf16 },
		{ GGML_Q8_0, QUANT_ROWS(q8_0) },
		{ GGML_Q4_0, QUANT_ROWS(q4_0) },
		{ GGML_Q4_1, QUANT_ROWS(q4_1) },
		{ GGML_Q5_0, QUANT_ROWS(q5_0) },
		{ GGML_Q5_1, QUANT_ROWS(q5_1) },
		{ GGML_IQ4_NL, QUANT_ROWS(iq4_nl) },
		{ GGML_MXFP4, QUANT_ROWS(mxfp4) },
		{ GGML_Q2_K, QUANT_ROWS(q2_k) },
		{ GGML_Q3_K, QUANT_ROWS(q3_k) },
		{ GGML_Q4_K, QUANT_ROWS(q4_k) },
		{ GGML_Q5_K, QUANT_ROWS(q5_k) },
		{ GGML_Q6_K, QUANT_ROWS(q6_k) },
		{ GGML_IQ4_XS, QUANT_ROWS(iq4_xs) },
	};
	size_t i = 0;

	while (types[i].type != w->type)
		i++;
	types[i].rows(out, stride, w, row0, row1, x);
}

/* --- rows of the cache -------------------------------------------------- */

/* A block of bytes times its scale. */
ALWAYS void load_block(float *out, const int8_t q[KERNEL_BLOCK], float d)
{
#pragma GCC unroll 8
	for (uint32_t i = 0; i < KERNEL_BLOCK; i += LANES)
		LANES_STORE(out + i,
			    LANES_MUL(LANES_BYTES(q + i), LANES_SET(d)));
}

/* Q8_0 and Q4_0: what quant.c says of them, to the bit. */
ALWAYS void load_blocks(float *out, const uint8_t *block, enum ggml_type type,
			uint32_t n)
{
	typedef int8_t bytes __attribute__((vector_size(16)));
	typedef uint8_t nibbles __attribute__((vector_size(16)));
	size_t step = type == GGML_Q8_0 ? 34 : 18;

	for (uint32_t i = 0; i < n; i += KERNEL_BLOCK, block += step) {
		int8_t q[KERNEL_BLOCK];
		nibbles both;
		bytes part[2];

		if (type == GGML_Q8_0) {
			memcpy(q, block + 2, sizeof(q));
		} else {
			memcpy(&both, block + 2, sizeof(both));
			part[0] = (bytes)(both & 15) - 8;
			part[1] = (bytes)(both >> 4) - 8;
			memcpy(q, part, sizeof(q));
		}
		load_block(out + i, q, half_at(block));
	}
}

/* kernels.load, as kernel_load() says. */
static void load(float *out, const void *row, enum ggml_type type, uint32_t n)
{
	uint32_t i = 0;

	if (type == GGML_Q8_0) {
		load_blocks(out, row, GGML_Q8_0, n);
		return;
	}
	if (type == GGML_Q4_0) {
		load_blocks(out, row, GGML_Q4_0, n);
		return;
	}
	for (; i + LANES <= n; i += LANES)
		LANES_STORE(out + i,
			    LANES_HALVES((const uint16_t *)row + i));
	for (; i < n; i++)
		out[i] = load_one(row, GGML_F16, i);
}

/* --- attention ---------------------------------------------------------- */

/* kernels.scores, as kernel_scores() says. */
static void scores(float *out, size_t stride, const float *q, uint32_t n_q,
		   const void *k, enum ggml_type type, uint32_t d, uint32_t n,
		   float scale)
{
	struct products a = { out, stride, k, 4 * (size_t)d, q, d, scale, 1 };
	float rows[KERNEL_LOADED];

	if (type == GGML_F32) {
		dots_of(&a, GGML_F32, n, n_q);
		return;
	}
	if (type == GGML_F16) {
		a.row_bytes = 2 * (size_t)d;
		dots_of(&a, GGML_F16, n, n_q);
		return;
	}
	a.rows = (const char *)rows;
	for (uint32_t i = 0, len; i < n; i += len, a.out += len) {
		len = MIN(n - i, KERNEL_LOADED / d);
		load(rows, k, type, len * d);
		dots_of(&a, GGML_F32, len, n_q);
		k = (const char *)k + quant_row_bytes(quant_of(type), len * d);
	}
}

/* out[n_q][d] += p[i_q * stride + i] * v_i, for columns [from, from + n_lanes
 * * LANES), which stay in registers. */
ALWAYS void mix_tile(float *out, const float *p, size_t stride, uint32_t n_q,
		     const char *v, enum ggml_type type, uint32_t d, uint32_t n,
		     uint32_t from, uint32_t n_lanes)
{
	size_t bytes = (size_t)d * (type == GGML_F32 ? 4 : 2);
	lanes sums[TILE_X][4];

#pragma GCC unroll 4
	for (uint32_t g = 0; g < n_q; g++)
#pragma GCC unroll 4
		for (uint32_t t = 0; t < n_lanes; t++)
			sums[g][t] = LANES_LOAD(out + (size_t)g * d + from +
						t * LANES);
	for (uint32_t i = 0; i < n; i++, v += bytes) {
		lanes part[4];

#pragma GCC unroll 4
		for (uint32_t t = 0; t < n_lanes; t++)
			part[t] = load_lanes(v, type, from + t * LANES);
#pragma GCC unroll 4
		for (uint32_t g = 0; g < n_q; g++) {
			lanes share = LANES_SET(p[g * stride + i]);

#pragma GCC unroll 4
			for (uint32_t t = 0; t < n_lanes; t++)
				sums[g][t] =
					LANES_FMA(part[t], share, sums[g][t]);
		}
	}
#pragma GCC unroll 4
	for (uint32_t g = 0; g < n_q; g++)
#pragma GCC unroll 4
		for (uint32_t t = 0; t < n_lanes; t++)
			LANES_STORE(out + (size_t)g * d + from + t * LANES,
				    sums[g][t]);
}

/* All columns, for n_q <= TILE_X queries. */
ALWAYS void mix_strip(float *out, const float *p, size_t stride, uint32_t n_q,
		      const char *v, enum ggml_type type, uint32_t d,
		      uint32_t n)
{
	size_t bytes = (size_t)d * (type == GGML_F32 ? 4 : 2);
	uint32_t j = 0;

	for (; j + 4 * LANES <= d; j += 4 * LANES)
		mix_tile(out, p, stride, n_q, v, type, d, n, j, 4);
	for (; j + LANES <= d; j += LANES)
		mix_tile(out, p, stride, n_q, v, type, d, n, j, 1);
	for (; j < d; j++)
		for (uint32_t g = 0; g < n_q; g++)
			for (uint32_t i = 0; i < n; i++)
				out[(size_t)g * d + j] +=
					p[g * stride + i] *
					load_one(v + i * bytes, type, j);
}

/* All columns for all queries, TILE_X of them at a time. */
ALWAYS void mix_of(float *out, const float *p, size_t stride, uint32_t n_q,
		   const char *v, enum ggml_type type, uint32_t d, uint32_t n)
{
	uint32_t g = 0;

	for (; g + TILE_X <= n_q; g += TILE_X)
		mix_strip(out + (size_t)g * d, p + g * stride, stride, TILE_X,
			  v, type, d, n);
	if (n_q - g == 3 && TILE_X > 3)
		mix_strip(out + (size_t)g * d, p + g * stride, stride, 3, v,
			  type, d, n);
	else if (n_q - g == 2 && TILE_X > 2)
		mix_strip(out + (size_t)g * d, p + g * stride, stride, 2, v,
			  type, d, n);
	else if (n_q - g == 1)
		mix_strip(out + (size_t)g * d, p + g * stride, stride, 1, v,
			  type, d, n);
}

/* kernels.mix, as kernel_mix() says. */
static void mix(float *out, const float *p, size_t stride, uint32_t n_q,
		const void *v, enum ggml_type type, uint32_t d, uint32_t n)
{
	float rows[KERNEL_LOADED];

	if (type == GGML_F32) {
		mix_of(out, p, stride, n_q, v, GGML_F32, d, n);
		return;
	}
	if (type == GGML_F16) {
		mix_of(out, p, stride, n_q, v, GGML_F16, d, n);
		return;
	}
	for (uint32_t i = 0, len; i < n; i += len) {
		len = MIN(n - i, KERNEL_LOADED / d);
		load(rows, v, type, len * d);
		mix_of(out, p + i, stride, n_q, (const char *)rows, GGML_F32, d,
		       len);
		v = (const char *)v + quant_row_bytes(quant_of(type), len * d);
	}
}

/* BYTES_SIDES times LANES rows of bytes times n_q <= BYTES_X rows of weights.
 * Of four bytes the first and the third go together, and the others; where
 * sums are few these have sums of their own, so that none waits for another. */
ALWAYS void bytes_tile(int32_t *out, size_t stride, const int16_t *w,
		       uint32_t n_q, const unsigned char *rows, uint32_t d,
		       const char *ahead)
{
	enum { STEP = 4 * KERNEL_BYTE_ROWS, SIDES = BYTES_SIDES };
	words sums[BYTES_X][SIDES][2];

#pragma GCC unroll 4
	for (uint32_t g = 0; g < n_q; g++)
#pragma GCC unroll 4
		for (uint32_t s = 0; s < SIDES; s++)
			sums[g][s][0] = sums[g][s][1] = WORDS_ZERO();
	for (uint32_t i = 0; i < d; i += 4, rows += STEP, ahead += STEP) {
		words even[SIDES], odd[SIDES];

		__builtin_prefetch(ahead);
#pragma GCC unroll 4
		for (uint32_t s = 0; s < SIDES; s++) {
			words v = WORDS_LOAD(rows + s * 4 * LANES);

			even[s] = WORDS_EVEN(v);
			odd[s] = WORDS_ODD(v);
		}
#pragma GCC unroll 4
		for (uint32_t g = 0; g < n_q; g++) {
			const int16_t *four = w + g * d + i;

#pragma GCC unroll 4
			for (uint32_t s = 0; s < SIDES; s++) {
				words *to = sums[g][s];
				words *too = to + (BYTES_X * SIDES <= 4);

				*to = WORDS_PAIRS(*to, even[s], four);
				WORDS_KEEP(*to);
				*too = WORDS_PAIRS(*too, odd[s], four + 2);
				WORDS_KEEP(*too);
			}
		}
	}
#pragma GCC unroll 4
	for (uint32_t g = 0; g < n_q; g++)
#pragma GCC unroll 4
		for (uint32_t s = 0; s < SIDES; s++)
			WORDS_STORE(out + g * stride + s * LANES,
				    WORDS_ADD(sums[g][s][0], sums[g][s][1]));
}

/* All rows of a block times n_q <= BYTES_X rows of weights. */
ALWAYS void bytes_strip(int32_t *out, size_t stride, const int16_t *w,
			uint32_t n_q, const unsigned char *block, uint32_t d,
			const void *ahead)
{
	for (uint32_t i = 0; i < KERNEL_BYTE_ROWS; i += BYTES_SIDES * LANES)
		bytes_tile(out + i, stride, w, n_q, block + (size_t)i * 4, d,
			   ahead);
}

/* kernels.bytes, as kernel_bytes() says. */
static void bytes(int32_t *out, size_t stride, const int16_t *w, uint32_t n_q,
		  const unsigned char *block, uint32_t d, const void *ahead)
{
	for (; n_q >= BYTES_X; n_q -= BYTES_X) {
		bytes_strip(out, stride, w, BYTES_X, block, d, ahead);
		out += BYTES_X * stride;
		w += (size_t)BYTES_X * d;
	}
	if (n_q == 3 && BYTES_X > 3)
		bytes_strip(out, stride, w, 3, block, d, ahead);
	else if (n_q == 2)
		bytes_strip(out, stride, w, 2, block, d, ahead);
	else if (n_q == 1)
		bytes_strip(out, stride, w, 1, block, d, ahead);
}

/* kernels.below, as kernel_below() says. */
static uint32_t below(const int32_t *v, uint32_t n, int32_t least)
{
	int32_t each[LANES];
	uint32_t n_below = 0, i = 0;
	words sums[2] = { WORDS_ZERO(), WORDS_ZERO() };

	for (; i + 2 * LANES <= n; i += 2 * LANES) {
		sums[0] = WORDS_BELOW(sums[0], WORDS_LOAD(v + i), least);
		sums[1] = WORDS_BELOW(sums[1], WORDS_LOAD(v + i + LANES),
				      least);
	}
	WORDS_STORE(each, WORDS_ADD(sums[0], sums[1]));
	for (uint32_t k = 0; k < LANES; k++)
		n_below += (uint32_t)each[k];
	for (; i < n; i++)
		n_below += v[i] < least;
	return n_below;
}

/* kernels.at_least, as kernel_at_least() says. */
static uint32_t at_least(uint32_t *out, const int32_t *v, uint32_t n,
			 int32_t least)
{
	uint32_t n_out = 0, i = 0;

	for (; i + LANES <= n; i += LANES) {
		uint32_t bits = WORDS_AT_LEAST(WORDS_LOAD(v + i), least);

		for (; bits; bits &= bits - 1)
			out[n_out++] = i + (uint32_t)__builtin_ctz(bits);
	}
	for (; i < n; i++)
		if (v[i] >= least)
			out[n_out++] = i;
	return n_out;
}

/* --- softmax ------------------------------------------------------------ */

/* e^x for x <= 0: 2^n * p(r), n = round(x / ln 2), |r| <= ln 2 / 2, p by
 * Taylor to the sixth power: within 2e-7. Under -87 it is 0. */
ALWAYS lanes exp_lanes(lanes x)
{
	static const float terms[] = { 1.0f / 120, 1.0f / 24, 1.0f / 6,
				       0.5f,	   1,	      1 };
	lanes n = LANES_ROUND(LANES_MUL(x, LANES_SET(1.44269504f)));
	lanes r = LANES_FNMA(n, LANES_SET(0.693359375f), x);
	lanes p = LANES_SET(1.0f / 720);

	r = LANES_FNMA(n, LANES_SET(-2.12194440e-4f), r);
	for (size_t i = 0; i < ARRAY_LEN(terms); i++)
		p = LANES_FMA(p, r, LANES_SET(terms[i]));
	return LANES_ABOVE(LANES_MUL(p, LANES_POW2(n)), x, -87.0f);
}

/* The greatest of n floats; what is NaN is passed over. */
static float greatest(const float *v, uint32_t n)
{
	float most = -INFINITY, each[LANES];
	lanes top = LANES_SET(most);
	uint32_t i = 0;

	for (; i + LANES <= n; i += LANES)
		top = LANES_MAX(LANES_LOAD(v + i), top);
	LANES_STORE(each, top);
	for (uint32_t k = 0; k < LANES; k++)
		most = each[k] > most ? each[k] : most;
	for (; i < n; i++)
		most = v[i] > most ? v[i] : most;
	return most;
}

/* kernels.softmax, as kernel_softmax() says. */
static float softmax(float *v, uint32_t n)
{
	float most = greatest(v, n), sum, inverse, each[4];
	lanes sums = LANES_ZERO();
	uint32_t i = 0;

	for (; i + LANES <= n; i += LANES) {
		lanes e = exp_lanes(
			LANES_SUB(LANES_LOAD(v + i), LANES_SET(most)));

		LANES_STORE(v + i, e);
		sums = LANES_ADD(sums, e);
	}
	LANES_SUM4(each, sums, LANES_ZERO(), LANES_ZERO(), LANES_ZERO());
	sum = each[0];
	for (; i < n; i++)
		sum += v[i] = expf(v[i] - most);
	inverse = 1 / sum;
	for (i = 0; i < n; i++)
		v[i] *= inverse;
	return sum;
}

/* kernels.exps, as kernel_exps() says. */
static float exps(float *v, uint32_t n, float *most)
{
	float each[4], last[LANES];
	lanes sums = LANES_ZERO(), top;
	uint32_t i = 0;

	*most = greatest(v, n);
	top = LANES_SET(*most);
	for (; i + LANES <= n; i += LANES) {
		lanes e = exp_lanes(LANES_SUB(LANES_LOAD(v + i), top));

		LANES_STORE(v + i, e);
		sums = LANES_ADD(sums, e);
	}
	if (i < n) {
		lanes e;

		for (uint32_t k = 0; k < LANES; k++)
			last[k] = i + k < n ? v[i + k] : -INFINITY;
		e = exp_lanes(LANES_SUB(LANES_LOAD(last), top));
		LANES_STORE(last, e);
		memcpy(v + i, last, (n - i) * sizeof(*v));
		sums = LANES_ADD(sums, e);
	}
	LANES_SUM4(each, sums, LANES_ZERO(), LANES_ZERO(), LANES_ZERO());
	return each[0];
}

/* --- networks ----------------------------------------------------------- */

/* x / (1 + e^-x), by e^-|x|, which never overflows. */
static lanes silu_lanes(lanes x)
{
	lanes minus = LANES_SUB(LANES_ZERO(), x);
	lanes e = exp_lanes(LANES_SUB(LANES_ZERO(), LANES_MAX(x, minus)));
	lanes high = LANES_DIV(LANES_SET(1), LANES_ADD(LANES_SET(1), e));
	lanes low = LANES_MUL(e, high);

	low = LANES_ADD(low, LANES_ABOVE(LANES_SUB(high, low), x, 0));
	return LANES_MUL(x, low);
}

/* kernels.silu, as kernel_silu() says. A number's bits do not depend on its
 * place: the last ones are lanes, too. */
static void silu(float *gate, const float *up, size_t n)
{
	float last[LANES] = { 0 };
	size_t i = 0;

	for (; i + LANES <= n; i += LANES) {
		lanes y = silu_lanes(LANES_LOAD(gate + i));

		LANES_STORE(gate + i, LANES_MUL(y, LANES_LOAD(up + i)));
	}
	if (i == n)
		return;
	memcpy(last, gate + i, (n - i) * sizeof(*gate));
	LANES_STORE(last, silu_lanes(LANES_LOAD(last)));
	for (size_t k = 0; i + k < n; k++)
		gate[i + k] = last[k] * up[i + k];
}

#endif
