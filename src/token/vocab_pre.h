/*
 * vocab_pre.h - how families of byte-level BPE cut text into words before
 * anything is merged.
 *
 * A family has one or more regular expressions (those of the models' own
 * tokenizer.json, as llama.cpp has them too), applied one after the other:
 * each cuts what the one before left into its matches and what lies between,
 * and sees nothing beyond the part that it cuts. PCRE2 does the matching,
 * compiled once, but for the expression that most models share: split.h. No
 * expression here backtracks over more than one run of white space, so cutting
 * is linear in the text.
 *
 * \s is Unicode's White_Space. A byte that is not UTF-8 is a character that
 * is no letter, number, punctuation or white space.
 */
#ifndef LILSCOPE_VOCAB_PRE_H
#define LILSCOPE_VOCAB_PRE_H

#include "base/buf.h"
#include "base/err.h"

enum { PRE_STEPS_MAX = 6 };

struct vocab_family {
	const char *name;       /* as in tokenizer.ggml.pre */
	/* Up to the first NULL; none: split.h, digits one by one or three. */
	const char *steps[PRE_STEPS_MAX];
	bool three_digits;
	bool whole_words;       /* a word that is a piece is not merged */
	bool add_bos;           /* unless the file says otherwise */
};

extern const struct vocab_family vocab_families[];
extern const size_t n_vocab_families;

/* The family of that name; "" is "default". NULL: not known. */
const struct vocab_family *vocab_family(const char *name, size_t n);

struct vocab_pre;

/* A family made ready. NULL and a sentence if the PCRE2 at hand can't; the
 * family outlives it. */
struct vocab_pre *vocab_pre_new(const struct vocab_family *family,
				struct err *err);
void vocab_pre_free(struct vocab_pre *p); /* NULL is fine */

/* Ends of the words, rising, the last one n; none for n = 0. */
struct vocab_cuts {
	size_t *ends;
	size_t n, cap;
};

/* Cuts s[0..n) anew into *cuts; who has it frees cuts->ends. */
void vocab_pre_cut(const struct vocab_pre *p, const char *s, size_t n,
		   struct vocab_cuts *cuts);

/* The version of PCRE2 that it runs with. */
void vocab_pre_library(struct buf *out);

#endif
