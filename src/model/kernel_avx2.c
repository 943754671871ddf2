/* AVX2, FMA and F16C: every x86-64 of the last ten years. */
#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))),         \
			     apply_to = function)
#else
#pragma GCC target("avx2,fma,f16c")
#endif

#include "model/kernel_x86_lanes.h"

#include "model/kernel_avx2_groups.h"

/*
 * Weights: 256 bits are 32 weights, whose products with 32 activations are
 * added up until each lane has a part's sum (maddubs, madd, and folds); a
 * group's sums meet the group's scales. Up to TILE tokens share the unpacking
 * of a group. What AHEAD bytes further on is asked for, so that a token alone
 * waits for memory's speed, not for its latency.
 */
enum {
	TILE = 8,
	STREAMS = 2,
	AHEAD = 4096,
	GROUP_BYTES_MAX = KERNEL_GROUP * 34,
};

/* Of a row: of products, and of least values. */
struct sums {
	__m256 of, least;
};

/* What a group's sums and scales are for a token. */
ALWAYS void add_sums(struct sums *s, const struct avx2_kind *kind, __m256i of,
		     const struct avx2_scales *scales,
		     const struct kernel_q8 *x, uint32_t i)
{
	s->of = _mm256_fmadd_ps(
		_mm256_mul_ps(scales->d, _mm256_loadu_ps(x->d + i)),
		_mm256_cvtepi32_ps(of), s->of);
	if (kind->has_least)
		s->least = _mm256_fmadd_ps(scales->least,
					   _mm256_loadu_ps(x->sums + i),
					   s->least);
	if (kind->has_least && kind->in_steps)
		s->least = _mm256_fmadd_ps(scales->least_upper,
					   _mm256_loadu_ps(x->upper + i),
					   s->least);
}

/* n parts (eight or four) of a row, the first of which is part i, times n_x
 * tokens. */
ALWAYS void add_group(struct sums sums[TILE], const struct avx2_kind *kind,
		      const uint8_t *parts, uint32_t n,
		      const struct kernel_q8 *x, uint32_t n_x, uint32_t i)
{
	struct avx2_scales scales = kind->scales(parts, n);
	__m256i u[KERNEL_GROUP];

#pragma GCC unroll 8
	for (uint32_t k = 0; n_x > 1 && k < KERNEL_GROUP; k++)
		u[k] = kind->group(parts, n, k);
	for (uint32_t t = 0; t < n_x; t++) {
		const int8_t *q = x[t].q + i * unit_bytes(kind);
		__m256i v[KERNEL_GROUP];

#pragma GCC unroll 8
		for (int k = 0; k < KERNEL_GROUP; k++)
			v[k] = products(kind,
					n_x > 1 ? u[k] :
						  kind->group(parts, n,
							      (size_t)k),
					scales.steps, q, k);
		add_sums(&sums[t], kind, group_sums(kind, v), &scales, &x[t],
			 i);
	}
}

/* A row times n_x tokens, at most TILE. Parts behind its end are times zeros:
 * those of the row behind it, where there is one. */
ALWAYS void dot_row(float *out, size_t stride, const struct avx2_kind *kind,
		    const uint8_t *row, bool is_last,
		    const struct kernel_q8 *x, uint32_t n_x, uint32_t n_parts)
{
	struct sums sums[TILE];
	uint8_t end[GROUP_BYTES_MAX];
	uint32_t i = 0, rest = n_parts % KERNEL_GROUP;

	for (uint32_t t = 0; t < n_x; t++)
		sums[t] = (struct sums){ _mm256_setzero_ps(),
					 _mm256_setzero_ps() };
	for (; i + KERNEL_GROUP <= n_parts; i += KERNEL_GROUP) {
#pragma GCC unroll 5
		for (size_t k = 0; k < kind->bytes; k += 64)
			__builtin_prefetch(row + k + AHEAD);
		add_group(sums, kind, row, KERNEL_GROUP, x, n_x, i);
		row += kind->bytes;
	}
	if (rest && rest != KERNEL_GROUP / 2 && is_last) {
		memset(end, 0, kind->bytes);
		memcpy(end, row, kind->bytes / KERNEL_GROUP * rest);
		row = end;
	}
	if (rest > KERNEL_GROUP / 2)
		add_group(sums, kind, row, KERNEL_GROUP, x, n_x, i);
	else if (rest)
		add_group(sums, kind, row, KERNEL_GROUP / 2, x, n_x, i);
	for (uint32_t t = 0; t < n_x; t++)
		out[t * stride] =
			sum8(_mm256_add_ps(sums[t].of, sums[t].least));
}

/* Where a token's activations lie with their sizes, behind the others. */
static int8_t *with_sizes(const struct kernel_x *x, uint32_t token)
{
	return kernel_token(x, token).q +
	       (size_t)kernel_blocks(x->n_cols) * KERNEL_BLOCK;
}

/* The i-th row to go, from as many places in turns as STREAMS: memory serves
 * several streams faster than one. */
ALWAYS uint32_t row_of(uint32_t row0, uint32_t row1, uint32_t i)
{
	uint32_t each = (row1 - row0) / STREAMS;

	return row0 + (i < each * STREAMS ? i % STREAMS * each + i / STREAMS :
					    i);
}

/* Rows [row0, row1) times all tokens. */
ALWAYS void kind_rows(float *out, size_t stride, const struct kernel_rows *w,
		      uint32_t row0, uint32_t row1, const struct kernel_x *x,
		      const struct avx2_kind *kind)
{
	uint32_t n_parts = w->n_cols / KERNEL_BLOCK, n_x;
	struct kernel_q8 tile[TILE];

	for (uint32_t t = 0; t < x->n_tokens; t += n_x) {
		n_x = MIN(x->n_tokens - t, (uint32_t)TILE);
		for (uint32_t k = 0; k < n_x; k++) {
			tile[k] = kernel_token(x, t + k);
			if (unit_bytes(kind) > KERNEL_BLOCK)
				tile[k].q = with_sizes(x, t + k);
		}
		for (uint32_t i = 0; i < row1 - row0; i++) {
			uint32_t r = row_of(row0, row1, i);
			const uint8_t *row =
				(const uint8_t *)w->data + r * w->row_bytes;
			float *at = out + t * stride + r;
			bool is_last = r + 1 == row1 || n_parts < KERNEL_GROUP;

			if (n_x == 1)
				dot_row(at, stride, kind, row, is_last, tile,
					1, n_parts);
			else
				dot_row(at, stride, kind, row, is_last, tile,
					n_x, n_parts);
		}
	}
}

#define KIND_ROWS(name, bytes, ...)                                            \
	static const struct avx2_kind kind_##name = {                          \
		group_##name, scales_##name, bytes, __VA_ARGS__                \
	};                                                                     \
									       \
	static void rows_##name(float *out, size_t stride,                     \
				const struct kernel_rows *w, uint32_t row0,    \
				uint32_t row1, const struct kernel_x *x)       \
	{                                                                      \
		kind_rows(out, stride, w, row0, row1, x, &kind_##name);        \
	}

/* A pair of products is at most 2 * 127 * u, and eight pairs are folded. */
KIND_ROWS(q8_0, 8 * 34, PAIRS_FIT, true, false, false, false)
KIND_ROWS(q4_0, 8 * 18, ALL_FIT, false, true, true, false)
KIND_ROWS(q4_1, 8 * 20, ALL_FIT, false, true, true, false)
KIND_ROWS(q5_0, 8 * 22, MOST_FIT, false, true, true, false)
KIND_ROWS(q5_1, 8 * 24, MOST_FIT, false, true, true, false)
KIND_ROWS(iq4_nl, 8 * 18, PAIRS_FIT, true, true, false, false)
KIND_ROWS(mxfp4, 8 * 17, ALL_FIT, true, true, false, false)
KIND_ROWS(q2_k, 84, PAIRS_FIT, false, false, true, true)
KIND_ROWS(q3_k, 110, PAIRS_FIT, false, false, true, true)
KIND_ROWS(q4_k, 144, ALL_FIT, false, false, true, false)
KIND_ROWS(q5_k, 176, MOST_FIT, false, false, true, false)
KIND_ROWS(q6_k, 210, PAIRS_FIT, false, false, true, true)
KIND_ROWS(iq4_xs, 136, PAIRS_FIT, true, true, false, false)

/* Types whose parts are paired, unsigned ones and signed ones. */
static bool is_paired(enum ggml_type type)
{
	return type == GGML_Q4_0 || type == GGML_Q4_1 || type == GGML_Q5_0 ||
	       type == GGML_Q5_1;
}

static bool is_pair_signed(enum ggml_type type)
{
	return type == GGML_IQ4_NL || type == GGML_MXFP4 ||
	       type == GGML_IQ4_XS;
}

static size_t sizes_bytes(const struct kernel_x *x)
{
	return is_pair_signed(x->type) ?
		       2 * (size_t)kernel_blocks(x->n_cols) * KERNEL_BLOCK :
		       0;
}

static void arrange(struct kernel_x *x, uint32_t token)
{
	bool with = is_pair_signed(x->type);
	int8_t *q = kernel_token(x, token).q;
	int8_t *out = with ? with_sizes(x, token) : q;
	size_t n = (size_t)kernel_blocks(x->n_cols) * KERNEL_BLOCK;
	const size_t group = KERNEL_GROUP * KERNEL_BLOCK;

	if (!with && !is_paired(x->type))
		return;
	for (size_t i = 0; i < n; i += group)
		group_pair(out + (with ? 2 * i : i), q + i, with);
}

static bool works(void)
{
	return __builtin_cpu_supports("avx2") &&
	       __builtin_cpu_supports("fma") && has_f16c();
}

const struct kernels kernels_avx2 = {
	.works = works,
	.mul = mul,
	.quantize = quantize,
	.more_bytes = sizes_bytes,
	.arrange = arrange,
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
