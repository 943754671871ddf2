/* AVX-512 with VNNI: 16 floats at once; rows of quantised weights have files
 * of their own, as they take long to compile. */
#if defined(__x86_64__)
#include "model/kernel_512.h"

#include "model/kernel_x86_lanes.h"

/* Quads are as many as there are groups for. */
static size_t quads_bytes(const struct kernel_x *x)
{
	struct quads to = quads_of(x);

	return to.n * to.bytes + 64;
}

/* What quantize() has made of a token becomes quads. */
static void arrange(struct kernel_x *x, uint32_t token)
{
	struct kernel_q8 from = kernel_token(x, token);
	struct quads to = quads_of(x);
	char *at = (char *)(uintptr_t)to.at + token * to.stride;

	for (uint32_t i = 0; i < 4 * to.n; i++) {
		uint32_t part = to.halves ? i / 2 : i, unit = i % 4;
		const int8_t *q = from.q + (size_t)i * (to.halves ? 16 : 32);
		char *quad = at + i / 4 * to.bytes, *d = quad + to.bytes - 128;
		float sum = from.sums[part];

		if (to.halves)
			sum = i % 2 ? from.upper[part] : sum - from.upper[part];
		memcpy(quad + 16 * unit, q, 16);
		if (!to.halves)
			memcpy(quad + 64 + 16 * unit, q + 16, 16);
		_mm_storeu_ps((float *)(void *)d + 4 * unit,
			      _mm_set1_ps(from.d[part]));
		_mm_storeu_ps((float *)(void *)(d + 64) + 4 * unit,
			      _mm_set1_ps(sum));
	}
}

static bool works(void)
{
	return kernel_has_avx512();
}

const struct kernels kernels_avx512 = {
	.works = works,
	.mul = mul,
	.quantize = quantize,
	.more_bytes = quads_bytes,
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
