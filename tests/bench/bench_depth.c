/*
 * What depth costs: policy by policy, how fast a token is when so many were
 * before, and what part of that is choosing.
 *
 *	bench_depth [FILE.gguf ...]
 *
 * Without a file a model of random weights is made, of the shape of
 * SmolLM2-135M. At a depth the cache holds random keys and values of so many
 * tokens. Lists with commas: BENCH_DEPTHS, BENCH_POLICIES (a budget of 1,024),
 * BENCH_KV (f16, ...), BENCH_PROMPTS (lengths of prompts read). BENCH_THREADS
 * and BENCH_STRETCHES (see below) are numbers; BENCH_KERNELS names those that
 * are used (avx512, avx2).
 *
 * Time is the processors', all threads together, and the least of so many
 * stretches of a few steps: others on the machine disturb it less than a clock.
 * The limit is what the memory gave just before, in the same units, over the
 * bytes of weights, keys and values that a token reads. "Choosing" is what the
 * policy's own functions take, each call timed.
 */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "decoding.h"

enum { BUDGET = 1024, STEPS = 4 };

static double cpu_s(void)
{
	return clock_s(CLOCK_PROCESS_CPUTIME_ID);
}

static const char *told(const char *variable, const char *otherwise)
{
	const char *value = getenv(variable);

	return value && *value ? value : otherwise;
}

static uint32_t number(const char *variable, const char *otherwise)
{
	return (uint32_t)strtoul(told(variable, otherwise), NULL, 10);
}

/* Takes the next word of a list with commas; false at its end. */
static bool next_word(const char **list, char word[32])
{
	size_t len = strcspn(*list, ",");

	if (!**list)
		return false;
	snprintf(word, 32, "%.*s", (int)len, *list);
	*list += len + ((*list)[len] == ',');
	return true;
}

/* --- a policy whose functions are timed --------------------------------- */

/* Heads come from different threads: each has its own sum, a line apart. */
enum { HEADS_MAX = 64 };
static const struct sparse *timed_row;
static struct {
	double s;
	char apart[56];
} spent[HEADS_MAX];

static double thread_s(void)
{
	return clock_s(CLOCK_THREAD_CPUTIME_ID);
}

static void timed_look(void *state, const struct sparse_step *step)
{
	double began = thread_s();

	timed_row->look(state, step);
	spent[0].s += thread_s() - began;
}

static void timed_select(void *state, const struct sparse_step *step,
			 struct sparse_pick *pick)
{
	double began = thread_s();

	timed_row->select(state, step, pick);
	spent[step->head % HEADS_MAX].s += thread_s() - began;
}

static void timed_seen(void *state, const struct sparse_step *step,
		       const struct sparse_pick *pick, const float *p,
		       size_t stride)
{
	double began = thread_s();

	timed_row->seen(state, step, pick, p, stride);
	spent[step->head % HEADS_MAX].s += thread_s() - began;
}

static void timed_evict(void *state, const struct sparse_step *step)
{
	double began = thread_s();

	timed_row->evict(state, step);
	spent[0].s += thread_s() - began;
}

static struct sparse timed(const struct sparse *row)
{
	struct sparse copy = *row;

	timed_row = row;
	copy.look = row->look ? timed_look : NULL;
	copy.select = row->select ? timed_select : NULL;
	copy.seen = row->seen ? timed_seen : NULL;
	copy.evict = row->evict ? timed_evict : NULL;
	return copy;
}

static double spent_s(void)
{
	double sum = 0;

	for (int i = 0; i < HEADS_MAX; i++)
		sum += spent[i].s;
	return sum;
}

/* --- rows --------------------------------------------------------------- */

struct bench {
	const char *name;
	const struct model *m;
	struct pool *pool;
	double memory; /* bytes a second of processor time */
	uint32_t n_stretches;
};

static struct transformer *start(const struct bench *b,
				 const struct sparse *row, enum ggml_type kv)
{
	struct sparse_opts o = sparse_opts_auto;
	struct sparse_shape shape = transformer_shape(b->m);

	if (strcmp(row->name, "dense") != 0)
		o.budget = BUDGET;
	sparse_resolve(row, &o, &shape, NULL);
	return transformer_new(b->m, b->pool, kv, row, &o);
}

static void bench_steps(const struct bench *b, const char *policy,
			const char *kv, uint32_t depth)
{
	const struct sparse row = timed(sparse_find(policy));
	struct transformer *t = start(b, &row, cache_type_named(kv));
	double best = INFINITY, wall = INFINITY, choosing = 0, limit;
	struct transformer_bytes bytes;
	uint32_t zero = 0;

	transformer_prompt(t, &zero, 1, 1);
	if (depth)
		decoding_fill(t, depth);
	for (int i = 0; i < STEPS; i++) /* an eviction of all but the budget */
		transformer_step(t, 7);
	for (uint32_t i = 0; i < b->n_stretches; i++) {
		double cpu = cpu_s(), at = clock_s(CLOCK_MONOTONIC);
		double chose = spent_s();

		for (uint32_t k = 0; k < STEPS; k++)
			transformer_step(t, k);
		cpu = (cpu_s() - cpu) / STEPS;
		wall = fmin(wall, (clock_s(CLOCK_MONOTONIC) - at) / STEPS);
		if (cpu < best)
			choosing = (spent_s() - chose) / STEPS / cpu;
		best = fmin(best, cpu);
	}
	bytes = transformer_bytes(t);
	transformer_free(t);
	limit = (double)(b->m->weight_bytes + bytes.read) / b->memory;
	printf("| %s | %s | %s | %u | %u | %.1f | %.2f | %.0f %% | %.1f %% | "
	       "%.1f | %.1f |\n",
	       b->name, policy, kv, pool_n(b->pool), depth, 1 / wall,
	       best * 1e3, 100 * limit / best, 100 * choosing,
	       (double)bytes.held / 1e6, (double)bytes.read / 1e6);
	fflush(stdout);
}

static void bench_prompt(const struct bench *b, const char *kv, uint32_t n)
{
	struct transformer *t = start(b, sparse_find("dense"),
				      cache_type_named(kv));
	uint32_t *ids = malloc((n + 1) * sizeof(*ids));
	double cpu, wall;

	for (uint32_t i = 0; i < n; i++)
		ids[i] = i * 7 % 250;
	cpu = cpu_s();
	wall = clock_s(CLOCK_MONOTONIC);
	transformer_prompt(t, ids, n, n);
	printf("| %s | prompt | %s | %u | %u | %.1f | %.3f | - | - | - | - |\n",
	       b->name, kv, pool_n(b->pool), n,
	       n / (clock_s(CLOCK_MONOTONIC) - wall),
	       (cpu_s() - cpu) * 1e3 / n);
	fflush(stdout);
	transformer_free(t);
	free(ids);
}

static void bench_model(struct bench *b)
{
	const char *kvs = told("BENCH_KV", "f16"), *list, *depths;
	char kv[32], policy[32], depth[32];

	while (next_word(&kvs, kv)) {
		list = told("BENCH_POLICIES", "dense,quest,h2o");
		while (next_word(&list, policy)) {
			depths = told("BENCH_DEPTHS",
				      "0,2048,8192,32768,65536");
			while (sparse_find(policy) &&
			       next_word(&depths, depth))
				bench_steps(b, policy, kv,
					    (uint32_t)strtoul(depth, NULL, 10));
		}
		list = told("BENCH_PROMPTS", "512,8192");
		while (next_word(&list, depth))
			if (strtoul(depth, NULL, 10))
				bench_prompt(b, kv,
					     (uint32_t)strtoul(depth, NULL,
							       10));
	}
}

static void bench_bytes(struct bench *b, const char *name, const void *bytes,
			size_t len)
{
	struct err err = { "" };
	struct gguf *g = gguf_parse(bytes, len, &err);
	struct model *m = g ? model_from_gguf(g, &err) : NULL;

	if (m) {
		b->m = m;
		b->name = name;
		bench_model(b);
	} else {
		printf("%s: %s\n", name, err.text);
	}
	model_free(m);
	gguf_free(g);
}

static void bench_file(struct bench *b, const char *path)
{
	void *bytes = MAP_FAILED;
	struct stat st;
	int fd = open(path, O_RDONLY);

	if (fd >= 0 && fstat(fd, &st) == 0)
		bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE,
			     fd, 0);
	if (bytes == MAP_FAILED) {
		perror(path);
		return;
	}
	bench_bytes(b, strrchr(path, '/') ? strrchr(path, '/') + 1 : path,
		    bytes, (size_t)st.st_size);
	munmap(bytes, (size_t)st.st_size);
}

static void bench_random(struct bench *b)
{
	struct buf bytes = { 0 };

	random_gguf(&decoding_135m, &bytes);
	bench_bytes(b, "random 135M Q8_0", bytes.data, bytes.len);
	buf_release(&bytes);
}

int main(int argc, char **argv)
{
	struct bench b = { 0 };

	b.pool = pool_new((unsigned)number("BENCH_THREADS", "1"));
	b.n_stretches = number("BENCH_STRETCHES", "5");
	if (!kernel_use(getenv("BENCH_KERNELS")))
		die("this CPU can't BENCH_KERNELS=%s", getenv("BENCH_KERNELS"));
	b.memory = memory_speed(1, 512u << 20).cpu_speed;
	printf("memory: %.1f GB a second of a thread's time; kernels: %s\n\n",
	       b.memory / 1e9, kernel_name());
	printf("| model | policy | kv | threads | depth | tokens/s | cpu ms | "
	       "of the limit | choosing | held MB | read MB |\n"
	       "|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|\n");
	for (int i = 1; i < argc; i++)
		bench_file(&b, argv[i]);
	if (argc == 1)
		bench_random(&b);
	pool_free(b.pool);
	return 0;
}
