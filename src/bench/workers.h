/*
 * workers.h - child processes that do jobs side by side: bytes in, bytes out.
 *
 *	parent -> worker 0   a thread for each of its jobs
 *	       -> worker 1   ...
 *
 * A worker is forked when there is work for it and has all that its parent
 * had then; what it maps (a model) is shared. One that dies loses the jobs
 * that it was at, and nothing else: another takes its place. Where the parent
 * dies, all of them end at once, whatever they are at.
 */
#ifndef LILSCOPE_WORKERS_H
#define LILSCOPE_WORKERS_H

#include "base/buf.h"
#include "base/err.h"

enum { WORKERS_MAX = 256, WORKERS_JOBS_MAX = 256, WORKERS_ALSO_MAX = 8 };

struct workers;

enum workers_event {
	WORKERS_NOTHING, /* in this time */
	WORKERS_DONE,
	WORKERS_DIED, /* its job is lost */
};

struct workers_opts {
	unsigned n;    /* processes at most; 0: one for each core */
	unsigned each; /* jobs of one at a time; 0 is 1, WORKERS_JOBS_MAX at
			  most */
	/* In a child once, before its first job and on its thread; or NULL. */
	void (*begin)(void *ctx);
	/* In a child, on a thread of the job's own: appends its answer. */
	void (*work)(void *ctx, const void *job, size_t n, struct buf *out);
	void *ctx;
};

/* Addresses that the thread of a job takes. */
size_t workers_job_bytes(void);

/* Nothing is forked yet. Never NULL; the caller's. */
struct workers *workers_new(const struct workers_opts *o);
/* Ends them, whatever they are at. NULL is fine. */
void workers_free(struct workers *w);

/* How many jobs are not answered. */
unsigned workers_n_busy(const struct workers *w);
/* Can another job be given now? */
bool workers_has_room(const struct workers *w);

/* When there is room. tag comes back with the answer. false and a sentence:
 * no process could be made. */
bool workers_give(struct workers *w, uint32_t tag, const void *job, size_t n,
		  struct err *err);

/* Waits for one of them; fills tag, and out when it is done. NOTHING also
 * when one of the n_also descriptors (at most WORKERS_ALSO_MAX) can be read. */
enum workers_event workers_wait(struct workers *w, int timeout_ms,
				const int *also, size_t n_also, uint32_t *tag,
				struct buf *out);

#endif
