/*
 * frame.h - bytes in, records out: where one record ends and the next begins.
 *
 * Framing knows nothing of dialects: the same record may come as a line, as
 * a server-sent event, as an element of an array or pretty-printed. Records
 * come out in order, with line and byte, the same however the input was cut
 * into calls.
 */
#ifndef LILSCOPE_FRAME_H
#define LILSCOPE_FRAME_H

#include "dialect/eventstream.h"
#include "dialect/sse.h"
#include "json/scan.h"

enum framing {
	FRAMING_SSE,
	FRAMING_LINES, /* one record a line; "data:" before it is dropped */
	FRAMING_PREFIXED, /* lines of a log, what stands before is dropped */
	FRAMING_JSON,  /* JSON values one after another, pretty or not */
	FRAMING_ARRAY, /* the elements of one JSON array */
	FRAMING_FRAMES, /* of Amazon's event stream */
	FRAMING_TEXT_LINES, /* lines as they are, without their ends */
	FRAMING_NAMED, /* events of text: {"event":name,"data":text} */
	FRAMING_CODED, /* a letter, a colon, JSON a line: {letter:JSON} */
	FRAMING_TEXT,  /* no records: bytes as they come */
	FRAMING_WHOLE, /* all bytes are one record */
};

struct piece {
	const char *data; /* until the callback returns */
	size_t len;
	uint64_t line; /* 1-based, of its first byte */
	uint64_t byte; /* 0-based offset in the (unpacked) source */
	bool has_time; /* the line before it says when it came: */
	double time_s; /* seconds, any origin */
};

struct frame_sink {
	void *ctx;
	void (*piece)(void *ctx, const struct piece *piece);
	/* A record was dropped because it is too long. */
	void (*too_long)(void *ctx, uint64_t line, uint64_t byte);
	/* It was dropped because it is no record; what: why. */
	void (*broken)(void *ctx, uint64_t line, uint64_t byte,
		       const char *what);
};

struct frame {
	enum framing framing;
	struct frame_sink sink;
	size_t max_bytes;
	struct sse sse;
	struct eventstream frames;
	struct scan scan;
	struct buf part;     /* a record that came in pieces */
	struct buf made;     /* a record that is made of what came */
	bool open;           /* a record has begun */
	bool dropping;       /* ... and is too long */
	bool junk;           /* the last value was a word between records */
	uint64_t line, byte; /* of the next byte of input */
	uint64_t start_line, start_byte; /* of the open record */
};

/* Where the bytes to come begin: line 1-based, byte 0-based. */
void frame_init(struct frame *f, enum framing framing,
		const struct frame_sink *sink, uint64_t line, uint64_t byte);
void frame_release(struct frame *f);

/* n bytes more. Calls the sink for each record that is complete; a record
 * longer than max_bytes is dropped and told. Linear in n. */
void frame_bytes(struct frame *f, const char *s, size_t n);
void frame_end(struct frame *f); /* the last record may lack its end */

/* Bytes until the next place where a record may end, if the framing knows them
 * beforehand; 0: it does not. */
size_t frame_missing(const struct frame *f);

/* "SSE", "JSON lines", "lines of a log", "JSON", "JSON array", "event stream",
 * "lines", "SSE of text", "lettered lines", "text", "one record". */
const char *framing_name(enum framing framing);
/* What the bytes had to be taken so, without a full stop: "it is one JSON
 * array". */
const char *framing_reason(enum framing framing);

/*
 * Is s[0..n) a letter or digit, a colon and the beginning of JSON, as lines of
 * the AI SDK's data stream are?
 */
bool frame_is_coded(const char *s, size_t n);

/*
 * What a line carries once "data:" and the like are gone: advances *s and
 * *n to it. false: a comment, an `event:` line or nothing.
 */
bool frame_line(const char **s, size_t *n);

/* Is a value that begins so a word or number between records? Several of
 * them are told once, not once a word. */
bool frame_is_junk(enum framing framing, char first);

/* Does a record's text say that a stream is done? "[DONE]" */
bool frame_is_done(const char *s, size_t n);

#endif
