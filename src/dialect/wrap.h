/*
 * wrap.h - what lies inside a container: a log's streams, recorded bodies.
 *
 * A dialect that only wraps others (a log, a recording) takes the wrapping off
 * and hands what was inside to feeds of their own, one for each stream by its
 * name. Their generations go where those of the container would, and are
 * numbered with them. No I/O.
 */
#ifndef LILSCOPE_WRAP_H
#define LILSCOPE_WRAP_H

#include "dialect/format.h"

enum {
	WRAP_STREAMS_MAX = 64, /* the one unused for longest ends */
	WRAP_NAME_MAX = 128,   /* bytes of a name that count */
	WRAP_DEPTH_MAX = 4,    /* a container in a container; then it is text */
};

/* The streams of one source; all zero is ready. */
struct wraps {
	struct wrap *all;
	size_t n, cap;
	uint64_t tick;
	bool wire;      /* one of them is of a server's dialect */
	struct err why; /* the first that can't be read */
};

/* A part of a stream. */
struct wrap_part {
	const char *name; /* of its stream, name_len bytes */
	size_t name_len;
	const char *format; /* of the stream, or NULL to detect it */
	const char *s;
	size_t n;
	double time_s; /* when it was written; NAN: not told */
	bool aside;    /* what it says as text is not generated: a server's
			  own messages */
};

/* A part more. Text that begins after a server's dialect was seen is not
 * generated either. false: a record in it is broken, *why says how. */
bool wrap_part(struct format_ctx *cx, struct wraps *w,
	       const struct wrap_part *part, struct err *why);

/* End of input: all streams end. If nothing at all was found in them, that is
 * the container's trouble. */
void wrap_end(struct format_ctx *cx, struct wraps *w);
void wrap_release(struct wraps *w);

/* What a server answered, whole: fed if it is of a dialect of a server.
 * false: it is not, or nothing is in it; then *why says so. */
bool wrap_body(struct format_ctx *cx, const char *s, size_t n,
	       struct err *why);

#endif
