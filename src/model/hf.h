/*
 * hf.h - the files of a Hugging Face model folder, read as the GGUF file that
 * they would become.
 *
 *	config.json             the keys of the architecture
 *	tokenizer.json          the lists of the tokenizer, how it cuts text
 *	tokenizer_config.json   its special tokens, the chat template
 *	*.safetensors           tensors, renamed; matrices are views of the
 *	                        file's bytes, vectors are copied as floats
 *
 * So model.c, vocab_read.c and chat.c know of one form alone. Where a GGUF file
 * has weights in another order (llama's queries and keys), a key says that
 * these have theirs. No I/O.
 */
#ifndef LILSCOPE_HF_H
#define LILSCOPE_HF_H

#include "model/gguf.h"

/* The text of a file; s NULL: there is none. */
struct hf_text {
	const char *s;
	size_t n;
};

struct hf_texts {
	const char *name; /* what the model is called; or NULL */
	struct hf_text config, tokenizer, tokenizer_config, generation,
		template, template_json;
};

struct hf;

/* A folder with this config.json, no weights yet. The texts must outlive it.
 * NULL and one sentence: it is none, or of an architecture that is not known,
 * or quantised in a way that is not. */
struct hf *hf_new(const struct hf_texts *texts, struct err *err);

/* The tensors of one safetensors file, whose bytes must outlive hf. false: one
 * sentence. */
bool hf_add(struct hf *hf, const void *data, size_t size, struct err *err);

/* The whole as GGUF, for the caller to free before hf. NULL: one sentence. */
struct gguf *hf_gguf(struct hf *hf, struct err *err);

void hf_free(struct hf *hf); /* NULL is fine */

/* "LlamaForCausalLM, ..." into out: what hf_new() knows. */
void hf_classes(char *out, size_t cap);

#endif
