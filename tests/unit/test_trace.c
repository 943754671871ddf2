/* trace.c and think.c: spans against a plain array of labels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "trace/think.h"
#include "trace/trace.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void push(struct trace *t, const char *text, enum channel channel)
{
	struct token token = { .text = text,
			       .len = strlen(text),
			       .id = TRACE_NO_ID,
			       .logprob = NAN,
			       .time_s = NAN,
			       .channel = channel };

	assert_true(trace_push(t, &token));
}

static void optional_rows_appear_late(void **state)
{
	struct trace t;
	struct token token = { .text = "b", .len = 1, .id = 7,
			       .logprob = -0.5f, .time_s = 10.5,
			       .channel = CHANNEL_ANSWER };

	(void)state;
	trace_init(&t);
	push(&t, "a", CHANNEL_ANSWER);
	assert_null(t.id);
	assert_true(trace_push(&t, &token));
	token.time_s = 10.25; /* a clock that runs backwards */
	token.id = TRACE_NO_ID;
	assert_true(trace_push(&t, &token));
	token.time_s = 12;
	assert_true(trace_push(&t, &token));
	assert_int_equal(t.id[0], TRACE_NO_ID);
	assert_int_equal(t.id[1], 7);
	assert_int_equal(t.id[2], TRACE_NO_ID);
	assert_true(isnan(t.logprob[0]));
	assert_true(t.logprob[1] == -0.5f);
	assert_int_equal(t.time_us[1], 0);
	assert_int_equal(t.time_us[2], 0);
	assert_int_equal(t.time_us[3], 1500000);
	trace_release(&t);
}

static void tokens_are_found_by_byte(void **state)
{
	static const char *const words[] = { "ab", "", "c", "def", "" };
	struct trace t;
	size_t offset = 0;

	(void)state;
	trace_init(&t);
	assert_int_equal(trace_token_at(&t, 3), 0);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		push(&t, words[i], CHANNEL_ANSWER);
	for (uint32_t i = 0; i < t.n_tokens; i++) {
		size_t len;
		const char *text = trace_token(&t, i, &len);

		assert_int_equal(len, strlen(words[i]));
		assert_memory_equal(text, words[i], len);
		for (size_t k = 0; k < len; k++)
			assert_int_equal(trace_token_at(&t, offset++), i);
	}
	assert_int_equal(trace_token_at(&t, 1000), t.n_tokens - 1);
	trace_release(&t);
}

/* Random labels and relabels, compared with one label a token. */
static void relabel_equals_plain_labels(void **state)
{
	enum { TOKENS = 60, ROUNDS = 400 };
	enum channel plain[TOKENS];

	(void)state;
	srand(1);
	for (int round = 0; round < ROUNDS; round++) {
		struct trace t;
		uint32_t counts[CHANNELS] = { 0 };

		trace_init(&t);
		for (uint32_t i = 0; i < TOKENS; i++) {
			plain[i] = (enum channel)(rand() % CHANNELS);
			push(&t, "x", plain[i]);
		}
		for (int k = 0; k < 8; k++) {
			uint32_t from = (uint32_t)rand() % TOKENS;
			uint32_t to = from + (uint32_t)rand() % TOKENS;
			enum channel c = (enum channel)(rand() % CHANNELS);

			trace_relabel(&t, from, to, c);
			for (uint32_t i = from; i < MIN(to, TOKENS); i++)
				plain[i] = c;
		}
		for (uint32_t i = 0; i < TOKENS; i++) {
			assert_int_equal(trace_channel(&t, i), plain[i]);
			counts[plain[i]]++;
		}
		for (int c = 0; c < CHANNELS; c++)
			assert_int_equal(trace_count(&t, (enum channel)c),
					 counts[c]);
		for (size_t i = 1; i < t.n_spans; i++) {
			assert_true(t.spans[i].start > t.spans[i - 1].start);
			assert_true(t.spans[i].channel !=
				    t.spans[i - 1].channel);
		}
		trace_release(&t);
	}
}

#define FOLDED "<details type=\"reasoning\""
#define RS "rrrrrrrrrrrrrrrrrrrrrrrrr"
#define AS "aaaaaaaaaaaaaaaaaaaaaaaaa"

/* In `want` each byte of the text has its letter: r, t or a. */
static const struct {
	const char *text, *want;
} think_cases[] = {
	{ "plain", "aaaaa" },
	{ "<think>x</think>y", "rrrrrrrrrrrrrrrra" },
	{ "x</think>y", "rrrrrrrrra" },
	{ "a<think>b</think>c", "arrrrrrrrrrrrrrrra" },
	{ "<reasoning>x</reasoning>y", "rrrrrrrrrrrrrrrrrrrrrrrra" },
	{ "<think>a</thought>b</think>c", "rrrrrrrrrrrrrrrrrrrrrrrrrrra" },
	{ "a <reasoning>b</reasoning>", "aaaaaaaaaaaaaaaaaaaaaaaaaa" },
	{ "<thought>x</thought>y", "rrrrrrrrrrrrrrrrrrrra" },
	{ "<seed:think>x</seed:think>y", "rrrrrrrrrrrrrrrrrrrrrrrrrra" },
	{ "<think>never closed", "rrrrrrrrrrrrrrrrrrr" },
	{ "[THINK]x[/THINK]y", "rrrrrrrrrrrrrrrra" },
	{ "<<think>x</think>y", "arrrrrrrrrrrrrrrra" },
	{ "a < b <thin b", "aaaaaaaaaaaaa" },
	{ "<think>x</think>y</think>z", "rrrrrrrrrrrrrrrraaaaaaaaaa" },
	{ FOLDED ">x</details>y", RS "rrrrrrrrrrrra" },
	{ "a\n" FOLDED ">x</details>y", "aa" RS "rrrrrrrrrrrra" },
	{ "<details type=\"tool_calls\">x</details>y",
	  "tttttttttttttttttttttttttttttttttttttta" },
	{ FOLDED ">never closed", RS "rrrrrrrrrrrrr" },
	{ "a\n" FOLDED ">never closed", "aa" AS "aaaaaaaaaaaaa" },
	{ "a " FOLDED ">x</details>y", "aa" AS "aaaaaaaaaaaaa" },
	{ "`" FOLDED ">` </details>y", "a" AS "aaaaaaaaaaaaaa" },
	{ "```\n" FOLDED ">x</details>\n```\ny",
	  "aaaa" AS "aaaaaaaaaaaaaaaaaa" },
	{ "```\n~~~\n```\n" FOLDED ">x</details>y",
	  "aaaaaaaaaaaa" RS "rrrrrrrrrrrra" },
	{ "x</details>y", "aaaaaaaaaaaa" },
	{ "<details type=\"reasoning\">\n> t\n  </details>\nB\n<details"
	  ">\nh\n</details>\nC",
	  "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrraaaaaaaaaaaaaaaaa"
	  "aaaaaaaaaa" },
	{ "<details type=\"reasoning\">\n> t </details>\nB\n\n<details>"
	  "\nh\n</details>\nC",
	  "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrraaaaaaaaaaaaaaaaaaa"
	  "aaaaaaaaa" },
	{ "A\n<details type=\"reasoning\">\n> t </details> stays\n</det"
	  "ails>\nB",
	  "aarrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr"
	  "aa" },
	{ "<details type=\"reasoning\">x</details>y\n<think>z</think>y",
	  "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrraarrrrrrrrrrrrrrrra" },
	{ "<details type='reasoning'>x\n</details>y",
	  "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrra" },
	{ "t\n<details type=\"reasoning\">\nn\n<think>r</think>\na",
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaarrrrrrrrrrrrrrrraa" },
	{ "t\n<details type=\"reasoning\">\nn\n<details type=\"reasonin"
	  "g\">\nn",
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
	{ "<details type=\"reasoning\">\n```\n</details>\n<details type"
	  "=\"reasoning\">\nx\n</details>",
	  "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrarrrrrrrrrrrrrrrrrr"
	  "rrrrrrrrrrrrrrrrrrrrr" },
	{ "<details type=\"reasoning\">\nx </details>\n<details type=\""
	  "reasoning\">\nx\n</details>",
	  "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrarrrrrrrrrrrrrrrrrrrr"
	  "rrrrrrrrrrrrrrrrrrr" },
};

static enum channel channel_of(char letter)
{
	return letter == 'r' ? CHANNEL_REASONING :
	       letter == 't' ? CHANNEL_TOOL : CHANNEL_ANSWER;
}

static void think_cuts(const char *text, const char *want, size_t step)
{
	struct trace t;
	struct think *think = think_new();
	size_t n = strlen(text), at = 0;

	trace_init(&t);
	while (at < n) {
		char piece[64] = "";
		enum channel c = think_scan(think, &t, CHANNEL_ANSWER);
		size_t len = MIN(step, n - at);

		memcpy(piece, text + at, len);
		push(&t, piece, c);
		think_scan(think, &t, CHANNEL_ANSWER);
		at += len;
	}
	think_end(think, &t);
	for (size_t i = 0; i < n && step == 1; i++) {
		enum channel c = trace_channel(&t, trace_token_at(&t, i));

		if (c != channel_of(want[i]))
			fail_msg("\"%s\" at byte %zu", text, i);
	}
	assert_int_equal(trace_channel(&t, t.n_tokens - 1),
			 channel_of(want[n - 1]));
	trace_release(&t);
	think_free(think);
}

/* A token with the mark's end and blanks is the mark's. */
static void think_border_and_blanks(void **state)
{
	struct think *think = think_new();
	struct trace t;

	(void)state;
	trace_init(&t);
	push(&t, "x <|end_of_thought|", CHANNEL_ANSWER);
	push(&t, ">\n\n", CHANNEL_ANSWER);
	push(&t, "y", think_scan(think, &t, CHANNEL_ANSWER));
	think_scan(think, &t, CHANNEL_ANSWER);
	assert_int_equal(trace_channel(&t, 0), CHANNEL_REASONING);
	assert_int_equal(trace_channel(&t, 1), CHANNEL_REASONING);
	assert_int_equal(trace_channel(&t, 2), CHANNEL_ANSWER);
	trace_release(&t);
	think_free(think);
}

static void think_marks_split_anywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(think_cases); i++)
		for (size_t step = 1; step < 8; step++)
			if (step == 1 || i < 5)
				think_cuts(think_cases[i].text,
					   think_cases[i].want, step);
}

/* The source's own word for a tool call is not overruled by marks. */
static void think_leaves_tools_alone(void **state)
{
	struct trace t;
	struct think *think = think_new();

	(void)state;
	trace_init(&t);
	push(&t, "<think>", CHANNEL_ANSWER);
	assert_int_equal(think_scan(think, &t, CHANNEL_ANSWER),
			 CHANNEL_REASONING);
	assert_int_equal(think_scan(think, &t, CHANNEL_TOOL), CHANNEL_TOOL);
	trace_release(&t);
	think_free(think);
}

/* A million marks take a moment, not an hour. */
static void think_many_marks_are_linear(void **state)
{
	struct trace t;
	struct think *think = think_new();

	(void)state;
	trace_init(&t);
	for (int i = 0; i < 200000; i++) {
		push(&t, i % 2 ? "</think>" : "<think>",
		     think_scan(think, &t, CHANNEL_ANSWER));
		think_scan(think, &t, CHANNEL_ANSWER);
	}
	assert_int_equal(trace_count(&t, CHANNEL_REASONING), 200000);
	trace_release(&t);
	think_free(think);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(optional_rows_appear_late),
		cmocka_unit_test(tokens_are_found_by_byte),
		cmocka_unit_test(relabel_equals_plain_labels),
		cmocka_unit_test(think_marks_split_anywhere),
		cmocka_unit_test(think_border_and_blanks),
		cmocka_unit_test(think_leaves_tools_alone),
		cmocka_unit_test(think_many_marks_are_linear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
