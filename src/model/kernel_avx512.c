/* AVX-512 with VNNI: 16 floats at once, and four products in one. */
#if defined(__x86_64__)
#define KERNEL_512
#if defined(__clang__)
#pragma clang attribute push(                                                  \
	__attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512vl,"       \
			      "avx512dq,avx512vnni"))),                        \
	apply_to = function)
#else
#pragma GCC target("avx2,fma,f16c,avx512f,avx512bw,avx512vl")
#pragma GCC target("avx512dq,avx512vnni")
#endif

#include "model/kernel_x86.h"

/*
 * Weights: 512 bits are a pair of parts of 32 weights, w_i = scale * u_i +
 * least with u_i >= 0, whose products with 64 activations are 16 sums of four
 * (dpbusd). What is said of a part is gathered for a group of eight at once:
 * their scales, times the activations' ones, from which each pair takes its
 * two by a permutation; and what does not depend on u, least * sum of x, in
 * one product. Up to TILE tokens share the unpacking.
 */
enum { TILE = 8 };

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

ALWAYS struct scales group_q8_0(const uint8_t *row, uint32_t i, uint32_t n)
{
	return group_minus(row + (size_t)i * 34, 34, n, 128);
}

ALWAYS __m512i pair_q8_0(const uint8_t *row, uint32_t i, bool both)
{
	const uint8_t *s = row + (size_t)i * 34 + 2, *t = both ? s + 34 : s;

	return _mm512_xor_si512(two(load32(s), load32(t)),
				_mm512_set1_epi8((char)0x80));
}

ALWAYS struct scales group_q4_0(const uint8_t *row, uint32_t i, uint32_t n)
{
	return group_minus(row + (size_t)i * 18, 18, n, 8);
}

ALWAYS __m512i pair_q4_0(const uint8_t *row, uint32_t i, bool both)
{
	const uint8_t *s = row + (size_t)i * 18 + 2;

	return nibbles(s, both ? s + 18 : s);
}

ALWAYS struct scales group_q4_1(const uint8_t *row, uint32_t i, uint32_t n)
{
	return group_least(row + (size_t)i * 20, 20, n);
}

ALWAYS __m512i pair_q4_1(const uint8_t *row, uint32_t i, bool both)
{
	const uint8_t *s = row + (size_t)i * 20 + 4;

	return nibbles(s, both ? s + 20 : s);
}

ALWAYS struct scales group_q5_0(const uint8_t *row, uint32_t i, uint32_t n)
{
	return group_minus(row + (size_t)i * 22, 22, n, 16);
}

ALWAYS __m512i pair_q5_0(const uint8_t *row, uint32_t i, bool both)
{
	const uint8_t *s = row + (size_t)i * 22 + 2, *t = both ? s + 22 : s;

	return _mm512_or_si512(nibbles(s + 4, t + 4), fifth_bits(s, t));
}

ALWAYS struct scales group_q5_1(const uint8_t *row, uint32_t i, uint32_t n)
{
	return group_least(row + (size_t)i * 24, 24, n);
}

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

ALWAYS struct scales group_q4_k(const uint8_t *row, uint32_t i, uint32_t n)
{
	(void)n; /* always a whole group */
	return group_k(row + (size_t)(i / 8) * 144);
}

ALWAYS __m512i pair_q4_k(const uint8_t *row, uint32_t i, bool both)
{
	(void)both;
	return k_nibbles(row + (size_t)(i / 8) * 144 + 16 + i % 8 / 2 * 32);
}

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

ALWAYS struct scales group_iq4_nl(const uint8_t *row, uint32_t i, uint32_t n)
{
	return group_minus(row + (size_t)i * 18, 18, n, 128);
}

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

ALWAYS __m512i pair_mxfp4(const uint8_t *row, uint32_t i, bool both)
{
	const uint8_t *s = row + (size_t)i * 17 + 1;

	return valued(s, both ? s + 17 : s, quant_mxfp4, 12);
}

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

ALWAYS __m512i pair_q2_k(const uint8_t *row, uint32_t i, bool both)
{
	const uint8_t *s = row + (size_t)(i / 8) * 84 + 16;

	(void)both;
	return k_twos(s + i % 8 / 4 * 32, i % 4);
}

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

ALWAYS __m512i pair_q3_k(const uint8_t *row, uint32_t i, bool both)
{
	const uint8_t *s = row + (size_t)(i / 8) * 110;

	(void)both;
	return _mm512_or_si512(
		k_twos(s + 32 + i % 8 / 4 * 32, i % 4),
		_mm512_maskz_mov_epi8(bits_set(s, i % 8), _mm512_set1_epi8(4)));
}

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

/* A type, and whether its scales and least values are of halves of parts. */
struct packing {
	struct scales (*group)(const uint8_t *row, uint32_t i, uint32_t n);
	pair_fn *pair;
	bool halves;
};

/* Which lanes of the scales pair j takes. */
ALWAYS __m512i lanes_of(uint32_t j, bool halves)
{
	const int a = (int)j * 2, b = (int)j * 4;

	if (!halves)
		return _mm512_setr_epi32(a, a, a, a, a, a, a, a, a + 1, a + 1,
					 a + 1, a + 1, a + 1, a + 1, a + 1,
					 a + 1);
	return _mm512_setr_epi32(b, b, b, b, b + 1, b + 1, b + 1, b + 1, b + 2,
				 b + 2, b + 2, b + 2, b + 3, b + 3, b + 3,
				 b + 3);
}

/* What n_tokens tokens have gathered along a row. */
struct gathered {
	__m512 sums[TILE];
	__m256 least[TILE];
};

/* n parts from the i-th on, at most a group. */
ALWAYS void add_group(struct gathered *a, const struct packing *kind,
		      const uint8_t *row, const struct kernel_q8 *x, uint32_t i,
		      uint32_t n, uint32_t n_tokens)
{
	const __m512i twice = _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5,
						5, 6, 6, 7, 7);
	struct scales g = kind->group(row, i, n);
	__m512 scale[TILE];

#pragma GCC unroll 8
	for (uint32_t t = 0; t < n_tokens; t++) {
		__m512 d = _mm512_castps256_ps512(_mm256_loadu_ps(x[t].d + i));

		if (kind->halves) {
			d = _mm512_permutexvar_ps(twice, d);
			a->least[t] = _mm256_fmadd_ps(
				g.upper, _mm256_loadu_ps(x[t].upper + i),
				a->least[t]);
		}
		scale[t] = _mm512_mul_ps(d, g.scale);
		a->least[t] = _mm256_fmadd_ps(
			g.least, _mm256_loadu_ps(x[t].sums + i), a->least[t]);
	}
#pragma GCC unroll 4
	for (uint32_t j = 0; j < (n + 1) / 2; j++) {
		__m512i u = kind->pair(row, i + 2 * j, 2 * j + 1 < n);
		__m512i at = lanes_of(j, kind->halves);

#pragma GCC unroll 8
		for (uint32_t t = 0; t < n_tokens; t++) {
			const int8_t *q =
				x[t].q + (size_t)(i + 2 * j) * KERNEL_BLOCK;
			__m512i dot =
				_mm512_dpbusd_epi32(_mm512_setzero_si512(), u,
						    _mm512_loadu_si512(q));

			a->sums[t] = _mm512_fmadd_ps(
				_mm512_permutexvar_ps(at, scale[t]),
				_mm512_cvtepi32_ps(dot), a->sums[t]);
		}
	}
}

ALWAYS void dot_row(float *out, size_t stride, const struct packing *kind,
		    const uint8_t *row, const struct kernel_q8 *x,
		    uint32_t n_parts, uint32_t n_tokens)
{
	struct gathered a;
	uint32_t i = 0;

#pragma GCC unroll 8
	for (uint32_t t = 0; t < n_tokens; t++) {
		a.sums[t] = _mm512_setzero_ps();
		a.least[t] = _mm256_setzero_ps();
	}
	for (; i + KERNEL_GROUP <= n_parts; i += KERNEL_GROUP)
		add_group(&a, kind, row, x, i, KERNEL_GROUP, n_tokens);
	if (i < n_parts)
		add_group(&a, kind, row, x, i, n_parts - i, n_tokens);
#pragma GCC unroll 8
	for (uint32_t t = 0; t < n_tokens; t++)
		out[t * stride] =
			sum8(_mm256_add_ps(fold(a.sums[t]), a.least[t]));
}

ALWAYS void kind_rows(float *out, size_t stride, const struct kernel_rows *w,
		      uint32_t row0, uint32_t row1, const struct kernel_x *x,
		      const struct packing *kind)
{
	uint32_t n_parts = w->n_cols / KERNEL_BLOCK, n;
	struct kernel_q8 tile[TILE];

	for (uint32_t t = 0; t < x->n_tokens; t += n) {
		n = x->n_tokens - t >= TILE ? TILE : 1;
		for (uint32_t k = 0; k < n; k++)
			tile[k] = kernel_token(x, t + k);
		for (uint32_t r = row0; r < row1; r++) {
			const uint8_t *row =
				(const uint8_t *)w->data + r * w->row_bytes;
			float *at = out + t * stride + r;

			if (n == 1)
				dot_row(at, stride, kind, row, tile, n_parts,
					1);
			else
				dot_row(at, stride, kind, row, tile, n_parts,
					TILE);
		}
	}
}

#define KIND_ROWS(name, halves)                                                \
	static void rows_##name(float *out, size_t stride,                     \
				const struct kernel_rows *w, uint32_t row0,    \
				uint32_t row1, const struct kernel_x *x)       \
	{                                                                      \
		static const struct packing kind = { group_##name,             \
						     pair_##name, halves };    \
		uint32_t strip = (uint32_t)(STRIP_BYTES / w->row_bytes);       \
		strip = x->n_tokens > 1 ? MAX(strip, 4u) : row1 - row0;        \
		for (uint32_t n; row0 < row1; row0 += n) {                     \
			n = MIN(row1 - row0, strip);                           \
			kind_rows(out, stride, w, row0, row0 + n, x, &kind);   \
		}                                                              \
	}

KIND_ROWS(q8_0, false)
KIND_ROWS(q4_0, false)
KIND_ROWS(q4_1, false)
KIND_ROWS(q5_0, false)
KIND_ROWS(q5_1, false)
KIND_ROWS(iq4_nl, false)
KIND_ROWS(mxfp4, false)
KIND_ROWS(q2_k, true)
KIND_ROWS(q3_k, true)
KIND_ROWS(q4_k, false)
KIND_ROWS(q5_k, false)
KIND_ROWS(q6_k, true)
KIND_ROWS(iq4_xs, false)

static bool works(void)
{
	return __builtin_cpu_supports("avx512f") &&
	       __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("avx512vl") &&
	       __builtin_cpu_supports("avx512dq") &&
	       __builtin_cpu_supports("avx512vnni") && has_f16c();
}

const struct kernels kernels_avx512 = {
	.name = "avx512",
	.works = works,
	.mul = mul,
	.quantize = quantize,
	.scores = scores,
	.mix = mix,
	.softmax = softmax,
	.exps = exps,
	.load_halves = load_halves,
};

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
