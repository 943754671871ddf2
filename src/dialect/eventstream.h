/*
 * eventstream.h - Amazon's binary event stream: bytes in, JSON records out.
 *
 *	total length  length of headers  CRC-32 of these 8 bytes
 *	headers: name, type, value; ...
 *	payload
 *	CRC-32 of all before                     all numbers big endian
 *
 * A payload is JSON and its event's name is a header, so a record is
 *
 *	{"contentBlockDelta":{...}}   an event or exception and its payload
 *	{"error":{"message":"..."}}   an error, which has no payload
 *	...                           of a "chunk" {"bytes":"base64"}, what the
 *	                              bytes are: JSON of the model's own dialect
 *
 * A frame that is not what its checksums say is told and left away; behind a
 * broken length the next beginning of a frame is looked for.
 */
#ifndef LILSCOPE_EVENTSTREAM_H
#define LILSCOPE_EVENTSTREAM_H

#include "dialect/sse.h"
#include "json/json.h"

enum {
	EVENTSTREAM_PRELUDE_BYTES = 12,
	EVENTSTREAM_MAX_BYTES = 24 * 1024 * 1024, /* of a frame */
};

struct eventstream_sink {
	void *ctx;
	/* data: JSON, until the callback returns; line: the frame's number,
	 * from 1; byte: where the frame begins. */
	void (*event)(void *ctx, const struct sse_event *event);
	/* A frame that is broken was left away; the callback may be NULL. */
	void (*broken)(void *ctx, uint64_t line, uint64_t byte,
		       const char *what);
};

struct eventstream {
	struct eventstream_sink sink;
	struct buf part;     /* of the open frame */
	struct buf record;   /* scratch */
	struct json json;    /* scratch */
	size_t total;        /* bytes of the open frame, 0: not known yet */
	bool lost;           /* looking for a beginning */
	uint64_t frame;      /* number of the open one */
	uint64_t byte;       /* of the next byte */
};

/* byte: where the bytes to come begin. */
void eventstream_init(struct eventstream *e,
		      const struct eventstream_sink *sink, uint64_t byte);
void eventstream_release(struct eventstream *e);

/* n bytes more, cut anywhere. Calls the sink for each frame that is complete.
 * Linear in n; memory: the open frame. */
void eventstream_bytes(struct eventstream *e, const char *s, size_t n);
void eventstream_end(struct eventstream *e); /* an open frame is broken */

/* Bytes that complete the open frame, or its lengths if they are not known
 * yet; never 0. */
size_t eventstream_missing(const struct eventstream *e);

/* Is s[0..n) the beginning of a frame? *more: it may be, with more bytes. */
bool eventstream_begins(const char *s, size_t n, bool *more);

/* Appends the frame of an event whose payload is json[0..n). */
void eventstream_put(struct buf *out, const char *type, const char *json,
		     size_t n);

/* Server-sent events of another dialect as frames of chunks. */
void eventstream_wrap(struct buf *out, const char *events, size_t n);

#endif
