/*
 * tape.h - the tokens of a stream that may be pushed again: id and text.
 *
 * Tokens are numbered from the stream's beginning; those before `first` are
 * forgotten. All zero is an empty tape. Memory is asked for in the zone KEPT.
 */
#ifndef LILSCOPE_LIB_TAPE_H
#define LILSCOPE_LIB_TAPE_H

#include "base/buf.h"
#include "measure/rule.h"

struct tape {
	uint64_t first;
	uint32_t *ids;   /* n */
	uint32_t *ends;  /* n: where the text of each ends */
	uint32_t n;
	size_t ids_cap, ends_cap;
	struct buf text; /* of token `first` on, at most UINT32_MAX bytes */
};

/* Behind the last token. */
uint64_t tape_end(const struct tape *t);

/* Appends n tokens. All that there are have text, or none has. */
void tape_push(struct tape *t, const struct rule_token *tokens, uint32_t n);

/* Token i, first <= i < end; its text stays the tape's. */
struct rule_token tape_at(const struct tape *t, uint64_t i);

/* Where the text of token i begins, first <= i <= end; and in which token
 * the byte there lies. */
size_t tape_byte(const struct tape *t, uint64_t i);
uint64_t tape_token(const struct tape *t, size_t byte);

/* Forgets the tokens before `first`, and those from `end` on. */
void tape_drop(struct tape *t, uint64_t first);
void tape_cut(struct tape *t, uint64_t end);

#endif
