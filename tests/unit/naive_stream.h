/*
 * naive_stream.h - a stream as lilscope.h defines it, the obvious way: all
 * tokens are kept, and every answer is a meter's that is made for it.
 */
#ifndef LILSCOPE_TESTS_NAIVE_STREAM_H
#define LILSCOPE_TESTS_NAIVE_STREAM_H

#include "base/buf.h"
#include "lilscope.h"

struct naive_token {
	uint32_t id;
	struct buf text;
};

struct naive_stream {
	const char *rule;
	bool bytes;
	bool textless;     /* of all tokens the id is all there is */
	double alphabet;   /* 0: of all ids */
	uint32_t window, f;
	struct naive_token *tokens;
	size_t n, cap;
	uint64_t *stop_at; /* after so many tokens; n + 1 */
	size_t stop_cap;
};

void naive_push(struct naive_stream *s, uint32_t id, const char *text,
		size_t len);
void naive_pop(struct naive_stream *s, size_t n);
void naive_release(struct naive_stream *s);

/* The first token that is measured after n. */
size_t naive_base(const struct naive_stream *s, size_t n);

/* What differs between the stream and this one, in a word; NULL: nothing. */
const char *naive_differs(const struct naive_stream *s, struct lilscope *l);

#endif
