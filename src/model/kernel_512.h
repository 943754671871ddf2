/*
 * kernel_512.h - what kernels for AVX-512 share: the target, and how parts of
 * weights of each type are unpacked. Included first; the includer ends clang's
 * target. With bfloat16 and tiles where KERNEL_TILES is set.
 *
 * Weights: 512 bits are a pair of parts of 32 weights, w_i = scale * u_i +
 * least with u_i >= 0, whose products with 64 activations are 16 sums of four
 * (dpbusd). What is said of a part is gathered for a group of eight at once:
 * their scales, times the activations' ones, from which each pair takes its
 * two by a permutation; and what does not depend on u, least * sum of x, in
 * one product.
 */
#ifndef LILSCOPE_KERNEL_512_H
#define LILSCOPE_KERNEL_512_H

#define KERNEL_512
#if defined(KERNEL_TILES)
#define KERNEL_512_MORE ",avx512bf16,amx-tile,amx-bf16"
#else
#define KERNEL_512_MORE ""
#endif
#if defined(__clang__)
#pragma clang attribute push(                                                  \
	__attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512vl,"       \
			      "avx512dq,avx512vnni" KERNEL_512_MORE))),        \
	apply_to = function)
#else
#pragma GCC target("avx2,fma,f16c,avx512f,avx512bw,avx512vl")
#pragma GCC target("avx512dq,avx512vnni")
#if defined(KERNEL_TILES)
#pragma GCC target("avx512bf16,amx-tile,amx-bf16")
#endif
#endif

#include "model/kernel_x86.h"

/* Lane i and lane i + 8, added: from here on it is as with eight lanes. */
static inline __m256 fold(__m512 v)
{
	return _mm256_add_ps(_mm512_castps512_ps256(v),
			     _mm512_extractf32x8_ps(v, 1));
}

struct scales {
	__m512 scale; /* of the parts in lanes 0-7; Q6_K: of halves, in 0-15 */
	__m256 least; /* of the parts */
	__m256 upper; /* Q6_K: what the last 16 have beyond that */
};

/* The half at s + i * step into place i, if there are more than i. */
#define HALF(v, i)                                                             \
	do {                                                                   \
		if (n > (i)) {                                                 \
			uint16_t half;                                         \
			memcpy(&half, s + (size_t)(i)*step, 2);                \
			v = _mm_insert_epi16(v, half, i);                      \
		}                                                              \
	} while (0)

/* Halves at s, s + step, ... for n parts; 0 for those beyond. */
ALWAYS __m256 halves(const uint8_t *s, uint32_t step, uint32_t n)
{
	__m128i v = _mm_setzero_si128();

	HALF(v, 0);
	HALF(v, 1);
	HALF(v, 2);
	HALF(v, 3);
	HALF(v, 4);
	HALF(v, 5);
	HALF(v, 6);
	HALF(v, 7);
	return _mm256_cvtph_ps(v);
}

/* Types of one scale, with w = scale * (u - minus). */
ALWAYS struct scales group_minus(const uint8_t *s, uint32_t step, uint32_t n,
				 float minus)
{
	__m256 d = halves(s, step, n);

	return (struct scales){ _mm512_castps256_ps512(d),
				_mm256_mul_ps(d, _mm256_set1_ps(-minus)), d };
}

/* Types of a scale and a least value. */
ALWAYS struct scales group_least(const uint8_t *s, uint32_t step, uint32_t n)
{
	__m256 d = halves(s, step, n), m = halves(s + 2, step, n);

	return (struct scales){ _mm512_castps256_ps512(d), m, d };
}

/* A pair of parts: of which the second may not be there. */
ALWAYS __m512i two(__m256i a, __m256i b)
{
	return _mm512_inserti64x4(_mm512_castsi256_si512(a), b, 1);
}

/* 32 bytes, aligned or not. */
ALWAYS __m256i load32(const uint8_t *s)
{
	return _mm256_loadu_si256((const __m256i *)s);
}

/* Two times 16 bytes: low nibbles of the first, high ones, low ones of the
 * second, high ones. */
ALWAYS __m512i nibbles(const uint8_t *a, const uint8_t *b)
{
	__m512i v = _mm512_castsi128_si512(_mm_loadu_si128((const __m128i *)a));

	/* a a b b */
	v = _mm512_inserti32x4(v, _mm_loadu_si128((const __m128i *)b), 1);
	v = _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 1, 0, 1, 2, 3, 2, 3),
				     v);
	v = _mm512_srlv_epi64(v, _mm512_setr_epi64(0, 0, 4, 4, 0, 0, 4, 4));
	return _mm512_and_si512(v, _mm512_set1_epi8(15));
}

/* Bit i of two words becomes 16 in byte i. */
ALWAYS __m512i fifth_bits(const uint8_t *a, const uint8_t *b)
{
	uint32_t low, high;

	memcpy(&low, a, sizeof(low));
	memcpy(&high, b, sizeof(high));
	return _mm512_maskz_mov_epi8(low | (uint64_t)high << 32,
				     _mm512_set1_epi8(16));
}

/* A half, then 32 signed bytes. */
ALWAYS struct scales group_q8_0(const uint8_t *row, uint32_t i, uint32_t n)
{
	return group_minus(row + (size_t)i * 34, 34, n, 128);
}

/* 128 more than they are. */
ALWAYS __m512i pair_q8_0(const uint8_t *row, uint32_t i, bool both)
{
	const uint8_t *s = row + (size_t)i * 34 + 2, *t = both ? s + 34 : s;

	return _mm512_xor_si512(two(load32(s), load32(t)),
				_mm512_set1_epi8((char)0x80));
}

/* A half, then 16 bytes of nibbles; less 8. */
ALWAYS struct scales group_q4_0(const uint8_t *row, uint32_t i, uint32_t n)
{
	return group_minus(row + (size_t)i * 18, 18, n, 8);
}

/* Low nibbles, then high ones. */
ALWAYS __m512i pair_q4_0(const uint8_t *row, uint32_t i, bool both)
{
	const uint8_t *s = row + (size_t)i * 18 + 2;

	return nibbles(s, both ? s + 18 : s);
}

/* A half, a least value, 16 bytes of nibbles. */
ALWAYS struct scales group_q4_1(const uint8_t *row, uint32_t i, uint32_t n)
{
	return group_least(row + (size_t)i * 20, 20, n);
}

/* As of Q4_0. */
ALWAYS __m512i pair_q4_1(const uint8_t *row, uint32_t i, bool both)
{
	const uint8_t *s = row + (size_t)i * 20 + 4;

	return nibbles(s, both ? s + 20 : s);
}

/* A half, a word of fifth bits, 16 bytes of nibbles; less 16. */
ALWAYS struct scales group_q5_0(const uint8_t *row, uint32_t i, uint32_t n)
{
	return group_minus(row + (size_t)i * 22, 22, n, 16);
}

/* Nibbles with their fifth bits. */
ALWAYS __m512i pair_q5_0(const uint8_t *row, uint32_t i, bool both)
{
	const uint8_t *s = row + (size_t)i * 22 + 2, *t = both ? s + 22 : s;

	return _mm512_or_si512(nibbles(s + 4, t + 4), fifth_bits(s, t));
}

/* A half, a least value, a word of fifth bits, nibbles. */
ALWAYS struct scales group_q5_1(const uint8_t *row, uint32_t i, uint32_t n)
{
	return group_least(row + (size_t)i * 24, 24, n);
}

/* As of Q5_0. */
ALWAYS __m512i pair_q5_1(const uint8_t *row, uint32_t i, bool both)
{
	const uint8_t *s = row + (size_t)i * 24 + 4, *t = both ? s + 24 : s;

	return _mm512_or_si512(nibbles(s + 4, t + 4), fifth_bits(s, t));
}

/* Of 12 bytes, eight scales in the low half and eight least values in the
 * high one, 6 bits each: four bytes of either as they are, the others' low
 * nibbles and high ones in the last four bytes, and their upper bits in the
 * first eight. */
ALWAYS __m128i k_scales(const uint8_t *s)
{
	uint32_t a, b, c;

	memcpy(&a, s, 4);
	memcpy(&b, s + 4, 4);
	memcpy(&c, s + 8, 4);
	return _mm_setr_epi32(
		(int)(a & 0x3f3f3f3f),
		(int)((c & 0x0f0f0f0f) | (a >> 2 & 0x30303030)),
		(int)(b & 0x3f3f3f3f),
		(int)((c >> 4 & 0x0f0f0f0f) | (b >> 2 & 0x30303030)));
}

/* Of K types with least values. */
ALWAYS struct scales group_k(const uint8_t *s)
{
	__m512 all = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(k_scales(s + 4)));
	__m256 scale = _mm512_castps512_ps256(all);
	__m256 least = _mm512_extractf32x8_ps(all, 1);

	scale = _mm256_mul_ps(scale, _mm256_set1_ps(half_at(s)));
	least = _mm256_mul_ps(least, _mm256_set1_ps(-half_at(s + 2)));
	return (struct scales){ _mm512_castps256_ps512(scale), least, least };
}

/* 32 bytes: their low nibbles, then their high ones. */
ALWAYS __m512i k_nibbles(const uint8_t *s)
{
	__m256i v = load32(s);

	return _mm512_and_si512(two(v, _mm256_srli_epi16(v, 4)),
				_mm512_set1_epi8(15));
}

/* Two halves, 12 bytes of scales, 128 bytes of nibbles. */
ALWAYS struct scales group_q4_k(const uint8_t *row, uint32_t i, uint32_t n)
{
	(void)n; /* always a whole group */
	return group_k(row + (size_t)(i / 8) * 144);
}

/* 32 low nibbles and 32 high ones. */
ALWAYS __m512i pair_q4_k(const uint8_t *row, uint32_t i, bool both)
{
	(void)both;
	return k_nibbles(row + (size_t)(i / 8) * 144 + 16 + i % 8 / 2 * 32);
}

/* Two halves, 12 bytes of scales, 32 of fifth bits, nibbles. */
ALWAYS struct scales group_q5_k(const uint8_t *row, uint32_t i, uint32_t n)
{
	(void)n;
	return group_k(row + (size_t)(i / 8) * 176);
}

/* Bit j of each of 32 bytes, then bit j + 1. */
ALWAYS __mmask64 bits_set(const uint8_t *s, uint32_t j)
{
	__m256i v = load32(s);

	return _mm512_test_epi8_mask(two(v, v),
				     two(_mm256_set1_epi8((char)(1 << j)),
					 _mm256_set1_epi8((char)(2 << j))));
}

/* As of Q4_K, with their fifth bits. */
ALWAYS __m512i pair_q5_k(const uint8_t *row, uint32_t i, bool both)
{
	const uint8_t *s = row + (size_t)(i / 8) * 176;

	(void)both;
	return _mm512_or_si512(k_nibbles(s + 48 + i % 8 / 2 * 32),
			       _mm512_maskz_mov_epi8(bits_set(s + 16, i % 8),
						     _mm512_set1_epi8(16)));
}

/* First halves in lanes 0-7, last ones in 8-15. */
ALWAYS __m512 apart(__m512 v)
{
	return _mm512_permutexvar_ps(_mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12,
						       14, 1, 3, 5, 7, 9, 11,
						       13, 15),
				     v);
}

/* Types with a scale and a least value for each half. */
ALWAYS struct scales group_halves(__m512 scale, __m512 leasts)
{
	__m512 both = apart(leasts);
	__m256 least = _mm512_castps512_ps256(both);

	return (struct scales){ scale, least,
				_mm256_sub_ps(_mm512_extractf32x8_ps(both, 1),
					      least) };
}

/* 16 signed bytes, times d. */
ALWAYS __m512 bytes_times(const void *s, float d)
{
	__m128i bytes = _mm_loadu_si128((const __m128i *)s);

	return _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(bytes)),
			     _mm512_set1_ps(d));
}

/* 16 bytes of nibbles twice, each the number of a value: more by `plus`. */
ALWAYS __m512i valued(const uint8_t *a, const uint8_t *b,
		      const int8_t values[16], char plus)
{
	__m512i table = _mm512_broadcast_i32x4(_mm_add_epi8(
		_mm_loadu_si128((const __m128i *)values), _mm_set1_epi8(plus)));

	return _mm512_shuffle_epi8(table, nibbles(a, b));
}

/* A half, 16 bytes of numbers of values. */
ALWAYS struct scales group_iq4_nl(const uint8_t *row, uint32_t i, uint32_t n)
{
	return group_minus(row + (size_t)i * 18, 18, n, 128);
}

/* Values, made positive. */
ALWAYS __m512i pair_iq4_nl(const uint8_t *row, uint32_t i, bool both)
{
	const uint8_t *s = row + (size_t)i * 18 + 2;

	return valued(s, both ? s + 18 : s, quant_iq4, (char)128);
}

/* Of exponents 2^(e - 128); those of no normal number are not here. */
ALWAYS struct scales group_mxfp4(const uint8_t *row, uint32_t i, uint32_t n)
{
	float d[KERNEL_GROUP] = { 0 };
	__m256 scale;

	for (uint32_t k = 0; k < n; k++)
		d[k] = e8m0_half(row[(size_t)(i + k) * 17]);
	scale = _mm256_loadu_ps(d);
	return (struct scales){ _mm512_castps256_ps512(scale),
				_mm256_mul_ps(scale, _mm256_set1_ps(-12)),
				scale };
}

/* As of IQ4_NL. */
ALWAYS __m512i pair_mxfp4(const uint8_t *row, uint32_t i, bool both)
{
	const uint8_t *s = row + (size_t)i * 17 + 1;

	return valued(s, both ? s + 17 : s, quant_mxfp4, 12);
}

/* A half, scales of 6 bits, numbers of values. */
ALWAYS struct scales group_iq4_xs(const uint8_t *row, uint32_t i, uint32_t n)
{
	const uint8_t *s = row + (size_t)(i / 8) * 136;
	float d = half_at(s), scale[KERNEL_GROUP];
	__m256 all;

	(void)n;
	for (uint32_t k = 0; k < KERNEL_GROUP; k++)
		scale[k] = d * (float)kernel_iq4_scale(s, k);
	all = _mm256_loadu_ps(scale);
	return (struct scales){ _mm512_castps256_ps512(all),
				_mm256_mul_ps(all, _mm256_set1_ps(-128)), all };
}

/* As of IQ4_NL. */
ALWAYS __m512i pair_iq4_xs(const uint8_t *row, uint32_t i, bool both)
{
	const uint8_t *s = row + (size_t)(i / 8) * 136 + 8 + i % 8 * 16;

	(void)both;
	return valued(s, s + 16, quant_iq4, (char)128);
}

/* Bits 2k and 2k + 1 of 32 bytes, then the next two of each. */
ALWAYS __m512i k_twos(const uint8_t *s, uint32_t k)
{
	__m256i v = load32(s);

	v = k ? _mm256_srli_epi16(v, 4) : v;
	return _mm512_and_si512(two(v, _mm256_srli_epi16(v, 2)),
				_mm512_set1_epi8(3));
}

/* 16 scales and least values of 4 bits, 64 bytes, two halves. */
ALWAYS struct scales group_q2_k(const uint8_t *row, uint32_t i, uint32_t n)
{
	const uint8_t *s = row + (size_t)(i / 8) * 84;
	__m128i v = _mm_loadu_si128((const __m128i *)s), low[2];

	(void)n;
	low[0] = _mm_and_si128(v, _mm_set1_epi8(15));
	low[1] = _mm_and_si128(_mm_srli_epi16(v, 4), _mm_set1_epi8(15));
	return group_halves(bytes_times(&low[0], half_at(s + 80)),
			    bytes_times(&low[1], -half_at(s + 82)));
}

/* Two bits each. */
ALWAYS __m512i pair_q2_k(const uint8_t *row, uint32_t i, bool both)
{
	const uint8_t *s = row + (size_t)(i / 8) * 84 + 16;

	(void)both;
	return k_twos(s + i % 8 / 4 * 32, i % 4);
}

/* 32 bytes of third bits, 64 of two, 12 of scales, a half; less 4. */
ALWAYS struct scales group_q3_k(const uint8_t *row, uint32_t i, uint32_t n)
{
	const uint8_t *s = row + (size_t)(i / 8) * 110;
	float d = half_at(s + 108);
	int8_t scales[16];

	(void)n;
	kernel_q3_scales(scales, s + 96);
	return group_halves(bytes_times(scales, d),
			    bytes_times(scales, -4 * d));
}

/* Two bits and the third. */
ALWAYS __m512i pair_q3_k(const uint8_t *row, uint32_t i, bool both)
{
	const uint8_t *s = row + (size_t)(i / 8) * 110;

	(void)both;
	return _mm512_or_si512(
		k_twos(s + 32 + i % 8 / 4 * 32, i % 4),
		_mm512_maskz_mov_epi8(bits_set(s, i % 8), _mm512_set1_epi8(4)));
}

/* 128 bytes of nibbles, 64 of two bits, 16 scales, a half; less 32. */
ALWAYS struct scales group_q6_k(const uint8_t *row, uint32_t i, uint32_t n)
{
	const uint8_t *s = row + (size_t)(i / 8) * 210;
	float d = half_at(s + 208);

	(void)n;
	return group_halves(bytes_times(s + 192, d),
			    bytes_times(s + 192, -32 * d));
}

/* Parts k and k + 1 of a half: low or high nibbles of 64 bytes, with bits 2k
 * and 2k + 2 of 32. */
ALWAYS __m512i pair_q6_k(const uint8_t *row, uint32_t i, bool both)
{
	const uint8_t *s = row + (size_t)(i / 8) * 210;
	uint32_t half = i % 8 / 4, k = i % 4;
	__m512i low = _mm512_loadu_si512(s + half * 64);
	__m256i high = load32(s + 128 + half * 32);
	__m512i all = two(
		_mm256_slli_epi16(k ? _mm256_srli_epi16(high, 4) : high, 4),
		_mm256_slli_epi16(k ? _mm256_srli_epi16(high, 4) : high, 2));

	(void)both;
	low = _mm512_and_si512(k ? _mm512_srli_epi16(low, 4) : low,
			       _mm512_set1_epi8(15));
	return _mm512_or_si512(low,
			       _mm512_and_si512(all, _mm512_set1_epi8(0x30)));
}

typedef __m512i pair_fn(const uint8_t *row, uint32_t i, bool both);

/* A type, whether its scales and least values are of halves of parts, and the
 * bytes of a group of parts. */
struct packing {
	struct scales (*group)(const uint8_t *row, uint32_t i, uint32_t n);
	pair_fn *pair;
	bool halves;
	uint32_t bytes;
};

#define PACKING(name, halves, bytes)                                           \
	static const struct packing packing_##name = { group_##name,           \
						       pair_##name, halves,    \
						       bytes };

PACKING(q8_0, false, 272)
PACKING(q4_0, false, 144)
PACKING(q4_1, false, 160)
PACKING(q5_0, false, 176)
PACKING(q5_1, false, 192)
PACKING(iq4_nl, false, 144)
PACKING(mxfp4, false, 136)
PACKING(q2_k, true, 84)
PACKING(q3_k, true, 110)
PACKING(q4_k, false, 144)
PACKING(q5_k, false, 176)
PACKING(q6_k, true, 210)
PACKING(iq4_xs, false, 136)

#endif
