/*
 * What each policy makes of a text that is not its own: the perplexity of a
 * real model that is fed the text token by token.
 *
 *	table_perplexity [-n N] [-p PROMPT] [-b BUDGET,...] [-k KV]
 *			 [-o FILE [-i]] MODEL.gguf TEXT
 *
 * The first PROMPT tokens (32) of N (768) are a prompt; of the others those
 * count that come after the greatest budget, so that all rows are of the same
 * ones. Beside the policies: dense; a plain window (sink without sinks); and
 * "recomputed", dense on the last half to whole budget of tokens and nothing
 * before, which is what a window would be if the tokens in it had never seen
 * what left it.
 *
 * A cell: the perplexity, and over the EDGE tokens after the budget was first
 * full the perplexity in multiples of dense: an explosion at the edge.
 *
 * FILE gets the ids, then for each run its options and the surprise of each
 * token, for tests/bench/policies.py, which decodes the same by itself; with
 * -i the ids alone.
 *
 * Exit status 1 if a policy differs from dense, to the bit, while the text
 * still fits its budget.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "decode/model_map.h"
#include "model/transformer.h"
#include "variants.h"

enum { EDGE = 32 };

struct table {
	const struct model *m;
	enum ggml_type kv;
	struct pool *pool;
	uint32_t *ids, n, n_prompt;
	uint32_t budgets[BUDGETS_MAX];
	size_t n_budgets;
	FILE *out;
	bool ids_alone;
	double *dense, *now; /* n: surprise of token i, from n_prompt on */
	bool broken;         /* a policy was not dense within its budget */
};

static double surprise(const float *logits, size_t n, uint32_t id)
{
	double most = -INFINITY, sum = 0;

	for (size_t i = 0; i < n; i++)
		most = fmax(most, (double)logits[i]);
	for (size_t i = 0; i < n; i++)
		sum += exp((double)logits[i] - most);
	return most + log(sum) - (double)logits[id];
}

/* Tokens [from, to) are fed, the first n_prompt of them as a prompt: the
 * surprise of the others. */
static void feed(struct table *t, const struct sparse *policy,
		 const struct sparse_opts *o, uint32_t from, uint32_t n_prompt,
		 uint32_t to)
{
	struct transformer *x =
		transformer_new(t->m, t->pool, t->kv, policy, o);

	transformer_prompt(x, t->ids + from, n_prompt, n_prompt);
	for (uint32_t i = from + n_prompt; i < to; i++) {
		t->now[i] = surprise(transformer_logits(x), t->m->shape.n_vocab,
				     t->ids[i]);
		if (i + 1 < to)
			transformer_step(x, t->ids[i]);
	}
	transformer_free(x);
}

/* A block at a time, each after as many tokens as it has. */
static void recompute(struct table *t, const struct sparse_opts *o,
		      uint32_t budget)
{
	uint32_t block = MAX(budget / 2, 1), from, to;

	for (uint32_t at = t->n_prompt; at < t->n; at = to) {
		to = MIN(at + block, t->n);
		from = at > block ? at - block : 0;
		feed(t, &sparse_dense, o, from, at - from, to);
	}
}

static double mean(const double *v, uint32_t from, uint32_t to)
{
	double sum = 0;

	for (uint32_t i = from; i < to; i++)
		sum += v[i];
	return sum / (to - from);
}

static uint32_t greatest(const struct table *t)
{
	uint32_t most = t->n_prompt;

	for (size_t i = 0; i < t->n_budgets; i++)
		most = MAX(most, t->budgets[i]);
	return most;
}

/* One run's numbers. */
static void show(const struct table *t, uint32_t budget, bool edge)
{
	uint32_t from = MAX(budget + 1, t->n_prompt);
	uint32_t to = MIN(from + EDGE, t->n), all = greatest(t) + 1;

	printf(" %9.3f", exp(mean(t->now, all, t->n)));
	if (!edge)
		printf("        ");
	else if (!memcmp(t->now + from, t->dense + from,
			 (t->n - from) * sizeof(*t->now)))
		printf("  (same)");
	else
		printf(" (%5.2f)", exp(mean(t->now, from, to) -
				       mean(t->dense, from, to)));
	fflush(stdout);
}

static void save(const struct table *t, const char *name, uint32_t budget,
		 const struct sparse_opts *o)
{
	if (!t->out)
		return;
	fprintf(t->out, "%s\t%u %u %u %u %u %u %llu\t", name, budget, o->page,
		o->sinks, o->recent, o->dense_layers, o->keep_prompt,
		(unsigned long long)o->seed);
	for (uint32_t i = t->n_prompt; i < t->n; i++)
		fprintf(t->out, " %.7g", t->now[i]);
	fprintf(t->out, "\n");
	fflush(t->out);
}

/* Token i is predicted when i tokens were fed. */
static void check(struct table *t, const char *name, uint32_t budget)
{
	for (uint32_t i = t->n_prompt; i < t->n && i <= budget; i++) {
		if (memcmp(&t->now[i], &t->dense[i], sizeof(double)) == 0)
			continue;
		t->broken = true;
		fprintf(stderr, "%s %u: not dense at token %u\n", name, budget,
			i);
		return;
	}
}

static void row(struct table *t, const struct variant *v)
{
	struct sparse_shape shape = transformer_shape(t->m);
	struct sparse_opts o;
	struct err err = { "" };

	printf("%-20s", v->name);
	for (size_t i = 0; i < t->n_budgets; i++) {
		uint32_t budget = t->budgets[i];

		if (!variant_opts(v, budget, &shape, &o, &err)) {
			printf("         -       ");
			continue;
		}
		feed(t, v->policy, &o, 0, t->n_prompt, t->n);
		if (v == variants)
			memcpy(t->dense, t->now, t->n * sizeof(*t->now));
		check(t, v->name, budget);
		save(t, v->policy->name, budget, &o);
		show(t, budget, v != variants);
		if (v == variants)
			break;
	}
	printf("\n");
	if (v != variants)
		return;
	printf("%-20s", "recomputed");
	for (size_t i = 0; i < t->n_budgets; i++) {
		recompute(t, &o, t->budgets[i]);
		show(t, t->budgets[i], true);
	}
	printf("\n");
}

static bool read_text(struct table *t, const struct vocab *v, const char *path)
{
	struct buf text = { 0 };
	struct vocab_ids all = { 0 };
	FILE *in = fopen(path, "r");
	int c;

	while (in && (c = getc(in)) != EOF)
		buf_putc(&text, (char)c);
	if (in)
		fclose(in);
	vocab_encode(v, buf_cstr(&text), text.len, VOCAB_ADD_BOS, &all);
	t->n = (uint32_t)MIN(all.n, (size_t)t->n);
	t->ids = mem_zalloc((t->n + 1) * sizeof(*t->ids));
	memcpy(t->ids, all.ids, t->n * sizeof(*t->ids));
	vocab_ids_release(&all);
	buf_release(&text);
	if (t->n > greatest(t) + EDGE || t->ids_alone)
		return true;
	fprintf(stderr, "%s: %u tokens are no more than the budget's and %d\n",
		path, t->n, EDGE);
	return false;
}

static void print_head(const struct table *t, const struct model *m)
{
	if (!t->ids_alone) {
		printf("%s, %s keys, %u tokens, a prompt of %u, counted from "
		       "%u on: perplexity (first %d behind the budget, x "
		       "dense)\n%-20s",
		       m->name ? m->name : m->arch,
		       cache_type_name(t->kv), t->n, t->n_prompt,
		       greatest(t) + 1, EDGE, "");
		for (size_t i = 0; i < t->n_budgets; i++)
			printf(" %9u        ", t->budgets[i]);
		printf("\n");
	}
	if (!t->out)
		return;
	fprintf(t->out, "ids\t%u\t", t->n_prompt);
	for (uint32_t i = 0; i < t->n; i++)
		fprintf(t->out, " %u", t->ids[i]);
	fprintf(t->out, "\n");
}

static bool options(struct table *t, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "n:p:b:k:o:i")) != -1) {
		switch (c) {
		case 'n':
			t->n = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		case 'p':
			t->n_prompt = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		case 'b':
			t->n_budgets = variant_budgets(optarg, t->budgets);
			break;
		case 'k':
			t->kv = cache_type_named(optarg);
			break;
		case 'o':
			t->out = fopen(optarg, "w");
			break;
		case 'i':
			t->ids_alone = true;
			break;
		default:
			return false;
		}
	}
	return argc - optind == 2 && t->n_budgets && t->n_prompt &&
	       t->n_prompt < t->n;
}

int main(int argc, char **argv)
{
	struct table t = { .kv = GGML_F16, .n = 768, .n_prompt = 32,
			   .budgets = { 64, 128, 256 }, .n_budgets = 3 };
	struct model_map map;
	struct err err = { "" };

	if (!options(&t, argc, argv)) {
		fprintf(stderr, "usage: table_perplexity [-n N] [-p PROMPT] "
				"[-b BUDGET,...] [-k f16|f32] [-o FILE [-i]] "
				"MODEL.gguf TEXT\n");
		return 2;
	}
	if (!model_map_open(&map, argv[optind], NULL, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 2;
	}
	if (!read_text(&t, map.vocab, argv[optind + 1]))
		return 2;
	t.m = map.model;
	t.pool = pool_new(1);
	t.dense = mem_zalloc(t.n * sizeof(*t.dense));
	t.now = mem_zalloc(t.n * sizeof(*t.now));
	print_head(&t, t.m);
	for (size_t i = 0; i < n_variants && !t.ids_alone; i++)
		row(&t, &variants[i]);
	if (t.out)
		fclose(t.out);
	mem_free(t.dense);
	mem_free(t.now);
	mem_free(t.ids);
	pool_free(t.pool);
	model_map_close(&map);
	return t.broken;
}
