/*
 * What decoding costs, beside llama.cpp and ik_llama.cpp, in one run.
 *
 *	bench_decode [FILE.gguf ...]
 *
 * Without a file one of random weights is made, of the shape of SmolLM2-135M
 * (30 layers of 576, 9 heads on 3 KV heads of 64), for each type. LLAMA_BENCH
 * and IK_BENCH name the peers' llama-bench; one that is not there is said, and
 * its columns stay empty. Programs take turns, each time in a process of its
 * own, and the median of their turns counts (BENCH_TURNS). Numbers of threads,
 * depths and policies of ours: BENCH_THREADS, BENCH_DEPTHS, BENCH_POLICIES,
 * lists with commas. At a depth our cache holds random keys and values of so
 * many tokens; the peers read a text of that length first.
 *
 * The limit is the memory's speed over the bytes of weights, keys and values
 * that a token reads, on as many threads: the best of sweeps over as many bytes
 * of huge pages before and after each turn, in one stream, two and four. It is
 * reached in tokens a second, and in processor time a token against processor
 * time of reading, which others on the machine disturb less. "Load" is a
 * process that opens the file and reads one token, "first" one that reads a
 * prompt of 512: all of it, from its start to its end.
 */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "decoding.h"

enum { PROMPT = DECODING_PROMPT, TURNS_MAX = 15, N_PROGRAMS = 3 };
/* Tokens of a turn; their processor time is what they take beyond a few. */
enum { STEPS = 48, FEW = 8 };

/* --- the machine -------------------------------------------------------- */

/* What the processors have used, by RAPL; below 0 where it can't be read. */
static double joules(void)
{
	static const char *const paths[] = {
		"/sys/class/powercap/intel-rapl:0/energy_uj",
		"/sys/class/powercap/intel-rapl:1/energy_uj",
	};
	double sum = -1, value;

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		FILE *file = fopen(paths[i], "r");

		if (file && fscanf(file, "%lf", &value) == 1)
			sum = fmax(sum, 0) + value * 1e-6;
		if (file)
			fclose(file);
	}
	return sum;
}

/* --- one turn of a program ---------------------------------------------- */

/* What is asked of each. */
struct ask {
	const char *file, *policy;
	unsigned n_threads;
	uint32_t n_prompt, n_steps, depth;
	double bytes; /* what a token reads; 0: of a prompt */
};

struct turn {
	double speed; /* tokens a second, as the program says */
	double wall_s, cpu_s, peak_mb;
};

static struct transformer *start(const struct model *m, const struct ask *ask,
				 struct pool *pool)
{
	const struct sparse *row = sparse_find(ask->policy);
	struct sparse_opts o = sparse_opts_auto;
	struct sparse_shape shape = transformer_shape(m);

	if (strcmp(ask->policy, "dense") != 0)
		o.budget = 1024;
	sparse_resolve(row, &o, &shape, NULL);
	return transformer_new(m, pool, GGML_F16, row, &o);
}

/* A file, mapped as in the program. */
struct opened {
	void *bytes;
	size_t len;
	struct gguf *g;
	struct model *m;
};

static bool open_file(struct opened *o, const char *path)
{
	struct err err = { "cannot be read" };
	struct stat st;
	int fd = open(path, O_RDONLY);

	*o = (struct opened){ MAP_FAILED, 0, NULL, NULL };
	if (fd >= 0 && fstat(fd, &st) == 0) {
		o->len = (size_t)st.st_size;
		o->bytes = mmap(NULL, o->len, PROT_READ, MAP_PRIVATE, fd, 0);
	}
	if (fd >= 0)
		close(fd);
	if (o->bytes != MAP_FAILED &&
	    (o->g = gguf_parse(o->bytes, o->len, &err)))
		o->m = model_from_gguf(o->g, &err);
	if (!o->m)
		fprintf(stderr, "bench-decode: %s: %s\n", path, err.text);
	return o->m != NULL;
}

static void close_file(struct opened *o)
{
	model_free(o->m);
	gguf_free(o->g);
	if (o->bytes != MAP_FAILED)
		munmap(o->bytes, o->len);
}

/* Prints the speed, in a process of its own. */
static void own(const struct ask *ask)
{
	uint32_t ids[PROMPT];
	struct transformer *t;
	struct opened o;
	double began;

	if (!open_file(&o, ask->file))
		_exit(1);
	t = start(o.m, ask, pool_new(ask->n_threads));
	for (uint32_t i = 0; i < PROMPT; i++)
		ids[i] = i * 7 % 250;
	began = clock_s(CLOCK_MONOTONIC);
	if (ask->n_prompt) {
		transformer_prompt(t, ids, ask->n_prompt, ask->n_prompt);
	} else {
		if (ask->depth)
			decoding_fill(t, ask->depth);
		else
			transformer_prompt(t, ids, 1, 1);
		transformer_step(t, 7);
		began = clock_s(CLOCK_MONOTONIC);
		for (uint32_t i = 0; i < ask->n_steps; i++)
			transformer_step(t, i % 50);
	}
	printf("\"avg_ts\": %f\n", (ask->n_prompt + ask->n_steps) /
					   (clock_s(CLOCK_MONOTONIC) - began));
	fflush(stdout);
	_exit(0);
}

static void exec_peer(const char *path, bool is_ik, const struct ask *ask)
{
	char threads[16], prompt[16], steps[16], depth[32];
	bool deep = ask->depth > 0;

	snprintf(threads, sizeof(threads), "%u", ask->n_threads);
	snprintf(prompt, sizeof(prompt), "%u", ask->n_prompt);
	snprintf(steps, sizeof(steps), "%u", ask->n_steps);
	snprintf(depth, sizeof(depth), "%u", ask->depth);
	if (is_ik && deep)
		snprintf(depth, sizeof(depth), "%u,%u", ask->depth,
			 ask->n_steps);
	execl(path, path, "-m", ask->file, "-t", threads, "-p", prompt, "-n",
	      is_ik && deep ? "0" : steps, "-r", "1", "-o", "json", "-fa",
	      getenv("BENCH_FLASH") ? getenv("BENCH_FLASH") : "1",
	      is_ik		    ? "-w" :
	      ask->n_prompt ? "--no-warmup" :
			      "-v",
	      is_ik ? (ask->n_prompt ? "0" : "1") : deep ? "-d" : NULL,
	      is_ik && !deep ? NULL : is_ik ? "-gp" : depth,
	      is_ik && deep ? depth : NULL, NULL);
	_exit(127);
}

struct program {
	const char *name, *variable;
	const char *path; /* NULL: it is not here */
};

static bool run(struct turn *out, const struct program *p,
		const struct ask *ask)
{
	double began = clock_s(CLOCK_MONOTONIC), speed = 0;
	const char *key = "\"avg_ts\": ", *at;
	struct rusage used;
	char line[8192];
	int pipes[2], status;
	pid_t child;
	FILE *in;

	fflush(stdout);
	if (pipe(pipes) != 0 || (child = fork()) < 0)
		return false;
	if (child == 0) {
		int null = open("/dev/null", O_WRONLY);

		dup2(pipes[1], 1);
		if (p->variable)
			dup2(null, 2);
		close(pipes[0]);
		if (!p->variable)
			own(ask);
		exec_peer(p->path, !strcmp(p->variable, "IK_BENCH"), ask);
	}
	close(pipes[1]);
	in = fdopen(pipes[0], "r");
	while (in && fgets(line, sizeof(line), in))
		if ((at = strstr(line, key)))
			speed = strtod(at + strlen(key), NULL);
	if (in)
		fclose(in);
	if (wait4(child, &status, 0, &used) != child || status != 0)
		return false;
	*out = (struct turn){
		.speed = speed,
		.wall_s = clock_s(CLOCK_MONOTONIC) - began,
		.cpu_s = (double)used.ru_utime.tv_sec +
			 (double)used.ru_utime.tv_usec * 1e-6 +
			 (double)used.ru_stime.tv_sec +
			 (double)used.ru_stime.tv_usec * 1e-6,
		.peak_mb = (double)used.ru_maxrss / 1024,
	};
	return speed > 0;
}

/* --- turns by turns ----------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), by_value);
	return n ? v[n / 2] : 0;
}

static unsigned setting(const char *name, unsigned otherwise)
{
	const char *value = getenv(name);

	return value && *value ? (unsigned)strtoul(value, NULL, 10) : otherwise;
}

static unsigned n_turns(void)
{
	return MIN(MAX(setting("BENCH_TURNS", 3), 1u), (unsigned)TURNS_MAX);
}

static void look_at_memory(struct memory *best, const struct ask *ask)
{
	struct memory now;

	if (ask->bytes == 0)
		return;
	now = memory_speed(ask->n_threads, (size_t)ask->bytes);
	best->speed = fmax(best->speed, now.speed);
	best->cpu_speed = fmax(best->cpu_speed, now.cpu_speed);
}

/* The medians of each program's turns: zeros where it cannot do it; and the
 * best of the memory's speed meanwhile. */
static struct memory take_turns(struct turn out[N_PROGRAMS],
				const struct program *all,
				const struct ask *ask)
{
	struct memory memory = { 0 };
	double v[N_PROGRAMS][4][TURNS_MAX];
	unsigned n[N_PROGRAMS] = { 0 };

	for (unsigned i = 0; i < n_turns(); i++)
		for (int k = 0; k < N_PROGRAMS; k++) {
			struct turn t;

			if (!all[k].path)
				continue;
			if (k == 0)
				look_at_memory(&memory, ask);
			if (!run(&t, &all[k], ask))
				continue;
			if (k == 0)
				look_at_memory(&memory, ask);
			v[k][0][n[k]] = t.speed;
			v[k][1][n[k]] = t.wall_s;
			v[k][2][n[k]] = t.cpu_s;
			v[k][3][n[k]++] = t.peak_mb;
		}
	for (int k = 0; k < N_PROGRAMS; k++)
		out[k] = (struct turn){ median(v[k][0], n[k]),
					median(v[k][1], n[k]),
					median(v[k][2], n[k]),
					median(v[k][3], n[k]) };
	return memory;
}

/* --- rows --------------------------------------------------------------- */

static void cell(double value, int digits)
{
	if (value > 0)
		printf(" %.*f |", digits, value);
	else
		printf(" - |");
}

/* Ours over the better of the others. */
static double ahead(const struct turn t[N_PROGRAMS], bool cpu)
{
	double best = 0;

	for (int k = 1; k < N_PROGRAMS; k++) {
		double v = cpu ? 1 / t[k].cpu_s : t[k].speed;

		best = t[k].speed > 0 ? fmax(best, v) : best;
	}
	return best > 0 ? (cpu ? 1 / t[0].cpu_s : t[0].speed) / best : 0;
}

static void cells(const struct turn t[N_PROGRAMS], bool cpu)
{
	for (int k = 0; k < N_PROGRAMS; k++)
		cell(cpu ? t[k].cpu_s * 1e3 : t[k].speed, cpu ? 2 : 1);
	cell(ahead(t, cpu), 2);
}

/* Processor time a token instead of the whole turn's. */
static void take_few(struct turn out[N_PROGRAMS], const struct program *all,
		     const struct ask *ask)
{
	struct ask few = *ask;
	struct turn less[N_PROGRAMS];

	few.n_steps = FEW;
	take_turns(less, all, &few);
	for (int k = 0; k < N_PROGRAMS; k++)
		out[k].cpu_s = (out[k].cpu_s - less[k].cpu_s) /
			       (ask->n_steps - FEW);
}

/* What a token reads beyond the weights. */
static double cache_bytes_of(const struct ask *ask, const struct model *m)
{
	struct pool *one = pool_new(1);
	struct transformer *t = start(m, ask, one);
	uint32_t zero = 0;
	double bytes;

	if (ask->depth)
		decoding_fill(t, ask->depth);
	else
		transformer_prompt(t, &zero, 1, 1);
	transformer_step(t, 1);
	bytes = (double)transformer_bytes(t).read;
	transformer_free(t);
	pool_free(one);
	return bytes;
}

static void decode_row(const char *name, const struct program *all,
		       const struct ask *ask, const struct model *m)
{
	double bytes = (double)m->weight_bytes + cache_bytes_of(ask, m);
	struct ask one = *ask;
	struct turn t[N_PROGRAMS];
	bool dense = !strcmp(ask->policy, "dense");
	struct program alone[N_PROGRAMS] = { all[0] };
	struct memory memory;

	one.bytes = bytes;
	memory = take_turns(t, dense ? all : alone, &one);
	take_few(t, dense ? all : alone, ask);
	printf("| %s | %s | %u | %u |", name, ask->policy, ask->n_threads,
	       ask->depth);
	cells(t, false);
	printf(" %.1f | %.0f %% |", memory.speed / 1e9,
	       100 * t[0].speed * bytes / memory.speed);
	cells(t, true);
	printf(" %.0f %% |\n", 100 * bytes / t[0].cpu_s / memory.cpu_speed);
	fflush(stdout);
}

static void prompt_row(const char *name, const struct program *all,
		       struct ask ask)
{
	struct turn t[N_PROGRAMS], load[N_PROGRAMS];
	double before, used;

	ask.n_steps = ask.depth = 0;
	ask.policy = "dense";
	ask.n_prompt = 1;
	take_turns(load, all, &ask);
	ask.n_prompt = PROMPT;
	before = joules();
	take_turns(t, all, &ask);
	used = before < 0 ? 0 : joules() - before;
	printf("| %s | %u |", name, ask.n_threads);
	cells(t, false);
	for (int k = 0; k < N_PROGRAMS; k++)
		t[k].cpu_s = (t[k].cpu_s - load[k].cpu_s) / (PROMPT - 1);
	cells(t, true);
	for (int k = 0; k < N_PROGRAMS; k++)
		cell(t[k].wall_s, 2);
	for (int k = 0; k < N_PROGRAMS; k++)
		cell(load[k].wall_s, 2);
	for (int k = 0; k < N_PROGRAMS; k++)
		cell(t[k].peak_mb, 0);
	cell(used / n_turns(), 1);
	printf("\n");
	fflush(stdout);
}

/* --- all of it ---------------------------------------------------------- */

/* The next of a list with commas; false at its end. */
static bool next(const char **list, char *word, size_t size)
{
	size_t len = strcspn(*list, ",");

	snprintf(word, size, "%.*s", (int)len, *list);
	*list += len + ((*list)[len] == ',');
	return *word;
}

static const char *list_of(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value && *value ? value : otherwise;
}

static void decode_rows(const char *name, const struct program *all,
			struct ask ask, const struct model *m)
{
	const char *depths = list_of("BENCH_DEPTHS", "0"), *policies;
	char depth[32], policy[32];

	while (next(&depths, depth, sizeof(depth))) {
		ask.depth = (uint32_t)strtoul(depth, NULL, 10);
		policies = list_of("BENCH_POLICIES", "dense");
		while (next(&policies, policy, sizeof(policy))) {
			ask.policy = policy;
			if (sparse_find(policy))
				decode_row(name, all, &ask, m);
			else
				printf("(no policy %s)\n", policy);
		}
	}
}

/* The table of decoding, or of prompts. */
static void file_rows(const char *path, const char *name,
		      const struct program *all, bool prompts)
{
	const char *threads = list_of("BENCH_THREADS", "1,2"), *base;
	char word[32];
	struct opened o;

	base = strrchr(path, '/');
	if (!name)
		name = base ? base + 1 : path;
	if (open_file(&o, path))
		while (next(&threads, word, sizeof(word))) {
			struct ask ask = { .file = path, .n_steps = STEPS };

			ask.n_threads = (unsigned)strtoul(word, NULL, 10);
			if (prompts)
				prompt_row(name, all, ask);
			else
				decode_rows(name, all, ask, o.m);
		}
	close_file(&o);
}

static void random_rows(enum ggml_type type, const struct program *all,
			bool prompts)
{
	static const char path[] = "bench_decode.gguf";
	struct random_spec spec = decoding_135m;
	struct buf bytes = { 0 };
	FILE *file = fopen(path, "wb");

	if (quant_of(type)->n_block == 256) {
		spec.n_embd = 768;
		spec.n_layers = 16;
		spec.n_heads = 12;
		spec.n_kv_heads = 4;
		spec.n_ff = 2048;
	}
	random_gguf(&spec, &bytes);
	if (file && fwrite(bytes.data, 1, bytes.len, file) == bytes.len &&
	    fclose(file) == 0)
		file_rows(path, quant_of(type)->name, all, prompts);
	else
		perror(path);
	buf_release(&bytes);
	remove(path);
}

static void print_head(bool prompts)
{
	printf(prompts ?
		       "\nA prompt of 512 tokens: tokens a second; processor "
		       "time a token, ms; seconds of a process with it, and "
		       "with one token (load); MB at most; joules of a turn of "
		       "all.\n\n| file | threads | lilscope | llama.cpp | ik | "
		       "ahead | cpu ms | llama.cpp | ik | ahead | first s | "
		       "llama.cpp | ik | load s | llama.cpp | ik | peak MB | "
		       "llama.cpp | ik | J |\n|---|" :
		       "\nDecoding: tokens a second; of the memory's speed; "
		       "processor time a token, ms; of what reading takes.\n\n"
		       "| file | policy | threads | depth | lilscope | "
		       "llama.cpp | ik | ahead | GB/s | reached | cpu ms | "
		       "llama.cpp | ik | ahead | reached |\n|---|---|");
	for (int i = 0; i < (prompts ? 19 : 13); i++)
		printf("---:|");
	printf("\n");
}

int main(int argc, char **argv)
{
	static const enum ggml_type types[] = {
		GGML_Q8_0, GGML_F16,  GGML_BF16, GGML_Q4_0,
		GGML_IQ4_NL, GGML_Q4_K, GGML_Q5_K, GGML_Q6_K
	};
	struct program all[N_PROGRAMS] = {
		{ "lilscope", NULL, "" },
		{ "llama.cpp", "LLAMA_BENCH", getenv("LLAMA_BENCH") },
		{ "ik_llama.cpp", "IK_BENCH", getenv("IK_BENCH") },
	};

	printf("kernels: %s; %u turns each\n", kernel_name(), n_turns());
	for (int i = 1; i < N_PROGRAMS; i++)
		if (!all[i].path || access(all[i].path, X_OK) != 0) {
			printf("%s: %s names no llama-bench, left out\n",
			       all[i].name, all[i].variable);
			all[i].path = NULL;
		}
	if (joules() < 0)
		printf("joules: no RAPL can be read here\n");
	for (int prompts = 0; prompts < 2; prompts++) {
		print_head(prompts);
		for (int i = 1; i < argc; i++)
			file_rows(argv[i], NULL, all, prompts);
		for (size_t i = 0; argc == 1 && i < ARRAY_LEN(types); i++)
			random_rows(types[i], all, prompts);
	}
	return 0;
}
