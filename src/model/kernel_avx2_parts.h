/*
 * kernel_avx2_parts.h - parts of 32 weights as bytes in AVX2's registers, type
 * by type, and their products. Included after the target was set.
 */
#ifndef LILSCOPE_KERNEL_AVX2_PARTS_H
#define LILSCOPE_KERNEL_AVX2_PARTS_H

#include "model/kernel_x86.h"

/* 32 weights: w_i = scale * u_i + least; lanes 0-3 and 4-7 of the scale may
 * differ, and least[1] is what the last 16 have beyond least[0]. */
struct avx2_part {
	__m256i u;
	__m256 scale;
	float least[2];
};

/* A part whose halves are alike. */
static inline struct avx2_part even(__m256i u, float scale, float least)
{
	return (struct avx2_part){ u, _mm256_set1_ps(scale), { least, 0 } };
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

/* Part i of a row of Q8_0. */
ALWAYS struct avx2_part part_q8_0(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)i * 34;

	return even(_mm256_loadu_si256((const __m256i *)(s + 2)), half_at(s),
		    0);
}

/* Part i of a row of Q4_0. */
ALWAYS struct avx2_part part_q4_0(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)i * 18;
	float d = half_at(s);

	return even(nibbles(s + 2), d, -8 * d);
}

/* Part i of a row of Q4_1. */
ALWAYS struct avx2_part part_q4_1(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)i * 20;

	return even(nibbles(s + 4), half_at(s), half_at(s + 2));
}

/* Part i of a row of Q5_0. */
ALWAYS struct avx2_part part_q5_0(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)i * 22;
	float d = half_at(s);

	return even(_mm256_or_si256(nibbles(s + 6), fifth_bits(s + 2)), d,
		    -16 * d);
}

/* Part i of a row of Q5_1. */
ALWAYS struct avx2_part part_q5_1(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)i * 24;

	return even(_mm256_or_si256(nibbles(s + 8), fifth_bits(s + 4)),
		    half_at(s), half_at(s + 2));
}

/* 16 bytes of nibbles, each the number of a value. */
static inline __m256i valued(const uint8_t *s, const int8_t values[16])
{
	__m128i table = _mm_loadu_si128((const __m128i *)values);

	return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(table),
				   nibbles(s));
}

/* Part i of a row of IQ4_NL. */
ALWAYS struct avx2_part part_iq4_nl(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)i * 18;

	return even(valued(s + 2, quant_iq4), half_at(s), 0);
}

/* Part i of a row of MXFP4. */
ALWAYS struct avx2_part part_mxfp4(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)i * 17;

	return even(valued(s + 1, quant_mxfp4), e8m0_half(s[0]), 0);
}

/* Part i of a row of IQ4_XS. */
ALWAYS struct avx2_part part_iq4_xs(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)(i / 8) * 136;
	float scale = (float)kernel_iq4_scale(s, i % 8);

	return even(valued(s + 8 + i % 8 * 16, quant_iq4), half_at(s) * scale,
		    0);
}

/* 32 bytes of which two bits count, the k-th ones. */
static inline __m256i k_twos(const uint8_t *s, uint32_t k)
{
	__m256i bytes = _mm256_loadu_si256((const __m256i *)s);

	bytes = _mm256_srl_epi16(bytes, _mm_cvtsi32_si128((int)k * 2));
	return _mm256_and_si256(bytes, _mm256_set1_epi8(3));
}

/* u with a scale and a least value for each half. */
static inline struct avx2_part halves(__m256i u, float a, float b,
				      float least_a, float least_b)
{
	return (struct avx2_part){
		u,
		_mm256_set_m128(_mm_set1_ps(b), _mm_set1_ps(a)),
		{ least_a, least_b - least_a },
	};
}

/* Part i of a row of Q2_K. */
ALWAYS struct avx2_part part_q2_k(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)(i / 8) * 84;
	uint32_t j = i % 8, a = s[2 * j], b = s[2 * j + 1];
	float d = half_at(s + 80), dmin = half_at(s + 82);

	return halves(k_twos(s + 16 + j / 4 * 32, j % 4), d * (float)(a & 15),
		      d * (float)(b & 15), -dmin * (float)(a >> 4),
		      -dmin * (float)(b >> 4));
}

/* Part i of a row of Q3_K. */
ALWAYS struct avx2_part part_q3_k(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)(i / 8) * 110;
	uint32_t j = i % 8;
	__m256i bit = _mm256_set1_epi8((char)(1 << j));
	__m256i high = _mm256_loadu_si256((const __m256i *)s);
	float d = half_at(s + 108), a, b;
	int8_t scales[16];

	kernel_q3_scales(scales, s + 96);
	a = d * scales[2 * j];
	b = d * scales[2 * j + 1];
	high = _mm256_and_si256(
		_mm256_cmpeq_epi8(_mm256_and_si256(high, bit), bit),
		_mm256_set1_epi8(4));
	return halves(_mm256_or_si256(k_twos(s + 32 + j / 4 * 32, j % 4),
				      high),
		      a, b, -4 * a, -4 * b);
}

/* 32 bytes of which nibble j % 2 counts. */
static inline __m256i k_nibbles(const uint8_t *s, uint32_t j)
{
	__m256i bytes = _mm256_loadu_si256((const __m256i *)(s + j / 2 * 32));

	bytes = j % 2 ? _mm256_srli_epi16(bytes, 4) : bytes;
	return _mm256_and_si256(bytes, _mm256_set1_epi8(15));
}

/* Part i of a row of Q4_K. */
ALWAYS struct avx2_part part_q4_k(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)(i / 8) * 144;
	float scale, min;

	scale_min(s + 4, i % 8, &scale, &min);
	return even(k_nibbles(s + 16, i % 8), half_at(s) * scale,
		    -half_at(s + 2) * min);
}

/* Part i of a row of Q5_K. */
ALWAYS struct avx2_part part_q5_k(const uint8_t *row, uint32_t i)
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

/* Part i of a row of Q6_K. */
ALWAYS struct avx2_part part_q6_k(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)(i / 8) * 210;
	uint32_t j = i % 8, half = j / 4, k = j % 4;
	const int8_t *scales = (const int8_t *)s + 192 + j * 2;
	float d = half_at(s + 208), a = d * scales[0], b = d * scales[1];
	__m256i low = _mm256_loadu_si256(
		(const __m256i *)(s + half * 64 + k % 2 * 32));
	__m256i high = k_twos(s + 128 + half * 32, k);

	low = _mm256_and_si256(k < 2 ? low : _mm256_srli_epi16(low, 4),
			       _mm256_set1_epi8(15));
	return halves(_mm256_or_si256(low, _mm256_slli_epi16(high, 4)), a, b,
		      -32 * a, -32 * b);
}

#endif
