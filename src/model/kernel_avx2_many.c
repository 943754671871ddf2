/*
 * AVX2: a matrix of any type times many tokens; floats, and types whose
 * products of bytes do not add up in 16 bits, in files of their own.
 *
 * Weights are unpacked once for all tokens, eight rows at a time, and turned,
 * so that a lane is a row: 256 bits are four columns of eight rows, and meet
 * the same four activations of a token in all lanes. So no sum goes across
 * lanes, and products of small weights are added up in 16 bits before they are
 * widened. A strip of ROWS rows by SPAN parts is near while the tokens pass,
 * TILE of them at a time.
 */
#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))),         \
			     apply_to = function)
#else
#pragma GCC target("avx2,fma,f16c")
#endif

#include "model/kernel_avx2_parts.h"
#include "model/kernel_avx2_turn.h"

enum {
	SIDES = 2,   /* of which so many meet an activation */
	ROWS = 32,   /* of a strip */
	SPAN = 8,    /* parts of a strip */
	TILE = 4,    /* tokens at a time */
	TOKENS = 256, /* of which the sums are at hand */
};

static bool works(void)
{
	return kernels_avx2.works();
}

/* --- activations -------------------------------------------------------- */

/* Whose such a matrix is, if not of this file; or NULL. */
static const struct kernel_many *other(enum ggml_type type)
{
	static const enum ggml_type words[] = { GGML_F16, GGML_BF16, GGML_Q8_0,
						GGML_IQ4_NL, GGML_IQ4_XS };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (words[i] == type)
			return &kernel_avx2_words;
	return type == GGML_F32 ? &kernel_avx2_floats : NULL;
}

static size_t bytes_of(const struct kernel_x *x)
{
	return other(x->type) ?
		       other(x->type)->bytes(x) :
		       kernel_token_bytes(x->n_cols) * x->n_tokens + 1;
}

static void set(struct kernel_x *x, const float *v)
{
	if (other(x->type)) {
		other(x->type)->set(x, v);
		return;
	}
	x->token_bytes = kernel_token_bytes(x->n_cols);
	for (uint32_t i = 0; i < x->n_tokens; i++)
		kernels_avx2.quantize(kernel_token(x, i),
				      v + (size_t)i * x->n_cols, x->n_cols);
}

/* --- weights ------------------------------------------------------------ */

/* A part of eight rows: u[k] is columns 4k to 4k + 3; scale and least of the
 * first half and of the second, as struct avx2_part has them. */
struct turned {
	__m256i u[SIDE];
	__m256 scale[2], least[2];
};

ALWAYS void pack_part(struct turned *out, const uint8_t *const rows[SIDE],
		      uint32_t i,
		      struct avx2_part (*part)(const uint8_t *row, uint32_t i))
{
	float scale[2][SIDE], least[2][SIDE];
	__m256i u[SIDE];

#pragma GCC unroll 8
	for (int r = 0; r < SIDE; r++) {
		struct avx2_part p = part(rows[r], i);
		__m128 high = _mm256_extractf128_ps(p.scale, 1);

		u[r] = p.u;
		scale[0][r] = _mm256_cvtss_f32(p.scale);
		scale[1][r] = _mm_cvtss_f32(high);
		least[0][r] = p.least[0];
		least[1][r] = p.least[1];
	}
	turn(out->u, u);
#pragma GCC unroll 2
	for (int h = 0; h < 2; h++) {
		out->scale[h] = _mm256_loadu_ps(scale[h]);
		out->least[h] = _mm256_loadu_ps(least[h]);
	}
}

/* --- products of bytes -------------------------------------------------- */

/* What a type's weights allow. */
struct nature {
	int n_added;   /* pairs of products that 16 bits hold the sum of */
	bool is_signed, halves, has_least;
};

/* Four activations in all lanes. */
ALWAYS __m256i four_at(const int8_t *q)
{
	int four;

	memcpy(&four, q, sizeof(four));
	return _mm256_set1_epi32(four);
}

ALWAYS __m256i pairs(__m256i u, __m256i q, bool is_signed)
{
	return is_signed ? _mm256_maddubs_epi16(_mm256_abs_epi8(u),
						_mm256_sign_epi8(q, u)) :
			   _mm256_maddubs_epi16(u, q);
}

/* v, as it is. Compilers take sums of integers apart and put products off until
 * no register holds them, and read weights anew that were at hand. */
ALWAYS __m256i kept(__m256i v)
{
	__asm__("" : "+x"(v));
	return v;
}

/* One step's products, or two steps' where their sums are made whole at once:
 * lanes of 32 bits then, and of 16 otherwise. */
ALWAYS __m256i step_of(const __m256i u[2], const int8_t *q,
		       const struct nature *k)
{
	__m256i s = pairs(u[0], four_at(q), k->is_signed);

	if (k->n_added == 2)
		s = _mm256_add_epi16(s, pairs(u[1], four_at(q + 4),
					      k->is_signed));
	return k->n_added <= 2 ? _mm256_madd_epi16(s, _mm256_set1_epi16(1)) : s;
}

/* Steps [from, to) of a part of n_w times eight rows and of n_x tokens. Weights
 * meet all tokens, and an activation all rows, while they are in registers. */
ALWAYS void steps(__m256i sums[TILE][SIDES], const struct turned *const w[],
		  uint32_t n_w, const int8_t *const q[TILE], uint32_t n_x,
		  int from, int to, const struct nature *k)
{
	const __m256i ones = _mm256_set1_epi16(1);
	int step = k->n_added == 2 ? 2 : 1;

#pragma GCC unroll 8
	for (int i = from; i < to; i += step) {
		__m256i u[SIDES][2];

#pragma GCC unroll 2
		for (uint32_t g = 0; g < n_w; g++)
#pragma GCC unroll 2
			for (int j = 0; j < step; j++)
				u[g][j] = kept(w[g]->u[i + j]);
#pragma GCC unroll 4
		for (uint32_t t = 0; t < n_x; t++)
#pragma GCC unroll 2
			for (uint32_t g = 0; g < n_w; g++) {
				__m256i s = step_of(u[g], q[t] + 4 * i, k);

				if (i > from)
					s = k->n_added <= 2 ?
						    _mm256_add_epi32(
							    sums[t][g], s) :
						    _mm256_add_epi16(
							    sums[t][g], s);
				sums[t][g] = kept(s);
			}
	}
#pragma GCC unroll 4
	for (uint32_t t = 0; t < n_x; t++)
#pragma GCC unroll 2
		for (uint32_t g = 0; g < n_w; g++)
			if (k->n_added > 2)
				sums[t][g] =
					_mm256_madd_epi16(sums[t][g], ones);
}

/* A part of n_w times eight rows and of n_x tokens, added to
 * sums[token * ROWS]. */
ALWAYS void add_part(float *sums, const struct turned *const w[], uint32_t n_w,
		     const struct kernel_q8 *x, uint32_t part, uint32_t n_x,
		     const struct nature *k)
{
	int n_steps = k->halves			       ? SIDE / 2 :
		      k->n_added > 2 && k->n_added < 8 ? k->n_added :
							 SIDE;
	const int8_t *q[TILE];

#pragma GCC unroll 4
	for (uint32_t t = 0; t < n_x; t++)
		q[t] = x[t].q + (size_t)part * KERNEL_BLOCK;
#pragma GCC unroll 2
	for (int from = 0; from < SIDE; from += n_steps) {
		int h = k->halves && from;
		__m256i of[TILE][SIDES];

		steps(of, w, n_w, q, n_x, from, from + n_steps, k);
#pragma GCC unroll 4
		for (uint32_t t = 0; t < n_x; t++) {
			__m256 d = _mm256_broadcast_ss(&x[t].d[part]);
			const float *of_q = h ? x[t].upper : x[t].sums;
			__m256 sum = _mm256_broadcast_ss(&of_q[part]);

#pragma GCC unroll 2
			for (uint32_t g = 0; g < n_w; g++) {
				float *at = sums + t * ROWS + g * SIDE;
				__m256 v = _mm256_loadu_ps(at);

				v = _mm256_fmadd_ps(
					_mm256_mul_ps(d, w[g]->scale[h]),
					_mm256_cvtepi32_ps(of[t][g]), v);
				if (k->has_least && (h || !from))
					v = _mm256_fmadd_ps(sum,
							    w[g]->least[h], v);
				_mm256_storeu_ps(at, v);
			}
		}
	}
}

/* n parts of n_w times eight rows, SPAN parts from one to the next, and of n_x
 * tokens. */
ALWAYS void add_tile(float *sums, const struct turned *packed, uint32_t n_w,
		     const struct kernel_q8 *x, uint32_t part, uint32_t n,
		     uint32_t n_x, const struct nature *k)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct turned *w[SIDES] = { packed + i,
						  packed + SPAN + i };

		add_part(sums, w, n_w, x, part + i, n_x, k);
	}
}

/* The parts of a strip times n_tokens tokens. */
ALWAYS void add_strip(float *sums, struct turned packed[][SPAN],
		      uint32_t n_rows, const struct kernel_x *x, uint32_t from,
		      uint32_t n_tokens, uint32_t part, uint32_t n,
		      const struct nature *k)
{
	for (uint32_t t = 0, n_x; t < n_tokens; t += n_x) {
		struct kernel_q8 tile[TILE];

		n_x = n_tokens - t >= TILE ? TILE : 1;
		for (uint32_t i = 0; i < n_x; i++)
			tile[i] = kernel_token(x, from + t + i);
		for (uint32_t r = 0; r < n_rows; r += SIDES * SIDE) {
			float *at = sums + (size_t)t * ROWS + r;

			if (n_x == TILE)
				add_tile(at, packed[r / SIDE], SIDES, tile,
					 part, n, TILE, k);
			else
				add_tile(at, packed[r / SIDE], SIDES, tile,
					 part, n, 1, k);
		}
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

/* At most ROWS rows times at most TOKENS tokens. */
ALWAYS void strip_rows(float *out, size_t stride, const struct kernel_rows *w,
		       uint32_t row0, uint32_t n_rows, const struct kernel_x *x,
		       uint32_t from,
		       struct avx2_part (*part)(const uint8_t *row, uint32_t i),
		       const struct nature *k)
{
	_Alignas(32) float sums[TOKENS * ROWS];
	struct turned packed[ROWS / SIDE][SPAN];
	uint32_t n_parts = w->n_cols / KERNEL_BLOCK, n;
	uint32_t n_tokens = MIN(x->n_tokens - from, (uint32_t)TOKENS);
	uint32_t n_packed = (n_rows + SIDES * SIDE - 1) / (SIDES * SIDE) *
			    (SIDES * SIDE);

	memset(sums, 0, n_tokens * ROWS * sizeof(*sums));
	for (uint32_t i = 0; i < n_parts; i += n) {
		n = MIN(n_parts - i, (uint32_t)SPAN);
		for (uint32_t r = 0; r < n_packed; r += SIDE) {
			const uint8_t *rows[SIDE];

			for (uint32_t j = 0; j < SIDE; j++)
				rows[j] = (const uint8_t *)w->data +
					  (row0 + MIN(r + j, n_rows - 1)) *
						  w->row_bytes;
			for (uint32_t j = 0; j < n; j++)
				pack_part(&packed[r / SIDE][j], rows, i + j,
					  part);
		}
		add_strip(sums, packed, n_rows, x, from, n_tokens, i, n, k);
	}
	put(out + from * stride + row0, stride, sums, n_rows, n_tokens);
}

#define MANY_ROWS(name, ...)                                                   \
	static void strips_##name(float *out, size_t stride,                   \
				  const struct kernel_rows *w, uint32_t row0,  \
				  uint32_t n_rows, const struct kernel_x *x,   \
				  uint32_t from)                               \
	{                                                                      \
		static const struct nature nature = { __VA_ARGS__ };           \
		strip_rows(out, stride, w, row0, n_rows, x, from, part_##name, \
			   &nature);                                           \
	}

/* A pair of products is at most 2 * 127 * u. */
MANY_ROWS(q4_0, 8, false, false, true)
MANY_ROWS(q4_1, 8, false, false, true)
MANY_ROWS(q5_0, 4, false, false, true)
MANY_ROWS(q5_1, 4, false, false, true)
MANY_ROWS(mxfp4, 8, true, false, false)
MANY_ROWS(q2_k, 4, false, true, true)
MANY_ROWS(q3_k, 4, false, true, true)
MANY_ROWS(q4_k, 8, false, false, true)
MANY_ROWS(q5_k, 4, false, false, true)
MANY_ROWS(q6_k, 2, false, true, true)

/* --- all of it ---------------------------------------------------------- */

static const struct {
	enum ggml_type type;
	void (*strips)(float *out, size_t stride, const struct kernel_rows *w,
		       uint32_t row0, uint32_t n_rows, const struct kernel_x *x,
		       uint32_t from);
} kinds[] = {
	{ GGML_Q4_0, strips_q4_0 },   { GGML_Q4_1, strips_q4_1 },
	{ GGML_Q5_0, strips_q5_0 },   { GGML_Q5_1, strips_q5_1 },
	{ GGML_MXFP4, strips_mxfp4 }, { GGML_Q2_K, strips_q2_k },
	{ GGML_Q3_K, strips_q3_k },   { GGML_Q4_K, strips_q4_k },
	{ GGML_Q5_K, strips_q5_k },   { GGML_Q6_K, strips_q6_k },
};

static void mul(float *out, size_t stride, const struct kernel_rows *w,
		uint32_t row0, uint32_t row1, const struct kernel_x *x)
{
	size_t i = 0;

	if (other(x->type)) {
		other(x->type)->mul(out, stride, w, row0, row1, x);
		return;
	}
	while (kinds[i].type != w->type)
		i++;
	for (uint32_t r = row0; r < row1; r += ROWS)
		for (uint32_t t = 0; t < x->n_tokens; t += TOKENS)
			kinds[i].strips(out, stride, w, r,
					MIN(row1 - r, (uint32_t)ROWS), x, t);
}

/* As measured: unpacking and turning rows has to pay. */
static uint32_t from(enum ggml_type type)
{
	static const struct {
		enum ggml_type type;
		uint32_t from;
	} later[] = {
		{ GGML_Q8_0, 20 }, { GGML_IQ4_NL, 20 }, { GGML_IQ4_XS, 20 },
		{ GGML_BF16, 24 }, { GGML_F32, 24 },	{ GGML_Q2_K, 24 },
		{ GGML_F16, 32 },  { GGML_Q3_K, 40 },
	};

	for (size_t i = 0; i < ARRAY_LEN(later); i++)
		if (later[i].type == type)
			return later[i].from;
	return KERNEL_MANY;
}

const struct kernel_many kernel_avx2_many = {
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
