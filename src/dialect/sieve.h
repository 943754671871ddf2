/*
 * sieve.h - a stream as it passes, without the choices that were ended.
 *
 * An answer may hold several choices, and one may be ended while the others go
 * on. Until one is, bytes pass as they come. From then on whole events pass (or
 * lines of JSON): those of other choices byte for byte, those of ended ones not
 * at all; an event with both loses the ended part, and the rest of it stays as
 * it is spelled. What is no record, or holds no choice, passes.
 */
#ifndef LILSCOPE_SIEVE_H
#define LILSCOPE_SIEVE_H

#include "dialect/format.h"

enum {
	SIEVE_EVENT_BYTES = 1024 * 1024, /* a longer one passes as it is */
};

/* All zero is ready. */
struct sieve {
	const struct format *format; /* set when the first choice is ended */
	uint32_t *ended;
	size_t n_ended, ended_cap;
	struct buf held;  /* the open event */
	size_t line;      /* where its open line begins */
	bool is_cr;       /* the byte before is a CR that may end a line */
	struct buf data;  /* scratch */
	struct json json; /* scratch */
};

void sieve_release(struct sieve *s); /* what is left is ready again */

/* From here on, the end of an event, this choice does not pass. */
void sieve_end_choice(struct sieve *s, const struct format *format,
		      uint32_t choice);

/* n bytes more, cut anywhere; appends what passes. */
void sieve_bytes(struct sieve *s, const char *bytes, size_t n,
		 struct buf *out);

/* No more bytes come: what is held passes. */
void sieve_end(struct sieve *s, struct buf *out);

#endif
