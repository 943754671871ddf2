/*
 * bench_file.h - the results of a bench on disk: a header line that says how
 * they were made, then a line a finished run. Each is written as its run
 * finishes, so that an interruption loses none; a last line that was cut is
 * dropped when the bench goes on.
 */
#ifndef LILSCOPE_BENCH_FILE_H
#define LILSCOPE_BENCH_FILE_H

#include "base/err.h"
#include "json/json.h"

struct bench_file;

/*
 * Opens or makes it. header: one JSON object with its LF; a file with another
 * one is refused, and the sentence names the first member that differs.
 * take() gets each line behind it; it returns false for one that it can't
 * read, and these are counted in *n_broken.
 */
struct bench_file *
bench_file_open(const char *path, const char *header,
		bool (*take)(void *ctx, struct json_value line), void *ctx,
		uint32_t *n_broken, struct err *err);

/* Written at once. */
bool bench_file_append(struct bench_file *f, const void *bytes, size_t n,
		       struct err *err);
void bench_file_close(struct bench_file *f); /* NULL is fine */

#endif
