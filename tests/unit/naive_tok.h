/*
 * naive_tok.h - the tokenizer by its definition: whole text, no states, no
 * heap, no cache. The oracle of tok.c, for short texts.
 */
#ifndef LILSCOPE_NAIVE_TOK_H
#define LILSCOPE_NAIVE_TOK_H

#include "trace/tok.h"

/* Appends the tokens of a whole text; pre-tokens are not cut anywhere. */
void naive_tok(const char *text, size_t n, struct tok_list *out);

#endif
