/*
 * The logits of random models, architecture by type of tensor, beside the
 * formulas in double precision (random_model.h).
 *
 *	table_logits [PEER [TYPE]]      one type of tensor alone
 *
 * A cell: the greatest relative error, |ours - formulas| / |formulas| over the
 * vocabulary, and how often both choose the same token. It is over SEEDS
 * models, texts of three lengths, and every kernel that this CPU can run.
 *
 * PEER is a program that reads the same file: PEER FILE.gguf ID... prints a
 * logit a line (tests/bench/peer_logits.c is one, for libllama). Then there
 * are two tables more: the peer beside the formulas, and ours beside the peer.
 *
 * Exit status 1 if ours is over a limit: 1e-3 where weights are numbers, 2e-2
 * where they are blocks (activations are then, too), of two layers, and as the
 * square root of their number beyond (gemma3 has seven here); or if the choice
 * differs by more than an error of that size explains. Experts are taken or
 * not: where two were closer than the limit (random routers often are), an
 * error within it may take the other one, and such a text over the limit is
 * left out and counted, one in four at most.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../unit/random_model.h"
#include "model/transformer.h"

enum { SEEDS = 4, VOCAB = 96, TEXT = 24 };
static const uint32_t lengths[] = { 1, 8, TEXT };
static const struct arch {
	const char *name, *scaling;
	bool divisors;
	const char *title;
} archs[] = {
	{ .name = "llama", .title = "llama" },
	{ "llama", NULL, true, "llama 3's RoPE" },
	{ "llama", "yarn", false, "llama, YaRN" },
	{ .name = "qwen2", .title = "qwen2" },
	{ .name = "qwen3", .title = "qwen3" },
	{ .name = "qwen2moe", .title = "qwen2moe" },
	{ .name = "qwen3moe", .title = "qwen3moe" },
	{ .name = "gemma", .title = "gemma" },
	{ .name = "gemma2", .title = "gemma2" },
	{ .name = "gemma3", .title = "gemma3" },
	{ .name = "phi3", .title = "phi3" },
	{ "phi3", "longrope", false, "phi3, longrope" },
	{ .name = "mistral3", .title = "mistral3" },
	{ "mistral3", "yarn", false, "mistral3, YaRN" },
};
static const char *const kernels[] = { "scalar", "avx2", "avx512", "neon",
				       "dotprod" };

#define LIMIT_NUMBERS 1e-3
#define LIMIT_BLOCKS  2e-2
/* Two logits whose errors are LIMIT of the usual logit at one deviation: this
 * many times that is four deviations of their difference. */
#define MARGIN 6

struct cell {
	double error;
	int n, n_same, n_close;
	bool bad;
};

enum { OURS, PEER, BESIDE, TABLES };
static const char *const titles[TABLES] = {
	"lilscope beside the formulas",
	"the peer beside the formulas",
	"lilscope beside the peer",
};

static uint32_t greatest(const double *v)
{
	uint32_t best = 0;

	for (uint32_t i = 1; i < VOCAB; i++)
		if (v[i] > v[best])
			best = i;
	return best;
}

/* close: how close experts were, of 1. */
static void compare(struct cell *cell, const double *got, const double *want,
		    double limit, double close)
{
	uint32_t a = greatest(got), b = greatest(want);
	double apart = 0, size = 0, error;

	for (uint32_t i = 0; i < VOCAB; i++) {
		apart += (got[i] - want[i]) * (got[i] - want[i]);
		size += want[i] * want[i];
	}
	error = sqrt(apart / size);
	if (error >= limit && close < limit) {
		cell->n_close++;
		return;
	}
	/* what is no number is an error, too */
	if (!(error <= cell->error))
		cell->error = error;
	cell->n++;
	cell->n_same += a == b;
	if (!(error < limit) ||
	    want[b] - want[a] > MARGIN * limit * sqrt(size / VOCAB))
		cell->bad = true;
}

static void ours(const struct model *m, const uint32_t *ids, uint32_t n,
		 double *out)
{
	struct sparse_opts o = sparse_opts_auto;
	const struct sparse_shape shape = transformer_shape(m);
	struct transformer *t;
	struct err err = { "" };

	if (!sparse_resolve(&sparse_dense, &o, &shape, &err))
		abort();
	t = transformer_new(m, NULL, GGML_F32, &sparse_dense, &o);
	/* a prompt and steps: both ways through the matrices */
	transformer_prompt(t, ids, (n + 1) / 2, n);
	for (uint32_t i = (n + 1) / 2; i < n; i++)
		transformer_step(t, ids[i]);
	for (uint32_t i = 0; i < VOCAB; i++)
		out[i] = (double)transformer_logits(t)[i];
	transformer_free(t);
}

static bool peers(const char *peer, const char *path, const uint32_t *ids,
		  uint32_t n, double *out)
{
	struct buf command = { 0 };
	FILE *lines;
	int got = 0;

	buf_printf(&command, "'%s' '%s'", peer, path);
	for (uint32_t i = 0; i < n; i++)
		buf_printf(&command, " %u", ids[i]);
	lines = popen(buf_cstr(&command), "r");
	while (lines && got < VOCAB && fscanf(lines, "%lf", &out[got]) == 1)
		got++;
	buf_release(&command);
	return lines && pclose(lines) == 0 && got == VOCAB;
}

static bool write_file(const char *path, const struct buf *bytes)
{
	FILE *file = fopen(path, "wb");
	bool good =
		file && fwrite(bytes->data, 1, bytes->len, file) == bytes->len;

	return file && fclose(file) == 0 && good;
}

/* One model, one text: into the cells of the tables; false: the peer has
 * none. */
static bool text(const struct model *m, const char *peer, const char *path,
		 uint32_t n, struct cell *cells)
{
	double want[VOCAB], got[VOCAB], theirs[VOCAB], limit = LIMIT_NUMBERS;
	double close;
	uint32_t ids[TEXT];

	if (quant_of(m->layers[0].q.type)->n_block > 1)
		limit = LIMIT_BLOCKS;
	/* errors of layers add up as those of chance do */
	limit *= sqrt(m->shape.n_layers / 2.0);
	for (uint32_t i = 0; i < n; i++)
		ids[i] = (i * 29 + n) % VOCAB;
	close = reference_logits(m, ids, n, want);
	for (size_t k = 0; k < ARRAY_LEN(kernels); k++) {
		if (!kernel_use(kernels[k]))
			continue;
		ours(m, ids, n, got);
		compare(&cells[OURS], got, want, limit, close);
	}
	kernel_use(NULL);
	if (!peer)
		return true;
	if (!peers(peer, path, ids, n, theirs))
		return false;
	ours(m, ids, n, got);
	compare(&cells[PEER], theirs, want, limit, close);
	compare(&cells[BESIDE], got, theirs, limit, close);
	return true;
}

static bool fill(const struct arch *arch, enum ggml_type type, const char *peer,
		 struct cell *cells)
{
	char path[] = "/tmp/table_logits.XXXXXX";
	int fd = peer ? mkstemp(path) : -1;
	bool good = true;

	if (fd >= 0)
		close(fd);
	for (uint64_t seed = 1; good && seed <= SEEDS; seed++) {
		struct random_spec spec = { .arch = arch->name,
					    .type = type,
					    .scaling = arch->scaling,
					    .divisors = arch->divisors,
					    .n_vocab = VOCAB,
					    .seed = seed };
		struct buf bytes = { 0 };
		struct err err = { "" };
		struct gguf *g;
		struct model *m;

		/* libllama knows no qwen2moe without output.weight */
		spec.tied = seed % 2 && strcmp(arch->name, "qwen2moe") != 0;
		/* and no gemma with one */
		spec.tied |= strncmp(arch->name, "gemma", 5) == 0;
		random_gguf(&spec, &bytes);
		g = gguf_parse(bytes.data, bytes.len, &err);
		m = g ? model_from_gguf(g, &err) : NULL;
		if (!m)
			fprintf(stderr, "%s: %s\n", arch->title, err.text);
		good = m && (!peer || write_file(path, &bytes));
		for (size_t i = 0; good && i < ARRAY_LEN(lengths); i++)
			if (!text(m, peer, path, lengths[i], cells)) {
				fprintf(stderr,
					"the peer has no logits of %s "
					"%s\n",
					arch->title, quant_of(type)->name);
				peer = NULL;
			}
		model_free(m);
		gguf_free(g);
		buf_release(&bytes);
	}
	if (fd >= 0)
		unlink(path);
	return good;
}

static bool print(const char *title, struct cell (*cells)[ARRAY_LEN(archs)])
{
	bool good = true;
	int n_close = 0;

	printf("%s: greatest relative error, same choice\n%-6s", title, "");
	for (size_t a = 0; a < ARRAY_LEN(archs); a++)
		printf("  %-15s", archs[a].title);
	printf("  limit\n");
	for (size_t i = 0; i < n_quants; i++) {
		if (!cells[i][0].n && !cells[i][0].n_close)
			continue; /* was not asked for */
		printf("%-6s", quants[i].name);
		for (size_t a = 0; a < ARRAY_LEN(archs); a++) {
			const struct cell *c = &cells[i][a];
			bool bad = c->bad || c->n_close * 3 > c->n;

			printf("  %.1e %2d/%-2d%s", c->error, c->n_same, c->n,
			       bad ? "!!" : "  ");
			n_close += c->n_close;
			good = good && !bad;
		}
		printf("  %.0e\n",
		       quants[i].n_block == 1 ? LIMIT_NUMBERS : LIMIT_BLOCKS);
	}
	if (n_close)
		printf("left out: %d, over the limit where experts were closer "
		       "than it\n",
		       n_close);
	return good;
}

int main(int argc, char **argv)
{
	static struct cell cells[TABLES][32][ARRAY_LEN(archs)];
	const char *peer = argc > 1 && *argv[1] ? argv[1] : NULL;
	bool good;

	for (size_t i = 0; i < n_quants; i++)
		for (size_t a = 0;
		     a < ARRAY_LEN(archs) &&
		     (argc < 3 || strcmp(argv[2], quants[i].name) == 0);
		     a++) {
			struct cell here[TABLES] = { { 0 } };

			if (!fill(&archs[a], quants[i].type, peer, here))
				return 2;
			for (int k = 0; k < TABLES; k++)
				cells[k][i][a] = here[k];
		}
	printf("%d models, texts of %u, %u and %u tokens; kernels:", SEEDS,
	       lengths[0], lengths[1], lengths[2]);
	for (size_t k = 0; k < ARRAY_LEN(kernels); k++)
		if (kernel_use(kernels[k]))
			printf(" %s", kernels[k]);
	printf("\n\n");
	good = print(titles[OURS], cells[OURS]);
	for (int k = PEER; peer && k < TABLES; k++) {
		printf("\n");
		print(titles[k], cells[k]); /* what a peer does is no failure */
	}
	return good ? 0 : 1;
}
