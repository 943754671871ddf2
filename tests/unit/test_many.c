/*
 * transformer_step_many() beside steps one by one: the same bits below
 * KERNEL_MANY texts, nearly the same from there on; and together.h, by
 * threads that come and go.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "decode/together.h"
#include "model/kernel_impl.h"
#include "random_made.h"

enum { BUDGET = 32, STEPS = 40, SEVERAL = 12, CROWD = KERNEL_MANY + 8 };

/* Token k of text i: each goes its own way. */
static uint32_t id_of(const struct model *m, uint32_t i, uint32_t k)
{
	return (i * 31 + k * k * 7 + k) % m->shape.n_vocab;
}

/* Text i, with a policy and a prompt of its own. */
static struct transformer *start(const struct model *m, uint32_t i)
{
	const struct sparse *row = sparse_rows[i % sparse_n_rows];
	struct sparse_opts o = sparse_opts_auto;
	struct sparse_shape shape = transformer_shape(m);
	uint32_t ids[64], n = 3 + i * 5 % 61;
	struct transformer *t;
	struct err err;

	o.budget = BUDGET;
	assert_true(sparse_resolve(row, &o, &shape, &err));
	t = transformer_new(m, NULL, GGML_F16, row, &o);
	for (uint32_t k = 0; k < n; k++)
		ids[k] = id_of(m, i, k);
	transformer_prompt(t, ids, n, n);
	return t;
}

static uint32_t next_of(const struct transformer *t, const struct model *m,
			uint32_t i)
{
	return id_of(m, i, transformer_n(t));
}

static void same(const struct transformer *a, const struct transformer *b,
		 const struct model *m)
{
	assert_int_equal(transformer_n(a), transformer_n(b));
	assert_memory_equal(transformer_logits(a), transformer_logits(b),
			    m->shape.n_vocab * sizeof(float));
	assert_int_equal(transformer_bytes(a).read, transformer_bytes(b).read);
	assert_int_equal(transformer_bytes(a).used, transformer_bytes(b).used);
}

/* Some of them in each step, in another order. */
static void several(const struct model *m)
{
	struct transformer *alone[SEVERAL], *many[SEVERAL], *at[SEVERAL];
	uint32_t ids[SEVERAL];

	for (uint32_t i = 0; i < SEVERAL; i++) {
		alone[i] = start(m, i);
		many[i] = start(m, i);
	}
	for (uint32_t step = 0; step < STEPS; step++) {
		uint32_t n = 0;

		for (uint32_t k = 0; k < SEVERAL; k++) {
			uint32_t i = (k + step) % SEVERAL;

			if (k && (i + step) % 3 == 0)
				continue;
			at[n] = many[i];
			ids[n++] = next_of(many[i], m, i);
			transformer_step(alone[i], next_of(alone[i], m, i));
		}
		transformer_step_many(at, ids, n);
		for (uint32_t i = 0; i < SEVERAL; i++)
			same(alone[i], many[i], m);
	}
	for (uint32_t i = 0; i < SEVERAL; i++) {
		transformer_free(alone[i]);
		transformer_free(many[i]);
	}
}

static void each_is_as_alone(void **state)
{
	static const struct random_spec specs[] = {
		{ .arch = "llama", .type = GGML_Q4_0, .seed = 1 },
		{ .arch = "qwen2", .type = GGML_Q8_0, .n_heads = 8,
		  .n_kv_heads = 2, .seed = 2 },
		{ .arch = "gemma3", .type = GGML_F16, .seed = 3 },
		{ .arch = "qwen3moe", .type = GGML_F32, .seed = 4 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(specs); i++) {
		struct made made;

		random_make(&made, &specs[i]);
		several(made.model);
		random_unmake(&made);
	}
}

/* What one has read ahead is thrown away, and nothing else changes. */
static void after_reading_ahead(void **state)
{
	struct random_spec spec = { .arch = "llama",
				    .type = GGML_F32,
				    .seed = 5 };
	struct transformer *alone[2], *many[2];
	uint32_t ids[2], wrong[3] = { 1, 2, 3 };
	struct made made;
	const struct model *m;

	(void)state;
	random_make(&made, &spec);
	m = made.model;
	for (uint32_t i = 0; i < 2; i++) {
		/* both are dense */
		alone[i] = start(m, i * (uint32_t)sparse_n_rows);
		many[i] = start(m, i * (uint32_t)sparse_n_rows);
		assert_true(transformer_can_read_ahead(many[i]));
		transformer_step(alone[i], 9);
		transformer_step_ahead(many[i], 9, wrong, 3);
	}
	for (uint32_t step = 0; step < 4; step++) {
		for (uint32_t i = 0; i < 2; i++) {
			ids[i] = next_of(many[i], m, i);
			transformer_step(alone[i], ids[i]);
		}
		transformer_step_many(many, ids, 2);
		for (uint32_t i = 0; i < 2; i++)
			same(alone[i], many[i], m);
	}
	for (uint32_t i = 0; i < 2; i++) {
		transformer_free(alone[i]);
		transformer_free(many[i]);
	}
	random_unmake(&made);
}

static void a_crowd_is_nearly(void **state)
{
	struct random_spec spec = { .arch = "llama",
				    .type = GGML_Q4_0,
				    .seed = 6 };
	struct transformer *alone[CROWD], *many[CROWD];
	uint32_t ids[CROWD];
	struct made made;
	const struct model *m;

	(void)state;
	random_make(&made, &spec);
	m = made.model;
	for (uint32_t i = 0; i < CROWD; i++) {
		alone[i] = start(m, i);
		many[i] = start(m, i);
		ids[i] = next_of(many[i], m, i);
		transformer_step(alone[i], ids[i]);
	}
	transformer_step_many(many, ids, CROWD);
	for (uint32_t i = 0; i < CROWD; i++) {
		const float *a = transformer_logits(alone[i]);
		const float *b = transformer_logits(many[i]);
		double apart = 0, size = 0;

		for (uint32_t k = 0; k < m->shape.n_vocab; k++) {
			apart += pow((double)a[k] - b[k], 2);
			size += pow(a[k], 2);
		}
		assert_true(sqrt(apart / size) < 2e-2);
		transformer_free(alone[i]);
		transformer_free(many[i]);
	}
	random_unmake(&made);
}

/* --- threads ------------------------------------------------------------ */

struct walker {
	struct together *all;
	const struct model *m;
	struct transformer *t;
	uint32_t i;
};

/* In, as many steps as its number says, and out; twice. */
static void *walk(void *arg)
{
	struct walker *w = arg;

	for (int round = 0; round < 2; round++) {
		together_join(w->all);
		for (uint32_t k = 0; k < 5 + w->i * 2; k++)
			together_step(w->all, w->t, next_of(w->t, w->m, w->i));
		together_leave(w->all);
	}
	return NULL;
}

static void threads_come_and_go(void **state)
{
	struct random_spec spec = { .arch = "llama",
				    .type = GGML_Q8_0,
				    .seed = 7 };
	struct together *all = together_new();
	struct walker walkers[SEVERAL];
	pthread_t threads[SEVERAL];
	struct made made;

	(void)state;
	random_make(&made, &spec);
	for (uint32_t i = 0; i < SEVERAL; i++) {
		walkers[i] = (struct walker){ all, made.model,
					      start(made.model, i), i };
		assert_int_equal(pthread_create(&threads[i], NULL, walk,
						&walkers[i]), 0);
	}
	for (uint32_t i = 0; i < SEVERAL; i++) {
		struct transformer *alone = start(made.model, i);

		pthread_join(threads[i], NULL);
		while (transformer_n(alone) < transformer_n(walkers[i].t))
			transformer_step(alone, next_of(alone, made.model, i));
		same(alone, walkers[i].t, made.model);
		transformer_free(alone);
		transformer_free(walkers[i].t);
	}
	together_free(all);
	random_unmake(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_as_alone),
		cmocka_unit_test(after_reading_ahead),
		cmocka_unit_test(a_crowd_is_nearly),
		cmocka_unit_test(threads_come_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
