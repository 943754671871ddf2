/* grade.c: what is stated, how it is judged, and up to which token. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "task/grade.h"

static const struct {
	const char *text, *gold;
	enum grade want;
} rows[] = {
	{ "The answer is 5.", "5", GRADE_RIGHT },
	{ "The answer is 5. Wait. The answer is 6.", "5", GRADE_WRONG },
	{ "All good. Final answer: 12.", "12", GRADE_RIGHT },
	{ "so \\boxed{\\frac{1}{2}}", "0.5", GRADE_RIGHT },
	{ "so \\boxed{7", "7", GRADE_NONE },
	{ "it follows\n#### 1,000", "1000", GRADE_RIGHT },
	{ "12 and 5", "5", GRADE_NONE },
	{ "", "5", GRADE_NONE },
	{ "The answer is 5.", "", GRADE_UNKNOWN },
	{ "The answer is 5.", NULL, GRADE_UNKNOWN },
};

/* A token a byte. */
static void fill(struct trace *t, const char *text, const char *gold)
{
	trace_init(t);
	facts_set(&t->facts.gold, gold);
	for (const char *c = text; *c; c++) {
		struct token token = { .text = c,
				       .len = 1,
				       .id = TRACE_NO_ID,
				       .logprob = NAN,
				       .time_s = NAN };

		assert_true(trace_push(t, &token));
	}
}

static void judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct trace t;
		enum grade v;

		fill(&t, rows[i].text, rows[i].gold);
		v = grade_of(&t, t.n_tokens);
		if (v != rows[i].want)
			fail_msg("\"%s\": %d", rows[i].text, (int)v);
		trace_release(&t);
	}
}

/* Every prefix is judged as if nothing had followed. */
static void up_to(void **state)
{
	const char *text = "The answer is 5. No. The answer is 6.";
	struct trace t;

	(void)state;
	fill(&t, text, "5");
	for (uint32_t n = 0; n <= t.n_tokens; n++) {
		struct trace cut;
		char head[64];

		memcpy(head, text, n);
		head[n] = '\0';
		fill(&cut, head, "5");
		assert_int_equal(grade_of(&t, n),
				 grade_of(&cut, cut.n_tokens));
		trace_release(&cut);
	}
	assert_int_equal(grade_of(&t, 17), GRADE_RIGHT);
	assert_int_equal(grade_of(&t, t.n_tokens), GRADE_WRONG);
	trace_release(&t);
}

/* One judge a generation, and who it is. */
static const struct {
	const char *text, *gold, *label;
	enum grade grade;
	enum judge by;
	bool disputed;
} judges[] = {
	{ "The answer is 5.", "5", NULL, GRADE_RIGHT, JUDGE_ANSWER, false },
	{ "The answer is 5.", "5", "correct", GRADE_RIGHT, JUDGE_ANSWER,
	  false },
	{ "The answer is 5.", "5", "wrong", GRADE_RIGHT, JUDGE_ANSWER, true },
	{ "The answer is 6.", "5", "correct", GRADE_WRONG, JUDGE_ANSWER,
	  true },
	{ "five, it seems", "5", "correct", GRADE_RIGHT, JUDGE_SOURCE, false },
	{ "five, it seems", "5", "maybe", GRADE_NONE, JUDGE_ANSWER, false },
	{ "The answer is 5.", NULL, "False", GRADE_WRONG, JUDGE_SOURCE,
	  false },
	{ "The answer is 5.", NULL, "B", GRADE_UNKNOWN, JUDGE_NOBODY, false },
	{ "The answer is 5.", "", "", GRADE_UNKNOWN, JUDGE_NOBODY, false },
};

static void who_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(judges); i++) {
		struct buf words = { 0 };
		struct trace t;
		struct judged j;

		fill(&t, judges[i].text, judges[i].gold);
		facts_set(&t.facts.label, judges[i].label);
		j = judge(&t, t.n_tokens);
		assert_int_equal(j.grade, judges[i].grade);
		assert_int_equal(j.by, judges[i].by);
		assert_int_equal(j.disputed, judges[i].disputed);
		judged_say(&j, &words);
		assert_int_equal(!words.len, j.grade == GRADE_UNKNOWN);
		assert_int_equal(strstr(buf_cstr(&words), "otherwise") != NULL,
				 j.disputed);
		buf_release(&words);
		trace_release(&t);
	}
}

/* What the source says of the whole holds for a beginning with its answer. */
static void source_of_a_part(void **state)
{
	const char *text = "The answer is 6. No, the answer is 5. Again: the "
			   "answer is 5.";
	struct trace t;

	(void)state;
	fill(&t, text, NULL);
	facts_set(&t.facts.label, "wrong");
	assert_int_equal(judge(&t, 10).grade, GRADE_UNKNOWN);
	assert_int_equal(judge(&t, 16).grade, GRADE_UNKNOWN);
	assert_int_equal(judge(&t, 40).grade, GRADE_WRONG);
	assert_int_equal(judge(&t, 40).by, JUDGE_SOURCE);
	trace_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judged),
		cmocka_unit_test(up_to),
		cmocka_unit_test(who_says),
		cmocka_unit_test(source_of_a_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
