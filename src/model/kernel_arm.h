/*
 * kernel_arm.h - kernels for 64-bit ARM: NEON alone, or with its product of
 * four bytes (SDOT) where KERNEL_SDOT is set. Included by kernel_neon.c and
 * kernel_dotprod.c, once each, after the target was set.
 *
 * A part is 32 weights, w_i = scale * u_i + least, with signed u: where a type
 * subtracts a number from all of them, that is done here, and least is 0.
 * Their products with 32 activations are sums in four lanes, scaled and
 * gathered as floats, and added up at the end of a row. Up to TILE tokens
 * share the unpacking of a part.
 */
#ifndef LILSCOPE_KERNEL_ARM_H
#define LILSCOPE_KERNEL_ARM_H

#include <arm_neon.h>
#include <string.h>

#include "model/kernel_impl.h"

enum { TILE = 4 };

/* scale[0] is of the first 16, scale[1] of the last; upper is what the last 16
 * have beyond least. */
struct neon_part {
	int8x16_t u[2];
	float scale[2], least, upper;
};

/* The little-endian half at s, aligned or not. */
static inline float half_at(const uint8_t *s)
{
	__fp16 half;

	memcpy(&half, s, sizeof(half));
	return (float)half;
}

/* 32 weights of 0..255, the first 16 in low, as signed ones: each less
 * `minus`, all of one scale. */
static inline struct neon_part part_of(uint8x16_t low, uint8x16_t high,
				       int8_t minus, float scale, float least)
{
	int8x16_t off = vdupq_n_s8(minus);

	return (struct neon_part){ { vsubq_s8(vreinterpretq_s8_u8(low), off),
				     vsubq_s8(vreinterpretq_s8_u8(high), off) },
				   { scale, scale },
				   least,
				   0 };
}

/* Of 16 bytes the lower four bits of each ... */
static inline uint8x16_t low_nibbles(const uint8_t *s)
{
	return vandq_u8(vld1q_u8(s), vdupq_n_u8(15));
}

/* ... the upper four. */
static inline uint8x16_t high_nibbles(const uint8_t *s)
{
	return vshrq_n_u8(vld1q_u8(s), 4);
}

/* Bit i of two bytes becomes 16 in byte i. */
static inline uint8x16_t fifth_bits(const uint8_t *s)
{
	static const uint8_t bits[8] = { 1, 2, 4, 8, 16, 32, 64, 128 };
	uint8x8_t bit = vld1_u8(bits);
	uint8x16_t set = vtstq_u8(vcombine_u8(vdup_n_u8(s[0]), vdup_n_u8(s[1])),
				  vcombine_u8(bit, bit));

	return vandq_u8(set, vdupq_n_u8(16));
}

/* part_TYPE(row, i): the i-th 32 weights of a row, in the layouts of ggml (see
 * quant.c, which reads the same one by one). */
static inline struct neon_part part_q8_0(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)i * 34;

	return part_of(vld1q_u8(s + 2), vld1q_u8(s + 18), 0, half_at(s), 0);
}

/* Nibble k is weight k, its high one weight k + 16; all minus 8. */
static inline struct neon_part part_q4_0(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)i * 18;

	return part_of(low_nibbles(s + 2), high_nibbles(s + 2), 8, half_at(s),
		       0);
}

/* ... not minus 8, but with a least value. */
static inline struct neon_part part_q4_1(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)i * 20;

	return part_of(low_nibbles(s + 4), high_nibbles(s + 4), 0, half_at(s),
		       half_at(s + 2));
}

/* ... with a fifth bit for each, in four bytes; minus 16. */
static inline struct neon_part part_q5_0(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)i * 22;

	return part_of(vorrq_u8(low_nibbles(s + 6), fifth_bits(s + 2)),
		       vorrq_u8(high_nibbles(s + 6), fifth_bits(s + 4)), 16,
		       half_at(s), 0);
}

/* ... and with a least value. */
static inline struct neon_part part_q5_1(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)i * 24;

	return part_of(vorrq_u8(low_nibbles(s + 8), fifth_bits(s + 4)),
		       vorrq_u8(high_nibbles(s + 8), fifth_bits(s + 6)), 0,
		       half_at(s), half_at(s + 2));
}

/* 16 bytes of nibbles, each the number of a value. */
static inline struct neon_part valued(const uint8_t *s, const int8_t *values,
				      float scale)
{
	int8x16_t table = vld1q_s8(values);

	return (struct neon_part){ { vqtbl1q_s8(table, low_nibbles(s)),
				     vqtbl1q_s8(table, high_nibbles(s)) },
				   { scale, scale },
				   0,
				   0 };
}

/* IQ4_NL: 32 weights of one scale. */
static inline struct neon_part part_iq4_nl(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)i * 18;

	return valued(s + 2, quant_iq4, half_at(s));
}

/* MXFP4: the scale is an exponent. */
static inline struct neon_part part_mxfp4(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)i * 17;

	return valued(s + 1, quant_mxfp4, e8m0_half(s[0]));
}

/* IQ4_XS: eight parts, each with a scale of 6 bits. */
static inline struct neon_part part_iq4_xs(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)(i / 8) * 136;

	return valued(s + 8 + i % 8 * 16, quant_iq4,
		      half_at(s) * (float)kernel_iq4_scale(s, i % 8));
}

/* Bits 2k and 2k + 1 of 16 bytes. */
static inline uint8x16_t k_twos(const uint8_t *s, uint32_t k)
{
	uint8x16_t two =
		vshlq_u8(vld1q_u8(s), vdupq_n_s8((int8_t)(-2 * (int)k)));

	return vandq_u8(two, vdupq_n_u8(3));
}

/* Two bits, with a scale and a least value for each 16. */
static inline struct neon_part part_q2_k(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)(i / 8) * 84;
	uint32_t j = i % 8, a = s[2 * j], b = s[2 * j + 1];
	const uint8_t *q = s + 16 + j / 4 * 32;
	float d = half_at(s + 80), dmin = half_at(s + 82);
	struct neon_part p = part_of(k_twos(q, j % 4), k_twos(q + 16, j % 4),
				     0, d * (float)(a & 15),
				     -dmin * (float)(a >> 4));

	p.scale[1] = d * (float)(b & 15);
	p.upper = dmin * ((float)(a >> 4) - (float)(b >> 4));
	return p;
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
		a = (s[j + 4] & 15u) | (uint32_t)(s[j - 4] >> 6) << 4;
		b = (uint32_t)(s[j + 4] >> 4) | (uint32_t)(s[j] >> 6) << 4;
	}
	*scale = (float)a;
	*min = (float)b;
}

/* 16 bytes of which nibble j % 2 counts. */
static inline uint8x16_t k_nibbles(const uint8_t *s, uint32_t j)
{
	return j % 2 ? high_nibbles(s) : low_nibbles(s);
}

/* The same for types with blocks of 256, eight parts each. */
static inline struct neon_part part_q4_k(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)(i / 8) * 144;
	const uint8_t *q = s + 16 + i % 8 / 2 * 32;
	float scale, min;

	scale_min(s + 4, i % 8, &scale, &min);
	return part_of(k_nibbles(q, i), k_nibbles(q + 16, i), 0,
		       half_at(s) * scale, -half_at(s + 2) * min);
}

/* Bit j of 16 bytes becomes 16. */
static inline uint8x16_t k_fifth(const uint8_t *s, uint32_t j)
{
	uint8x16_t set = vtstq_u8(vld1q_u8(s), vdupq_n_u8((uint8_t)(1u << j)));

	return vandq_u8(set, vdupq_n_u8(16));
}

/* ... of five bits: bit i % 8 of 32 bytes is the fifth. */
static inline struct neon_part part_q5_k(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)(i / 8) * 176;
	uint32_t j = i % 8;
	const uint8_t *q = s + 48 + j / 2 * 32;
	float scale, min;

	scale_min(s + 4, j, &scale, &min);
	return part_of(vorrq_u8(k_nibbles(q, j), k_fifth(s + 16, j)),
		       vorrq_u8(k_nibbles(q + 16, j), k_fifth(s + 32, j)), 0,
		       half_at(s) * scale, -half_at(s + 2) * min);
}

/* ... of two bits and a third one, which becomes 4; minus 4, with a scale for
 * each 16. */
static inline struct neon_part part_q3_k(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)(i / 8) * 110;
	uint32_t j = i % 8;
	const uint8_t *q = s + 32 + j / 4 * 32;
	float d = half_at(s + 108);
	int8_t scales[16];
	struct neon_part p = part_of(
		vorrq_u8(k_twos(q, j % 4), vshrq_n_u8(k_fifth(s, j), 2)),
		vorrq_u8(k_twos(q + 16, j % 4),
			 vshrq_n_u8(k_fifth(s + 16, j), 2)),
		4, 0, 0);

	kernel_q3_scales(scales, s + 96);
	p.scale[0] = d * scales[2 * j];
	p.scale[1] = d * scales[2 * j + 1];
	return p;
}

/* Bits 2k and 2k + 1 of 16 bytes become 16 and 32. */
static inline uint8x16_t k_sixth(const uint8_t *s, uint32_t k)
{
	return vshlq_n_u8(k_twos(s, k), 4);
}

/* ... of six bits, minus 32, with a scale for each 16. */
static inline struct neon_part part_q6_k(const uint8_t *row, uint32_t i)
{
	const uint8_t *s = row + (size_t)(i / 8) * 210;
	uint32_t half = i % 8 / 4, k = i % 4;
	const int8_t *scales = (const int8_t *)s + 192 + i % 8 * 2;
	const uint8_t *low = s + half * 64 + k % 2 * 32;
	const uint8_t *high = s + 128 + half * 32;
	float d = half_at(s + 208);
	struct neon_part p = part_of(
		vorrq_u8(k_nibbles(low, k / 2), k_sixth(high, k)),
		vorrq_u8(k_nibbles(low + 16, k / 2), k_sixth(high + 16, k)), 32,
		d * scales[0], 0);

	p.scale[1] = d * scales[1];
	return p;
}

/* Sums of four products in four lanes, or as many in another order: the sum
 * of the lanes is what counts, and it is exact. */
static inline int32x4_t dot16(int32x4_t sum, int8x16_t u, int8x16_t q)
{
#if defined(KERNEL_SDOT)
	return vdotq_s32(sum, u, q);
#else
	/* two products fit 16 bits: |u| <= 128, |q| <= 127 */
	return vpadalq_s16(
		sum,
		vmlal_high_s8(vmull_s8(vget_low_s8(u), vget_low_s8(q)), u, q));
#endif
}

/* sum + d * w . q over a part of one scale; least is not in it. */
static inline float32x4_t add_even(const struct neon_part *p, float d,
				   const int8_t *q, float32x4_t sum)
{
	int32x4_t all = dot16(vdupq_n_s32(0), p->u[0], vld1q_s8(q));

	all = dot16(all, p->u[1], vld1q_s8(q + 16));
	return vfmaq_n_f32(sum, vcvtq_f32_s32(all), p->scale[0] * d);
}

/* The same for a part whose halves have a scale each. */
static inline float32x4_t add_halves(const struct neon_part *p, float d,
				     const int8_t *q, float32x4_t sum)
{
	for (int k = 0; k < 2; k++) {
		int32x4_t all =
			dot16(vdupq_n_s32(0), p->u[k], vld1q_s8(q + 16 * k));

		sum = vfmaq_n_f32(sum, vcvtq_f32_s32(all), p->scale[k] * d);
	}
	return sum;
}

/* A row of one type times n_tokens <= TILE tokens: two parts at once, each
 * with sums of its own, so that one need not wait for the other. */
#define DOT_ROW(name, add)                                                     \
	static inline void dot_##name(float *out, size_t stride,               \
				      const uint8_t *row,                      \
				      const struct kernel_q8 *x,               \
				      uint32_t n_parts, uint32_t n_tokens)     \
	{                                                                      \
		float32x4_t sums[TILE][2];                                     \
		float least[TILE];                                             \
		for (uint32_t t = 0; t < n_tokens; t++) {                      \
			sums[t][0] = sums[t][1] = vdupq_n_f32(0);              \
			least[t] = 0;                                          \
		}                                                              \
		for (uint32_t i = 0; i < n_parts; i++) {                       \
			const struct neon_part p = part_##name(row, i);        \
			for (uint32_t t = 0; t < n_tokens; t++) {              \
				sums[t][i % 2] =                               \
					add(&p, x[t].d[i],                     \
					    x[t].q + (size_t)i * KERNEL_BLOCK, \
					    sums[t][i % 2]);                   \
				least[t] += p.least * x[t].sums[i] +           \
					    p.upper * x[t].upper[i];           \
			}                                                      \
		}                                                              \
		for (uint32_t t = 0; t < n_tokens; t++)                        \
			out[t * stride] = vaddvq_f32(vaddq_f32(sums[t][0],     \
							       sums[t][1])) +  \
					  least[t];                            \
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

DOT_ROW(q8_0, add_even)
DOT_ROW(q4_0, add_even)
DOT_ROW(q4_1, add_even)
DOT_ROW(q5_0, add_even)
DOT_ROW(q5_1, add_even)
DOT_ROW(iq4_nl, add_even)
DOT_ROW(mxfp4, add_even)
DOT_ROW(q2_k, add_halves)
DOT_ROW(q3_k, add_halves)
DOT_ROW(q4_k, add_even)
DOT_ROW(q5_k, add_even)
DOT_ROW(q6_k, add_halves)
DOT_ROW(iq4_xs, add_even)

/* --- floats ------------------------------------------------------------- */

typedef float32x4_t lanes;
enum { LANES = 4, TILE_ROWS = 4, TILE_X = 4, FAR_ROWS = false };
enum { BYTES_SIDES = 1, BYTES_X = 4 };
#define LANES_ZERO()	    vdupq_n_f32(0)
#define LANES_SET(v)	    vdupq_n_f32(v)
#define LANES_LOAD(s)	    vld1q_f32(s)
#define LANES_STORE(s, v)   vst1q_f32(s, v)
#define LANES_FMA(a, b, c)  vfmaq_f32(c, a, b)
#define LANES_FNMA(a, b, c) vfmsq_f32(c, a, b)
#define LANES_ADD(a, b)	    vaddq_f32(a, b)
#define LANES_SUB(a, b)	    vsubq_f32(a, b)
#define LANES_MUL(a, b)	    vmulq_f32(a, b)
#define LANES_DIV(a, b)	    vdivq_f32(a, b)
#define LANES_MAX(a, b)	    vmaxq_f32(a, b)
#define LANES_ROUND(v)	    vrndnq_f32(v)
#define LANES_POW2(n)                                                          \
	vreinterpretq_f32_s32(vshlq_n_s32(                                     \
		vaddq_s32(vcvtq_s32_f32(n), vdupq_n_s32(127)), 23))
#define LANES_ABOVE(v, x, least)                                               \
	vreinterpretq_f32_u32(vandq_u32(vreinterpretq_u32_f32(v),              \
					vcgtq_f32(x, vdupq_n_f32(least))))
#define LANES_SUM4(out, a, b, c, d)                                            \
	vst1q_f32(out, vpaddq_f32(vpaddq_f32(a, b), vpaddq_f32(c, d)))
#define LANES_HALVES(s)                                                        \
	vcvt_f32_f16(vreinterpret_f16_u8(vld1_u8((const uint8_t *)(s))))
#define LANES_BYTES(s) four_bytes(s)
#define LANES_BF16(s)                                                          \
	vreinterpretq_f32_u32(vshll_n_u16(                                     \
		vreinterpret_u16_u8(vld1_u8((const uint8_t *)(s))), 16))

static inline float32x4_t four_bytes(const int8_t *s)
{
	uint32_t bits;

	memcpy(&bits, s, sizeof(bits));
	return vcvtq_f32_s32(
		vmovl_s16(vget_low_s16(vmovl_s8(vcreate_s8(bits)))));
}

typedef int32x4_t words;
#define WORDS_ZERO()	     vdupq_n_s32(0)
#define WORDS_LOAD(s)                                                          \
	vreinterpretq_s32_u8(vld1q_u8((const uint8_t *)(s)))
#define WORDS_STORE(s, v)    vst1q_s32(s, v)
#define WORDS_ADD(a, b)	     vaddq_s32(a, b)
#define WORDS_EVEN(v)	     vandq_s32(v, vdupq_n_s32(0x00ff00ff))
#define WORDS_ODD(v)                                                           \
	vreinterpretq_s32_u16(vshrq_n_u16(vreinterpretq_u16_s32(v), 8))
#define WORDS_KEEP(v)	  __asm__("" : "+w"(v))
#define WORDS_PAIRS(s, v, w) vaddq_s32(s, pairs(vreinterpretq_s16_s32(v), w))
#define WORDS_BELOW(s, v, least)                                               \
	vsubq_s32(s, vreinterpretq_s32_u32(vcltq_s32(v, vdupq_n_s32(least))))
#define WORDS_AT_LEAST(v, least) at_least_bits(vcgeq_s32(v, vdupq_n_s32(least)))

/* Halves of each word times w[0] and w[1], added. */
static inline int32x4_t pairs(int16x8_t v, const int16_t *w)
{
	int16x4_t both = vzip1_s16(vdup_n_s16(w[0]), vdup_n_s16(w[1]));

	return vpaddq_s32(vmull_s16(vget_low_s16(v), both),
			  vmull_s16(vget_high_s16(v), both));
}

/* A bit for each word that is all ones. */
static inline uint32_t at_least_bits(uint32x4_t yes)
{
	static const uint32_t bits[] = { 1, 2, 4, 8 };

	return vaddvq_u32(vandq_u32(yes, vld1q_u32(bits)));
}

#include "model/kernel_lanes.h"

/* --- activations -------------------------------------------------------- */

/* As the scalar one, to the bit: halves go to even, too. */
static void quantize(struct kernel_q8 out, const float *v, uint32_t n)
{
	for (uint32_t b = 0; b < n / KERNEL_BLOCK; b++, v += KERNEL_BLOCK) {
		int8_t *q = out.q + (size_t)b * KERNEL_BLOCK;
		float32x4_t most = vdupq_n_f32(0);
		int sums[2] = { 0 };
		float top, inverse;

		for (int i = 0; i < KERNEL_BLOCK; i += 4)
			most = vmaxq_f32(most, vabsq_f32(vld1q_f32(v + i)));
		top = vmaxvq_f32(most);
		inverse = top > 0 ? 127 / top : 0;
		for (int i = 0; i < KERNEL_BLOCK; i += 8) {
			int16x4_t a = vmovn_s32(vcvtnq_s32_f32(
				vmulq_n_f32(vld1q_f32(v + i), inverse)));
			int16x4_t c = vmovn_s32(vcvtnq_s32_f32(
				vmulq_n_f32(vld1q_f32(v + i + 4), inverse)));
			int16x8_t both = vcombine_s16(a, c);

			vst1_s8(q + i, vmovn_s16(both));
			sums[i / 16] += vaddvq_s16(both);
		}
		out.d[b] = top / 127;
		out.upper[b] = out.d[b] * (float)sums[1];
		out.sums[b] = out.d[b] * (float)(sums[0] + sums[1]);
	}
}

#endif
