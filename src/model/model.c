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
#include "model/kernel_impl.h"

enum {
	HALVES = 1, /* pairs turn so; else they are neighbours */
	SHARES = 2, /* those experts that are asked share 1 */
	GEMMA = 4,  /* embeddings times sqrt(n_embd), GELU */
	POST = 8,   /* norms behind attention and network, too */
	FUSED = 16, /* q, k and v are one matrix, gate and up another */
	TEMPERED = 32, /* queries grow behind the original context */
};

/* What is known of an architecture. */
static const struct arch {
	const char *name;
	unsigned traits;
	/* Layers have a window but for each n-th; 0: all see everything. */
	uint32_t global_every;
	uint32_t window;	    /* where the file says none */
	double attn_cap, logit_cap; /* likewise */
	uint32_t odd_layers;	    /* of so many: scores by n_embd / n_heads */
} archs[] = {
	{ .name = "llama", .traits = SHARES },
	{ .name = "qwen2", .traits = HALVES },
	{ .name = "qwen3", .traits = HALVES },
	{ .name = "qwen2moe", .traits = HALVES },
	{ .name = "qwen3moe", .traits = HALVES | SHARES },
	{ .name = "gemma", .traits = HALVES | GEMMA },
	{ .name = "gemma2",
	  .traits = HALVES | GEMMA | POST,
	  .global_every = 2,
	  .window = 4096,
	  .attn_cap = 50,
	  .logit_cap = 30,
	  .odd_layers = 46 },
	{ .name = "gemma3",
	  .traits = HALVES | GEMMA | POST,
	  .global_every = 6,
	  .odd_layers = 62 },
	{ .name = "phi3", .traits = HALVES | FUSED },
	{ .name = "mistral3", .traits = SHARES | TEMPERED },
};

#define GEMMA3_NEAR_BASE 10000.0 /* where the file says none */

void model_archs(char *out, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(archs) && n < cap; i++)
		n += (size_t)snprintf(out + n, cap - n, "%s%s",
				      list_join(i, ARRAY_LEN(archs)),
				      archs[i].name);
}

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

/* n floats of a file as this machine has them: where they lie, or a copy. */
static const float *of_file(struct model *m, const float *data, size_t n)
{
	float *copy;

	if (!QUANT_TURNS)
		return data;
	m->turned = grow(m->turned, &m->turned_cap, m->n_turned + 1,
			 sizeof(*m->turned));
	copy = mem_alloc(n * sizeof(*copy) + 1);
	quant_of(GGML_F32)->to_f32(copy, data, n);
	return m->turned[m->n_turned++] = copy;
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
static const char *key(const struct loading *l, const char *name, char out[128])
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

static double real(const struct loading *l, const char *name, double otherwise)
{
	char full[128];
	double value;

	return gguf_f64(l->g, key(l, name, full), &value) ? value : otherwise;
}

static void read_scales(struct loading *l)
{
	struct model_shape *s = &l->m->shape;
	bool gemma = l->arch->traits & GEMMA;
	double d = s->n_layers == l->arch->odd_layers ? s->n_embd / s->n_heads
						      : s->d_head;

	s->gelu = gemma;
	s->embed_scale = gemma ? sqrtf((float)s->n_embd) : 1;
	s->attn_scale = (float)real(l, "attention.scale",
				    (double)(1 / sqrtf((float)d)));
	s->attn_cap =
		(float)real(l, "attn_logit_softcapping", l->arch->attn_cap);
	s->logit_cap =
		(float)real(l, "final_logit_softcapping", l->arch->logit_cap);
	if (!(s->attn_cap >= 0) || !(s->logit_cap >= 0))
		fail(l, "caps of %g and %g on scores and logits are not known",
		     (double)s->attn_cap, (double)s->logit_cap);
}

static void read_shape(struct loading *l)
{
	struct model_shape *s = &l->m->shape;
	uint32_t most = MODEL_WIDTH_MAX;
	char full[128];

	s->n_layers = count(l, "block_count", 1, MODEL_LAYERS_MAX, 0);
	s->n_embd = count(l, "embedding_length", 1, most, 0);
	s->n_heads = count(l, "attention.head_count", 1, 65536, 0);
	if (l->failed)
		return;
	s->n_kv_heads =
		count(l, "attention.head_count_kv", 1, s->n_heads, s->n_heads);
	s->d_head = count(l, "attention.key_length", 2, 1024,
			  s->n_embd / s->n_heads);
	if (count(l, "attention.value_length", 2, 1024, s->d_head) != s->d_head)
		fail(l, "keys and values of different length are not known");
	s->n_ff = count(l, "feed_forward_length", 0, most, 0);
	s->n_ctx = count(l, "context_length", 1, UINT32_MAX, 0);
	s->norm_eps = (float)real(l, "attention.layer_norm_rms_epsilon", 1e-5);
	if (!(s->norm_eps >= 0 && isfinite(s->norm_eps)))
		fail(l, "%s is %g, and is added to what is at least 0",
		     key(l, "attention.layer_norm_rms_epsilon", full),
		     (double)s->norm_eps);
	if (s->n_heads % MAX(s->n_kv_heads, 1) || s->d_head % 2 ||
	    s->d_head > KERNEL_LOADED / 2)
		fail(l,
		     "%u heads on %u KV heads of %u numbers do not go "
		     "together",
		     s->n_heads, s->n_kv_heads, s->d_head);
	if ((uint64_t)s->n_heads * s->d_head > most)
		fail(l, "%u heads of %u numbers are more than %u", s->n_heads,
		     s->d_head, most);
	read_scales(l);
	s->n_experts = count(l, "expert_count", 0, MODEL_EXPERTS_MAX, 0);
	if (!s->n_experts)
		return;
	s->n_experts_used = count(l, "expert_used_count", 1, s->n_experts, 0);
	s->n_ff_expert =
		count(l, "expert_feed_forward_length", 0, most, s->n_ff);
	s->n_ff_shared =
		count(l, "expert_shared_feed_forward_length", 0, most, 0);
	s->experts_share = l->arch->traits & SHARES;
	gguf_bool(l->g, key(l, "expert_weights_norm", full), &s->experts_share);
}

/* Which layers have a window: each n-th has none, or as a list says. */
static void read_windows(struct loading *l)
{
	static const char name[] = "attention.sliding_window_pattern";
	struct model_shape *s = &l->m->shape;
	char full[128];
	struct gguf_array list;
	uint32_t every;

	if (!l->arch->global_every)
		return;
	s->window = count(l, "attention.sliding_window", 0, UINT32_MAX,
			  l->arch->window);
	if (!s->window)
		return;
	if (gguf_array(l->g, key(l, name, full), &list)) {
		if (list.n < s->n_layers)
			fail(l, "%s is a list of %llu layers, not %u", full,
			     (unsigned long long)list.n, s->n_layers);
		for (uint32_t i = 0; !l->failed && i < s->n_layers; i++)
			l->m->layers[i].near = gguf_next_bool(&list);
		return;
	}
	every = count(l, name, 0, MODEL_LAYERS_MAX, l->arch->global_every);
	for (uint32_t i = 0; i < s->n_layers; i++)
		l->m->layers[i].near = !every || i % every < every - 1;
}

#define LONGROPE "rope_factors_short.weight"

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
	r->beta_fast = real(l, "rope.scaling.yarn_beta_fast", 32);
	r->beta_slow = real(l, "rope.scaling.yarn_beta_slow", 1);
	if (n == 6 && memcmp(type, "linear", 6) == 0)
		r->scaling = ROPE_LINEAR;
	else if (n == 4 && memcmp(type, "yarn", 4) == 0)
		r->scaling = ROPE_YARN;
	else if ((n == 4 && memcmp(type, "none", 4) == 0) ||
		 (n == 8 && memcmp(type, "longrope", 8) == 0 &&
		  gguf_tensor(l->g, LONGROPE)))
		r->scaling = ROPE_PLAIN;
	else
		fail(l, "RoPE scaling of type \"%.*s\" is not known",
		     (int)MIN(n, (size_t)40), type);
	if (!(r->factor >= 1) || !isfinite(r->factor) ||
	    !(r->attn_factor > 0) || !isfinite(r->attn_factor))
		fail(l, "the factors of RoPE's scaling are %g and %g",
		     r->factor, r->attn_factor);
	if (!(r->beta_slow > 0) || !(r->beta_fast > r->beta_slow) ||
	    !isfinite(r->beta_fast))
		fail(l, "YaRN from %g to %g turns is not known", r->beta_slow,
		     r->beta_fast);
}

/* Queries times 1 + temper * log(1 + how often the original context is behind
 * them), and YaRN without the factor of lengths, or with a share of it. */
static void read_tempering(struct loading *l)
{
	struct model_shape *s = &l->m->shape;
	struct rope_opts *r = &l->m->rope;
	double share = real(l, "rope.scaling.yarn_log_multiplier", 0);
	double factor = 1 + 0.1 * share * log(r->factor);

	if (r->scaling == ROPE_YARN && share != 0)
		r->attn_factor /= factor;
	s->temper = (float)real(l, "attention.temperature_scale", 0);
	s->temper_every = r->n_ctx_orig;
	if (!(factor > 0) || !isfinite(factor) || !(s->temper >= 0) ||
	    !isfinite(s->temper))
		fail(l, "YaRN's multiplier %g and the temperature's %g are not "
			"known", share, (double)s->temper);
}

/* What divides the frequencies: llama 3's scaling, or phi3's. The latter has
 * two sets, of which the short one is for texts within the original context;
 * that is then what the model is good for. */
static void read_divisors(struct loading *l)
{
	struct rope_opts *r = &l->m->rope;
	const char *name = "rope_freqs.weight";
	const struct gguf_tensor *t = gguf_tensor(l->g, LONGROPE);

	if (t) {
		name = LONGROPE;
		l->m->shape.n_ctx = MIN(l->m->shape.n_ctx, r->n_ctx_orig);
	} else {
		t = gguf_tensor(l->g, name);
	}
	if (!t)
		return;
	if (t->type != GGML_F32 || t->dims[0] < r->n_rot / 2)
		fail(l, "%s is not %u numbers of F32", name, r->n_rot / 2);
	r->divisors = of_file(l->m, t->data, r->n_rot / 2);
}

static void read_rope(struct loading *l)
{
	struct rope_opts *r = &l->m->rope, *near = &l->m->near_rope;

	r->halves = l->arch->traits & HALVES;
	gguf_bool(l->g, "lilscope.rope_halves", &r->halves);
	r->n_rot = count(l, "rope.dimension_count", 2, l->m->shape.d_head,
			 l->m->shape.d_head);
	r->base = real(l, "rope.freq_base", 10000);
	if (!(r->base > 1) || !isfinite(r->base) || r->n_rot % 2)
		fail(l, "RoPE with base %g over %u numbers is not known",
		     r->base, r->n_rot);
	read_scaling(l);
	if (!l->failed && l->arch->traits & TEMPERED)
		read_tempering(l);
	read_divisors(l);
	/* gemma3's windows turn at a base of their own, and are not scaled */
	*near = *r;
	near->base =
		real(l, "rope.freq_base_swa",
		     strcmp(l->arch->name, "gemma3") == 0 ? GEMMA3_NEAR_BASE
							  : r->base);
	if (strcmp(l->arch->name, "gemma3") == 0) {
		near->scaling = ROPE_PLAIN;
		near->factor = near->attn_factor = 1;
	}
	if (!(near->base > 1) || !isfinite(near->base))
		fail(l, "RoPE with base %g is not known", near->base);
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
		     (unsigned long long)t->dims[2], (unsigned long long)n_cols,
		     (unsigned long long)n_rows, (unsigned long long)n_more);
		return w;
	}
	quant = quant_of(t->type);
	if (n_cols % (uint64_t)quant->n_block) {
		fail(l, "%s: rows of %llu are no multiple of %s's blocks", name,
		     (unsigned long long)n_cols, quant->name);
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
	return of_file(l->m, t->data, n);
}

/* "blk.7.attn_q.weight" */
static const char *part(uint32_t i, const char *name, char out[128])
{
	snprintf(out, 128, "blk.%u.%s", i, name);
	return out;
}

/* n_rows of a matrix, from the row that is `from`. */
static struct kernel_rows below(struct kernel_rows w, uint64_t from)
{
	if (w.data)
		w.data = (const char *)w.data + from * w.row_bytes;
	return w;
}

/* Gate and up behind one another in ffn_up. */
static struct model_ff read_fused_ff(struct loading *l, uint32_t i)
{
	const struct model_shape *s = &l->m->shape;
	char full[128];
	struct model_ff ff;

	ff.gate = rows(l, part(i, "ffn_up.weight", full), s->n_embd,
		       2 * (uint64_t)s->n_ff, 1);
	ff.up = below(ff.gate, s->n_ff);
	ff.down = rows(l, part(i, "ffn_down.weight", full), s->n_ff, s->n_embd,
		       1);
	return ff;
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

/* The i-th of matrices that lie behind one another. */
static struct model_ff nth_expert(const struct model_ff *all, uint64_t i,
				  const struct model_shape *s)
{
	return (struct model_ff){ below(all->gate, i * s->n_ff_expert),
				  below(all->up, i * s->n_ff_expert),
				  below(all->down, i * s->n_embd) };
}

/* Each with tensors of its own: "blk.0.ffn_gate.7.weight". */
static void read_lone_experts(struct loading *l, uint32_t i,
			      struct model_layer *layer)
{
	const struct model_shape *s = &l->m->shape;
	char suffix[16];

	for (uint32_t k = 0; !l->failed && k < s->n_experts; k++) {
		snprintf(suffix, sizeof(suffix), ".%u", k);
		layer->experts[k] = read_ff(l, i, suffix, s->n_ff_expert, 1);
	}
}

static void read_experts(struct loading *l, uint32_t i,
			 struct model_layer *layer)
{
	const struct model_shape *s = &l->m->shape;
	struct model_ff all;
	char full[128];

	layer->router = rows(l, part(i, "ffn_gate_inp.weight", full), s->n_embd,
			     s->n_experts, 1);
	layer->experts = mem_zalloc(s->n_experts * sizeof(*layer->experts));
	if (!gguf_tensor(l->g, part(i, "ffn_gate_exps.weight", full))) {
		read_lone_experts(l, i, layer);
	} else {
		all = read_ff(l, i, "_exps", s->n_ff_expert, s->n_experts);
		for (uint32_t k = 0; k < s->n_experts; k++)
			layer->experts[k] = nth_expert(&all, k, s);
	}
	if (!s->n_ff_shared)
		return;
	layer->shared = read_ff(l, i, "_shexp", s->n_ff_shared, 1);
	layer->shared_gate = floats(
		l, part(i, "ffn_gate_inp_shexp.weight", full), s->n_embd, true);
}

/* Three matrices, or one with their rows behind one another. */
static void read_qkv(struct loading *l, uint32_t i, uint64_t n_q, uint64_t n_kv)
{
	struct model_layer *y = &l->m->layers[i];
	uint64_t n_embd = l->m->shape.n_embd;
	char full[128];

	if (l->arch->traits & FUSED &&
	    gguf_tensor(l->g, part(i, "attn_qkv.weight", full))) {
		y->q = rows(l, full, n_embd, n_q + 2 * n_kv, 1);
		y->k = below(y->q, n_q);
		y->v = below(y->k, n_kv);
		return;
	}
	y->q = rows(l, part(i, "attn_q.weight", full), n_embd, n_q, 1);
	y->k = rows(l, part(i, "attn_k.weight", full), n_embd, n_kv, 1);
	y->v = rows(l, part(i, "attn_v.weight", full), n_embd, n_kv, 1);
}

static void read_layer(struct loading *l, uint32_t i)
{
	const struct model_shape *s = &l->m->shape;
	struct model_layer *y = &l->m->layers[i];
	uint64_t n_q = (uint64_t)s->n_heads * s->d_head;
	uint64_t n_kv = (uint64_t)s->n_kv_heads * s->d_head;
	char full[128];

	y->attn_norm =
		floats(l, part(i, "attn_norm.weight", full), s->n_embd, true);
	y->ff_norm =
		floats(l, part(i, "ffn_norm.weight", full), s->n_embd, true);
	read_qkv(l, i, n_q, n_kv);
	y->o = rows(l, part(i, "attn_output.weight", full), n_q, s->n_embd, 1);
	y->q_bias = floats(l, part(i, "attn_q.bias", full), n_q, false);
	y->k_bias = floats(l, part(i, "attn_k.bias", full), n_kv, false);
	y->v_bias = floats(l, part(i, "attn_v.bias", full), n_kv, false);
	y->q_norm = floats(l, part(i, "attn_q_norm.weight", full), s->d_head,
			   false);
	y->k_norm = floats(l, part(i, "attn_k_norm.weight", full), s->d_head,
			   false);
	if (l->arch->traits & POST) {
		y->attn_post =
			floats(l, part(i, "post_attention_norm.weight", full),
			       s->n_embd, true);
		y->ff_post = floats(l, part(i, "post_ffw_norm.weight", full),
				    s->n_embd, true);
	}
	if (s->n_experts)
		read_experts(l, i, y);
	else if (l->arch->traits & FUSED)
		y->ff = read_fused_ff(l, i);
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
	m->output = gguf_tensor(l->g, "output.weight")
			    ? rows(l, "output.weight", m->shape.n_embd,
				   m->shape.n_vocab, 1)
			    : m->embed;
	m->output_norm = floats(l, "output_norm.weight", m->shape.n_embd, true);
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
			n += ff_bytes(y->experts, s->n_ff_expert, s->n_embd) *
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
	char known[128];
	size_t n = 0;

	gguf_str(g, "general.architecture", &arch, &n);
	l.arch = find_arch(arch, n);
	if (!l.arch) {
		model_archs(known, sizeof(known));
		err_set(err, "the architecture \"%.*s\" is not known; %s are",
			(int)MIN(n, (size_t)60), arch, known);
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
		l.m->layers =
			mem_zalloc(l.m->shape.n_layers * sizeof(*l.m->layers));
	if (!l.failed)
		read_windows(&l);
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
		.n_layers = c->n_layers,
		.n_embd = c->dim,
		.n_heads = c->n_heads,
		.n_kv_heads = c->n_kv_heads,
		.d_head = d,
		.n_ff = c->hidden_dim,
		.n_vocab = c->vocab_size,
		.n_ctx = c->seq_len,
		.norm_eps = 1e-5f,
		.embed_scale = 1,
		.attn_scale = 1 / sqrtf((float)d),
	};
	m->rope = (struct rope_opts){ .n_rot = d,
				      .base = 10000,
				      .factor = 1,
				      .attn_factor = 1,
				      .n_ctx_orig = c->seq_len };
	m->near_rope = m->rope;
	m->embed = plain(c->token_embedding, c->dim);
	m->output = plain(c->wcls, c->dim);
	m->output_norm = of_file(m, c->rms_final, c->dim);
	m->layers = mem_zalloc(c->n_layers * sizeof(*m->layers));
	for (uint32_t i = 0; i < c->n_layers; i++) {
		struct model_layer *y = &m->layers[i];
		size_t dim = c->dim, ff = c->hidden_dim;

		y->attn_norm = of_file(m, c->rms_att + i * dim, dim);
		y->ff_norm = of_file(m, c->rms_ffn + i * dim, dim);
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
	for (uint32_t i = 0; m->layers && i < m->shape.n_layers; i++)
		mem_free(m->layers[i].experts);
	for (size_t i = 0; i < m->n_turned; i++)
		mem_free(m->turned[i]);
	mem_free(m->turned);
	mem_free(m->arch);
	mem_free(m->name);
	mem_free(m->layers);
	mem_free(m);
}
