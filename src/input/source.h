/*
 * source.h - the only file that opens files: bytes on a descriptor.
 *
 * A source yields unpacked bytes (.gz and .zst are undone on the way) in
 * slices, never blocks for longer than a slice, and can give any range again:
 * a plain file by pread, a pipe from the spool that it keeps in an unlinked
 * temporary file, an archive from one where it is asked to keep it
 * (source_keep()), else by unpacking from the start.
 */
#ifndef LILSCOPE_SOURCE_H
#define LILSCOPE_SOURCE_H

#include "base/buf.h"
#include "base/err.h"
#include "decode/decoder.h"
#include "input/url.h"

enum { SOURCE_SLICE_BYTES = 64 * 1024 };

enum source_state {
	SOURCE_BYTES, /* bytes were appended */
	SOURCE_WAIT,  /* nothing now: poll source_fd() */
	SOURCE_END,   /* no more will come */
	SOURCE_ANEW,  /* a followed file was cut or replaced: this source has
			 ended, source_next() goes on; err says what was seen */
	SOURCE_ERROR, /* err says why; what came before is good */
};

struct source;

/* "-" is stdin, http:// and https:// are asked for. A directory, a missing or
 * unreadable file: NULL and err. */
struct source *source_open(const char *path, struct err *err);

/* What a server answers to a request. data and prompt may be "@FILE": its
 * contents, "@-" for standard input. request: NULL for a plain one. */
struct source *source_request(const char *url, const struct url_opts *request,
			      struct err *err);

/* What a decoder writes; the source's from now on. The name is for titles. */
struct source *source_decoder(const char *name, struct decoder *decoder);

/* One of the three, by what `path` is. */
struct source *source_from(const char *path, bool follow,
			   const struct url_opts *request, struct err *err);

/* The same, and stays with the file as it grows, is cut, moved away or made
 * anew (follow.h); in a folder that is there, it is waited for. A named pipe
 * waits for its next writer. Never SOURCE_END. */
struct source *source_follow(const char *path, struct err *err);

/* Once, after SOURCE_ANEW: the source that reads what stands there now; the
 * caller's. What the old one gave can still be had again, unless it was cut. */
struct source *source_next(struct source *s);

/* All of a file (or "-", or a URL) appended to out. */
bool source_read_all(const char *path, struct buf *out, struct err *err);

void source_close(struct source *s); /* NULL is fine */

/* Appends up to SOURCE_SLICE_BYTES (unpacked) to out. */
enum source_state source_read(struct source *s, struct buf *out,
			      struct err *err);

/* What a pipe gives is kept for source_again() in a temporary file (spool.h):
 * no more than max_bytes; 0: nothing is asked for again, and what was kept
 * goes. Asked for before the first byte is read, what an archive holds is kept
 * so, too; what is beyond max_bytes is unpacked again. Files are where they
 * are. */
void source_keep(struct source *s, uint64_t max_bytes);

/* The unpacked bytes [offset, offset + n) into out; false and err when they
 * can't be had again (a file that shrank, an archive that broke). */
bool source_again(struct source *s, uint64_t offset, uint64_t n,
		  struct buf *out, struct err *err);

/* For poll after SOURCE_WAIT: a descriptor, -1 for none; and how long to
 * sleep at most, -1 for as long as it takes. */
int source_fd(const struct source *s);
int source_wait_ms(const struct source *s);

/* A followed file that is not there yet. */
bool source_is_awaited(const struct source *s);

/* No file: nothing is known of its length, and it is spooled. */
bool source_is_pipe(const struct source *s);

/* An answer to a request that was made when it was opened. */
bool source_is_answer(const struct source *s);
/* What comes now was written just now: a pipe, or a followed file at its
 * end. */
bool source_is_live(const struct source *s);

/* What the bytes were packed in, as unpack_name() says. */
const char *source_packing(const struct source *s);

/* For sentences: the path, or a URL without its secrets. The source's. */
const char *source_name(const struct source *s);

/* Raw bytes read and their total (0 when unknown, as at the end of a followed
 * file): for progress. */
uint64_t source_done_bytes(const struct source *s);
uint64_t source_total_bytes(const struct source *s);

#endif
