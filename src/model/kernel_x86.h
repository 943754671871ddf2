/*
 * kernel_x86.h - what all kernels for x86-64 share: halves, scales, sums of
 * eight lanes. Included after the target was set.
 */
#ifndef LILSCOPE_KERNEL_X86_H
#define LILSCOPE_KERNEL_X86_H

#include <cpuid.h>
#include <immintrin.h>
#include <string.h>

#include "model/kernel_impl.h"

/* Conversion from halves: clang's __builtin_cpu_supports() knows "f16c" only
 * since its version 15. */
static inline bool has_f16c(void)
{
	unsigned a, b, c = 0, d;

	return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C);
}

/* AVX-512 as of Cascade Lake and Zen 4. */
static inline bool kernel_has_avx512(void)
{
	return __builtin_cpu_supports("avx512f") &&
	       __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("avx512vl") &&
	       __builtin_cpu_supports("avx512dq") &&
	       __builtin_cpu_supports("avx512vnni") && has_f16c();
}

/* The half at s, aligned or not. */
static inline float half_at(const uint8_t *s)
{
	uint16_t half;

	memcpy(&half, s, sizeof(half));
	return _cvtsh_ss(half);
}

/* The j-th scale and least value of a K block's 12 bytes. */
static inline void scale_min(const uint8_t *s, uint32_t j, float *scale,
			     float *min)
{
	uint32_t a, b;

	if (j < 4) {
		a = s[j] & 63u;
		b = s[j + 4] & 63u;
	} else {
		a = (s[j + 4] & 15u) | (s[j - 4] >> 6 << 4);
		b = (s[j + 4] >> 4u) | (s[j] >> 6 << 4);
	}
	*scale = (float)a;
	*min = (float)b;
}

/* The sum of eight lanes ... */
static inline float sum8(__m256 v)
{
	__m128 s = _mm_add_ps(_mm256_castps256_ps128(v),
			      _mm256_extractf128_ps(v, 1));

	s = _mm_add_ps(s, _mm_movehl_ps(s, s));
	s = _mm_add_ss(s, _mm_movehdup_ps(s));
	return _mm_cvtss_f32(s);
}

/* ... and the greatest of them. */
static inline float max8(__m256 v)
{
	__m128 s = _mm_max_ps(_mm256_castps256_ps128(v),
			      _mm256_extractf128_ps(v, 1));

	s = _mm_max_ps(s, _mm_movehl_ps(s, s));
	return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}

#endif
