#include "random_model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/quant.h"

/* --- a file ------------------------------------------------------------- */

struct file {
	struct buf keys, infos, data;
	uint32_t n_keys, n_tensors;
	uint64_t state;
};

static uint64_t draw(struct file *f)
{
	uint64_t z = f->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* About normal, deviation 1: the sum of four uniform ones. */
static double normal(struct file *f)
{
	uint64_t bits = draw(f);
	double sum = 0;

	for (int i = 0; i < 4; i++)
		sum += (double)(bits >> 16 * i & 0xffff) / 65536 - 0.5;
	return sum * sqrt(3);
}

static void put(struct buf *out, uint64_t value, int n)
{
	char bytes[sizeof(value)];

	for (int i = 0; i < n; i++)
		bytes[i] = (char)(value >> 8 * i);
	buf_append(out, bytes, (size_t)n);
}

static void put_str(struct buf *out, const char *s)
{
	put(out, strlen(s), 8);
	buf_puts(out, s);
}

static void key(struct file *f, const char *arch, const char *name,
		uint32_t type)
{
	char full[128];

	snprintf(full, sizeof(full), "%s%s%s", arch, *arch ? "." : "", name);
	put_str(&f->keys, full);
	put(&f->keys, type, 4);
	f->n_keys++;
}

static void key_u32(struct file *f, const char *arch, const char *name,
		    uint32_t value)
{
	key(f, arch, name, 4);
	put(&f->keys, value, 4);
}

static void key_f32(struct file *f, const char *arch, const char *name,
		    float value)
{
	uint32_t bits;

	memcpy(&bits, &value, 4);
	key(f, arch, name, 6);
	put(&f->keys, bits, 4);
}

static void key_str(struct file *f, const char *arch, const char *name,
		    const char *value)
{
	key(f, arch, name, 8);
	put_str(&f->keys, value);
}

static void put_half(struct file *f, double value)
{
	put(&f->data, float_to_half((float)value), 2);
}

/* A block of random weights with deviation about `scale`. */
static void put_block(struct file *f, enum ggml_type type, double scale)
{
	const struct quant *q = quant_of(type);
	int n = q->block_bytes, least = 0;
	float value = (float)(normal(f) * scale);
	uint32_t bits;

	switch (type) {
	case GGML_F32:
		memcpy(&bits, &value, 4);
		put(&f->data, bits, 4);
		return;
	case GGML_F16:
		put_half(f, value);
		return;
	case GGML_BF16:
		put(&f->data, float_to_bf16(value), 2);
		return;
	case GGML_Q8_0:
		put_half(f, scale / 74);
		n -= 2;
		break;
	case GGML_Q4_0:
		put_half(f, scale / 4.6);
		n -= 2;
		break;
	case GGML_Q5_0:
		put_half(f, scale / 9.2);
		n -= 2;
		break;
	case GGML_Q4_1:
	case GGML_Q5_1:
		put_half(f, scale / (type == GGML_Q4_1 ? 4.6 : 9.2));
		put_half(f, -scale * 1.6);
		n -= 4;
		break;
	case GGML_Q4_K:
	case GGML_Q5_K:
		put_half(f, scale / (type == GGML_Q4_K ? 4.6 : 9.2) / 36);
		put_half(f, scale * 1.7 / 36);
		n -= 4;
		break;
	case GGML_IQ4_NL:
		put_half(f, scale / 67);
		n -= 2;
		break;
	case GGML_IQ4_XS:
		put_half(f, scale / 67 / 18);
		n -= 2;
		break;
	case GGML_MXFP4: /* 2^-3 of what a value is, about */
		put(&f->data, (uint64_t)(127 + floor(log2(scale / 2.7))), 1);
		n -= 1;
		break;
	case GGML_Q6_K:
	case GGML_Q3_K:
	case GGML_Q2_K:
		n -= type == GGML_Q2_K ? 4 : 2;
		least = 1;
		break;
	}
	for (int i = 0; i < n; i += 8)
		put(&f->data, draw(f), MIN(n - i, 8));
	if (type == GGML_Q2_K) { /* scales, least values: 7.5 of 15 */
		put_half(f, scale / 1.1 / 8);
		put_half(f, scale * 1.5 / 8);
	} else if (least) {
		put_half(f, scale / 18 / (type == GGML_Q6_K ? 74 : 2.3));
	}
}

static void tensor(struct file *f, const char *name, enum ggml_type type,
		   const uint64_t *dims, int n_dims, double scale)
{
	const struct quant *q = quant_of(type);
	uint64_t n = 1;

	while (f->data.len % 32)
		buf_putc(&f->data, 0);
	put_str(&f->infos, name);
	put(&f->infos, (uint64_t)n_dims, 4);
	for (int i = 0; i < n_dims; i++) {
		put(&f->infos, dims[i], 8);
		n *= dims[i];
	}
	put(&f->infos, (uint64_t)type, 4);
	put(&f->infos, f->data.len, 8);
	f->n_tensors++;
	for (uint64_t i = 0; i < n; i += (uint64_t)q->n_block)
		put_block(f, type, scale);
}

/* What a matrix makes of a unit vector is about half as long: each layer adds
 * less than there is, as in models that were trained. */
static void matrix(struct file *f, const char *name, enum ggml_type type,
		   uint64_t cols, uint64_t rows, uint64_t more)
{
	const uint64_t dims[] = { cols, rows, more };

	tensor(f, name, type, dims, more > 1 ? 3 : 2, 0.5 / sqrt((double)cols));
}

static void vector(struct file *f, const char *name, uint64_t n, double base,
		   double scale)
{
	size_t from;

	tensor(f, name, GGML_F32, &n, 1, scale);
	from = f->data.len - n * 4;
	for (uint64_t i = 0; i < n; i++) {
		float value;

		quant_of(GGML_F32)->to_f32(&value,
					   f->data.data + from + i * 4, 1);
		value = (float)(base + value);
		quant_of(GGML_F32)->to_f32(
			(float *)(void *)(f->data.data + from + i * 4), &value,
			1);
	}
}

enum { EXPERTS = 6, EXPERTS_USED = 3 };

static const char *part(uint32_t i, const char *name, char out[128])
{
	snprintf(out, 128, "blk.%u.%s", i, name);
	return out;
}

static void put_ff(struct file *f, const struct random_spec *s, uint32_t i,
		   const char *suffix, uint64_t n_ff, uint64_t more)
{
	char name[64], full[128];

	snprintf(name, sizeof(name), "ffn_gate%s.weight", suffix);
	matrix(f, part(i, name, full), s->type, s->n_embd, n_ff, more);
	snprintf(name, sizeof(name), "ffn_up%s.weight", suffix);
	matrix(f, part(i, name, full), s->type, s->n_embd, n_ff, more);
	snprintf(name, sizeof(name), "ffn_down%s.weight", suffix);
	matrix(f, part(i, name, full), s->type, n_ff, s->n_embd, more);
}

/* What an architecture has beyond llama. */
enum {
	BIASES = 1,
	HEAD_NORMS = 2,
	MIXES = 4,
	SHARED = 8,
	AFTER = 16,
	ONE = 32
};

static const struct {
	const char *arch;
	unsigned has;
} archs[] = {
	{ "qwen2", BIASES },	 { "qwen2moe", BIASES | MIXES | SHARED },
	{ "qwen3", HEAD_NORMS }, { "qwen3moe", HEAD_NORMS | MIXES },
	{ "gemma2", AFTER },	 { "gemma3", HEAD_NORMS | AFTER },
	{ "phi3", ONE },
};

static bool has(const struct random_spec *s, unsigned what)
{
	for (size_t i = 0; i < ARRAY_LEN(archs); i++)
		if (strcmp(archs[i].arch, s->arch) == 0)
			return archs[i].has & what;
	return false;
}

static void put_attention(struct file *f, const struct random_spec *s,
			  uint32_t i)
{
	uint32_t d = s->n_embd / s->n_heads, n_kv = s->n_kv_heads * d;
	char full[128];

	if (has(s, ONE)) {
		matrix(f, part(i, "attn_qkv.weight", full), s->type, s->n_embd,
		       s->n_embd + 2 * n_kv, 1);
	} else {
		matrix(f, part(i, "attn_q.weight", full), s->type, s->n_embd,
		       s->n_embd, 1);
		matrix(f, part(i, "attn_k.weight", full), s->type, s->n_embd,
		       n_kv, 1);
		matrix(f, part(i, "attn_v.weight", full), s->type, s->n_embd,
		       n_kv, 1);
	}
	matrix(f, part(i, "attn_output.weight", full), s->type, s->n_embd,
	       s->n_embd, 1);
	if (has(s, BIASES)) {
		vector(f, part(i, "attn_q.bias", full), s->n_embd, 0, 0.3);
		vector(f, part(i, "attn_k.bias", full), n_kv, 0, 0.3);
		vector(f, part(i, "attn_v.bias", full), n_kv, 0, 0.3);
	}
	if (has(s, HEAD_NORMS)) {
		vector(f, part(i, "attn_q_norm.weight", full), d, 1, 0.1);
		vector(f, part(i, "attn_k_norm.weight", full), d, 1, 0.1);
	}
}

static void put_layer(struct file *f, const struct random_spec *s, uint32_t i)
{
	char full[128];

	vector(f, part(i, "attn_norm.weight", full), s->n_embd, 1, 0.1);
	vector(f, part(i, "ffn_norm.weight", full), s->n_embd, 1, 0.1);
	put_attention(f, s, i);
	if (has(s, AFTER)) {
		vector(f, part(i, "post_attention_norm.weight", full),
		       s->n_embd, 1, 0.1);
		vector(f, part(i, "post_ffw_norm.weight", full), s->n_embd, 1,
		       0.1);
	}
	if (has(s, ONE)) {
		matrix(f, part(i, "ffn_up.weight", full), s->type, s->n_embd,
		       2 * s->n_ff, 1);
		matrix(f, part(i, "ffn_down.weight", full), s->type, s->n_ff,
		       s->n_embd, 1);
	} else if (!has(s, MIXES)) {
		put_ff(f, s, i, "", s->n_ff, 1);
	} else {
		matrix(f, part(i, "ffn_gate_inp.weight", full), GGML_F32,
		       s->n_embd, EXPERTS, 1);
		put_ff(f, s, i, "_exps", s->n_ff_expert, EXPERTS);
	}
	if (!has(s, SHARED))
		return;
	put_ff(f, s, i, "_shexp", s->n_ff_expert, 1);
	vector(f, part(i, "ffn_gate_inp_shexp.weight", full), s->n_embd, 0,
	       0.05);
}

static void key_array(struct file *f, const char *name, uint32_t type,
		      uint64_t n)
{
	key(f, "", name, 9);
	put(&f->keys, type, 4);
	put(&f->keys, n, 8);
}

/* SentencePiece's: 3 control tokens, all bytes, and pieces of no use. */
static void put_vocab(struct file *f, uint32_t n)
{
	static const char *const control[] = { "<unk>", "<s>", "</s>" };
	enum { FIRST_BYTE = ARRAY_LEN(control), BYTES = 256 };
	char piece[16];

	key_str(f, "", "tokenizer.ggml.model", "llama");
	key_array(f, "tokenizer.ggml.tokens", 8, n);
	for (uint32_t i = 0; i < n; i++) {
		if (i < FIRST_BYTE)
			snprintf(piece, sizeof(piece), "%s", control[i]);
		else if (i < FIRST_BYTE + BYTES)
			snprintf(piece, sizeof(piece), "<0x%02X>",
				 i - FIRST_BYTE);
		else
			snprintf(piece, sizeof(piece), "w%u", i);
		put_str(&f->keys, piece);
	}
	key_array(f, "tokenizer.ggml.scores", 6, n);
	for (uint32_t i = 0; i < n; i++)
		put(&f->keys, 0, 4);
	key_array(f, "tokenizer.ggml.token_type", 5, n);
	for (uint32_t i = 0; i < n; i++)
		put(&f->keys,
		    i == 0		     ? 2
		    : i < FIRST_BYTE	     ? 3
		    : i < FIRST_BYTE + BYTES ? 6
					     : 1,
		    4);
	key_u32(f, "", "tokenizer.ggml.bos_token_id", 1);
	key_u32(f, "", "tokenizer.ggml.eos_token_id", 2);
}

static void put_keys(struct file *f, const struct random_spec *s)
{
	const char *a = s->arch;

	key_str(f, "", "general.architecture", a);
	key_str(f, "", "general.name", "random");
	if (s->vocab)
		put_vocab(f, s->n_vocab);
	else
		key_str(f, "", "tokenizer.ggml.model", "no_vocab");
	key_u32(f, a, "vocab_size", s->n_vocab);
	key_u32(f, a, "block_count", s->n_layers);
	key_u32(f, a, "context_length", s->n_ctx);
	key_u32(f, a, "embedding_length", s->n_embd);
	key_u32(f, a, "feed_forward_length", s->n_ff);
	key_u32(f, a, "attention.head_count", s->n_heads);
	key_u32(f, a, "attention.head_count_kv", s->n_kv_heads);
	key_f32(f, a, "attention.layer_norm_rms_epsilon", 1e-6f);
	key_f32(f, a, "rope.freq_base", 10000);
	if (s->scaling) {
		key_str(f, a, "rope.scaling.type", s->scaling);
		if (strcmp(s->scaling, "longrope") != 0)
			key_f32(f, a, "rope.scaling.factor", 4);
		key_u32(f, a, "rope.scaling.original_context_length",
			strcmp(a, "mistral3") == 0 ? 4 : 512);
		if (strcmp(s->scaling, "longrope") == 0)
			key_f32(f, a, "rope.scaling.attn_factor", 1.19f);
	}
	if (strcmp(a, "mistral3") == 0) {
		key_f32(f, a, "rope.scaling.yarn_log_multiplier", 0.5f);
		key_f32(f, a, "attention.temperature_scale", 0.4f);
	}
	if (strcmp(a, "phi3") == 0)
		key_u32(f, a, "rope.dimension_count", s->n_embd / s->n_heads);
	if (has(s, AFTER)) /* at least two windows and a layer without */
		key_u32(f, a, "attention.sliding_window", s->window);
	if (strcmp(a, "gemma2") == 0) {
		key_f32(f, a, "attn_logit_softcapping", 2);
		key_f32(f, a, "final_logit_softcapping", 3);
	}
	if (!has(s, MIXES))
		return;
	key_u32(f, a, "expert_count", EXPERTS);
	key_u32(f, a, "expert_used_count", EXPERTS_USED);
	key_u32(f, a, "expert_feed_forward_length", s->n_ff_expert);
	if (has(s, SHARED))
		key_u32(f, a, "expert_shared_feed_forward_length",
			s->n_ff_expert);
}

void random_gguf(const struct random_spec *spec, struct buf *out)
{
	struct random_spec s = *spec;
	struct file f = { .state = spec->seed };

	s.n_embd = s.n_embd ? s.n_embd : 256;
	if (!s.n_layers)
		s.n_layers = strcmp(s.arch, "gemma3") == 0 ? 7 : 2;
	s.window = s.window ? s.window : 8;
	s.n_heads = s.n_heads ? s.n_heads : 4;
	s.n_kv_heads = s.n_kv_heads ? s.n_kv_heads : 2;
	s.n_ff = s.n_ff ? s.n_ff : 256;
	s.n_ff_expert = s.n_ff_expert ? s.n_ff_expert : 256;
	s.n_vocab = s.n_vocab ? s.n_vocab : 96;
	s.n_ctx = s.n_ctx ? s.n_ctx : 4096;
	put_keys(&f, &s);
	matrix(&f, "token_embd.weight", s.type, s.n_embd, s.n_vocab, 1);
	vector(&f, "output_norm.weight", s.n_embd, 1, 0.1);
	if (!s.tied)
		matrix(&f, "output.weight", s.type, s.n_embd, s.n_vocab, 1);
	if (s.divisors)
		vector(&f, "rope_freqs.weight", s.n_embd / s.n_heads / 2, 4, 1);
	if (s.scaling && strcmp(s.scaling, "longrope") == 0) {
		vector(&f, "rope_factors_long.weight", s.n_embd / s.n_heads / 2,
		       8, 1);
		vector(&f, "rope_factors_short.weight",
		       s.n_embd / s.n_heads / 2, 2, 0.5);
	}
	for (uint32_t i = 0; i < s.n_layers; i++)
		put_layer(&f, &s, i);
	buf_puts(out, "GGUF");
	put(out, 3, 4);
	put(out, f.n_tensors, 8);
	put(out, f.n_keys, 8);
	buf_append(out, f.keys.data, f.keys.len);
	buf_append(out, f.infos.data, f.infos.len);
	while (out->len % 32)
		buf_putc(out, 0);
	buf_append(out, f.data.data, f.data.len);
	buf_release(&f.keys);
	buf_release(&f.infos);
	buf_release(&f.data);
}

/* --- what it means ------------------------------------------------------ */

/* In four sums, for one alone waits for itself. */
static double dot(const float *row, const double *x, uint32_t n)
{
	double a = 0, b = 0, c = 0, d = 0;
	uint32_t i = 0;

	for (; i + 4 <= n; i += 4) {
		a += (double)row[i] * x[i];
		b += (double)row[i + 1] * x[i + 1];
		c += (double)row[i + 2] * x[i + 2];
		d += (double)row[i + 3] * x[i + 3];
	}
	for (; i < n; i++)
		a += (double)row[i] * x[i];
	return a + b + c + d;
}

/* w x */
static void times(const struct kernel_rows *w, uint32_t n_rows, const double *x,
		  double *out)
{
	const struct quant *q = quant_of(w->type);
	float *row = malloc(w->n_cols * sizeof(*row));

	for (uint32_t r = 0; r < n_rows; r++) {
		q->to_f32(row,
			  (const char *)w->data + r * w->row_bytes,
			  w->n_cols);
		out[r] = dot(row, x, w->n_cols);
	}
	free(row);
}

static void norm(const double *x, const float *weight, uint32_t n, double eps,
		 double *out)
{
	double sum = 0;

	for (uint32_t i = 0; i < n; i++)
		sum += x[i] * x[i];
	for (uint32_t i = 0; i < n; i++)
		out[i] = x[i] / sqrt(sum / n + eps) * (double)weight[i];
}

/* YaRN (Peng et al. 2023), section 3.2, as a frequency. */
static double yarn(const struct rope_opts *o, uint32_t i, double f)
{
	double two_pi = 2 * acos(-1), turns[2] = { 32, 1 }, edge[2], share;

	for (int k = 0; k < 2; k++)
		edge[k] = o->n_rot * log(o->n_ctx_orig / (turns[k] * two_pi)) /
			  (2 * log(o->base));
	edge[0] = fmax(0, floor(edge[0]));
	edge[1] = fmin(o->n_rot - 1, ceil(edge[1]));
	share = (i - edge[0]) / fmax(0.001, edge[1] - edge[0]);
	share = fmin(1, fmax(0, share)); /* of interpolation */
	return share * f / o->factor + (1 - share) * f;
}

static void turn(const struct rope_opts *o, double *v, uint32_t pos)
{
	for (uint32_t i = 0; i < o->n_rot / 2; i++) {
		double f = pow(o->base, -2.0 * i / o->n_rot), c, s, a, b;
		double scale = o->attn_factor;
		uint32_t x = o->halves ? i : 2 * i;
		uint32_t y = o->halves ? i + o->n_rot / 2 : 2 * i + 1;

		if (o->divisors)
			f /= (double)o->divisors[i];
		if (o->scaling == ROPE_LINEAR)
			f /= o->factor;
		if (o->scaling == ROPE_YARN) {
			f = yarn(o, i, f);
			scale *= 0.1 * log(o->factor) + 1;
		}
		c = cos(pos * f) * scale;
		s = sin(pos * f) * scale;
		a = v[x];
		b = v[y];
		v[x] = a * c - b * s;
		v[y] = a * s + b * c;
	}
}

static void softmax(double *v, uint32_t n)
{
	double most = v[0], sum = 0;

	for (uint32_t i = 1; i < n; i++)
		most = fmax(most, v[i]);
	for (uint32_t i = 0; i < n; i++)
		sum += v[i] = exp(v[i] - most);
	for (uint32_t i = 0; i < n; i++)
		v[i] /= sum;
}

static void add_bias(double *v, const float *bias, uint32_t n)
{
	for (uint32_t i = 0; bias && i < n; i++)
		v[i] += (double)bias[i];
}

static void heads(const struct model *m, double *v, uint32_t n,
		  const float *weight, const struct rope_opts *rope,
		  uint32_t pos)
{
	uint32_t d = m->shape.d_head;

	for (uint32_t h = 0; h < n; h++) {
		if (weight)
			norm(v + h * d, weight, d, (double)m->shape.norm_eps,
			     v + h * d);
		turn(rope, v + h * d, pos);
	}
}

/* GELU's approximation by tanh, or SiLU. */
static double active(bool gelu, double x)
{
	double y = sqrt(2 / acos(-1)) * (x + 0.044715 * pow(x, 3));

	return gelu ? x * (1 + tanh(y)) / 2 : x / (1 + exp(-x));
}

static void feed(const struct model_ff *ff, uint32_t n_ff, uint32_t n_embd,
		 bool gelu, const double *x, double share,
		 double *out)
{
	double *gate = malloc(n_ff * sizeof(*gate));
	double *up = malloc(n_ff * sizeof(*up));
	double *down = malloc(n_embd * sizeof(*down));

	times(&ff->gate, n_ff, x, gate);
	times(&ff->up, n_ff, x, up);
	for (uint32_t k = 0; k < n_ff; k++)
		gate[k] = active(gelu, gate[k]) * up[k];
	times(&ff->down, n_embd, gate, down);
	for (uint32_t k = 0; k < n_embd; k++)
		out[k] += share * down[k];
	free(gate);
	free(up);
	free(down);
}

/* margin: how much likelier the last expert taken is than the next one. */
static void mixture(const struct model *m, const struct model_layer *y,
		    const double *x, double *out, double *margin)
{
	const struct model_shape *s = &m->shape;
	double odds[EXPERTS], gate = 0, last = 0, shared = 0, all = 0;
	bool taken[EXPERTS] = { false };

	times(&y->router, s->n_experts, x, odds);
	softmax(odds, s->n_experts);
	for (uint32_t k = 0; k < s->n_experts_used; k++) {
		uint32_t best = 0;

		while (taken[best])
			best++;
		for (uint32_t i = 0; i < s->n_experts; i++)
			if (!taken[i] && odds[i] > odds[best])
				best = i;
		taken[best] = true;
		last = odds[best];
		all += last;
	}
	for (uint32_t i = 0; i < s->n_experts; i++)
		if (taken[i])
			feed(&y->experts[i], s->n_ff_expert, s->n_embd, s->gelu,
			     x, odds[i] / (s->experts_share ? all : 1), out);
	for (uint32_t i = 0; i < s->n_experts; i++)
		if (!taken[i])
			*margin = fmin(*margin, 1 - odds[i] / last);
	for (uint32_t i = 0; s->n_ff_shared && i < s->n_embd; i++)
		gate += (double)y->shared_gate[i] * x[i];
	shared = 1 / (1 + exp(-gate));
	if (s->n_ff_shared)
		feed(&y->shared, s->n_ff_shared, s->n_embd, s->gelu, x,
		     shared, out);
}

static double capped(double v, double cap)
{
	return cap > 0 ? cap * tanh(v / cap) : v;
}

/* x += v, normalised first where there is a norm for it. */
static void add_normed(const struct model_shape *s, double *x, double *v,
		       const float *weight)
{
	if (weight)
		norm(v, weight, s->n_embd, (double)s->norm_eps, v);
	for (uint32_t i = 0; i < s->n_embd; i++)
		x[i] += v[i];
}

/* One token through one layer; keys and values of all tokens: [n][kv][d]. */
static void layer(const struct model *m, const struct model_layer *y, double *x,
		  uint32_t pos, double *keys, double *values, double *margin)
{
	const struct model_shape *s = &m->shape;
	uint32_t d = s->d_head, n_kv = s->n_kv_heads, from = 0;
	const struct rope_opts *rope = y->near ? &m->near_rope : &m->rope;
	double *h = malloc(s->n_embd * sizeof(*h));
	double *more = malloc(s->n_embd * sizeof(*more));
	double *q = malloc(s->n_heads * d * sizeof(*q));
	double *out = calloc(s->n_heads * d, sizeof(*out));
	double *p = malloc((pos + 1) * sizeof(*p));

	norm(x, y->attn_norm, s->n_embd, (double)s->norm_eps, h);
	times(&y->q, s->n_heads * d, h, q);
	times(&y->k, n_kv * d, h, keys + (size_t)pos * n_kv * d);
	times(&y->v, n_kv * d, h, values + (size_t)pos * n_kv * d);
	add_bias(q, y->q_bias, s->n_heads * d);
	add_bias(keys + (size_t)pos * n_kv * d, y->k_bias, n_kv * d);
	add_bias(values + (size_t)pos * n_kv * d, y->v_bias, n_kv * d);
	heads(m, q, s->n_heads, y->q_norm, rope, pos);
	for (uint32_t i = 0; s->temper > 0 && i < s->n_heads * d; i++)
		q[i] *= 1 + (double)s->temper *
				    log1p((double)(pos / s->temper_every));
	heads(m, keys + (size_t)pos * n_kv * d, n_kv, y->k_norm, rope, pos);
	if (y->near && pos >= s->window)
		from = pos - s->window + 1;
	for (uint32_t i = 0; i < s->n_heads; i++) {
		uint32_t kv = i / (s->n_heads / n_kv);

		for (uint32_t j = from; j <= pos; j++) {
			p[j] = 0;
			for (uint32_t c = 0; c < d; c++)
				p[j] += q[i * d + c] *
					keys[((size_t)j * n_kv + kv) * d + c];
			p[j] = capped(p[j] * (double)s->attn_scale,
				      (double)s->attn_cap);
		}
		softmax(p + from, pos + 1 - from);
		for (uint32_t j = from; j <= pos; j++)
			for (uint32_t c = 0; c < d; c++)
				out[i * d + c] +=
					p[j] *
					values[((size_t)j * n_kv + kv) * d + c];
	}
	times(&y->o, s->n_embd, out, h);
	add_normed(s, x, h, y->attn_post);
	norm(x, y->ff_norm, s->n_embd, (double)s->norm_eps, h);
	memset(more, 0, s->n_embd * sizeof(*more));
	if (s->n_experts)
		mixture(m, y, h, more, margin);
	else
		feed(&y->ff, s->n_ff, s->n_embd, s->gelu, h, 1, more);
	add_normed(s, x, more, y->ff_post);
	free(more);
	free(h);
	free(q);
	free(out);
	free(p);
}

double reference_logits(const struct model *m, const uint32_t *ids, uint32_t n,
			double *logits)
{
	const struct model_shape *s = &m->shape;
	size_t row = (size_t)n * s->n_kv_heads * s->d_head;
	double margin = 1;
	double *keys = malloc(s->n_layers * row * sizeof(*keys));
	double *values = malloc(s->n_layers * row * sizeof(*values));
	double *x = malloc(s->n_embd * sizeof(*x));
	float *embed = malloc(s->n_embd * sizeof(*embed));

	for (uint32_t i = 0; i < n; i++) {
		quant_of(m->embed.type)
			->to_f32(embed,
				 (const char *)m->embed.data +
					 ids[i] * m->embed.row_bytes,
				 s->n_embd);
		for (uint32_t k = 0; k < s->n_embd; k++)
			x[k] = (double)embed[k] * (double)s->embed_scale;
		for (uint32_t k = 0; k < s->n_layers; k++)
			layer(m, &m->layers[k], x, i, keys + k * row,
			      values + k * row, &margin);
	}
	norm(x, m->output_norm, s->n_embd, (double)s->norm_eps, x);
	times(&m->output, s->n_vocab, x, logits);
	for (uint32_t i = 0; i < s->n_vocab; i++)
		logits[i] = capped(logits[i], (double)s->logit_cap);
	free(keys);
	free(values);
	free(x);
	free(embed);
	return margin;
}

bool placed_once(const char *sentence, const char *folder)
{
	size_t n = strlen(folder);

	return strncmp(sentence, folder, n) == 0 &&
	       (sentence[n] == '/' || sentence[n] == ':') &&
	       !strstr(sentence, "//") && strstr(sentence, ": ") &&
	       !strstr(sentence + n, folder);
}
