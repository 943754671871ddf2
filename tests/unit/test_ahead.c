/*
 * transformer_ahead.c: a text that is read ahead, right and wrong, beside the
 * same text step by step: the same logits to the bit, and the same bytes read
 * and in use, for every architecture and type, both kinds of cache, every
 * kernel and on threads; whatever is done while tokens are ahead.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "model/transformer.h"
#include "random_made.h"

enum { N = 44, PROMPT = 8 };

static struct transformer *start(const struct model *m, struct pool *pool,
				 enum ggml_type kv, const char *policy)
{
	struct sparse_opts o = sparse_opts_auto;
	struct sparse_shape shape = transformer_shape(m);
	struct err err = { "" };

	o.budget = 64;
	if (!sparse_resolve(sparse_find(policy), &o, &shape, &err))
		fail_msg("%s: %s", policy, err.text);
	return transformer_new(m, pool, kv, sparse_find(policy), &o);
}

/* Of what a window has passed more or less may be there still. */
static void same(const struct transformer *a, const struct transformer *b,
		 const struct model *m, uint32_t at)
{
	struct transformer_bytes x = transformer_bytes(a);
	struct transformer_bytes y = transformer_bytes(b);

	if (memcmp(transformer_logits(a), transformer_logits(b),
		   m->shape.n_vocab * sizeof(float)))
		fail_msg("logits differ behind token %u", at);
	assert_int_equal(transformer_n(a), transformer_n(b));
	assert_int_equal(x.read, y.read);
	if (!m->shape.window)
		assert_int_equal(x.used, y.used);
}

/* What is thought to follow ids[i]: often right, for some of its length. */
static uint32_t guess(const uint32_t *ids, uint32_t i, uint32_t n_vocab,
		      uint32_t *likely)
{
	uint32_t n = (uint32_t)rand() % (TRANSFORMER_AHEAD + 1);

	n = MIN(n, N - 1 - i);
	memcpy(likely, ids + i + 1, n * sizeof(*ids));
	if (n && rand() % 3)
		likely[(uint32_t)rand() % n] = (uint32_t)rand() % n_vocab;
	return n;
}

static void become_copy(struct transformer **t)
{
	struct transformer *copy = transformer_copy(*t);

	transformer_free(*t);
	*t = copy;
}

/* One thing that may come between two steps. */
static void interrupt(struct transformer **a, struct transformer **b)
{
	struct transformer *copy;

	switch (rand() % 12) {
	case 0:
		transformer_cut(*a, transformer_n(*a));
		transformer_cut(*b, transformer_n(*b));
		assert_int_equal(transformer_n_ahead(*b), 0);
		break;
	case 1:
		become_copy(a);
		become_copy(b);
		assert_int_equal(transformer_n_ahead(*b), 0);
		break;
	case 2: /* the copy does not take anything from it */
		copy = transformer_copy(*b);
		transformer_step(copy, 1);
		transformer_free(copy);
		break;
	}
}

static uint32_t check(const struct model *m, struct pool *pool,
		      enum ggml_type kv)
{
	struct transformer *a = start(m, NULL, kv, "dense");
	struct transformer *b = start(m, pool, kv, "dense");
	uint32_t ids[N], likely[TRANSFORMER_AHEAD], n_free = 0;
	uint32_t n_vocab = m->shape.n_vocab;

	for (uint32_t i = 0; i < N; i++)
		ids[i] = (uint32_t)rand() % n_vocab;
	transformer_prompt(a, ids, PROMPT, PROMPT);
	transformer_prompt(b, ids, PROMPT, PROMPT);
	for (uint32_t i = PROMPT; i < N; i++) {
		uint32_t n = guess(ids, i, n_vocab, likely);

		transformer_step(a, ids[i]);
		n_free += transformer_step_ahead(b, ids[i], likely, n);
		same(a, b, m, i);
		interrupt(&a, &b);
		same(a, b, m, i);
	}
	transformer_free(a);
	transformer_free(b);
	return n_free;
}

static void read_ahead_is_step_by_step(void **state)
{
	static const char *const archs[] = { "llama",	 "qwen2",    "qwen3",
					     "qwen2moe", "qwen3moe", "gemma",
					     "gemma2",	 "gemma3",   "phi3" };
	uint32_t n_free = 0;

	(void)state;
	srand(3);
	for (size_t a = 0; a < ARRAY_LEN(archs); a++)
		for (size_t i = a % 5; i < n_quants; i += 5) {
			struct random_spec spec = { .arch = archs[a],
						    .type = quants[i].type,
						    .seed = a * 100 + i };
			struct made made;

			random_make(&made, &spec);
			n_free += check(made.model, NULL,
					i % 2 ? GGML_F16 : GGML_F32);
			random_unmake(&made);
		}
	assert_true(n_free > 100);
}

static void every_kernel_and_threads(void **state)
{
	static const char *const kernels[] = { "scalar", "avx2", "avx512",
					       "neon", "dotprod" };
	struct pool *pool = pool_new(3);

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(kernels); k++) {
		if (!kernel_use(kernels[k]))
			continue;
		for (size_t i = k; i < n_quants; i += 4) {
			struct random_spec spec = { .arch = "llama",
						    .type = quants[i].type,
						    .n_heads = 8,
						    .n_kv_heads = 4,
						    .seed = 40 + i };
			struct made made;

			random_make(&made, &spec);
			check(made.model, i % 2 ? pool : NULL,
			      i % 3 ? GGML_F16 : GGML_F32);
			random_unmake(&made);
		}
	}
	kernel_use(NULL);
	pool_free(pool);
}

/* Dense alone can; another policy goes on from the text, not from what was
 * ahead of it. */
static void policies(void **state)
{
	struct random_spec spec = { .arch = "llama", .type = GGML_F32,
				    .n_layers = 3, .seed = 5 };
	const uint32_t ids[] = { 5, 6, 7, 8, 9, 10, 11 };
	struct made made;

	(void)state;
	random_make(&made, &spec);
	for (size_t i = 0; i < sparse_n_rows; i++) {
		const struct sparse *row = sparse_rows[i];
		struct sparse_shape shape = transformer_shape(made.model);
		struct transformer *a, *b, *c;
		struct sparse_opts o = sparse_opts_auto;
		struct err err;

		a = start(made.model, NULL, GGML_F16, "dense");
		b = start(made.model, NULL, GGML_F16, "dense");
		c = start(made.model, NULL, GGML_F16, row->name);
		assert_int_equal(transformer_can_read_ahead(c),
				 row == &sparse_dense);
		transformer_free(c);
		o.budget = 64;
		assert_true(sparse_resolve(row, &o, &shape, &err));
		transformer_prompt(a, ids, 3, 3);
		transformer_prompt(b, ids, 3, 3);
		transformer_step(a, 20);
		transformer_step_ahead(b, 20, ids, 7);
		assert_int_equal(transformer_n_ahead(b), 7);
		transformer_set_policy(a, row, &o);
		transformer_set_policy(b, row, &o);
		assert_int_equal(transformer_n_ahead(b), 0);
		for (uint32_t k = 0; k < 90; k++) {
			transformer_step(a, k);
			transformer_step(b, k);
			same(a, b, made.model, k);
		}
		transformer_free(a);
		transformer_free(b);
	}
	random_unmake(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_ahead_is_step_by_step),
		cmocka_unit_test(every_kernel_and_threads),
		cmocka_unit_test(policies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
