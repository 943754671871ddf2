/*
 * What decoding takes of memory, policy by policy: 32,768 tokens are decoded
 * after a prompt of 512, each policy in a process of its own.
 *
 *	bench_memory [TOKENS]
 *
 * The model is small and random (2 layers of 256, 4 heads on 2 KV heads of
 * 64, keys and values in F16: 1 KiB a token), so that the cache is what
 * counts. A row has
 *
 *	used   keys and values of the tokens that are kept
 *	held   the pages that they lie in
 *	grown  by how much the process's peak exceeds what it was before the
 *	       prompt: the cache, the policy's own state, scratch; without the
 *	       table of RoPE's angles (256 bytes a position), which every
 *	       policy needs
 *	limit  of held, for a policy that evicts: its budget, 128 tokens that
 *	       rkv lets come before it cuts, and a page in part for each head
 *	       (snapkv cuts prompts alone, and keeps what is decoded)
 *
 * Exit status 1 if held is over the limit, or if the process of a policy with
 * a limit grew by more than a quarter of the dense one's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit/random_model.h"
#include "model/transformer.h"

enum { TOKENS = 32768, PROMPT = 512, BUDGET = 1024, RKV_MORE = 128 };

struct row {
	struct transformer_bytes bytes;
	long grown_kib;
	double limit_bytes; /* 0: none */
};

/* Peak and present size in KiB: "VmHWM:", "VmRSS:". */
static long status_kib(const char *what)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];
	long kib = 0;

	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, what, strlen(what)) == 0)
			kib = strtol(line + strlen(what), NULL, 10);
	if (file)
		fclose(file);
	return kib;
}

static double limit_of(const struct sparse *policy, const struct model *m)
{
	const struct model_shape *s = &m->shape;
	double row = 2.0 * 2 * s->d_head, most = BUDGET + CACHE_PAGE;

	if (policy == &sparse_dense || policy == &sparse_quest ||
	    policy == &sparse_infllm || policy == &sparse_snapkv)
		return 0; /* all is kept */
	if (policy == &sparse_rkv)
		most += RKV_MORE;
	return row * most * s->n_layers * s->n_kv_heads;
}

static struct row decode(const struct sparse *policy, uint32_t n)
{
	struct random_spec spec = { .arch = "llama", .type = GGML_F32,
				    .n_embd = 256, .n_layers = 2, .n_heads = 4,
				    .n_kv_heads = 2, .n_ff = 256,
				    .n_vocab = 256, .n_ctx = n + PROMPT,
				    .tied = true, .seed = 1 };
	struct buf bytes = { 0 };
	const struct sparse_shape shape = { 2, 4, 2, 64 };
	struct sparse_opts o = sparse_opts_auto;
	struct transformer *t;
	struct model *m;
	struct err err = { "" };
	uint32_t ids[PROMPT];
	struct row row;

	random_gguf(&spec, &bytes);
	m = model_from_gguf(gguf_parse(bytes.data, bytes.len, &err), &err);
	o.budget = BUDGET;
	if (!m || !sparse_resolve(policy, &o, &shape, &err)) {
		fprintf(stderr, "%s\n", err.text);
		exit(2);
	}
	for (uint32_t i = 0; i < PROMPT; i++)
		ids[i] = i * 7 % 256;
	row.grown_kib = -status_kib("VmRSS:");
	t = transformer_new(m, NULL, GGML_F16, policy, &o);
	transformer_prompt(t, ids, PROMPT, PROMPT);
	for (uint32_t i = PROMPT; i < n; i++)
		transformer_step(t, i * 7 % 256);
	row.bytes = transformer_bytes(t);
	row.grown_kib += status_kib("VmHWM:") -
			 (long)n * m->shape.d_head * 4 / 1024;
	row.limit_bytes = limit_of(policy, m);
	return row;
}

/* In a child: nobody inherits another one's peak. */
static bool measure(const struct sparse *policy, uint32_t n, struct row *out)
{
	int ends[2], status = 1;
	pid_t child;
	ssize_t got;

	if (pipe(ends) != 0 || (child = fork()) < 0) {
		perror("bench_memory");
		return false;
	}
	if (child == 0) {
		struct row row = decode(policy, n);

		_exit(write(ends[1], &row, sizeof(row)) == sizeof(row) ? 0 : 2);
	}
	close(ends[1]);
	got = read(ends[0], out, sizeof(*out));
	close(ends[0]);
	waitpid(child, &status, 0);
	return got == sizeof(*out) && status == 0;
}

static double mib(double bytes)
{
	return bytes / (1 << 20);
}

int main(int argc, char **argv)
{
	uint32_t n = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : TOKENS;
	long dense_kib = 0;
	bool good = n > PROMPT;

	printf("%u tokens, a prompt of %d, budget %d; MiB\n", n, PROMPT,
	       BUDGET);
	printf("%-8s %8s %8s %8s %8s %9s\n", "policy", "used", "held",
	       "limit", "grown", "of dense");
	for (size_t i = 0; good && i < sparse_n_rows; i++) {
		const struct sparse *policy = sparse_rows[i];
		struct row row;

		good = measure(policy, n, &row);
		if (!good)
			break;
		if (policy == &sparse_dense)
			dense_kib = row.grown_kib;
		printf("%-8s %8.2f %8.2f", policy->name,
		       mib((double)row.bytes.used),
		       mib((double)row.bytes.held));
		if (row.limit_bytes > 0)
			printf(" %8.2f", mib(row.limit_bytes));
		else
			printf(" %8s", "-");
		printf(" %8.2f %8.0f%%", (double)row.grown_kib / 1024,
		       dense_kib ? 100.0 * (double)row.grown_kib /
					   (double)dense_kib : 0);
		if (row.limit_bytes > 0 &&
		    ((double)row.bytes.held > row.limit_bytes ||
		     row.grown_kib * 4 > dense_kib)) {
			printf("  OVER");
			good = false;
		}
		printf("\n");
		fflush(stdout);
	}
	return good ? 0 : 1;
}
