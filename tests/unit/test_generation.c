/*
 * generation.c: the clock of a run, what a fork shares with its origin, and the
 * threshold: it fires where a replay says, and going on densely is what a
 * dense run of the same text would do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "decode/generation.h"
#include "decode/model_map.h"
#include "report/report.h"
#include "trace/run.h"

enum { N_PROMPT = 5, LENGTH = 200, F = 25, T = 25 };

static struct model_map map;
static struct pool *pool;
static struct vocab_ids prompt;

static int open_model(void **state)
{
	const char *top = getenv("top_srcdir");
	struct err err = { "" };
	char path[4096];

	(void)state;
	snprintf(path, sizeof(path), "%s/samples/models/stories260K/%s",
		 top ? top : ".", "checkpoint.bin");
	if (!model_map_open(&map, path, NULL, &err))
		fail_msg("%s", err.text);
	pool = pool_new(1);
	vocab_encode(map.vocab, "Once upon a time", 16, VOCAB_ADD_BOS,
		     &prompt);
	assert_int_equal(prompt.n, N_PROMPT);
	return 0;
}

static int close_model(void **state)
{
	(void)state;
	vocab_ids_release(&prompt);
	pool_free(pool);
	model_map_close(&map);
	return 0;
}

static struct generation_opts options(void)
{
	struct generation_opts o = {
		.model = map.model,
		.vocab = map.vocab,
		.pool = pool,
		.kv = GGML_F16,
		.sparse = sparse_opts_auto,
		.sample = { .top_p = 1 },
		.n_predict = LENGTH,
		.ignore_eos = true,
		.threshold.meter = meter_opts_default,
	};

	o.threshold.meter.rule = (struct rule_opts){ F, T, 1, 0 };
	return o;
}

static void begin(struct generation *g, const struct generation_opts *o,
		  const char *policy, uint32_t budget)
{
	struct err err = { "" };

	if (!generation_init(g, o, sparse_find(policy), budget, prompt.ids,
			     N_PROMPT, &err))
		fail_msg("%s", err.text);
}

static void finish(struct generation *g)
{
	while (generation_step(g))
		;
}

/* Where Guardian stops in the text, as a replay measures it. */
static uint32_t replayed(const struct generation *g)
{
	struct meter_opts opts = meter_opts_default;
	struct run *run;
	uint32_t at;

	opts.rule = (struct rule_opts){ F, T, 1, 0 };
	run = run_new(&opts);
	run->trace.facts.vocab = map.model->shape.n_vocab;
	for (uint32_t i = 0; i < generation_n_out(g); i++) {
		struct buf text = { 0 };
		struct token token = { .id = g->ids[N_PROMPT + i],
				       .channel = CHANNEL_ANSWER };

		generation_text(g, i, &text);
		token.text = text.data;
		token.len = text.len;
		run_token(run, &token);
		buf_release(&text);
	}
	run_end(run);
	while (!run_measure(run, UINT32_MAX))
		;
	at = meter_rule(run->meter, RULE_GUARDIAN).at_token;
	run_free(run);
	return at;
}

static void own_clock(void **state)
{
	struct generation_opts o = options();
	struct generation a, b;

	(void)state;
	begin(&a, &o, "dense", 0);
	begin(&b, &o, "sink", 32);
	assert_true(a.clock_s > 0);
	for (int i = 0; i < 50; i++) {
		assert_true(generation_step(&a));
		assert_true(generation_step(&b));
	}
	for (uint32_t i = N_PROMPT + 1; i < a.n_ids; i++)
		assert_true(a.times_s[i] > a.times_s[i - 1]);
	assert_true(a.clock_s >= a.times_s[a.n_ids - 1]);
	generation_release(&a);
	generation_release(&b);
}

static void fork_shares(void **state)
{
	static const char *const policies[] = { "dense", "quest", "h2o",
						"sink", "infllm" };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(policies); k++) {
		struct generation_opts o = options();
		struct generation a, b;

		begin(&a, &o, policies[k], 48);
		for (int i = 0; i < 60; i++)
			generation_step(&a);
		generation_fork(&b, &a, a.n_ids, NULL);
		assert_int_equal(b.n_ids, a.n_ids);
		assert_memory_equal(b.times_s, a.times_s,
				    a.n_ids * sizeof(*a.times_s));
		assert_true(b.clock_s == a.clock_s);
		assert_int_equal(b.n_recomputed, 0);
		finish(&a);
		finish(&b);
		assert_int_equal(generation_n_out(&b), LENGTH);
		assert_memory_equal(a.ids, b.ids, a.n_ids * sizeof(*a.ids));
		generation_release(&a);
		generation_release(&b);
	}
}

/* The run ends in the very token at which a replay says it should have. */
/* A stop text ends a text with the token that completes it, whatever was
 * forked on the way. */
static void texts_end(void **state)
{
	static const char *const stops[] = { "never", "y outs" };
	struct generation_opts o = options();
	struct generation a, b, c, d;
	struct buf text = { 0 };
	uint32_t n;

	(void)state;
	o.stops = stops;
	o.n_stops = ARRAY_LEN(stops);
	begin(&a, &o, "dense", 0);
	begin(&b, &o, "dense", 0);
	finish(&a);
	assert_string_equal(a.finish, "stop");
	n = generation_n_out(&a);
	for (uint32_t i = 0; i < n; i++) {
		generation_text(&a, i, &text);
		assert_int_equal(i == n - 1, bytes_find(text.data, text.len,
							"y outs", 6) != NULL);
	}
	/* forked in the middle of it */
	for (uint32_t i = 0; i < n - 1; i++)
		assert_true(generation_step(&b));
	assert_null(b.finish);
	generation_fork(&c, &b, b.n_ids, NULL);
	assert_true(generation_step(&c));
	assert_string_equal(c.finish, "stop");
	assert_int_equal(generation_n_out(&c), n);
	/* forked behind it: it goes on */
	generation_fork(&d, &a, a.n_ids, NULL);
	assert_true(generation_step(&d));
	assert_null(d.finish);
	generation_release(&a);
	generation_release(&b);
	generation_release(&c);
	generation_release(&d);
	buf_release(&text);
}

static void threshold_stops(void **state)
{
	struct generation_opts o = options();
	struct generation whole, cut;
	uint32_t at;

	(void)state;
	begin(&whole, &o, "h2o", 16);
	finish(&whole);
	assert_string_equal(whole.finish, "length");
	assert_int_equal(whole.threshold_at, GENERATION_NEVER);
	at = replayed(&whole);
	assert_true(at < LENGTH);
	o.threshold.then = THRESHOLD_STOP;
	begin(&cut, &o, "h2o", 16);
	finish(&cut);
	assert_string_equal(cut.finish, "guardian");
	assert_int_equal(cut.threshold_at, at);
	assert_int_equal(generation_n_out(&cut), at);
	assert_memory_equal(whole.ids, cut.ids, cut.n_ids * sizeof(*cut.ids));
	generation_release(&whole);
	generation_release(&cut);
}

/* What a dense model says after this text. */
static void dense_after(const struct generation_opts *o, const uint32_t *ids,
			uint32_t n, uint32_t n_more, uint32_t *out)
{
	struct generation_opts plain = *o;
	struct err err = { "" };
	struct generation g;

	plain.threshold.then = THRESHOLD_IGNORE;
	if (!generation_init(&g, &plain, &sparse_dense, 0, ids, n, &err))
		fail_msg("%s", err.text);
	for (uint32_t i = 0; i < n_more; i++)
		assert_true(generation_step(&g));
	memcpy(out, g.ids + n, n_more * sizeof(*out));
	generation_release(&g);
}

static void threshold_goes_on(void **state)
{
	static const struct {
		const char *policy;
		bool again; /* the text is read again */
	} rows[] = { { "h2o", true }, { "sink", true }, { "raas", true } };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
		struct generation_opts o = options();
		struct generation g;
		uint32_t want[LENGTH], at;

		o.threshold.then = THRESHOLD_POLICY;
		o.threshold.policy = &sparse_dense;
		begin(&g, &o, rows[k].policy, 16);
		finish(&g);
		at = N_PROMPT + g.threshold_at;
		assert_true(g.threshold_at < LENGTH);
		assert_string_equal(g.finish, "length");
		assert_true(g.policy == &sparse_dense);
		assert_int_equal(g.n_recomputed, rows[k].again ? at : 0);
		assert_true(g.recomputed_s > 0);
		dense_after(&o, g.ids, at, g.n_ids - at, want);
		assert_memory_equal(g.ids + at, want,
				    (g.n_ids - at) * sizeof(*want));
		generation_release(&g);
	}
}

/* A threshold is reached once: the policy that is chosen after it stays. */
static void threshold_once(void **state)
{
	struct generation_opts o = options();
	struct err err = { "" };
	struct generation g;
	uint32_t at;

	(void)state;
	o.threshold.then = THRESHOLD_POLICY;
	o.threshold.policy = &sparse_dense;
	begin(&g, &o, "h2o", 16);
	while (g.threshold_at == GENERATION_NEVER)
		assert_true(generation_step(&g));
	at = g.threshold_at;
	assert_int_equal(generation_n_out(&g), at);
	assert_true(generation_set_policy(&g, sparse_find("quest"), 32, &err));
	for (int i = 0; i < 20; i++)
		assert_true(generation_step(&g));
	assert_true(g.policy == sparse_find("quest"));
	assert_int_equal(g.threshold_at, at);
	generation_release(&g);
}

/* A budget that can't be is said before anything is written. */
static void bad_options(void **state)
{
	struct generation_opts o = options();
	struct err err = { "" };
	struct generation g;

	(void)state;
	o.threshold.then = THRESHOLD_POLICY;
	o.threshold.policy = sparse_find("quest");
	o.sparse.page = 16;
	o.threshold.budget = 8;
	assert_false(generation_init(&g, &o, &sparse_dense, 0, prompt.ids,
				     N_PROMPT, &err));
	assert_non_null(strstr(err.text, "--page"));
	generation_release(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_clock),
		cmocka_unit_test(fork_shares),
		cmocka_unit_test(texts_end),
		cmocka_unit_test(threshold_stops),
		cmocka_unit_test(threshold_goes_on),
		cmocka_unit_test(threshold_once),
		cmocka_unit_test(bad_options),
	};

	return cmocka_run_group_tests(tests, open_model, close_model);
}
