/*
 * gz.h - DEFLATE, and the only file that includes <zlib.h>.
 *
 *	gz_sizer   how many bytes a growing text is as one zlib stream
 *	gz_dec     gzip or zlib undone while it comes
 *
 * No I/O: bytes in, bytes out.
 */
#ifndef LILSCOPE_GZ_H
#define LILSCOPE_GZ_H

#include "base/buf.h"
#include "base/err.h"

/*
 * Size of a text that grows. The stream is never flushed: each question
 * finishes a copy of the deflate state, so that the answer is what
 * compress2(level) gives for the whole text so far, at the cost of the new
 * bytes and one copy of the state (about 270 kB).
 */
struct gz_sizer;

struct gz_sizer *gz_sizer_new(int level); /* 1..9 */
void gz_sizer_free(struct gz_sizer *s);   /* NULL is fine */
void gz_sizer_clear(struct gz_sizer *s);  /* the text is empty again */
void gz_sizer_push(struct gz_sizer *s, const void *bytes, size_t n);

/* Bytes of the zlib stream (2 of header and 4 of checksum with it). */
uint64_t gz_sizer_size(struct gz_sizer *s);

/* Is it zlib itself, and no other library of its name (zlib-ng), which finds
 * other matches? */
bool gz_is_zlib(void);

/* The same for one block alone: forgets what was pushed, leaves s empty. */
uint64_t gz_sizer_block(struct gz_sizer *s, const void *bytes, size_t n);

/* One .gz (any number of members) or one zlib stream in pieces. Zero bytes
 * after the last member are padding, as gzip(1) has it. */
struct gz_dec;

/* At the first byte; the caller's. */
struct gz_dec *gz_dec_new(void);

/* The same for one bare deflate stream (a ZIP's member): it takes no byte
 * behind its end. */
struct gz_dec *gz_dec_new_raw(void);
void gz_dec_free(struct gz_dec *d); /* NULL is fine */

/*
 * Takes bytes from in[0..n) and appends at most max_out bytes to out; *used
 * gets how many were taken. Call again while *used < n or gz_dec_pending().
 * false: the stream is broken here; what came before is in out, err says
 * why, and every later call is false too.
 */
bool gz_dec_push(struct gz_dec *d, const void *in, size_t n, size_t *used,
		 struct buf *out, size_t max_out, struct err *err);

/* More output is waiting although all input was taken. */
bool gz_dec_pending(const struct gz_dec *d);

/* The last block was read and all output is out. */
bool gz_dec_ended(const struct gz_dec *d);

/* CRC-32 (ISO 3309) of more bytes; begin with 0. */
uint32_t gz_crc32(uint32_t crc, const void *bytes, size_t n);

/* At the end of input: false, and a sentence, if it was cut short. */
bool gz_dec_end(const struct gz_dec *d, struct err *err);

/* The version of zlib that it runs with. */
const char *gz_library(void);

#endif
