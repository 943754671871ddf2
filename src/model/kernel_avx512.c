/* AVX-512 with VNNI: 16 floats at once, and four products in one. */
#if defined(__x86_64__)
#define KERNEL_VNNI
#if defined(__clang__)
#pragma clang attribute push( \
	__attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512vl," \
			      "avx512dq,avx512vnni"))),                  \
	apply_to = function)
#else
#pragma GCC target("avx2,fma,f16c,avx512f,avx512bw,avx512vl")
#pragma GCC target("avx512dq,avx512vnni")
#endif

#include "model/kernel_x86.h"

static bool works(void)
{
	return __builtin_cpu_supports("avx512f") &&
	       __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("avx512vl") &&
	       __builtin_cpu_supports("avx512dq") &&
	       __builtin_cpu_supports("avx512vnni") &&
	       __builtin_cpu_supports("f16c");
}

const struct kernels kernels_avx512 = {
	.name = "avx512",
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
