/* NEON with SDOT, four products in one: ARMv8.2 and later, from 2018 on. */
#if defined(__aarch64__)
#if defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

#include "model/kernel_impl.h"

#if defined(KERNEL_DOTPROD)
#define KERNEL_SDOT
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("dotprod"))),               \
			     apply_to = function)
#else
#pragma GCC target("arch=armv8.2-a+dotprod")
#endif

#include "model/kernel_arm.h"

static bool works(void)
{
#if defined(__linux__)
	return getauxval(AT_HWCAP) & HWCAP_ASIMDDP;
#elif defined(__ARM_FEATURE_DOTPROD)
	return true; /* what else is compiled needs it, too */
#else
	return false;
#endif
}

const struct kernels kernels_dotprod = {
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
#endif
