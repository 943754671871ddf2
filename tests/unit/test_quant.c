/*
 * quant.c: all halves, and blocks whose numbers are written out by hand from
 * the layouts in ggml-common.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/quant.h"

/* IEEE 754 binary16, by its definition. */
static double half_value(uint16_t half)
{
	int exponent = half >> 10 & 31, fraction = half & 1023;
	double sign = half & 0x8000 ? -1 : 1;

	if (exponent == 31)
		return fraction ? NAN : sign * INFINITY;
	if (!exponent)
		return sign * ldexp(fraction, -24);
	return sign * ldexp(1024 + fraction, exponent - 25);
}

static void halves(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 65536; i++) {
		uint16_t half = (uint16_t)i;
		double want = half_value(half);
		float got = half_to_float(half);

		if (isnan(want)) {
			assert_true(isnan(got));
			assert_true(isnan(half_to_float(float_to_half(got))));
			continue;
		}
		assert_true((double)got == want);
		assert_int_equal(float_to_half(got), half);
	}
}

/* To the nearest; at the middle to the even one. */
static void rounding(void **state)
{
	(void)state;
	srand(1);
	for (uint32_t i = 0; i < 0x7bff; i++) {
		double low = half_value((uint16_t)i);
		double high = half_value((uint16_t)(i + 1));
		float middle = (float)((low + high) / 2);
		uint16_t even = (uint16_t)(i % 2 ? i + 1 : i);

		assert_int_equal(float_to_half(middle), even);
		assert_int_equal(float_to_half(nextafterf(middle, 0)), i);
		assert_int_equal(float_to_half(nextafterf(middle, 1e9f)),
				 i + 1);
		assert_int_equal(float_to_half(-middle), even | 0x8000);
	}
	assert_int_equal(float_to_half(65520), 0x7c00);
	assert_int_equal(float_to_half(65519.99f), 0x7bff);
	assert_int_equal(float_to_half(1e-10f), 0);
	assert_int_equal(float_to_half(-INFINITY), 0xfc00);
	for (int round = 0; round < 100000; round++) {
		uint32_t bits = (uint32_t)rand() << 8 ^ (uint32_t)rand();
		float value;
		uint16_t b;

		memcpy(&value, &bits, 4);
		if (isnan(value))
			continue;
		b = float_to_bf16(value);
		if (isinf(bf16_to_float(b)))
			continue;
		assert_true(fabs((double)bf16_to_float(b) - (double)value) <=
			    ldexp(fabs((double)value), -8) + 5e-41);
	}
}

/* ggml-common.h: kvalues_iq4nl, kvalues_mxfp4 (which are doubled there). */
static const double iq4_values[] = { -127, -104, -83, -65, -49, -35, -22, -10,
				     1,	   13,	 25,  38,  53,	69,  89,  113 };
static const double mxfp4_values[] = { 0,   0.5,  1,  1.5,  2,	3,  4,	6,
				       -0., -0.5, -1, -1.5, -2, -3, -4, -6 };

/* Where a block has its scale. */
static int scale_at(enum ggml_type type)
{
	return type == GGML_Q6_K   ? 208
	       : type == GGML_Q3_K ? 108
	       : type == GGML_Q2_K ? 80
				   : 0;
}

/* Numbers of files have their lowest byte first, on every machine. */
static uint32_t low_first(const unsigned char *s, int n)
{
	uint32_t value = 0;

	while (n-- > 0)
		value = value << 8 | s[n];
	return value;
}

/* The scales of Q3_K, 12 bytes: as dequantize_row_q3_K() shuffles words. */
static int q3_scale(const unsigned char *s, int j)
{
	uint32_t aux[4], tmp;

	for (int i = 0; i < 3; i++)
		aux[i] = low_first(s + 4 * i, 4);
	tmp = aux[2];
	aux[2] = (aux[0] >> 4 & 0x0f0f0f0f) | (tmp >> 4 & 0x03030303) << 4;
	aux[3] = (aux[1] >> 4 & 0x0f0f0f0f) | (tmp >> 6 & 0x03030303) << 4;
	aux[0] = (aux[0] & 0x0f0f0f0f) | (tmp & 0x03030303) << 4;
	aux[1] = (aux[1] & 0x0f0f0f0f) | (tmp >> 2 & 0x03030303) << 4;
	return (int8_t)(aux[j / 4] >> 8 * (j % 4)) - 32;
}

/* The i-th number of a block, one at a time and bit by bit. */
static double number(enum ggml_type type, const unsigned char *s, int i)
{
	double d = 0, m = 0;
	int low, high, j = i / 32, scale, least;

	d = half_value((uint16_t)low_first(s + scale_at(type), 2));
	m = half_value((uint16_t)low_first(s + (type == GGML_Q2_K ? 82 : 2),
					   2));
	switch (type) {
	case GGML_Q8_0:
		return d * (int8_t)s[2 + i];
	case GGML_Q4_0:
		return d * ((s[2 + i % 16] >> (i / 16 * 4) & 15) - 8);
	case GGML_Q4_1:
		return d * (s[4 + i % 16] >> (i / 16 * 4) & 15) + m;
	case GGML_Q5_0:
		low = s[6 + i % 16] >> (i / 16 * 4) & 15;
		high = s[2 + i / 8] >> i % 8 & 1;
		return d * (low + 16 * high - 16);
	case GGML_Q5_1:
		low = s[8 + i % 16] >> (i / 16 * 4) & 15;
		high = s[4 + i / 8] >> i % 8 & 1;
		return d * (low + 16 * high) + m;
	case GGML_Q4_K:
	case GGML_Q5_K:
		if (j < 4) {
			scale = s[4 + j] & 63;
			least = s[8 + j] & 63;
		} else {
			scale = (s[8 + j] & 15) | (s[j] >> 6) << 4;
			least = s[8 + j] >> 4 | (s[4 + j] >> 6) << 4;
		}
		low = s[(type == GGML_Q4_K ? 16 : 48) + i / 64 * 32 + i % 32] >>
			      (i / 32 % 2 * 4) &
		      15;
		high = type == GGML_Q5_K ? s[16 + i % 32] >> j & 1 : 0;
		return d * scale * (low + 16 * high) - m * least;
	case GGML_IQ4_NL:
		return d * iq4_values[s[2 + i % 16] >> (i / 16 * 4) & 15];
	case GGML_MXFP4:
		return ldexp(1, s[0] - 127) *
		       mxfp4_values[s[1 + i % 16] >> (i / 16 * 4) & 15];
	case GGML_IQ4_XS:
		scale = (s[4 + j / 2] >> 4 * (j % 2) & 15) |
			(int)(low_first(s + 2, 2) >> 2 * j & 3) << 4;
		return d * (scale - 32) *
		       iq4_values[s[8 + j * 16 + i % 16] >> (i / 16 % 2 * 4) &
				  15];
	case GGML_Q2_K:
		low = s[16 + i / 128 * 32 + i % 32] >> (i % 128 / 32 * 2) & 3;
		return d * (s[i / 16] & 15) * low - m * (s[i / 16] >> 4);
	case GGML_Q3_K:
		low = s[32 + i / 128 * 32 + i % 32] >> (i % 128 / 32 * 2) & 3;
		high = s[i % 32] >> (i / 128 * 4 + i % 128 / 32) & 1;
		return d * q3_scale(s + 96, i / 16) * (low - 4 * !high);
	case GGML_Q6_K:
		low = s[i / 128 * 64 + i % 64] >> (i % 128 / 64 * 4) & 15;
		high = s[128 + i / 128 * 32 + i % 32] >> (i % 128 / 32 * 2) & 3;
		return d * (int8_t)s[192 + i / 16] * (low + 16 * high - 32);
	default:
		return NAN;
	}
}

static void blocks(void **state)
{
	unsigned char row[3 * 256];
	float out[512];

	(void)state;
	srand(2);
	for (size_t k = 0; k < n_quants; k++) {
		const struct quant *q = &quants[k];

		if (q->n_block == 1)
			continue;
		for (int round = 0; round < 200; round++) {
			for (size_t i = 0; i < sizeof(row); i++)
				row[i] = (unsigned char)(rand() >> 4);
			for (int b = 0; b < 2; b++) { /* finite scales */
				unsigned char *s = row + b * q->block_bytes;

				s[1] &= 0xbf;
				s[3] &= 0xbf;
				s[scale_at(q->type) + 1] &= 0xbf;
				if (q->type == GGML_Q2_K)
					s[83] &= 0xbf;
				if (q->type == GGML_MXFP4)
					s[0] &= 0x8f;
			}
			q->to_f32(out, row, (size_t)q->n_block * 2);
			for (int i = 0; i < q->n_block * 2; i++) {
				double want = number(
					q->type,
					row + i / q->n_block * q->block_bytes,
					i % q->n_block);

				assert_true(fabs((double)out[i] - want) <=
					    fabs(want) * 1e-5 + 1e-4);
			}
		}
	}
}

static void the_table(void **state)
{
	(void)state;
	assert_null(quant_of(4)); /* Q4_2, which is no more */
	assert_null(quant_of(1000));
	assert_string_equal(quant_name(22), "IQ2_S");
	assert_string_equal(quant_name(GGML_MXFP4), "MXFP4");
	assert_null(quant_name(1000));
	for (size_t i = 0; i < n_quants; i++) /* each is there once */
		assert_ptr_equal(quant_of(quants[i].type), &quants[i]);
	assert_int_equal(quant_row_bytes(quant_of(GGML_Q4_K), 512), 288);
	assert_int_equal(quant_row_bytes(quant_of(GGML_F16), 7), 14);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(halves),
		cmocka_unit_test(rounding),
		cmocka_unit_test(blocks),
		cmocka_unit_test(the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
