/*
 * vocab_impl.h - what a tokenizer is made of; for the vocab*.c files.
 */
#ifndef LILSCOPE_VOCAB_IMPL_H
#define LILSCOPE_VOCAB_IMPL_H

#include "model/vocab.h"
#include "model/vocab_pre.h"

/* Kinds of tokens, as GGUF numbers them. */
enum {
	TOKEN_NORMAL = 1,
	TOKEN_UNKNOWN = 2,
	TOKEN_CONTROL = 3,
	TOKEN_USER = 4,
	TOKEN_UNUSED = 5,
	TOKEN_BYTE = 6,
};

struct piece {
	const char *s; /* a view, or in `own` */
	uint32_t len;
	uint8_t type;
	bool ends;     /* ends a generation */
	float score;
};

/* Two pieces that become one. */
struct merge {
	uint32_t left, right; /* ids */
	uint32_t rank, joined;
};

struct vocab {
	bool spm;           /* SentencePiece; else byte-level BPE */
	bool add_space, add_bos;
	char kind[64];
	struct piece *pieces;
	uint32_t n;
	uint32_t bos, eos, unknown;
	uint32_t bytes[256];      /* the token of each byte, or VOCAB_NO_ID */
	uint32_t *table;          /* open addressing: id + 1; 0 is free */
	size_t table_size;
	struct merge *merges;     /* by hash of (left, right) */
	size_t merges_size;
	struct vocab_pre *pre;
	uint32_t *special;        /* ids of tokens that are found in text,
				     longest first */
	size_t n_special, special_cap;
	struct buf own;           /* decoded pieces */
	const char *chat;
	size_t chat_len;
};

/* One run of text without special tokens. */
void vocab_spm(const struct vocab *v, const char *s, size_t n,
	       struct vocab_ids *out);
void vocab_bpe(const struct vocab *v, const char *s, size_t n,
	       struct vocab_ids *out);

/* The merge of two ids, or NULL. */
const struct merge *vocab_merge(const struct vocab *v, uint32_t left,
				uint32_t right);

void vocab_push(struct vocab_ids *out, uint32_t id);

#endif
