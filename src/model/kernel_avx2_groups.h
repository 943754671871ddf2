/*
 * kernel_avx2_groups.h - groups of eight parts of 32 weights (of which only
 * the first four may be there) in AVX2's registers, and their products with
 * activations: eight sums, one a lane. Included after kernel_avx2_parts.h.
 *
 * A group is eight registers, and what register i holds is one of two:
 *
 *	a part each	i		part i
 *	paired		2 * j		first halves of part j and of part j + 4
 *			2 * j + 1	their second halves
 *
 * so that 16 bytes of nibbles need not cross a register; activations for
 * paired ones lie in the same order (group_pair()).
 */
#ifndef LILSCOPE_KERNEL_AVX2_GROUPS_H
#define LILSCOPE_KERNEL_AVX2_GROUPS_H

#include "model/kernel_avx2_parts.h"

/* Scales and least values of eight parts, as struct avx2_part has them; where
 * halves differ (steps) d is of the block, and a half's whole number times that
 * is its scale. */
struct avx2_scales {
	__m256 d, least, least_upper;
	__m256i steps;
};

/* --- weights ------------------------------------------------------------ */

/* 32 bytes, aligned or not. */
ALWAYS __m256i load32(const void *s)
{
	return _mm256_loadu_si256((const __m256i *)s);
}

/* 16 bytes, and 16 more or zeros. */
ALWAYS __m256i load_two(const uint8_t *a, const uint8_t *b, bool both)
{
	__m256i v = _mm256_castsi128_si256(
		_mm_loadu_si128((const __m128i *)a));

	return _mm256_inserti128_si256(
		v,
		both ? _mm_loadu_si128((const __m128i *)b) :
		       _mm_setzero_si128(),
		1);
}

/* The lower four bits of each byte ... */
ALWAYS __m256i low_nibbles(__m256i v)
{
	return _mm256_and_si256(v, _mm256_set1_epi8(15));
}

/* ... and the upper four. */
ALWAYS __m256i high_nibbles(__m256i v)
{
	return low_nibbles(_mm256_srli_epi16(v, 4));
}

/* Register i of n blocks of 16 bytes of nibbles, step bytes apart, paired. */
ALWAYS __m256i pair_nibbles(const uint8_t *s, size_t step, uint32_t n, size_t i)
{
	const uint8_t *at = s + i / 2 * step;
	__m256i v = load_two(at, at + 4 * step, n > 4);

	return i % 2 ? high_nibbles(v) : low_nibbles(v);
}

/* The same as numbers of values. */
ALWAYS __m256i pair_values(const uint8_t *s, size_t step, uint32_t n, size_t i,
			   const int8_t values[16])
{
	__m256i table = _mm256_broadcastsi128_si256(
		_mm_loadu_si128((const __m128i *)values));

	return _mm256_shuffle_epi8(table, pair_nibbles(s, step, n, i));
}

/* With fifth bits at s, a word of 32 a part (and 16 bytes can be read). */
ALWAYS __m256i add_fifths(__m256i u, const uint8_t *s, size_t step, uint32_t n,
			  size_t i)
{
	const long long first = i % 2 ? 0x0202020202020202 : 0;
	const long long last = first + 0x0101010101010101;
	__m256i bits = _mm256_set1_epi64x((long long)0x8040201008040201u);
	const uint8_t *at = s + i / 2 * step;
	__m256i v = load_two(at, at + 4 * step, n > 4);

	v = _mm256_shuffle_epi8(v, _mm256_set_epi64x(last, first, last, first));
	v = _mm256_cmpeq_epi8(_mm256_and_si256(v, bits), bits);
	return _mm256_or_si256(u, _mm256_and_si256(v, _mm256_set1_epi8(16)));
}

/* Bits of each byte k bits further down, or up; those of the mask. */
ALWAYS __m256i down(__m256i v, int k, char mask)
{
	v = k > 0 ? _mm256_srli_epi16(v, k) :
	    k < 0 ? _mm256_slli_epi16(v, -k) :
		    v;
	return _mm256_and_si256(v, _mm256_set1_epi8(mask));
}

/* Parts of K blocks lie four in 32 bytes, two bits each, ... */
ALWAYS __m256i k_group_twos(const uint8_t *s, size_t i)
{
	return down(load32(s + i / 4 * 32), (int)(i % 4) * 2, 3);
}

/* ... or two. */
ALWAYS __m256i k_group_nibbles(const uint8_t *s, size_t i)
{
	__m256i v = load32(s + i / 2 * 32);

	return i % 2 ? high_nibbles(v) : low_nibbles(v);
}

/* With bit i of 32 bytes as bit `at`. */
ALWAYS __m256i add_bits(__m256i u, const uint8_t *s, size_t i, int at)
{
	return _mm256_or_si256(u, down(load32(s), (int)i - at,
				       (char)(1 << at)));
}

/* Q6_K: of 64 bytes of low nibbles, those of parts 0 and 2, of 1 and 3; of 32
 * bytes two bits for each. */
ALWAYS __m256i q6_k_lanes(const uint8_t *s, size_t i)
{
	__m256i low = load32(s + i / 4 * 64 + i % 2 * 32);
	__m256i high = load32(s + 128 + i / 4 * 32);

	return _mm256_or_si256(i % 4 < 2 ? low_nibbles(low) : high_nibbles(low),
			       down(high, (int)(i % 4) * 2 - 4, 48));
}

/* Register i of a group of each type, of which n parts are there. */
#define GROUP(name, register_i)                                                \
	ALWAYS __m256i group_##name(const uint8_t *s, uint32_t n, size_t i)    \
	{                                                                      \
		(void)n;                                                       \
		return register_i;                                             \
	}

GROUP(q8_0, i < n ? load32(s + i * 34 + 2) : _mm256_setzero_si256())
GROUP(q4_0, pair_nibbles(s + 2, 18, n, i))
GROUP(q4_1, pair_nibbles(s + 4, 20, n, i))
GROUP(q5_0, add_fifths(pair_nibbles(s + 6, 22, n, i), s + 2, 22, n, i))
GROUP(q5_1, add_fifths(pair_nibbles(s + 8, 24, n, i), s + 4, 24, n, i))
GROUP(iq4_nl, pair_values(s + 2, 18, n, i, quant_iq4))
GROUP(mxfp4, pair_values(s + 1, 17, n, i, quant_mxfp4))
GROUP(iq4_xs, pair_values(s + 8, 16, n, i, quant_iq4))
GROUP(q2_k, k_group_twos(s + 16, i))
GROUP(q3_k, add_bits(k_group_twos(s + 32, i), s, i, 2))
GROUP(q4_k, k_group_nibbles(s + 16, i))
GROUP(q5_k, add_bits(k_group_nibbles(s + 48, i), s + 16, i, 4))
GROUP(q6_k, q6_k_lanes(s, i))

/* --- scales ------------------------------------------------------------- */

/* As signed, which is how they go into a vector. */
static inline short half_bits(const uint8_t *s)
{
	short bits;

	memcpy(&bits, s, sizeof(bits));
	return bits;
}

/* Eight halves, step bytes apart; or four, and zeros. */
ALWAYS __m256 halves_at(const uint8_t *s, size_t step, uint32_t n)
{
	if (n <= 4)
		return _mm256_cvtph_ps(_mm_setr_epi16(
			half_bits(s), half_bits(s + step),
			half_bits(s + 2 * step), half_bits(s + 3 * step), 0, 0,
			0, 0));
	return _mm256_cvtph_ps(_mm_setr_epi16(
		half_bits(s), half_bits(s + step), half_bits(s + 2 * step),
		half_bits(s + 3 * step), half_bits(s + 4 * step),
		half_bits(s + 5 * step), half_bits(s + 6 * step),
		half_bits(s + 7 * step)));
}

/* Four words, step bytes apart. */
ALWAYS __m128i words_at(const uint8_t *s, size_t step)
{
	int of[4];

	for (size_t k = 0; k < 4; k++)
		memcpy(&of[k], s + k * step, sizeof(of[k]));
	return _mm_setr_epi32(of[0], of[1], of[2], of[3]);
}

/* Blocks of so many bytes, each a scale ... */
#define SCALES_OF_D(name, bytes, least_of_d)                                   \
	ALWAYS struct avx2_scales scales_##name(const uint8_t *s, uint32_t n)  \
	{                                                                      \
		__m256 d = halves_at(s, bytes, n);                             \
									       \
		return (struct avx2_scales){                                   \
			.d = d,                                                \
			.least = _mm256_mul_ps(d, _mm256_set1_ps(least_of_d)), \
		};                                                             \
	}

/* ... or a scale and a least value. */
ALWAYS struct avx2_scales scales_and_leasts(const uint8_t *s, size_t step,
					    uint32_t n)
{
	const __m128i lower = _mm_set1_epi32(0xffff);
	__m128i a = words_at(s, step), b = _mm_setzero_si128();

	if (n > 4)
		b = words_at(s + 4 * step, step);
	return (struct avx2_scales){
		.d = _mm256_cvtph_ps(_mm_packus_epi32(
			_mm_and_si128(a, lower), _mm_and_si128(b, lower))),
		.least = _mm256_cvtph_ps(_mm_packus_epi32(
			_mm_srli_epi32(a, 16), _mm_srli_epi32(b, 16))),
	};
}

SCALES_OF_D(q8_0, 34, 0)
SCALES_OF_D(q4_0, 18, -8)
SCALES_OF_D(q5_0, 22, -16)
SCALES_OF_D(iq4_nl, 18, 0)

/* Q4_1's, whose halves stand first, ... */
ALWAYS struct avx2_scales scales_q4_1(const uint8_t *s, uint32_t n)
{
	return scales_and_leasts(s, 20, n);
}

/* ... and Q5_1's. */
ALWAYS struct avx2_scales scales_q5_1(const uint8_t *s, uint32_t n)
{
	return scales_and_leasts(s, 24, n);
}

/* Eight bytes from two words. */
ALWAYS __m128i eight_bytes(uint32_t low, uint32_t high)
{
	return _mm_cvtsi64_si128((long long)((uint64_t)high << 32 | low));
}

/* As e8m0_half(): exponents in place, but for the least two. */
ALWAYS struct avx2_scales scales_mxfp4(const uint8_t *s, uint32_t n)
{
	const __m256i one = _mm256_set1_epi32(1);
	uint32_t low = 0, high = 0;
	__m256i e, small;

#pragma GCC unroll 4
	for (uint32_t k = 0; k < 4; k++) {
		low |= (uint32_t)s[k * 17] << 8 * k;
		high |= n > 4 ? (uint32_t)s[(k + 4) * 17] << 8 * k : 0;
	}
	e = _mm256_cvtepu8_epi32(eight_bytes(low, high));
	small = _mm256_sllv_epi32(_mm256_set1_epi32(0x200000), e);
	e = _mm256_blendv_epi8(
		small, _mm256_slli_epi32(_mm256_sub_epi32(e, one), 23),
		_mm256_cmpgt_epi32(e, one));
	return (struct avx2_scales){ .d = _mm256_castsi256_ps(e) };
}

/* Eight whole numbers of 8 bits times a half at d. */
ALWAYS __m256 scaled_bytes(__m256i v, float d)
{
	return _mm256_mul_ps(_mm256_cvtepi32_ps(v), _mm256_set1_ps(d));
}

/* A K block's 12 bytes: six bits each of eight scales and least values; the
 * first four have them in a byte, the others' upper two lie above those. */
ALWAYS struct avx2_scales scales_q4_k(const uint8_t *s, uint32_t n)
{
	const uint32_t six = 0x3f3f3f3f, four = 0x0f0f0f0f, up = 0x30303030;
	uint32_t of[3];

	(void)n;
	memcpy(of, s + 4, sizeof(of));
	return (struct avx2_scales){
		.d = scaled_bytes(
			_mm256_cvtepu8_epi32(eight_bytes(
				of[0] & six,
				(of[2] & four) | (of[0] >> 2 & up))),
			half_at(s)),
		.least = scaled_bytes(
			_mm256_cvtepu8_epi32(eight_bytes(
				of[1] & six,
				(of[2] >> 4 & four) | (of[1] >> 2 & up))),
			-half_at(s + 2)),
	};
}

/* The same in Q5_K. */
ALWAYS struct avx2_scales scales_q5_k(const uint8_t *s, uint32_t n)
{
	return scales_q4_k(s, n);
}

/* IQ4_XS: eight scales of six bits, less 32; four of them lie in two bytes,
 * the others' upper bits in two more. */
ALWAYS struct avx2_scales scales_iq4_xs(const uint8_t *s, uint32_t n)
{
	int8_t scales[8];

	(void)n;
#pragma GCC unroll 8
	for (uint32_t j = 0; j < 8; j++)
		scales[j] = (int8_t)kernel_iq4_scale(s, j);
	return (struct avx2_scales){
		.d = scaled_bytes(_mm256_cvtepi8_epi32(_mm_loadl_epi64(
					  (const __m128i *)scales)),
				  half_at(s)),
	};
}

/* Of 16 steps each part's first ... */
ALWAYS __m256i firsts(__m256i steps)
{
	return _mm256_srai_epi32(_mm256_slli_epi32(steps, 16), 16);
}

/* ... and the last ones. */
ALWAYS __m256i lasts(__m256i steps)
{
	return _mm256_srai_epi32(steps, 16);
}

/* Halves whose scales are d times steps, and least values so many scales. */
ALWAYS struct avx2_scales in_steps(__m256i steps, float d, __m256i leasts,
				   float least)
{
	__m256 first = scaled_bytes(firsts(leasts), least);

	return (struct avx2_scales){
		.d = _mm256_set1_ps(d),
		.least = first,
		.least_upper = _mm256_sub_ps(
			scaled_bytes(lasts(leasts), least), first),
		.steps = steps,
	};
}

/* Q2_K: of each byte the low nibble is a scale, the high one a least value. */
ALWAYS struct avx2_scales scales_q2_k(const uint8_t *s, uint32_t n)
{
	__m256i both = _mm256_cvtepu8_epi16(
		_mm_loadu_si128((const __m128i *)s));

	(void)n;
	return in_steps(low_nibbles(both), half_at(s + 80),
			_mm256_srli_epi16(both, 4), -half_at(s + 82));
}

/* Q3_K, as kernel_q3_scales(); weights are 4 less than what they are here. */
ALWAYS struct avx2_scales scales_q3_k(const uint8_t *s, uint32_t n)
{
	const uint64_t four = 0x0f0f0f0f0f0f0f0f;
	const uint32_t two = 0x03030303;
	uint64_t low, a, b;
	uint32_t high;
	__m256i steps;

	(void)n;
	memcpy(&low, s + 96, sizeof(low));
	memcpy(&high, s + 104, sizeof(high));
	a = (low & four) | (uint64_t)(high & two) << 4 |
	    (uint64_t)(high >> 2 & two) << 36;
	b = (low >> 4 & four) | (uint64_t)(high >> 4 & two) << 4 |
	    (uint64_t)(high >> 6 & two) << 36;
	steps = _mm256_sub_epi16(
		_mm256_cvtepu8_epi16(
			_mm_set_epi64x((long long)b, (long long)a)),
		_mm256_set1_epi16(32));
	return in_steps(steps, half_at(s + 108), steps,
			-4 * half_at(s + 108));
}

/* Q6_K: bytes; weights are 32 less. */
ALWAYS struct avx2_scales scales_q6_k(const uint8_t *s, uint32_t n)
{
	__m256i steps = _mm256_cvtepi8_epi16(
		_mm_loadu_si128((const __m128i *)(s + 192)));

	(void)n;
	return in_steps(steps, half_at(s + 208), steps,
			-32 * half_at(s + 208));
}

/* Of 16 steps those of part j: eight times the first, eight times the last. */
ALWAYS __m256i steps_of(__m256i steps, int j)
{
	__m256i four = j < 4 ? _mm256_permute4x64_epi64(steps, 0x44) :
			       _mm256_permute4x64_epi64(steps, 0xee);
	int at = j % 4 * 4;

	return _mm256_shuffle_epi8(
		four,
		_mm256_set_m128i(
			_mm_set1_epi16((short)((at + 3) << 8 | (at + 2))),
			_mm_set1_epi16((short)((at + 1) << 8 | at))));
}

/* --- products ----------------------------------------------------------- */

/* How far products add up in 16 bits: pairs of them only, up to the last
 * fold, to the end. */
enum avx2_fits { PAIRS_FIT, MOST_FIT, ALL_FIT };

/* What a type is. */
struct avx2_kind {
	__m256i (*group)(const uint8_t *parts, uint32_t n, size_t i);
	struct avx2_scales (*scales)(const uint8_t *parts, uint32_t n);
	uint32_t bytes; /* of a group */
	enum avx2_fits fits;
	bool is_signed, paired, has_least, in_steps;
};

/* Pairs' sums become sums of four. */
ALWAYS __m256i widen(__m256i v)
{
	return _mm256_madd_epi16(v, _mm256_set1_epi16(1));
}

/* Sums of 32 bits, or of 16. */
ALWAYS __m256i add_in(__m256i a, __m256i b, bool wide)
{
	return wide ? _mm256_add_epi32(a, b) : _mm256_add_epi16(a, b);
}

/* Sums in each half of a register: what a has becomes half as many lanes, and
 * so does what b has, beside it. From two numbers each to one ... */
ALWAYS __m256i fold_ones(__m256i a, __m256i b, bool wide)
{
	__m256 x = _mm256_castsi256_ps(a), y = _mm256_castsi256_ps(b);

	return add_in(_mm256_castps_si256(_mm256_shuffle_ps(x, y, 0x88)),
		      _mm256_castps_si256(_mm256_shuffle_ps(x, y, 0xdd)), wide);
}

/* ... from halves of 16 bytes to eight ... */
ALWAYS __m256i fold_twos(__m256i a, __m256i b, bool wide)
{
	return add_in(_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b),
		      wide);
}

/* ... and the two halves of a, beside those of b. */
ALWAYS __m256i fold_halves(__m256i a, __m256i b, bool wide)
{
	return add_in(_mm256_permute2x128_si256(a, b, 0x20),
		      _mm256_permute2x128_si256(a, b, 0x31), wide);
}

/* Bytes of 32 activations: where paired weights are signed, with their sizes
 * behind them. */
ALWAYS size_t unit_bytes(const struct avx2_kind *k)
{
	return k->paired && k->is_signed ? 2 * KERNEL_BLOCK : KERNEL_BLOCK;
}

/* Register i's products with activations: unsigned ones times signed ones, so
 * that a sign is taken from one and given to the other. (Q8_0 has -128, which
 * is not to be turned; values of nibbles have not.) */
ALWAYS __m256i products(const struct avx2_kind *k, __m256i u, __m256i steps,
			const int8_t *q, int i)
{
	const int8_t *unit = q + (size_t)i * unit_bytes(k);
	__m256i x = load32(unit), v;

	if (!k->is_signed)
		v = _mm256_maddubs_epi16(u, x);
	else if (k->paired)
		v = _mm256_maddubs_epi16(load32(unit + KERNEL_BLOCK),
					 _mm256_sign_epi8(u, x));
	else
		v = _mm256_maddubs_epi16(_mm256_abs_epi8(u),
					 _mm256_sign_epi8(x, u));
	if (k->in_steps)
		return _mm256_madd_epi16(v, steps_of(steps, i));
	return k->fits == PAIRS_FIT ? widen(v) : v;
}

/* Lane j: the sum of part j's products, from those of eight registers. */
ALWAYS __m256i group_sums(const struct avx2_kind *k, __m256i v[8])
{
	bool wide = k->fits == PAIRS_FIT;
	__m256i a, b;

	if (k->paired) {
#pragma GCC unroll 4
		for (int i = 0; i < 4; i++)
			v[i] = add_in(v[2 * i], v[2 * i + 1], wide);
		a = fold_twos(v[0], v[1], wide);
		b = fold_twos(v[2], v[3], wide);
	} else {
		a = fold_ones(fold_twos(v[0], v[1], wide),
			      fold_twos(v[2], v[3], wide), wide);
		b = fold_ones(fold_twos(v[4], v[5], wide),
			      fold_twos(v[6], v[7], wide), wide);
	}
	if (k->fits == MOST_FIT) {
		a = widen(a);
		b = widen(b);
		wide = true;
	}
	a = k->paired ? fold_ones(a, b, wide) : fold_halves(a, b, wide);
	return wide ? a : widen(a);
}

/* Activations of a whole group in the order of paired parts, to where they may
 * have been; with their sizes if weights are signed. */
ALWAYS void group_pair(int8_t *out, const int8_t *q, bool is_signed)
{
	size_t bytes = is_signed ? 2 * KERNEL_BLOCK : KERNEL_BLOCK;
	__m256i v[8];

#pragma GCC unroll 8
	for (int i = 0; i < 8; i++)
		v[i] = load32(q + i * KERNEL_BLOCK);
#pragma GCC unroll 8
	for (size_t i = 0; i < 8; i++) {
		__m256i a = v[i / 2], b = v[i / 2 + 4];
		__m256i *at = (__m256i *)(void *)(out + i * bytes);

		a = i % 2 ? _mm256_permute2x128_si256(a, b, 0x31) :
			    _mm256_permute2x128_si256(a, b, 0x20);
		_mm256_storeu_si256(at, a);
		if (is_signed)
			_mm256_storeu_si256(at + 1, _mm256_abs_epi8(a));
	}
}

#endif
