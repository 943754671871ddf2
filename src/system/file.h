/*
 * file.h - small files of the program's own: config, session, scripts and
 * exports. Traces come through source.h.
 */
#ifndef LILSCOPE_FILE_H
#define LILSCOPE_FILE_H

#include "base/buf.h"
#include "base/err.h"

enum { FILE_PATH_BYTES = 1024 };

enum file_result { FILE_READ, FILE_ABSENT, FILE_TROUBLE };

/* The whole file, at most max_bytes of it, appended to out. TROUBLE: it is
 * larger, no regular file, or can't be read; err says so. */
enum file_result file_read(const char *path, size_t max_bytes, struct buf *out,
			   struct err *err);

/* Writes through a temporary name beside it, so that readers see the old or
 * the new file, never half of one; mode and owner stay. What is no regular
 * file (a device, a pipe) is written to, and a link stays one. "-" is standard
 * output; that nobody reads it is no trouble. */
bool file_write(const char *path, const void *bytes, size_t n,
		struct err *err);

/* Could it, now? Asked before long work whose result it is. */
bool file_try_write(const char *path, struct err *err);

/* Is there anything of this name, that can be looked at? */
bool file_exists(const char *path);

/* Makes the folder and the folders above it, for this user alone. */
bool file_make_folder(const char *path, struct err *err);

/* Keeps the `keep` newest of the files whose name ends with `suffix`. */
void file_keep_newest(const char *folder, const char *suffix, size_t keep);

/* $XDG_..._HOME/lilscope/name, or $HOME/fallback/lilscope/name; false if
 * neither is known or the path is too long. */
bool file_xdg(const char *variable, const char *fallback, const char *name,
	      char out[FILE_PATH_BYTES]);

#endif
