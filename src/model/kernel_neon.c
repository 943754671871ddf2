/* NEON: every 64-bit ARM. */
#if defined(__aarch64__)
#include "model/kernel_arm.h"

const struct kernels kernels_neon = {
	.mul = mul,
	.quantize = quantize,
	.scores = scores,
	.mix = mix,
	.bytes = bytes,
	.softmax = softmax,
	.exps = exps,
	.load = load,
	.silu = silu,
};
#endif
