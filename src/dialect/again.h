/*
 * again.h - a request is made once more: to go on from what was written, to
 * answer now, or to draw anew.
 *
 *	request, what was written so far -> the body of another request
 *
 * A row for each dialect says where its turns or its text are, and what a
 * server wants to hear so that it goes on with the assistant's turn (prefill).
 * No I/O.
 */
#ifndef LILSCOPE_AGAIN_H
#define LILSCOPE_AGAIN_H

#include "dialect/format.h"

/* In the order in which they are tried. */
enum again_way {
	AGAIN_PREFILL, /* the last turn is the assistant's, and goes on */
	AGAIN_ASK,     /* what was written is a turn; then "answer now" */
	AGAIN_DRAW,    /* the same, with another seed */
};

struct again {
	enum again_way way;
	struct json_value request;
	const char *flavour;     /* of the answer's records, or NULL */
	/* What was written and is worth going on from. */
	const char *thought, *answer;
	size_t thought_len, answer_len;
	bool in_thought;         /* it was still thinking */
	const char *text;        /* instead of the mark that shuts it, and of
				    what asks for the answer; NULL */
	uint64_t n_tokens;       /* spent so far */
	unsigned n;              /* AGAIN_DRAW: 1, 2, ... */
};

/* Appends the body. false: this way is not there for the dialect or for this
 * request. */
bool again_put(const struct format *f, const struct again *a, struct buf *out);

/* What the client has to see between what was written and what goes on from
 * it: the mark in the text, or the words that ask. Appended; may be nothing. */
void again_between(const struct again *a, struct buf *out);

#endif
