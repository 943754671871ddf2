/*
 * naive_vocab.h - small tokenizers as GGUF files in memory, and the two rules
 * by their definitions: the best two neighbours of the whole text join, and
 * that until there are none. The oracle of vocab*.c, for short texts.
 */
#ifndef LILSCOPE_TESTS_NAIVE_VOCAB_H
#define LILSCOPE_TESTS_NAIVE_VOCAB_H

#include "base/buf.h"
#include "model/vocab_read.h"

/* --- a GGUF file of keys, no tensors; all zero is empty ----------------- */

struct keys {
	struct buf body;
	uint32_t n;
};

void keys_str(struct keys *k, const char *key, const char *value);
void keys_u32(struct keys *k, const char *key, uint32_t value);
void keys_bool(struct keys *k, const char *key, bool value);
/* Arrays: the elements come with keys_item_*(). */
void keys_strings(struct keys *k, const char *key, uint64_t n);
void keys_item_str(struct keys *k, const char *s, size_t n);
void keys_floats(struct keys *k, const char *key, const float *values,
		 uint64_t n);
void keys_ints(struct keys *k, const char *key, const int32_t *values,
	       uint64_t n);
/* The file's bytes; *k is empty afterwards. */
void keys_file(struct keys *k, struct buf *out);

/* --- what it is made of ------------------------------------------------- */

struct naive_piece {
	const char *s; /* SentencePiece: U+2581 for blanks; BPE: its bytes */
	float score;
	int32_t type;  /* as in GGUF; 0: an ordinary one */
};

struct naive_merge {
	const char *left, *right; /* bytes */
};

/* Files with all 256 bytes as tokens: SentencePiece's are 3..258 after
 * <unk>, <s> and </s>, the pieces follow; BPE's are 0..255, one token for
 * each merge follows, then the pieces (special tokens). */
void naive_spm_file(const struct naive_piece *pieces, uint32_t n,
		    struct buf *out);
void naive_bpe_file(const char *family, const struct naive_merge *merges,
		    uint32_t n_merges, const struct naive_piece *pieces,
		    uint32_t n, struct buf *out);

/* --- the rules ---------------------------------------------------------- */

/* Text without special tokens, its blanks as U+2581 already. */
void naive_spm(const struct naive_piece *pieces, uint32_t n, const char *text,
	       size_t len, struct vocab_ids *out);
/* One word. */
void naive_bpe(const struct naive_merge *merges, uint32_t n, const char *word,
	       size_t len, struct vocab_ids *out);

/* A byte in GPT-2's characters, 2 bytes at most; returns how many. */
size_t naive_gpt2_char(unsigned char byte, char out[4]);

#endif
