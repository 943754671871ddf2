/*
 * plain.h - a request without a stream, asked as a stream.
 *
 * Only where the stream can be joined (join.h) to what was asked for. The
 * request stays as it is spelled but for the members that say so.
 */
#ifndef LILSCOPE_PLAIN_H
#define LILSCOPE_PLAIN_H

#include "dialect/format.h"

/*
 * The stream that has the answer to this request: where it is asked and what,
 * appended to the (empty) two. false: the request wants a stream, or nobody
 * knows how its answer is told in one. uri: path and query.
 */
bool plain_as_stream(const char *uri, const struct buf *body,
		     struct buf *stream_uri, struct buf *stream_body);

#endif
