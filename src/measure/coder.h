/*
 * coder.h - "how many bytes is the text so far?", exactly, by several coders.
 *
 * A coder is fed the text once, in order, and tells at any point the size of
 * the whole prefix as that coder would really write it: a decoder exists and
 * the tests run it. Sizes never depend on how the text was cut into pushes.
 */
#ifndef LILSCOPE_CODER_H
#define LILSCOPE_CODER_H

#include "base/base.h"

enum coder_kind {
	CODER_LZ77,        /* our exact parse; needs no feeding, see meter.h */
	CODER_DEFLATE,     /* zlib stream, level 9, over the text's bytes */
	CODER_ZSTD,        /* zstd frames, level 3, over the text's bytes */
	CODER_DEFLATE_IDS, /* zlib level 9 over token ids, 4 bytes each, LE */
	CODER_ZSTD_IDS,    /* zstd level 3 over the same */
	CODER_KINDS
};

/*
 * zstd cannot copy its state in mid-stream, so each question compresses the
 * prefix again. To keep that linear in the text, a frame ends after this many
 * bytes of input and the next one begins; a prefix below that is one frame.
 */
enum { CODER_FRAME_BYTES = 1 << 20 };

/* The row of the coder: its name in options and files, and one sentence. */
struct coder_row {
	const char *name;
	const char *about;
	bool ids; /* is fed token ids, not text */
};
extern const struct coder_row coder_rows[CODER_KINDS];

/* By name; CODER_KINDS if there is none. */
enum coder_kind coder_find(const char *name);

struct coder;

/* kind must not be CODER_LZ77. The caller owns the result. */
struct coder *coder_new(enum coder_kind kind);
void coder_free(struct coder *c); /* NULL is fine */

/* n more bytes of the text, or of its ids as coder_row.ids has it. */
void coder_push(struct coder *c, const void *bytes, size_t n);

/* Exact size in bytes of all that was pushed. DEFLATE: O(new bytes) plus one
 * copy of the state; zstd: compresses the open frame again. */
uint64_t coder_size(struct coder *c);

#endif
