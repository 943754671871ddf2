/*
 * model.h - a transformer's shape and where its weights are: views into a
 * mapped file, found by the names that its architecture gives them.
 *
 * Architectures: those that model_archs() names, from GGUF, and llama2.c's own
 * file. Every tensor's dimensions are checked; what is unknown is named in
 * one sentence before anything large is allocated.
 */
#ifndef LILSCOPE_MODEL_H
#define LILSCOPE_MODEL_H

#include "model/kernel.h"
#include "model/llama2c.h"
#include "model/rope.h"

enum {
	MODEL_LAYERS_MAX = 1024,
	MODEL_EXPERTS_MAX = 512,
	MODEL_WIDTH_MAX = 1 << 17, /* of any row: memory for a batch of them
				      is taken before the first is computed */
	MODEL_VOCAB_MAX = 1 << 22,
};

struct model_shape {
	uint32_t n_layers, n_embd, n_heads, n_kv_heads, d_head, n_ff, n_vocab;
	uint32_t n_ctx;         /* what it was trained for */
	float norm_eps;
	uint32_t n_experts, n_experts_used; /* 0: no mixture */
	uint32_t n_ff_expert, n_ff_shared;
	bool experts_share;     /* the shares of those asked make 1 */
	uint32_t window;        /* of the layers that have one; or 0 */
	bool gelu;              /* not SiLU: its approximation by tanh */
	float embed_scale;      /* of what a token begins with; 1 */
	float attn_scale;       /* of scores: 1 / sqrt(d_head), mostly */
	/* 0, or v becomes cap * tanh(v / cap): of scores, of logits */
	float attn_cap, logit_cap;
	/* Queries grow by it each so many positions: 1 + temper * log(1 + n) */
	float temper;           /* or 0 */
	uint32_t temper_every;
};

/* A gated feed-forward network: down(act(gate x) * up x). */
struct model_ff {
	struct kernel_rows gate, up, down;
};

struct model_layer {
	const float *attn_norm, *ff_norm;
	struct kernel_rows q, k, v, o;
	const float *q_bias, *k_bias, *v_bias; /* or NULL */
	const float *q_norm, *k_norm;          /* of each head, or NULL */
	/* of what attention and network give, before it is added; or NULL */
	const float *attn_post, *ff_post;
	bool near;                             /* sees shape.window tokens */
	struct model_ff ff;                    /* without experts */
	struct kernel_rows router;             /* with */
	struct model_ff *experts;              /* n_experts; owned */
	struct model_ff shared;
	const float *shared_gate;              /* n_embd */
};

struct model {
	char *arch, *name;
	struct model_shape shape;
	struct rope_opts rope, near_rope;      /* of layers with a window */
	struct model_layer *layers;
	struct kernel_rows embed, output;      /* n_vocab rows */
	const float *output_norm;
	uint64_t weight_bytes;                 /* read for one token */
	float **turned;                        /* copies of vectors, where the
						  file has another order of
						  bytes than the machine */
	size_t n_turned, turned_cap;
};

/* "llama, qwen2, ..." into out: what model_from_gguf() knows. */
void model_archs(char *out, size_t cap);

/* What the bytes of g or c are views into must outlive the model. */
struct model *model_from_gguf(const struct gguf *g, struct err *err);
struct model *model_from_llama2c(const struct llama2c *c, struct err *err);
void model_free(struct model *m); /* NULL is fine */

#endif
