/* answered.c: since when the answer was known, in a table; and at each cut of a
 * text beside what the text up to there says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "task/answered.h"

/* A token a byte. */
static void trace_of(struct trace *t, const char *text)
{
	trace_init(t);
	for (const char *c = text; *c; c++) {
		struct token token = { .text = c, .len = 1, .id = TRACE_NO_ID,
				       .channel = CHANNEL_ANSWER };

		assert_true(trace_push(t, &token));
	}
}

static const struct {
	const char *text, *upto; /* NULL: no answer is stated */
} rows[] = {
	{ "so the answer is 47. Wait. \\boxed{47}.", "so the answer is 47" },
	{ "\\boxed{7} no, \\boxed{47}, \\boxed{47}",
	  "\\boxed{7} no, \\boxed{47}" },
	{ "\\boxed{0.5} or \\boxed{\\frac{1}{2}}", "\\boxed{0.5}" },
	{ "#### 5\nthen #### 6\n#### 5", "#### 5" },
	{ "The answer is 1,000. A box: \\boxed{1000}", "The answer is 1,000" },
	{ "47 and 47 again, 47", NULL },
	{ "the answer is", NULL },
	{ "\\boxed{4", NULL },
	{ "", NULL },
	{ "\\boxed{\\boxed{3}}", "\\boxed{\\boxed{3}" },
};

static void first_statement(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct trace t;
		struct answered k;
		bool found;

		trace_of(&t, rows[i].text);
		found = answered_find(&t, t.n_tokens, &k);
		if (found != (rows[i].upto != NULL))
			fail_msg("\"%s\"", rows[i].text);
		if (found && k.at_token != strlen(rows[i].upto))
			fail_msg("\"%s\": %u, not %zu", rows[i].text,
				 k.at_token, strlen(rows[i].upto));
		if (found)
			assert_int_equal(k.after, t.n_tokens - k.at_token);
		trace_release(&t);
	}
}

/* Tokens that come later do not count. */
static void of_a_prefix(void **state)
{
	const char *text = "answer is 5. answer is 6. answer is 5";
	const uint32_t first = 11, other = 24; /* "answer is 5", "... 6" */
	struct trace t;
	struct answered k;

	(void)state;
	trace_of(&t, text);
	for (uint32_t n = 0; n <= t.n_tokens; n++) {
		bool found = answered_find(&t, n, &k);

		assert_int_equal(found, n >= first);
		if (!found)
			continue;
		assert_int_equal(k.at_token, n >= other && n < t.n_tokens ?
						     other : first);
		assert_int_equal(k.after, n - k.at_token);
	}
	trace_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_statement),
		cmocka_unit_test(of_a_prefix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
