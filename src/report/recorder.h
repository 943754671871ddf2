/*
 * recorder.h - a run as a native trace on disk, while it grows.
 *
 * What is written is valid at any moment: after kill -9 the file opens, and
 * at most RECORDER_FLUSH_S of it is missing. A name that ends in .zst is
 * packed as it is written; the frame is flushed, not ended, so that it packs
 * well and still opens. One recorder writes one run; the caller has the clock.
 */
#ifndef LILSCOPE_RECORDER_H
#define LILSCOPE_RECORDER_H

#include "base/err.h"
#include "trace/run.h"

#define RECORDER_FLUSH_S 0.5

enum { RECORDER_SLICE_TOKENS = 4096 }; /* written by one call */

struct recorder;

/* Makes the file; one that exists is an error unless `over`. */
struct recorder *recorder_open(const char *path, bool over, struct err *err);

/* Takes what the run has got since, at most a slice; *more: there is more to
 * take at once. The same run every time. false: the disk is full or the like,
 * and err says so; close it then. */
bool recorder_work(struct recorder *r, const struct run *run, double now_s,
		   bool *more, struct err *err);

/* Seconds until it wants to be called, though nothing came; < 0: never. */
double recorder_wait_s(const struct recorder *r, double now_s);

uint32_t recorder_n_tokens(const struct recorder *r); /* taken so far */

/* Writes what waits, ends the file and frees. run: as above, or NULL when it
 * is gone; its end is written if it has ended. */
bool recorder_close(struct recorder *r, const struct run *run,
		    struct err *err);

#endif
