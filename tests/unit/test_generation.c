/*
 * generation.c: the clock of a run, what a fork shares with its origin, and the
 * threshold: it fires where a replay says, and going on densely is what a
 * dense run of the same text would do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/buf.h"
#include "decode/generation.h"
#include "report/report.h"
#include "stories.h"
#include "system/spare.h"
#include "trace/run.h"

enum { LITTLE = 1 << 20, N_PROMPT = 5, LENGTH = 200, F = 25, T = 25 };

static struct model_map map;
static struct pool *pool;
static struct vocab_ids prompt;

static int open_model(void **state)
{
	(void)state;
	stories_open(&map, "Once upon a time", &prompt);
	pool = pool_new(1);
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

	o.threshold.meter.rule = (struct rule_opts){ F, T, 1, 0, 0, 0 };
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

	opts.rule = (struct rule_opts){ F, T, 1, 0, 0, 0 };
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

/* What is decoded again from a place in a text: the state of a run that never
 * wrote the rest is the same, byte for byte. */
static void same_state(struct generation *a, struct generation *b)
{
	uint32_t n = map.model->shape.n_vocab;
	float want, got;

	assert_int_equal(a->n_ids, b->n_ids);
	assert_memory_equal(a->ids, b->ids, a->n_ids * sizeof(*a->ids));
	assert_int_equal(transformer_n(a->t), transformer_n(b->t));
	assert_int_equal(transformer_bytes(a->t).used,
			 transformer_bytes(b->t).used);
	assert_memory_equal(transformer_logits(a->t), transformer_logits(b->t),
			    n * sizeof(float));
	assert_int_equal(sampler_next(a->sampler, transformer_logits(a->t),
				      &got),
			 sampler_next(b->sampler, transformer_logits(b->t),
				      &want));
	assert_true(got == want);
}

/* Back to the sentence before the copying, and densely on from there. */
static void rolls_back(void **state)
{
	static const struct {
		const char *policy;
		float temperature;
	} rows[] = { { "h2o", 0 }, { "h2o", 0.8F }, { "sink", 0.8F },
		     { "quest", 0 }, { "quest", 0.8F }, { "infllm", 0 } };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
		struct generation_opts o = options();
		struct generation g, never;
		struct err err = { "" };
		uint32_t n;

		o.sample.temperature = rows[k].temperature;
		o.threshold.meter.rule.t = 200; /* it fires in any text */
		o.threshold.then = THRESHOLD_ROLLBACK;
		begin(&g, &o, rows[k].policy, 16);
		while (g.back_to == GENERATION_NEVER)
			assert_true(generation_step(&g));
		n = g.back_to;
		assert_true(n < g.threshold_at);
		assert_int_equal(generation_n_out(&g), g.threshold_at);
		o.threshold.then = THRESHOLD_IGNORE;
		begin(&never, &o, rows[k].policy, 16);
		while (generation_n_out(&never) < n)
			assert_true(generation_step(&never));
		generation_go_back(&g);
		assert_true(g.policy == &sparse_dense);
		assert_int_equal(generation_n_out(&g), n);
		assert_true(generation_set_policy(&never, &sparse_dense, 0,
						  &err));
		if (strcmp(rows[k].policy, "quest") == 0 ||
		    strcmp(rows[k].policy, "infllm") == 0) {
			/* its last token was read by the policy */
			transformer_cut(never.t, never.n_ids - 1);
			transformer_step(never.t,
					 never.ids[never.n_ids - 1]);
		}
		same_state(&g, &never);
		for (int i = 0; i < 20; i++) {
			assert_true(generation_step(&g));
			assert_true(generation_step(&never));
		}
		same_state(&g, &never);
		generation_release(&g);
		generation_release(&never);
	}
}

/* A dense run would write the same again: another token is taken there, and
 * all else is as it was. */
static void rolls_back_densely(void **state)
{
	struct generation_opts o = options();
	struct generation g, never;
	uint32_t n, was, banned;

	(void)state;
	o.threshold.meter.rule.t = 200;
	o.threshold.then = THRESHOLD_ROLLBACK;
	begin(&g, &o, "dense", 0);
	while (g.back_to == GENERATION_NEVER)
		assert_true(generation_step(&g));
	n = g.back_to;
	was = g.ids[N_PROMPT + n];
	generation_go_back(&g);
	assert_int_equal(g.banned, was);
	o.threshold.then = THRESHOLD_IGNORE;
	begin(&never, &o, "dense", 0);
	while (generation_n_out(&never) < n)
		assert_true(generation_step(&never));
	banned = g.banned;
	same_state(&g, &never);
	assert_int_equal(g.n_recomputed, 0);
	assert_true(generation_step(&g));
	assert_int_not_equal(g.ids[N_PROMPT + n], banned);
	assert_int_equal(g.banned, GENERATION_NEVER);
	finish(&g);
	generation_release(&g);
	generation_release(&never);
}

/* Where the first of `text`'s tokens stands behind the threshold; the rest
 * follows it. 0: nowhere. */
static uint32_t written_at(const struct generation *g, const char *text)
{
	struct vocab_ids ids = { 0 };
	uint32_t n = generation_n_out(g), at = g->threshold_at;

	text += map.vocab->add_space && *text == ' ';
	vocab_encode(map.vocab, text, strlen(text), VOCAB_SPECIAL, &ids);
	while (at + ids.n <= n && memcmp(g->ids + N_PROMPT + at, ids.ids,
					 ids.n * sizeof(*ids.ids)) != 0)
		at++;
	at = at + ids.n <= n ? at - g->threshold_at + 1 : 0;
	vocab_ids_release(&ids);
	return at;
}

/* The text is there: at once, when the model takes its first token by itself,
 * or at the limit. */
static void concludes(void **state)
{
	static const struct {
		float ramp;
		uint32_t limit, least, most; /* steps */
	} rows[] = {
		{ 0, 64, 1, 1 },       /* at once */
		{ 2, 64, 1, 40 },      /* it rises until it is taken */
		{ 0.001F, 9, 10, 10 }, /* too slow: the limit */
		{ 1000, 64, 1, 1 },
	};

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
		static const char text[] = " The end is a zoo.";
		struct generation_opts o = options();
		struct generation g;
		struct buf told = { 0 };
		uint32_t at;

		o.threshold.then = THRESHOLD_CONCLUDE;
		o.threshold.how = (struct then_opts){ text, rows[k].ramp,
						      rows[k].limit, 0 };
		begin(&g, &o, "h2o", 16);
		finish(&g);
		at = written_at(&g, text);
		assert_in_range(at, rows[k].least, rows[k].most);
		assert_int_equal(g.n_acted, 1);
		assert_true(generation_tell(&g, &told));
		assert_non_null(strstr(buf_cstr(&told), "concluded, then "));
		for (uint32_t i = g.n_prompt; i < g.n_ids; i++)
			assert_true(g.ids[i] < map.model->shape.n_vocab);
		buf_release(&told);
		generation_release(&g);
	}
}

/* What ends a text does not where it is written for the model. */
static void concludes_with_an_end(void **state)
{
	static const char text[] = "\n</s>\n The end.";
	struct generation_opts o = options();
	struct generation g;
	uint32_t n_ends = 0;

	(void)state;
	o.ignore_eos = false;
	o.threshold.then = THRESHOLD_CONCLUDE;
	o.threshold.how = (struct then_opts){ text, 0, 0, 0 };
	begin(&g, &o, "h2o", 16);
	finish(&g);
	assert_int_equal(written_at(&g, text), 1);
	for (uint32_t i = g.threshold_at; i < generation_n_out(&g); i++)
		n_ends += vocab_ends(map.vocab, g.ids[N_PROMPT + i]);
	assert_int_equal(n_ends, 1);
	generation_release(&g);
}

/* Of a loop behind the conclusion nothing is hoped any more. */
static void concludes_once(void **state)
{
	struct generation_opts o = options();
	struct generation g;

	(void)state;
	o.n_predict = 2 * LENGTH;
	o.threshold.then = THRESHOLD_CONCLUDE;
	o.threshold.meter.rule.t = 200; /* any text is a loop */
	begin(&g, &o, "dense", 0);
	finish(&g);
	assert_string_equal(g.finish, "guardian");
	assert_int_equal(g.n_acted, 1);
	assert_true(generation_n_out(&g) >= g.threshold_at + 2 * F);
	generation_release(&g);
}

/* The same prompt, drawn anew: as often as was said, and then it ends. */
static void tries_again(void **state)
{
	struct generation_opts o = options();
	struct generation g, other;
	uint32_t ids[3][LENGTH], n = 0;

	(void)state;
	o.threshold.then = THRESHOLD_RETRY;
	o.threshold.meter.rule.t = 200;
	o.threshold.how.retries = 2;
	begin(&g, &o, "h2o", 16);
	while (generation_step(&g)) {
		uint32_t n_out = generation_n_out(&g);

		ids[n][n_out - 1] = g.ids[g.n_ids - 1];
		if (g.back_to != GENERATION_NEVER) {
			assert_int_equal(g.back_to, 0);
			assert_true(++n < 3);
		}
	}
	assert_int_equal(n, 2);
	assert_string_equal(g.finish, "guardian");
	assert_int_equal(generation_n_out(&g), 2 * F);
	for (n = 0; n < 3; n++)
		assert_memory_not_equal(ids[n], ids[(n + 1) % 3],
					2 * F * sizeof(**ids));
	/* each is the run that its seed gives by itself */
	o.threshold.then = THRESHOLD_IGNORE;
	o.sample.temperature = RETRY_TEMPERATURE_DEFAULT;
	o.sample.seed += 2;
	begin(&other, &o, "h2o", 16);
	for (uint32_t i = 0; i < 2 * F; i++)
		assert_true(generation_step(&other));
	assert_memory_equal(other.ids, g.ids, g.n_ids * sizeof(*g.ids));
	generation_release(&g);
	generation_release(&other);
}

/* Where somebody only looks, the text is that of a run that nobody saw. */
static void reports(void **state)
{
	struct generation_opts o = options();
	struct generation g, plain;
	struct buf told = { 0 };

	(void)state;
	begin(&plain, &o, "h2o", 16);
	finish(&plain);
	assert_false(generation_tell(&plain, &told));
	o.threshold.then = THRESHOLD_REPORT;
	begin(&g, &o, "h2o", 16);
	finish(&g);
	assert_string_equal(g.finish, "length");
	assert_int_equal(g.threshold_at, replayed(&plain));
	assert_int_equal(g.n_ids, plain.n_ids);
	assert_memory_equal(g.ids, plain.ids, g.n_ids * sizeof(*g.ids));
	assert_true(generation_tell(&g, &told));
	assert_non_null(strstr(buf_cstr(&told), "nothing was done"));
	buf_release(&told);
	generation_release(&g);
	generation_release(&plain);
}

/* A fork in the middle of what is written for the model writes the rest. */
static void forks_conclude(void **state)
{
	struct generation_opts o = options();
	struct generation a, b;

	(void)state;
	o.threshold.then = THRESHOLD_CONCLUDE;
	o.threshold.how = (struct then_opts){ " The end is a zoo.", 0, 0, 0 };
	begin(&a, &o, "h2o", 16);
	while (a.threshold_at == GENERATION_NEVER ||
	       generation_n_out(&a) < a.threshold_at + 3)
		assert_true(generation_step(&a));
	generation_fork(&b, &a, a.n_ids, NULL);
	finish(&a);
	finish(&b);
	assert_int_equal(a.n_ids, b.n_ids);
	assert_memory_equal(a.ids, b.ids, a.n_ids * sizeof(*a.ids));
	assert_int_equal(written_at(&b, " The end is a zoo."), 1);
	generation_release(&a);
	generation_release(&b);
}

/* What goes on from a run that only reported is, token by token, the run that
 * had that threshold from the beginning; the reporting one is not changed. */
static void goes_on_from_a_report(void **state)
{
	static const char *const policies[] = { "dense", "h2o", "quest",
						"sink", "infllm" };
	static const enum threshold_then thens[] = {
		THRESHOLD_POLICY, THRESHOLD_CONCLUDE, THRESHOLD_ROLLBACK,
		THRESHOLD_RETRY, THRESHOLD_STOP,
	};

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(policies) * ARRAY_LEN(thens); k++) {
		const char *policy = policies[k % ARRAY_LEN(policies)];
		struct generation_opts o = options(), from = options();
		struct generation whole, looked, g, after, plain;

		o.threshold.then = thens[k / ARRAY_LEN(policies)];
		o.threshold.policy = &sparse_dense;
		o.threshold.meter.rule.t = 200; /* it fires in any text */
		o.threshold.how = (struct then_opts){ " The end.", 0, 0, 1 };
		begin(&whole, &o, policy, 16);
		finish(&whole);
		from.threshold = o.threshold;
		from.threshold.then = THRESHOLD_REPORT;
		begin(&looked, &from, policy, 16);
		while (!looked.n_acted)
			assert_true(generation_step(&looked));
		generation_go_on(&g, &looked, &o.threshold);
		generation_go_on(&after, &looked, &o.threshold);
		finish(&g);
		assert_int_equal(g.n_ids, whole.n_ids);
		assert_memory_equal(g.ids, whole.ids,
				    g.n_ids * sizeof(*g.ids));
		assert_string_equal(g.finish, whole.finish);
		assert_int_equal(g.threshold_at, whole.threshold_at);
		assert_int_equal(g.n_recomputed, whole.n_recomputed);
		begin(&plain, &from, policy, 16);
		finish(&plain);
		finish(&looked);
		assert_int_equal(looked.n_ids, plain.n_ids);
		assert_memory_equal(looked.ids, plain.ids,
				    plain.n_ids * sizeof(*plain.ids));
		generation_release(&whole);
		generation_release(&looked);
		generation_release(&g);
		generation_release(&after);
		generation_release(&plain);
	}
}

/* What can't go on says why: logits that are no numbers (a norm of the root of
 * less than 0). */
static void no_numbers(void **state)
{
	struct generation_opts o = options();
	struct model broken = *map.model;
	struct err err = { "" };
	struct generation g;

	(void)state;
	broken.shape.norm_eps = -1e30F;
	o.model = &broken;
	begin(&g, &o, "dense", 0);
	assert_false(generation_step(&g));
	assert_true(generation_broke(&g, &err));
	assert_string_equal(err.text,
			    "the model's logits are no numbers after 5 tokens: "
			    "its weights or the numbers of its shape are "
			    "broken");
	generation_release(&g);
}

/* ... and memory that a limited process may not have. A sanitizer asks for
 * some of its own. */
static void no_memory(void **state)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	(void)state;
	skip();
#else
	struct generation_opts o = options();
	struct rlimit before, none;
	struct err err = { "" };
	struct generation g;

	(void)state;
	begin(&g, &o, "dense", 0);
	assert_true(generation_step(&g));
	assert_false(generation_broke(&g, &err));
	assert_int_equal(getrlimit(RLIMIT_DATA, &before), 0);
	none = (struct rlimit){ (rlim_t)1 << 32, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_DATA, &none), 0);
	none.rlim_cur -= spare_here("") - LITTLE; /* of what there is */
	assert_int_equal(setrlimit(RLIMIT_DATA, &none), 0);
	assert_false(generation_step(&g));
	err_clear(&err);
	assert_true(generation_broke(&g, &err));
	assert_int_equal(setrlimit(RLIMIT_DATA, &before), 0);
	assert_non_null(strstr(err.text, "the text ends after 6 tokens: ulimit "
					 "has "));
	generation_release(&g);
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_clock),
		cmocka_unit_test(no_numbers),
		cmocka_unit_test(no_memory),
		cmocka_unit_test(fork_shares),
		cmocka_unit_test(texts_end),
		cmocka_unit_test(threshold_stops),
		cmocka_unit_test(threshold_goes_on),
		cmocka_unit_test(threshold_once),
		cmocka_unit_test(bad_options),
		cmocka_unit_test(rolls_back),
		cmocka_unit_test(rolls_back_densely),
		cmocka_unit_test(concludes),
		cmocka_unit_test(concludes_once),
		cmocka_unit_test(concludes_with_an_end),
		cmocka_unit_test(tries_again),
		cmocka_unit_test(reports),
		cmocka_unit_test(forks_conclude),
		cmocka_unit_test(goes_on_from_a_report),
	};

	return cmocka_run_group_tests(tests, open_model, close_model);
}
