/*
 * What decoding costs: tokens a second beside what the memory allows, and
 * beside llama.cpp, in one run.
 *
 *	bench_decode [FILE.gguf]
 *
 * Without a file models of random weights are made, of the shape of
 * SmolLM2-135M (30 layers of 576, 9 heads on 3 KV heads of 64) or, for types
 * whose rows are of 256 weights, of about its size. The limit of a row is the
 * memory's reading speed on as many threads, measured just before, over the
 * bytes of weights, keys and values that a token reads. At a depth the cache
 * holds random keys and values of that many tokens.
 *
 * LLAMA_BENCH names llama.cpp's llama-bench, which then runs on the same file
 * at the same depth (-d), with flash attention and without: the better of the
 * two is its figure.
 */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
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

/* Bytes a second, the best of some sweeps. */
static double memory_speed(struct pool *pool)
{
	struct sweep s = { .bytes = aligned_alloc(4096, READ_BYTES) };
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
	struct sparse_shape shape = transformer_shape(m);

	if (budget)
		o.budget = budget;
	sparse_resolve(row, &o, &shape, NULL);
	return transformer_new(m, pool, GGML_F16, row, &o);
}

/* --- the peer ----------------------------------------------------------- */

/* What llama-bench says of the file: tokens a second, 0 if it does not run. */
static double peer_once(const char *file, unsigned n_threads, uint32_t depth,
			bool prompt, bool flash)
{
	const char *peer = getenv("LLAMA_BENCH"), *at = NULL;
	char command[2048], deep[32] = "", line[8192];
	double speed = 0;
	FILE *out;

	if (!peer || !*peer)
		return 0;
	if (depth)
		snprintf(deep, sizeof(deep), "-d %u", depth);
	snprintf(command, sizeof(command),
		 "'%s' -m '%s' -t %u -p %d -n %d -fa %d -r 3 -o jsonl %s "
		 "2>/dev/null",
		 peer, file, n_threads, prompt ? PROMPT : 0,
		 prompt		? 0
		 : depth > 8192 ? 16
				: 48,
		 flash, deep);
	out = popen(command, "r");
	while (out && fgets(line, sizeof(line), out))
		if ((at = strstr(line, "\"avg_ts\": ")))
			speed = strtod(at + strlen("\"avg_ts\": "), NULL);
	if (out)
		pclose(out);
	return speed;
}

static double peer_speed(const char *file, unsigned n_threads, uint32_t depth,
			 bool prompt)
{
	return fmax(peer_once(file, n_threads, depth, prompt, false),
		    peer_once(file, n_threads, depth, prompt, true));
}

/* --- rows --------------------------------------------------------------- */

/* What is measured: a model in a file, on some threads. */
struct trial {
	const char *file, *type;
	const struct model *m;
	struct pool *pool;
	double memory; /* bytes a second */
};

static void print_head(void)
{
	printf("%-6s %-7s %7s %7s %9s %9s %5s %9s %5s %9s %9s\n", "type",
	       "policy", "threads", "depth", "tokens/s", "limit", "",
	       "llama.cpp", "", "KV held", "KV read");
}

static void print_row(const struct trial *b, const char *policy, uint32_t depth,
		      double ours, double limit, double peer)
{
	printf("%-6s %-7s %7u %7u %9.1f", b->type, policy, pool_n(b->pool),
	       depth, ours);
	if (limit > 0)
		printf(" %9.1f %4.0f%%", limit, 100 * ours / limit);
	else
		printf(" %9s %5s", "", "");
	if (peer > 0)
		printf(" %9.1f %4.1fx", peer, ours / peer);
	else
		printf(" %9s %5s", "-", "");
}

/* Tokens a second: the best of some stretches, as for the memory. */
static double step_speed(struct transformer *t)
{
	double began = now_s(), best = 0;

	while (now_s() - began < ROW_S) {
		double from = now_s();
		uint32_t n = 0;

		while (now_s() - from < ROW_S / 8)
			transformer_step(t, n++ % 50);
		best = fmax(best, n / (now_s() - from));
	}
	return best;
}

static void bench_step(const struct trial *b, const char *policy,
		       uint32_t depth)
{
	struct transformer *t = start(b->m, b->pool, policy, 1024);
	bool dense = !strcmp(policy, "dense");
	struct transformer_bytes bytes;
	uint32_t zero = 0;
	double speed;

	if (depth)
		fill(t, depth);
	else
		transformer_prompt(t, &zero, 1, 1);
	for (int i = 0; i < 3; i++)
		transformer_step(t, 7);
	speed = step_speed(t);
	bytes = transformer_bytes(t);
	transformer_free(t);
	print_row(b, policy, depth, speed,
		  b->memory / (double)(b->m->weight_bytes + bytes.read),
		  dense ? peer_speed(b->file, pool_n(b->pool), depth, false)
			: 0);
	printf(" %6.1f MB %6.2f MB\n", (double)bytes.held / 1e6,
	       (double)bytes.read / 1e6);
	fflush(stdout);
}

static void bench_prompt(const struct trial *b)
{
	uint32_t ids[PROMPT];
	double best = 0;

	for (uint32_t i = 0; i < PROMPT; i++)
		ids[i] = i % 50;
	for (int i = 0; i < 3; i++) {
		struct transformer *t = start(b->m, b->pool, "dense", 0);
		double began = now_s();

		transformer_prompt(t, ids, PROMPT, PROMPT);
		best = fmax(best, PROMPT / (now_s() - began));
		transformer_free(t);
	}
	print_row(b, "prompt", PROMPT, best, 0,
		  peer_speed(b->file, pool_n(b->pool), 0, true));
	printf("\n");
	fflush(stdout);
}

/* --- all of it ---------------------------------------------------------- */

static void bench_all(struct trial *b, struct pool *pools[2],
		      const double speeds[2], bool deep)
{
	static const uint32_t depths[] = { 2048, 8192, 16384, 32768 };

	for (int i = 0; i < 2; i++) {
		b->pool = pools[i];
		b->memory = speeds[i];
		bench_step(b, "dense", 0);
		bench_prompt(b);
		for (size_t k = 0; deep && k < ARRAY_LEN(depths); k++)
			bench_step(b, "dense", depths[k]);
		for (size_t k = 1; deep && k < sparse_n_rows; k++)
			bench_step(b, sparse_rows[k]->name, 32768);
	}
}

/* The file is mapped, as in the program. */
static void bench_file(const char *path, const char *type,
		       struct pool *pools[2], const double speeds[2], bool deep)
{
	struct trial b = { .file = path };
	struct err err = { "" };
	struct gguf *g = NULL;
	struct model *m = NULL;
	struct stat st;
	void *bytes = MAP_FAILED;
	int fd = open(path, O_RDONLY);

	if (fd >= 0 && fstat(fd, &st) == 0)
		bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE,
			     fd, 0);
	if (bytes == MAP_FAILED) {
		perror(path);
		return;
	}
	close(fd);
	if ((g = gguf_parse(bytes, (size_t)st.st_size, &err)))
		m = model_from_gguf(g, &err);
	if (m) {
		b.m = m;
		b.type = type ? type : quant_of(m->layers[0].q.type)->name;
		bench_all(&b, pools, speeds, deep);
	} else {
		printf("%s: %s\n", path, err.text);
	}
	model_free(m);
	gguf_free(g);
	munmap(bytes, (size_t)st.st_size);
}

static void bench_random(enum ggml_type type, struct pool *pools[2],
			 const double speeds[2], bool deep)
{
	struct random_spec spec = {
		.arch = "llama",
		.type = type,
		.n_embd = 576,
		.n_layers = 30,
		.n_heads = 9,
		.n_kv_heads = 3,
		.n_ff = 1536,
		.n_vocab = 49152,
		.n_ctx = 65536,
		.tied = true,
		.seed = 1,
	};
	struct buf bytes = { 0 };
	FILE *file = fopen("bench_decode.gguf", "wb");

	if (quant_of(type)->n_block == 256) {
		spec.n_embd = 768;
		spec.n_layers = 16;
		spec.n_heads = 12;
		spec.n_kv_heads = 4;
		spec.n_ff = 2048;
	}
	random_gguf(&spec, &bytes);
	if (file && fwrite(bytes.data, 1, bytes.len, file) == bytes.len &&
	    fclose(file) == 0) {
		buf_release(&bytes);
		bench_file("bench_decode.gguf", quant_of(type)->name, pools,
			   speeds, deep);
	} else {
		perror("bench_decode.gguf");
	}
	buf_release(&bytes);
	remove("bench_decode.gguf");
}

int main(int argc, char **argv)
{
	static const enum ggml_type types[] = {
		GGML_Q8_0, GGML_F16, GGML_Q4_0, GGML_Q4_K, GGML_Q5_K, GGML_Q6_K
	};
	struct pool *pools[2] = { pool_new(1), pool_new(2) };
	double speeds[2];

	for (int i = 0; i < 2; i++) {
		speeds[i] = memory_speed(pools[i]);
		printf("memory, %d thread%s: %.1f GB/s; kernels: %s\n", i + 1,
		       i ? "s" : "", speeds[i] / 1e9, kernel_name());
	}
	if (!getenv("LLAMA_BENCH"))
		printf("llama.cpp: LLAMA_BENCH names no llama-bench, left "
		       "out\n");
	print_head();
	if (argc > 1)
		bench_file(argv[1], NULL, pools, speeds, true);
	for (size_t i = 0; argc == 1 && i < ARRAY_LEN(types); i++)
		bench_random(types[i], pools, speeds, i == 0);
	pool_free(pools[0]);
	pool_free(pools[1]);
	return 0;
}
