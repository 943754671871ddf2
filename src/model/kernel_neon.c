/* NEON: every 64-bit ARM. */
#if defined(__aarch64__)
#include "model/kernel_arm.h"

const struct kernels kernels_neon = {
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
#endif
