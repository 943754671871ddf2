/*
 * scratch.h - folders and files that live as long as one test.
 */
#ifndef LILSCOPE_TESTS_SCRATCH_H
#define LILSCOPE_TESTS_SCRATCH_H

#include "base/buf.h"

enum { SCRATCH_PATH_BYTES = 1024 };

/* A new empty folder, its path in `path`; dies without one. */
void scratch_make(char path[SCRATCH_PATH_BYTES]);

/* Removes it with everything below. */
void scratch_remove(const char *path);

/* Writes n bytes to dir/name and gives the path (in `path`). */
void scratch_file(const char *dir, const char *name, const void *bytes,
		  size_t n, char path[SCRATCH_PATH_BYTES]);

/* The whole file into out; false if it can't be read. */
bool scratch_read(const char *path, struct buf *out);

/*
 * Text as models write it: n_new words that never repeat as a whole, then
 * the last sentence again and again until there are n_words in all. The
 * same for every run.
 */
void scratch_trace(struct buf *out, unsigned n_new, unsigned n_words);

#endif
