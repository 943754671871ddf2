/*
 * indexed.h - records read one by one, as the list of a large file does,
 * against the same file read in one go.
 */
#ifndef LILSCOPE_TESTS_INDEXED_H
#define LILSCOPE_TESTS_INDEXED_H

#include "dialect/feed.h"

/*
 * Reads s[0..n) whole; then, if its records stand alone, indexes it in pieces
 * of `step` bytes and reads each record by itself. true: both gave the same
 * generations and as many troubles, or records don't stand alone. Appends
 * what was read whole and, if that is not the same, what came of the records.
 */
bool indexed_same(const struct feed_opts *opts, const char *s, size_t n,
		  size_t step, struct buf *out);

#endif
