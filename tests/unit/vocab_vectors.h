/*
 * vocab_vectors.h - llama.cpp's own test texts of its tokenizers, and the ids
 * that it makes of them. They lie in LILSCOPE_DATA, and are not shipped.
 */
#ifndef LILSCOPE_TESTS_VOCAB_VECTORS_H
#define LILSCOPE_TESTS_VOCAB_VECTORS_H

#include "base/buf.h"
#include "model/vocab_read.h"

extern const char *const vector_names[];
extern const size_t n_vector_names;

bool vectors_are_here(void);

/* The GGUF file with this tokenizer; false: there are vectors alone, and the
 * file is made of the bundled vocabulary, which has the same ids (qwen2). */
bool vectors_file(const char *name, struct buf *out);

struct vectors_count {
	int n, n_good;
};
/* Each text, encoded and back; those that are not as they should be are
 * printed. */
struct vectors_count vectors_run(const struct vocab *v, const char *name);

#endif
