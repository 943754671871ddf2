/* A program that measures has its own lots: they are no secret. */
#include "decoding.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { READ_BYTES = 512 << 20 };

const struct random_spec decoding_135m = {
	.arch = "llama",
	.type = GGML_Q8_0,
	.n_embd = 576,
	.n_layers = 30,
	.n_heads = 9,
	.n_kv_heads = 3,
	.n_ff = 1536,
	.n_vocab = 49152,
	.n_ctx = 131072,
	.tied = true,
	.seed = 1,
};

double clock_s(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* --- the memory --------------------------------------------------------- */

struct sweep {
	const char *bytes;
	uint64_t sums[POOL_THREADS_MAX];
};

/* As wide as the compiler makes it: the sums must not be what takes time. */
typedef uint64_t wide __attribute__((vector_size(64)));

static void read_part(void *ctx, unsigned i, unsigned n)
{
	struct sweep *s = ctx;
	size_t len = (size_t)READ_BYTES / n / sizeof(wide);
	const wide *at = (const void *)(s->bytes + len * sizeof(wide) * i);
	wide a = { 0 }, b = a, c = a, d = a;

	for (size_t k = 0; k + 4 <= len; k += 4) {
		a += at[k];
		b += at[k + 1];
		c += at[k + 2];
		d += at[k + 3];
	}
	a += b + c + d;
	for (int j = 1; j < 8; j++)
		a[0] += a[j];
	s->sums[i] = a[0];
}

struct memory memory_speed(unsigned n_threads)
{
	struct sweep s = { .bytes = aligned_alloc(2 << 20, READ_BYTES) };
	struct pool *pool = pool_new(n_threads);
	struct memory best = { 0 };

	madvise((void *)(uintptr_t)s.bytes, READ_BYTES, MADV_HUGEPAGE);
	memset((void *)(uintptr_t)s.bytes, 1, READ_BYTES);
	for (int i = 0; i < 10; i++) {
		double wall = clock_s(CLOCK_MONOTONIC);
		double cpu = clock_s(CLOCK_PROCESS_CPUTIME_ID);

		pool_run(pool, read_part, &s);
		wall = clock_s(CLOCK_MONOTONIC) - wall;
		cpu = clock_s(CLOCK_PROCESS_CPUTIME_ID) - cpu;
		best.speed = fmax(best.speed, READ_BYTES / wall);
		best.cpu_speed = fmax(best.cpu_speed, READ_BYTES / cpu);
	}
	pool_free(pool);
	free((void *)(uintptr_t)s.bytes);
	return best;
}

/* --- a cache ------------------------------------------------------------ */

static uint64_t lot = 1;

static float uniform(void)
{
	lot = lot * 6364136223846793005u + 1442695040888963407u;
	return (float)(lot >> 40) / (float)(1 << 24) - 0.5f;
}

void decoding_fill(struct transformer *t, uint32_t n)
{
	float k[SPARSE_D_MAX], v[SPARSE_D_MAX];
	struct cache *c = t->cache;

	for (uint32_t pos = 0; pos < n; pos++)
		for (uint32_t i = 0; i < c->n_layers * c->n_heads; i++) {
			for (uint32_t j = 0; j < c->d; j++) {
				k[j] = uniform();
				v[j] = uniform();
			}
			cache_append(c, &c->heads[i], pos, k, v);
		}
	t->n = n;
	t->prompt_end = t->dense_end = MIN(n, (uint32_t)DECODING_PROMPT);
}
