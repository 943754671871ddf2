/*
 * join.h - the whole answer that a stream tells bit by bit: the JSON that the
 * same server gives when it is asked without a stream.
 *
 *	records -> join of the dialect's row -> tree -> JSON
 *
 * What nobody knows here is kept as it came, the last value of a name last; so
 * members that a server adds are in the answer, too. A record is believed in
 * nothing: indexes only find or append.
 */
#ifndef LILSCOPE_JOIN_H
#define LILSCOPE_JOIN_H

#include "dialect/format.h"
#include "dialect/frame.h"

/* All zero is ready. */
struct join {
	const struct format *format; /* NULL: before the first record */
	struct tree *answer;  /* so far, or NULL */
	struct tree *error;   /* what the server says instead, or NULL */
	struct frame frame;
	bool framed;          /* bytes came */
	struct json json;     /* scratch */
};

enum join_end {
	JOIN_ANSWER,
	JOIN_ERROR,   /* the server tells an error in place of it */
	JOIN_NOTHING, /* there is none, or its dialect is not joined */
};

void join_release(struct join *j); /* what is left is ready again */

/* n bytes more of a stream, events or lines of JSON, cut anywhere. */
void join_bytes(struct join *j, const char *s, size_t n);

/* One record more, where framing is done. */
void join_record(struct join *j, struct json_value record);

/* No more come: appends the JSON. */
enum join_end join_end(struct join *j, struct buf *out);

/* --- for the dialects --------------------------------------------------- */

/* The answer, which becomes an object (or array) if there is none. */
struct tree *join_answer(struct join *j, enum json_type type);

/* The array's element with this "index", made if there is none. */
struct tree *join_choice(struct tree *array, struct json_value index);

/* Elements in the order of their "index". */
void join_sort(struct tree *array);

/* The i-th child, or a new object behind the last one. */
struct tree *join_slot(struct tree *array, struct json_value i);

/* An answer that is an array of one is that one. */
void join_single(struct join *j);

#endif
