/*
 * native.h - lilscope's own trace format, written (format_native.c reads it).
 *
 * JSON lines, UTF-8: a header, one record a token, an end; then, perhaps, the
 * next header. lilscope-trace(5) is the specification. What is written reads
 * back as the same bytes, ids, times and facts.
 */
#ifndef LILSCOPE_NATIVE_H
#define LILSCOPE_NATIVE_H

#include "trace/trace.h"

enum { NATIVE_VERSION = 1 };

/* Bytes of the KV cache at a token; 0: not known. */
struct native_kv {
	uint64_t held_bytes; /* its memory */
	uint64_t used_bytes; /* ... of which are tokens */
	uint64_t read_bytes; /* keys and values read for this token */
};

/* The state between records: a channel is written when it changes. All zero
 * but `run` is ready. */
struct native_writer {
	const char *run; /* name of this generation in a file where several
			    come interleaved; NULL: there it is alone */
	bool has_channel;
	enum channel channel;
	uint32_t n_tokens;
};

/* The header line; begins a generation and resets the writer. The prompt may
 * be NULL. tokenizer names the vocabulary of the ids, or NULL; `by` is how
 * the tokens were counted. */
void native_header(struct native_writer *w, struct buf *out,
		   const struct facts *facts, const struct buf *prompt,
		   const char *tokenizer, enum tokens_by by);

/* Adds to the header just written where the prompt's tokens end in its text,
 * in bytes; n of them. */
void native_prompt_ends(struct buf *out, const uint32_t *ends, size_t n);

/* One token's line; time_s in seconds since the header. kv may be NULL. */
void native_token(struct native_writer *w, struct buf *out,
		  const struct token *token, const struct native_kv *kv);

/* ,"name":[1,2]: the numbers of the bits that are set, of n. */
void native_bits(struct buf *out, const char *name, const uint64_t *bits,
		 uint32_t n);

/* The policy changes here; turn->start is not written: it is the place. */
void native_turn(struct native_writer *w, struct buf *out,
		 const struct turn *turn);

/* Token i of a trace with what is known of its KV pages, and the turns before
 * it. */
void native_trace_token(struct native_writer *w, struct buf *out,
			const struct trace *t, uint32_t i);

/* The end line, with why: facts.finish_reason, note, aborted. */
void native_end(struct native_writer *w, struct buf *out,
		const struct facts *facts);

/* A whole trace: header, tokens, end. */
void native_trace(struct buf *out, const struct trace *t,
		  const char *tokenizer);

#endif
