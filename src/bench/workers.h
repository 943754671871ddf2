/*
 * workers.h - child processes that do jobs side by side: bytes in, bytes out.
 *
 * A worker is forked when there is work for it and has all that its parent
 * had then; what it maps (a model) is shared. One that dies loses the job
 * that it was at, and nothing else: another takes its place. Where the parent
 * dies, all of them end at once, whatever they are at.
 */
#ifndef LILSCOPE_WORKERS_H
#define LILSCOPE_WORKERS_H

#include "base/buf.h"
#include "base/err.h"

enum { WORKERS_MAX = 256, WORKERS_ALSO_MAX = 8 };

struct workers;

enum workers_event {
	WORKERS_NOTHING, /* in this time */
	WORKERS_DONE,
	WORKERS_DIED, /* its job is lost */
};

/* At most n at a time; 0: one for each core. work() runs in the child and
 * appends its answer to out. */
struct workers *workers_new(unsigned n,
			    void (*work)(void *ctx, const void *job, size_t n,
					 struct buf *out),
			    void *ctx);
/* Ends them, whatever they are at. NULL is fine. */
void workers_free(struct workers *w);

/* How many have a job that is not answered. */
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
