/*
 * Every set of kernels that this CPU can run, beside double precision; and
 * beside itself: rows cut anywhere, tokens alone or together.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "model/kernel.h"

enum { ROWS = 7, COLS = 512, TOKENS = 16 };

/* Columns: whole groups of blocks, and what is left of one. */
static const uint32_t columns[] = { 512, 256, 32, 64, 96, 320, 448, 480, 5 };

static const char *const names[] = { "scalar", "avx2", "avx2-many", "avx512",
				     "amx", "neon", "dotprod" };

static float uniform(void)
{
	return (float)rand() / (float)RAND_MAX * 2 - 1;
}

/* As a file has it. */
static uint16_t half(float value)
{
	return quant_turn(float_to_half(value));
}

/* Blocks whose scales are small random halves; other bytes are random, or all
 * the same. */
static void rows_of(const struct quant *q, unsigned char *out, size_t n_weights,
		    int byte)
{
	/* where a block keeps its scale, and a second one */
	static const struct {
		enum ggml_type type;
		int at, second;
	} scales[] = {
		{ GGML_Q8_0, 0, -1 },	{ GGML_Q4_0, 0, -1 },
		{ GGML_Q4_1, 0, 2 },	{ GGML_Q5_0, 0, -1 },
		{ GGML_Q5_1, 0, 2 },	{ GGML_Q4_K, 0, 2 },
		{ GGML_Q5_K, 0, 2 },	{ GGML_Q6_K, 208, -1 },
		{ GGML_IQ4_NL, 0, -1 }, { GGML_IQ4_XS, 0, -1 },
		{ GGML_Q2_K, 80, 82 },	{ GGML_Q3_K, 108, -1 },
	};

	for (size_t i = 0; i < n_weights; i += (size_t)q->n_block) {
		for (int k = 0; k < q->block_bytes; k++)
			out[k] = (unsigned char)(byte < 0 ? rand() >> 5 : byte);
		for (size_t s = 0; s < ARRAY_LEN(scales); s++) {
			uint16_t a = half(uniform() * 0.1f);
			uint16_t b = half(uniform() * 0.1f);

			if (scales[s].type != q->type)
				continue;
			memcpy(out + scales[s].at, &a, 2);
			if (scales[s].second >= 0)
				memcpy(out + scales[s].second, &b, 2);
		}
		if (q->type == GGML_MXFP4)
			out[0] = (unsigned char)(112 + rand() % 12);
		if (q->type == GGML_F32) {
			float value = uniform(), turned;

			q->to_f32(&turned, &value, 1);
			memcpy(out, &turned, 4);
		} else if (q->type == GGML_F16) {
			uint16_t value = half(uniform());

			memcpy(out, &value, 2);
		} else if (q->type == GGML_BF16) {
			uint16_t value = quant_turn(float_to_bf16(uniform()));

			memcpy(out, &value, 2);
		}
		out += q->block_bytes;
	}
}

static void random_rows(const struct quant *q, unsigned char *out,
			size_t n_weights)
{
	rows_of(q, out, n_weights, -1);
}

static void check_type(const struct quant *q, uint32_t n_cols)
{
	size_t row = quant_row_bytes(q, n_cols);
	unsigned char *data = malloc(ROWS * row + 1);
	struct kernel_rows w = { q->type, data + 1, n_cols,
				 row }; /* unaligned */
	float x[TOKENS * COLS], weights[COLS];
	float got[TOKENS][ROWS], other[TOKENS][ROWS];
	struct kernel_x all = { 0 }, one = { 0 };

	random_rows(q, data + 1, (size_t)ROWS * n_cols);
	for (int t = 0; t < TOKENS; t++)
		for (uint32_t i = 0; i < n_cols; i++)
			x[(uint32_t)t * n_cols + i] =
				uniform() * (float)(1 + t);
	kernel_x_set(&all, q->type, x, n_cols, TOKENS);
	kernel_mul(got[0], ROWS, &w, 0, ROWS, &all);
	for (int r = 0; r < ROWS; r++) {
		q->to_f32(weights, data + 1 + (size_t)r * row, n_cols);
		for (int t = 0; t < TOKENS; t++) {
			double sum = 0, size = 0, limit;

			for (uint32_t i = 0; i < n_cols; i++) {
				sum += (double)weights[i] *
				       (double)x[(uint32_t)t * n_cols + i];
				size += fabs((double)weights[i]);
			}
			/* an activation is off by half a step of its block,
			 * 1/254 of the greatest; as floats by rounding only */
			limit = q->n_block == 1 ? 1e-5 : 1.0 / 254;
			assert_true(fabs((double)got[t][r] - sum) <=
				    limit * size * (1 + t) + 1e-4);
		}
	}
	/* rows cut anywhere, and tokens one by one: the same bits */
	for (uint32_t cut = 0; cut <= ROWS; cut++) {
		kernel_mul(other[0], ROWS, &w, cut, ROWS, &all);
		kernel_mul(other[0], ROWS, &w, 0, cut, &all);
		assert_memory_equal(got, other, sizeof(got));
	}
	for (int t = 0; t < TOKENS; t++) {
		kernel_x_set(&one, q->type, x + (uint32_t)t * n_cols, n_cols,
			     1);
		kernel_mul(other[t], ROWS, &w, 0, ROWS, &one);
	}
	assert_memory_equal(got, other, sizeof(got));
	kernel_x_release(&all);
	kernel_x_release(&one);
	free(data);
}

/* What a product with many tokens may be off by for a number that is no
 * block's, of the sum of the weights' sizes: AVX2 makes whole numbers of halves
 * and BF16, and of their activations, by the greatest of a span. */
static double rounded(const struct quant *q)
{
	bool words = !strcmp(kernel_name(), "avx2-many") &&
		     q->type != GGML_F32;

	return words ? 3.2e-4 : 5e-5;
}

/* Many tokens at once, for all columns and rows that leave something over. */
static void check_many(const struct quant *q, uint32_t n_cols, uint32_t n_rows,
		       uint32_t n_tokens)
{
	size_t row = quant_row_bytes(q, n_cols);
	size_t n = (size_t)n_rows * n_tokens;
	unsigned char *data = malloc(n_rows * row + 1);
	struct kernel_rows w = { q->type, data + 1, n_cols, row };
	float *x = malloc((size_t)n_tokens * n_cols * sizeof(*x));
	float *got = calloc(n, sizeof(*got)), *other = calloc(n, sizeof(*got));
	float weights[COLS];
	struct kernel_x all = { 0 };

	random_rows(q, data + 1, (size_t)n_rows * n_cols);
	for (uint32_t i = 0; i < n_tokens * n_cols; i++)
		x[i] = uniform();
	kernel_x_set(&all, q->type, x, n_cols, n_tokens);
	kernel_mul(got, n_rows, &w, 0, n_rows, &all);
	for (uint32_t r = 0; r < n_rows; r++) {
		q->to_f32(weights, data + 1 + r * row, n_cols);
		for (uint32_t t = 0; t < n_tokens; t++) {
			double sum = 0, size = 0, off;

			for (uint32_t i = 0; i < n_cols; i++) {
				double v = (double)x[t * n_cols + i];

				sum += (double)weights[i] * v;
				size += fabs((double)weights[i]);
			}
			off = fabs((double)got[t * n_rows + r] - sum);
			assert_true(off <= size * (q->n_block == 1 ?
							   rounded(q) :
							   1.0 / 254) +
						   1e-4);
		}
	}
	/* rows cut anywhere: the same bits */
	for (uint32_t cut = 0; cut <= n_rows; cut += 5) {
		kernel_mul(other, n_rows, &w, cut, n_rows, &all);
		kernel_mul(other, n_rows, &w, 0, cut, &all);
		assert_memory_equal(got, other, n * sizeof(*got));
	}
	kernel_x_release(&all);
	free(data);
	free(x);
	free(got);
	free(other);
}

static void many_tokens(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(names); k++) {
		if (!kernel_use(names[k]))
			continue;
		print_message("with the kernels of %s\n", kernel_name());
		srand(4);
		for (size_t i = 0; i < n_quants; i++)
			for (size_t c = 0; c < ARRAY_LEN(columns); c++) {
				if (columns[c] % (uint32_t)quants[i].n_block)
					continue;
				check_many(&quants[i], columns[c], 35, 17);
				check_many(&quants[i], columns[c], 35, 33);
				check_many(&quants[i], columns[c], 5, 300);
			}
	}
	kernel_use(NULL);
}

/* Are activations of prompts more than bytes for these weights here? */
static bool more_than_bytes(enum ggml_type type)
{
	return quant_of(type)->n_block == 1 ||
	       (!strcmp(kernel_name(), "avx2-many") &&
		(type == GGML_Q8_0 || type == GGML_IQ4_NL ||
		 type == GGML_IQ4_XS));
}

/* Some activations thousands of times the others, which are worth no less for
 * it: what those are times is exact. */
static void check_far(const struct quant *q, uint32_t n_cols, uint32_t n_far)
{
	enum { N_ROWS = 35, N_TOKENS = 300, SPAN = 128 };
	size_t row = quant_row_bytes(q, n_cols);
	unsigned char *data = malloc(N_ROWS * row);
	struct kernel_rows w = { q->type, data, n_cols, row };
	float *x = malloc((size_t)N_TOKENS * n_cols * sizeof(*x));
	float *got = calloc((size_t)N_ROWS * N_TOKENS, sizeof(*got));
	float weights[COLS];
	struct kernel_x all = { 0 };

	random_rows(q, data, (size_t)N_ROWS * n_cols);
	for (uint32_t i = 0; i < N_TOKENS * n_cols; i++)
		x[i] = uniform();
	for (uint32_t t = 0; t < N_TOKENS; t += 1 + t % 3)
		for (uint32_t i = 0; i < n_cols; i += SPAN)
			for (uint32_t k = 0; k < n_far; k++)
				x[t * n_cols + i +
				  (uint32_t)rand() % MIN(n_cols - i, SPAN)] =
					5000 * (1 + uniform() / 2);
	kernel_x_set(&all, q->type, x, n_cols, N_TOKENS);
	kernel_mul(got, N_ROWS, &w, 0, N_ROWS, &all);
	for (uint32_t r = 0; r < N_ROWS; r++) {
		q->to_f32(weights, data + r * row, n_cols);
		for (uint32_t t = 0; t < N_TOKENS; t++) {
			double sum = 0, near = 0, far = 0;

			for (uint32_t i = 0; i < n_cols; i++) {
				double v = (double)x[t * n_cols + i];
				double size = fabs((double)weights[i]);

				sum += (double)weights[i] * v;
				*(fabs(v) > 1 ? &far : &near) +=
					size * fabs(v);
			}
			assert_true(fabs((double)got[t * N_ROWS + r] - sum) <=
				    1e-3 * near + 5e-7 * far + 1e-6);
		}
	}
	kernel_x_release(&all);
	free(data);
	free(x);
	free(got);
}

static void far_activations(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(names); k++) {
		if (!kernel_use(names[k]))
			continue;
		srand(6);
		for (size_t i = 0; i < n_quants; i++)
			for (size_t c = 0; c < ARRAY_LEN(columns); c++) {
				if (columns[c] % (uint32_t)quants[i].n_block ||
				    !more_than_bytes(quants[i].type))
					continue;
				check_far(&quants[i], columns[c], 1);
				check_far(&quants[i], columns[c], 4);
			}
	}
	kernel_use(NULL);
}

/* Weights all alike times activations of the greatest byte: no sum of small
 * integers is more, so that one that does not fit is seen. */
static void check_greatest(const struct quant *q, int byte, float x,
			   uint32_t n_tokens)
{
	size_t row = quant_row_bytes(q, COLS);
	unsigned char *data = malloc(ROWS * row);
	struct kernel_rows w = { q->type, data, COLS, row };
	float *v = malloc((size_t)n_tokens * COLS * sizeof(*v));
	float *got = malloc((size_t)n_tokens * ROWS * sizeof(*got));
	float weights[COLS];
	struct kernel_x all = { 0 };
	/* words have one scale for some blocks, whose own are apart */
	double limit = strcmp(kernel_name(), "avx2-many") ? 1e-4 : 2e-3;

	rows_of(q, data, (size_t)ROWS * COLS, byte);
	for (uint32_t i = 0; i < n_tokens * COLS; i++)
		v[i] = x;
	kernel_x_set(&all, q->type, v, COLS, n_tokens);
	kernel_mul(got, ROWS, &w, 0, ROWS, &all);
	for (uint32_t r = 0; r < ROWS; r++) {
		double sum = 0, size = 0;

		q->to_f32(weights, data + r * row, COLS);
		for (uint32_t i = 0; i < COLS; i++) {
			sum += (double)weights[i] * (double)x;
			size += fabs((double)weights[i]);
		}
		for (uint32_t t = 0; t < n_tokens; t++)
			assert_true(fabs((double)got[t * ROWS + r] - sum) <=
				    limit * size + 1e-2);
	}
	kernel_x_release(&all);
	free(data);
	free(v);
	free(got);
}

static void greatest_sums(void **state)
{
	static const int bytes[] = { 0, 0x77, 0x7f, 0x80, 0x88, 0xf0, 0x0f,
				     0xff };
	static const uint32_t n_tokens[] = { 1, 3, 33 };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(names); k++) {
		if (!kernel_use(names[k]))
			continue;
		srand(5);
		for (size_t i = 0; i < n_quants; i++)
			for (size_t b = 0; b < ARRAY_LEN(bytes); b++)
				for (size_t t = 0; t < ARRAY_LEN(n_tokens);
				     t++) {
					if (quants[i].n_block == 1)
						continue;
					check_greatest(&quants[i], bytes[b], 1,
						       n_tokens[t]);
					check_greatest(&quants[i], bytes[b], -1,
						       n_tokens[t]);
				}
	}
	kernel_use(NULL);
}

static void silu(void **state)
{
	float gate[70], up[70];

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(names); k++) {
		if (!kernel_use(names[k]))
			continue;
		for (uint32_t n = 1; n < 70; n++) {
			double want[70];

			for (uint32_t i = 0; i < n; i++) {
				double x = (double)i * 8 - 280;

				x = i % 3 ? x / 40 : x;
				gate[i] = (float)x;
				up[i] = uniform();
				want[i] = (double)gate[i] /
					  (1 + exp(-(double)gate[i])) *
					  (double)up[i];
			}
			kernel_silu(gate, up, n);
			for (uint32_t i = 0; i < n; i++)
				assert_true(fabs((double)gate[i] - want[i]) <=
					    1e-6 * fabs(want[i]) + 1e-30);
		}
	}
	kernel_use(NULL);
}

static void matrices(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(names); k++) {
		if (!kernel_use(names[k]))
			continue;
		print_message("with the kernels of %s\n", kernel_name());
		srand(1);
		for (size_t i = 0; i < n_quants; i++)
			for (size_t c = 0; c < ARRAY_LEN(columns); c++)
				if (columns[c] % (uint32_t)quants[i].n_block ==
				    0)
					check_type(&quants[i], columns[c]);
	}
	kernel_use(NULL);
}

static void check_attention(enum ggml_type type, uint32_t d, uint32_t n,
			    uint32_t n_q)
{
	size_t bytes = quant_row_bytes(quant_of(type), d);
	unsigned char *rows = malloc(n * bytes + 2);
	float *as_said = malloc(d * sizeof(*as_said));
	float *plain = malloc(n * d * sizeof(*plain));
	float *q = malloc(n_q * d * sizeof(*q));
	float *s = malloc(n_q * (n + 3) * sizeof(*s));
	float *out = calloc(n_q * d, sizeof(*out));

	for (uint32_t i = 0; i < n; i++) {
		for (uint32_t j = 0; j < d; j++)
			plain[i * d + j] = uniform();
		kernel_store(rows + i * bytes, type, plain + i * d, d);
		kernel_load(plain + i * d, rows + i * bytes, type, d);
		if (type == GGML_F32) /* a cache's are this machine's */
			memcpy(as_said, rows + i * bytes, bytes);
		else
			quant_of(type)->to_f32(as_said, rows + i * bytes, d);
		assert_memory_equal(as_said, plain + i * d,
				    d * sizeof(*as_said));
	}
	for (uint32_t i = 0; i < n_q * d; i++)
		q[i] = uniform();
	kernel_scores(s, n + 3, q, n_q, rows, type, d, n, 0.5f);
	for (uint32_t g = 0; g < n_q; g++)
		for (uint32_t i = 0; i < n; i++) {
			double sum = 0;

			for (uint32_t j = 0; j < d; j++)
				sum += (double)q[g * d + j] *
				       (double)plain[i * d + j];
			assert_true(fabs(sum / 2 - (double)s[g * (n + 3) + i]) <
				    1e-4);
		}
	kernel_mix(out, s, n + 3, n_q, rows, type, d, n);
	kernel_mix(out, s, n + 3, n_q, rows, type, d, n); /* adds */
	for (uint32_t g = 0; g < n_q; g++)
		for (uint32_t j = 0; j < d; j++) {
			double sum = 0;

			for (uint32_t i = 0; i < n; i++)
				sum += 2 * (double)s[g * (n + 3) + i] *
				       (double)plain[i * d + j];
			assert_true(fabs(sum - (double)out[g * d + j]) < 2e-3);
		}
	free(as_said);
	free(rows);
	free(plain);
	free(q);
	free(s);
	free(out);
}

static void attention(void **state)
{
	static const uint32_t ds[] = { 2,   8,	32,  48, 64,
				       80,  96, 128, 130, 256 };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(names); k++) {
		if (!kernel_use(names[k]))
			continue;
		srand(2);
		for (size_t i = 0; i < ARRAY_LEN(ds); i++)
			for (uint32_t n_q = 1; n_q < 20; n_q += 3) {
				check_attention(GGML_F16, ds[i], 17, n_q);
				check_attention(GGML_F32, ds[i], 16, n_q);
				if (ds[i] % 32)
					continue;
				check_attention(GGML_Q8_0, ds[i], 41, n_q);
				check_attention(GGML_Q4_0, ds[i], 16, n_q);
			}
	}
	kernel_use(NULL);
}

static void check_bytes(uint32_t d, uint32_t n_q)
{
	enum { STRIDE = KERNEL_BYTE_ROWS + 5, FOUR = 4 * KERNEL_BYTE_ROWS };
	static const uint32_t order[] = { 0, 2, 1, 3 };
	int most = MIN(INT16_MAX, INT32_MAX / 255 / (int)d);
	unsigned char *block = malloc((size_t)d * KERNEL_BYTE_ROWS);
	int16_t *w = malloc(n_q * d * sizeof(*w));
	int32_t *out = malloc(n_q * STRIDE * sizeof(*out));

	for (uint32_t i = 0; i < d * KERNEL_BYTE_ROWS; i++)
		block[i] = (unsigned char)(n_q % 3 ? rand() : 255);
	for (uint32_t i = 0; i < n_q * d; i++)
		w[i] = (int16_t)(n_q % 3 ? rand() % (2 * most + 1) - most :
					   (i / d % 2 ? most : -most));
	kernel_bytes(out, STRIDE, w, n_q, block, d, block);
	for (uint32_t g = 0; g < n_q; g++)
		for (uint32_t i = 0; i < KERNEL_BYTE_ROWS; i++) {
			int64_t sum = 0;

			for (uint32_t j = 0; j < d; j++)
				sum += (int64_t)w[g * d + (j & ~3u) +
						  order[j % 4]] *
				       block[j / 4 * FOUR + i * 4 + j % 4];
			assert_int_equal(sum, out[g * STRIDE + i]);
		}
	free(block);
	free(w);
	free(out);
}

static void check_at_least(uint32_t n, int32_t least)
{
	int32_t v[100] = { 0 };
	uint32_t out[100], n_out, k = 0;

	for (uint32_t i = 0; i < n; i++)
		v[i] = i % 5 ? rand() - RAND_MAX / 2 : INT32_MIN + (int)i % 2;
	n_out = kernel_at_least(out, v, n, least);
	for (uint32_t i = 0; i < n; i++)
		if (v[i] >= least)
			assert_int_equal(out[k++], i);
	assert_int_equal(n_out, k);
	assert_int_equal(kernel_below(v, n, least), n - k);
}

static void numbers_at_least(void **state)
{
	static const int32_t least[] = { INT32_MIN, INT32_MIN + 1, -1000, 0,
					 INT32_MAX };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(names); k++)
		for (uint32_t n = kernel_use(names[k]) ? 0 : 100; n < 100; n++)
			for (size_t i = 0; i < ARRAY_LEN(least); i++)
				check_at_least(n, least[i]);
	kernel_use(NULL);
}

static void rows_of_bytes(void **state)
{
	static const uint32_t ds[] = { 4, 32, 128, 132, 1152 };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(names); k++) {
		if (!kernel_use(names[k]))
			continue;
		srand(4);
		for (size_t i = 0; i < ARRAY_LEN(ds); i++)
			for (uint32_t n_q = 1; n_q < 9; n_q++)
				check_bytes(ds[i], n_q);
	}
	kernel_use(NULL);
}

/* A number is its block's nearest, and what is too large or none is its end. */
static void blocks_are_near(void **state)
{
	static const struct {
		enum ggml_type type;
		float steps; /* from 0 to the farthest number */
	} types[] = { { GGML_Q8_0, 127 }, { GGML_Q4_0, 8 } };
	static const float odd[] = { INFINITY, -INFINITY, NAN, 1e30f, -3e38f };

	(void)state;
	srand(8);
	for (size_t i = 0; i < ARRAY_LEN(types) * 1000; i++) {
		float steps = types[i % 2].steps, v[32], got[32], most = 0;
		float size = powf(10, uniform() * 1.8f), step;
		unsigned char block[34];

		for (int k = 0; k < 32; k++) {
			v[k] = i % 7 ? uniform() * size : 0;
			most = fmaxf(most, fabsf(v[k]));
		}
		kernel_store(block, types[i % 2].type, v, 32);
		kernel_load(got, block, types[i % 2].type, 32);
		step = fmaxf(most / steps, 0x1p-24f);
		for (int k = 0; k < 32; k++) { /* the other end has 7 steps */
			float end = steps == 8 && fabsf(v[k]) > 7.4f * step ?
					    1.01f :
					    0.57f;

			assert_true(fabsf(got[k] - v[k]) <= end * step);
		}
		v[i % 32] = odd[i % ARRAY_LEN(odd)];
		kernel_store(block, types[i % 2].type, v, 32);
		kernel_load(got, block, types[i % 2].type, 32);
		for (int k = 0; k < 32; k++)
			assert_true(isfinite(half_to_float(
				float_to_half(got[k]))));
	}
}

static void softmax(void **state)
{
	float v[100];
	double want[100];

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(names); k++) {
		if (!kernel_use(names[k]))
			continue;
		srand(3);
		for (uint32_t n = 1; n < 100; n++) {
			double most = -INFINITY, sum = 0, all = 0;

			for (uint32_t i = 0; i < n; i++) {
				v[i] = uniform() * (n % 3 ? 5 : 100);
				most = fmax(most, (double)v[i]);
			}
			for (uint32_t i = 0; i < n; i++)
				sum += want[i] = exp((double)v[i] - most);
			kernel_softmax(v, n);
			for (uint32_t i = 0; i < n; i++) {
				assert_true(fabs((double)v[i] - want[i] / sum) <
					    1e-6);
				all += (double)v[i];
			}
			assert_true(fabs(all - 1) < 1e-5);
		}
	}
	kernel_use(NULL);
}

static void one_is_chosen(void **state)
{
	(void)state;
	assert_true(kernel_use("scalar"));
	assert_string_equal(kernel_name(), "scalar");
	assert_false(kernel_use("abacus"));
	assert_string_equal(kernel_name(), "scalar");
	assert_true(kernel_use(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matrices),
		cmocka_unit_test(many_tokens),
		cmocka_unit_test(far_activations),
		cmocka_unit_test(greatest_sums),
		cmocka_unit_test(silu),
		cmocka_unit_test(attention),
		cmocka_unit_test(rows_of_bytes),
		cmocka_unit_test(numbers_at_least),
		cmocka_unit_test(blocks_are_near),
		cmocka_unit_test(softmax),
		cmocka_unit_test(one_is_chosen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
