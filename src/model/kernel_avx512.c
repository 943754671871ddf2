/* AVX-512 with VNNI: 16 floats at once; rows of quantised weights have files
 * of their own, as they take long to compile. */
#if defined(__x86_64__)
#include "model/kernel_512.h"

#include "model/kernel_x86_lanes.h"

static bool works(void)
{
	return kernel_has_avx512();
}

const struct kernels kernels_avx512 = {
	.works = works,
	.mul = mul,
	.quantize = quantize,
	.scores = scores,
	.mix = mix,
	.softmax = softmax,
	.exps = exps,
	.load_halves = load_halves,
	.silu = silu,
};

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
