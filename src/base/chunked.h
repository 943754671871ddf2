/*
 * chunked.h - a captured HTTP answer without its chunked transfer encoding.
 *
 * `curl -i` leaves the head there, `curl --raw -i` and proxies the chunks
 * too. The first head passes unchanged; chunk sizes (hexadecimal, a line
 * each), trailers and the heads of further answers are taken out. A body
 * without chunks passes. No I/O: bytes in, bytes out.
 */
#ifndef LILSCOPE_CHUNKED_H
#define LILSCOPE_CHUNKED_H

#include "base/buf.h"
#include "base/err.h"

struct chunked;

/* At the first byte of a head; the caller's. */
struct chunked *chunked_new(void);
void chunked_free(struct chunked *d); /* NULL is fine */

/* As zst_dec_push(). */
bool chunked_push(struct chunked *d, const void *in, size_t n, size_t *used,
		  struct buf *out, size_t max_out, struct err *err);
bool chunked_pending(const struct chunked *d);

/* What was held back until it was clear whether it is a size. */
void chunked_rest(struct chunked *d, struct buf *out);

#endif
