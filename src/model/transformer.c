/*
 * A batch of tokens goes through all layers together: T = 1 in a step.
 *
 *	x   [T][n_embd]             the residual stream
 *	h   [T][n_embd]             the same, normalised: what matrices see
 *	q   [T][n_heads * d]        k, v: [T][n_kv_heads * d]
 *	out [T][n_embd]             what is added to x
 *
 * Matrices are cut by rows among the threads, attention by KV heads.
 */
#include "model/transformer_impl.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/buf.h"

/* --- making and freeing ------------------------------------------------- */

static uint32_t widest(const struct model_shape *s)
{
	return MAX(MAX(s->n_ff, s->n_ff_expert), MAX(s->n_ff_shared, 1));
}

static void alloc_batch(struct transformer *t)
{
	const struct model_shape *s = &t->m->shape;
	size_t batch = TRANSFORMER_BATCH * sizeof(float);
	size_t n_q = (size_t)s->n_heads * s->d_head;
	size_t n_kv = (size_t)s->n_kv_heads * s->d_head;

	t->x = mem_alloc(batch * s->n_embd);
	t->q = mem_alloc(batch * n_q);
	t->k = mem_alloc(batch * n_kv);
	t->v = mem_alloc(batch * n_kv);
	t->att = mem_alloc(batch * n_q);
	t->h = mem_alloc(batch * s->n_embd);
	t->out = mem_alloc(batch * s->n_embd);
	t->gate = mem_alloc(batch * widest(s));
	t->up = mem_alloc(batch * widest(s));
	t->router = mem_alloc((s->n_experts + 1) * sizeof(float));
	t->said = mem_zalloc(s->n_vocab * sizeof(float));
	t->logits = t->said;
	t->picks = mem_zalloc(s->n_kv_heads * sizeof(*t->picks));
	for (uint32_t i = 0; i < s->n_kv_heads; i++)
		t->picks[i].lists = mem_zalloc(s->n_heads / s->n_kv_heads *
					       sizeof(struct sparse_list));
	t->shares = mem_zalloc(s->n_kv_heads * sizeof(*t->shares));
	t->workbenches = mem_zalloc(pool_n(t->pool) * sizeof(*t->workbenches));
}

struct sparse_shape transformer_shape(const struct model *m)
{
	return (struct sparse_shape){ m->shape.n_layers, m->shape.n_heads,
				      m->shape.n_kv_heads, m->shape.d_head };
}

static struct transformer *make(const struct model *m, struct pool *pool,
				const struct sparse *policy,
				const struct sparse_opts *opts)
{
	struct transformer *t = mem_zalloc(sizeof(*t));

	kernel_name(); /* is chosen now, by this thread alone */
	t->m = m;
	t->pool = pool;
	t->policy = policy;
	t->opts = *opts;
	t->shape = transformer_shape(m);
	t->ropes[0] = rope_new(&m->rope);
	t->ropes[1] = rope_new(&m->near_rope);
	alloc_batch(t);
	return t;
}

struct transformer *transformer_new(const struct model *m, struct pool *pool,
				    enum ggml_type kv,
				    const struct sparse *policy,
				    const struct sparse_opts *opts)
{
	struct transformer *t = make(m, pool, policy, opts);

	t->cache = cache_new(m->shape.n_layers, m->shape.n_kv_heads,
			     m->shape.d_head, kv);
	if (policy->create)
		t->state = policy->create(opts, &t->shape);
	return t;
}

struct transformer *transformer_copy(const struct transformer *t)
{
	struct transformer *copy = make(t->m, t->pool, t->policy, &t->opts);
	size_t bytes = (size_t)(t->shape.n_layers + 1) * t->n_words * 8;

	copy->cache = cache_copy(t->cache);
	if (t->policy->copy)
		copy->state = t->policy->copy(t->state);
	copy->n = t->n;
	rope_reach(copy->ropes[0], t->n + 1); /* a policy may evict first */
	copy->prompt_end = t->prompt_end;
	copy->dense_end = t->dense_end;
	copy->evicted = t->evicted;
	copy->n_words = t->n_words;
	copy->read = mem_zalloc(bytes + 1);
	copy->kept = mem_zalloc(bytes + 1);
	if (bytes) {
		memcpy(copy->read, t->read, bytes);
		memcpy(copy->kept, t->kept, bytes);
	}
	memcpy(copy->logits, t->logits, t->m->shape.n_vocab * sizeof(float));
	copy->ahead.n = t->ahead.n;
	transformer_forget(copy); /* it does not have what they say */
	return copy;
}

static void free_picks(struct transformer *t)
{
	uint32_t group = t->shape.n_heads / t->shape.n_kv_heads;

	for (uint32_t i = 0; i < t->shape.n_kv_heads; i++) {
		for (uint32_t g = 0; g < group; g++)
			mem_free(t->picks[i].lists[g].ranges);
		mem_free(t->picks[i].lists);
	}
	mem_free(t->picks);
}

void transformer_free(struct transformer *t)
{
	if (!t)
		return;
	if (t->policy->destroy)
		t->policy->destroy(t->state);
	for (unsigned i = 0; i < pool_n(t->pool); i++) {
		attend_bench_release(&t->workbenches[i].attend);
		mem_free(t->workbenches[i].seen);
	}
	for (uint32_t i = 0; i < t->shape.n_kv_heads; i++) {
		mem_free(t->shares[i].partials);
		mem_free(t->shares[i].p);
	}
	free_picks(t);
	mem_free(t->shares);
	mem_free(t->workbenches);
	cache_free(t->cache);
	rope_free(t->ropes[0]);
	rope_free(t->ropes[1]);
	kernel_x_release(&t->act);
	kernel_x_release(&t->act2);
	mem_free(t->x);
	mem_free(t->q);
	mem_free(t->k);
	mem_free(t->v);
	mem_free(t->att);
	mem_free(t->h);
	mem_free(t->out);
	mem_free(t->gate);
	mem_free(t->up);
	mem_free(t->router);
	mem_free(t->said);
	mem_free(t->read);
	mem_free(t->kept);
	mem_free(t);
}

/* --- matrices ----------------------------------------------------------- */

/* Rows that kernels for many tokens take together. */
enum { ROWS_STEP = 32 };

/* Some matrices times the same activations, cut by rows. */
struct matmul {
	const struct kernel_x *x;
	struct {
		const struct kernel_rows *w;
		float *out;
		uint32_t n_rows;
	} at[3];
	uint32_t taken[3]; /* rows of each */
	uint32_t n;
};

static void run_matmul(void *ctx, unsigned i, unsigned n)
{
	struct matmul *matmul = ctx;
	uint32_t from, to;

	(void)i;
	for (uint32_t k = 0; k < matmul->n; k++)
		while (pool_take(&matmul->taken[k], matmul->at[k].n_rows,
				 ROWS_STEP, n, &from, &to))
			kernel_mul(matmul->at[k].out, matmul->at[k].n_rows,
				   matmul->at[k].w, from, to, matmul->x);
}

static void multiply(struct transformer *t, float *out,
		     const struct kernel_rows *w, uint32_t n_rows,
		     const struct kernel_x *x)
{
	struct matmul matmul = { .x = x, .at = { { w, out, n_rows } }, .n = 1 };

	pool_run(t->pool, run_matmul, &matmul);
}

/* Weights of different types want their activations prepared differently. */
static void multiply_from(struct transformer *t, float *out,
			  const struct kernel_rows *w, uint32_t n_rows,
			  const float *v, uint32_t n_tokens)
{
	kernel_x_set(&t->act2, w->type, v, w->n_cols, n_tokens);
	multiply(t, out, w, n_rows, &t->act2);
}

static void add(float *x, const float *y, size_t n)
{
	for (size_t i = 0; i < n; i++)
		x[i] += y[i];
}

/* RMSNorm (Zhang and Sennrich 2019) of n numbers. */
static void norm(float *out, const float *x, const float *weight, uint32_t n,
		 float eps)
{
	double sum = 0;
	float scale;

	for (uint32_t i = 0; i < n; i++)
		sum += (double)x[i] * x[i];
	scale = (float)(1 / sqrt(sum / n + eps));
	for (uint32_t i = 0; i < n; i++)
		out[i] = x[i] * scale * weight[i];
}

/* The batch's rows of x into those of out. */
static void norm_batch(const struct transformer *t, float *out, const float *x,
		       const float *weight)
{
	uint32_t n = t->m->shape.n_embd;

	for (uint32_t i = 0; i < t->n_batch; i++)
		norm(out + (size_t)i * n, x + (size_t)i * n, weight, n,
		     t->m->shape.norm_eps);
}

/* What a part of a layer gave, to the residual stream; post: its norm, or
 * NULL. */
static void add_out(struct transformer *t, const float *post)
{
	if (post)
		norm_batch(t, t->out, t->out, post);
	add(t->x, t->out, (size_t)t->n_batch * t->m->shape.n_embd);
}

/* --- keys, values, queries ---------------------------------------------- */

static void add_bias(float *rows, const float *bias, uint32_t n,
		     uint32_t n_tokens)
{
	for (uint32_t i = 0; bias && i < n_tokens; i++)
		add(rows + (size_t)i * n, bias, n);
}

static void finish_heads(struct transformer *t, float *v, uint32_t n_heads,
			 const float *weight, uint32_t pos)
{
	uint32_t d = t->shape.d;

	for (uint32_t h = 0; weight && h < n_heads; h++)
		norm(v + h * d, v + h * d, weight, d, t->m->shape.norm_eps);
	rope_turn(transformer_rope(t), v, n_heads, d, pos);
}

static void temper(const struct transformer *t, float *q, uint32_t pos)
{
	const struct model_shape *s = &t->m->shape;
	uint32_t n = s->n_heads * s->d_head;
	float by;

	if (s->temper == 0 || pos < s->temper_every)
		return;
	by = 1 + s->temper * logf(1 + (float)(pos / s->temper_every));
	for (uint32_t i = 0; i < n; i++)
		q[i] *= by;
}

static void project(struct transformer *t, const struct model_layer *y)
{
	uint32_t n_q = t->shape.n_heads * t->shape.d;
	uint32_t n_kv = t->shape.n_kv_heads * t->shape.d;

	if (y->q.type == y->k.type && y->q.type == y->v.type) {
		struct matmul matmul = { .x = &t->act,
					 .at = { { &y->q, t->q, n_q },
						 { &y->k, t->k, n_kv },
						 { &y->v, t->v, n_kv } },
					 .n = 3 };

		kernel_x_set(&t->act, y->q.type, t->h, y->q.n_cols, t->n_batch);
		pool_run(t->pool, run_matmul, &matmul);
	} else {
		multiply_from(t, t->q, &y->q, n_q, t->h, t->n_batch);
		multiply_from(t, t->k, &y->k, n_kv, t->h, t->n_batch);
		multiply_from(t, t->v, &y->v, n_kv, t->h, t->n_batch);
	}
	add_bias(t->q, y->q_bias, n_q, t->n_batch);
	add_bias(t->k, y->k_bias, n_kv, t->n_batch);
	add_bias(t->v, y->v_bias, n_kv, t->n_batch);
	for (uint32_t i = 0; i < t->n_batch; i++) {
		struct transformer *of = t->texts ? t->texts[i] : t;
		uint32_t pos = of->n + (t->texts ? 0 : i);

		of->layer = t->layer;
		finish_heads(of, t->q + (size_t)i * n_q, t->shape.n_heads,
			     y->q_norm, pos);
		temper(of, t->q + (size_t)i * n_q, pos);
		finish_heads(of, t->k + (size_t)i * n_kv, t->shape.n_kv_heads,
			     y->k_norm, pos);
	}
}

/* --- feed-forward ------------------------------------------------------- */

/* GELU by tanh (Hendrycks and Gimpel 2016). */
static void gelu_times(float *gate, const float *up, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		float x = gate[i];

		x += 0.044715f * x * x * x;
		gate[i] *= 0.5f * (1 + tanhf(0.797884561f * x)) * up[i];
	}
}

struct gating {
	void (*f)(float *gate, const float *up, size_t n);
	float *gate;
	const float *up;
	uint32_t n;
};

static void run_gating(void *ctx, unsigned i, unsigned n)
{
	const struct gating *g = ctx;
	uint32_t from, to;

	/* no cache line is of two threads */
	pool_part(g->n, 64, i, n, &from, &to);
	g->f(g->gate + from, g->up + from, to - from);
}

static void apply_gate(struct transformer *t, uint32_t n)
{
	struct gating g = { t->m->shape.gelu ? gelu_times : kernel_silu,
			    t->gate, t->up, n };

	/* one token's are done sooner than a thread is told */
	pool_run(t->n_batch > 1 ? t->pool : NULL, run_gating, &g);
}

/* v within (-cap, cap). */
static void cap_all(float *v, size_t n, float cap)
{
	for (size_t i = 0; i < n; i++)
		v[i] = cap * tanhf(v[i] / cap);
}

/* n_tokens rows of v through a network of width n_ff, into out. */
static void feed_forward(struct transformer *t, const struct model_ff *ff,
			 uint32_t n_ff, const float *v, float *out,
			 uint32_t n_tokens)
{
	if (ff->gate.type == ff->up.type) {
		struct matmul matmul = { .x = &t->act,
					 .at = { { &ff->gate, t->gate, n_ff },
						 { &ff->up, t->up, n_ff } },
					 .n = 2 };

		kernel_x_set(&t->act, ff->gate.type, v, ff->gate.n_cols,
			     n_tokens);
		pool_run(t->pool, run_matmul, &matmul);
	} else {
		multiply_from(t, t->gate, &ff->gate, n_ff, v, n_tokens);
		multiply_from(t, t->up, &ff->up, n_ff, v, n_tokens);
	}
	apply_gate(t, n_tokens * n_ff);
	multiply_from(t, out, &ff->down, t->m->shape.n_embd, t->gate, n_tokens);
}

static void expert(struct transformer *t, const struct model_layer *y,
		   uint32_t i, float share, const float *v, float *x)
{
	const struct model_shape *s = &t->m->shape;

	feed_forward(t, &y->experts[i], s->n_ff_expert, v, t->out, 1);
	for (uint32_t k = 0; k < s->n_embd; k++)
		x[k] += share * t->out[k];
}

/* The experts that the router likes best, each with its probability (rescaled
 * to 1 in all, or not), and the one that is always asked. */
static void mixture(struct transformer *t, const struct model_layer *y,
		    const float *v, float *x)
{
	const struct model_shape *s = &t->m->shape;
	uint32_t chosen[MODEL_EXPERTS_MAX], work[MODEL_EXPERTS_MAX];
	float share, sum = 0;

	multiply_from(t, t->router, &y->router, s->n_experts, v, 1);
	kernel_softmax(t->router, s->n_experts);
	sparse_top(t->router, s->n_experts, s->n_experts_used, chosen, work);
	for (uint32_t i = 0; i < s->n_experts_used; i++)
		sum += t->router[chosen[i]];
	for (uint32_t i = 0; i < s->n_experts_used; i++)
		expert(t, y, chosen[i],
		       t->router[chosen[i]] / (s->experts_share ? sum : 1), v,
		       x);
	if (!s->n_ff_shared)
		return;
	share = 1 / (1 + expf(-kernel_dot(y->shared_gate, v, s->n_embd)));
	feed_forward(t, &y->shared, s->n_ff_shared, v, t->out, 1);
	for (uint32_t k = 0; k < s->n_embd; k++)
		x[k] += share * t->out[k];
}

/* --- the whole ---------------------------------------------------------- */

static void run_layer(struct transformer *t, uint32_t layer)
{
	const struct model_layer *y = &t->m->layers[layer];
	const struct model_shape *s = &t->m->shape;

	t->layer = layer;
	norm_batch(t, t->h, t->x, y->attn_norm);
	project(t, y);
	if (t->texts)
		transformer_attend_each(t);
	else
		transformer_attend(t);
	multiply_from(t, t->out, &y->o, s->n_embd, t->att, t->n_batch);
	add_out(t, y->attn_post);
	norm_batch(t, t->h, t->x, y->ff_norm);
	if (!s->n_experts) {
		feed_forward(t, &y->ff, s->n_ff, t->h, t->out, t->n_batch);
		add_out(t, y->ff_post);
		return;
	}
	for (uint32_t i = 0; i < t->n_batch; i++)
		mixture(t, y, t->h + (size_t)i * s->n_embd,
			t->x + (size_t)i * s->n_embd);
}

static void embed(struct transformer *t, const uint32_t *ids)
{
	const struct kernel_rows *w = &t->m->embed;
	const struct quant *quant = quant_of(w->type);

	for (uint32_t i = 0; i < t->n_batch; i++) {
		assert(ids[i] < t->m->shape.n_vocab);
		quant->to_f32(t->x + (size_t)i * w->n_cols,
			      (const char *)w->data + ids[i] * w->row_bytes,
			      w->n_cols);
	}
	for (size_t i = 0; i < (size_t)t->n_batch * w->n_cols; i++)
		t->x[i] *= t->m->shape.embed_scale;
}

/* Room for the bits of n tokens; all of them cleared. */
static void reach_bits(struct transformer *t, uint32_t n)
{
	uint32_t words = (n + CACHE_PAGE * 64 - 1) / (CACHE_PAGE * 64);
	size_t bytes;

	if (words > t->n_words)
		t->n_words = words * 2;
	bytes = (transformer_row(t, t->shape.n_layers, 0) + t->n_words) * 8;
	t->read = mem_resize(t->read, bytes);
	t->kept = mem_resize(t->kept, bytes);
	memset(t->read, 0, bytes);
}

uint64_t transformer_read(const struct transformer *t, uint32_t i)
{
	uint64_t slots = 0;

	for (unsigned k = 0; k < pool_n(t->pool); k++)
		slots += t->workbenches[k].read_slots[i];
	return slots * 2 * t->cache->row_bytes;
}

void transformer_begin(struct transformer *t, uint32_t n)
{
	rope_reach(t->ropes[0], t->n + n + 1);
	if (t->m->shape.window)
		rope_reach(t->ropes[1], t->n + n);
	reach_bits(t, t->n + n);
	for (unsigned i = 0; i < pool_n(t->pool); i++)
		memset(t->workbenches[i].read_slots, 0,
		       n * sizeof(*t->workbenches[i].read_slots));
}

void transformer_end(struct transformer *t, uint32_t n)
{
	t->n += n;
	t->read_bytes = 0;
	for (uint32_t i = 0; i < n; i++)
		t->read_bytes += transformer_read(t, i);
}

void transformer_layers(struct transformer *t, const uint32_t *ids, uint32_t n)
{
	t->n_batch = n;
	embed(t, ids);
	for (uint32_t i = 0; i < t->m->shape.n_layers; i++)
		run_layer(t, i);
}

void transformer_run(struct transformer *t, const uint32_t *ids, uint32_t n)
{
	transformer_begin(t, n);
	transformer_layers(t, ids, n);
	transformer_end(t, n);
}

void transformer_say(struct transformer *t, uint32_t n)
{
	const struct model_shape *s = &t->m->shape;

	for (uint32_t i = 0; i < n; i++)
		norm(t->h + (size_t)i * s->n_embd,
		     t->x + (size_t)(t->n_batch - n + i) * s->n_embd,
		     t->m->output_norm, s->n_embd, s->norm_eps);
	t->logits = t->said;
	multiply_from(t, t->said, &t->m->output, s->n_vocab, t->h, n);
	if (s->logit_cap > 0)
		cap_all(t->said, (size_t)n * s->n_vocab, s->logit_cap);
}

void transformer_prompt(struct transformer *t, const uint32_t *ids, uint32_t n,
			uint32_t n_prompt)
{
	assert(n > 0);
	transformer_forget(t);
	t->prompt_end = n_prompt;
	t->dense_end = t->n + n;
	for (uint32_t at = 0, len; at < n; at += len) {
		len = MIN(n - at, (uint32_t)TRANSFORMER_BATCH);
		transformer_run(t, ids + at, len);
	}
	transformer_say(t, 1);
}

void transformer_step(struct transformer *t, uint32_t id)
{
	transformer_step_ahead(t, id, NULL, 0);
}

/* --- questions ---------------------------------------------------------- */

const float *transformer_logits(const struct transformer *t)
{
	return t->logits;
}

uint32_t transformer_n(const struct transformer *t)
{
	return t->n;
}

/* Adds a KV head's pages to some rows of bits. */
static void add_head(const struct transformer *t, uint32_t layer, uint32_t head,
		     uint64_t *read, uint64_t *kept)
{
	const uint64_t *row = t->read + transformer_row(t, layer, head);
	const struct cache_head *h = cache_head(t->cache, layer, head);

	transformer_mark(kept, h, 0, h->n);
	for (uint32_t k = 0; k < t->n_words && read != row; k++)
		read[k] |= row[k];
}

static struct transformer_pages pages_of(const struct transformer *t,
					 const uint64_t *read,
					 const uint64_t *kept)
{
	return (struct transformer_pages){
		read, kept, (t->n + CACHE_PAGE - 1) / CACHE_PAGE
	};
}

struct transformer_pages transformer_head_pages(struct transformer *t,
						uint32_t layer, uint32_t head)
{
	uint64_t *read = t->read + transformer_row(t, layer, head);
	uint64_t *kept = t->kept + transformer_row(t, layer, head);

	memset(kept, 0, t->n_words * sizeof(*kept));
	add_head(t, layer, head, read, kept);
	return pages_of(t, read, kept);
}

/* Of the layers [from, to) together; sparse: of those that a policy acts on. */
static struct transformer_pages sum_pages(struct transformer *t, uint32_t from,
					  uint32_t to, bool sparse)
{
	uint64_t *read = t->read + transformer_row(t, t->shape.n_layers, 0);
	uint64_t *kept = t->kept + transformer_row(t, t->shape.n_layers, 0);

	memset(read, 0, t->n_words * sizeof(*read));
	memset(kept, 0, t->n_words * sizeof(*kept));
	for (uint32_t i = from; i < to; i++)
		for (uint32_t head = 0;
		     head < t->shape.n_kv_heads &&
		     (!sparse || transformer_is_sparse(t, i));
		     head++)
			add_head(t, i, head, read, kept);
	return pages_of(t, read, kept);
}

struct transformer_pages transformer_layer_pages(struct transformer *t,
						 uint32_t layer)
{
	return sum_pages(t, layer, layer + 1, false);
}

struct transformer_pages transformer_pages(struct transformer *t)
{
	uint32_t n_layers = t->shape.n_layers;
	bool any = false;

	for (uint32_t i = 0; i < n_layers; i++)
		any = any || transformer_is_sparse(t, i);
	return sum_pages(t, 0, n_layers, any);
}

struct transformer_bytes transformer_bytes(const struct transformer *t)
{
	return (struct transformer_bytes){ t->read_bytes, cache_bytes(t->cache),
					   cache_used_bytes(t->cache) -
						   transformer_unsaid(t) };
}

bool transformer_has_evicted(const struct transformer *t)
{
	return t->evicted;
}

bool transformer_can_cut(const struct transformer *t, uint32_t n)
{
	uint32_t window = t->m->shape.window;

	for (uint32_t i = 0; i < t->shape.n_layers && window; i++) {
		const struct cache_head *h = cache_head(t->cache, i, 0);

		if (t->m->layers[i].near && h->n &&
		    h->pos[0] > (n > window ? n - window : 0))
			return false;
	}
	return !t->evicted && n <= t->n;
}

void transformer_cut(struct transformer *t, uint32_t n)
{
	assert(transformer_can_cut(t, n));
	transformer_forget(t);
	for (uint32_t i = 0; i < t->cache->n_layers * t->cache->n_heads; i++) {
		struct cache_head *h = &t->cache->heads[i];

		cache_cut(t->cache, h, h->n ? n - h->pos[0] : 0);
	}
	t->n = n;
	t->prompt_end = MIN(t->prompt_end, n);
	t->dense_end = MIN(t->dense_end, n);
	/* what a policy remembers is of the longer text */
	transformer_set_policy(t, t->policy, &t->opts);
}

void transformer_set_policy(struct transformer *t, const struct sparse *policy,
			    const struct sparse_opts *opts)
{
	assert(!t->evicted);
	transformer_forget(t);
	if (t->policy->destroy)
		t->policy->destroy(t->state);
	t->policy = policy;
	t->opts = *opts;
	t->state = policy->create ? policy->create(opts, &t->shape) : NULL;
	t->dense_end = t->n;
	transformer_evict_prompt(t);
}
