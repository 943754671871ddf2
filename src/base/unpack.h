/*
 * unpack.h - .gz, .zst and .zip around anything, undone while it comes.
 *
 * Recognises the magic of gzip (1f 8b), zstd (28 b5 2f fd) and ZIP (PK 3 4)
 * in the first bytes and the head of an HTTP answer, whose chunks it joins
 * (chunked.h), also in an archive; inflates any number of members or frames,
 * and passes everything else through. One layer: an archive in an archive is
 * refused. No I/O: bytes in, bytes out.
 *
 * Whoever takes bytes from outside has one of these, and nobody behind it.
 */
#ifndef LILSCOPE_UNPACK_H
#define LILSCOPE_UNPACK_H

#include "base/buf.h"
#include "base/err.h"

struct unpack;

/* Knows nothing yet; the caller's. */
struct unpack *unpack_new(void);
void unpack_free(struct unpack *u); /* NULL is fine */

/* May what begins with this byte be packed? If not, unpack_bytes() would only
 * copy it. */
bool unpack_wants(char first);

/*
 * Takes bytes from in[0..n) and appends at most max_out unpacked bytes to
 * out. *used gets how many were taken; call again with the rest while
 * *used < n or unpack_pending(). false: the archive is broken at this place,
 * or holds another one; what came before is in out, err (or NULL) says so.
 */
bool unpack_bytes(struct unpack *u, const void *in, size_t n, size_t *used,
		  struct buf *out, size_t max_out, struct err *err);

/* Before unpack_end(): appends up to 3 bytes that were held back because an
 * archive may begin with them (a file that is just "("). */
void unpack_rest(struct unpack *u, struct buf *out);

/* More output, or what is wrong, is waiting although all input was taken. */
bool unpack_pending(const struct unpack *u);

/* End of input: false if an archive was cut short (err says so); what could
 * be unpacked has been. */
bool unpack_end(struct unpack *u, struct err *err);

/* Is what comes out another than what goes in? false also before the first
 * bytes have told. */
bool unpack_changes(const struct unpack *u);

/* What it undoes: "gzip", "zstd", "ZIP", "HTTP"; NULL for nothing, and before
 * the first bytes have told. */
const char *unpack_name(const struct unpack *u);

#endif
