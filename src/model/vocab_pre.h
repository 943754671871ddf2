/*
 * vocab_pre.h - how byte-level BPE families cut text before they merge.
 *
 * Each family has its regular expressions (as llama.cpp and the models' own
 * tokenizer.json have them), applied one after the other: each cuts what the
 * one before left into its matches and what lies between. PCRE2 matches them.
 */
#ifndef LILSCOPE_VOCAB_PRE_H
#define LILSCOPE_VOCAB_PRE_H

#include "base/buf.h"
#include "base/err.h"

struct vocab_pre;

/* By tokenizer.ggml.pre; "" is "default". NULL and a sentence that names what
 * is not known. */
struct vocab_pre *vocab_pre_new(const char *name, size_t n, struct err *err);
void vocab_pre_free(struct vocab_pre *p); /* NULL is fine */

/* Cuts s[0..n): the ends of the parts, rising, the last one n. */
struct vocab_cuts {
	size_t *ends;
	size_t n, cap;
};
void vocab_pre_cut(const struct vocab_pre *p, const char *s, size_t n,
		   struct vocab_cuts *out);

#endif
