/*
 * kernel_impl.h - what a set of kernels is made of; for kernel.c and the
 * kernel_*.c of each kind of CPU.
 *
 * Quantised weights meet activations in blocks of 32, which are the same for
 * all types: x_i = d * q_i. A part of 32 weights is w_i = scale * u_i + least
 * with u_i >= 0 (in Q6_K each half has its own), so that
 *	sum of w_i x_i = d * (scale * sum of u_i q_i + least * sum of q_i)
 * and only the first sum runs over weights.
 */
#ifndef LILSCOPE_KERNEL_IMPL_H
#define LILSCOPE_KERNEL_IMPL_H

#include "model/kernel.h"

#define ALWAYS static inline __attribute__((always_inline))

/* KERNEL_MANY: tokens from which on they may go by tiles, where there are any.
 */
enum { KERNEL_BLOCK = 32, KERNEL_GROUP = 8, KERNEL_MANY = 17 };

/* One token's activations, n / 32 blocks of them: x_i = d * q_i. All is
 * followed by zeros up to a whole group of blocks. */
struct kernel_q8 {
	float *d;
	float *sums;  /* of all x of a block */
	float *upper; /* of the last 16 of them */
	int8_t *q;    /* n */
};

/* Blocks in whole groups, and the bytes of a token in whole cache lines, so
 * that one token's end is not another's. */
static inline uint32_t kernel_blocks(uint32_t n_cols)
{
	return (n_cols + KERNEL_BLOCK * KERNEL_GROUP - 1) /
	       (KERNEL_BLOCK * KERNEL_GROUP) * KERNEL_GROUP;
}

/* Memory for one token of n_cols activations: d, sums, upper, q. */
static inline size_t kernel_token_bytes(uint32_t n_cols)
{
	size_t n = kernel_blocks(n_cols);

	return (n * (3 * sizeof(float) + KERNEL_BLOCK) + 63) / 64 * 64;
}

/* The i-th token of x, prepared for quantised weights. */
static inline struct kernel_q8 kernel_token(const struct kernel_x *x,
					    uint32_t i)
{
	uint32_t n = kernel_blocks(x->n_cols);
	char *at = (char *)x->data + i * x->token_bytes;
	float *d = (float *)(void *)at;

	return (struct kernel_q8){ d, d + n, d + 2 * n,
				   (int8_t *)(d + 3 * n) };
}

/* Q3_K's 16 scales, less 32, from their 12 bytes: low nibbles of the first
 * eight bytes, then high ones; two bits of the last four each. */
static inline void kernel_q3_scales(int8_t out[16], const uint8_t *s)
{
	for (uint32_t j = 0; j < 16; j++) {
		uint32_t low = j < 8 ? s[j] & 15u : s[j - 8] >> 4u;
		uint32_t high = s[8 + j % 4] >> j / 4 * 2 & 3u;

		out[j] = (int8_t)((int)(low | high << 4) - 32);
	}
}

/* The j-th scale of IQ4_XS's block, less 32. */
static inline int kernel_iq4_scale(const uint8_t *s, uint32_t j)
{
	uint32_t low = s[4 + j / 2] >> j % 2 * 4 & 15u;
	uint32_t high = s[2 + j / 4] >> j % 4 * 2 & 3u;

	return (int)(low | high << 4) - 32;
}

/* Rows [row0, row1) of w for the tokens of x. */
typedef void kernel_rows_fn(float *out, size_t out_stride,
			    const struct kernel_rows *w, uint32_t row0,
			    uint32_t row1, const struct kernel_x *x);

struct kernels {
	bool (*works)(void); /* on this CPU */
	kernel_rows_fn *mul;
	void (*quantize)(struct kernel_q8 out, const float *v, uint32_t n);
	/* Bytes behind a quantised token, and what puts it there in the way
	 * that suits x->type best; or NULL. */
	size_t (*more_bytes)(const struct kernel_x *x);
	void (*arrange)(struct kernel_x *x, uint32_t token);
	void (*scores)(float *scores, size_t stride, const float *q,
		       uint32_t n_q, const void *k, enum ggml_type type,
		       uint32_t d, uint32_t n, float scale);
	void (*mix)(float *out, const float *p, size_t stride, uint32_t n_q,
		    const void *v, enum ggml_type type, uint32_t d,
		    uint32_t n);
	void (*bytes)(int32_t *out, size_t stride, const int16_t *w,
		      uint32_t n_q, const unsigned char *block, uint32_t d,
		      const void *ahead);
	uint32_t (*below)(const int32_t *v, uint32_t n, int32_t least);
	uint32_t (*at_least)(uint32_t *out, const int32_t *v, uint32_t n,
			     int32_t least);
	float (*softmax)(float *v, uint32_t n);
	float (*exps)(float *v, uint32_t n, float *most);
	void (*load)(float *out, const void *row, enum ggml_type type,
		     uint32_t n); /* of F16 or blocks, as kernel_load() */
	void (*silu)(float *gate, const float *up, size_t n);
};

/* A matrix times many tokens, which are prepared in another way. A result does
 * not depend on which rows and tokens go with it, but may differ by rounding
 * from what `mul` gives. */
struct kernel_many {
	bool (*works)(void);
	/* From how many tokens on it is the faster one, at least KERNEL_MANY;
	 * NULL: asked of another. */
	uint32_t (*from)(enum ggml_type type);
	/* n_tokens of n_cols activations into x->data; its bytes. */
	size_t (*bytes)(const struct kernel_x *x);
	void (*set)(struct kernel_x *x, const float *v);
	kernel_rows_fn *mul;
};

extern const struct kernels kernels_scalar;
#if defined(__x86_64__)
extern const struct kernels kernels_avx2, kernels_avx512;
/* The latter are the former's for some types. */
extern const struct kernel_many kernel_avx2_many, kernel_avx2_floats,
	kernel_avx2_words;
/* Compilers that know tiles. */
#if defined(__clang__) || __GNUC__ >= 11
#define KERNEL_AMX
extern const struct kernel_many kernel_amx;
#endif
kernel_rows_fn kernel_avx512_q8_0, kernel_avx512_q4_0, kernel_avx512_q4_1,
	kernel_avx512_q5_0, kernel_avx512_q5_1, kernel_avx512_iq4_nl,
	kernel_avx512_mxfp4, kernel_avx512_q2_k, kernel_avx512_q3_k,
	kernel_avx512_q4_k, kernel_avx512_q5_k, kernel_avx512_q6_k,
	kernel_avx512_iq4_xs;
#endif
#if defined(__aarch64__)
extern const struct kernels kernels_neon;
/* Compilers that can set SDOT for a file of its own. */
#if !defined(__clang__) || __clang_major__ >= 16 || \
	defined(__ARM_FEATURE_DOTPROD)
#define KERNEL_DOTPROD
extern const struct kernels kernels_dotprod;
#endif
#endif

/* Rows of blocks are made floats that stay in the nearest cache, so many at a
 * time; the two rows of a bound at least, so no head has more than half. */
enum { KERNEL_LOADED = 2048 };

/* Are these weights multiplied as floats? */
static inline bool kernel_is_float(enum ggml_type type)
{
	return type == GGML_F32 || type == GGML_F16 || type == GGML_BF16;
}

#endif
