/* AVX2, FMA and F16C: every x86-64 of the last ten years. */
#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))),         \
			     apply_to = function)
#else
#pragma GCC target("avx2,fma,f16c")
#endif

#include "model/kernel_x86_lanes.h"

#include "model/kernel_avx2_parts.h"

/*
 * Weights: 256 bits are 32 weights, whose products with 32 activations are
 * eight sums of four (maddubs and madd). The lanes' sums are scaled and
 * gathered as floats, and added up at the end of a row. Up to TILE tokens
 * share the unpacking of a part. What AHEAD bytes further on is asked for, so
 * that a token alone waits for memory's speed, not for its latency.
 */
enum { TILE = 8, AHEAD = 4096 };

typedef __m256i dot_fn(__m256i u, __m256i q);

/* What a type is: how its parts are made and multiplied, and whether they have
 * a least value, or one for each half. */
struct avx2_kind {
	struct avx2_part (*part)(const uint8_t *row, uint32_t i);
	dot_fn *dot;
	char less;         /* what makes u signed, and least values 0 */
	bool has_least, halves;
	/* Those of a group, whose first part is i; NULL: part by part. */
	struct avx2_scales (*scales)(const uint8_t *row, uint32_t i);
};

/* Sums of even parts and of odd ones, so that one need not wait for the other,
 * and what does not depend on u: part by part, and of groups. */
struct sums {
	__m256 of[2];
	float least;
	__m256 leasts;
};

ALWAYS void add_part(struct sums *s, uint32_t k, const struct avx2_kind *kind,
		     __m256i u, __m256 scale, const struct kernel_q8 *x,
		     uint32_t i)
{
	__m256i q = _mm256_loadu_si256(
		(const __m256i *)(x->q + (size_t)i * KERNEL_BLOCK));

	s->of[k] = _mm256_fmadd_ps(
		scale, _mm256_cvtepi32_ps(kind->dot(u, q)), s->of[k]);
}

ALWAYS __m256i weights_of(const struct avx2_kind *kind,
			  const struct avx2_part *p)
{
	__m256i less = _mm256_set1_epi8(kind->less);

	return kind->less ? _mm256_sub_epi8(p->u, less) : p->u;
}

/* Part i of a row times n_x tokens; k: is it odd? */
ALWAYS void add_parts(struct sums sums[TILE], const struct avx2_kind *kind,
		      const uint8_t *row, const struct kernel_q8 *x,
		      uint32_t n_x, uint32_t i, uint32_t k)
{
	struct avx2_part p = kind->part(row, i);
	__m256i u = weights_of(kind, &p);

#pragma GCC unroll 8
	for (uint32_t t = 0; t < n_x; t++) {
		struct sums *s = &sums[t];

		add_part(s, k, kind, u,
			 _mm256_mul_ps(p.scale,
				       _mm256_broadcast_ss(&x[t].d[i])),
			 &x[t], i);
		if (kind->has_least)
			s->least = __builtin_fmaf(p.least[0], x[t].sums[i],
						  s->least);
		if (kind->has_least && kind->halves)
			s->least = __builtin_fmaf(p.least[1], x[t].upper[i],
						  s->least);
	}
}

/* A group of parts, from i on, whose scales are read together. */
ALWAYS void add_group(struct sums sums[TILE], const struct avx2_kind *kind,
		      const uint8_t *row, const struct kernel_q8 *x,
		      uint32_t n_x, uint32_t i)
{
	struct avx2_scales group = kind->scales(row, i);
	float scales[TILE][KERNEL_GROUP];

#pragma GCC unroll 8
	for (uint32_t t = 0; t < n_x; t++) {
		_mm256_storeu_ps(scales[t],
				 _mm256_mul_ps(group.d,
					       _mm256_loadu_ps(x[t].d + i)));
		if (kind->has_least)
			sums[t].leasts = _mm256_fmadd_ps(
				group.least, _mm256_loadu_ps(x[t].sums + i),
				sums[t].leasts);
	}
#pragma GCC unroll 8
	for (uint32_t k = 0; k < KERNEL_GROUP; k++) {
		struct avx2_part p = kind->part(row, i | k);
		__m256i u = weights_of(kind, &p);

#pragma GCC unroll 8
		for (uint32_t t = 0; t < n_x; t++)
			add_part(&sums[t], k % 2, kind, u,
				 _mm256_broadcast_ss(&scales[t][k]), &x[t],
				 i | k);
	}
}

/* A row times n_x tokens, at most TILE. */
ALWAYS void dot_row(float *out, size_t stride, const struct avx2_kind *kind,
		    const uint8_t *row, size_t row_bytes,
		    const struct kernel_q8 *x, uint32_t n_x, uint32_t n_parts)
{
	struct sums sums[TILE];
	size_t step = row_bytes * KERNEL_GROUP / n_parts;
	uint32_t i = 0;

#pragma GCC unroll 8
	for (uint32_t t = 0; t < n_x; t++)
		sums[t] = (struct sums){ { _mm256_setzero_ps(),
					   _mm256_setzero_ps() }, 0,
					 _mm256_setzero_ps() };
	for (; i + KERNEL_GROUP <= n_parts; i += KERNEL_GROUP) {
		for (size_t k = 0; n_x == 1 && k < step; k += 64)
			__builtin_prefetch(row + i / KERNEL_GROUP * step + k +
					   AHEAD);
		if (kind->scales) {
			add_group(sums, kind, row, x, n_x, i);
			continue;
		}
#pragma GCC unroll 8
		for (uint32_t k = 0; k < KERNEL_GROUP; k++)
			add_parts(sums, kind, row, x, n_x, i | k, k % 2);
	}
	for (; i < n_parts; i++)
		add_parts(sums, kind, row, x, n_x, i, i % 2);
#pragma GCC unroll 8
	for (uint32_t t = 0; t < n_x; t++) {
		const struct sums *s = &sums[t];

		out[t * stride] = sum8(_mm256_add_ps(
					  _mm256_add_ps(s->of[0], s->of[1]),
					  s->leasts)) + s->least;
	}
}

/* Rows [row0, row1) times all tokens. */
ALWAYS void kind_rows(float *out, size_t stride, const struct kernel_rows *w,
		      uint32_t row0, uint32_t row1, const struct kernel_x *x,
		      const struct avx2_kind *kind)
{
	uint32_t n_parts = w->n_cols / KERNEL_BLOCK, n_x;
	struct kernel_q8 tile[TILE];

	for (uint32_t t = 0; t < x->n_tokens; t += n_x) {
		n_x = x->n_tokens - t >= TILE ? TILE : 1;
		for (uint32_t k = 0; k < n_x; k++)
			tile[k] = kernel_token(x, t + k);
		for (uint32_t r = row0; r < row1; r++) {
			const uint8_t *row =
				(const uint8_t *)w->data + r * w->row_bytes;
			float *at = out + t * stride + r;

			if (n_x == 1)
				dot_row(at, stride, kind, row, w->row_bytes,
					tile, 1, n_parts);
			else
				dot_row(at, stride, kind, row, w->row_bytes,
					tile, TILE, n_parts);
		}
	}
}

#define KIND_ROWS(name, ...)                                                   \
	static void rows_##name(float *out, size_t stride,                     \
				const struct kernel_rows *w, uint32_t row0,    \
				uint32_t row1, const struct kernel_x *x)       \
	{                                                                      \
		static const struct avx2_kind kind = { part_##name,          \
							__VA_ARGS__ };         \
		kind_rows(out, stride, w, row0, row1, x, &kind);               \
	}

KIND_ROWS(q8_0, dot32_signed, 0, false, false, scales_q8_0)
KIND_ROWS(q4_0, dot32, 0, true, false, scales_q4_0)
KIND_ROWS(q4_1, dot32, 0, true, false, scales_q4_1)
KIND_ROWS(q5_0, dot32, 0, true, false, scales_q5_0)
KIND_ROWS(q5_1, dot32, 0, true, false, scales_q5_1)
KIND_ROWS(iq4_nl, dot32_signed, 0, false, false, scales_iq4_nl)
KIND_ROWS(mxfp4, dot32_signed, 0, false, false, NULL)
KIND_ROWS(q2_k, dot32, 0, true, true, NULL)
KIND_ROWS(q3_k, dot32_signed, 4, false, true, NULL)
KIND_ROWS(q4_k, dot32, 0, true, false, scales_q4_k)
KIND_ROWS(q5_k, dot32, 0, true, false, scales_q5_k)
KIND_ROWS(q6_k, dot32_signed, 32, false, true, NULL)
KIND_ROWS(iq4_xs, dot32_signed, 0, false, false, NULL)

static bool works(void)
{
	return __builtin_cpu_supports("avx2") &&
	       __builtin_cpu_supports("fma") && has_f16c();
}

const struct kernels kernels_avx2 = {
	.works = works,
	.mul = mul,
	.quantize = quantize,
	.scores = scores,
	.mix = mix,
	.bytes = bytes,
	.below = below,
	.at_least = at_least,
	.softmax = softmax,
	.exps = exps,
	.load = load,
	.silu = silu,
};

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
