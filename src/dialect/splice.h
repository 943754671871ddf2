/*
 * splice.h - a second answer goes on in the name of the first.
 *
 *	event of the second answer -> the same event with the first one's id,
 *	model and time, without its beginning, places and counts going on
 *
 * So the client of both sees one answer. A row for each dialect says what is
 * taken over, left out, and added to. Events are looked at whole; what is no
 * record, or an event of several data lines, passes as it is. No I/O.
 */
#ifndef LILSCOPE_SPLICE_H
#define LILSCOPE_SPLICE_H

#include "dialect/format.h"

enum { SPLICE_EVENT_BYTES = 1024 * 1024 }; /* a longer one passes as it is */

struct splice {
	const struct splice_row *row;
	struct buf first;   /* the last record of the first answer */
	struct json record; /* ... read */
	uint64_t n_tokens;  /* of the first answer */
	uint32_t shift;     /* of places */
	bool joins;         /* the first block goes on with the one before */
	struct buf held;    /* the open event */
	size_t line;        /* where its open line begins */
	struct json json;   /* scratch */
};

/* Can answers of dialect f be put together? */
bool splice_knows(const struct format *f);

/* record: the last of the first answer, which had n_tokens. joins: it goes on
 * with the text that was open there; else that has an end, and another part of
 * the answer begins. All zero before. false: that record can't be. */
bool splice_begin(struct splice *s, const struct format *f,
		  const struct buf *record, uint64_t n_tokens, bool joins);
void splice_release(struct splice *s); /* all zero is fine */

/* Appends what has to stand between the two answers: what ends a part of the
 * first, and text[0..n) as answer, framed. */
void splice_between(struct splice *s, const char *text, size_t n,
		    struct buf *out);

/* n bytes more of the second answer, cut anywhere; appends what passes. */
void splice_bytes(struct splice *s, const char *bytes, size_t n,
		  struct buf *out);
/* No more come. */
void splice_end(struct splice *s, struct buf *out);

#endif
