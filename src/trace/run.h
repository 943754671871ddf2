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
#include "trace/tok.h"
#include "trace/trace.h"

enum { RUN_HEAD_BYTES = 256 };

struct run {
	struct trace trace;
	struct meter *meter;
	struct meter_opts opts; /* as asked; meter_opts() has them resolved */
	struct think *think;
	bool ended;
	bool head; /* set it before the first text: of the text only the
		      first RUN_HEAD_BYTES or a little more are kept, in no
		      tokens of its own, and nothing is to be measured */

	/* Text without token boundaries on its way through the tokenizer. */
	struct tok *tok;        /* NULL until the first such text */
	struct buf waiting;     /* bytes that are in no token yet */
	struct tok_list cut;    /* scratch */
	enum channel open_channel;
	double open_time_s;     /* of the last chunk */
	bool wide_ids;          /* ids lie beyond the stated vocabulary */
};

/* An empty run that measures with these options, which are copied. The
 * caller's. */
struct run *run_new(const struct meter_opts *opts);
void run_free(struct run *run); /* NULL is fine */

/* More of the prompt, which is kept and not measured. text may be NULL when len
 * is 0. */
void run_prompt(struct run *run, const char *text, size_t len);

/* One token of the output. Text that waits for the end of its word goes
 * before it. */
void run_token(struct run *run, const struct token *token);

/* time_s as in struct token. */
void run_text(struct run *run, enum channel channel, const char *text,
	      size_t len, double time_s);

/* No more output: the open word is a token now. Nothing may be added after. */
void run_end(struct run *run);

/* What stop rules know token i by: its id, or a hash of its bytes. */
uint32_t run_token_id(const struct run *run, uint32_t i);

/*
 * Measures at most max_tokens more tokens. Returns true when the meter is up
 * to date with the trace. Symbols are settled by the first token.
 */
bool run_measure(struct run *run, uint32_t max_tokens);
/* The same while nobody looks at its curves (meter_push_aside): a later
 * run_measure() makes them. */
bool run_measure_aside(struct run *run, uint32_t max_tokens);

/* For who measures an ended run in one go: of a large one this looks at the
 * whole text first, which takes a part of a second each 5 MB, and half the time
 * and memory in all. Nothing changes in what is measured. */
void run_foresee(struct run *run);

/* Is there enough in an ended run for two threads? Then run_apart() on one of
 * them, while the other is in run_foresee(), does what does not need that; what
 * is left is run_measure()'s, as ever. */
bool run_splits(struct run *run);
void run_apart(struct run *run);

/* Other options from now on; run_measure() does the work. */
void run_set(struct run *run, const struct meter_opts *opts);

/* Tokens measured so far: every meter answer is about these. */
uint32_t run_n_measured(const struct run *run);

/* METER_TOKENS or METER_BYTES: what METER_AUTO comes to for this trace. */
enum meter_symbols run_symbols(const struct run *run);

#endif
