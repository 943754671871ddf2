/*
 * qwen_vocab.h - the bundled tokenizer (trace/tok.h) as a GGUF file of the
 * kind that models have: its tokens are also Qwen2's, its merges are derived
 * from their order.
 */
#ifndef LILSCOPE_TESTS_QWEN_VOCAB_H
#define LILSCOPE_TESTS_QWEN_VOCAB_H

#include "base/buf.h"

void qwen_file(struct buf *out);

#endif
