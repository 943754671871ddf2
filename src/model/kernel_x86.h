/*
 * kernel_x86.h - kernels for x86-64 with AVX2, FMA and F16C; with AVX-512 and
 * its VNNI where KERNEL_VNNI is set. Included by kernel_avx2.c and
 * kernel_avx512.c, once each, after the target was set.
 *
 * Weights: 256 bits are 32 weights, whose products with 32 activations are
 * eight sums of four (dpbusd, or maddubs and madd). The lanes' sums are scaled
 * and gathered as floats, and added up at the end of a row. Up to TILE tokens
 * share the unpacking of a part.
 */
#ifndef LILSCOPE_KERNEL_X86_H
#define LILSCOPE_KERNEL_X86_H

#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "model/kernel_impl.h"

enum { TILE = 8, FLOAT_TILE = 4 };

/* 32 weights: w_i = scale * u_i + least; lanes 0-3 and 4-7 of the scale may
 * differ, and least[1] is what the last 16 have beyond least[0]. */
struct part {
	__m256i u;
	__m256 scale;
	float least[2];
};

static inline float half_at(const uint8_t *s)
{
	uint16_t half;

	memcpy(&half, s, sizeof(half));
	return _cvtsh_ss(half);
}

static inline struct part even(__m256i u, float scale, float least)
{
	return (struct part){ u, _mm256_set1_ps(scale), { least, 0 } };
}

/* 16 bytes: low nibbles, then high ones. */
static inline __m256i nibbles(const uint8_t *s)
{
	__m128i bytes = _mm_loadu_si128((const __m128i *)s);
	__m256i both = _mm256_inserti128_si256(_mm256_castsi128_si256(bytes),
					       _mm_srli_epi16(bytes, 4), 1);

	return _mm256_and_si256(both, _mm256_set1_epi8(15));
}

/* Bit i of a word becomes 16 in byte i. */
static inline __m256i fifth_bits(const uint8_t *s)
{
	uint32_t word;
	__m256i spread, bits;

	memcpy(&word, s, sizeof(word));
	spread = _mm256_shuffle_epi8(_mm256_set1_epi32((int)word),
				     _mm256_set_epi64x(0x0303030303030303,
						       0x0202020202020202,
						       0x0101010101010101, 0));
	bits = _mm256_set1_epi64x((long long)0x8040201008040201u);
	return _mm256_and_si256(
		_mm256_cmpeq_epi8(_mm256_and_si256(spread, bits), bits),
		_mm256_set1_epi8(16));
}

static inline struct part part_q8_0(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)i * 34;
	float d = half_at(s);
	__m256i q = _mm256_loadu_si256((const __m256i *)(s + 2));

	return even(_mm256_xor_si256(q, _mm256_set1_epi8((char)0x80)), d,
		    -128 * d);
}

static inline struct part part_q4_0(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)i * 18;
	float d = half_at(s);

	return even(nibbles(s + 2), d, -8 * d);
}

static inline struct part part_q4_1(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)i * 20;

	return even(nibbles(s + 4), half_at(s), half_at(s + 2));
}

static inline struct part part_q5_0(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)i * 22;
	float d = half_at(s);

	return even(_mm256_or_si256(nibbles(s + 6), fifth_bits(s + 2)), d,
		    -16 * d);
}

static inline struct part part_q5_1(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)i * 24;

	return even(_mm256_or_si256(nibbles(s + 8), fifth_bits(s + 4)),
		    half_at(s), half_at(s + 2));
}

/* The j-th scale and least value of a K block's 12 bytes. */
static inline void scale_min(const uint8_t *s, uint32_t j, float *scale,
			     float *min)
{
	uint32_t a, b;

	if (j < 4) {
		a = s[j] & 63u;
		b = s[j + 4] & 63u;
	} else {
		a = (s[j + 4] & 15u) | (s[j - 4] >> 6 << 4);
		b = (s[j + 4] >> 4u) | (s[j] >> 6 << 4);
	}
	*scale = (float)a;
	*min = (float)b;
}

/* 32 bytes of which nibble j % 2 counts. */
static inline __m256i k_nibbles(const uint8_t *s, uint32_t j)
{
	__m256i bytes = _mm256_loadu_si256((const __m256i *)(s + j / 2 * 32));

	bytes = j % 2 ? _mm256_srli_epi16(bytes, 4) : bytes;
	return _mm256_and_si256(bytes, _mm256_set1_epi8(15));
}

static inline struct part part_q4_k(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)(i / 8) * 144;
	float scale, min;

	scale_min(s + 4, i % 8, &scale, &min);
	return even(k_nibbles(s + 16, i % 8), half_at(s) * scale,
		    -half_at(s + 2) * min);
}

static inline struct part part_q5_k(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)(i / 8) * 176;
	uint32_t j = i % 8;
	__m256i high = _mm256_loadu_si256((const __m256i *)(s + 16));
	__m256i bit = _mm256_set1_epi8((char)(1 << j));
	float scale, min;

	high = _mm256_and_si256(
		_mm256_cmpeq_epi8(_mm256_and_si256(high, bit), bit),
		_mm256_set1_epi8(16));
	scale_min(s + 4, j, &scale, &min);
	return even(_mm256_or_si256(k_nibbles(s + 48, j), high),
		    half_at(s) * scale, -half_at(s + 2) * min);
}

static inline struct part part_q6_k(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)(i / 8) * 210;
	uint32_t j = i % 8, half = j / 4, k = j % 4;
	const int8_t *scales = (const int8_t *)s + 192 + j * 2;
	float d = half_at(s + 208), a = d * scales[0], b = d * scales[1];
	__m256i low = _mm256_loadu_si256(
		(const __m256i *)(s + half * 64 + k % 2 * 32));
	__m256i high =
		_mm256_loadu_si256((const __m256i *)(s + 128 + half * 32));
	struct part p;

	low = _mm256_and_si256(k < 2 ? low : _mm256_srli_epi16(low, 4),
			       _mm256_set1_epi8(15));
	high = _mm256_and_si256(
		_mm256_srl_epi16(high, _mm_cvtsi32_si128((int)k * 2)),
		_mm256_set1_epi8(3));
	p.u = _mm256_or_si256(low, _mm256_slli_epi16(high, 4));
	p.scale = _mm256_set_m128(_mm_set1_ps(b), _mm_set1_ps(a));
	p.least[0] = -32 * a;
	p.least[1] = -32 * (b - a);
	return p;
}

static inline float sum8(__m256 v)
{
	__m128 s = _mm_add_ps(_mm256_castps256_ps128(v),
			      _mm256_extractf128_ps(v, 1));

	s = _mm_add_ps(s, _mm_movehl_ps(s, s));
	s = _mm_add_ss(s, _mm_movehdup_ps(s));
	return _mm_cvtss_f32(s);
}

static inline float max8(__m256 v)
{
	__m128 s = _mm_max_ps(_mm256_castps256_ps128(v),
			      _mm256_extractf128_ps(v, 1));

	s = _mm_max_ps(s, _mm_movehl_ps(s, s));
	return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}

/* Eight sums of four products. */
static inline __m256i dot32(__m256i u, __m256i q)
{
#if defined(KERNEL_VNNI)
	return _mm256_dpbusd_epi32(_mm256_setzero_si256(), u, q);
#else
	return _mm256_madd_epi16(_mm256_maddubs_epi16(u, q),
				 _mm256_set1_epi16(1));
#endif
}

/* Q8_0's u go to 255, where maddubs would saturate: halves of u add up. */
static inline __m256i dot32_wide(__m256i u, __m256i q)
{
#if defined(KERNEL_VNNI)
	return dot32(u, q);
#else
	__m256i low = _mm256_and_si256(u, _mm256_set1_epi8(127));
	__m256i top =
		_mm256_and_si256(_mm256_srli_epi16(u, 1), _mm256_set1_epi8(64));
	__m256i a = dot32(low, q), b = dot32(top, q);

	return _mm256_add_epi32(a, _mm256_add_epi32(b, b));
#endif
}

/*
 * A row of one type times n_tokens <= TILE tokens: two parts at once, each
 * with sums of its own, so that one need not wait for the other. `least`
 * gathers what does not depend on u.
 */
#define DOT_ROW(name, dot)                                                     \
	static inline void dot_##name(float *out, size_t stride,               \
				      const uint8_t *row,                      \
				      const struct kernel_q8 *x,               \
				      uint32_t n_parts, uint32_t n_tokens)     \
	{                                                                      \
		__m256 sums[TILE][2];                                          \
		float least[TILE];                                             \
		for (uint32_t t = 0; t < n_tokens; t++) {                      \
			sums[t][0] = sums[t][1] = _mm256_setzero_ps();         \
			least[t] = 0;                                          \
		}                                                              \
		for (uint32_t i = 0; i < n_parts; i += 2) {                    \
			uint32_t n = MIN(n_parts - i, 2u);                     \
			for (uint32_t k = 0; k < n; k++) {                     \
				const struct part p = part_##name(row, i + k); \
				for (uint32_t t = 0; t < n_tokens; t++)        \
					add_part(&p, &x[t], i + k,             \
						 &sums[t][k], &least[t], dot); \
			}                                                      \
		}                                                              \
		for (uint32_t t = 0; t < n_tokens; t++)                        \
			out[t * stride] =                                      \
				sum8(_mm256_add_ps(sums[t][0], sums[t][1])) +  \
				least[t];                                      \
	}                                                                      \
	static void rows_##name(float *out, size_t stride,                     \
				const struct kernel_rows *w, uint32_t row0,    \
				uint32_t row1, const struct kernel_x *x)       \
	{                                                                      \
		uint32_t n_parts = w->n_cols / KERNEL_BLOCK, n;                \
		struct kernel_q8 tile[TILE];                                   \
		for (uint32_t t = 0; t < x->n_tokens; t += n) {                \
			n = x->n_tokens - t >= TILE ? TILE : 1;                \
			for (uint32_t k = 0; k < n; k++)                       \
				tile[k] = kernel_token(x, t + k);              \
			for (uint32_t r = row0; r < row1; r++) {               \
				const uint8_t *row = w->data;                  \
				row += r * w->row_bytes;                       \
				if (n == 1)                                    \
					dot_##name(out + t * stride + r,       \
						   stride, row, tile, n_parts, \
						   1);                         \
				else                                           \
					dot_##name(out + t * stride + r,       \
						   stride, row, tile, n_parts, \
						   TILE);                      \
			}                                                      \
		}                                                              \
	}

typedef __m256i dot_fn(__m256i u, __m256i q);

static inline __attribute__((always_inline)) void
add_part(const struct part *p, const struct kernel_q8 *x, uint32_t i,
	 __m256 *sum, float *least, dot_fn *dot)
{
	__m256i q = _mm256_loadu_si256(
		(const __m256i *)(x->q + (size_t)i * KERNEL_BLOCK));
	__m256 f = _mm256_cvtepi32_ps(dot(p->u, q));

	*sum = _mm256_fmadd_ps(
		_mm256_mul_ps(p->scale, _mm256_broadcast_ss(&x->d[i])), f,
		*sum);
	*least += p->least[0] * x->sums[i] + p->least[1] * x->upper[i];
}

DOT_ROW(q8_0, dot32_wide)
DOT_ROW(q4_0, dot32)
DOT_ROW(q4_1, dot32)
DOT_ROW(q5_0, dot32)
DOT_ROW(q5_1, dot32)
DOT_ROW(q4_k, dot32)
DOT_ROW(q5_k, dot32)
DOT_ROW(q6_k, dot32)

/* --- floats ------------------------------------------------------------- */

/* The sums of four vectors, added in the same order as one alone. */
static inline void sum4(float *out, __m256 a, __m256 b, __m256 c, __m256 d)
{
	__m256 all = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));

	_mm_storeu_ps(out, _mm_add_ps(_mm256_castps256_ps128(all),
				      _mm256_extractf128_ps(all, 1)));
}

#if defined(KERNEL_VNNI)
typedef __m512 lanes;
enum { LANES = 16, TILE_ROWS = 4, TILE_X = 4 };
#define LANES_ZERO()	    _mm512_setzero_ps()
#define LANES_SET(v)	    _mm512_set1_ps(v)
#define LANES_LOAD(s)	    _mm512_loadu_ps(s)
#define LANES_STORE(s, v)   _mm512_storeu_ps(s, v)
#define LANES_FMA(a, b, c)  _mm512_fmadd_ps(a, b, c)
#define LANES_FNMA(a, b, c) _mm512_fnmadd_ps(a, b, c)
#define LANES_ADD(a, b)	    _mm512_add_ps(a, b)
#define LANES_SUB(a, b)	    _mm512_sub_ps(a, b)
#define LANES_MUL(a, b)	    _mm512_mul_ps(a, b)
#define LANES_MAX(a, b)	    _mm512_max_ps(a, b)
#define LANES_ROUND(v)	    _mm512_roundscale_ps(v, 0)
#define LANES_POW2(n)	    _mm512_scalef_ps(_mm512_set1_ps(1), n)
#define LANES_ABOVE(v, x, least)                                               \
	_mm512_maskz_mov_ps(                                                   \
		_mm512_cmp_ps_mask(x, _mm512_set1_ps(least), _CMP_GT_OQ), v)
#define LANES_HALVES(s)                                                        \
	_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(s)))
#define LANES_BF16(s)                                                          \
	_mm512_castsi512_ps(                                                   \
		_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256(    \
					  (const __m256i *)(s))),              \
				  16))

static inline __m256 fold(__m512 v)
{
	return _mm256_add_ps(_mm512_castps512_ps256(v),
			     _mm512_extractf32x8_ps(v, 1));
}
#define LANES_SUM4(out, a, b, c, d)                                            \
	sum4(out, fold(a), fold(b), fold(c), fold(d))
#else
typedef __m256 lanes;
enum { LANES = 8, TILE_ROWS = 4, TILE_X = 2 };
#define LANES_ZERO()	    _mm256_setzero_ps()
#define LANES_SET(v)	    _mm256_set1_ps(v)
#define LANES_LOAD(s)	    _mm256_loadu_ps(s)
#define LANES_STORE(s, v)   _mm256_storeu_ps(s, v)
#define LANES_FMA(a, b, c)  _mm256_fmadd_ps(a, b, c)
#define LANES_FNMA(a, b, c) _mm256_fnmadd_ps(a, b, c)
#define LANES_ADD(a, b)	    _mm256_add_ps(a, b)
#define LANES_SUB(a, b)	    _mm256_sub_ps(a, b)
#define LANES_MUL(a, b)	    _mm256_mul_ps(a, b)
#define LANES_MAX(a, b)	    _mm256_max_ps(a, b)
#define LANES_ROUND(v)                                                         \
	_mm256_round_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
#define LANES_POW2(n)                                                          \
	_mm256_castsi256_ps(                                                   \
		_mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n),      \
						   _mm256_set1_epi32(127)),    \
				  23))
#define LANES_ABOVE(v, x, least)                                               \
	_mm256_and_ps(v, _mm256_cmp_ps(x, _mm256_set1_ps(least), _CMP_GT_OQ))
#define LANES_SUM4(out, a, b, c, d) sum4(out, a, b, c, d)
#define LANES_HALVES(s)		    _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(s)))
#define LANES_BF16(s)                                                          \
	_mm256_castsi256_ps(_mm256_slli_epi32(                                 \
		_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(s))),  \
		16))
#endif

#include "model/kernel_lanes.h"

/* --- activations -------------------------------------------------------- */

/* As the scalar one, to the bit: halves go to even, too. */
static void quantize(struct kernel_q8 out, const float *v, uint32_t n)
{
	const __m256 sign = _mm256_set1_ps(-0.0f);

	for (uint32_t b = 0; b < n / KERNEL_BLOCK; b++, v += KERNEL_BLOCK) {
		__m256 x[4], most = _mm256_setzero_ps();
		__m256i q[4], all, ones = _mm256_set1_epi16(1);
		float top, inverse;
		int32_t lane[8];

		for (int i = 0; i < 4; i++) {
			x[i] = _mm256_loadu_ps(v + 8 * i);
			most = _mm256_max_ps(most,
					     _mm256_andnot_ps(sign, x[i]));
		}
		top = max8(most);
		inverse = top > 0 ? 127 / top : 0;
		for (int i = 0; i < 4; i++)
			q[i] = _mm256_cvtps_epi32(
				_mm256_mul_ps(x[i], _mm256_set1_ps(inverse)));
		all = _mm256_packs_epi16(_mm256_packs_epi32(q[0], q[1]),
					 _mm256_packs_epi32(q[2], q[3]));
		/* packs work in each half: put the dwords in order */
		all = _mm256_permutevar8x32_epi32(
			all, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
		_mm256_storeu_si256(
			(__m256i *)(out.q + (size_t)b * KERNEL_BLOCK), all);
		_mm256_storeu_si256(
			(__m256i *)lane,
			_mm256_madd_epi16(
				_mm256_maddubs_epi16(_mm256_set1_epi8(1), all),
				ones));
		out.d[b] = top / 127;
		out.upper[b] = out.d[b] *
			       (float)(lane[4] + lane[5] + lane[6] + lane[7]);
		out.sums[b] = out.d[b] *
			      (float)(lane[0] + lane[1] + lane[2] + lane[3] +
				      lane[4] + lane[5] + lane[6] + lane[7]);
	}
}

#endif
