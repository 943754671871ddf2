/*
 * vocab.h - a model's own tokenizer: text to ids and back.
 *
 * Kinds: SentencePiece with scores and byte fallback ("llama"), byte-level
 * BPE with merges ("gpt2") and the pre-tokenizers of its families (vocab_pre),
 * and llama2.c's own file. Encoding is linear in the text (n log n at most).
 * Pure; what the views point to must outlive it.
 */
#ifndef LILSCOPE_VOCAB_H
#define LILSCOPE_VOCAB_H

#include "base/buf.h"
#include "model/gguf.h"

#define VOCAB_NO_ID ((uint32_t)0xffffffff)

/* Ids, growing. All zero is empty. */
struct vocab_ids {
	uint32_t *ids;
	size_t n, cap;
};
void vocab_ids_release(struct vocab_ids *ids);

enum {
	VOCAB_ADD_BOS = 1,  /* if the model wants one at the beginning */
	VOCAB_SPECIAL = 2,  /* control tokens written out in the text are
			       themselves ("<|im_end|>") */
};

struct vocab;

/* NULL and one sentence: no tokenizer inside, or one of an unknown kind or
 * pre-tokenizer, which is named. The bytes under g must outlive it. */
struct vocab *vocab_from_gguf(const struct gguf *g, struct err *err);
/* llama2.c's tokenizer.bin, n_vocab pieces. */
struct vocab *vocab_from_llama2c(const void *data, size_t size,
				 uint32_t n_vocab, struct err *err);
void vocab_free(struct vocab *v); /* NULL is fine */

uint32_t vocab_size(const struct vocab *v);
const char *vocab_kind(const struct vocab *v); /* "llama spm", "gpt2 qwen2" */

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

bool vocab_ends(const struct vocab *v, uint32_t id); /* an end of generation */
uint32_t vocab_bos(const struct vocab *v); /* or VOCAB_NO_ID */
/* The id whose piece is exactly these bytes (SentencePiece: with U+2581 for
 * blanks), control tokens included; the least of several. VOCAB_NO_ID: none. */
uint32_t vocab_find(const struct vocab *v, const char *piece, size_t n);

/* The chat template's text in the file, or NULL (chat.h). */
const char *vocab_template(const struct vocab *v, size_t *n);

#endif
