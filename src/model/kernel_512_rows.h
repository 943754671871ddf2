/*
 * kernel_512_rows.h - a row of quantised weights times the activations of one
 * token, or of TILE that share the unpacking. For kernel_avx512.c and
 * kernel_avx512_k.c, which take some seconds each to compile.
 */
#ifndef LILSCOPE_KERNEL_512_ROWS_H
#define LILSCOPE_KERNEL_512_ROWS_H

#include "model/kernel_512.h"

enum {
	TILE = 8,
	AHEAD = 4096, /* bytes from what is read to what is asked for */
};

/* A group of parts is asked for some rows before it is read: left to the CPU
 * a single stream of rows takes twice as long as the memory. */
ALWAYS void fetch_ahead(const uint8_t *at, uint32_t bytes)
{
#pragma GCC unroll 8
	for (uint32_t k = 0; k < bytes; k += 64)
		__builtin_prefetch(at + AHEAD + k);
}

/* Which lanes of the scales pair j takes. */
ALWAYS __m512i lanes_of(uint32_t j, bool halves)
{
	const int a = (int)j * 2, b = (int)j * 4;

	if (!halves)
		return _mm512_setr_epi32(a, a, a, a, a, a, a, a, a + 1, a + 1,
					 a + 1, a + 1, a + 1, a + 1, a + 1,
					 a + 1);
	return _mm512_setr_epi32(b, b, b, b, b + 1, b + 1, b + 1, b + 1, b + 2,
				 b + 2, b + 2, b + 2, b + 3, b + 3, b + 3,
				 b + 3);
}

/* What n_tokens tokens have gathered along a row. */
struct gathered {
	__m512 sums[TILE];
	__m256 least[TILE];
};

/* n parts from the i-th on, at most a group. */
ALWAYS void add_group(struct gathered *a, const struct packing *kind,
		      const uint8_t *row, const struct kernel_q8 *x, uint32_t i,
		      uint32_t n, uint32_t n_tokens)
{
	const __m512i twice = _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5,
						5, 6, 6, 7, 7);
	struct scales g = kind->group(row, i, n);
	__m512 scale[TILE];

#pragma GCC unroll 8
	for (uint32_t t = 0; t < n_tokens; t++) {
		__m512 d = _mm512_castps256_ps512(_mm256_loadu_ps(x[t].d + i));

		if (kind->halves) {
			d = _mm512_permutexvar_ps(twice, d);
			a->least[t] = _mm256_fmadd_ps(
				g.upper, _mm256_loadu_ps(x[t].upper + i),
				a->least[t]);
		}
		scale[t] = _mm512_mul_ps(d, g.scale);
		a->least[t] = _mm256_fmadd_ps(
			g.least, _mm256_loadu_ps(x[t].sums + i), a->least[t]);
	}
#pragma GCC unroll 4
	for (uint32_t j = 0; j < (n + 1) / 2; j++) {
		__m512i u = kind->pair(row, i + 2 * j, 2 * j + 1 < n);
		__m512i at = lanes_of(j, kind->halves);

#pragma GCC unroll 8
		for (uint32_t t = 0; t < n_tokens; t++) {
			const int8_t *q =
				x[t].q + (size_t)(i + 2 * j) * KERNEL_BLOCK;
			__m512i dot =
				_mm512_dpbusd_epi32(_mm512_setzero_si512(), u,
						    _mm512_loadu_si512(q));

			a->sums[t] = _mm512_fmadd_ps(
				_mm512_permutexvar_ps(at, scale[t]),
				_mm512_cvtepi32_ps(dot), a->sums[t]);
		}
	}
}

/* A row times n_tokens tokens: out[token * stride]. */
ALWAYS void dot_row(float *out, size_t stride, const struct packing *kind,
		    const uint8_t *row, const struct kernel_q8 *x,
		    uint32_t n_parts, uint32_t n_tokens)
{
	struct gathered a;
	uint32_t i = 0;

#pragma GCC unroll 8
	for (uint32_t t = 0; t < n_tokens; t++) {
		a.sums[t] = _mm512_setzero_ps();
		a.least[t] = _mm256_setzero_ps();
	}
	for (; i + KERNEL_GROUP <= n_parts; i += KERNEL_GROUP) {
		fetch_ahead(row + (size_t)(i / KERNEL_GROUP) * kind->bytes,
			    kind->bytes);
		add_group(&a, kind, row, x, i, KERNEL_GROUP, n_tokens);
	}
	if (i < n_parts)
		add_group(&a, kind, row, x, i, n_parts - i, n_tokens);
#pragma GCC unroll 8
	for (uint32_t t = 0; t < n_tokens; t++)
		out[t * stride] =
			sum8(_mm256_add_ps(fold(a.sums[t]), a.least[t]));
}

/* Rows [row0, row1) times all tokens, TILE at a time or one. */
ALWAYS void kind_rows(float *out, size_t stride, const struct kernel_rows *w,
		      uint32_t row0, uint32_t row1, const struct kernel_x *x,
		      const struct packing *kind)
{
	uint32_t n_parts = w->n_cols / KERNEL_BLOCK, n;
	struct kernel_q8 tile[TILE];

	for (uint32_t t = 0; t < x->n_tokens; t += n) {
		n = x->n_tokens - t >= TILE ? TILE : 1;
		for (uint32_t k = 0; k < n; k++)
			tile[k] = kernel_token(x, t + k);
		for (uint32_t r = row0; r < row1; r++) {
			const uint8_t *row =
				(const uint8_t *)w->data + r * w->row_bytes;
			float *at = out + t * stride + r;

			if (n == 1)
				dot_row(at, stride, kind, row, tile, n_parts,
					1);
			else
				dot_row(at, stride, kind, row, tile, n_parts,
					TILE);
		}
	}
}

/* Rows at a time, so that they are still near for the next tokens. */
enum { KIND_STRIP_BYTES = 64 << 10 };

/* As kind_rows(), in strips. */
ALWAYS void kind_strips(float *out, size_t stride, const struct kernel_rows *w,
			uint32_t row0, uint32_t row1, const struct kernel_x *x,
			const struct packing *kind)
{
	uint32_t strip = (uint32_t)(KIND_STRIP_BYTES / w->row_bytes);

	strip = x->n_tokens > 1 ? MAX(strip, 4u) : row1 - row0;
	for (uint32_t n; row0 < row1; row0 += n) {
		n = MIN(row1 - row0, strip);
		kind_rows(out, stride, w, row0, row0 + n, x, kind);
	}
}

#define KIND_ROWS(name)                                                        \
	void kernel_avx512_##name(float *out, size_t stride,                   \
				  const struct kernel_rows *w, uint32_t row0,  \
				  uint32_t row1, const struct kernel_x *x)     \
	{                                                                      \
		kind_strips(out, stride, w, row0, row1, x, &packing_##name);   \
	}

#endif
