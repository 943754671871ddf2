/*
 * vocab.h - a model's own tokenizer: text to ids and back.
 *
 * Kinds: SentencePiece with scores and byte fallback, and byte-level BPE with
 * merges (merge.h) and the pre-tokenizers of its families (vocab_pre.h).
 * Encoding is linear in the text (n log n at most). Pure; model/vocab_read.h
 * makes one from a file.
 */
#ifndef LILSCOPE_VOCAB_H
#define LILSCOPE_VOCAB_H

#include "base/buf.h"
#include "token/merge.h"
#include "token/special.h"
#include "token/vocab_pre.h"

#define VOCAB_NO_ID TOKEN_NONE

/* Kinds of tokens, as GGUF numbers them. */
enum token_type {
	TOKEN_NORMAL = 1,
	TOKEN_UNKNOWN = 2,
	TOKEN_CONTROL = 3,
	TOKEN_USER = 4, /* found in every text before anything else is */
	TOKEN_UNUSED = 5,
	TOKEN_BYTE = 6, /* "<0x0A>"; its bytes here are the byte */
};

enum { VOCAB_KIND_BYTES = 64 };

/* Open for who makes one; others ask the functions below. */
struct vocab {
	char kind[VOCAB_KIND_BYTES];
	bool spm;                 /* SentencePiece's rule; else merges */
	bool add_space, add_bos;
	bool nfc;                 /* text is composed first (UAX 15) */
	bool whole_words;         /* a word that is a token is that token,
				     whatever the merges say */
	const char *blank;        /* how tokens write a blank (spm) */
	struct tokens tokens;
	uint8_t *type;            /* tokens.n: enum token_type */
	bool *ends;               /* tokens.n: ends a generation */
	bool *strips;             /* tokens.n, of special ones: white space
				     behind it goes; NULL: of none */
	uint32_t bos, unknown;    /* or VOCAB_NO_ID */
	struct special user;      /* TOKEN_USER */
	struct special marked;    /* these, TOKEN_CONTROL and TOKEN_UNKNOWN */
	struct vocab_pre *pre;    /* owned; NULL: spm */
	struct vocab_family own;  /* what pre is of, where no family is named;
				     its steps are owned */
};

/* Frees all that it owns. NULL is fine. */
void vocab_free(struct vocab *v);

/* Whether the token's bytes stand in text as they are, found before anything
 * else: control, user and unknown ones. */
static inline bool vocab_is_marked(enum token_type type)
{
	return type == TOKEN_CONTROL || type == TOKEN_USER ||
	       type == TOKEN_UNKNOWN;
}

/* The last step of making one: tokens.memory, start, n, order, type and spm
 * are set; fills in what finds tokens by their bytes. */
void vocab_index(struct vocab *v);

/* After that, of one with merges: tokens.pairs, joined and n_merges are
 * set. */
void vocab_index_merges(struct vocab *v);

/* Ids, growing. All zero is empty. */
struct vocab_ids {
	uint32_t *ids;
	size_t n, cap;
};
void vocab_ids_release(struct vocab_ids *ids); /* frees, leaves it empty */

enum {
	VOCAB_ADD_BOS = 1,  /* if the model wants one at the beginning */
	VOCAB_SPECIAL = 2,  /* control tokens written out in the text are
			       themselves ("<|im_end|>") */
};

/* Appends the ids of text[0..n), which may be any bytes. Flags: see above;
 * tokens that the model's makers added for users are found without any. */
void vocab_encode(const struct vocab *v, const char *text, size_t n,
		  unsigned flags, struct vocab_ids *out);

/* The bytes of a token as they join the text; `previous` is the token before
 * it, of a prompt too (VOCAB_NO_ID: there is none). After none and after a
 * special token the blank that the tokenizer added is left out. Control and
 * unknown tokens give nothing. */
void vocab_piece(const struct vocab *v, uint32_t id, uint32_t previous,
		 struct buf *out);

uint32_t vocab_size(const struct vocab *v);    /* ids are below it */
const char *vocab_kind(const struct vocab *v); /* "llama spm", "gpt2 qwen2" */
bool vocab_ends(const struct vocab *v, uint32_t id); /* an end of generation */
uint32_t vocab_bos(const struct vocab *v);     /* or VOCAB_NO_ID */

#endif
