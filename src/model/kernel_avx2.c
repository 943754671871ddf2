/* AVX2, FMA and F16C: every x86-64 of the last ten years. */
#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), \
			     apply_to = function)
#else
#pragma GCC target("avx2,fma,f16c")
#endif

#include "model/kernel_x86.h"

static bool works(void)
{
	return __builtin_cpu_supports("avx2") &&
	       __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
}

const struct kernels kernels_avx2 = {
	.name = "avx2",
	.works = works,
	.mul = mul,
	.quantize = quantize,
	.scores = scores,
	.mix = mix,
	.softmax = softmax,
};

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
