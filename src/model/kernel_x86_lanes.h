/*
 * kernel_x86_lanes.h - floats in lanes on x86-64, and the preparation of
 * activations. With AVX2, FMA and F16C; with AVX-512 where KERNEL_512 is set.
 * Included by kernel_avx2.c and kernel_avx512.c, once each, after the target
 * was set and before their rows of quantised weights.
 */
#ifndef LILSCOPE_KERNEL_X86_LANES_H
#define LILSCOPE_KERNEL_X86_LANES_H

#include <math.h>

#include "model/kernel_x86.h"

/* --- floats ------------------------------------------------------------- */

/* The sums of four vectors, added in the same order as one alone. */
static inline void sum4(float *out, __m256 a, __m256 b, __m256 c, __m256 d)
{
	__m256 all = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));

	_mm_storeu_ps(out, _mm_add_ps(_mm256_castps256_ps128(all),
				      _mm256_extractf128_ps(all, 1)));
}

/* Two numbers of 16 bits as they lie. */
static inline int pair_at(const int16_t *w)
{
	int pair;

	memcpy(&pair, w, sizeof(pair));
	return pair;
}

#if defined(KERNEL_512)
typedef __m512 lanes;
enum { LANES = 16, TILE_ROWS = 4, TILE_X = 4, FAR_ROWS = false };
enum { BYTES_SIDES = 1, BYTES_X = 4 };
#define LANES_ZERO()	    _mm512_setzero_ps()
#define LANES_SET(v)	    _mm512_set1_ps(v)
#define LANES_LOAD(s)	    _mm512_loadu_ps(s)
#define LANES_STORE(s, v)   _mm512_storeu_ps(s, v)
#define LANES_FMA(a, b, c)  _mm512_fmadd_ps(a, b, c)
#define LANES_FNMA(a, b, c) _mm512_fnmadd_ps(a, b, c)
#define LANES_ADD(a, b)	    _mm512_add_ps(a, b)
#define LANES_SUB(a, b)	    _mm512_sub_ps(a, b)
#define LANES_MUL(a, b)	    _mm512_mul_ps(a, b)
#define LANES_DIV(a, b)	    _mm512_div_ps(a, b)
#define LANES_MAX(a, b)	    _mm512_max_ps(a, b)
#define LANES_ROUND(v)	    _mm512_roundscale_ps(v, 0)
#define LANES_POW2(n)	    _mm512_scalef_ps(_mm512_set1_ps(1), n)
#define LANES_ABOVE(v, x, least)                                               \
	_mm512_maskz_mov_ps(                                                   \
		_mm512_cmp_ps_mask(x, _mm512_set1_ps(least), _CMP_GT_OQ), v)
#define LANES_HALVES(s)                                                        \
	_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(s)))
#define LANES_BYTES(s)                                                         \
	_mm512_cvtepi32_ps(                                                    \
		_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)(s))))
#define LANES_BF16(s)                                                          \
	_mm512_castsi512_ps(                                                   \
		_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256(    \
					  (const __m256i *)(s))),              \
				  16))

#define LANES_SUM4(out, a, b, c, d)                                            \
	sum4(out, fold(a), fold(b), fold(c), fold(d))

typedef __m512i words;
#define WORDS_ZERO()	   _mm512_setzero_si512()
#define WORDS_LOAD(s)	   _mm512_loadu_si512(s)
#define WORDS_STORE(s, v)  _mm512_storeu_si512(s, v)
#define WORDS_ADD(a, b)	   _mm512_add_epi32(a, b)
#define WORDS_EVEN(v)	   _mm512_and_si512(v, _mm512_set1_epi16(255))
#define WORDS_ODD(v)	   _mm512_srli_epi16(v, 8)
#define WORDS_PAIRS(s, v, w)                                                   \
	_mm512_dpwssd_epi32(s, v, _mm512_set1_epi32(pair_at(w)))
#define WORDS_KEEP(v)	   __asm__("" : "+v"(v))
#define WORDS_BELOW(s, v, least)                                               \
	_mm512_mask_add_epi32(                                                 \
		s, _mm512_cmplt_epi32_mask(v, _mm512_set1_epi32(least)), s,    \
		_mm512_set1_epi32(1))
#define WORDS_AT_LEAST(v, least)                                               \
	_mm512_cmpge_epi32_mask(v, _mm512_set1_epi32(least))
#else
typedef __m256 lanes;
enum { LANES = 8, TILE_ROWS = 4, TILE_X = 2, FAR_ROWS = true };
enum { BYTES_SIDES = 2, BYTES_X = 3 };
#define LANES_ZERO()	    _mm256_setzero_ps()
#define LANES_SET(v)	    _mm256_set1_ps(v)
#define LANES_LOAD(s)	    _mm256_loadu_ps(s)
#define LANES_STORE(s, v)   _mm256_storeu_ps(s, v)
#define LANES_FMA(a, b, c)  _mm256_fmadd_ps(a, b, c)
#define LANES_FNMA(a, b, c) _mm256_fnmadd_ps(a, b, c)
#define LANES_ADD(a, b)	    _mm256_add_ps(a, b)
#define LANES_SUB(a, b)	    _mm256_sub_ps(a, b)
#define LANES_MUL(a, b)	    _mm256_mul_ps(a, b)
#define LANES_DIV(a, b)	    _mm256_div_ps(a, b)
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
#define LANES_HALVES(s)                                                        \
	_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(s)))
#define LANES_BYTES(s)                                                         \
	_mm256_cvtepi32_ps(                                                    \
		_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(s))))
#define LANES_BF16(s)                                                          \
	_mm256_castsi256_ps(_mm256_slli_epi32(                                 \
		_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(s))),  \
		16))

typedef __m256i words;
#define WORDS_ZERO()	   _mm256_setzero_si256()
#define WORDS_LOAD(s)	   _mm256_loadu_si256((const __m256i *)(s))
#define WORDS_STORE(s, v)  _mm256_storeu_si256((__m256i *)(s), v)
#define WORDS_ADD(a, b)	   _mm256_add_epi32(a, b)
#define WORDS_EVEN(v)	   _mm256_and_si256(v, _mm256_set1_epi16(255))
#define WORDS_ODD(v)	   _mm256_srli_epi16(v, 8)
#define WORDS_PAIRS(s, v, w)                                                   \
	_mm256_add_epi32(                                                      \
		s, _mm256_madd_epi16(v, _mm256_set1_epi32(pair_at(w))))
#define WORDS_KEEP(v)	   __asm__("" : "+x"(v))
#define WORDS_BELOW(s, v, least)                                               \
	_mm256_sub_epi32(s, _mm256_cmpgt_epi32(_mm256_set1_epi32(least), v))
#define WORDS_AT_LEAST(v, least)                                               \
	(~(uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(                    \
		 _mm256_cmpgt_epi32(_mm256_set1_epi32(least), v))) &           \
	 255)
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
