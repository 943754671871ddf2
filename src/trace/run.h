/*
 * run.h - a trace and its measures: the one door through which tokens enter.
 *
 *	run_token()   a token the source knows (id, or one logprob entry)
 *	run_text()    text without token boundaries: the bundled tokenizer
 *	              cuts it; the open word waits until it is complete
 *	run_end()     no more output
 *
 * Both look for reasoning marks in the text (think.h). The meter follows the
 * trace: run_measure() brings it up to date in slices, so that a change of
 * options on a million tokens never blocks the screen.
 */
#ifndef LILSCOPE_RUN_H
#define LILSCOPE_RUN_H

#include "measure/meter.h"
#include "trace/trace.h"

struct run {
	struct trace trace;
	struct meter *meter;
	struct meter_opts opts; /* as asked; meter_opts() has them resolved */
	struct tok *tok;        /* while text without ids comes, else NULL */
	struct think *think;
	enum channel open_channel; /* of text that waits in tok */
	bool ended;
};

struct run *run_new(const struct meter_opts *opts);
void run_free(struct run *run); /* NULL is fine */

void run_prompt(struct run *run, const char *text, size_t len);
void run_token(struct run *run, const struct token *token);

/* time_s as in struct token. */
void run_text(struct run *run, enum channel channel, const char *text,
	      size_t len, double time_s);
void run_end(struct run *run);

/*
 * Measures at most max_tokens more tokens. Returns true when the meter is up
 * to date with the trace. Symbols are settled by the first token.
 */
bool run_measure(struct run *run, uint32_t max_tokens);

/* Other options from now on; run_measure() does the work. */
void run_set(struct run *run, const struct meter_opts *opts);

/* Tokens measured so far: every meter answer is about these. */
uint32_t run_n_measured(const struct run *run);

/* "token ids, alphabet 151936" or "UTF-8 bytes, alphabet 256". */
enum meter_symbols run_symbols(const struct run *run);

size_t run_memory_bytes(const struct run *run);

#endif
