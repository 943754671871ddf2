/*
 * source.h - the only file that opens files: bytes on a descriptor.
 *
 * A source yields unpacked bytes (.gz and .zst are undone on the way) in
 * slices, never blocks for longer than a slice, and can give any range again:
 * a plain file by pread, an archive by unpacking from the start, a pipe from
 * the spool that it keeps in an unlinked temporary file.
 */
#ifndef LILSCOPE_SOURCE_H
#define LILSCOPE_SOURCE_H

#include "base/buf.h"
#include "base/err.h"

enum { SOURCE_SLICE_BYTES = 64 * 1024 };

enum source_state {
	SOURCE_BYTES, /* bytes were appended */
	SOURCE_WAIT,  /* nothing now: poll source_fd() */
	SOURCE_END,   /* no more will come */
	SOURCE_ERROR, /* err says why; what came before is good */
};

struct source;

/* "-" is stdin. A directory, a missing or unreadable file: NULL and err. */
struct source *source_open(const char *path, struct err *err);
void source_close(struct source *s); /* NULL is fine */

/* Appends up to SOURCE_SLICE_BYTES (unpacked) to out. */
enum source_state source_read(struct source *s, struct buf *out,
			      struct err *err);

/* The unpacked bytes [offset, offset + n) into out; false and err when they
 * can't be had again (a file that shrank, an archive that broke). */
bool source_again(struct source *s, uint64_t offset, uint64_t n,
		  struct buf *out, struct err *err);

int source_fd(const struct source *s);         /* for poll; -1 when done */
bool source_is_pipe(const struct source *s);
const char *source_name(const struct source *s);

/* Raw bytes read and their total (0 when unknown): for progress. */
uint64_t source_done_bytes(const struct source *s);
uint64_t source_total_bytes(const struct source *s);

#endif
