/*
 * A row of places under one lock: jobs are long (a record is measured in a
 * millisecond), so the lock is no matter.
 *
 *	[ done | done | in work | in work | given | given | ........ ]
 *	  taken from here                   begun from here
 */
#define _GNU_SOURCE
#include "system/crew.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

struct crew_place {
	void *job;
	size_t weight;
	bool done;
};

struct crew {
	crew_work *work;
	void *ctx;
	pthread_t *threads; /* n - 1 */
	unsigned n;
	size_t weight, most;
	atomic_bool stopped;
	atomic_uint epoch;

	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t given, done;
	struct crew_place *row;    /* a ring of cap places, a power of two */
	size_t cap;
	size_t taken, begun, last; /* counts of jobs, that only go up */
	bool end;
};

static struct crew_place *place_of(const struct crew *c, size_t i)
{
	return &c->row[i & (c->cap - 1)];
}

/* The next job that nobody has begun, with the lock held; the lock is free
 * while it is worked at. */
static void work_at_next(struct crew *c, bool own)
{
	size_t i = c->begun++;
	void *job = place_of(c, i)->job;

	pthread_mutex_unlock(&c->lock);
	c->work(c->ctx, job, own);
	pthread_mutex_lock(&c->lock);
	place_of(c, i)->done = true; /* the row may have moved */
	if (i == c->taken)
		pthread_cond_signal(&c->done);
}

static void *thread(void *arg)
{
	struct crew *c = arg;

	pthread_mutex_lock(&c->lock);
	while (!c->end) {
		if (c->begun < c->last)
			work_at_next(c, false);
		else
			pthread_cond_wait(&c->given, &c->lock);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

unsigned crew_cores(void)
{
	cpu_set_t set;
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		n = CPU_COUNT(&set);
	return (unsigned)MIN(MAX(n, 1), (long)CREW_MAX);
}

static int start_thread(pthread_t *id, void *(*begin)(void *), void *arg)
{
	sigset_t all, before;
	int trouble;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	trouble = pthread_create(id, NULL, begin, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return trouble;
}

static void start_threads(struct crew *c, unsigned n)
{
	c->threads = mem_alloc(n * sizeof(*c->threads));
	while (c->n < n && !start_thread(&c->threads[c->n - 1], thread, c))
		c->n++; /* where there are no more, these have to do */
}

struct crew *crew_new(unsigned n, size_t weight, crew_work *work, void *ctx)
{
	struct crew *c = mem_zalloc(sizeof(*c));

	c->work = work;
	c->ctx = ctx;
	c->most = weight;
	c->n = 1;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->given, NULL);
	pthread_cond_init(&c->done, NULL);
	start_threads(c, MIN(n ? n : crew_cores(), (unsigned)CREW_MAX));
	return c;
}

void crew_free(struct crew *c)
{
	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	c->end = true;
	pthread_cond_broadcast(&c->given);
	pthread_mutex_unlock(&c->lock);
	for (unsigned i = 0; i + 1 < c->n; i++)
		pthread_join(c->threads[i], NULL);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->given);
	pthread_cond_destroy(&c->done);
	mem_free(c->threads);
	mem_free(c->row);
	mem_free(c);
}

unsigned crew_n(const struct crew *c)
{
	return c->n;
}

/* Twice the places, with the lock held. */
static void widen(struct crew *c)
{
	struct crew was = *c;

	c->cap = was.cap ? 2 * was.cap : 16;
	c->row = mem_zalloc(c->cap * sizeof(*c->row));
	for (size_t i = c->taken; i < c->last; i++)
		*place_of(c, i) = *place_of(&was, i);
	mem_free(was.row);
}

void crew_give(struct crew *c, void *job, size_t weight)
{
	pthread_mutex_lock(&c->lock);
	if (c->last - c->taken == c->cap)
		widen(c);
	*place_of(c, c->last++) = (struct crew_place){ job, weight, false };
	pthread_cond_signal(&c->given);
	pthread_mutex_unlock(&c->lock);
	c->weight += weight; /* the giver's alone, as `last` and `taken` */
}

bool crew_full(const struct crew *c)
{
	return c->last - c->taken > c->n && c->weight > c->most;
}

bool crew_help(struct crew *c)
{
	bool any;

	pthread_mutex_lock(&c->lock);
	any = c->begun < c->last;
	if (any)
		work_at_next(c, true);
	pthread_mutex_unlock(&c->lock);
	return any;
}

void *crew_take(struct crew *c, bool wait)
{
	struct crew_place *first;
	void *job = NULL;

	pthread_mutex_lock(&c->lock);
	while (wait && c->taken < c->last && !place_of(c, c->taken)->done) {
		if (c->begun < c->last)
			work_at_next(c, true);
		else
			pthread_cond_wait(&c->done, &c->lock);
	}
	first = c->taken < c->last ? place_of(c, c->taken) : NULL;
	if (first && first->done) {
		job = first->job;
		c->weight -= first->weight;
		c->taken++;
	}
	pthread_mutex_unlock(&c->lock);
	return job;
}

void crew_stop(struct crew *c)
{
	atomic_store(&c->stopped, true);
}

bool crew_stopped(const struct crew *c)
{
	return atomic_load(&c->stopped);
}

void crew_next_epoch(struct crew *c)
{
	atomic_fetch_add(&c->epoch, 1);
}

unsigned crew_epoch(const struct crew *c)
{
	return atomic_load(&c->epoch);
}

/* --- two at once -------------------------------------------------------- */

struct both {
	void (*aside)(void *ctx);
	void *ctx;
};

static void *run_aside(void *arg)
{
	const struct both *b = arg;

	b->aside(b->ctx);
	return NULL;
}

void crew_both(void (*aside)(void *ctx), void (*here)(void *ctx), void *ctx)
{
	struct both b = { aside, ctx };
	pthread_t id;
	bool alone = start_thread(&id, run_aside, &b) != 0;

	here(ctx);
	if (alone)
		aside(ctx);
	else
		pthread_join(id, NULL);
}
