/*
 * rival.h - the other stop rules, on the same trace.
 *
 * Each is one row: pushed a token at a time, it says at which token it first
 * fires. New rule: one file and one row (rival.c).
 *
 *   cycle       exact tail cycle, as vLLM's repetition_detection: the last
 *               4 copies of one pattern of 1..128 tokens. vLLM has no
 *               defaults (it is off); these are the widest sensible ones.
 *   cycle-long  the same with the profile proposed for llama.cpp's server:
 *               4 copies of 16..1024 tokens.
 *   chunk       repeated chunk, as in Ollama: more than 30 chunks in a row
 *               equal to the one before, white space trimmed.
 *   chunk-100   the same with the limit that Ollama has since late 2026.
 *   zlib        zlib ratio of a segment of the text > 2.4, as Whisper's; a
 *               segment is 224 tokens, the most that Whisper decodes at once.
 *   adaptive    lilscope's own rule, explained in lilscope-measures(7).
 */
#ifndef LILSCOPE_RIVAL_H
#define LILSCOPE_RIVAL_H

#include "base/base.h"
#include "measure/guard.h"

/* One token as every rule sees it. */
struct rival_token {
	uint32_t id;       /* token id, or a hash of its bytes without ids */
	const char *text;  /* its bytes */
	size_t len;
	double code_bits;  /* lz77 code length of the prefix, this token in;
			      over bytes or over ids */
};

/* How a rule stands after some tokens. */
struct rival_verdict {
	uint32_t at_token;   /* tokens seen when it first fired, the one that
				made it fire included; GUARD_NEVER */
	uint32_t resumed_at; /* the token, counted from 0, at which its own
				signal ended again; GUARD_NEVER */
};

struct rival_row {
	const char *name;
	const char *about; /* one sentence with its parameters */
	void *(*create)(void);
	void (*destroy)(void *state);
	void (*push)(void *state, const struct rival_token *token);
	struct rival_verdict (*verdict)(const void *state);
};

extern const struct rival_row rival_rows[];
extern const size_t rival_n_rows;

#endif
