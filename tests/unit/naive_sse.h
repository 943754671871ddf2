/*
 * naive_sse.h - server-sent events by the letter of the standard, over a
 * whole text: the oracle beside trace/sse.
 */
#ifndef LILSCOPE_TESTS_NAIVE_SSE_H
#define LILSCOPE_TESTS_NAIVE_SSE_H

#include "base/buf.h"

/* Appends a line an event: its line and byte and its data, with line feeds
 * as "\n"; or "too long". An event is too long when a line of it, or its
 * data with a line feed behind each line, is longer than max_bytes. */
void naive_sse(const char *s, size_t n, size_t max_bytes, struct buf *out);

/* The same of trace/sse, fed in pieces: `next` tells the length of each (at
 * least 1). */
void pieces_sse(const char *s, size_t n, size_t max_bytes,
		size_t (*next)(void *ctx), void *ctx, struct buf *out);

#endif
