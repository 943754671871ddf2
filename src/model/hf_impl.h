/*
 * hf_impl.h - what a folder is made of; for hf*.c.
 */
#ifndef LILSCOPE_HF_IMPL_H
#define LILSCOPE_HF_IMPL_H

#include "json/json.h"
#include "model/gguf_write.h"
#include "model/hf.h"

enum {
	HF_GEMMA = 1,	/* norms say by how much they differ from 1 */
	HF_POST = 2,	/* norms behind attention and network, too */
	HF_TURNED = 4,	/* in GGUF q and k are in another order */
	HF_WINDOWS = 8, /* layers differ by what they see */
};

struct hf_class {
	const char *name, *model_type, *arch;
	unsigned traits;
};

struct hf {
	const struct hf_texts *texts;
	const struct hf_class *class;
	struct json config;
	struct json_value root; /* the text model's part of it */
	bool tied;		/* the output is the embedding */
	uint32_t n_vocab;	/* rows of the embedding; 0: not seen yet */
	struct gguf_tensor *tensors;
	size_t n_tensors, tensors_cap;
	void **copies; /* data that is not the files' */
	size_t n_copies, copies_cap;
	struct gguf_keys keys;
	struct buf file; /* the keys as GGUF */
};

/* Makes room for a vector of n floats that hf owns, a tensor of that name. */
float *hf_vector(struct hf *hf, const char *name, uint64_t n);

/* hf_config.c: class and root; then the keys (and tensors of RoPE). */
bool hf_config_read(struct hf *hf, struct err *err);
bool hf_config_put(struct hf *hf, struct err *err);
/* Does the config say what a model with weights of so many layers must have?
 * 0: there are none. */
bool hf_config_check(const struct hf *hf, uint32_t n_layers, struct err *err);

/* hf_vocab.c: the tokenizer's keys, the template's. */
bool hf_vocab_put(struct hf *hf, struct err *err);

#endif
