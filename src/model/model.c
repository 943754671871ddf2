/*
 * A file becomes a model by asking for each number and tensor that the forward
 * pass needs, with its shape: what is missing or of another shape is a
 * sentence here, and never a read beyond an end later.
 */
#include "model/model.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"

/* What is known of an architecture. */
static const struct arch {
	const char *name;
	bool halves;   /* how pairs turn */
	bool moe;
} archs[] = {
	{ "llama", false, false },
	{ "qwen2", true, false },
	{ "qwen3", true, false },
	{ "qwen2moe", true, true },
};

/* A file being read. */
struct loading {
	const struct gguf *g;
	const struct arch *arch;
	struct model *m;
	struct err *err;
	bool failed;
};

static const struct arch *find_arch(const char *name, size_t n)
{
	for (size_t i = 0; i < ARRAY_LEN(archs); i++)
		if (strlen(archs[i].name) == n &&
		    memcmp(archs[i].name, name, n) == 0)
			return &archs[i];
	return NULL;
}

/* --- numbers ------------------------------------------------------------ */

static bool fail(struct loading *l, const char *fmt, ...) PRINTF_LIKE(2, 3);

static bool fail(struct loading *l, const char *fmt, ...)
{
	char text[ERR_MAX_BYTES];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!l->failed)
		err_set(l->err, "%s", text);
	l->failed = true;
	return false;
}

/* "llama.block_count" */
static const char *key(const struct loading *l, const char *name,
		       char out[128])
{
	snprintf(out, 128, "%s.%s", l->arch->name, name);
	return out;
}

/* A number in [least, most]; `otherwise` if the key is missing (0: it must
 * be there). */
static uint32_t count(struct loading *l, const char *name, uint64_t least,
		      uint64_t most, uint32_t otherwise)
{
	char full[128];
	uint64_t value;

	if (!gguf_u64(l->g, key(l, name, full), &value)) {
		if (!otherwise && least)
			fail(l, "the model says no %s", full);
		return otherwise;
	}
	if (value < least || value > most)
		fail(l, "%s is %llu, beyond %llu to %llu", full,
		     (unsigned long long)value, (unsigned long long)least,
		     (unsigned long long)most);
	return (uint32_t)value;
}

static double real(const struct loading *l, const char *name,
		   double otherwise)
{
	char full[128];
	double value;

	return gguf_f64(l->g, key(l, name, full), &value) ? value : otherwise;
}

static void read_shape(struct loading *l)
{
	struct model_shape *s = &l->m->shape;
	uint32_t most = MODEL_WIDTH_MAX;

	s->n_layers = count(l, "block_count", 1, MODEL_LAYERS_MAX, 0);
	s->n_embd = count(l, "embedding_length", 1, most, 0);
	s->n_heads = count(l, "attention.head_count", 1, 65536, 0);
	if (l->failed)
		return;
	s->n_kv_heads = count(l, "attention.head_count_kv", 1, s->n_heads,
			      s->n_heads);
	s->d_head = count(l, "attention.key_length", 2, 1024,
			  s->n_embd / s->n_heads);
	if (count(l, "attention.value_length", 2, 1024, s->d_head) !=
	    s->d_head)
		fail(l, "keys and values of different length are not known");
	s->n_ff = count(l, "feed_forward_length", 0, most, 0);
	s->n_ctx = count(l, "context_length", 1, UINT32_MAX, 0);
	s->norm_eps = (float)real(l, "attention.layer_norm_rms_epsilon", 1e-5);
	if (s->n_heads % MAX(s->n_kv_heads, 1) || s->d_head % 2)
		fail(l, "%u heads on %u KV heads of %u numbers do not go "
			"together", s->n_heads, s->n_kv_heads, s->d_head);
	if ((uint64_t)s->n_heads * s->d_head > most)
		fail(l, "%u heads of %u numbers are more than %u", s->n_heads,
		     s->d_head, most);
	if (!l->arch->moe)
		return;
	s->n_experts = count(l, "expert_count", 1, MODEL_EXPERTS_MAX, 0);
	s->n_experts_used = count(l, "expert_used_count", 1, s->n_experts, 0);
	s->n_ff_expert = count(l, "expert_feed_forward_length", 0, most, 0);
	s->n_ff_shared =
		count(l, "expert_shared_feed_forward_length", 0, most, 0);
}

static void read_scaling(struct loading *l)
{
	struct rope_opts *r = &l->m->rope;
	char full[128];
	const char *type = "none";
	size_t n = 4;

	gguf_str(l->g, key(l, "rope.scaling.type", full), &type, &n);
	r->factor = real(l, "rope.scaling.factor", 1);
	r->attn_factor = real(l, "rope.scaling.attn_factor", 1);
	r->n_ctx_orig = count(l, "rope.scaling.original_context_length", 1,
			      UINT32_MAX, l->m->shape.n_ctx);
	if (n == 6 && memcmp(type, "linear", 6) == 0)
		r->scaling = ROPE_LINEAR;
	else if (n == 4 && memcmp(type, "yarn", 4) == 0)
		r->scaling = ROPE_YARN;
	else if (n == 4 && memcmp(type, "none", 4) == 0)
		r->scaling = ROPE_PLAIN;
	else
		fail(l, "RoPE scaling of type \"%.*s\" is not known",
		     (int)MIN(n, (size_t)40), type);
	if (!(r->factor >= 1) || !isfinite(r->factor))
		fail(l, "the factor of RoPE's scaling is %g", r->factor);
}

static void read_rope(struct loading *l)
{
	struct rope_opts *r = &l->m->rope;
	const struct gguf_tensor *t = gguf_tensor(l->g, "rope_freqs.weight");

	r->halves = l->arch->halves;
	r->n_rot = count(l, "rope.dimension_count", 2, l->m->shape.d_head,
			 l->m->shape.d_head);
	r->base = real(l, "rope.freq_base", 10000);
	if (!(r->base > 1) || !isfinite(r->base) || r->n_rot % 2)
		fail(l, "RoPE with base %g over %u numbers is not known",
		     r->base, r->n_rot);
	read_scaling(l);
	if (!t)
		return;
	if (t->type != GGML_F32 || t->dims[0] < r->n_rot / 2)
		fail(l, "rope_freqs.weight is not %u numbers of F32",
		     r->n_rot / 2);
	r->divisors = t->data;
}

/* --- tensors ------------------------------------------------------------ */

static const struct gguf_tensor *tensor(struct loading *l, const char *name,
					bool needed)
{
	const struct gguf_tensor *t = gguf_tensor(l->g, name);

	if (!t && needed)
		fail(l, "the model has no tensor %s", name);
	return t;
}

/* Rows of n_cols; n_more: matrices behind each other (experts). */
static struct kernel_rows rows(struct loading *l, const char *name,
			       uint64_t n_cols, uint64_t n_rows,
			       uint64_t n_more)
{
	const struct gguf_tensor *t = tensor(l, name, true);
	struct kernel_rows w = { 0 };
	const struct quant *quant;

	if (!t)
		return w;
	if (t->dims[0] != n_cols || t->dims[1] != n_rows ||
	    t->dims[2] != n_more || t->dims[3] != 1) {
		fail(l, "%s is %llu x %llu x %llu, not %llu x %llu x %llu",
		     name, (unsigned long long)t->dims[0],
		     (unsigned long long)t->dims[1],
		     (unsigned long long)t->dims[2],
		     (unsigned long long)n_cols, (unsigned long long)n_rows,
		     (unsigned long long)n_more);
		return w;
	}
	quant = quant_of(t->type);
	if (n_cols % (uint64_t)quant->n_block) {
		fail(l, "%s: rows of %llu are no multiple of %s's blocks",
		     name, (unsigned long long)n_cols, quant->name);
		return w;
	}
	w.type = t->type;
	w.data = t->data;
	w.n_cols = (uint32_t)n_cols;
	w.row_bytes = quant_row_bytes(quant, n_cols);
	return w;
}

/* n floats; NULL where it is missing and not needed. */
static const float *floats(struct loading *l, const char *name, uint64_t n,
			   bool needed)
{
	const struct gguf_tensor *t = tensor(l, name, needed);

	if (!t)
		return NULL;
	if (t->type != GGML_F32 || t->dims[0] != n || t->dims[1] != 1) {
		fail(l, "%s is not %llu numbers of F32", name,
		     (unsigned long long)n);
		return NULL;
	}
	return t->data;
}

/* "blk.7.attn_q.weight" */
static const char *part(uint32_t i, const char *name, char out[128])
{
	snprintf(out, 128, "blk.%u.%s", i, name);
	return out;
}

static struct model_ff read_ff(struct loading *l, uint32_t i,
			       const char *suffix, uint64_t n_ff,
			       uint64_t n_more)
{
	uint64_t n_embd = l->m->shape.n_embd;
	char name[96], full[128];
	struct model_ff ff;

	snprintf(name, sizeof(name), "ffn_gate%s.weight", suffix);
	ff.gate = rows(l, part(i, name, full), n_embd, n_ff, n_more);
	snprintf(name, sizeof(name), "ffn_up%s.weight", suffix);
	ff.up = rows(l, part(i, name, full), n_embd, n_ff, n_more);
	snprintf(name, sizeof(name), "ffn_down%s.weight", suffix);
	ff.down = rows(l, part(i, name, full), n_ff, n_embd, n_more);
	return ff;
}

static void read_experts(struct loading *l, uint32_t i,
			 struct model_layer *layer)
{
	const struct model_shape *s = &l->m->shape;
	char full[128];

	layer->router = rows(l, part(i, "ffn_gate_inp.weight", full),
			     s->n_embd, s->n_experts, 1);
	layer->experts =
		read_ff(l, i, "_exps", s->n_ff_expert, s->n_experts);
	if (!s->n_ff_shared)
		return;
	layer->shared = read_ff(l, i, "_shexp", s->n_ff_shared, 1);
	layer->shared_gate = floats(
		l, part(i, "ffn_gate_inp_shexp.weight", full), s->n_embd,
		true);
}

static void read_layer(struct loading *l, uint32_t i)
{
	const struct model_shape *s = &l->m->shape;
	struct model_layer *y = &l->m->layers[i];
	uint64_t n_q = (uint64_t)s->n_heads * s->d_head;
	uint64_t n_kv = (uint64_t)s->n_kv_heads * s->d_head;
	char full[128];

	y->attn_norm = floats(l, part(i, "attn_norm.weight", full), s->n_embd,
			      true);
	y->ff_norm = floats(l, part(i, "ffn_norm.weight", full), s->n_embd,
			    true);
	y->q = rows(l, part(i, "attn_q.weight", full), s->n_embd, n_q, 1);
	y->k = rows(l, part(i, "attn_k.weight", full), s->n_embd, n_kv, 1);
	y->v = rows(l, part(i, "attn_v.weight", full), s->n_embd, n_kv, 1);
	y->o = rows(l, part(i, "attn_output.weight", full), n_q, s->n_embd,
		    1);
	y->q_bias = floats(l, part(i, "attn_q.bias", full), n_q, false);
	y->k_bias = floats(l, part(i, "attn_k.bias", full), n_kv, false);
	y->v_bias = floats(l, part(i, "attn_v.bias", full), n_kv, false);
	y->q_norm = floats(l, part(i, "attn_q_norm.weight", full), s->d_head,
			   false);
	y->k_norm = floats(l, part(i, "attn_k_norm.weight", full), s->d_head,
			   false);
	if (s->n_experts)
		read_experts(l, i, y);
	else
		y->ff = read_ff(l, i, "", s->n_ff, 1);
}

static void read_ends(struct loading *l)
{
	struct model *m = l->m;
	const struct gguf_tensor *t = tensor(l, "token_embd.weight", true);

	if (!t)
		return;
	if (t->dims[1] < 1 || t->dims[1] > MODEL_VOCAB_MAX) {
		fail(l, "a vocabulary of %llu tokens is not known",
		     (unsigned long long)t->dims[1]);
		return;
	}
	m->shape.n_vocab = (uint32_t)t->dims[1];
	m->embed = rows(l, "token_embd.weight", m->shape.n_embd,
			m->shape.n_vocab, 1);
	m->output = gguf_tensor(l->g, "output.weight") ?
			    rows(l, "output.weight", m->shape.n_embd,
				 m->shape.n_vocab, 1) :
			    m->embed;
	m->output_norm =
		floats(l, "output_norm.weight", m->shape.n_embd, true);
}

/* --- the whole ---------------------------------------------------------- */

static uint64_t ff_bytes(const struct model_ff *ff, uint64_t n_ff,
			 uint64_t n_embd)
{
	return (ff->gate.row_bytes + ff->up.row_bytes) * n_ff +
	       ff->down.row_bytes * n_embd;
}

static void count_bytes(struct model *m)
{
	const struct model_shape *s = &m->shape;
	uint64_t n = m->output.row_bytes * (uint64_t)s->n_vocab;

	for (uint32_t i = 0; i < s->n_layers; i++) {
		const struct model_layer *y = &m->layers[i];

		n += y->q.row_bytes * (uint64_t)s->n_heads * s->d_head;
		n += (y->k.row_bytes + y->v.row_bytes) *
		     (uint64_t)s->n_kv_heads * s->d_head;
		n += y->o.row_bytes * (uint64_t)s->n_embd;
		if (s->n_experts)
			n += ff_bytes(&y->experts, s->n_ff_expert, s->n_embd) *
				     s->n_experts_used +
			     ff_bytes(&y->shared, s->n_ff_shared, s->n_embd);
		else
			n += ff_bytes(&y->ff, s->n_ff, s->n_embd);
	}
	m->weight_bytes = n;
}

static void read_names(struct loading *l)
{
	const char *name;
	size_t n;

	l->m->arch = mem_strdup(l->arch->name);
	if (gguf_str(l->g, "general.name", &name, &n))
		l->m->name = mem_strndup(name, MIN(n, (size_t)256));
}

struct model *model_from_gguf(const struct gguf *g, struct err *err)
{
	struct loading l = { .g = g, .err = err };
	const char *arch = "";
	size_t n = 0;

	gguf_str(g, "general.architecture", &arch, &n);
	l.arch = find_arch(arch, n);
	if (!l.arch) {
		err_set(err, "the architecture \"%.*s\" is not known; llama, "
			     "qwen2, qwen3 and qwen2moe are",
			(int)MIN(n, (size_t)60), arch);
		return NULL;
	}
	l.m = mem_zalloc(sizeof(*l.m));
	read_names(&l);
	read_shape(&l);
	if (!l.failed)
		read_rope(&l);
	if (!l.failed)
		read_ends(&l);
	if (!l.failed)
		l.m->layers = mem_zalloc(l.m->shape.n_layers *
					 sizeof(*l.m->layers));
	for (uint32_t i = 0; !l.failed && i < l.m->shape.n_layers; i++)
		read_layer(&l, i);
	if (l.failed) {
		model_free(l.m);
		return NULL;
	}
	count_bytes(l.m);
	return l.m;
}

static struct kernel_rows plain(const float *data, uint32_t n_cols)
{
	return (struct kernel_rows){ GGML_F32, data, n_cols,
				     n_cols * sizeof(float) };
}

struct model *model_from_llama2c(const struct llama2c *c, struct err *err)
{
	struct model *m = mem_zalloc(sizeof(*m));
	uint32_t d = c->dim / c->n_heads, n_kv = d * c->n_kv_heads;

	(void)err;
	m->arch = mem_strdup("llama");
	m->name = mem_strdup("llama2.c");
	m->shape = (struct model_shape){
		.n_layers = c->n_layers,   .n_embd = c->dim,
		.n_heads = c->n_heads,	   .n_kv_heads = c->n_kv_heads,
		.d_head = d,		   .n_ff = c->hidden_dim,
		.n_vocab = c->vocab_size,  .n_ctx = c->seq_len,
		.norm_eps = 1e-5f,
	};
	m->rope = (struct rope_opts){ .n_rot = d, .base = 10000, .factor = 1,
				      .attn_factor = 1,
				      .n_ctx_orig = c->seq_len };
	m->embed = plain(c->token_embedding, c->dim);
	m->output = plain(c->wcls, c->dim);
	m->output_norm = c->rms_final;
	m->layers = mem_zalloc(c->n_layers * sizeof(*m->layers));
	for (uint32_t i = 0; i < c->n_layers; i++) {
		struct model_layer *y = &m->layers[i];
		size_t dim = c->dim, ff = c->hidden_dim;

		y->attn_norm = c->rms_att + i * dim;
		y->ff_norm = c->rms_ffn + i * dim;
		y->q = plain(c->wq + i * dim * dim, c->dim);
		y->k = plain(c->wk + i * dim * n_kv, c->dim);
		y->v = plain(c->wv + i * dim * n_kv, c->dim);
		y->o = plain(c->wo + i * dim * dim, c->dim);
		y->ff.gate = plain(c->w1 + i * dim * ff, c->dim);
		y->ff.down = plain(c->w2 + i * dim * ff, c->hidden_dim);
		y->ff.up = plain(c->w3 + i * dim * ff, c->dim);
	}
	count_bytes(m);
	return m;
}

void model_free(struct model *m)
{
	if (!m)
		return;
	mem_free(m->arch);
	mem_free(m->name);
	mem_free(m->layers);
	mem_free(m);
}
