/*
 * AVX2: a matrix times many tokens by products of words, for weights whose
 * products of bytes do not add up in 16 bits.
 *
 * SPAN columns of a row, and of a token, become whole numbers of at most
 * ROW_MOST and TOKEN_MOST, with one scale, so that 32 bits hold the sum of SPAN
 * products. A token has more of the bits, as some of its numbers are far
 * greater than others. Rows are turned, eight at a time, so that a lane is a
 * row: a register has two columns of eight rows, and meets the same two columns
 * of a token in all lanes.
 *
 *	x   a span of all tokens after the other: [span][token][SPAN]
 *	w   a strip of ROWS rows by SPAN columns, near while the tokens pass
 *
 * Where a few activations of a span are so far above the rest that these would
 * have less bits than a byte, the few stay floats, and are 0 among the words.
 */
#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))),         \
			     apply_to = function)
#else
#pragma GCC target("avx2,fma,f16c")
#endif

#include <math.h>

#include "model/kernel_avx2_parts.h"
#include "model/kernel_avx2_turn.h"

enum {
	SPAN = 128,
	ROW_MOST = 2047,
	TOKEN_MOST = 8191,
	FAR = 64,	  /* times what all others of a span are at most */
	FAR_MOST = 4,	  /* of a span */
	STEPS = SPAN / 2, /* of two columns */
	ROWS = 32,
	SIDES = 2,	  /* times eight rows that meet an activation */
	TILE = 4,	  /* tokens at a time */
	TOKENS = 256,	  /* of which the sums are at hand */
	LINE = 64,
};

/* What is less is 0: its inverse is a number. */
#define LEAST_TOP 1e-30f

static bool works(void)
{
	return kernels_avx2.works();
}

/* --- words -------------------------------------------------------------- */

ALWAYS __m256i load_words(const void *s)
{
	return _mm256_loadu_si256((const __m256i *)s);
}

_Static_assert((long long)SPAN * ROW_MOST * TOKEN_MOST <= INT32_MAX,
	       "a sum fits");

/* The greatest size of SPAN numbers; NAN where one of them is infinite or none.
 * Sizes are compared as their bits, which put these last. */
static float top_of(const float *v)
{
	const __m256 sign = _mm256_set1_ps(-0.0f);
	__m256i most = _mm256_setzero_si256();

	for (int i = 0; i < SPAN; i += SIDE) {
		__m256 size = _mm256_andnot_ps(sign, _mm256_loadu_ps(v + i));

		most = _mm256_max_epi32(most, _mm256_castps_si256(size));
	}
	if (_mm256_movemask_epi8(_mm256_cmpgt_epi32(
		    most, _mm256_set1_epi32(0x7f7fffff))))
		return NAN;
	return max8(_mm256_castsi256_ps(most));
}

/* SPAN numbers, of which the greatest is top, as words of at most `to`; their
 * scale, which is no number where top is none. */
static float set_words(int16_t *out, const float *v, float top, float to)
{
	__m256 inverse = _mm256_set1_ps(top >= LEAST_TOP ? to / top : 0);

	if (isnan(top)) {
		memset(out, 0, SPAN * sizeof(*out));
		return NAN;
	}
	for (int i = 0; i < SPAN; i += 2 * SIDE) {
		__m256i a = _mm256_cvtps_epi32(
			_mm256_mul_ps(_mm256_loadu_ps(v + i), inverse));
		__m256i b = _mm256_cvtps_epi32(
			_mm256_mul_ps(_mm256_loadu_ps(v + i + SIDE), inverse));

		/* packs work in each half */
		_mm256_storeu_si256((__m256i *)(void *)(out + i),
				    _mm256_permute4x64_epi64(
					    _mm256_packs_epi32(a, b), 0xd8));
	}
	return top / to;
}

static uint32_t spans_of(uint32_t n_cols)
{
	return (n_cols + SPAN - 1) / SPAN;
}

/* --- activations -------------------------------------------------------- */

/* An activation that is no word. */
struct far {
	uint32_t token, column; /* of its span */
	float value;
};

/* All spans' words, then all scales, token by token in each span; then those
 * far, of which span s has [first[s], first[s + 1]). */
struct word_tokens {
	int16_t *words;
	float *scales;
	uint32_t *first;
	struct far *far;
};

static struct word_tokens tokens_of(const struct kernel_x *x)
{
	size_t n = (size_t)spans_of(x->n_cols) * x->n_tokens;
	char *at = (char *)x->data;
	struct word_tokens all;

	at += -(uintptr_t)at % LINE;
	all.words = (int16_t *)(void *)at;
	all.scales = (float *)(void *)(all.words + n * SPAN);
	all.first = (uint32_t *)(void *)(all.scales + n);
	all.far = (struct far *)(void *)(all.first + spans_of(x->n_cols) + 1);
	return all;
}

static size_t bytes_of(const struct kernel_x *x)
{
	return (size_t)spans_of(x->n_cols) * x->n_tokens *
		       (SPAN * sizeof(int16_t) + sizeof(float) +
			FAR_MOST * sizeof(struct far)) +
	       (spans_of(x->n_cols) + 1) * sizeof(uint32_t) + LINE;
}

static uint32_t n_beyond(const float *v, float limit)
{
	const __m256 sign = _mm256_set1_ps(-0.0f);
	const __m256 least = _mm256_set1_ps(limit);
	uint32_t n = 0;

	for (int i = 0; i < SPAN; i += SIDE) {
		__m256 size = _mm256_andnot_ps(sign, _mm256_loadu_ps(v + i));

		n += (uint32_t)__builtin_popcount((unsigned)_mm256_movemask_ps(
			_mm256_cmp_ps(size, least, _CMP_GT_OQ)));
	}
	return n;
}

/* Takes what is beyond the limit out of v; how many. */
static uint32_t take_far(struct far *out, float *v, float limit, uint32_t token)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < SPAN; i++)
		if (fabsf(v[i]) > limit) {
			out[n++] = (struct far){ token, i, v[i] };
			v[i] = 0;
		}
	return n;
}

/* n activations of a token as a span; how many of them are far. */
static uint32_t set_span(const struct word_tokens *all, size_t i,
			 uint32_t token, const float *v, uint32_t n,
			 struct far *far)
{
	uint32_t n_far = 0;
	float own[SPAN] = { 0 };
	float top;

	if (n < SPAN)
		v = memcpy(own, v, n * sizeof(*own));
	top = top_of(v);
	if (top >= LEAST_TOP && n_beyond(v, top / FAR) <= FAR_MOST) {
		if (v != own)
			v = memcpy(own, v, sizeof(own));
		n_far = take_far(far, own, top / FAR, token);
		top = top_of(own);
	}
	all->scales[i] = set_words(all->words + i * SPAN, v, top, TOKEN_MOST);
	return n_far;
}

static void set(struct kernel_x *x, const float *v)
{
	struct word_tokens all = tokens_of(x);
	uint32_t n_far = 0;

	for (uint32_t s = 0; s < spans_of(x->n_cols); s++) {
		all.first[s] = n_far;
		for (uint32_t t = 0; t < x->n_tokens; t++)
			n_far += set_span(&all, (size_t)s * x->n_tokens + t, t,
					  v + (size_t)t * x->n_cols + s * SPAN,
					  x->n_cols - s * SPAN,
					  all.far + n_far);
	}
	all.first[spans_of(x->n_cols)] = n_far;
}

/* --- weights ------------------------------------------------------------ */

/* Eight rows of a strip: u[k] is columns 2k and 2k + 1. */
struct word_rows {
	__m256i u[STEPS];
	__m256 scale;
};

/* n columns of a row of halves or BF16 from `at` on, and zeros. */
ALWAYS void floats_at(float out[SPAN], const uint8_t *at, uint32_t n,
		      enum ggml_type type)
{
	uint8_t last[SPAN * 2] = { 0 };

	if (n < SPAN)
		at = memcpy(last, at, n * 2);
#pragma GCC unroll 4
	for (int i = 0; i < SPAN; i += SIDE) {
		__m128i v = _mm_loadu_si128((const __m128i *)(at + 2 * i));

		_mm256_storeu_ps(
			out + i,
			type == GGML_F16 ?
				_mm256_cvtph_ps(v) :
				_mm256_castsi256_ps(_mm256_slli_epi32(
					_mm256_cvtepu16_epi32(v), 16)));
	}
}

/* The same of a row of blocks without least values. */
ALWAYS void blocks_at(float out[SPAN], const uint8_t *row, uint32_t from,
		      uint32_t n,
		      struct avx2_part (*part)(const uint8_t *row, uint32_t i))
{
	uint32_t i = 0;

	for (; i < MIN(n, (uint32_t)SPAN); i += KERNEL_BLOCK) {
		struct avx2_part p = part(row, (from + i) / KERNEL_BLOCK);
		__m128i half[] = { _mm256_castsi256_si128(p.u),
				   _mm256_extracti128_si256(p.u, 1) };

#pragma GCC unroll 4
		for (int k = 0; k < 4; k++) {
			__m128i eight = k % 2 ? _mm_srli_si128(half[k / 2], 8) :
						half[k / 2];

			_mm256_storeu_ps(
				out + i + 8 * k,
				_mm256_mul_ps(p.scale,
					      _mm256_cvtepi32_ps(
						      _mm256_cvtepi8_epi32(
							      eight))));
		}
	}
	for (; i < SPAN; i += SIDE)
		_mm256_storeu_ps(out + i, _mm256_setzero_ps());
}

/* Columns of a row from `from` on, of which there are n, and zeros. */
typedef void unpack_fn(float out[SPAN], const uint8_t *row, uint32_t from,
		       uint32_t n);

#define FLOATS(name, type)                                                     \
	static void floats_##name(float out[SPAN], const uint8_t *row,         \
				  uint32_t from, uint32_t n)                   \
	{                                                                      \
		floats_at(out, row + 2 * (size_t)from, n, type);               \
	}
#define BLOCKS(name)                                                           \
	static void floats_##name(float out[SPAN], const uint8_t *row,         \
				  uint32_t from, uint32_t n)                   \
	{                                                                      \
		blocks_at(out, row, from, n, part_##name);                     \
	}

FLOATS(f16, GGML_F16)
FLOATS(bf16, GGML_BF16)
BLOCKS(q8_0)
BLOCKS(iq4_nl)
BLOCKS(iq4_xs)

/* A span of eight rows. */
static void pack(struct word_rows *out, const uint8_t *const rows[SIDE],
		 uint32_t from, uint32_t n, unpack_fn *unpack)
{
	int16_t words[SIDE][SPAN];
	float floats[SPAN], scales[SIDE];

	for (int r = 0; r < SIDE; r++) {
		unpack(floats, rows[r], from, n);
		scales[r] = set_words(words[r], floats, top_of(floats),
				      ROW_MOST);
	}
	for (int i = 0; i < SPAN; i += 2 * SIDE) {
		__m256i in[SIDE];

#pragma GCC unroll 8
		for (int r = 0; r < SIDE; r++)
			in[r] = load_words(words[r] + i);
		turn(out->u + i / 2, in);
	}
	out->scale = _mm256_loadu_ps(scales);
}

/* --- products ----------------------------------------------------------- */

/* Compilers take sums of integers apart and put products off until no register
 * holds them. */
ALWAYS __m256i kept(__m256i v)
{
	__asm__("" : "+x"(v));
	return v;
}

/* Two activations in all lanes. */
ALWAYS __m256i two_at(const int16_t *x)
{
	int two;

	memcpy(&two, x, sizeof(two));
	return _mm256_set1_epi32(two);
}

/* SIDES times eight rows times n_x tokens, added to sums[token * ROWS]. */
ALWAYS void tile(float *sums, const struct word_rows *w, const int16_t *x,
		 const float *scales, uint32_t n_steps, uint32_t n_x)
{
	__m256i of[TILE][SIDES];

#pragma GCC unroll 8
	for (uint32_t t = 0; t < n_x; t++)
#pragma GCC unroll 2
		for (int g = 0; g < SIDES; g++)
			of[t][g] = _mm256_setzero_si256();
	for (uint32_t i = 0; i < n_steps; i++) {
		__m256i u[SIDES];

#pragma GCC unroll 2
		for (int g = 0; g < SIDES; g++)
			u[g] = kept(w[g].u[i]);
#pragma GCC unroll 8
		for (uint32_t t = 0; t < n_x; t++) {
			__m256i two = two_at(x + t * SPAN + 2 * i);

#pragma GCC unroll 2
			for (int g = 0; g < SIDES; g++)
				of[t][g] = kept(_mm256_add_epi32(
					of[t][g],
					_mm256_madd_epi16(u[g], two)));
		}
	}
#pragma GCC unroll 8
	for (uint32_t t = 0; t < n_x; t++) {
		__m256 d = _mm256_broadcast_ss(&scales[t]);

#pragma GCC unroll 2
		for (int g = 0; g < SIDES; g++) {
			float *at = sums + t * ROWS + g * SIDE;

			_mm256_storeu_ps(
				at,
				_mm256_fmadd_ps(_mm256_mul_ps(d, w[g].scale),
						_mm256_cvtepi32_ps(of[t][g]),
						_mm256_loadu_ps(at)));
		}
	}
}

/* A strip's span times n_tokens tokens. */
static void add_strip(float *sums, const struct word_rows *packed,
		      uint32_t n_rows, const int16_t *x, const float *scales,
		      uint32_t n_steps, uint32_t n_tokens)
{
	for (uint32_t t = 0, n_x; t < n_tokens; t += n_x) {
		n_x = n_tokens - t >= TILE ? TILE : 1;
		for (uint32_t r = 0; r < n_rows; r += SIDES * SIDE) {
			float *at = sums + (size_t)t * ROWS + r;
			const struct word_rows *w = packed + r / SIDE;
			const int16_t *words = x + (size_t)t * SPAN;

			if (n_x == TILE)
				tile(at, w, words, scales + t, n_steps, TILE);
			else
				tile(at, w, words, scales + t, n_steps, 1);
		}
	}
}

/* Those far of n_tokens tokens from the t-th on, in span s. */
struct far_some {
	const struct far *at, *end;
	uint32_t t;
};

static struct far_some far_of(const struct word_tokens *all, uint32_t s,
			      uint32_t t, uint32_t n_tokens)
{
	struct far_some some = { all->far + all->first[s],
				 all->far + all->first[s + 1], t };

	while (some.at < some.end && some.at->token < t)
		some.at++;
	while (some.at < some.end && some.end[-1].token >= t + n_tokens)
		some.end--;
	return some;
}

/* A strip's span times these. */
static void add_far(float *sums, struct far_some some,
		    const struct kernel_rows *w, uint32_t row0, uint32_t n_rows,
		    uint32_t s, unpack_fn *unpack)
{
	float floats[SPAN];

	for (uint32_t r = 0; some.at < some.end && r < n_rows; r++) {
		unpack(floats,
		       (const uint8_t *)w->data + (row0 + r) * w->row_bytes,
		       s * SPAN, w->n_cols - s * SPAN);
		for (const struct far *f = some.at; f < some.end; f++)
			sums[(f->token - some.t) * ROWS + r] +=
				floats[f->column] * f->value;
	}
}

/* What a strip's sums are, to where they belong. */
static void put(float *out, size_t stride, const float *sums, uint32_t n_rows,
		uint32_t n_tokens)
{
	for (uint32_t t = 0; t < n_tokens; t++)
		memcpy(out + t * stride, sums + (size_t)t * ROWS,
		       n_rows * sizeof(*sums));
}

/* The columns of a row that are next when all tokens have met these. */
static void fetch(const uint8_t *row, size_t n_bytes)
{
	for (size_t i = 0; i < n_bytes; i += LINE)
		__builtin_prefetch(row + i);
}

/* At most ROWS rows times at most TOKENS tokens from the t-th on. */
static void strip(float *out, size_t stride, const struct kernel_rows *w,
		  uint32_t row0, uint32_t n_rows, const struct kernel_x *x,
		  uint32_t t, unpack_fn *unpack)
{
	_Alignas(32) float sums[TOKENS * ROWS];
	struct word_rows packed[ROWS / SIDE];
	struct word_tokens all = tokens_of(x);
	uint32_t n_tokens = MIN(x->n_tokens - t, (uint32_t)TOKENS);
	uint32_t n_packed = (n_rows + SIDES * SIDE - 1) / (SIDES * SIDE) *
			    (SIDES * SIDE);
	size_t bytes = w->row_bytes * SPAN / w->n_cols;

	memset(sums, 0, n_tokens * ROWS * sizeof(*sums));
	for (uint32_t s = 0; s < spans_of(w->n_cols); s++) {
		size_t first = (size_t)s * x->n_tokens + t;
		uint32_t n = w->n_cols - s * SPAN;

		for (uint32_t r = 0; r < n_packed; r += SIDE) {
			const uint8_t *rows[SIDE];

			for (uint32_t j = 0; j < SIDE; j++) {
				rows[j] = (const uint8_t *)w->data +
					  (row0 + MIN(r + j, n_rows - 1)) *
						  w->row_bytes;
				fetch(rows[j] + (s + 1) * bytes, bytes);
			}
			pack(&packed[r / SIDE], rows, s * SPAN, n, unpack);
		}
		add_strip(sums, packed, n_rows, all.words + first * SPAN,
			  all.scales + first, (MIN(n, (uint32_t)SPAN) + 1) / 2,
			  n_tokens);
		add_far(sums, far_of(&all, s, t, n_tokens), w, row0, n_rows, s,
			unpack);
	}
	put(out + t * stride + row0, stride, sums, n_rows, n_tokens);
}

/* --- all of it ---------------------------------------------------------- */

static const struct {
	enum ggml_type type;
	unpack_fn *unpack;
} kinds[] = {
	{ GGML_F16, floats_f16 },	{ GGML_BF16, floats_bf16 },
	{ GGML_Q8_0, floats_q8_0 },	{ GGML_IQ4_NL, floats_iq4_nl },
	{ GGML_IQ4_XS, floats_iq4_xs },
};

static void mul(float *out, size_t stride, const struct kernel_rows *w,
		uint32_t row0, uint32_t row1, const struct kernel_x *x)
{
	size_t i = 0;

	while (kinds[i].type != w->type)
		i++;
	for (uint32_t r = row0; r < row1; r += ROWS)
		for (uint32_t t = 0; t < x->n_tokens; t += TOKENS)
			strip(out, stride, w, r, MIN(row1 - r, (uint32_t)ROWS),
			      x, t, kinds[i].unpack);
}

const struct kernel_many kernel_avx2_words = {
	.works = works,
	.bytes = bytes_of,
	.set = set,
	.mul = mul,
};

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
