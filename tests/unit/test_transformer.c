/*
 * transformer.c beside the formulas in double precision, for every
 * architecture and type; and beside itself: batches, threads, copies, and
 * every policy with a budget that holds everything.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/kernel.h"
#include "model/transformer.h"
#include "random_made.h"

enum { N = 90, PROMPT = 70 };

static const uint32_t *some_ids(uint32_t n_vocab)
{
	static uint32_t ids[N];

	srand(11);
	for (int i = 0; i < N; i++)
		ids[i] = (uint32_t)rand() % n_vocab;
	return ids;
}

static struct transformer *start_as(const struct model *m, struct pool *pool,
				    enum ggml_type kv, const char *policy,
				    uint32_t budget)
{
	const struct sparse *row = sparse_find(policy);
	struct sparse_opts o = sparse_opts_auto;
	struct sparse_shape shape = transformer_shape(m);
	struct err err = { "" };

	if (budget)
		o.budget = budget;
	if (!sparse_resolve(row, &o, &shape, &err))
		fail_msg("%s: %s", policy, err.text);
	return transformer_new(m, pool, kv, row, &o);
}

/* Budget 0: the policy's own, else as given. */
static struct transformer *start(const struct model *m, struct pool *pool,
				 const char *policy, uint32_t budget)
{
	return start_as(m, pool, GGML_F32, policy, budget);
}

/* || a - b || / || b || */
static double difference(const float *a, const double *b, uint32_t n)
{
	double apart = 0, size = 0;

	for (uint32_t i = 0; i < n; i++) {
		apart += pow((double)a[i] - b[i], 2);
		size += b[i] * b[i];
	}
	return sqrt(apart / size);
}

static uint32_t greatest(const double *v, uint32_t n)
{
	uint32_t best = 0;

	for (uint32_t i = 1; i < n; i++)
		if (v[i] > v[best])
			best = i;
	return best;
}

static void check_logits(const struct random_spec *spec, double limit)
{
	struct made made;
	struct transformer *t;
	const uint32_t *ids;
	double logits[256], error, close;
	uint32_t n, best, own = 0;

	random_make(&made, spec);
	n = made.model->shape.n_vocab;
	ids = some_ids(n);
	/* errors of layers add up as those of chance do */
	limit *= sqrt(made.model->shape.n_layers / 2.0);
	close = reference_logits(made.model, ids, 9, logits);
	t = start(made.model, NULL, "dense", 0);
	transformer_prompt(t, ids, 6, 6);
	for (int i = 6; i < 9; i++)
		transformer_step(t, ids[i]);
	error = difference(transformer_logits(t), logits, n);
	best = greatest(logits, n);
	for (uint32_t i = 1; i < n; i++)
		if (transformer_logits(t)[i] > transformer_logits(t)[own])
			own = i;
	printf("%-9s %-5s%s%s relative error %.1e, %s\n", spec->arch,
	       quant_of(spec->type)->name, spec->scaling ? " " : "",
	       spec->scaling ? spec->scaling : "", error,
	       own == best ? "same choice" : "another choice");
	/* experts that close may be taken the other way */
	assert_true(error < limit || close < limit);
	if (own != best && close >= limit) /* only where the margin allows it */
		assert_true(logits[best] - logits[own] <
			    2 * limit * fabs(logits[best]));
	transformer_free(t);
	random_unmake(&made);
}

/* Quantised activations err by about 1/254 of a block's greatest at most. */
static void logits_are_the_formulas(void **state)
{
	static const char *const archs[] = { "llama",	 "qwen2",    "qwen3",
					     "qwen2moe", "qwen3moe", "gemma",
					     "gemma2",	 "gemma3",   "phi3",
					     "mistral3" };

	(void)state;
	for (size_t a = 0; a < ARRAY_LEN(archs); a++)
		for (size_t i = 0; i < n_quants; i++) {
			struct random_spec spec = { .arch = archs[a],
						    .type = quants[i].type,
						    .tied = i % 2,
						    .seed = a * 100 + i };

			check_logits(&spec,
				     quants[i].n_block == 1 ? 1e-3 : 2e-2);
		}
}

static void rope_scalings(void **state)
{
	static const char *const scalings[] = { "linear", "yarn" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(scalings); i++)
		check_logits(&(struct random_spec){ .arch = "qwen2",
						    .type = GGML_F32,
						    .scaling = scalings[i],
						    .seed = 5 },
			     1e-4);
	check_logits(&(struct random_spec){ .arch = "llama",
					    .type = GGML_F32,
					    .divisors = true,
					    .seed = 6 },
		     1e-4);
	check_logits(&(struct random_spec){ .arch = "mistral3",
					    .type = GGML_F32,
					    .scaling = "yarn",
					    .seed = 8 },
		     1e-4);
	check_logits(&(struct random_spec){ .arch = "phi3",
					    .type = GGML_F32,
					    .scaling = "longrope",
					    .seed = 7 },
		     1e-4);
}

/* N tokens and a window of 8: layers with one give up what it has passed, and
 * nothing changes; back by no more than is kept, and no further. */
static void windows(void **state)
{
	static const char *const archs[] = { "gemma2", "gemma3" };

	(void)state;
	for (size_t a = 0; a < ARRAY_LEN(archs); a++) {
		struct random_spec spec = { .arch = archs[a],
					    .type = GGML_F32,
					    .seed = 8 };
		struct made made;
		struct transformer *t;
		const uint32_t *ids = some_ids(96);
		uint32_t n_near = 0, n_kept = 0;
		double logits[256];

		random_make(&made, &spec);
		reference_logits(made.model, ids, N, logits);
		t = start(made.model, NULL, "dense", 0);
		transformer_prompt(t, ids, PROMPT, PROMPT);
		for (int i = PROMPT; i < N; i++)
			transformer_step(t, ids[i]);
		assert_true(difference(transformer_logits(t), logits, 96) <
			    1e-4);
		for (uint32_t i = 0; i < made.model->shape.n_layers; i++) {
			struct transformer_pages p =
				transformer_layer_pages(t, i);
			bool near = made.model->layers[i].near;

			n_near += near;
			n_kept = 0;
			for (uint32_t k = 0; k < p.n; k++)
				n_kept += p.kept[0] >> k & 1;
			/* three windows and a page, or everything */
			assert_true(near ? n_kept <= 4 : n_kept == p.n);
		}
		assert_int_equal(n_near, a ? 6 : 1);
		assert_false(transformer_can_cut(t, PROMPT - 32));
		assert_true(transformer_can_cut(t, N - 4));
		transformer_cut(t, N - 4);
		for (int i = N - 4; i < N; i++)
			transformer_step(t, ids[i]);
		assert_true(difference(transformer_logits(t), logits, 96) <
			    1e-4);
		transformer_free(t);
		random_unmake(&made);
	}
}

/* A policy acts on the layers without a window alone. */
static void windows_beside_policies(void **state)
{
	struct random_spec spec = { .arch = "gemma3",
				    .type = GGML_F32,
				    .seed = 9 };
	struct made made;

	(void)state;
	random_make(&made, &spec);
	for (size_t i = 0; i < sparse_n_rows; i++) {
		const uint32_t *ids = some_ids(96);
		struct transformer *t =
			start(made.model, NULL, sparse_rows[i]->name, N + 64);
		struct transformer *dense = start(made.model, NULL, "dense", 0);

		transformer_prompt(t, ids, PROMPT, PROMPT);
		transformer_prompt(dense, ids, PROMPT, PROMPT);
		for (int k = PROMPT; k < N; k++) {
			transformer_step(t, ids[k]);
			transformer_step(dense, ids[k]);
		}
		/* a budget for all, so it is dense but for the rounding */
		for (uint32_t k = 0; k < 96; k++)
			assert_true(fabsf(transformer_logits(t)[k] -
					  transformer_logits(dense)[k]) <
				    1e-3f);
		transformer_free(t);
		transformer_free(dense);
	}
	random_unmake(&made);
}

static void same_bits(const struct transformer *a, const struct transformer *b,
		      uint32_t n)
{
	assert_memory_equal(transformer_logits(a), transformer_logits(b),
			    n * sizeof(float));
}

/* A policy on one thread and on several: the same bits. */
static void threads_agree(const struct model *m, struct pool *pool,
			  const char *name)
{
	const uint32_t *ids = some_ids(m->shape.n_vocab);
	struct transformer *a = start(m, NULL, name, 32);
	struct transformer *b = start(m, pool, name, 32);

	transformer_prompt(a, ids, PROMPT, PROMPT);
	transformer_prompt(b, ids, PROMPT, PROMPT);
	same_bits(a, b, m->shape.n_vocab);
	for (int k = PROMPT; k < N; k++) {
		transformer_step(a, ids[k]);
		transformer_step(b, ids[k]);
		same_bits(a, b, m->shape.n_vocab);
	}
	transformer_free(a);
	transformer_free(b);
}

static void threads_change_nothing(void **state)
{
	struct random_spec spec = { .arch = "llama",
				    .type = GGML_Q4_0,
				    .n_heads = 8,
				    .n_kv_heads = 4,
				    .seed = 3 };
	struct made made;

	(void)state;
	random_make(&made, &spec);
	for (unsigned n = 2; n <= 3; n++) {
		struct pool *pool = pool_new(n);

		for (size_t i = 0; i < sparse_n_rows; i++)
			threads_agree(made.model, pool, sparse_rows[i]->name);
		pool_free(pool);
	}
	random_unmake(&made);
}

static void a_step_is_a_batch_of_one(void **state)
{
	struct random_spec spec = { .arch = "qwen2",
				    .type = GGML_F32,
				    .seed = 8 };
	struct made made;
	struct transformer *a, *b;
	const uint32_t *ids;

	(void)state;
	random_make(&made, &spec);
	ids = some_ids(made.model->shape.n_vocab);
	a = start(made.model, NULL, "dense", 0);
	b = start(made.model, NULL, "dense", 0);
	transformer_prompt(a, ids, N, N);
	transformer_prompt(b, ids, 1, 1);
	for (int i = 1; i < N; i++)
		transformer_step(b, ids[i]);
	for (uint32_t i = 0; i < made.model->shape.n_vocab; i++)
		assert_true(fabs((double)(transformer_logits(a)[i] -
					  transformer_logits(b)[i])) < 1e-4);
	transformer_free(a);
	transformer_free(b);
	random_unmake(&made);
}

/* A text of several chunks of attention: in one prompt, in two, token by token,
 * on one thread and on some, under policies that keep all and see all: the same
 * bits, and those of the formulas. */
static void long_texts(void **state)
{
	enum { LONG = 600 }; /* more than two chunks */
	static const char *const names[] = { "dense", "quest", "h2o", "tova" };
	static const enum ggml_type types[] = { GGML_F32, GGML_F16, GGML_Q8_0,
						GGML_Q4_0 };
	static const double off[] = { 1e-4, 2e-2, 5e-2, 1 };
	struct random_spec spec = { .arch = "llama",
				    .type = GGML_F32,
				    .n_embd = 128,
				    .n_heads = 4,
				    .n_kv_heads = 2,
				    .n_layers = 2,
				    .n_ctx = 1024,
				    .seed = 31 };
	struct pool *pool = pool_new(3);
	uint32_t ids[LONG], cut = 300;
	double want[4096];
	struct made made;

	(void)state;
	/* many tokens by tiles are not one after the other to the bit */
	if (!strcmp(kernel_name(), "amx"))
		assert_true(kernel_use("avx512"));
	if (!strcmp(kernel_name(), "avx2-many"))
		assert_true(kernel_use("avx2"));
	random_make(&made, &spec);
	for (uint32_t i = 0; i < LONG; i++)
		ids[i] = i * i % 89 % made.model->shape.n_vocab;
	reference_logits(made.model, ids, LONG, want);
	for (size_t k = 0; k < ARRAY_LEN(types) * ARRAY_LEN(names); k++) {
		enum ggml_type kv = types[k / ARRAY_LEN(names)];
		const char *name = names[k % ARRAY_LEN(names)];
		struct transformer *a, *b, *c;
		uint32_t n = made.model->shape.n_vocab;

		a = start_as(made.model, NULL, kv, "dense", 0);
		b = start_as(made.model, pool, kv, name, LONG);
		c = start_as(made.model, NULL, kv, name, LONG);
		transformer_prompt(a, ids, LONG, LONG);
		transformer_prompt(b, ids, cut, cut);
		transformer_prompt(b, ids + cut, LONG - cut, LONG);
		transformer_prompt(c, ids, cut, cut);
		for (uint32_t i = cut; i < LONG; i++)
			transformer_step(c, ids[i]);
		same_bits(a, b, n);
		same_bits(a, c, n);
		for (uint32_t i = 0; i < n; i++)
			assert_true(fabs((double)transformer_logits(a)[i] -
					 want[i]) <
				    off[k / ARRAY_LEN(names)]);
		transformer_free(a);
		transformer_free(b);
		transformer_free(c);
	}
	kernel_use(NULL);
	pool_free(pool);
	random_unmake(&made);
}

/* A budget that holds everything, and no more than that: the dense logits for
 * every policy, to the bit. */
static void large_budget_is_dense(enum ggml_type kv)
{
	static const uint32_t budgets[] = { N, N + 1, 2 * N };
	struct random_spec spec = { .arch = "llama",
				    .type = GGML_F32,
				    .n_embd = 128,
				    .n_heads = 4,
				    .n_kv_heads = 2,
				    .seed = 9 };
	struct made made;
	const uint32_t *ids;

	random_make(&made, &spec);
	ids = some_ids(made.model->shape.n_vocab);
	for (size_t i = 0; i < sparse_n_rows * ARRAY_LEN(budgets); i++) {
		const struct sparse *row = sparse_rows[i % sparse_n_rows];
		uint32_t budget = budgets[i / sparse_n_rows];
		struct transformer *a, *b;

		a = start_as(made.model, NULL, kv, "dense", 0);
		b = start_as(made.model, NULL, kv, row->name, budget);
		transformer_prompt(a, ids, PROMPT, PROMPT);
		transformer_prompt(b, ids, PROMPT, PROMPT);
		for (int k = PROMPT; k < N; k++) {
			transformer_step(a, ids[k]);
			transformer_step(b, ids[k]);
			if (memcmp(transformer_logits(a), transformer_logits(b),
				   made.model->shape.n_vocab * sizeof(float)))
				fail_msg("%s %u differs at token %d", row->name,
					 budget, k);
		}
		assert_false(transformer_has_evicted(b));
		transformer_free(a);
		transformer_free(b);
	}
	random_unmake(&made);
}

static void a_large_budget_is_dense(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_cache_types; i++)
		large_budget_is_dense(cache_types[i].type);
}

/* One layer's keys and values are of their tokens alone: what sink reads and
 * how it turns it is a dense text of the sinks and the last ones. */
static void sink_is_a_text_without_its_middle(void **state)
{
	enum { BUDGET = 24, SINKS = 4 };
	static const char *const archs[] = { "llama", "qwen2", "phi3" };
	static const char *const scalings[] = { NULL, "linear", "yarn" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(archs) * ARRAY_LEN(scalings); i++) {
		struct random_spec spec = {
			.arch = archs[i % ARRAY_LEN(archs)],
			.scaling = scalings[i / ARRAY_LEN(archs)],
			.type = GGML_F32, .n_layers = 1, .seed = 21
		};
		struct made made;
		struct transformer *a, *b;
		const uint32_t *ids;
		uint32_t rest[BUDGET + 1], n_vocab;

		random_make(&made, &spec);
		n_vocab = made.model->shape.n_vocab;
		ids = some_ids(n_vocab);
		b = start(made.model, NULL, "sink", BUDGET);
		transformer_prompt(b, ids, 1, 1);
		for (int k = 1; k < N; k++) {
			transformer_step(b, ids[k]);
			if (k % 13 || k < BUDGET)
				continue;
			memcpy(rest, ids, SINKS * sizeof(*ids));
			memcpy(rest + SINKS, ids + k - (BUDGET - SINKS),
			       (BUDGET + 1 - SINKS) * sizeof(*ids));
			a = start(made.model, NULL, "dense", 0);
			transformer_prompt(a, rest, BUDGET + 1, BUDGET + 1);
			for (uint32_t j = 0; j < n_vocab; j++)
				assert_true(fabsf(transformer_logits(a)[j] -
						  transformer_logits(b)[j]) <
					    1e-4f);
			transformer_free(a);
		}
		transformer_free(b);
		random_unmake(&made);
	}
}

/* The logits of a text under a policy with one option set, or none (i 0). */
static void logits_with(const struct model *m, const struct sparse *row, int i,
			float *out)
{
	const struct sparse_shape shape = transformer_shape(m);
	struct sparse_opts o = sparse_opts_auto;
	uint32_t *const options[] = {
		NULL,	   &o.page,	    &o.sinks,
		&o.recent, &o.dense_layers, &o.keep_prompt
	};
	const uint32_t *ids = some_ids(m->shape.n_vocab);
	struct err err = { "" };
	struct transformer *t;

	o.budget = i < 0 ? 60 : 40;
	o.seed = i == 6;
	if (i > 0 && i < 6)
		*options[i] = i == 5 ? !row->prompt_only : i == 4 ? 1 : 7;
	if (!sparse_resolve(row, &o, &shape, &err))
		fail_msg("%s: %s", row->name, err.text);
	t = transformer_new(m, NULL, GGML_F32, row, &o);
	transformer_prompt(t, ids, PROMPT, PROMPT);
	for (int k = PROMPT; k < N; k++)
		transformer_step(t, ids[k]);
	memcpy(out, transformer_logits(t), m->shape.n_vocab * sizeof(*out));
	transformer_free(t);
}

/* Options that a policy uses make a difference, others don't: as the manual
 * lists them. */
static void options_do_what_they_say(void **state)
{
	struct random_spec spec = {
		.arch = "llama", .type = GGML_F32, .n_layers = 3, .seed = 14
	};
	struct made made;
	float plain[256], other[256];
	uint32_t n;

	(void)state;
	random_make(&made, &spec);
	n = made.model->shape.n_vocab;
	for (size_t i = 0; i < sparse_n_rows; i++) {
		const struct sparse *row = sparse_rows[i];

		logits_with(made.model, row, 0, plain);
		for (int k = -1; k < 7; k++) {
			bool used = row->uses >> MAX(k, 0) & 1;

			if (k == 0)
				continue;
			logits_with(made.model, row, k, other);
			if (!memcmp(plain, other, n * sizeof(*plain)) == used)
				fail_msg("%s: option %d is%s used", row->name,
					 k, used ? " not" : "");
		}
	}
	random_unmake(&made);
}

/* Another policy from here on is as if the text had been its prompt: dense
 * attention has left what a prompt leaves. */
static void a_switch_is_a_prompt(void **state)
{
	static const char *const policies[] = { "quest", "raas", "random",
						"dense" };
	struct random_spec spec = { .arch = "llama",
				    .type = GGML_F32,
				    .seed = 15 };
	struct made made;
	const uint32_t *ids;
	uint32_t n;

	(void)state;
	random_make(&made, &spec);
	n = made.model->shape.n_vocab;
	ids = some_ids(n);
	for (size_t i = 0; i < ARRAY_LEN(policies); i++) {
		const struct sparse *row = sparse_find(policies[i]);
		struct sparse_opts o = sparse_opts_auto;
		const struct sparse_shape shape = transformer_shape(made.model);
		struct err err = { "" };
		struct transformer *a =
			start(made.model, NULL, policies[i], 33);
		struct transformer *b = start(made.model, NULL, "dense", 0);
		struct transformer *c;

		o.budget = 33;
		assert_true(sparse_resolve(row, &o, &shape, &err));
		transformer_prompt(a, ids, PROMPT, 20);
		transformer_prompt(b, ids, PROMPT, 20);
		c = transformer_copy(b);
		transformer_set_policy(c, row, &o);
		for (int k = PROMPT; k < N; k++) {
			transformer_step(a, ids[k]);
			transformer_step(b, ids[N - k]); /* elsewhere */
			transformer_step(c, ids[k]);
			same_bits(a, c, n);
			assert_int_equal(transformer_bytes(a).read,
					 transformer_bytes(c).read);
			assert_int_equal(transformer_bytes(a).used,
					 transformer_bytes(c).used);
		}
		transformer_free(a);
		transformer_free(b);
		transformer_free(c);
	}
	random_unmake(&made);
}

/* What is evicted is gone, what is skipped is not read, and the budget holds
 * in every head. */
static void budgets_hold(void **state)
{
	struct random_spec spec = {
		.arch = "llama", .type = GGML_F32, .n_layers = 3, .seed = 10
	};
	struct made made;
	const uint32_t *ids;
	uint32_t budget = 48, n_rows, row;

	(void)state;
	random_make(&made, &spec);
	ids = some_ids(made.model->shape.n_vocab);
	n_rows = made.model->shape.n_layers * made.model->shape.n_kv_heads;
	row = made.model->shape.d_head * 4 * 2;
	for (size_t i = 1; i < sparse_n_rows; i++) {
		const char *name = sparse_rows[i]->name;
		struct transformer *t = start(made.model, NULL, name, budget);
		struct transformer_bytes bytes;
		bool keeps = !strcmp(name, "quest") || !strcmp(name, "infllm");
		bool prompt = !strcmp(name, "raas"); /* which it keeps */
		bool grows = !strcmp(name, "snapkv") || !strcmp(name, "rkv");

		transformer_prompt(t, ids, PROMPT, PROMPT);
		for (int k = PROMPT; k < N; k++)
			transformer_step(t, ids[k]);
		bytes = transformer_bytes(t);
		if (keeps)
			assert_int_equal(bytes.used,
					 (uint64_t)N * n_rows * row);
		else
			assert_true(transformer_has_evicted(t) || prompt);
		if (!keeps && !prompt && !grows)
			assert_int_equal(bytes.used,
					 (uint64_t)budget * n_rows * row);
		if (!grows)
			assert_true(bytes.read <= (uint64_t)(budget + 1) *
							  n_rows * row *
							  (keeps ? 2 : 1));
		/* what queries share is counted once, and the token of the
		 * step is read before another makes room for it */
		assert_true(bytes.read <= bytes.used + n_rows * row);
		if (keeps)
			assert_true(bytes.read < bytes.used);
		transformer_free(t);
	}
	random_unmake(&made);
}

/* A copy goes on like the first, and neither disturbs the other. */
static void copies_are_apart(void **state)
{
	struct random_spec spec = { .arch = "qwen3",
				    .type = GGML_Q8_0,
				    .seed = 12 };
	struct made made;
	const uint32_t *ids;

	(void)state;
	random_make(&made, &spec);
	ids = some_ids(made.model->shape.n_vocab);
	for (size_t i = 0; i < sparse_n_rows; i++) {
		const char *name = sparse_rows[i]->name;
		struct transformer *a = start(made.model, NULL, name, 40);
		struct transformer *b,
			*alone = start(made.model, NULL, name, 40);
		struct transformer_bytes before, after;

		transformer_prompt(a, ids, PROMPT, PROMPT);
		transformer_prompt(alone, ids, PROMPT, PROMPT);
		transformer_step(a, ids[PROMPT]);
		transformer_step(alone, ids[PROMPT]);
		before = transformer_bytes(a);
		b = transformer_copy(a);
		after = transformer_bytes(b);
		assert_int_equal(before.used, after.used);
		for (int k = PROMPT + 1; k < N; k++)
			transformer_step(b, ids[N - k]); /* elsewhere */
		for (int k = PROMPT + 1; k < N; k++) {
			transformer_step(a, ids[k]);
			transformer_step(alone, ids[k]);
			same_bits(a, alone, made.model->shape.n_vocab);
		}
		transformer_free(a);
		transformer_free(b);
		transformer_free(alone);
	}
	random_unmake(&made);
}

static void going_back(void **state)
{
	struct random_spec spec = { .arch = "llama",
				    .type = GGML_F32,
				    .seed = 13 };
	struct made made;
	struct transformer *a, *b;
	const uint32_t *ids;

	(void)state;
	random_make(&made, &spec);
	ids = some_ids(made.model->shape.n_vocab);
	a = start(made.model, NULL, "quest", 32);
	b = start(made.model, NULL, "quest", 32);
	transformer_prompt(a, ids, PROMPT, PROMPT);
	transformer_prompt(b, ids, PROMPT, PROMPT);
	for (int k = PROMPT; k < N; k++)
		transformer_step(a, ids[N - k]);
	transformer_cut(a, PROMPT);
	for (int k = PROMPT; k < N; k++) {
		transformer_step(a, ids[k]);
		transformer_step(b, ids[k]);
		same_bits(a, b, made.model->shape.n_vocab);
	}
	transformer_free(a);
	transformer_free(b);
	random_unmake(&made);
}

static void check_pages(const struct model *m, const char *policy)
{
	enum { LONG = 1200, WORD = 64 * 16 };
	uint32_t n_layers = m->shape.n_layers;
	uint64_t changes = 0, before = 0;
	struct transformer *t = start(m, NULL, policy, 80);

	for (uint32_t i = 0; i < LONG; i++) {
		uint64_t last = 0;

		transformer_step(t, i * 7919 % m->shape.n_vocab);
		for (uint32_t w = 0; i >= WORD - 20 && w <= i / WORD; w++) {
			uint64_t read = 0, kept = 0;

			for (uint32_t l = 0; l < n_layers; l++) {
				struct transformer_pages p =
					transformer_layer_pages(t, l);

				read |= p.read[w];
				kept |= p.kept[w];
				assert_int_equal(p.n, i / 16 + 1);
			}
			assert_true(transformer_pages(t).read[w] == read);
			assert_true(transformer_pages(t).kept[w] == kept);
			assert_int_equal(transformer_pages(t).n, i / 16 + 1);
			last = read;
		}
		changes += last != before;
		before = last;
	}
	assert_true(changes > 1);
	transformer_free(t);
}

/* What all sparse layers read and kept is what each of them did, when there
 * are more pages than a word has bits too, and when pages go again. */
static void all_pages_are_those_of_layers(void **state)
{
	struct random_spec spec = { .arch = "llama",
				    .type = GGML_F32,
				    .n_layers = 3,
				    .n_ctx = 2048,
				    .seed = 21 };
	struct made made;

	(void)state;
	random_make(&made, &spec);
	check_pages(made.model, "quest");
	check_pages(made.model, "sink");
	random_unmake(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(logits_are_the_formulas),
		cmocka_unit_test(rope_scalings),
		cmocka_unit_test(windows),
		cmocka_unit_test(windows_beside_policies),
		cmocka_unit_test(threads_change_nothing),
		cmocka_unit_test(a_step_is_a_batch_of_one),
		cmocka_unit_test(long_texts),
		cmocka_unit_test(a_large_budget_is_dense),
		cmocka_unit_test(sink_is_a_text_without_its_middle),
		cmocka_unit_test(options_do_what_they_say),
		cmocka_unit_test(a_switch_is_a_prompt),
		cmocka_unit_test(budgets_hold),
		cmocka_unit_test(copies_are_apart),
		cmocka_unit_test(going_back),
		cmocka_unit_test(all_pages_are_those_of_layers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
