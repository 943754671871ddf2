/*
 * crew.h - threads that work through a row of jobs, one job a thread.
 *
 *	give    job 5, 6, 7 ...          by the thread that has the crew
 *	work    5, 7 on one thread, 6 on another, some by the giver itself
 *	take    5, 6, 7 ...              in the order in which they were given
 *
 * So what is made of the jobs does not depend on how many threads there are.
 * The giver works, too, while it waits: a crew of one has no thread. What is
 * given and not taken has a weight together, beyond which the giver should
 * take before it gives (crew_full()): that bounds the memory.
 *
 * Threads have all signals blocked: a handler runs on the giver's alone. Jobs
 * share nothing but what does not change while they are worked at.
 */
#ifndef LILSCOPE_CREW_H
#define LILSCOPE_CREW_H

#include "base/base.h"

enum { CREW_MAX = 256 };

struct crew;

/* Works at a job. `own`: on the giver's thread, which may draw, say. */
typedef void crew_work(void *ctx, void *job, bool own);

/* A crew of n threads, the giver one of them; 0: one for each core that this
 * process may use. weight: of what may wait, for crew_full(). The caller's. */
struct crew *crew_new(unsigned n, size_t weight, crew_work *work, void *ctx);

/* Waits for what is in work and drops the rest: crew_take() what is to be
 * freed. NULL is fine. */
void crew_free(struct crew *c);

unsigned crew_n(const struct crew *c); /* threads, the giver's too */

/* One job more, the crew's until it is taken. */
void crew_give(struct crew *c, void *job, size_t weight);

/* Shall something be taken before more is given? Not while there are fewer
 * jobs than threads, whatever they weigh. */
bool crew_full(const struct crew *c);

/* The oldest job that was given, when it is done; NULL: there is none, or it
 * is not done and `wait` is false. Waiting, the giver works. */
void *crew_take(struct crew *c, bool wait);

/* The giver works at a job that nobody has begun, if there is one: true. */
bool crew_help(struct crew *c);

/* From now on crew_stopped() says so: long work can look, and give up. */
void crew_stop(struct crew *c);
bool crew_stopped(const struct crew *c);

/* How often something changed that jobs depend on: work that was given in
 * another epoch can look, and give up. */
void crew_next_epoch(struct crew *c);
unsigned crew_epoch(const struct crew *c);

/* Calls `aside` on a thread of its own, `here` on this one, and returns when
 * both have; where there is no thread, one after another. */
void crew_both(void (*aside)(void *ctx), void (*here)(void *ctx), void *ctx);

/* Cores that this process may use; at least 1. */
unsigned crew_cores(void);

#endif
