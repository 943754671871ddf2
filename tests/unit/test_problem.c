/*
 * problem.c: the problems of a seed beside what problems.py printed
 * (tests/golden/problems.tsv) and, where python3 is, prints now; problems that
 * people type; and each way to be wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "task/problem.h"

enum { LINE_MAX_BYTES = 4096, PATH_BYTES = 4096 };

static const char *top(void)
{
	const char *given = getenv("top_srcdir");

	return given ? given : ".";
}

/* As problems.py prints it: seed, answer, chain, prompt. */
static void put_line(uint64_t seed, struct buf *out)
{
	struct problem p;

	problem_draw(seed, &p);
	buf_printf(out, "%llu\t%d\t", (unsigned long long)seed,
		   problem_answer(&p));
	for (uint32_t i = 0; i < p.n_chain; i++)
		buf_printf(out, "%s%s", i ? " " : "",
			   problem_name(&p, p.chain[i]));
	buf_putc(out, '\t');
	problem_prompt(&p, out);
	buf_putc(out, '\n');
}

/* Every line of the stream is that seed's; returns how many there were. */
static int compare(FILE *in)
{
	char line[LINE_MAX_BYTES];
	struct buf want = { 0 };
	int n = 0;

	for (; fgets(line, sizeof(line), in); n++) {
		buf_clear(&want);
		put_line(strtoull(line, NULL, 10), &want);
		assert_string_equal(line, buf_cstr(&want));
	}
	buf_release(&want);
	return n;
}

static void as_the_recipe_drew(void **state)
{
	char path[PATH_BYTES];
	FILE *in;

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/golden/problems.tsv", top());
	in = fopen(path, "r");
	assert_non_null(in);
	assert_int_equal(compare(in), 52);
	fclose(in);
}

static void as_the_recipe_draws(void **state)
{
	char command[PATH_BYTES];
	FILE *in;
	int n;

	(void)state;
	snprintf(command, sizeof(command),
		 "python3 '%s/samples/model/problems.py' --seed 1000 --count "
		 "200 2>/dev/null",
		 top());
	in = popen(command, "r");
	assert_non_null(in);
	n = compare(in);
	if (pclose(in) != 0) {
		print_message("skipped: no python3\n");
		skip();
	}
	assert_int_equal(n, 200);
}

/* A drawn problem, printed and read, is that problem. */
static void read_back(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 500; seed++) {
		struct problem drawn, got;
		struct buf a = { 0 }, b = { 0 };
		struct err err = { "" };

		problem_draw(seed, &drawn);
		problem_prompt(&drawn, &a);
		assert_true(problem_read(a.data, a.len, &got, &err));
		problem_prompt(&got, &b);
		assert_string_equal(buf_cstr(&a), buf_cstr(&b));
		assert_int_equal(problem_answer(&got), problem_answer(&drawn));
		assert_int_equal(got.n_chain, drawn.n_chain);
		buf_release(&a);
		buf_release(&b);
	}
}

/* Cut anywhere, it is one sentence or (at the very end) the same problem. */
static void cut_anywhere(void **state)
{
	struct problem p;
	struct buf text = { 0 };
	size_t whole;

	(void)state;
	problem_draw(1, &p);
	problem_prompt(&p, &text);
	whole = text.len - strlen("? Think:");
	for (size_t n = 0; n < text.len; n++) {
		struct err err = { "" };
		char *cut = mem_strndup(text.data, n); /* for sanitisers */
		bool good = problem_read(cut, n, &p, &err);

		if (n < whole)
			assert_false(good && err.text[0] == '\0');
		assert_int_equal(good, err.text[0] == '\0');
		if (good)
			assert_int_equal(problem_answer(&p), 5);
		mem_free(cut);
	}
	buf_release(&text);
}

static void typed(void **state)
{
	static const struct {
		const char *text;
		int answer;
		const char *prompt;
	} rows[] = {
		{ "Ann has 20. Bob has 3 more than Ann. How many does Bob "
		  "have?",
		  23,
		  "Facts: Ann has 20. Bob has 3 more than Ann. Question: how "
		  "many does Bob have? Think:" },
		{ "ann has 20\nBOB has 3 less than ann\nhow many does bob have",
		  17,
		  "Facts: Ann has 20. Bob has 3 less than Ann. Question: "
		  "how many does Bob have? Think:" },
		{ "Facts : Zoe has 2 more than Yan , Yan has 60 ; Question : "
		  "how many does Zoe have ? Think :",
		  62,
		  "Facts: Zoe has 2 more than Yan. Yan has 60. Question: how "
		  "many does Zoe have? Think:" },
		{ "  Ann has 1.. how many does Ann have?!"
		  "",
		  0, NULL },
		{ "Ann has 1. How many does Ann have?\n\n", 1,
		  "Facts: Ann has 1. Question: how many does Ann have? "
		  "Think:" },
		{ "Ann has 69. how many does Ann have?", 69,
		  "Facts: Ann has 69. Question: how many does Ann have? "
		  "Think:" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct problem p;
		struct err err = { "" };
		struct buf prompt = { 0 };

		if (!rows[i].prompt) {
			assert_false(problem_read(
				rows[i].text, strlen(rows[i].text), &p, &err));
			continue;
		}
		if (!problem_read(rows[i].text, strlen(rows[i].text), &p, &err))
			fail_msg("%s: %s", rows[i].text, err.text);
		problem_prompt(&p, &prompt);
		assert_int_equal(problem_answer(&p), rows[i].answer);
		assert_string_equal(buf_cstr(&prompt), rows[i].prompt);
		buf_release(&prompt);
	}
}

static const struct {
	const char *text, *says;
} wrong_rows[] = {
	{ "", "there are no facts: write \"Ann has 20." },
	{ " \n", "there are no facts" },
	{ "Facts:", "there are no facts" },
	{ "Max has 2. How many does Max have?",
	  "\"Max\" is no name that the model knows: Ann Bob" },
	{ "Ann has 2 more than Max. How many does Ann have?",
	  "\"Max\" is no name" },
	{ "Ann has 2. How many does Max have?", "\"Max\" is no name" },
	{ "Ann has 2. Ann has 3. How many does Ann have?",
	  "Ann is told twice" },
	{ "Ann has 2 more than Bob. Bob has 1 less than Ann. How many "
	  "does Ann have?",
	  "the facts about Ann go in a circle" },
	{ "Ann has 2 more than Ann. How many does Ann have?",
	  "the facts about Ann go in a circle" },
	{ "Ann has 2 more than Bob. How many does Ann have?",
	  "no fact tells how many Bob has" },
	{ "Ann has 2. How many does Bob have?",
	  "no fact tells how many Bob has" },
	{ "Ann has 0. How many does Ann have?",
	  "Ann has 0: the model counts from 1 to 69" },
	{ "Ann has 70. How many does Ann have?", "Ann has 70: the" },
	{ "Ann has 99999999999999999999. How many does Ann have?",
	  "Ann has 100000: the model counts from 1 to 69" },
	{ "Ann has -3. How many does Ann have?",
	  "after \"Ann has\" comes a whole number in digits, not "
	  "\"-3\"" },
	{ "Ann has two. How many does Ann have?",
	  "after \"Ann has\" comes a whole number in digits, not "
	  "\"two\"" },
	{ "Ann has", "after \"Ann has\" a number is missing" },
	{ "Ann has 65. Bob has 5 more than Ann. How many does Bob "
	  "have?",
	  "Bob has 70 then: the model counts from 1 to 69" },
	{ "Ann has 5. Bob has 5 less than Ann. How many does Ann "
	  "have?",
	  "Bob has 0 then" },
	{ "Ann has 5. Bob has 10 more than Ann. How many does Ann "
	  "have?",
	  "Bob has 10 more: the model knows steps from 1 to "
	  "9" },
	{ "Ann has 5. Bob has 0 less than Ann. How many does Ann "
	  "have?",
	  "Bob has 0 less: the model knows steps" },
	{ "Ann has 5.", "the question is missing: end with \"How many "
			"does Ann have?\"" },
	{ "Ann has 5. Bob has 2 more", "after \"more\" the word "
				       "\"than\" is missing" },
	{ "Ann has 5. Bob has 2 more then Ann. ",
	  "after \"more\" comes \"than\", not \"then\"" },
	{ "Ann has 5 apples. How many does Ann have?",
	  "the fact about Ann goes on with \"apples\": end it with a "
	  "full stop" },
	{ "Ann owns 5. How many does Ann have?",
	  "after \"Ann\" comes \"has\", not \"owns\"" },
	{ "Ann has 5. How many has Ann?",
	  "after \"how many\" comes \"does\", not \"has\"" },
	{ "Ann has 5. How many does Ann have? Bob has 3.",
	  "after the question comes nothing, not \"Bob\"" },
	{ "Ann has 5. How many does", "a name is missing at the end" },
};

static void wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong_rows); i++) {
		struct problem p;
		struct err err = { "" };

		assert_false(problem_read(wrong_rows[i].text,
					  strlen(wrong_rows[i].text), &p,
					  &err));
		if (!strstr(err.text, wrong_rows[i].says))
			fail_msg("\"%s\" says \"%s\"", wrong_rows[i].text,
				 err.text);
	}
}

static void too_long(void **state)
{
	struct problem p;
	struct err err = { "" };
	struct buf text = { 0 };

	(void)state;
	while (text.len <= PROBLEM_TEXT_MAX)
		buf_putc(&text, ' ');
	assert_false(problem_read(text.data, text.len, &p, &err));
	assert_non_null(strstr(err.text, "bytes"));
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_the_recipe_drew),
		cmocka_unit_test(as_the_recipe_draws),
		cmocka_unit_test(read_back),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(typed),
		cmocka_unit_test(wrong),
		cmocka_unit_test(too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
