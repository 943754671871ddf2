/*
 * kernel.h - the arithmetic of a decoder: rows of weights times activations,
 * and attention over rows of keys and values.
 *
 * Chosen once for this CPU (scalar, AVX2 with FMA and then with tiles for many
 * tokens, AVX-512 with VNNI and then with AMX, NEON, NEON with SDOT);
 * kernel_use() forces one, for tests. Results do not depend on how rows are
 * split among threads, and those of less than 17 tokens not on what other
 * tokens go with them. No allocation but in kernel_x_set().
 */
#ifndef LILSCOPE_KERNEL_H
#define LILSCOPE_KERNEL_H

#include "model/quant.h"

/* Rows of weights, each of n_cols, one after the other. */
struct kernel_rows {
	enum ggml_type type;
	const void *data;
	uint32_t n_cols;
	size_t row_bytes;
};

/* Activations, prepared for weights of one type: as floats, or as blocks of
 * 8-bit integers with their scales and sums for quantised weights. All zero
 * is ready; memory is kept between calls. */
struct kernel_x {
	enum ggml_type type;  /* of the weights */
	uint32_t n_cols, n_tokens;
	bool many;            /* prepared for tiles */
	void *data;
	size_t cap_bytes, token_bytes;
};
void kernel_x_set(struct kernel_x *x, enum ggml_type type, const float *v,
		  uint32_t n_cols, uint32_t n_tokens); /* v[n_tokens][n_cols] */
void kernel_x_release(struct kernel_x *x);

/* out[token * out_stride + row] for rows [row0, row1) and all tokens of x: a
 * matrix times a vector, or with several tokens times a matrix. */
void kernel_mul(float *out, size_t out_stride, const struct kernel_rows *w,
		uint32_t row0, uint32_t row1, const struct kernel_x *x);

/* Attention over n rows of d numbers (F16, F32, Q8_0, Q4_0), one after the
 * other, for n_q queries at once; each row is read once.
 *	scores[i_q * stride + i] = scale * q[i_q * d ..] . k_i
 *	out[i_q * d ..]         += sum of p[i_q * stride + i] * v_i     */
void kernel_scores(float *scores, size_t stride, const float *q, uint32_t n_q,
		   const void *k, enum ggml_type type, uint32_t d, uint32_t n,
		   float scale);
void kernel_mix(float *out, const float *p, size_t stride, uint32_t n_q,
		const void *v, enum ggml_type type, uint32_t d, uint32_t n);

/* KERNEL_BYTE_ROWS rows of d bytes (a multiple of 4), four bytes of each row
 * after one another, then the next four, for n_q rows of weights, of which
 * fours stand in the order 0, 2, 1, 3:
 *	out[i_q * stride + i] = sum of weight j * byte j of row i
 * No weight is INT16_MIN, and 32 bits hold each sum of some of the parts. What
 * is next, a block at `ahead`, is asked for meanwhile. */
enum { KERNEL_BYTE_ROWS = 16 };
void kernel_bytes(int32_t *out, size_t stride, const int16_t *w, uint32_t n_q,
		  const unsigned char *block, uint32_t d, const void *ahead);
/* How many of v[0..n) are less; and which ones are not: rising indices, how
 * many. */
uint32_t kernel_below(const int32_t *v, uint32_t n, int32_t least);
uint32_t kernel_at_least(uint32_t *out, const int32_t *v, uint32_t n,
			 int32_t least);

/* n numbers (whole blocks) into a cache row of these types, and back: what is
 * no number or too large for a block is its end. */
void kernel_store(void *row, enum ggml_type type, const float *v, uint32_t n);
void kernel_load(float *v, const void *row, enum ggml_type type, uint32_t n);

/* The sum of a_i * b_i over n floats. */
float kernel_dot(const float *a, const float *b, uint32_t n);
/* v[0..n) becomes exp(v - max) / sum; returns the sum before division. */
float kernel_softmax(float *v, uint32_t n);
/* v[0..n) becomes exp(v - *most), *most the greatest of them; returns the sum,
 * which further numbers far below the greatest would not change by a bit. */
float kernel_exps(float *v, uint32_t n, float *most);

/* gate_i becomes gate_i / (1 + exp(-gate_i)) * up_i. */
void kernel_silu(float *gate, const float *up, size_t n);

/* "scalar", "avx2", "avx2-many", "avx512", "amx", "neon", "dotprod": the one in
 * use; and another one, false if this CPU can't. NULL: the best again. */
const char *kernel_name(void);
bool kernel_use(const char *name);

#endif
