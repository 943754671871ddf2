/*
 * zst.h - zstd, and the only file that includes <zstd.h>.
 *
 *	zst_sizer   how many bytes a text is as one zstd frame
 *	zst_dec     .zst undone while it comes, with a limit on memory
 *	zst_enc     .zst made while it goes
 *
 * No I/O: bytes in, bytes out.
 */
#ifndef LILSCOPE_ZST_H
#define LILSCOPE_ZST_H

#include "base/buf.h"
#include "base/err.h"

/* Frames that ask the reader for more than 2^27 = 128 MiB are refused: what
 * `zstd --long=27` writes, and what the zstd tool reads unasked. */
enum { ZST_WINDOW_LOG_MAX = 27, ZST_LEVEL_DEFAULT = 3 };

/* The size of one text, again and again: keeps its workspace. */
struct zst_sizer;

/* level: as for the zstd tool. The caller's. */
struct zst_sizer *zst_sizer_new(int level);
void zst_sizer_free(struct zst_sizer *s); /* NULL is fine */

/* Bytes that ZSTD_compress(level) writes for bytes[0..n): one frame, content
 * size in its header, no checksum. */
size_t zst_sizer_size(struct zst_sizer *s, const void *bytes, size_t n);

/* One .zst that comes in pieces; any number of frames after each other. */
struct zst_dec;

/* window_log_max: 10..31, normally ZST_WINDOW_LOG_MAX. */
struct zst_dec *zst_dec_new(unsigned window_log_max);
void zst_dec_free(struct zst_dec *d); /* NULL is fine */

/*
 * Takes bytes from in[0..n) and appends at most max_out bytes to out; *used
 * gets how many were taken. Call again while *used < n or zst_dec_pending().
 * false: the stream is broken here; what came before is in out, err says
 * why, and every later call is false too.
 */
bool zst_dec_push(struct zst_dec *d, const void *in, size_t n, size_t *used,
		  struct buf *out, size_t max_out, struct err *err);

/* More output is waiting although all input was taken. */
bool zst_dec_pending(const struct zst_dec *d);

/* At the end of input: false, and a sentence, if a frame was cut short. */
bool zst_dec_end(const struct zst_dec *d, struct err *err);

/* One .zst as it is written. */
struct zst_enc;

/* At the beginning of a frame; the caller's. */
struct zst_enc *zst_enc_new(int level);
void zst_enc_free(struct zst_enc *e); /* NULL is fine */

/* n more bytes of text; appends what the encoder gives out by itself. */
void zst_enc_push(struct zst_enc *e, const void *in, size_t n,
		  struct buf *out);

/* Appends all that was pushed so far, so that a reader of what is out gets
 * it; the frame goes on. */
void zst_enc_flush(struct zst_enc *e, struct buf *out);

/* The frame ends: appends the rest. The next push begins a new frame. */
void zst_enc_end(struct zst_enc *e, struct buf *out);

/* The version of libzstd that it runs with. */
const char *zst_library(void);

#endif
