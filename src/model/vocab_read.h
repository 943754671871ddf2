/*
 * vocab_read.h - the tokenizer that is in a model's file.
 *
 * GGUF's "llama" (SentencePiece) and "gpt2" (byte-level BPE) kinds, and
 * llama2.c's own file.
 */
#ifndef LILSCOPE_VOCAB_READ_H
#define LILSCOPE_VOCAB_READ_H

#include "base/err.h"
#include "model/gguf.h"
#include "token/vocab.h"

/* The tokenizer in a GGUF file, which need not outlive it. NULL and one
 * sentence: there is none inside, or one of an unknown kind or pre-tokenizer,
 * which is named. */
struct vocab *vocab_from_gguf(const struct gguf *g, struct err *err);

/* llama2.c's tokenizer.bin, size bytes with n_vocab pieces. NULL and one
 * sentence: it is cut short, or has fewer. */
struct vocab *vocab_from_llama2c(const void *data, size_t size,
				 uint32_t n_vocab, struct err *err);

#endif
