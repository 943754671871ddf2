/*
 * What a model says next, greedily, and by how much.
 *
 *	partings FILE.gguf N
 *
 * Each line of the standard input is a prompt, as ids with blanks between
 * them; its answer is a line of N triples ID,SECOND,MARGIN: the likeliest
 * token, the next likely one, and what the first one's logit is above the
 * other's. For partings.py.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "decode/model_map.h"
#include "model/transformer.h"

struct best {
	uint32_t first, second;
};

static struct best two_best(const float *logits, uint32_t n)
{
	struct best b = { logits[1] > logits[0], logits[1] <= logits[0] };

	for (uint32_t i = 2; i < n; i++) {
		if (logits[i] > logits[b.first])
			b = (struct best){ i, b.first };
		else if (logits[i] > logits[b.second])
			b.second = i;
	}
	return b;
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
		struct best b = two_best(logits, m->shape.n_vocab);

		printf("%s%u,%u,%g", i ? " " : "", b.first, b.second,
		       (double)(logits[b.first] - logits[b.second]));
		transformer_step(t, b.first);
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
