/*
 * What decoding costs: tokens a second beside what the memory allows, in one
 * run.
 *
 *	bench_decode [FILE.gguf]
 *
 * Without a file a model of random weights is made, of the shape of
 * SmolLM2-135M (30 layers of 576, 9 heads on 3 KV heads of 64). The limit of a
 * row is the memory's reading speed on as many threads, measured just before,
 * over the bytes of weights, keys and values that a token reads. At a depth
 * the cache holds random keys and values of that many tokens.
 *
 * LLAMA_BENCH names llama.cpp's llama-bench: it runs on the same file, for
 * the same depths.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../unit/random_model.h"
#include "model/transformer_impl.h"

enum { READ_BYTES = 512 << 20, PROMPT = 512 };
#define ROW_S 1.5

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* --- the memory ---------------------------------------------------------- */

struct sweep {
	const char *bytes;
	uint64_t sums[POOL_THREADS_MAX];
};

static void read_part(void *ctx, unsigned i, unsigned n)
{
	struct sweep *s = ctx;
	const uint64_t *at =
		(const void *)(s->bytes + (size_t)READ_BYTES / n * i);
	uint64_t sums[8] = { 0 };

	for (size_t k = 0; k + 8 <= (size_t)READ_BYTES / n / 8; k += 8)
		for (int j = 0; j < 8; j++)
			sums[j] += at[k + (size_t)j];
	for (int j = 1; j < 8; j++)
		sums[0] += sums[j];
	s->sums[i] = sums[0];
}

/* Bytes a second, the best of some sweeps. */
static double memory_speed(struct pool *pool)
{
	struct sweep s = { .bytes = malloc(READ_BYTES) };
	double best = 0;

	memset((void *)(uintptr_t)s.bytes, 1, READ_BYTES);
	for (int i = 0; i < 6; i++) {
		double began = now_s();

		pool_run(pool, read_part, &s);
		best = fmax(best, READ_BYTES / (now_s() - began));
	}
	free((void *)(uintptr_t)s.bytes);
	return best;
}

/* --- a row -------------------------------------------------------------- */

static uint64_t lot = 1;

static float uniform(void)
{
	lot = lot * 6364136223846793005u + 1442695040888963407u;
	return (float)(lot >> 40) / (float)(1 << 24) - 0.5f;
}

/* As if n tokens had been read. */
static void fill(struct transformer *t, uint32_t n)
{
	float k[SPARSE_D_MAX], v[SPARSE_D_MAX];
	struct cache *c = t->cache;

	for (uint32_t i = 0; i < c->n_layers * c->n_heads; i++)
		for (uint32_t pos = 0; pos < n; pos++) {
			for (uint32_t j = 0; j < c->d; j++) {
				k[j] = uniform();
				v[j] = uniform();
			}
			cache_append(c, &c->heads[i], pos, k, v);
		}
	t->n = n;
	t->prompt_end = t->dense_end = MIN(n, (uint32_t)PROMPT);
}

static struct transformer *start(const struct model *m, struct pool *pool,
				 const char *policy, uint32_t budget)
{
	const struct sparse *row = sparse_find(policy);
	struct sparse_opts o = sparse_opts_auto;
	struct sparse_shape shape = { m->shape.n_layers, m->shape.n_heads,
				      m->shape.n_kv_heads, m->shape.d_head };

	if (budget)
		o.budget = budget;
	sparse_resolve(row, &o, &shape, NULL);
	return transformer_new(m, pool, GGML_F16, row, &o);
}

static void bench_step(const struct model *m, struct pool *pool, double speed,
		       const char *policy, uint32_t depth)
{
	struct transformer *t = start(m, pool, policy, 1024);
	struct transformer_bytes bytes;
	uint32_t n = 0;
	double began, s, limit;

	if (depth)
		fill(t, depth);
	else
		transformer_prompt(t, &n, 1, 1);
	for (int i = 0; i < 3; i++)
		transformer_step(t, 7);
	began = now_s();
	while ((s = now_s() - began) < ROW_S) {
		transformer_step(t, n % 50);
		n++;
	}
	bytes = transformer_bytes(t);
	limit = speed / (double)(m->weight_bytes + bytes.read);
	printf("  %-7s %-6s %u thread%s depth %6u  %8.1f tokens/s, limit "
	       "%7.1f (%3.0f %%)  KV held %6.1f MB, read %6.2f MB\n",
	       quant_of(m->layers[0].q.type)->name, policy, pool_n(pool),
	       pool_n(pool) > 1 ? "s" : " ", depth, n / s, limit,
	       100 * n / s / limit, (double)bytes.held / 1e6,
	       (double)bytes.read / 1e6);
	fflush(stdout);
	transformer_free(t);
}

static void bench_prompt(const struct model *m, struct pool *pool)
{
	struct transformer *t = start(m, pool, "dense", 0);
	uint32_t ids[PROMPT];
	double began;

	for (uint32_t i = 0; i < PROMPT; i++)
		ids[i] = i % 50;
	began = now_s();
	transformer_prompt(t, ids, PROMPT, PROMPT);
	printf("  %-7s prompt %u thread%s %d tokens at once %7.1f tokens/s\n",
	       quant_of(m->layers[0].q.type)->name, pool_n(pool),
	       pool_n(pool) > 1 ? "s" : " ", PROMPT,
	       PROMPT / (now_s() - began));
	fflush(stdout);
	transformer_free(t);
}

/* --- the peer ----------------------------------------------------------- */

static void bench_peer(const void *bytes, size_t n)
{
	const char *peer = getenv("LLAMA_BENCH");
	char command[2048];
	FILE *file;

	if (!peer || !*peer) {
		printf("  llama.cpp: LLAMA_BENCH names no llama-bench, "
		       "skipped\n");
		return;
	}
	file = fopen("bench_decode.gguf", "wb");
	if (!file || fwrite(bytes, 1, n, file) != n || fclose(file))
		return;
	snprintf(command, sizeof(command),
		 "'%s' -m bench_decode.gguf -t 1,2 -p 512 -n 32 -fa 1 "
		 "-d 0,8192,32768", peer);
	fflush(stdout);
	if (system(command) != 0)
		printf("  llama.cpp: llama-bench failed\n");
	remove("bench_decode.gguf");
}

/* --- all of it ---------------------------------------------------------- */

static void bench_model(const struct model *m, struct pool *pools[2],
			const double speeds[2], bool deep)
{
	static const uint32_t depths[] = { 2048, 8192, 32768 };
	static const char *const policies[] = { "quest", "sink", "h2o", "raas",
						"infllm", "tova" };

	for (int i = 0; i < 2; i++) {
		bench_step(m, pools[i], speeds[i], "dense", 0);
		for (size_t k = 0; deep && k < ARRAY_LEN(depths); k++)
			bench_step(m, pools[i], speeds[i], "dense",
				   depths[k]);
		for (size_t k = 0; deep && k < ARRAY_LEN(policies); k++)
			bench_step(m, pools[i], speeds[i], policies[k], 32768);
		bench_prompt(m, pools[i]);
	}
}

static void bench_bytes(const void *bytes, size_t n, struct pool *pools[2],
			const double speeds[2], bool deep)
{
	struct err err = { "" };
	struct gguf *g = gguf_parse(bytes, n, &err);
	struct model *m = g ? model_from_gguf(g, &err) : NULL;

	if (m)
		bench_model(m, pools, speeds, deep);
	else
		printf("%s\n", err.text);
	if (deep)
		bench_peer(bytes, n);
	model_free(m);
	gguf_free(g);
}

static void bench_file(const char *path, struct pool *pools[2],
		       const double speeds[2])
{
	FILE *file = fopen(path, "rb");
	struct buf bytes = { 0 };
	size_t n;

	if (!file) {
		perror(path);
		return;
	}
	while ((n = fread(buf_reserve(&bytes, 1 << 20), 1, 1 << 20, file)))
		bytes.len += n;
	fclose(file);
	bench_bytes(bytes.data, bytes.len, pools, speeds, true);
	buf_release(&bytes);
}

int main(int argc, char **argv)
{
	static const enum ggml_type types[] = { GGML_Q8_0, GGML_F16,
						GGML_Q4_0, GGML_Q4_1,
						GGML_Q5_0, GGML_BF16 };
	struct pool *pools[2] = { pool_new(1), pool_new(2) };
	double speeds[2];

	for (int i = 0; i < 2; i++) {
		speeds[i] = memory_speed(pools[i]);
		printf("memory, %d thread%s: %.1f GB/s; kernels: %s\n", i + 1,
		       i ? "s" : "", speeds[i] / 1e9, kernel_name());
	}
	if (argc > 1)
		bench_file(argv[1], pools, speeds);
	for (size_t i = 0; argc == 1 && i < ARRAY_LEN(types); i++) {
		struct random_spec spec = {
			.arch = "llama", .type = types[i], .n_embd = 576,
			.n_layers = 30, .n_heads = 9, .n_kv_heads = 3,
			.n_ff = 1536, .n_vocab = 49152, .n_ctx = 65536,
			.tied = true, .seed = 1,
		};
		struct buf bytes = { 0 };

		random_gguf(&spec, &bytes);
		bench_bytes(bytes.data, bytes.len, pools, speeds, i == 0);
		buf_release(&bytes);
	}
	pool_free(pools[0]);
	pool_free(pools[1]);
	return 0;
}
