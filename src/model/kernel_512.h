/*
 * kernel_512.h - what kernels for AVX-512 share: the target, and how parts of
 * weights of each type are unpacked. Included first; the includer ends clang's
 * target. With bfloat16 and tiles where KERNEL_TILES is set.
 *
 * A part of 32 weights is w_i = scale * u_i + least with u_i >= 0; in types of
 * halves each 16 have a scale and a least value of their own. What has these
 * is a unit. Four units are a quad, one in each 128 bits:
 *	u[0]   the first 16 weights of each unit
 *	u[1]   the others, unless units are halves
 * What is said of units is gathered for a group of eight parts at once.
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

/* Of the units of a group, in lanes; zeros beyond. */
struct scales {
	__m512 scale, least; /* least: of types without a `minus` */
};

/* n halves at s, s + step, ... of which the first four are taken. */
ALWAYS uint64_t four_halves(const uint8_t *s, uint32_t step, uint32_t n)
{
	uint64_t all = 0;

#pragma GCC unroll 4
	for (uint32_t k = 0; k < 4; k++) {
		uint16_t half = 0;

		if (k < n)
			memcpy(&half, s + (size_t)k * step, sizeof(half));
		all |= (uint64_t)half << 16 * k;
	}
	return all;
}

/* Halves at s, s + step, ... for n parts, as floats. */
ALWAYS __m512 halves(const uint8_t *s, uint32_t step, uint32_t n)
{
	uint64_t low = four_halves(s, step, n), high = 0;

	if (n > 4)
		high = four_halves(s + (size_t)4 * step, step, n - 4);
	return _mm512_zextps256_ps512(_mm256_cvtph_ps(
		_mm_set_epi64x((long long)high, (long long)low)));
}

/* Types with a least value behind the scale. */
ALWAYS struct scales group_least(const uint8_t *s, uint32_t step, uint32_t n)
{
	return (struct scales){ halves(s, step, n), halves(s + 2, step, n) };
}

/* Types of a scale alone. */
ALWAYS struct scales group_plain(const uint8_t *s, uint32_t step, uint32_t n)
{
	return (struct scales){ halves(s, step, n), _mm512_setzero_ps() };
}

/* Two halves of a vector. */
ALWAYS __m512i two(__m256i a, __m256i b)
{
	return _mm512_inserti64x4(_mm512_castsi256_si512(a), b, 1);
}

/* 16 bytes, aligned or not ... */
ALWAYS __m128i load16(const uint8_t *s)
{
	return _mm_loadu_si128((const __m128i *)s);
}

/* ... and 32. */
ALWAYS __m256i load32(const uint8_t *s)
{
	return _mm256_loadu_si256((const __m256i *)s);
}

/* 16 bytes at s, s + step, ... of n parts; others are the last one again. */
ALWAYS __m512i four(const uint8_t *s, uint32_t step, uint32_t n)
{
	const uint8_t *b = n > 1 ? s + step : s, *c = n > 2 ? b + step : b;
	const uint8_t *d = n > 3 ? c + step : c;
	__m512i v = _mm512_castsi128_si512(load16(s));

	v = _mm512_inserti32x4(v, load16(b), 1);
	v = _mm512_inserti32x4(v, load16(c), 2);
	return _mm512_inserti32x4(v, load16(d), 3);
}

/* Low nibbles, and high ones. */
ALWAYS void nibbles(__m512i u[2], __m512i v)
{
	u[0] = _mm512_and_si512(v, _mm512_set1_epi8(15));
	u[1] = _mm512_and_si512(_mm512_srli_epi16(v, 4), _mm512_set1_epi8(15));
}

/* Of words of fifth bits at s, s + step, ...: bits 0-15 of each are of first
 * 16 weights. */
ALWAYS void fifth_bits(__m512i u[2], const uint8_t *s, uint32_t step,
		       uint32_t n)
{
	const __m512i bit = _mm512_set1_epi8(16);

	u[0] = _mm512_mask_add_epi8(u[0], four_halves(s, step, n), u[0], bit);
	u[1] = _mm512_mask_add_epi8(u[1], four_halves(s + 2, step, n), u[1],
				    bit);
}

/* Numbers of values become these, more by `plus`. */
ALWAYS void valued(__m512i u[2], const int8_t values[16], char plus)
{
	__m512i table = _mm512_broadcast_i32x4(
		_mm_add_epi8(_mm_loadu_si128((const __m128i *)values),
			     _mm_set1_epi8(plus)));

	u[0] = _mm512_shuffle_epi8(table, u[0]);
	u[1] = _mm512_shuffle_epi8(table, u[1]);
}

/* A half, then 32 signed bytes; less 128. */
ALWAYS struct scales group_q8_0(const uint8_t *row, uint32_t i, uint32_t n)
{
	return group_plain(row + (size_t)i * 34, 34, n);
}

/* 128 more than they are. */
ALWAYS void quad_q8_0(__m512i u[2], const uint8_t *row, uint32_t i, uint32_t n)
{
	const uint8_t *s = row + (size_t)i * 34 + 2;
	const __m512i sign = _mm512_set1_epi8((char)0x80);

	u[0] = _mm512_xor_si512(four(s, 34, n), sign);
	u[1] = _mm512_xor_si512(four(s + 16, 34, n), sign);
}

/* A half, then 16 bytes of nibbles; less 8. */
ALWAYS struct scales group_q4_0(const uint8_t *row, uint32_t i, uint32_t n)
{
	return group_plain(row + (size_t)i * 18, 18, n);
}

/* Low nibbles, then high ones. */
ALWAYS void quad_q4_0(__m512i u[2], const uint8_t *row, uint32_t i, uint32_t n)
{
	nibbles(u, four(row + (size_t)i * 18 + 2, 18, n));
}

/* A half, a least value, 16 bytes of nibbles. */
ALWAYS struct scales group_q4_1(const uint8_t *row, uint32_t i, uint32_t n)
{
	return group_least(row + (size_t)i * 20, 20, n);
}

/* As of Q4_0. */
ALWAYS void quad_q4_1(__m512i u[2], const uint8_t *row, uint32_t i, uint32_t n)
{
	nibbles(u, four(row + (size_t)i * 20 + 4, 20, n));
}

/* A half, a word of fifth bits, 16 bytes of nibbles; less 16. */
ALWAYS struct scales group_q5_0(const uint8_t *row, uint32_t i, uint32_t n)
{
	return group_plain(row + (size_t)i * 22, 22, n);
}

/* Nibbles with their fifth bits. */
ALWAYS void quad_q5_0(__m512i u[2], const uint8_t *row, uint32_t i, uint32_t n)
{
	const uint8_t *s = row + (size_t)i * 22;

	nibbles(u, four(s + 6, 22, n));
	fifth_bits(u, s + 2, 22, n);
}

/* A half, a least value, a word of fifth bits, nibbles. */
ALWAYS struct scales group_q5_1(const uint8_t *row, uint32_t i, uint32_t n)
{
	return group_least(row + (size_t)i * 24, 24, n);
}

/* As of Q5_0. */
ALWAYS void quad_q5_1(__m512i u[2], const uint8_t *row, uint32_t i, uint32_t n)
{
	const uint8_t *s = row + (size_t)i * 24;

	nibbles(u, four(s + 8, 24, n));
	fifth_bits(u, s + 4, 24, n);
}

/* A half, 16 bytes of numbers of values; less 128. */
ALWAYS struct scales group_iq4_nl(const uint8_t *row, uint32_t i, uint32_t n)
{
	return group_q4_0(row, i, n);
}

/* Values, made positive. */
ALWAYS void quad_iq4_nl(__m512i u[2], const uint8_t *row, uint32_t i,
			uint32_t n)
{
	quad_q4_0(u, row, i, n);
	valued(u, quant_iq4, (char)128);
}

/* Of exponents 2^(e - 128), those of no normal number are not here; less 12. */
ALWAYS struct scales group_mxfp4(const uint8_t *row, uint32_t i, uint32_t n)
{
	float d[KERNEL_GROUP] = { 0 };

	for (uint32_t k = 0; k < n; k++)
		d[k] = e8m0_half(row[(size_t)(i + k) * 17]);
	return (struct scales){ _mm512_zextps256_ps512(_mm256_loadu_ps(d)),
				_mm512_setzero_ps() };
}

/* As of IQ4_NL. */
ALWAYS void quad_mxfp4(__m512i u[2], const uint8_t *row, uint32_t i, uint32_t n)
{
	nibbles(u, four(row + (size_t)i * 17 + 1, 17, n));
	valued(u, quant_mxfp4, 12);
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
	return _mm_set_epi64x(
		(long long)((b & 0x3f3f3f3f) |
			    (uint64_t)((c >> 4 & 0x0f0f0f0f) |
				       (b >> 2 & 0x30303030))
				    << 32),
		(long long)((a & 0x3f3f3f3f) |
			    (uint64_t)((c & 0x0f0f0f0f) |
				       (a >> 2 & 0x30303030))
				    << 32));
}

/* Of K types with least values: two halves, 12 bytes. */
ALWAYS struct scales group_k(const uint8_t *s)
{
	__m512 all = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(k_scales(s + 4)));
	__m256 scale = _mm512_castps512_ps256(all);
	__m256 least = _mm512_extractf32x8_ps(all, 1);

	scale = _mm256_mul_ps(scale, _mm256_set1_ps(half_at(s)));
	least = _mm256_mul_ps(least, _mm256_set1_ps(-half_at(s + 2)));
	return (struct scales){ _mm512_zextps256_ps512(scale),
				_mm512_zextps256_ps512(least) };
}

/* 64 bytes: the low nibbles of 32 are a part, their high ones the next. */
ALWAYS void k_nibbles(__m512i u[2], const uint8_t *s)
{
	const __m512i by = _mm512_setr_epi64(0, 0, 4, 4, 0, 0, 4, 4);
	const __m512i low = _mm512_set1_epi8(15);
	__m512i v = _mm512_loadu_si512(s);

	u[0] = _mm512_and_si512(
		_mm512_srlv_epi64(_mm512_shuffle_i64x2(v, v, 0xa0), by), low);
	u[1] = _mm512_and_si512(
		_mm512_srlv_epi64(_mm512_shuffle_i64x2(v, v, 0xf5), by), low);
}

/* Two halves, 12 bytes of scales, 128 bytes of nibbles. */
ALWAYS struct scales group_q4_k(const uint8_t *row, uint32_t i, uint32_t n)
{
	(void)n; /* always a whole group */
	return group_k(row + (size_t)(i / 8) * 144);
}

/* 32 low nibbles and 32 high ones. */
ALWAYS void quad_q4_k(__m512i u[2], const uint8_t *row, uint32_t i, uint32_t n)
{
	(void)n;
	k_nibbles(u, row + (size_t)(i / 8) * 144 + 16 + i % 8 * 16);
}

/* Two halves, 12 bytes of scales, 32 of fifth bits, nibbles. */
ALWAYS struct scales group_q5_k(const uint8_t *row, uint32_t i, uint32_t n)
{
	(void)n;
	return group_k(row + (size_t)(i / 8) * 176);
}

/* As of Q4_K, with their fifth bits: bit p of 32 bytes is of part p. */
ALWAYS void quad_q5_k(__m512i u[2], const uint8_t *row, uint32_t i, uint32_t n)
{
	const uint8_t *s = row + (size_t)(i / 8) * 176;
	const __m512i bit = _mm512_set1_epi8(16);
	const __m512i which =
		_mm512_slli_epi64(_mm512_setr_epi64(0x0101010101010101,
						    0x0101010101010101,
						    0x0202020202020202,
						    0x0202020202020202,
						    0x0404040404040404,
						    0x0404040404040404,
						    0x0808080808080808,
						    0x0808080808080808),
				  i % 8);

	(void)n;
	k_nibbles(u, s + 48 + i % 8 * 16);
#pragma GCC unroll 2
	for (uint32_t h = 0; h < 2; h++) {
		__m512i v = _mm512_broadcast_i32x4(load16(s + 16 + 16 * h));

		u[h] = _mm512_mask_add_epi8(
			u[h], _mm512_test_epi8_mask(v, which), u[h], bit);
	}
}

/* A half, scales of 6 bits, numbers of values; less 128. */
ALWAYS struct scales group_iq4_xs(const uint8_t *row, uint32_t i, uint32_t n)
{
	const uint8_t *s = row + (size_t)(i / 8) * 136;
	float d = half_at(s), scale[KERNEL_GROUP];

	(void)n;
	for (uint32_t k = 0; k < KERNEL_GROUP; k++)
		scale[k] = d * (float)kernel_iq4_scale(s, k);
	return (struct scales){ _mm512_zextps256_ps512(_mm256_loadu_ps(scale)),
				_mm512_setzero_ps() };
}

/* As of IQ4_NL. */
ALWAYS void quad_iq4_xs(__m512i u[2], const uint8_t *row, uint32_t i,
			uint32_t n)
{
	(void)n;
	nibbles(u, _mm512_loadu_si512(row + (size_t)(i / 8) * 136 + 8 +
				      i % 8 * 16));
	valued(u, quant_iq4, (char)128);
}

/* 16 signed bytes, times d. */
ALWAYS __m512 bytes_times(__m128i bytes, float d)
{
	return _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(bytes)),
			     _mm512_set1_ps(d));
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
	const __m128i low = _mm_set1_epi8(15);
	__m128i v = load16(s);

	(void)n;
	return (struct scales){
		bytes_times(_mm_and_si128(v, low), half_at(s + 80)),
		bytes_times(_mm_and_si128(_mm_srli_epi16(v, 4), low),
			    -half_at(s + 82)),
	};
}

/* Two bits each. */
ALWAYS void quad_q2_k(__m512i u[2], const uint8_t *row, uint32_t i, uint32_t n)
{
	const uint8_t *s = row + (size_t)(i / 8) * 84 + 16;

	(void)n;
	u[0] = k_twos(s + i % 8 / 4 * 32, i % 4);
}

/* 32 bytes of third bits, 64 of two, 12 of scales, a half; less 4. */
ALWAYS struct scales group_q3_k(const uint8_t *row, uint32_t i, uint32_t n)
{
	const uint8_t *s = row + (size_t)(i / 8) * 110;
	int8_t scales[16];

	(void)n;
	kernel_q3_scales(scales, s + 96);
	return (struct scales){
		bytes_times(_mm_loadu_si128((const __m128i *)scales),
			    half_at(s + 108)),
		_mm512_setzero_ps(),
	};
}

/* Two bits and the third. */
ALWAYS void quad_q3_k(__m512i u[2], const uint8_t *row, uint32_t i, uint32_t n)
{
	const uint8_t *s = row + (size_t)(i / 8) * 110;
	__m512i bits = two(_mm256_set1_epi8((char)(1 << i % 8)),
			   _mm256_set1_epi8((char)(2 << i % 8)));
	__m512i v = _mm512_broadcast_i64x4(load32(s));

	(void)n;
	u[0] = k_twos(s + 32 + i % 8 / 4 * 32, i % 4);
	u[0] = _mm512_mask_add_epi8(u[0], _mm512_test_epi8_mask(v, bits), u[0],
				    _mm512_set1_epi8(4));
}

/* 128 bytes of nibbles, 64 of two bits, 16 scales, a half; less 32. */
ALWAYS struct scales group_q6_k(const uint8_t *row, uint32_t i, uint32_t n)
{
	const uint8_t *s = row + (size_t)(i / 8) * 210;

	(void)n;
	return (struct scales){ bytes_times(load16(s + 192), half_at(s + 208)),
				_mm512_setzero_ps() };
}

/* Parts k and k + 1 of a half: low or high nibbles of 64 bytes, with bits 2k
 * and 2k + 2 of 32. */
ALWAYS void quad_q6_k(__m512i u[2], const uint8_t *row, uint32_t i, uint32_t n)
{
	const uint8_t *s = row + (size_t)(i / 8) * 210;
	const __m512i low = _mm512_set1_epi8(15);
	uint32_t half = i % 8 / 4, k = i % 4;
	__m512i v = _mm512_loadu_si512(s + half * 64);
	__m512i high = _mm512_broadcast_i64x4(load32(s + 128 + half * 32));

	(void)n;
	v = _mm512_and_si512(k ? _mm512_srli_epi16(v, 4) : v, low);
	high = k ? _mm512_srlv_epi64(high, _mm512_setr_epi64(0, 0, 0, 0, 2, 2,
							     2, 2)) :
		   _mm512_sllv_epi64(high, _mm512_setr_epi64(4, 4, 4, 4, 2, 2,
							     2, 2));
	/* v, or high's two bits */
	u[0] = _mm512_ternarylogic_epi32(v, high, _mm512_set1_epi8(0x30), 0xf8);
}

/* A type: whether its units are halves, what a weight is less than its u where
 * that is always the same, and the bytes of a group of parts. */
struct packing {
	struct scales (*group)(const uint8_t *row, uint32_t i, uint32_t n);
	/* The quad that begins at part i; n: parts of the row from there on. */
	void (*quad)(__m512i u[2], const uint8_t *row, uint32_t i, uint32_t n);
	bool halves;
	float minus;
	uint32_t bytes;
};

/* Parts of a quad. */
ALWAYS uint32_t quad_parts(bool halves)
{
	return halves ? 2 : 4;
}

#define PACKING(name, halves, minus, bytes)                                    \
	static const struct packing packing_##name = { group_##name,           \
						       quad_##name, halves,    \
						       minus, bytes };

PACKING(q8_0, false, 128, 272)
PACKING(q4_0, false, 8, 144)
PACKING(q4_1, false, 0, 160)
PACKING(q5_0, false, 16, 176)
PACKING(q5_1, false, 0, 192)
PACKING(iq4_nl, false, 128, 144)
PACKING(mxfp4, false, 12, 136)
PACKING(q2_k, true, 0, 84)
PACKING(q3_k, true, 4, 110)
PACKING(q4_k, false, 0, 144)
PACKING(q5_k, false, 0, 176)
PACKING(q6_k, true, 32, 210)
PACKING(iq4_xs, false, 128, 136)

/* --- activations -------------------------------------------------------- */

/* A quad of activations: those of u[0] and u[1], and of each unit, four times,
 * d and the sum of all. */
struct quads {
	const char *at;       /* of the first token */
	size_t bytes, stride; /* from a quad to the next, to the next token */
	bool halves;
	uint32_t n;
};

/* The quads of a token lie behind its kernel_q8, in lines of the cache. */
static inline struct quads quads_of(const struct kernel_x *x)
{
	bool halves = x->type == GGML_Q2_K || x->type == GGML_Q3_K ||
		      x->type == GGML_Q6_K;
	uintptr_t at = ((uintptr_t)x->data + 63) / 64 * 64;

	return (struct quads){
		(const char *)at + kernel_token_bytes(x->n_cols),
		64 * (halves ? 3 : 4),
		x->token_bytes,
		halves,
		kernel_blocks(x->n_cols) / quad_parts(halves),
	};
}

#endif
