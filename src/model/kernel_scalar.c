/* The kernels as their definitions say: for any CPU, and for the tests. */
#include "model/kernel_impl.h"

#include <math.h>

static void quantize(struct kernel_q8 out, const float *v, uint32_t n)
{
	for (uint32_t b = 0; b < n / KERNEL_BLOCK; b++, v += KERNEL_BLOCK) {
		float most = 0, inverse;
		int sums[2] = { 0 };

		for (int i = 0; i < KERNEL_BLOCK; i++)
			most = fmaxf(most, fabsf(v[i]));
		out.d[b] = most / 127;
		inverse = most > 0 ? 127 / most : 0;
		for (int i = 0; i < KERNEL_BLOCK; i++) {
			int q = (int)lrintf(v[i] * inverse);

			out.q[b * KERNEL_BLOCK + (uint32_t)i] = (int8_t)q;
			sums[i / 16] += q;
		}
		out.upper[b] = out.d[b] * (float)sums[1];
		out.sums[b] = out.d[b] * (float)(sums[0] + sums[1]);
	}
}

/* A block's worth of weights as floats. */
enum { PIECE = 256 };

static float dot_q8(const float *w, struct kernel_q8 x, uint32_t from,
		    uint32_t n)
{
	float sum = 0;

	for (uint32_t at = 0; at < n; at += KERNEL_BLOCK) {
		float part = 0;

		for (uint32_t i = at; i < at + KERNEL_BLOCK; i++)
			part += w[i] * (float)x.q[from + i];
		sum += part * x.d[(from + at) / KERNEL_BLOCK];
	}
	return sum;
}

static float dot_floats(const float *a, const float *b, uint32_t n)
{
	float sum = 0;

	for (uint32_t i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

static float dot_row(const struct quant *quant, const unsigned char *row,
		     const struct kernel_x *x, uint32_t token)
{
	bool plain = kernel_is_float(quant->type);
	const float *v = (const float *)x->data + (size_t)token * x->n_cols;
	float w[PIECE], sum = 0;

	for (uint32_t at = 0; at < x->n_cols; at += PIECE) {
		uint32_t len = MIN(x->n_cols - at, (uint32_t)PIECE);

		quant->to_f32(w, row + quant_row_bytes(quant, at), len);
		sum += plain ? dot_floats(w, v + at, len) :
			       dot_q8(w, kernel_token(x, token), at, len);
	}
	return sum;
}

static void mul(float *out, size_t out_stride, const struct kernel_rows *w,
		uint32_t row0, uint32_t row1, const struct kernel_x *x)
{
	const struct quant *quant = quant_of(w->type);

	for (uint32_t row = row0; row < row1; row++)
		for (uint32_t i = 0; i < x->n_tokens; i++)
			out[i * out_stride + row] =
				dot_row(quant,
					(const unsigned char *)w->data +
						row * w->row_bytes,
					x, i);
}

static size_t row_bytes(enum ggml_type type, uint32_t d)
{
	return quant_row_bytes(quant_of(type), d);
}

/* Floats may be many, and are where they are. */
static const float *as_floats(float *loaded, const void *row,
			      enum ggml_type type, uint32_t d)
{
	if (type == GGML_F32)
		return row;
	quant_of(type)->to_f32(loaded, row, d);
	return loaded;
}

static void scores(float *out, size_t stride, const float *q, uint32_t n_q,
		   const void *k, enum ggml_type type, uint32_t d, uint32_t n,
		   float scale)
{
	const char *row = k;
	float loaded[KERNEL_LOADED];

	for (uint32_t i = 0; i < n; i++, row += row_bytes(type, d)) {
		const float *key = as_floats(loaded, row, type, d);

		for (uint32_t g = 0; g < n_q; g++) {
			float sum = 0;

			for (uint32_t j = 0; j < d; j++)
				sum += q[g * d + j] * key[j];
			out[g * stride + i] = sum * scale;
		}
	}
}

static void mix(float *out, const float *p, size_t stride, uint32_t n_q,
		const void *v, enum ggml_type type, uint32_t d, uint32_t n)
{
	const char *row = v;
	float loaded[KERNEL_LOADED];

	for (uint32_t i = 0; i < n; i++, row += row_bytes(type, d)) {
		const float *value = as_floats(loaded, row, type, d);

		for (uint32_t g = 0; g < n_q; g++)
			for (uint32_t j = 0; j < d; j++)
				out[g * d + j] += p[g * stride + i] * value[j];
	}
}

static void bytes(int32_t *out, size_t stride, const int16_t *w, uint32_t n_q,
		  const unsigned char *block, uint32_t d, const void *ahead)
{
	enum { STEP = 4 * KERNEL_BYTE_ROWS };
	static const uint32_t order[] = { 0, 2, 1, 3 };

	(void)ahead;
	for (uint32_t g = 0; g < n_q; g++)
		for (uint32_t i = 0; i < KERNEL_BYTE_ROWS; i++) {
			const unsigned char *row = block + i * 4;
			int32_t sum = 0;

			for (uint32_t j = 0; j < d; j++)
				sum += w[g * d + j] *
				       row[j / 4 * STEP + order[j % 4]];
			out[g * stride + i] = sum;
		}
}

static uint32_t below(const int32_t *v, uint32_t n, int32_t least)
{
	uint32_t n_below = 0;

	for (uint32_t i = 0; i < n; i++)
		n_below += v[i] < least;
	return n_below;
}

static uint32_t at_least(uint32_t *out, const int32_t *v, uint32_t n,
			 int32_t least)
{
	uint32_t n_out = 0;

	for (uint32_t i = 0; i < n; i++)
		if (v[i] >= least)
			out[n_out++] = i;
	return n_out;
}

static float softmax(float *v, uint32_t n)
{
	float most = -INFINITY, sum = 0;

	for (uint32_t i = 0; i < n; i++)
		most = fmaxf(most, v[i]);
	for (uint32_t i = 0; i < n; i++)
		sum += v[i] = expf(v[i] - most);
	for (uint32_t i = 0; i < n; i++)
		v[i] /= sum;
	return sum;
}

static float exps(float *v, uint32_t n, float *most)
{
	float sum = 0;

	*most = -INFINITY;
	for (uint32_t i = 0; i < n; i++)
		*most = fmaxf(*most, v[i]);
	for (uint32_t i = 0; i < n; i++)
		sum += v[i] = expf(v[i] - *most);
	return sum;
}

static void load(float *out, const void *row, enum ggml_type type, uint32_t n)
{
	quant_of(type)->to_f32(out, row, n);
}

static void silu(float *gate, const float *up, size_t n)
{
	for (size_t i = 0; i < n; i++)
		gate[i] = gate[i] / (1 + expf(-gate[i])) * up[i];
}

const struct kernels kernels_scalar = {
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
