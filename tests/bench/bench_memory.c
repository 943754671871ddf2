/*
 * What `lilscope decode` takes of memory, policy by policy: a prompt of 512
 * tokens, and 32,768 tokens after it.
 *
 *	bench_memory [TOKENS]
 *
 * The program ($LILSCOPE) runs as anybody would run it, one thread, on a
 * random model that is small (2 layers of 128, 4 KV heads of 32, keys and
 * values in F16: 1 KiB a token), so that the cache is what counts.
 *
 *	logical   keys and values of the tokens that are kept, MiB
 *	physical  the pages that they lie in, as the last record says
 *	limit     of physical, for a policy that evicts: its budget, 128 tokens
 *	          that rkv lets come before it cuts, a page in part for each
 *	          head (snapkv cuts prompts alone, and keeps what is decoded)
 *	peak      of the whole process (RSS)
 *	growth    of it over that of a run that ends after its first token; and
 *	          the same as a share of dense's
 *	B/token   by how many bytes the peak still rises with a token, over the
 *	          last three quarters; every policy has 128 of RoPE's angles and
 *	          12 of the token and its time
 *
 * Exit status 1 if physical is over its limit, or if a policy with a limit
 * grows by more than a quarter of dense, in all or with a token.
 */
#define _GNU_SOURCE /* wait4, pipe2 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit/random_model.h"
#include "model/cache.h"
#include "model/sparse.h"
#include "process.h"

enum {
	TOKENS = 32768,
	TOKENS_MIN = 16384,
	PROMPT = 512,
	BUDGET = 1024,
	RKV_MORE = 128,
	SHARE = 4, /* at most one of so many parts of dense's growth */
	LAYERS = 2,
	KV_HEADS = 4,
	D_HEAD = 32,
};

struct row {
	double logical, physical; /* bytes, of the last record */
	double peak, quarter;     /* bytes of RSS; after a quarter */
};

static char model_path[] = "/tmp/bench_memory.XXXXXX";

static void write_model(uint32_t n)
{
	struct random_spec spec = { .arch = "llama", .type = GGML_F32,
				    .n_embd = KV_HEADS * D_HEAD,
				    .n_layers = LAYERS, .n_heads = KV_HEADS,
				    .n_kv_heads = KV_HEADS, .n_ff = 256,
				    .n_vocab = 320, .n_ctx = n + PROMPT,
				    .tied = true, .vocab = true, .seed = 1 };
	struct buf bytes = { 0 };
	int fd = mkstemp(model_path);

	random_gguf(&spec, &bytes);
	if (fd < 0 || write(fd, bytes.data, bytes.len) != (ssize_t)bytes.len) {
		perror(model_path);
		exit(2);
	}
	close(fd);
	buf_release(&bytes);
}

static pid_t start(const char *policy, uint32_t n, int out)
{
	const char *program = getenv("LILSCOPE");
	char prompt[PROMPT - 1], tokens[16], budget[16];
	pid_t pid;

	/* the tokenizer adds <s> and a blank of three bytes */
	memset(prompt, 'a', PROMPT - 4);
	prompt[PROMPT - 4] = '\0';
	snprintf(tokens, sizeof(tokens), "%u", n);
	snprintf(budget, sizeof(budget), "%d", BUDGET);
	pid = fork();
	if (pid == 0) {
		dup2(out, 1);
		execl(program ? program : "./lilscope", "lilscope", "decode",
		      "-m", model_path, "--prompt", prompt, "-n", tokens,
		      "--policy", policy, "-b", budget, "--ignore-eos",
		      "--threads", "1", (char *)NULL);
		_exit(127);
	}
	return pid;
}

static void number(const char *line, const char *key, double *out)
{
	const char *at = strstr(line, key);

	if (at)
		*out = strtod(at + strlen(key), NULL);
}

static bool measure(const char *policy, uint32_t n, struct row *row)
{
	struct rusage use = { 0 };
	char *line = NULL;
	size_t cap = 0;
	uint32_t count = 0;
	int ends[2], status = 1;
	FILE *records;
	pid_t pid;

	*row = (struct row){ 0 };
	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	pid = start(policy, n, ends[1]);
	if (pid < 0)
		return false;
	close(ends[1]);
	records = fdopen(ends[0], "r");
	while (records && getline(&line, &cap, records) > 0) {
		if (!strstr(line, "\"kv\":"))
			continue;
		number(line, "\"kv\":", &row->physical);
		number(line, "\"kv_used\":", &row->logical);
		if (++count == n / 4)
			row->quarter = process_bytes(pid, "VmHWM");
	}
	if (records)
		fclose(records);
	free(line);
	if (wait4(pid, &status, 0, &use) != pid || status != 0 || count != n) {
		fprintf(stderr, "%s: status %d after %u of %u tokens\n",
			policy, status, count, n);
		return false;
	}
	row->peak = (double)use.ru_maxrss * 1024;
	return true;
}

static double limit_of(const struct sparse *policy)
{
	double most = BUDGET + CACHE_PAGE;

	if (policy == &sparse_dense || policy == &sparse_quest ||
	    policy == &sparse_infllm || policy == &sparse_snapkv)
		return 0; /* all is kept */
	if (policy == &sparse_rkv)
		most += RKV_MORE;
	return 2.0 * 2 * D_HEAD * most * LAYERS * KV_HEADS;
}

static double mib(double bytes)
{
	return bytes / (1 << 20);
}

/* One policy; the first one is dense, and stays in *dense. */
static bool print_row(const struct sparse *policy, uint32_t n,
		      double dense[2])
{
	struct row first, row;
	double limit = limit_of(policy), growth, rise;
	bool good;

	if (!measure(policy->name, 1, &first) ||
	    !measure(policy->name, n, &row))
		return false;
	growth = row.peak - first.peak;
	rise = (row.peak - row.quarter) / (n - n / 4);
	if (policy == &sparse_dense) {
		dense[0] = growth;
		dense[1] = rise;
	}
	good = limit <= 0 ||
	       (row.physical <= limit && growth * SHARE <= dense[0] &&
		rise * SHARE <= dense[1]);
	printf("%-8s %8.2f %9.2f ", policy->name, mib(row.logical),
	       mib(row.physical));
	if (limit > 0)
		printf("%6.2f", mib(limit));
	else
		printf("%6s", "-");
	printf(" %7.2f %7.2f %5.0f%% %8.0f%s\n", mib(row.peak), mib(growth),
	       100 * growth / dense[0], rise, good ? "" : "  OVER");
	fflush(stdout);
	return good;
}

int main(int argc, char **argv)
{
	uint32_t n = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : TOKENS;
	double dense[2] = { 0, 0 };
	bool good = true;

	if (n < TOKENS_MIN) { /* the policies' own state would count */
		fprintf(stderr, "bench_memory [TOKENS]: %d at least\n",
			TOKENS_MIN);
		return 2;
	}
	write_model(n);
	printf("%u tokens after a prompt of %d, budget %d; MiB\n", n, PROMPT,
	       BUDGET);
	printf("%-8s %8s %9s %6s %7s %7s %6s %8s\n", "policy", "logical",
	       "physical", "limit", "peak", "growth", "dense", "B/token");
	for (size_t i = 0; i < sparse_n_rows; i++)
		good &= print_row(sparse_rows[i], n, dense);
	unlink(model_path);
	return good ? 0 : 1;
}
