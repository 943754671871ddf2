/*
 * What several texts cost whose next tokens go through the matrices together
 * (transformer_step_many()), beside llama.cpp's llama-batched-bench.
 *
 *	bench_many FILE.gguf ...
 *
 * One thread each; tokens a second of all texts. Both programs read prompts of
 * PROMPT tokens first, and write STEPS more a text. LLAMA_BATCHED_BENCH names
 * the peer; without it, its column stays empty. The two take turns, and the
 * best of their turns counts (BENCH_TURNS, 3), by the clock on the wall: the
 * peer tells no other.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "decode/model_map.h"
#include "decoding.h"

enum { PROMPT = 16, STEPS = 16, TEXTS_MAX = 64 };

static struct transformer *start(const struct model *m, uint32_t i)
{
	struct sparse_opts o = sparse_opts_auto;
	struct sparse_shape shape = transformer_shape(m);
	struct transformer *t;
	uint32_t ids[PROMPT];

	sparse_resolve(&sparse_dense, &o, &shape, NULL);
	t = transformer_new(m, NULL, GGML_F16, &sparse_dense, &o);
	for (uint32_t k = 0; k < PROMPT; k++)
		ids[k] = (i * 31 + k * k * 7 + k) % m->shape.n_vocab;
	transformer_prompt(t, ids, PROMPT, PROMPT);
	return t;
}

/* Tokens a second of n texts. */
static double ours(const struct model *m, uint32_t n)
{
	struct transformer *texts[TEXTS_MAX];
	uint32_t ids[TEXTS_MAX];
	double began_s;

	for (uint32_t i = 0; i < n; i++)
		texts[i] = start(m, i);
	began_s = clock_s(CLOCK_MONOTONIC);
	for (uint32_t k = 0; k < STEPS; k++) {
		for (uint32_t i = 0; i < n; i++)
			ids[i] = (i * 17 + k * 5) % m->shape.n_vocab;
		transformer_step_many(texts, ids, n);
	}
	began_s = clock_s(CLOCK_MONOTONIC) - began_s;
	for (uint32_t i = 0; i < n; i++)
		transformer_free(texts[i]);
	return n * STEPS / began_s;
}

/* The peer's; NAN: it is not there, or told nothing. */
static double theirs(const char *path, uint32_t n)
{
	static const char key[] = "\"speed_tg\": ";
	const char *program = getenv("LLAMA_BATCHED_BENCH");
	struct buf command = { 0 };
	char line[4096], *at;
	double speed = NAN;
	FILE *in;

	if (!program)
		return NAN;
	buf_printf(&command,
		   "'%s' -m '%s' -t 1 -tb 1 -npp %d -ntg %d -npl %u -c %u "
		   "--output-format jsonl 2>/dev/null",
		   program, path, PROMPT, STEPS, n,
		   MAX(n * (PROMPT + STEPS) * 2, 512u));
	in = popen(buf_cstr(&command), "r");
	while (in && fgets(line, sizeof(line), in)) {
		at = strstr(line, key);
		speed = at ? strtod(at + strlen(key), NULL) : speed;
	}
	if (in)
		pclose(in);
	buf_release(&command);
	return speed;
}

static void run(const struct model *m, const char *path)
{
	static const uint32_t counts[] = { 1, 2, 4, 8, 16, 32, TEXTS_MAX };
	const char *turns = getenv("BENCH_TURNS");
	int n_turns = turns ? atoi(turns) : 3;
	double one = 0;

	printf("\n%s, %s, one thread, tokens a second of all texts\n\n", path,
	       kernel_name());
	printf("| texts | lilscope | x one | llama.cpp | x it |\n"
	       "|---:|---:|---:|---:|---:|\n");
	for (size_t k = 0; k < ARRAY_LEN(counts); k++) {
		double we = 0, they = NAN;

		for (int turn = 0; turn < n_turns; turn++) {
			we = fmax(we, ours(m, counts[k]));
			they = fmax(they, theirs(path, counts[k]));
		}
		one = k ? one : we;
		printf("| %u | %.1f | %.1f | ", counts[k], we, we / one);
		if (isnan(they))
			printf("| |\n");
		else
			printf("%.1f | %.2f |\n", they, we / they);
		fflush(stdout);
	}
}

int main(int argc, char **argv)
{
	int failed = 0;

	if (argc < 2)
		printf("bench-many: skipped: MANY_BENCH_FILES names no "
		       "model\n");
	else if (!getenv("LLAMA_BATCHED_BENCH"))
		printf("bench-many: LLAMA_BATCHED_BENCH names no "
		       "llama-batched-bench: llama.cpp's column stays "
		       "empty\n");
	for (int i = 1; i < argc; i++) {
		struct model_map map = { 0 };
		struct err err = { "" };

		if (model_map_open(&map, argv[i], NULL, &err)) {
			run(map.model, argv[i]);
		} else {
			fprintf(stderr, "bench-many: %s\n", err.text);
			failed = 1;
		}
		model_map_close(&map);
	}
	return failed;
}
