/*
 * tok.h - the bundled way to count tokens: Qwen3's byte-level BPE.
 *
 * For text that comes without token ids. 151,643 ordinary tokens and 26
 * special ones (<think>, </think>, <|im_start|> ...), which are recognised
 * in the text and are one token each. The vocabulary and its provenance:
 * samples/tokenizer/README.md.
 *
 * Invariants:
 *   - every input byte belongs to exactly one token: the bytes of the tokens,
 *     in order, are the input. So no Unicode normalisation is done, where
 *     the model's own tokenizer applies NFC first (text that a model wrote is
 *     NFC nearly always), and a byte that is not UTF-8 is a token of its own
 *     or part of one, never replaced;
 *   - the tokens do not depend on how the text was cut into pushes;
 *   - at most one open pre-token is held back: never more than
 *     TOK_PIECE_MAX_BYTES + 32 bytes. A longer pre-token (a word of 4 KiB)
 *     is cut there, the one place where counts may differ from the model's.
 *
 * Cost: linear in the text for words up to TOK_PIECE_MAX_BYTES; the first
 * push of the process loads the vocabulary (a few milliseconds).
 */
#ifndef LILSCOPE_TOK_H
#define LILSCOPE_TOK_H

#include "base/base.h"

enum {
	TOK_N_ORDINARY = 151643,
	TOK_N_SPECIAL = 26,
	/* The longest pre-token that is merged as a whole, in bytes. */
	TOK_PIECE_MAX_BYTES = 4 * 1024,
};

struct tok_token {
	uint32_t id;      /* < tok_vocab_size() */
	uint32_t n_bytes; /* 1.. ; the same as tok_bytes() says */
};

/* Tokens are appended to a list that the caller owns; all zero is empty. */
struct tok_list {
	struct tok_token *at;
	size_t n, cap;
};

/* Appends one token; out of memory dies, as everywhere. */
void tok_list_add(struct tok_list *list, uint32_t id, uint32_t n_bytes);
void tok_list_release(struct tok_list *list); /* frees, leaves it empty */

/* One text that comes in pieces. Holds the open pre-token, nothing else. */
struct tok;

/* At the beginning of a text. The caller's. */
struct tok *tok_new(void);
void tok_free(struct tok *tok); /* NULL is fine */

/* n bytes more of the text: appends the tokens that are settled now. */
void tok_push(struct tok *tok, const void *bytes, size_t n,
	      struct tok_list *out);

/* The text ends here: appends the tokens of what was held back. The next
 * push begins a new text. */
void tok_flush(struct tok *tok, struct tok_list *out);

/* Bytes held back: pushed, and not in any token yet. */
size_t tok_pending(const struct tok *tok);

/* What a token stands for: *n_bytes bytes, static, not terminated, perhaps
 * no UTF-8 by itself. id >= tok_vocab_size() gives NULL and 0. */
const char *tok_bytes(uint32_t id, size_t *n_bytes);

uint32_t tok_vocab_size(void);        /* 151,669: every id is below it */
size_t tok_vocab_memory_bytes(void);  /* shared by all streams; 0: not loaded */

#endif
