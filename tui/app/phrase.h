/*
 * phrase.h - a phrase of the parse, in tokens and bytes of the trace.
 *
 * lz77.h speaks in symbols; people read tokens. Both symbol kinds map to
 * bytes of trace.text here, and nowhere else.
 */
#ifndef LILSCOPE_PHRASE_H
#define LILSCOPE_PHRASE_H

#include "trace/run.h"

#define PHRASE_NO_TOKEN ((uint32_t)0xffffffff)

struct phrase {
	uint32_t i_phrase;         /* 0-based */
	bool literal;              /* a fresh symbol: no source */
	uint32_t from, to;         /* bytes of trace.text, [from, to) */
	uint32_t src_from, src_to; /* bytes that it repeats */
	uint32_t token;            /* the token it starts in */
	uint32_t n_tokens;         /* tokens that it touches, >= 1 */
	uint32_t src_token;        /* PHRASE_NO_TOKEN for a literal */
};

/* How dim a phrase is: 0 for what is new, a literal or a copy of a few bytes,
 * one more from each further length on. */
enum { PHRASE_LEVELS = 5 };
int phrase_level(const struct phrase *p);

/* Phrase i of the first n_tokens tokens; the last one is cut there. */
bool phrase_get(const struct run *run, uint32_t n_tokens, uint32_t i_phrase,
		struct phrase *out);

/* The phrase that holds the first byte of a token < n_tokens. False when
 * nothing is measured there. O(log). */
bool phrase_at_token(const struct run *run, uint32_t n_tokens, uint32_t token,
		     struct phrase *out);

/* The phrase that holds a byte of trace.text. */
bool phrase_at_byte(const struct run *run, uint32_t n_tokens, uint32_t byte,
		    struct phrase *out);

/* The token in which the source of the token's phrase starts, at the same
 * distance into it as the token is into the phrase; PHRASE_NO_TOKEN. */
uint32_t phrase_source_of(const struct run *run, uint32_t n_tokens,
			  uint32_t token);

#endif
