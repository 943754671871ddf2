/*
 * llama2c.h - the checkpoint of karpathy/llama2.c (its first format): seven
 * int32 numbers, then the tensors as F32, each for all layers at once.
 */
#ifndef LILSCOPE_LLAMA2C_H
#define LILSCOPE_LLAMA2C_H

#include "base/base.h"
#include "base/err.h"

/* Views into the file's bytes. */
struct llama2c {
	uint32_t dim, hidden_dim, n_layers, n_heads, n_kv_heads, vocab_size,
		seq_len;
	const float *token_embedding;        /* [vocab][dim] */
	const float *rms_att;                /* [layers][dim] */
	const float *wq, *wk, *wv, *wo;      /* [layers][rows][dim] */
	const float *rms_ffn;                /* [layers][dim] */
	const float *w1, *w2, *w3;           /* gate, down, up */
	const float *rms_final;              /* [dim] */
	const float *wcls;                   /* [vocab][dim] */
};

/* false and a sentence: it is none, or its size is not what it says. */
bool llama2c_parse(const void *data, size_t size, struct llama2c *out,
		   struct err *err);

#endif
