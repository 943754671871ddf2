/*
 * Between two matrices of a token lie microseconds, less than it takes to wake
 * a thread; so workers spin for a while before they sleep, and a job is told
 * by a counter, not by a lock.
 *
 * Where others are at work on the machine a worker may be without a core for
 * milliseconds. So its part is its own only once it has begun with it: whoever
 * claims a part does it, and the caller claims, when it has done its own, those
 * that nobody has begun. A part's claims are the turns in a row, so a worker
 * that is late for one gets none.
 */
#include "model/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/buf.h"

/* Looks that often before a thread lets others have its core: some tens of
 * microseconds, the time between two matrices of one token. Where threads are
 * more than cores somebody waits for just that core, and nobody spins. */
enum { POOL_SPINS = 20000 };

struct pool_thread {
	struct pool *pool;
	pthread_t thread;
	unsigned i;
	atomic_uint claimed; /* the last turn in which part i was */
};

struct pool {
	unsigned n;
	unsigned spins;
	struct pool_thread *workers; /* n - 1; the caller is part 0 */
	void (*f)(void *ctx, unsigned i, unsigned n);
	void *ctx;
	atomic_uint turn;       /* goes up with each job */
	atomic_uint left;       /* parts of workers that are not done yet */
	atomic_bool end;
	/* For those who sleep. */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	unsigned n_asleep;
};

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#else
	sched_yield();
#endif
}

/* Waits until the turn is no longer `seen`; the new one. */
static unsigned next_turn(struct pool *p, unsigned seen)
{
	unsigned turn;

	for (unsigned i = 0; i < p->spins; i++) {
		turn = atomic_load_explicit(&p->turn, memory_order_acquire);
		if (turn != seen)
			return turn;
		relax();
	}
	pthread_mutex_lock(&p->lock);
	p->n_asleep++;
	while ((turn = atomic_load(&p->turn)) == seen)
		pthread_cond_wait(&p->wake, &p->lock);
	p->n_asleep--;
	pthread_mutex_unlock(&p->lock);
	return turn;
}

/* Does part w->i of this turn if nobody has begun with it. */
static void do_part(struct pool_thread *w, unsigned turn)
{
	struct pool *p = w->pool;
	unsigned before = turn - 1;

	if (!atomic_compare_exchange_strong(&w->claimed, &before, turn))
		return;
	p->f(p->ctx, w->i, p->n);
	atomic_fetch_sub_explicit(&p->left, 1, memory_order_release);
}

static void *work(void *arg)
{
	struct pool_thread *w = arg;
	struct pool *p = w->pool;
	unsigned turn = 0;

	for (;;) {
		turn = next_turn(p, turn);
		if (atomic_load(&p->end))
			return NULL;
		do_part(w, turn);
	}
}

static void begin_turn(struct pool *p)
{
	atomic_fetch_add_explicit(&p->turn, 1, memory_order_release);
	/* a worker that saw the old turn under the lock is counted here */
	pthread_mutex_lock(&p->lock);
	if (p->n_asleep)
		pthread_cond_broadcast(&p->wake);
	pthread_mutex_unlock(&p->lock);
}

static unsigned n_cores(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n > 0 ? (unsigned)MIN(n, (long)POOL_THREADS_MAX) : 1;
}

struct pool *pool_new(unsigned n_threads)
{
	struct pool *p = mem_zalloc(sizeof(*p));

	p->n = n_threads ? MIN(n_threads, (unsigned)POOL_THREADS_MAX) :
			   n_cores();
	p->spins = p->n > n_cores() ? 0 : POOL_SPINS;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->wake, NULL);
	p->workers = mem_zalloc(p->n * sizeof(*p->workers));
	for (unsigned i = 1; i < p->n; i++) {
		struct pool_thread *w = &p->workers[i - 1];

		w->pool = p;
		w->i = i;
		if (pthread_create(&w->thread, NULL, work, w) != 0) {
			p->n = i; /* what there is has to do */
			break;
		}
	}
	return p;
}

void pool_free(struct pool *p)
{
	if (!p)
		return;
	atomic_store(&p->end, true);
	begin_turn(p);
	for (unsigned i = 1; i < p->n; i++)
		pthread_join(p->workers[i - 1].thread, NULL);
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->wake);
	mem_free(p->workers);
	mem_free(p);
}

unsigned pool_n(const struct pool *p)
{
	return p ? p->n : 1;
}

void pool_run(struct pool *p, void (*f)(void *ctx, unsigned i, unsigned n),
	      void *ctx)
{
	unsigned turn;

	if (pool_n(p) == 1) {
		f(ctx, 0, 1);
		return;
	}
	p->f = f;
	p->ctx = ctx;
	atomic_store_explicit(&p->left, p->n - 1, memory_order_relaxed);
	begin_turn(p);
	f(ctx, 0, p->n);
	turn = atomic_load(&p->turn); /* nobody else begins one */
	for (unsigned i = 1; i < p->n; i++)
		do_part(&p->workers[i - 1], turn);
	for (unsigned i = 0;
	     atomic_load_explicit(&p->left, memory_order_acquire); i++) {
		if (i < p->spins)
			relax();
		else
			sched_yield();
	}
}

void pool_part(uint32_t count, uint32_t step, unsigned i, unsigned n,
	       uint32_t *from, uint32_t *to)
{
	uint64_t n_steps = ((uint64_t)count + step - 1) / step;

	*from = (uint32_t)MIN(n_steps * i / n * step, (uint64_t)count);
	*to = (uint32_t)MIN(n_steps * (i + 1) / n * step, (uint64_t)count);
}

bool pool_take(uint32_t *taken, uint32_t count, uint32_t step, unsigned n,
	       uint32_t *from, uint32_t *to)
{
	uint32_t at = __atomic_load_n(taken, __ATOMIC_RELAXED), left, part;

	do {
		if (at >= count)
			return false;
		left = count - at;
		part = n > 1 ? left / n / step * step : left;
		part = MIN(MAX(part, step), left);
	} while (!__atomic_compare_exchange_n(taken, &at, at + part, true,
					      __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	*from = at;
	*to = at + part;
	return true;
}
