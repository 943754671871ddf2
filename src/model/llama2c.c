/*
 * The file has a head of seven numbers and no table of its tensors: their
 * sizes follow from the head, so that every size is held against what remains
 * before it is used.
 */
#include "model/llama2c.h"

#include "model/kernel_impl.h"
#include <string.h>

enum {
	HEADER_NUMBERS = 7,
	/* Nothing that is trained with llama2.c is wider or deeper. */
	WIDTH_MAX = 1 << 16,
	LAYERS_MAX = 1024,
	VOCAB_MAX = 1 << 20,
};

/* Takes n floats off the front of what remains. */
struct rest {
	const float *at;
	uint64_t n;
	bool short_of;
};

static const float *take(struct rest *r, uint64_t n)
{
	const float *at = r->at;

	if (n > r->n) {
		r->short_of = true;
		return NULL;
	}
	r->at += n;
	r->n -= n;
	return at;
}

static bool sensible(const struct llama2c *c)
{
	return c->dim && c->dim <= WIDTH_MAX && c->hidden_dim &&
	       c->hidden_dim <= 4 * WIDTH_MAX && c->n_layers &&
	       c->n_layers <= LAYERS_MAX && c->n_heads && c->n_kv_heads &&
	       c->n_kv_heads <= c->n_heads &&
	       c->n_heads % c->n_kv_heads == 0 && c->dim % c->n_heads == 0 &&
	       c->dim / c->n_heads % 2 == 0 &&
	       c->dim / c->n_heads <= KERNEL_LOADED / 2 && c->vocab_size &&
	       c->vocab_size <= VOCAB_MAX && c->seq_len &&
	       c->seq_len <= 1 << 24;
}

static void take_all(struct rest *r, struct llama2c *c, bool shared)
{
	uint64_t dim = c->dim, ff = c->hidden_dim, layers = c->n_layers;
	uint64_t kv = dim / c->n_heads * c->n_kv_heads;

	c->token_embedding = take(r, (uint64_t)c->vocab_size * dim);
	c->rms_att = take(r, layers * dim);
	c->wq = take(r, layers * dim * dim);
	c->wk = take(r, layers * dim * kv);
	c->wv = take(r, layers * dim * kv);
	c->wo = take(r, layers * dim * dim);
	c->rms_ffn = take(r, layers * dim);
	c->w1 = take(r, layers * dim * ff);
	c->w2 = take(r, layers * dim * ff);
	c->w3 = take(r, layers * dim * ff);
	c->rms_final = take(r, dim);
	/* the angles of RoPE, which can be computed */
	take(r, (uint64_t)c->seq_len * (dim / c->n_heads));
	c->wcls = shared ? c->token_embedding :
			   take(r, (uint64_t)c->vocab_size * dim);
}

static int32_t number_at(const unsigned char *s)
{
	return (int32_t)(s[0] | (uint32_t)s[1] << 8 | (uint32_t)s[2] << 16 |
			 (uint32_t)s[3] << 24);
}

bool llama2c_parse(const void *data, size_t size, struct llama2c *out,
		   struct err *err)
{
	int32_t head[HEADER_NUMBERS];
	struct rest r;
	bool shared;

	*out = (struct llama2c){ 0 };
	if (size < sizeof(head))
		return err_set(err, "is neither GGUF nor a checkpoint of "
				    "llama2.c: it is too short");
	for (int i = 0; i < HEADER_NUMBERS; i++)
		head[i] = number_at((const unsigned char *)data + 4 * i);
	shared = head[5] > 0;
	if (!shared && head[5] > INT32_MIN)
		head[5] = -head[5];
	for (int i = 0; i < HEADER_NUMBERS; i++)
		if (head[i] < 0)
			head[i] = 0;
	out->dim = (uint32_t)head[0];
	out->hidden_dim = (uint32_t)head[1];
	out->n_layers = (uint32_t)head[2];
	out->n_heads = (uint32_t)head[3];
	out->n_kv_heads = (uint32_t)head[4];
	out->vocab_size = (uint32_t)head[5];
	out->seq_len = (uint32_t)head[6];
	if (!sensible(out))
		return err_set(err, "is neither GGUF nor a checkpoint of "
				    "llama2.c: its first numbers make no "
				    "model");
	r = (struct rest){ (const float *)((const char *)data + sizeof(head)),
			   (size - sizeof(head)) / sizeof(float), false };
	take_all(&r, out, shared);
	if (r.short_of)
		return err_set(err, "the checkpoint is cut short: a model of "
				    "%u layers of %u is longer than %zu bytes",
			       out->n_layers, out->dim, size);
	return true;
}
