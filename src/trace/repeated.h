/*
 * repeated.h - why a rule fired: what a generation said again and again, in
 * tokens.
 */
#ifndef LILSCOPE_REPEATED_H
#define LILSCOPE_REPEATED_H

#include "measure/unit.h"
#include "trace/run.h"

struct repeated {
	struct unit unit;     /* in bytes of trace.text */
	uint32_t first_token; /* the first one of the first copy, from 0 */
	uint32_t n_tokens;    /* that one copy touches */
};

/* The unit of the first n_tokens tokens; false: nothing is said twice. As
 * unit_find(). */
bool repeated_find(const struct run *run, uint32_t n_tokens,
		   struct repeated *r);

/* A unit of the run's text in tokens. */
void repeated_of(const struct run *run, const struct unit *u,
		 struct repeated *r);

/* Appends the unit in quotes, on one line, of at most max_bytes. */
void repeated_quote(const struct run *run, const struct repeated *r,
		    int max_bytes, struct buf *out);

/* Appends why in words: '"Wait, let me check." said 41 times since token
 * 9 312, back to back: 5 tokens, 61 % of the last 4096 bytes'. A long unit is
 * cut, what could steer a terminal is not in it. */
void repeated_say(const struct run *run, const struct repeated *r,
		  struct buf *out);

/* Appends it as a JSON object, its text in full, or null in its place. */
void repeated_json(const struct run *run, const struct repeated *r,
		   bool with_text, struct buf *out);

#endif
