/*
 * rival.h - the other stop rules, on the same trace.
 *
 * Each is one row: pushed a token at a time, it says at which token it first
 * fires. New rule: one file, one row.
 *
 *   cycle      exact tail cycle, as vLLM's repetition_detection: the last
 *              min_count copies of one pattern of min..max tokens.
 *   chunk      repeated chunk, as Ollama's check in its runner.
 *   zlib       zlib ratio of the text > 2.4, as Whisper's.
 *   adaptive   lilscope's own rule, explained in lilscope-measures(7).
 */
#ifndef LILSCOPE_RIVAL_H
#define LILSCOPE_RIVAL_H

#include "base/base.h"

/* One token as every rule sees it. */
struct rival_token {
	uint32_t id;       /* token id, or a hash of its bytes without ids */
	const char *text;  /* its bytes */
	size_t len;
	double code_bits;  /* lz77 code length of the prefix, this token in */
};

/* How a rule stands after some tokens. */
struct rival_verdict {
	uint32_t at_token;   /* GUARD_NEVER while it has not fired */
	uint32_t resumed_at; /* where its own signal ended again, or NEVER */
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
