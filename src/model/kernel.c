/*
 * Which kernels serve this CPU is chosen once; what is not worth a version for
 * each CPU (the vectors' memory, the cache's numbers) is here.
 */
#include "model/kernel_impl.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/buf.h"

/* Best first. */
static const struct kernel_row {
	const char *name;
	const struct kernels *kernels;
	const struct kernel_many *many; /* NULL: as for few */
} rows[] = {
#if defined(KERNEL_AMX)
	{ "amx", &kernels_avx512, &kernel_amx },
#endif
#if defined(__x86_64__)
	{ "avx512", &kernels_avx512, NULL },
	{ "avx2-many", &kernels_avx2, &kernel_avx2_many },
	{ "avx2", &kernels_avx2, NULL },
#endif
#if defined(KERNEL_DOTPROD)
	{ "dotprod", &kernels_dotprod, NULL },
#endif
#if defined(__aarch64__)
	{ "neon", &kernels_neon, NULL },
#endif
	{ "scalar", &kernels_scalar, NULL },
};

/* The one in use: chosen by the first call, before threads come in
 * (transformer_new() sees to that). */
static const struct kernel_row *chosen;

static bool works(const struct kernel_row *row)
{
	return (!row->kernels->works || row->kernels->works()) &&
	       (!row->many || row->many->works());
}

static const struct kernel_row *best(void)
{
	size_t i = 0;

	while (!works(&rows[i]))
		i++;
	return &rows[i];
}

static const struct kernel_row *chosen_row(void)
{
	if (!chosen)
		chosen = best();
	return chosen;
}

static const struct kernels *use(void)
{
	return chosen_row()->kernels;
}

const char *kernel_name(void)
{
	return chosen_row()->name;
}

bool kernel_use(const char *name)
{
	if (!name) {
		chosen = best();
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (strcmp(rows[i].name, name) != 0 || !works(&rows[i]))
			continue;
		chosen = &rows[i];
		return true;
	}
	return false;
}

void kernel_x_set(struct kernel_x *x, enum ggml_type type, const float *v,
		  uint32_t n_cols, uint32_t n_tokens)
{
	bool plain = kernel_is_float(type);

	x->type = type;
	x->n_cols = n_cols;
	x->n_tokens = n_tokens;
	x->many = chosen_row()->many &&
		  n_tokens >= chosen_row()->many->from(type);
	if (x->many) {
		x->data = grow(x->data, &x->cap_bytes,
			       chosen_row()->many->bytes(x), 1);
		chosen_row()->many->set(x, v);
		return;
	}
	x->token_bytes = plain ? n_cols * sizeof(float) :
				 kernel_token_bytes(n_cols);
	if (!plain && use()->arrange)
		x->token_bytes += use()->more_bytes(x);
	x->data = grow(x->data, &x->cap_bytes, x->token_bytes * n_tokens + 1,
		       1);
	if (plain) {
		memcpy(x->data, v, x->token_bytes * n_tokens);
		return;
	}
	memset(x->data, 0, x->token_bytes * n_tokens);
	for (uint32_t i = 0; i < n_tokens; i++) {
		use()->quantize(kernel_token(x, i), v + (size_t)i * n_cols,
				n_cols);
		if (use()->arrange)
			use()->arrange(x, i);
	}
}

void kernel_x_release(struct kernel_x *x)
{
	mem_free(x->data);
	*x = (struct kernel_x){ 0 };
}

void kernel_mul(float *out, size_t out_stride, const struct kernel_rows *w,
		uint32_t row0, uint32_t row1, const struct kernel_x *x)
{
	assert(x->n_cols == w->n_cols && x->type == w->type);
	(x->many ? chosen_row()->many->mul : use()->mul)(out, out_stride, w,
							 row0, row1, x);
}

void kernel_scores(float *scores, size_t stride, const float *q, uint32_t n_q,
		   const void *k, enum ggml_type type, uint32_t d, uint32_t n,
		   float scale)
{
	use()->scores(scores, stride, q, n_q, k, type, d, n, scale);
}

void kernel_mix(float *out, const float *p, size_t stride, uint32_t n_q,
		const void *v, enum ggml_type type, uint32_t d, uint32_t n)
{
	use()->mix(out, p, stride, n_q, v, type, d, n);
}

void kernel_bytes(int32_t *out, size_t stride, const int16_t *w, uint32_t n_q,
		  const unsigned char *block, uint32_t d, const void *ahead)
{
	use()->bytes(out, stride, w, n_q, block, d, ahead);
}

uint32_t kernel_below(const int32_t *v, uint32_t n, int32_t least)
{
	return use()->below(v, n, least);
}

uint32_t kernel_at_least(uint32_t *out, const int32_t *v, uint32_t n,
			 int32_t least)
{
	return use()->at_least(out, v, n, least);
}

float kernel_softmax(float *v, uint32_t n)
{
	return use()->softmax(v, n);
}

float kernel_exps(float *v, uint32_t n, float *most)
{
	return use()->exps(v, n, most);
}

void kernel_silu(float *gate, const float *up, size_t n)
{
	use()->silu(gate, up, n);
}

/* --- rows of the cache -------------------------------------------------- */

/* No number of a block is more, so that each fits a half, too. */
#define BLOCK_MOST 65000.0f

/* The number of a block that is the farthest from 0. */
static float farthest(const float *v)
{
	float most = 0;

	for (uint32_t i = 0; i < KERNEL_BLOCK; i++)
		most = fabsf(v[i]) > fabsf(most) ? v[i] : most;
	return fmaxf(-BLOCK_MOST, fminf(most, BLOCK_MOST));
}

/* Writes a scale; what a number is divided by it is multiplied with. */
static float put_scale(unsigned char *block, float d)
{
	uint16_t half = float_to_half(d), turned = quant_turn(half);

	memcpy(block, &turned, sizeof(turned));
	d = half_to_float(half);
	return d != 0 ? 1 / d : 0;
}

/* The nearest whole number in [least, most]. */
static int whole(float v, float least, float most)
{
	return (int)lrintf(fmaxf(least, fminf(v, most)));
}

static void store_q8_0(unsigned char *block, const float *v)
{
	float inverse = put_scale(block, fabsf(farthest(v)) / 127);

	for (uint32_t i = 0; i < KERNEL_BLOCK; i++)
		block[2 + i] = (unsigned char)whole(v[i] * inverse, -127, 127);
}

static void store_q4_0(unsigned char *block, const float *v)
{
	enum { HALF = KERNEL_BLOCK / 2 };
	float inverse = put_scale(block, farthest(v) / -8);

	for (uint32_t i = 0; i < HALF; i++) {
		int low = whole(v[i] * inverse, -8, 7) + 8;
		int high = whole(v[i + HALF] * inverse, -8, 7) + 8;

		block[2 + i] = (unsigned char)(low | high << 4);
	}
}

static void store_halves(uint16_t *halves, const float *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		halves[i] = quant_turn(float_to_half(v[i]));
}

void kernel_store(void *row, enum ggml_type type, const float *v, uint32_t n)
{
	unsigned char *block = row;
	size_t bytes = (size_t)quant_of(type)->block_bytes;

	if (type == GGML_F32)
		memcpy(row, v, n * sizeof(*v));
	else if (type == GGML_F16)
		store_halves(row, v, n);
	for (uint32_t i = 0; bytes > 4 && i < n; i += KERNEL_BLOCK)
		(type == GGML_Q8_0 ? store_q8_0 : store_q4_0)(
			block + i / KERNEL_BLOCK * bytes, v + i);
}

void kernel_load(float *v, const void *row, enum ggml_type type, uint32_t n)
{
	if (type == GGML_F32)
		memcpy(v, row, n * sizeof(*v));
	else
		use()->load(v, row, type, n);
}

float kernel_dot(const float *a, const float *b, uint32_t n)
{
	float sum;

	use()->scores(&sum, 1, a, 1, b, GGML_F32, n, 1, 1);
	return sum;
}
