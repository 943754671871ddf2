/*
 * A text that is read ahead is the one that is not: every token and its
 * log-probability, greedy and drawn, under every penalty, with both kinds of
 * cache, on threads, through forks and whatever happens at a threshold. Passes
 * are saved where it copies itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode/generation.h"
#include "stories.h"

enum { LENGTH = 220, F = 25, T = 25 };

static struct model_map map;
static struct pool *pools[2];
static struct vocab_ids prompt;

static int open_model(void **state)
{
	(void)state;
	stories_open(&map, "Once upon a time there was a cat. Once upon a "
			   "time there was a", &prompt);
	pools[0] = pool_new(1);
	pools[1] = pool_new(3);
	return 0;
}

static int close_model(void **state)
{
	(void)state;
	vocab_ids_release(&prompt);
	pool_free(pools[0]);
	pool_free(pools[1]);
	model_map_close(&map);
	return 0;
}

static struct generation_opts options(void)
{
	struct generation_opts o = {
		.model = map.model,
		.vocab = map.vocab,
		.pool = pools[0],
		.kv = GGML_F16,
		.sparse = sparse_opts_auto,
		.sample = { .top_p = 1, .seed = 7 },
		.n_predict = LENGTH,
		.ignore_eos = true,
		.threshold.meter = meter_opts_default,
		.threshold.how = then_opts_default,
	};

	o.threshold.meter.rule = (struct rule_opts){ F, T, 1, 0, 0, 0 };
	return o;
}

static void begin(struct generation *g, const struct generation_opts *o)
{
	struct err err = { "" };

	if (!generation_init(g, o, &sparse_dense, 0, prompt.ids,
			     (uint32_t)prompt.n, &err))
		fail_msg("%s", err.text);
}

/* Both to their end, in step. */
static void both(struct generation *a, struct generation *b)
{
	bool more = true;

	while (more) {
		more = generation_step(a);
		assert_int_equal(generation_step(b), more);
		assert_int_equal(a->n_ids, b->n_ids);
		assert_memory_equal(a->ids, b->ids, a->n_ids * sizeof(*a->ids));
		assert_memory_equal(&a->logprob, &b->logprob,
				    sizeof(a->logprob));
		assert_int_equal(a->threshold_at, b->threshold_at);
		assert_int_equal(a->back_to, b->back_to);
	}
	assert_string_equal(a->finish, b->finish);
}

/* Passes that were saved. */
static uint32_t compare(struct generation_opts o, uint32_t n)
{
	struct generation_opts ahead = o;
	struct generation a, b;
	uint32_t saved;

	ahead.speculate = n;
	begin(&a, &o);
	begin(&b, &ahead);
	both(&a, &b);
	assert_int_equal(a.n_accepted + a.n_drafted, 0);
	assert_true(b.n_accepted <= b.n_drafted);
	if (o.threshold.then == THRESHOLD_IGNORE)
		assert_int_equal(b.n_passes + b.n_accepted, a.n_passes);
	saved = b.n_accepted;
	generation_release(&a);
	generation_release(&b);
	return saved;
}

static void greedy(void **state)
{
	static const uint32_t lengths[] = { 1, 2, 7, DRAFT_MAX };
	uint32_t saved = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++)
		for (int kv = 0; kv < 2; kv++) {
			struct generation_opts o = options();

			o.kv = kv ? GGML_F32 : GGML_F16;
			o.pool = pools[i % 2];
			saved += compare(o, lengths[i]);
		}
	assert_true(saved > 0);
}

static void drawn(void **state)
{
	static const struct sample_opts rows[] = {
		{ .top_p = 1, .temperature = 1 },
		{ .top_p = 1, .temperature = 0.3F },
		{ .top_p = 0.9F, .top_k = 40, .min_p = 0.05F,
		  .temperature = 0.7F },
		{ .top_p = 1, .repeat_penalty = 1.1F, .repeat_last_n = 64 },
		{ .top_p = 1, .temperature = 0.5F, .frequency_penalty = 0.2F,
		  .presence_penalty = 0.3F },
		{ .top_p = 1, .dry_multiplier = 0.8F, .dry_base = 1.75F,
		  .dry_allowed_length = 2 },
		{ .top_p = 1, .temperature = 0.4F, .dry_multiplier = 0.2F,
		  .dry_base = 1.2F, .dry_allowed_length = 4 },
	};
	uint32_t saved = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (uint32_t seed = 1; seed <= 3; seed++) {
			struct generation_opts o = options();

			o.sample = rows[i];
			o.sample.seed = seed;
			saved += compare(o, DRAFT_MAX);
		}
	assert_true(saved > 0);
}

static void at_a_threshold(void **state)
{
	(void)state;
	for (int then = 0; then < THRESHOLD_KINDS; then++)
		for (size_t i = 0; i < sparse_n_rows; i++) {
			struct generation_opts o = options();

			o.threshold.then = (enum threshold_then)then;
			o.threshold.policy = sparse_rows[i];
			o.threshold.budget = 48;
			compare(o, 7);
			if (then != THRESHOLD_POLICY)
				break;
		}
}

/* A fork in the middle of what was read ahead, and another policy there. */
static void forks(void **state)
{
	struct generation_opts o = options(), ahead = o;
	struct generation a, b, fork_a, fork_b;
	struct err err;

	(void)state;
	ahead.speculate = DRAFT_MAX;
	begin(&a, &o);
	begin(&b, &ahead);
	for (int i = 0; i < 150; i++) {
		generation_step(&a);
		generation_step(&b);
		if (i % 30 != 29)
			continue;
		generation_fork(&fork_a, &a, a.n_ids - (i == 89), NULL);
		generation_fork(&fork_b, &b, b.n_ids - (i == 89), NULL);
		if (i == 119) {
			assert_true(generation_set_policy(
				&fork_a, &sparse_quest, 64, &err));
			assert_true(generation_set_policy(
				&fork_b, &sparse_quest, 64, &err));
		}
		both(&fork_a, &fork_b);
		generation_release(&fork_a);
		generation_release(&fork_b);
	}
	both(&a, &b);
	generation_release(&a);
	generation_release(&b);
}

static void other_policies_refuse(void **state)
{
	struct generation_opts o = options();

	(void)state;
	o.speculate = 4;
	for (size_t i = 0; i < sparse_n_rows; i++) {
		struct generation g;
		struct err err = { "" };
		bool good = generation_init(&g, &o, sparse_rows[i], 64,
					    prompt.ids, (uint32_t)prompt.n,
					    &err);

		assert_int_equal(good, sparse_rows[i] == &sparse_dense);
		if (!good)
			assert_non_null(strstr(err.text,
					       sparse_rows[i]->name));
		generation_release(&g);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(greedy),
		cmocka_unit_test(drawn),
		cmocka_unit_test(at_a_threshold),
		cmocka_unit_test(forks),
		cmocka_unit_test(other_policies_refuse),
	};

	return cmocka_run_group_tests(tests, open_model, close_model);
}
