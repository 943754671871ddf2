/*
 * kernel_avx2_turn.h - eight rows of eight words, turned: a lane that was a
 * column is a row. Included after the target was set.
 */
#ifndef LILSCOPE_KERNEL_AVX2_TURN_H
#define LILSCOPE_KERNEL_AVX2_TURN_H

#include <immintrin.h>

#include "model/kernel_impl.h"

enum { SIDE = 8 }; /* rows that are turned together */

/* Eight rows of eight words become eight columns. */
ALWAYS void turn(__m256i out[SIDE], const __m256i in[SIDE])
{
	__m256i a[SIDE], b[SIDE];

#pragma GCC unroll 4
	for (int i = 0; i < SIDE; i += 2) {
		a[i] = _mm256_unpacklo_epi32(in[i], in[i + 1]);
		a[i + 1] = _mm256_unpackhi_epi32(in[i], in[i + 1]);
	}
#pragma GCC unroll 2
	for (int i = 0; i < SIDE; i += 4) {
		b[i] = _mm256_unpacklo_epi64(a[i], a[i + 2]);
		b[i + 1] = _mm256_unpackhi_epi64(a[i], a[i + 2]);
		b[i + 2] = _mm256_unpacklo_epi64(a[i + 1], a[i + 3]);
		b[i + 3] = _mm256_unpackhi_epi64(a[i + 1], a[i + 3]);
	}
#pragma GCC unroll 4
	for (int i = 0; i < 4; i++) {
		out[i] = _mm256_permute2x128_si256(b[i], b[i + 4], 0x20);
		out[i + 4] = _mm256_permute2x128_si256(b[i], b[i + 4], 0x31);
	}
}

#endif
