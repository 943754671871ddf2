/* half.c and watched.c: thinking and answer, each beside a watch that sees it
 * alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "guard/scope.h"
#include "guard/watch.h"
#include "guard/wish.h"

enum {
	CYCLE = 1, /* a row of rules[] that fires at a token, at once */
	NEW_WORDS = 60,
	LOOPS = 40,
};

static void put_word(struct buf *out, const char *channel, const char *word)
{
	buf_printf(out, "data: {\"object\":\"chat.completion.chunk\","
			"\"choices\":[{\"index\":0,\"delta\":{\"%s\":"
			"\"%s\"}}]}\n\n", channel, word);
}

/* New words, then a loop of three, said in a channel: "reasoning_content" or
 * "content". */
static void put_channel(struct buf *out, const char *channel)
{
	static const char *const loop[] = { "wait ", "check ", "again " };
	char word[32];

	for (size_t i = 0; i < NEW_WORDS; i++) {
		snprintf(word, sizeof(word), "w%zu ", i * 7919 % 9973);
		put_word(out, channel, word);
	}
	for (size_t i = 0; i < 3 * LOOPS; i++)
		put_word(out, channel, loop[i % ARRAY_LEN(loop)]);
}

static struct watch_opts options(size_t i_rule)
{
	struct watch_opts o = { .meter = meter_opts_default,
				.i_rule = i_rule, .source = "x" };

	o.meter.rule.f = 50;
	return o;
}

/* All of it, past every threshold. */
static void watch_all(struct watch *w, const struct buf *s, size_t step)
{
	for (size_t at = (size_t)watch_bytes_seen(w); at < s->len;)
		at += watch_bytes(w, s->data + at, MIN(step, s->len - at));
}

/* What is thought stands before the answer. */
static size_t thought_bytes(const struct watch *w, size_t i_hit)
{
	const struct trace *t = &watch_run(w, i_hit)->trace;

	return t->end[trace_count(t, CHANNEL_REASONING) - 1];
}

/* Both loop: each is found where it would be alone, what came after it is told
 * of its half, and what is kept ends where its loop began. */
static void check_halves(const struct watch_opts *opts, size_t step)
{
	static const char *const channels[HALVES] = { "reasoning_content",
						      "content" };
	struct watch_hit alone[HALVES];
	size_t kept[HALVES];
	uint32_t n_tokens[HALVES];
	struct buf s = { 0 }, both = { 0 };
	struct watch *w;

	for (size_t k = 0; k < HALVES; k++) {
		buf_clear(&s);
		put_channel(&s, channels[k]);
		put_channel(&both, channels[k]);
		w = watch_new(opts);
		watch_all(w, &s, step);
		kept[k] = watch_keep(w, 0);
		assert_in_range(kept[k], 1,
				watch_run(w, 0)->trace.text.len - 1);
		watch_end(w);
		assert_int_equal(watch_n_hits(w), 1);
		alone[k] = watch_hit(w, 0);
		n_tokens[k] = (uint32_t)watch_tokens(w);
		watch_free(w);
	}
	w = watch_new(opts);
	watch_all(w, &both, step);
	assert_int_equal(watch_n_hits(w), opts->goes_on ? HALVES : 1);
	for (size_t k = 0; k < watch_n_hits(w); k++)
		assert_int_equal(watch_keep(w, k),
				 (k ? thought_bytes(w, k) : 0) + kept[k]);
	watch_end(w);
	for (size_t k = 0; k < watch_n_hits(w); k++) {
		struct watch_hit hit = watch_hit(w, k);
		uint32_t before = k ? n_tokens[0] : 0;

		assert_int_equal(hit.half, k);
		assert_int_equal(hit.at_token, before + alone[k].at_token);
		assert_int_equal(hit.then.at_token, hit.at_token);
		assert_int_equal(hit.then.tokens_after,
				 alone[k].then.tokens_after);
		assert_int_equal(hit.n_stops, alone[k].n_stops);
	}
	watch_free(w);
	buf_release(&s);
	buf_release(&both);
}

static void test_halves(void **state)
{
	static const size_t steps[] = { 1, 64, 1000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		for (size_t goes_on = 0; goes_on < 2; goes_on++) {
			struct watch_opts opts = options(CYCLE);

			opts.goes_on = goes_on;
			check_halves(&opts, steps[i]);
		}
}

/* Which of them is a threshold's: by scope, by limits of its own. */
static void test_scope(void **state)
{
	static const struct {
		size_t i_rule;
		unsigned scope;
		double answer_t, thinking_t;
		bool thinking, answer;
	} rows[] = {
		{ CYCLE, 0, 20, 20, true, true },
		{ CYCLE, WATCH_HALF(HALF_THINKING), 20, 20, true, false },
		{ CYCLE, WATCH_HALF(HALF_ANSWER), 20, 20, false, true },
		{ RULE_GUARDIAN, 0, 20, 20, true, true },
		{ RULE_GUARDIAN, 0, 20, 0, false, true },
		{ RULE_GUARDIAN, 0, 0, 20, true, false },
	};
	struct buf s = { 0 };

	(void)state;
	put_channel(&s, "reasoning_content");
	put_channel(&s, "content");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct watch_opts opts = options(rows[i].i_rule);
		struct watch *w;
		bool found[HALVES] = { false };

		opts.meter.rule.f = 20;
		opts.meter.rule.t = rows[i].answer_t;
		opts.thinking = opts.meter.rule;
		opts.thinking.t = rows[i].thinking_t;
		opts.scope = rows[i].scope;
		opts.goes_on = true;
		w = watch_new(&opts);
		watch_all(w, &s, 1000);
		for (size_t k = 0; k < watch_n_hits(w); k++)
			found[watch_hit(w, k).half] = true;
		assert_int_equal(found[HALF_THINKING], rows[i].thinking);
		assert_int_equal(found[HALF_ANSWER], rows[i].answer);
		watch_free(w);
	}
	buf_release(&s);
}

/* Some templates open the thinking, and the text has its end alone: before it
 * all is the answer's, and then the thinking's. */
static void test_late_mark(void **state)
{
	struct watch_opts opts = options(CYCLE);
	struct buf s = { 0 };
	struct watch *w;

	(void)state;
	put_channel(&s, "content");
	opts.goes_on = true;
	for (unsigned scope = 1; scope <= WATCH_ALL; scope++) {
		opts.scope = scope;
		w = watch_new(&opts);
		watch_all(w, &s, 100);
		assert_int_equal(watch_n_hits(w),
				 (scope & WATCH_HALF(HALF_ANSWER)) != 0);
		put_word(&s, "content", "so.</think>");
		put_channel(&s, "content");
		watch_all(w, &s, 100);
		watch_end(w);
		assert_int_equal(watch_n_hits(w),
				 scope == WATCH_ALL ? 2 : 1 + (scope == 2));
		assert_int_equal(watch_hit(w, 0).half, HALF_THINKING);
		if (watch_n_hits(w) > 1)
			assert_int_equal(watch_hit(w, 1).half, HALF_ANSWER);
		watch_free(w);
		buf_clear(&s);
		put_channel(&s, "content");
	}
	buf_release(&s);
}

/* --- which requests, and what they ask for ------------------------------ */

static void test_lists(void **state)
{
	static const struct {
		const char *only, *skip, *model, *uri;
		bool has;
	} rows[] = {
		{ "", "", "m", "/v1/x", true },
		{ "path:/v1/*", "", "m", "/v1/chat/x?path:/v2", true },
		{ "path:/v1/*", "", "m", "/v2/v1/x", false },
		{ "path:/v1/x", "", "m", "/v1/x?y=1", true },
		{ "path:/v2/*,model:qwen*", "", "qwen3", "/v1/x", true },
		{ "path:/v2/*,model:qwen*", "", "llama", "/v1/x", false },
		{ "", "model:*-embed*", "q-embed-1", "/v1/x", false },
		{ "", "model:*-embed*", "q", "/v1/x-embed-", true },
		{ "model:q*", "path:/v1/x", "q", "/v1/x", false },
		{ "model:q*", "path:/v1/x", "q", "/v1/y", true },
		{ "model:[a-c]?", "", "b1", "/", true },
		{ "model:?*", "", "", "/", false },
	};
	static const char *const bad[] = { "x", "path:", "host:x", ",",
					   "path:/a,,model:b", "model:a,b" };
	struct err err = { "" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(scope_is_good("only", rows[i].only, &err));
		assert_true(scope_is_good("skip", rows[i].skip, &err));
		assert_int_equal(scope_has(rows[i].only, rows[i].skip,
					   rows[i].model, rows[i].uri),
				 rows[i].has);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		err.text[0] = '\0';
		assert_false(scope_is_good("skip", bad[i], &err));
		assert_non_null(strstr(err.text, "--skip takes path:GLOB"));
	}
}

static void test_header(void **state)
{
	struct wish wish = { .then = THRESHOLD_STOP, .scope = WATCH_ALL,
			     .rule = meter_opts_default.rule,
			     .thinking = { .t = -1 } };
	struct watch_opts watch = { .i_rule = 0 };
	struct err err = { "" };

	(void)state;
	wish_apply(&wish, &watch);
	assert_memory_equal(&watch.thinking, &wish.rule, sizeof(wish.rule));
	assert_true(wish_read(&wish, "f=70; thinking-t=3; watch=thinking;"
				     "report", &err));
	wish_apply(&wish, &watch);
	assert_int_equal(watch.scope, WATCH_HALF(HALF_THINKING));
	assert_true(watch.goes_on);
	assert_int_equal(watch.meter.rule.f, 70);
	assert_int_equal(watch.thinking.f, 70);
	assert_true(watch.thinking.t == 3);
	assert_true(watch.meter.rule.t == meter_opts_default.rule.t);
	assert_true(wish_read(&wish, "thinking-f=9;thinking-patience=2;"
				     "watch=answer", &err));
	wish_apply(&wish, &watch);
	assert_int_equal(watch.thinking.f, 9);
	assert_int_equal(watch.thinking.patience, 2);
	assert_int_equal(watch.scope, WATCH_HALF(HALF_ANSWER));
	assert_false(wish_read(&wish, "watch=tool", &err));
	assert_false(wish_read(&wish, "watch=", &err));
	assert_false(wish_read(&wish, "thinking-f=0", &err));
	assert_false(wish_read(&wish, "thinking-t=-1", &err));
	assert_int_equal(wish.thinking.f, 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_halves),
		cmocka_unit_test(test_scope),
		cmocka_unit_test(test_late_mark),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
