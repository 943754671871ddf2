/*
 * What a model says next, greedily, and by how much.
 *
 *	partings FILE.gguf N
 *
 * Each line of the standard input is a prompt, as ids with blanks between
 * them; its answer is a line of N times ID,BELOW,ID,BELOW...: the likeliest
 * tokens, best first, and how far each one's logit is below the best one's. For
 * partings.py.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "decode/model_map.h"
#include "model/transformer.h"

enum { BEST = 4 };

/* The ids of the greatest logits, best first. */
static void find_best(uint32_t best[BEST], const float *logits, uint32_t n)
{
	uint32_t n_best = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = n_best;

		for (; at > 0 && logits[i] > logits[best[at - 1]]; at--)
			if (at < BEST)
				best[at] = best[at - 1];
		if (at < BEST)
			best[at] = i;
		n_best = MIN(n_best + 1, (uint32_t)BEST);
	}
}

static void go_on(const struct model *m, struct pool *pool,
		  const uint32_t *ids, uint32_t n, uint32_t n_more)
{
	struct transformer *t = transformer_new(m, pool, GGML_F16,
						&sparse_dense,
						&sparse_opts_auto);

	transformer_prompt(t, ids, n, n);
	for (uint32_t i = 0; i < n_more; i++) {
		const float *logits = transformer_logits(t);
		uint32_t best[BEST] = { 0 };

		find_best(best, logits, m->shape.n_vocab);
		for (int k = 0; k < BEST; k++)
			printf("%s%u,%g", k ? "," : i ? " " : "", best[k],
			       (double)(logits[best[0]] - logits[best[k]]));
		transformer_step(t, best[0]);
	}
	printf("\n");
	transformer_free(t);
}

static uint32_t read_ids(char *line, uint32_t *ids, uint32_t max)
{
	uint32_t n = 0;
	char *end;

	for (char *s = line; n < max; s = end) {
		unsigned long id = strtoul(s, &end, 10);

		if (end == s)
			break;
		ids[n++] = (uint32_t)id;
	}
	return n;
}

int main(int argc, char **argv)
{
	enum { IDS_MAX = 4096 };
	static uint32_t ids[IDS_MAX];
	struct model_map map = { 0 };
	struct err err = { "" };
	char *line = NULL;
	size_t cap = 0;
	struct pool *pool;

	if (argc != 3 || !model_map_open(&map, argv[1], NULL, &err)) {
		fprintf(stderr, "partings: %s\n",
			argc == 3 ? err.text : "FILE.gguf N");
		return 2;
	}
	pool = pool_new(1);
	while (getline(&line, &cap, stdin) > 0) {
		uint32_t n = read_ids(line, ids, IDS_MAX);

		if (n)
			go_on(map.model, pool, ids, n,
			      (uint32_t)strtoul(argv[2], NULL, 10));
		fflush(stdout);
	}
	free(line);
	pool_free(pool);
	model_map_close(&map);
	return 0;
}
