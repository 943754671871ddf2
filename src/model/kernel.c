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
#if defined(__x86_64__)
	{ "amx", &kernels_avx512, &kernel_amx },
	{ "avx512", &kernels_avx512, NULL },
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
	x->many = chosen_row()->many && n_tokens >= KERNEL_MANY;
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
	assert(x->n_cols == w->n_cols &&
	       (x->type == w->type ||
		(kernel_is_float(x->type) && kernel_is_float(w->type))));
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

void kernel_store(void *row, enum ggml_type type, const float *v, uint32_t n)
{
	uint16_t *halves = row;

	if (type == GGML_F32) {
		memcpy(row, v, n * sizeof(*v));
		return;
	}
	for (uint32_t i = 0; i < n; i++)
		halves[i] = float_to_half(v[i]);
}

void kernel_load(float *v, const void *row, enum ggml_type type, uint32_t n)
{
	if (type == GGML_F32)
		memcpy(v, row, n * sizeof(*v));
	else
		use()->load_halves(v, row, n);
}

float kernel_dot(const float *a, const float *b, uint32_t n)
{
	float sum;

	use()->scores(&sum, 1, a, 1, b, GGML_F32, n, 1, 1);
	return sum;
}
