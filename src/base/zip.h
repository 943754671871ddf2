/*
 * zip.h - a ZIP archive undone while it comes: its members, one after
 * another, each with a line feed behind it.
 *
 * Read by the headers before the members, not by the directory at the end,
 * so that it works on a pipe and on an archive that is cut short. Members are
 * stored, deflated (8) or, as Inspect's logs since 2025, zstd (93, any number
 * of frames). Left out: folders, and what Inspect keeps beside its samples
 * (header, summaries, journal), which holds no generations. Archives with a
 * password or of several volumes are refused.
 */
#ifndef LILSCOPE_ZIP_H
#define LILSCOPE_ZIP_H

#include "base/buf.h"
#include "base/err.h"

struct zip_dec;

/* At the first byte; the caller's. */
struct zip_dec *zip_dec_new(void);
void zip_dec_free(struct zip_dec *d); /* NULL is fine */

/* As zst_dec_push(). */
bool zip_dec_push(struct zip_dec *d, const void *in, size_t n, size_t *used,
		  struct buf *out, size_t max_out, struct err *err);
bool zip_dec_pending(const struct zip_dec *d);

/* At the end of input: false, and a sentence, if it was cut short. */
bool zip_dec_end(const struct zip_dec *d, struct err *err);

#endif
