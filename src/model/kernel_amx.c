/*
 * AMX, tiles of bfloat16: a matrix of any type times many tokens.
 *
 * A tile of weights is 16 rows by 32 columns, a tile of activations 16 tokens
 * by 32 columns; their products are added up, along all columns, in a tile of
 * floats. Weights are unpacked once for all tokens, SPAN columns of two tiles'
 * rows at a time, so that they are near while the tokens pass.
 *
 * Rounded to bfloat16 (2^-9) weights and activations are nearer to what they
 * were than activations in blocks of 8-bit integers are. Where weights are
 * floats, both are split in two, a first part and what it leaves: a half is
 * exact in two, and what is lost of a product is about 2^-16.
 */
#include "model/kernel_impl.h"

#if defined(KERNEL_AMX)
#define KERNEL_TILES
#include "model/kernel_512.h"

#include <sys/syscall.h>
#include <unistd.h>

enum {
	SIDE = 16,              /* rows or tokens of a tile */
	WIDTH = KERNEL_BLOCK,   /* columns of a tile */
	TILE_BYTES = 1024,
	PAIR = 2 * SIDE,        /* two tiles' rows go with two tiles' tokens */
	SPAN = 2 * KERNEL_GROUP, /* tiles of columns unpacked at a time */
	TOKENS = 256,           /* of which the sums are at hand */
};

/* --- is there any ------------------------------------------------------- */

/* The system gives tiles to who asks for them. */
static bool ask(void)
{
#if defined(__linux__) && defined(SYS_arch_prctl)
	enum { REQUEST_PERMISSION = 0x1023, TILE_DATA = 18 };

	return syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
#else
	return false;
#endif
}

static bool works(void)
{
	enum { AMX_BF16 = 1 << 22, AMX_TILE = 1 << 24, AVX512_BF16 = 1 << 5 };
	unsigned a, b, c, d, a1;

	return kernel_has_avx512() &&
	       __get_cpuid_count(7, 1, &a1, &b, &c, &d) &&
	       __get_cpuid_count(7, 0, &a, &b, &c, &d) &&
	       (a1 & AVX512_BF16) && (d & AMX_BF16) && (d & AMX_TILE) && ask();
}

/* --- activations -------------------------------------------------------- */

/* Memory: a plane of tokens, whole tiles, rows apart by more than columns, as
 * steps of a power of two share their place in the cache; and one of what the
 * first leaves. */
static uint32_t n_planes(enum ggml_type type)
{
	return kernel_is_float(type) ? 2 : 1;
}

static size_t stride_of(uint32_t n_cols)
{
	return (size_t)(n_cols + WIDTH - 1) / WIDTH * WIDTH * 2 + 64;
}

static size_t plane_bytes(const struct kernel_x *x)
{
	return (size_t)(x->n_tokens + PAIR - 1) / PAIR * PAIR *
	       stride_of(x->n_cols);
}

/* Tiles are read by whole lines. */
static char *plane_of(const struct kernel_x *x, uint32_t plane)
{
	uintptr_t at = ((uintptr_t)x->data + 63) / 64 * 64;

	return (char *)at + plane * plane_bytes(x);
}

static size_t bytes_of(const struct kernel_x *x)
{
	return n_planes(x->type) * plane_bytes(x) + 64;
}

/* 32 floats to 32 bfloat16. */
ALWAYS __m512i rounded(__m512 low, __m512 high)
{
	return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

/* What the low or high 16 of them have lost. */
ALWAYS __m512 left(__m512 v, __m512i parts, int half)
{
	__m256i part = half ? _mm512_extracti64x4_epi64(parts, 1) :
			      _mm512_castsi512_si256(parts);

	return _mm512_sub_ps(
		v, _mm512_castsi512_ps(_mm512_slli_epi32(
			   _mm512_cvtepu16_epi32(part), 16)));
}

static void set_row(char *first, char *second, const float *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i += WIDTH) {
		uint32_t len = MIN(n - i, (uint32_t)WIDTH);
		uint32_t mask = len == WIDTH ? ~0u : (1u << len) - 1;
		__m512 low = _mm512_maskz_loadu_ps((__mmask16)mask, v + i);
		__m512 high = _mm512_maskz_loadu_ps((__mmask16)(mask >> 16),
						    v + i + SIDE);
		__m512i parts = rounded(low, high);

		_mm512_storeu_si512(first + (size_t)i * 2, parts);
		if (second)
			_mm512_storeu_si512(second + (size_t)i * 2,
					    rounded(left(low, parts, 0),
						    left(high, parts, 1)));
	}
}

static void set(struct kernel_x *x, const float *v)
{
	size_t stride = stride_of(x->n_cols);
	char *first = plane_of(x, 0), *second = NULL;

	if (n_planes(x->type) > 1)
		second = plane_of(x, 1);
	memset(first, 0, n_planes(x->type) * plane_bytes(x));
	for (uint32_t i = 0; i < x->n_tokens; i++)
		set_row(first + i * stride, second ? second + i * stride : NULL,
			v + (size_t)i * x->n_cols, x->n_cols);
}

/* --- weights ------------------------------------------------------------ */

/* Two tiles' rows: of each plane SPAN tiles of one and of the other. */
struct packed {
	_Alignas(64) char tiles[2][2][SPAN][TILE_BYTES];
};

/* 16 rows of 16 words become columns: pairs of weights beside each other, as
 * tiles want them. */
static void turn(char *tile, const __m512i rows[SIDE])
{
	__m512i a[SIDE], b[SIDE];

#pragma GCC unroll 8
	for (int i = 0; i < SIDE; i += 2) {
		a[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
		a[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
	}
#pragma GCC unroll 4
	for (int i = 0; i < SIDE; i += 4) {
		b[i] = _mm512_unpacklo_epi64(a[i], a[i + 2]);
		b[i + 1] = _mm512_unpackhi_epi64(a[i], a[i + 2]);
		b[i + 2] = _mm512_unpacklo_epi64(a[i + 1], a[i + 3]);
		b[i + 3] = _mm512_unpackhi_epi64(a[i + 1], a[i + 3]);
	}
#pragma GCC unroll 4
	for (int i = 0; i < 4; i++) {
		a[i] = _mm512_shuffle_i32x4(b[i], b[i + 4], 0x88);
		a[i + 4] = _mm512_shuffle_i32x4(b[i], b[i + 4], 0xdd);
		a[i + 8] = _mm512_shuffle_i32x4(b[i + 8], b[i + 12], 0x88);
		a[i + 12] = _mm512_shuffle_i32x4(b[i + 8], b[i + 12], 0xdd);
	}
#pragma GCC unroll 8
	for (int i = 0; i < 8; i++) {
		_mm512_store_si512(tile + i * 64,
				   _mm512_shuffle_i32x4(a[i], a[i + 8], 0x88));
		_mm512_store_si512(tile + (i + 8) * 64,
				   _mm512_shuffle_i32x4(a[i], a[i + 8], 0xdd));
	}
}

/* A group of parts of one row, at most n of them, 32 bfloat16 each. */
typedef void unpack_fn(__m512i out[KERNEL_GROUP][SIDE], const uint8_t *row,
		       uint32_t i, uint32_t n);

ALWAYS void unpack_group(__m512i out[KERNEL_GROUP][SIDE],
			 const struct packing *kind, const uint8_t *row,
			 uint32_t i, uint32_t n)
{
	_Alignas(64) uint8_t bytes[2][4][SIDE];
	const uint32_t parts = quad_parts(kind->halves);
	struct scales g = kind->group(row, i, n);
	__m512 least = g.least;

	if (kind->minus != 0)
		least = _mm512_mul_ps(g.scale, _mm512_set1_ps(-kind->minus));
	for (uint32_t j = 0; j < n; j++) {
		uint32_t k = j % parts;
		__m512 v[2];

		if (k == 0)
			kind->quad((__m512i *)(void *)bytes, row, i + j, n - j);
#pragma GCC unroll 2
		for (uint32_t h = 0; h < 2; h++) {
			const uint8_t *u = kind->halves ? bytes[0][2 * k + h] :
							  bytes[h][k];
			__m512i at = _mm512_set1_epi32(
				(int)(kind->halves ? 2 * j + h : j));

			v[h] = _mm512_fmadd_ps(
				_mm512_cvtepi32_ps(
					_mm512_cvtepu8_epi32(load16(u))),
				_mm512_permutexvar_ps(at, g.scale),
				_mm512_permutexvar_ps(at, least));
		}
		out[j][0] = rounded(v[0], v[1]);
	}
}

#define UNPACK(name)                                                           \
	static void unpack_##name(__m512i out[KERNEL_GROUP][SIDE],             \
				  const uint8_t *row, uint32_t i, uint32_t n)  \
	{                                                                      \
		unpack_group(out, &packing_##name, row, i, n);                 \
	}

UNPACK(q8_0)
UNPACK(q4_0)
UNPACK(q4_1)
UNPACK(q5_0)
UNPACK(q5_1)
UNPACK(iq4_nl)
UNPACK(mxfp4)
UNPACK(q2_k)
UNPACK(q3_k)
UNPACK(q4_k)
UNPACK(q5_k)
UNPACK(q6_k)
UNPACK(iq4_xs)

static const struct {
	enum ggml_type type;
	unpack_fn *unpack;
} kinds[] = {
	{ GGML_Q8_0, unpack_q8_0 },	{ GGML_Q4_0, unpack_q4_0 },
	{ GGML_Q4_1, unpack_q4_1 },	{ GGML_Q5_0, unpack_q5_0 },
	{ GGML_Q5_1, unpack_q5_1 },	{ GGML_IQ4_NL, unpack_iq4_nl },
	{ GGML_MXFP4, unpack_mxfp4 },	{ GGML_Q2_K, unpack_q2_k },
	{ GGML_Q3_K, unpack_q3_k },	{ GGML_Q4_K, unpack_q4_k },
	{ GGML_Q5_K, unpack_q5_k },	{ GGML_Q6_K, unpack_q6_k },
	{ GGML_IQ4_XS, unpack_iq4_xs },
};

/* 16 columns of a row of floats from the i-th on; 0 beyond n. */
ALWAYS __m512 floats_at(const uint8_t *row, enum ggml_type type, uint32_t i,
			uint32_t n)
{
	uint32_t len = MIN(n - MIN(n, i), (uint32_t)SIDE);
	__mmask16 mask = (__mmask16)((1u << len) - 1);
	__m256i v;

	if (type == GGML_F32)
		return _mm512_maskz_loadu_ps(mask, row + (size_t)i * 4);
	v = _mm256_maskz_loadu_epi16(mask, row + (size_t)i * 2);
	if (type == GGML_F16)
		return _mm512_cvtph_ps(v);
	return _mm512_castsi512_ps(
		_mm512_slli_epi32(_mm512_cvtepu16_epi32(v), 16));
}

/* n tiles of 16 rows of w (n_rows of them are there) from a row and a column
 * on. */
static void pack(struct packed *out, uint32_t side, const struct kernel_rows *w,
		 uint32_t row0, uint32_t n_rows, uint32_t part0, uint32_t n)
{
	const uint8_t *rows = (const uint8_t *)w->data + row0 * w->row_bytes;
	unpack_fn *unpack = NULL;
	__m512i all[2][KERNEL_GROUP][SIDE];

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].type == w->type)
			unpack = kinds[i].unpack;
	memset(all, 0, sizeof(all));
	for (uint32_t p = 0; p < n; p += KERNEL_GROUP) {
		uint32_t len = MIN(n - p, (uint32_t)KERNEL_GROUP);

		for (uint32_t r = 0; r < n_rows; r++) {
			const uint8_t *row = rows + r * w->row_bytes;

			if (unpack) {
				unpack((void *)&all[0][0][r], row, part0 + p,
				       len);
				continue;
			}
			for (uint32_t k = 0; k < len; k++) {
				uint32_t i = (part0 + p + k) * WIDTH;
				__m512 a = floats_at(row, w->type, i,
						     w->n_cols);
				__m512 b = floats_at(row, w->type, i + SIDE,
						     w->n_cols);
				__m512i both = rounded(a, b);

				all[0][k][r] = both;
				all[1][k][r] = rounded(left(a, both, 0),
						       left(b, both, 1));
			}
		}
		for (uint32_t k = 0; k < len; k++) {
			turn(out->tiles[0][side][p + k], all[0][k]);
			if (!unpack)
				turn(out->tiles[1][side][p + k], all[1][k]);
		}
	}
}

/* --- products ----------------------------------------------------------- */

/* What the compiler must not move over tiles' reading and writing. */
#define FENCE() __asm__ volatile("" ::: "memory")

static void set_tiles(void)
{
	struct {
		uint8_t palette, start, zero[14];
		uint16_t width[16];
		uint8_t rows[16];
	} config = { .palette = 1 };

	for (int i = 0; i < 8; i++) {
		config.width[i] = 64;
		config.rows[i] = SIDE;
	}
	FENCE();
	_tile_loadconfig(&config);
}

/* n tiles of columns of 32 tokens times those of 32 rows, added to sums. */
static void add_tiles(float *sums, const char *x, size_t stride,
		      char (*const w)[SPAN][TILE_BYTES], uint32_t n)
{
	enum { STEP = PAIR * sizeof(float) };
	float *lower = sums + SIDE * PAIR;

	FENCE();
	_tile_loadd(0, sums, STEP);
	_tile_loadd(1, sums + SIDE, STEP);
	_tile_loadd(2, lower, STEP);
	_tile_loadd(3, lower + SIDE, STEP);
	for (uint32_t i = 0; i < n; i++, x += 2 * WIDTH) {
		_tile_loadd(4, x, stride);
		_tile_loadd(6, w[0][i], 64);
		_tile_dpbf16ps(0, 4, 6);
		_tile_loadd(7, w[1][i], 64);
		_tile_dpbf16ps(1, 4, 7);
		_tile_loadd(5, x + SIDE * stride, stride);
		_tile_dpbf16ps(2, 5, 6);
		_tile_dpbf16ps(3, 5, 7);
	}
	_tile_stored(0, sums, STEP);
	_tile_stored(1, sums + SIDE, STEP);
	_tile_stored(2, lower, STEP);
	_tile_stored(3, lower + SIDE, STEP);
	FENCE();
}

/* At most PAIR rows times tokens [from, to) of x, at most TOKENS. */
static void pair_rows(float *out, size_t stride, const struct kernel_rows *w,
		      uint32_t row0, uint32_t n_rows, const struct kernel_x *x,
		      uint32_t from, uint32_t to)
{
	_Alignas(64) float sums[TOKENS * PAIR];
	uint32_t n_parts = (w->n_cols + WIDTH - 1) / WIDTH, n;
	size_t apart = stride_of(w->n_cols);
	struct packed packed;
	uint32_t upper = MIN(n_rows, (uint32_t)SIDE);
	bool two_planes = n_planes(w->type) > 1;

	memset(sums, 0, sizeof(sums));
	for (uint32_t part = 0; part < n_parts; part += n) {
		n = MIN(n_parts - part, (uint32_t)SPAN);
		pack(&packed, 0, w, row0, upper, part, n);
		pack(&packed, 1, w, row0 + upper, n_rows - upper, part, n);
		for (uint32_t t = from; t < to; t += PAIR) {
			float *at = sums + (size_t)(t - from) * PAIR;
			size_t skip = t * apart + (size_t)part * WIDTH * 2;

			add_tiles(at, plane_of(x, 0) + skip, apart,
				  packed.tiles[0], n);
			if (!two_planes)
				continue;
			add_tiles(at, plane_of(x, 1) + skip, apart,
				  packed.tiles[0], n);
			if (w->type != GGML_BF16)
				add_tiles(at, plane_of(x, 0) + skip, apart,
					  packed.tiles[1], n);
		}
	}
	for (uint32_t t = from; t < to; t++)
		memcpy(out + t * stride + row0,
		       sums + (size_t)(t - from) * PAIR,
		       n_rows * sizeof(float));
}

static void mul(float *out, size_t stride, const struct kernel_rows *w,
		uint32_t row0, uint32_t row1, const struct kernel_x *x)
{
	set_tiles();
	for (uint32_t row = row0, n; row < row1; row += n) {
		n = MIN(row1 - row, (uint32_t)PAIR);
		for (uint32_t t = 0; t < x->n_tokens; t += TOKENS)
			pair_rows(out, stride, w, row, n, x, t,
				  MIN(x->n_tokens, t + TOKENS));
	}
	_tile_release();
}

static uint32_t from(enum ggml_type type)
{
	(void)type;
	return 32; /* two tiles of 16 */
}

const struct kernel_many kernel_amx = {
	.works = works,
	.from = from,
	.bytes = bytes_of,
	.set = set,
	.mul = mul,
};

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
