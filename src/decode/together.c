/*
 * Who comes last reads for all, under the lock: the others wait anyway.
 */
#include "decode/together.h"

#include <assert.h>
#include <pthread.h>

#include "base/buf.h"

struct together {
	pthread_mutex_t lock;
	pthread_cond_t passed;
	struct transformer *texts[TRANSFORMER_BATCH];
	uint32_t ids[TRANSFORMER_BATCH];
	uint32_t n_in, n_waiting;
	uint64_t n_passes;
};

struct together *together_new(void)
{
	struct together *g = mem_zalloc(sizeof(*g));

	pthread_mutex_init(&g->lock, NULL);
	pthread_cond_init(&g->passed, NULL);
	return g;
}

void together_free(struct together *g)
{
	if (!g)
		return;
	assert(!g->n_in);
	pthread_cond_destroy(&g->passed);
	pthread_mutex_destroy(&g->lock);
	mem_free(g);
}

/* One pass, if all are there. */
static void pass(struct together *g)
{
	if (!g->n_waiting || g->n_waiting < g->n_in)
		return;
	transformer_step_many(g->texts, g->ids, g->n_waiting);
	g->n_waiting = 0;
	g->n_passes++;
	pthread_cond_broadcast(&g->passed);
}

void together_join(struct together *g)
{
	pthread_mutex_lock(&g->lock);
	assert(g->n_in < TRANSFORMER_BATCH);
	g->n_in++;
	pthread_mutex_unlock(&g->lock);
}

void together_leave(struct together *g)
{
	pthread_mutex_lock(&g->lock);
	g->n_in--;
	pass(g);
	pthread_mutex_unlock(&g->lock);
}

void together_step(struct together *g, struct transformer *t, uint32_t id)
{
	uint64_t n_passes;

	pthread_mutex_lock(&g->lock);
	n_passes = g->n_passes;
	g->texts[g->n_waiting] = t;
	g->ids[g->n_waiting++] = id;
	pass(g);
	while (g->n_passes == n_passes)
		pthread_cond_wait(&g->passed, &g->lock);
	pthread_mutex_unlock(&g->lock);
}
