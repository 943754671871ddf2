/*
 * tok_vocab.h - the vocabulary in memory: bytes of a token, token of bytes.
 *
 *	text    "!" "\"" "#" ... " the" ...      tokens by id, end to end
 *	start   0   1    2   ...                  start[id] .. start[id + 1]
 *	slot    open addressing by hash: 14 bits of hash, 18 of id
 *
 * Ids of ordinary tokens are merge ranks: of two pairs the one whose bytes
 * are the token of lower id merges first (samples/tokenizer/make.py checks
 * that nothing else needs to be known). Not changed once loaded.
 */
#ifndef LILSCOPE_TOK_VOCAB_H
#define LILSCOPE_TOK_VOCAB_H

#include "base/base.h"

#define TOK_NONE ((uint32_t)0xffffffff)

struct tok_vocab {
	char *memory;          /* owns lengths and text, unpacked */
	const char *text;
	uint32_t *start;       /* n + 1 */
	uint32_t *slot;        /* TOK_SLOTS */
	uint32_t n;            /* tokens, special ones too */
	uint32_t longest;      /* bytes of the longest token */
	size_t memory_bytes;   /* of all the above */
};

/* The file as it was packed (tok_data.c). */
extern const unsigned char tok_data[], tok_data_end[];

/* Loads the bundled file; dies if it is damaged. */
void tok_vocab_init(struct tok_vocab *v);
void tok_vocab_release(struct tok_vocab *v);

/* Of n >= 1 bytes; the same on every machine of one byte order. */
uint64_t tok_hash(const char *bytes, size_t n);

/* The token with exactly these bytes, or TOK_NONE. hash: of the bytes. */
uint32_t tok_find_hashed(const struct tok_vocab *v, const char *bytes,
			 size_t n, uint64_t hash);
uint32_t tok_find(const struct tok_vocab *v, const char *bytes, size_t n);

#endif
