/*
 * random_folder.h - the Hugging Face folder that a small GGUF file may have
 * come from, in memory: what hf.c undoes, done the other way.
 */
#ifndef LILSCOPE_TESTS_RANDOM_FOLDER_H
#define LILSCOPE_TESTS_RANDOM_FOLDER_H

#include "base/buf.h"
#include "model/gguf.h"

/* config.json, tokenizer.json and one safetensors file for the tensors
 * [from, to) of g, which has F32, F16 or BF16 ones and SentencePiece's bytes
 * (random_spec.vocab). */
void folder_config(const struct gguf *g, struct buf *out);
void folder_tokenizer(const struct gguf *g, struct buf *out);
void folder_weights(const struct gguf *g, size_t from, size_t to,
		    struct buf *out);

/* What a tensor of g is called in the folder, its expert is `#`. */
void folder_name(const struct gguf *g, const char *name, char out[128]);

/* A safetensors file of a header and its data. */
void folder_file(const char *header, const void *data, size_t n,
		 struct buf *out);

#endif
