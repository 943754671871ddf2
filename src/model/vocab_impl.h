/*
 * vocab_impl.h - what a tokenizer is made of; for the vocab*.c files.
 *
 *	vocab_read   from GGUF or llama2.c's file into struct vocab
 *	vocab        special tokens in text; ids to bytes; questions
 *	vocab_spm    one run of text by SentencePiece's rule
 *	vocab_bpe    one run of text by the merges of byte-level BPE
 *	vocab_pre    how byte-level BPE cuts a run into words
 *	vocab_join   what both rules do: the best two neighbours join
 *	vocab_index  pieces and merges by their bytes
 */
#ifndef LILSCOPE_VOCAB_IMPL_H
#define LILSCOPE_VOCAB_IMPL_H

#include "model/vocab.h"
#include "model/vocab_index.h"
#include "model/vocab_pre.h"

/* SentencePiece writes a blank as U+2581. */
#define SPM_BLANK "\xe2\x96\x81"

/* Kinds of tokens, as GGUF numbers them. */
enum token_type {
	TOKEN_NORMAL = 1,
	TOKEN_UNKNOWN = 2,
	TOKEN_CONTROL = 3,
	TOKEN_USER = 4, /* found in every text before anything else is */
	TOKEN_UNUSED = 5,
	TOKEN_BYTE = 6, /* "<0x0A>" */
};

enum {
	/* Longer special tokens are not looked for in text. */
	VOCAB_SPECIAL_MAX_BYTES = 255,
	VOCAB_KIND_BYTES = 64,
};

struct piece {
	const char *s;   /* the bytes; SentencePiece's with SPM_BLANK */
	uint32_t len;
	uint32_t order;  /* by score: the best is the least */
	uint8_t type;    /* enum token_type */
	uint8_t byte;    /* of a TOKEN_BYTE */
	bool ends;       /* a generation */
};

/* Two ids (the key of the index, as bytes) and the id that they become; its
 * rank is its place in the list. */
struct merge {
	uint32_t pair[2], joined;
};

struct vocab {
	char kind[VOCAB_KIND_BYTES];
	bool spm;                 /* SentencePiece's rule; else merges */
	bool add_space, add_bos;
	bool whole_words;         /* a word that is a piece is that piece,
				     whatever the merges say */
	const char *blank;        /* how pieces write a blank (spm) */
	struct piece *pieces;
	uint32_t n, bos, eos, unknown;
	uint32_t longest;         /* bytes of the longest ordinary piece */
	uint32_t bytes[256];      /* the token of each byte, or VOCAB_NO_ID */
	struct vocab_index ordinary; /* pieces that text becomes */
	struct vocab_index marked;   /* control, user, unknown and byte */
	/* The lengths of special tokens that begin with a byte, as bits, and
	 * the longest of them. */
	uint64_t special[256][(VOCAB_SPECIAL_MAX_BYTES + 64) / 64];
	uint8_t special_longest[256];
	struct merge *merges;
	size_t n_merges;
	struct vocab_index merge_of; /* place in merges by pair */
	struct vocab_pre *pre;
	struct buf own;           /* decoded pieces */
	const char *chat;         /* the template, a view */
	size_t chat_len;
};

void vocab_push(struct vocab_ids *out, uint32_t id);

/* --- vocab_join ---------------------------------------------------------- */

/* A part of the text in a doubly linked list. */
struct part {
	uint32_t start, len; /* len 0: it joined its left neighbour */
	uint32_t id;         /* or VOCAB_NO_ID */
	uint32_t prev, next; /* places in the list, or PART_NONE */
};

#define PART_NONE ((uint32_t)0xffffffff)

struct joint; /* a candidate */

/* Working memory of one text. All zero is empty. */
struct joiner {
	const struct vocab *v;
	const char *s;
	struct part *parts;
	size_t n_parts, parts_cap;
	struct joint *heap;
	size_t n_heap, heap_cap;
	/* What a and b, neighbours, would become, and its rank among all
	 * candidates (the least first); false: nothing. */
	bool (*pair)(const struct joiner *, const struct part *a,
		     const struct part *b, uint32_t *rank, uint32_t *joined);
};

/* Adds a part after the last. */
void join_add(struct joiner *j, uint32_t start, uint32_t len, uint32_t id);
/* Joins until nothing can. n parts take O(n log n) pairs. */
void join_all(struct joiner *j);
void join_release(struct joiner *j);

/* --- the rules ----------------------------------------------------------- */

enum { VOCAB_RUN_MAX_BYTES = 1 << 28 }; /* that they take at once */

/* One run of text without special tokens. */
void vocab_spm(const struct vocab *v, const char *s, size_t n,
	       struct vocab_ids *out);
void vocab_bpe(const struct vocab *v, const char *s, size_t n,
	       struct vocab_ids *out);

#endif
