/*
 * sse.h - server-sent events: bytes in, events out.
 *
 * Lines end with LF, CRLF or CR; `data` lines of one event are joined with a
 * line feed, one space after the colon is dropped, comments and unknown fields
 * are ignored (`event` too, unless it is asked for), an empty line ends the
 * event, and so does the end of input (a capture may be cut there). Memory:
 * the open event and line, at most twice `max_bytes`.
 */
#ifndef LILSCOPE_SSE_H
#define LILSCOPE_SSE_H

#include "base/buf.h"

struct sse_event {
	const char *data; /* until the callback returns */
	size_t len;
	uint64_t line;    /* of its first data line, 1-based */
	uint64_t byte;    /* of its first byte of data */
	const char *name; /* the last `event` of it, if sse.named; "" */
};

struct sse_sink {
	void *ctx;
	void (*event)(void *ctx, const struct sse_event *event);
	/* An event longer than max_bytes was dropped. */
	void (*too_long)(void *ctx, uint64_t line, uint64_t byte);
};

struct sse {
	struct sse_sink sink;
	size_t max_bytes;
	struct buf part;  /* of a line that came in pieces */
	struct buf data;
	struct buf name;
	bool named;       /* names of events are kept */
	bool has_data;    /* also when data is empty */
	bool skip_lf;     /* the last line ended with CR */
	bool dropping;    /* the event is too long */
	bool long_line;   /* ... and so is the open line, which is not kept */
	uint64_t line, byte;             /* of the next byte */
	uint64_t line_byte;              /* where the open line began */
	uint64_t event_line, event_byte; /* of the first data line */
};

/* line is 1-based: where the bytes to come begin. */
void sse_init(struct sse *sse, const struct sse_sink *sink, size_t max_bytes,
	      uint64_t line, uint64_t byte);
void sse_release(struct sse *sse);

/* n bytes more, cut anywhere. Calls the sink for each event that is complete.
 * Linear in n. */
void sse_bytes(struct sse *sse, const char *s, size_t n);
void sse_end(struct sse *sse); /* flushes a last line and event */

#endif
