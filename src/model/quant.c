/*
 * Each type says how one block becomes floats, straight from the layout of
 * ggml: slow, and what the kernels are tested against.
 */
#include "model/quant.h"

#include <string.h>

/* --- halves ------------------------------------------------------------- */

static float from_bits(uint32_t bits)
{
	float value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static uint32_t to_bits(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

float half_to_float(uint16_t half)
{
	uint32_t sign = (uint32_t)(half & 0x8000) << 16;
	uint32_t exponent = half >> 10 & 0x1f, fraction = half & 0x3ff;

	if (exponent == 0x1f)
		return from_bits(sign | 0x7f800000 | fraction << 13);
	if (exponent)
		return from_bits(sign | (exponent + 112) << 23 |
				 fraction << 13);
	/* zero and the numbers too small for an exponent: n * 2^-24 */
	return (sign ? -1.0f : 1.0f) * (float)fraction * 0x1p-24f;
}

/* n / 2^shift, rounded to the nearest, to even at a half. */
static uint32_t round_off(uint32_t n, uint32_t shift)
{
	uint32_t half = 1u << (shift - 1), rest = n & ((half << 1) - 1);

	n >>= shift;
	return n + (rest > half || (rest == half && n & 1));
}

uint16_t float_to_half(float value)
{
	uint32_t bits = to_bits(value), sign = bits >> 16 & 0x8000;
	uint32_t size = bits & 0x7fffffff;

	if (size > 0x7f800000)
		return (uint16_t)(sign | 0x7e00 | (size >> 13 & 0x1ff));
	if (size >= 0x477ff000) /* rounds to 65536 or more */
		return (uint16_t)(sign | 0x7c00);
	if (size >= 0x38800000) /* has an exponent as a half */
		return (uint16_t)(sign | round_off(size - 0x38000000, 13));
	if (size < 0x33000000) /* at most half of the least */
		return (uint16_t)sign;
	return (uint16_t)(sign | round_off((size & 0x7fffff) | 0x800000,
					   126 - (size >> 23)));
}

float bf16_to_float(uint16_t value)
{
	return from_bits((uint32_t)value << 16);
}

uint16_t float_to_bf16(float value)
{
	uint32_t bits = to_bits(value);

	if ((bits & 0x7fffffff) > 0x7f800000)
		return (uint16_t)(bits >> 16 | 0x40);
	return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

float e8m0_half(uint8_t exponent)
{
	return from_bits(exponent < 2 ? 0x200000u << exponent
				      : (exponent - 1u) << 23);
}

static uint16_t half_word_at(const void *s)
{
	uint16_t half;

	memcpy(&half, s, sizeof(half));
	return quant_turn(half);
}

static float half_at(const unsigned char *s)
{
	return half_to_float(half_word_at(s));
}

/* A float's bits, or the fifth bits of 32 numbers. */
static uint32_t word_at(const unsigned char *s)
{
	return s[0] | (uint32_t)s[1] << 8 | (uint32_t)s[2] << 16 |
	       (uint32_t)s[3] << 24;
}

/* --- plain types -------------------------------------------------------- */

static void f32_to_f32(float *out, const void *row, size_t n)
{
	if (!QUANT_TURNS)
		memcpy(out, row, n * sizeof(*out));
	for (size_t i = 0; QUANT_TURNS && i < n; i++)
		out[i] = from_bits(word_at((const unsigned char *)row + 4 * i));
}

static void f16_to_f32(float *out, const void *row, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = half_at((const unsigned char *)row + 2 * i);
}

static void bf16_to_f32(float *out, const void *row, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = bf16_to_float(
			half_word_at((const unsigned char *)row + 2 * i));
}

/* --- blocks of 32: a scale d, perhaps a least value m ------------------- */

/* d, 32 signed bytes */
static void q8_0_to_f32(float *out, const void *row, size_t n)
{
	const unsigned char *s = row;

	for (; n; n -= 32, s += 34, out += 32) {
		float d = half_at(s);

		for (int i = 0; i < 32; i++)
			out[i] = d * (float)(int8_t)s[2 + i];
	}
}

/* d, 16 bytes: low nibbles are the first 16, high ones the others; - 8 */
static void q4_0_to_f32(float *out, const void *row, size_t n)
{
	const unsigned char *s = row;

	for (; n; n -= 32, s += 18, out += 32) {
		float d = half_at(s);

		for (int i = 0; i < 16; i++) {
			out[i] = d * (float)((s[2 + i] & 15) - 8);
			out[16 + i] = d * (float)((s[2 + i] >> 4) - 8);
		}
	}
}

/* d, m, 16 bytes */
static void q4_1_to_f32(float *out, const void *row, size_t n)
{
	const unsigned char *s = row;

	for (; n; n -= 32, s += 20, out += 32) {
		float d = half_at(s), m = half_at(s + 2);

		for (int i = 0; i < 16; i++) {
			out[i] = d * (float)(s[4 + i] & 15) + m;
			out[16 + i] = d * (float)(s[4 + i] >> 4) + m;
		}
	}
}

/* d, 4 bytes of fifth bits, 16 bytes; - 16 */
static void q5_0_to_f32(float *out, const void *row, size_t n)
{
	const unsigned char *s = row;

	for (; n; n -= 32, s += 22, out += 32) {
		float d = half_at(s);
		uint32_t high = word_at(s + 2);

		for (int i = 0; i < 16; i++) {
			int a = (s[6 + i] & 15) | (int)(high >> i & 1) << 4;
			int b = (s[6 + i] >> 4) | (int)(high >> (i + 16) & 1)
							  << 4;

			out[i] = d * (float)(a - 16);
			out[16 + i] = d * (float)(b - 16);
		}
	}
}

/* d, m, 4 bytes of fifth bits, 16 bytes */
static void q5_1_to_f32(float *out, const void *row, size_t n)
{
	const unsigned char *s = row;

	for (; n; n -= 32, s += 24, out += 32) {
		float d = half_at(s), m = half_at(s + 2);
		uint32_t high = word_at(s + 4);

		for (int i = 0; i < 16; i++) {
			int a = (s[8 + i] & 15) | (int)(high >> i & 1) << 4;
			int b = (s[8 + i] >> 4) | (int)(high >> (i + 16) & 1)
							  << 4;

			out[i] = d * (float)a + m;
			out[16 + i] = d * (float)b + m;
		}
	}
}

/* 16 bytes: low nibbles are the first 16 and high ones the others, each the
 * number of a value. */
static void valued(float *out, const unsigned char *s, float d,
		   const int8_t values[16])
{
	for (int i = 0; i < 16; i++) {
		out[i] = d * (float)values[s[i] & 15];
		out[16 + i] = d * (float)values[s[i] >> 4];
	}
}

const int8_t quant_iq4[16] = { -127, -104, -83, -65, -49, -35, -22, -10,
			       1,    13,   25,	38,  53,  69,  89,  113 };
const int8_t quant_mxfp4[16] = { 0, 1,	2,  3,	4,  6,	8,  12,
				 0, -1, -2, -3, -4, -6, -8, -12 };

/* d, 16 bytes */
static void iq4_nl_to_f32(float *out, const void *row, size_t n)
{
	const unsigned char *s = row;

	for (; n; n -= 32, s += 18, out += 32)
		valued(out, s + 2, half_at(s), quant_iq4);
}

/* an exponent, 16 bytes */
static void mxfp4_to_f32(float *out, const void *row, size_t n)
{
	const unsigned char *s = row;

	for (; n; n -= 32, s += 17, out += 32)
		valued(out, s + 1, e8m0_half(s[0]), quant_mxfp4);
}

/* --- blocks of 256 ------------------------------------------------------ */

/* 16 bytes: scales in the low nibbles, least values in the high ones, of 16
 * weights each; 64 bytes, 2 bits of every 32nd weight of a half; d, dmin */
static void q2_k_to_f32(float *out, const void *row, size_t n)
{
	const unsigned char *s = row;

	for (; n; n -= 256, s += 84, out += 256) {
		float d = half_at(s + 80), dmin = half_at(s + 82);

		for (int i = 0; i < 256; i++) {
			int v = s[16 + i / 128 * 32 + i % 32] >>
					i % 128 / 32 * 2 &
				3;
			int scale = s[i / 16];

			out[i] = d * (float)(scale & 15) * (float)v -
				 dmin * (float)(scale >> 4);
		}
	}
}

/* The j-th of 16 scales, 6 bits each, in 12 bytes; - 32. */
static float q3_scale(const unsigned char *s, int j)
{
	int low = j < 8 ? s[j] & 15 : s[j - 8] >> 4;

	return (float)((low | (s[8 + j % 4] >> j / 4 * 2 & 3) << 4) - 32);
}

/* 32 bytes of third bits, 64 of two, 12 of scales, d; - 4 */
static void q3_k_to_f32(float *out, const void *row, size_t n)
{
	const unsigned char *s = row;

	for (; n; n -= 256, s += 110, out += 256) {
		float d = half_at(s + 108);

		for (int i = 0; i < 256; i++) {
			int low = s[32 + i / 128 * 32 + i % 32] >>
					  i % 128 / 32 * 2 &
				  3;
			int v = low | (s[i % 32] >> i / 32 & 1) << 2;

			out[i] = d * q3_scale(s + 96, i / 16) * (float)(v - 4);
		}
	}
}

/* The j-th of 8 scales and least values, 6 bits each, in 12 bytes. */
static void scale_min(const unsigned char *s, int j, float *scale, float *min)
{
	if (j < 4) {
		*scale = (float)(s[j] & 63);
		*min = (float)(s[j + 4] & 63);
	} else {
		*scale = (float)((s[j + 4] & 15) | (s[j - 4] >> 6) << 4);
		*min = (float)((s[j + 4] >> 4) | (s[j] >> 6) << 4);
	}
}

/* d, dmin, 12 bytes of scales, 128 bytes: 4 times 32 low then 32 high
 * nibbles */
static void q4_k_to_f32(float *out, const void *row, size_t n)
{
	const unsigned char *s = row;

	for (; n; n -= 256, s += 144, out += 256) {
		float d = half_at(s), dmin = half_at(s + 2), scale, min;

		for (int j = 0; j < 8; j++) {
			const unsigned char *q = s + 16 + j / 2 * 32;
			int shift = j % 2 * 4;

			scale_min(s + 4, j, &scale, &min);
			for (int i = 0; i < 32; i++)
				out[j * 32 + i] =
					d * scale *
						(float)(q[i] >> shift & 15) -
					dmin * min;
		}
	}
}

/* the same with 32 bytes of fifth bits before the nibbles */
static void q5_k_to_f32(float *out, const void *row, size_t n)
{
	const unsigned char *s = row;

	for (; n; n -= 256, s += 176, out += 256) {
		float d = half_at(s), dmin = half_at(s + 2), scale, min;

		for (int j = 0; j < 8; j++) {
			const unsigned char *q = s + 48 + j / 2 * 32;

			scale_min(s + 4, j, &scale, &min);
			for (int i = 0; i < 32; i++) {
				int v = (q[i] >> j % 2 * 4 & 15) |
					(s[16 + i] >> j & 1) << 4;

				out[j * 32 + i] =
					d * scale * (float)v - dmin * min;
			}
		}
	}
}

/* 128 bytes of low nibbles, 64 of two high bits, 16 signed scales, d; - 32 */
static void q6_k_to_f32(float *out, const void *row, size_t n)
{
	const unsigned char *s = row;

	for (; n; n -= 256, s += 210, out += 256) {
		const int8_t *scales = (const int8_t *)s + 192;
		float d = half_at(s + 208);

		for (int i = 0; i < 256; i++) {
			int half = i / 128, k = i % 128, l = k % 32;
			int low = s[half * 64 + l + (k / 32 % 2) * 32];
			int high = s[128 + half * 32 + l] >> k / 32 * 2 & 3;
			int v = (k < 64 ? low & 15 : low >> 4) | high << 4;

			out[i] = d * (float)scales[i / 16] * (float)(v - 32);
		}
	}
}

/* d, 2 bytes of the scales' upper two bits, 4 of their lower four, 128 bytes:
 * 8 times 16, as in IQ4_NL */
static void iq4_xs_to_f32(float *out, const void *row, size_t n)
{
	const unsigned char *s = row;

	for (; n; n -= 256, s += 136, out += 256) {
		float d = half_at(s);

		for (int j = 0; j < 8; j++) {
			int low = s[4 + j / 2] >> j % 2 * 4 & 15;
			int high = s[2 + j / 4] >> j % 4 * 2 & 3;

			valued(out + 32 * j, s + 8 + 16 * j,
			       d * (float)((low | high << 4) - 32), quant_iq4);
		}
	}
}

const struct quant quants[] = {
	{ GGML_F32, "F32", 1, 4, f32_to_f32 },
	{ GGML_F16, "F16", 1, 2, f16_to_f32 },
	{ GGML_BF16, "BF16", 1, 2, bf16_to_f32 },
	{ GGML_Q8_0, "Q8_0", 32, 34, q8_0_to_f32 },
	{ GGML_Q4_0, "Q4_0", 32, 18, q4_0_to_f32 },
	{ GGML_Q4_1, "Q4_1", 32, 20, q4_1_to_f32 },
	{ GGML_Q5_0, "Q5_0", 32, 22, q5_0_to_f32 },
	{ GGML_Q5_1, "Q5_1", 32, 24, q5_1_to_f32 },
	{ GGML_IQ4_NL, "IQ4_NL", 32, 18, iq4_nl_to_f32 },
	{ GGML_MXFP4, "MXFP4", 32, 17, mxfp4_to_f32 },
	{ GGML_Q2_K, "Q2_K", 256, 84, q2_k_to_f32 },
	{ GGML_Q3_K, "Q3_K", 256, 110, q3_k_to_f32 },
	{ GGML_Q4_K, "Q4_K", 256, 144, q4_k_to_f32 },
	{ GGML_Q5_K, "Q5_K", 256, 176, q5_k_to_f32 },
	{ GGML_Q6_K, "Q6_K", 256, 210, q6_k_to_f32 },
	{ GGML_IQ4_XS, "IQ4_XS", 256, 136, iq4_xs_to_f32 },
};
const size_t n_quants = ARRAY_LEN(quants);

const struct quant *quant_of(uint32_t type)
{
	for (size_t i = 0; i < n_quants; i++)
		if ((uint32_t)quants[i].type == type)
			return &quants[i];
	return NULL;
}

/* Types of ggml's that files may hold and nothing here reads. */
static const struct {
	uint32_t type;
	const char *name;
} others[] = {
	{ 4, "Q4_2" },	      { 5, "Q4_3" },	    { 9, "Q8_1" },
	{ 15, "Q8_K" },	      { 16, "IQ2_XXS" },    { 17, "IQ2_XS" },
	{ 18, "IQ3_XXS" },    { 19, "IQ1_S" },	    { 21, "IQ3_S" },
	{ 22, "IQ2_S" },      { 24, "I8" },	    { 25, "I16" },
	{ 26, "I32" },	      { 27, "I64" },	    { 28, "F64" },
	{ 29, "IQ1_M" },      { 31, "Q4_0_4_4" },   { 32, "Q4_0_4_8" },
	{ 33, "Q4_0_8_8" },   { 34, "TQ1_0" },	    { 35, "TQ2_0" },
	{ 36, "IQ4_NL_4_4" }, { 37, "IQ4_NL_4_8" }, { 38, "IQ4_NL_8_8" },
	{ 40, "NVFP4" },      { 41, "Q1_0" },	    { 42, "Q2_0" },
};

const char *quant_name(uint32_t type)
{
	const struct quant *known = quant_of(type);

	for (size_t i = 0; !known && i < ARRAY_LEN(others); i++)
		if (others[i].type == type)
			return others[i].name;
	return known ? known->name : NULL;
}

size_t quant_row_bytes(const struct quant *q, uint64_t n)
{
	return (size_t)(n / (uint64_t)q->n_block * (uint64_t)q->block_bytes);
}
