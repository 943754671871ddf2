/*
 * tok_vocab.h - the bundled vocabulary, from the file as it was packed.
 *
 * Ids of ordinary tokens are merge ranks: of two pairs the one whose bytes
 * are the token of lower id merges first (samples/tokenizer/make.py checks
 * that nothing else needs to be known).
 */
#ifndef LILSCOPE_TOK_VOCAB_H
#define LILSCOPE_TOK_VOCAB_H

#include "token/merge.h"
#include "token/special.h"

/* The file as it was packed (tok_data.c). */
extern const unsigned char tok_data[], tok_data_end[];

struct tok_vocab {
	struct tokens tokens; /* special ones too, the last of all */
	struct special special;
};

/* Loads the bundled file; dies if it is damaged. */
void tok_vocab_init(struct tok_vocab *v);
void tok_vocab_release(struct tok_vocab *v); /* frees */

#endif
