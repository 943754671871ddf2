/*
 * kernel_512_rows.h - four rows of quantised weights times the activations of
 * some tokens, which share the unpacking. For kernel_avx512_32.c and
 * kernel_avx512_k.c, which take some seconds each to compile.
 *
 * A quad of four rows: dpbusd makes 16 sums of four or eight products of each
 * row; these are turned and added up, so that lane 4k + r has the k-th unit's
 * sum of row r, all of it, and 16 of them meet their scales at once.
 */
#ifndef LILSCOPE_KERNEL_512_ROWS_H
#define LILSCOPE_KERNEL_512_ROWS_H

#include "model/kernel_512.h"

enum {
	ROWS = 4,
	TILE = 32,    /* tokens at a time */
	AHEAD = 4096, /* bytes from what is read to what is asked for */
};

/* A group of parts is asked for some rows before it is read: left to the CPU
 * a single stream of rows takes twice as long as the memory. */
ALWAYS void fetch_ahead(const uint8_t *at, uint32_t bytes)
{
#pragma GCC unroll 32
	for (uint32_t k = 0; k < bytes; k += 64)
		__builtin_prefetch(at + AHEAD + k);
}

/* What four rows say of a group's units, to lane 4k + r of each quad. */
ALWAYS void turn_units(__m512 quads[4], const __m512 rows[ROWS], bool halves)
{
	const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6,
						10, 14, 3, 7, 11, 15);
	__m512 v[ROWS], a, b;

#pragma GCC unroll 4
	for (int r = 0; r < ROWS; r++)
		v[r] = _mm512_permutexvar_ps(order, rows[r]);
	a = _mm512_unpacklo_ps(v[0], v[1]);
	b = _mm512_unpacklo_ps(v[2], v[3]);
	quads[0] = _mm512_shuffle_ps(a, b, 0x44);
	quads[1] = _mm512_shuffle_ps(a, b, 0xee);
	quads[2] = quads[3] = _mm512_setzero_ps();
	if (!halves)
		return;
	a = _mm512_unpackhi_ps(v[0], v[1]);
	b = _mm512_unpackhi_ps(v[2], v[3]);
	quads[2] = _mm512_shuffle_ps(a, b, 0x44);
	quads[3] = _mm512_shuffle_ps(a, b, 0xee);
}

/* The sums of four lanes each of four rows. */
ALWAYS __m512i turn_sums(const __m512i v[ROWS])
{
	__m512i a = _mm512_add_epi32(_mm512_unpacklo_epi32(v[0], v[1]),
				     _mm512_unpackhi_epi32(v[0], v[1]));
	__m512i b = _mm512_add_epi32(_mm512_unpacklo_epi32(v[2], v[3]),
				     _mm512_unpackhi_epi32(v[2], v[3]));

	return _mm512_add_epi32(_mm512_unpacklo_epi64(a, b),
				_mm512_unpackhi_epi64(a, b));
}

/* A quad of four rows times a token's, added to sums. */
ALWAYS __m512 add_quad(__m512 sums, __m512i u[ROWS][2], __m512 scale,
		       __m512 least, const char *x, bool halves)
{
	const float *d = (const float *)(const void *)(x + (halves ? 64 : 128));
	__m512i q[2] = { _mm512_load_si512(x) }, dots[ROWS];

	if (!halves)
		q[1] = _mm512_load_si512(x + 64);
#pragma GCC unroll 4
	for (int r = 0; r < ROWS; r++) {
		dots[r] = _mm512_dpbusd_epi32(_mm512_setzero_si512(), u[r][0],
					      q[0]);
		if (!halves)
			dots[r] = _mm512_dpbusd_epi32(dots[r], u[r][1], q[1]);
	}
	sums = _mm512_fmadd_ps(least, _mm512_load_ps(d + 16), sums);
	return _mm512_fmadd_ps(_mm512_mul_ps(scale, _mm512_load_ps(d)),
			       _mm512_cvtepi32_ps(turn_sums(dots)), sums);
}

/* n parts from the i-th on, at most a group. */
ALWAYS void add_group(__m512 *sums, const struct packing *kind,
		      const uint8_t *const rows[ROWS], const struct quads *x,
		      uint32_t i, uint32_t n, uint32_t n_tokens)
{
	const uint32_t parts = quad_parts(kind->halves);
	const char *at = x->at + i / parts * x->bytes;
	__m512 scales[ROWS], leasts[ROWS], scale[4], least[4];

#pragma GCC unroll 4
	for (int r = 0; r < ROWS; r++) {
		struct scales g = kind->group(rows[r], i, n);

		scales[r] = g.scale;
		leasts[r] = g.least;
	}
	turn_units(scale, scales, kind->halves);
	turn_units(least, leasts, kind->halves);
#pragma GCC unroll 4
	for (int j = 0; j < 4; j++)
		if (kind->minus != 0)
			least[j] = _mm512_mul_ps(scale[j],
						 _mm512_set1_ps(-kind->minus));
#pragma GCC unroll 4
	for (uint32_t j = 0; j < (n + parts - 1) / parts; j++) {
		__m512i u[ROWS][2];

#pragma GCC unroll 4
		for (int r = 0; r < ROWS; r++)
			kind->quad(u[r], rows[r], i + parts * j,
				   n - parts * j);
		for (uint32_t t = 0; t < n_tokens; t++)
			sums[t] = add_quad(sums[t], u, scale[j], least[j],
					   at + t * x->stride + j * x->bytes,
					   kind->halves);
	}
}

/* n_rows of the rows that begin at `row`, at most ROWS, times n_tokens tokens:
 * out[token * stride + row]. */
ALWAYS void dot_rows(float *out, size_t stride, const struct packing *kind,
		     const uint8_t *row, size_t row_bytes, uint32_t n_rows,
		     const struct quads *x, uint32_t n_parts, uint32_t n_tokens)
{
	const uint8_t *rows[ROWS];
	__m512 sums[TILE];
	uint32_t i = 0;

	for (uint32_t r = 0; r < ROWS; r++)
		rows[r] = row + MIN(r, n_rows - 1) * row_bytes;
	for (uint32_t t = 0; t < n_tokens; t++)
		sums[t] = _mm512_setzero_ps();
	for (; i + KERNEL_GROUP <= n_parts; i += KERNEL_GROUP) {
		fetch_ahead(row + (size_t)i / KERNEL_GROUP * ROWS * kind->bytes,
			    ROWS * kind->bytes);
		add_group(sums, kind, rows, x, i, KERNEL_GROUP, n_tokens);
	}
	if (i + 4 <= n_parts) {
		fetch_ahead(row + (size_t)i / KERNEL_GROUP * ROWS * kind->bytes,
			    ROWS * kind->bytes / 2);
		add_group(sums, kind, rows, x, i, 4, n_tokens);
		i += 4;
	}
	if (i < n_parts)
		add_group(sums, kind, rows, x, i, n_parts - i, n_tokens);
	for (uint32_t t = 0; t < n_tokens; t++) {
		__m256 two = fold(sums[t]);
		__m128 one = _mm_add_ps(_mm256_castps256_ps128(two),
					_mm256_extractf128_ps(two, 1));

		_mm_mask_storeu_ps(out + t * stride,
				   (__mmask8)((1u << n_rows) - 1), one);
	}
}

/* Rows [row0, row1) times all tokens, TILE at a time. */
ALWAYS void kind_rows(float *out, size_t stride, const struct kernel_rows *w,
		      uint32_t row0, uint32_t row1, const struct kernel_x *x,
		      const struct packing *kind)
{
	uint32_t n_parts = w->n_cols / KERNEL_BLOCK;
	struct quads tile = quads_of(x);

	for (uint32_t t = 0; t < x->n_tokens; t += TILE) {
		uint32_t n_tokens = MIN(x->n_tokens - t, (uint32_t)TILE);

		for (uint32_t r = row0; r < row1; r += ROWS) {
			const uint8_t *row =
				(const uint8_t *)w->data + r * w->row_bytes;
			uint32_t n_rows = MIN(row1 - r, (uint32_t)ROWS);
			float *at = out + t * stride + r;

			if (n_tokens == 1)
				dot_rows(at, stride, kind, row, w->row_bytes,
					 n_rows, &tile, n_parts, 1);
			else
				dot_rows(at, stride, kind, row, w->row_bytes,
					 n_rows, &tile, n_parts, n_tokens);
		}
		tile.at += TILE * tile.stride;
	}
}

/* Rows at a time, so that they are still near for the next tokens. */
enum { KIND_STRIP_BYTES = 64 << 10 };

/* As kind_rows(), in strips. */
ALWAYS void kind_strips(float *out, size_t stride, const struct kernel_rows *w,
			uint32_t row0, uint32_t row1, const struct kernel_x *x,
			const struct packing *kind)
{
	uint32_t strip = (uint32_t)(KIND_STRIP_BYTES / w->row_bytes) & ~3u;

	strip = x->n_tokens > TILE ? MAX(strip, 4u) : row1 - row0;
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
