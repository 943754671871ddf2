/* A program that measures has its own lots: they are no secret. */
#include "decoding.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Sweeps over as many bytes as are asked for; what all of them read at least,
 * and how often. */
enum { READ_BYTES = 512 << 20, SWEEPS_MIN = 6 };

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
	size_t len;
	uint32_t n_streams; /* of a thread: 1, 2 or 4 */
	uint64_t sums[POOL_THREADS_MAX];
};

/* As wide as the CPU has it: the sums must not be what takes time. */
typedef uint64_t wide __attribute__((vector_size(64)));
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__clang__)
#define AS_WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define AS_WIDE
#endif

enum { AT_ONCE = 4, AHEAD_BYTES = 4096 };

AS_WIDE static void read_part(void *ctx, unsigned i, unsigned n)
{
	struct sweep *s = ctx;
	size_t step = AT_ONCE * sizeof(wide);
	size_t len = s->len / n / s->n_streams / step * step;
	const char *from = s->bytes + len * s->n_streams * i;
	wide sums[AT_ONCE] = { { 0 } };

	for (size_t at = 0; at < len; at += step)
		for (uint32_t k = 0; k < s->n_streams; k++) {
			const char *p = from + k * len + at;
			const wide *v = (const void *)p;

			for (uint32_t j = 0; j < AT_ONCE; j++) {
				__builtin_prefetch(p + AHEAD_BYTES +
						   j * sizeof(wide));
				sums[j] += v[j];
			}
		}
	sums[0] += sums[1] + sums[2] + sums[3];
	for (int j = 1; j < 8; j++)
		sums[0][0] += sums[0][j];
	s->sums[i] = sums[0][0];
}

struct memory memory_speed(unsigned n_threads, size_t bytes)
{
	size_t len = MAX(bytes, (size_t)1 << 20) & ~(size_t)4095;
	struct sweep s = { .len = len };
	uint32_t n = MAX(READ_BYTES * 3ull / len, SWEEPS_MIN);
	struct pool *pool = pool_new(n_threads);
	struct memory best = { 0 };

	s.bytes = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (s.bytes == MAP_FAILED)
		die("no memory to read");
	madvise((void *)(uintptr_t)s.bytes, len, MADV_HUGEPAGE);
	memset((void *)(uintptr_t)s.bytes, 1, len);
	for (uint32_t i = 0; i < n; i++) {
		double wall = clock_s(CLOCK_MONOTONIC);
		double cpu = clock_s(CLOCK_PROCESS_CPUTIME_ID);

		s.n_streams = 1u << i % 3;
		pool_run(pool, read_part, &s);
		wall = clock_s(CLOCK_MONOTONIC) - wall;
		cpu = clock_s(CLOCK_PROCESS_CPUTIME_ID) - cpu;
		best.speed = fmax(best.speed, (double)len / wall);
		best.cpu_speed = fmax(best.cpu_speed, (double)len / cpu);
	}
	pool_free(pool);
	munmap((void *)(uintptr_t)s.bytes, len);
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

	for (uint32_t pos = t->n; pos < n; pos++)
		for (uint32_t i = 0; i < c->n_layers * c->n_heads; i++) {
			for (uint32_t j = 0; j < c->d; j++) {
				k[j] = uniform();
				v[j] = uniform();
			}
			cache_append(c, &c->heads[i], pos, k, v);
		}
	t->n = MAX(t->n, n);
	t->prompt_end = t->dense_end = MIN(n, (uint32_t)DECODING_PROMPT);
}
