/* problem_set.c: files of problems, whole, cut and broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "task/problem_set.h"

static const char file[] =
	"{\"question\": \"2+2?\", \"answer\": \"2+2=<<2+2=4>>4\\n#### 4\"}\n"
	"\n"
	"{\"problem\": \"x\", \"answer\": \"\\\\frac{1}{2}\"}\r\n"
	"not json\n"
	"{\"prompt\": \"p\", \"answer\": 12}\n"
	"{\"prompt\": \"q\", \"answer\": \" \\\\pi \"}\n"
	"{\"prompt\": \"no answer\"}\n"
	"{\"messages\": [{\"role\": \"user\", \"content\": \"\\u0000\"}]}\n"
	"{\"messages\": [ 1 ], \"answer\": 3}\n"
	"{\"messages\": []}\n"
	"{\"question\": \"no answer\"}\n"
	"{\"answer\": \"5\"}\n"
	"{\"question\": \"nul \\u0000\", \"answer\": \"5\"}\n"
	"[1]\n"
	"{\"prompt\": \"last\", \"answer\": \"$1,000\"}";

static void a_file(void **state)
{
	static const struct {
		uint64_t id;
		const char *prompt, *gold;
		enum answer_kind kind;
		const char *turns;
	} want[] = {
		{ 1, "2+2?" PROBLEM_SET_ASK, "4", ANSWER_GSM8K, NULL },
		{ 3, "x" PROBLEM_SET_ASK, "\\frac{1}{2}", ANSWER_MATH,
		  NULL },
		{ 5, "p", "12", ANSWER_GSM8K, NULL },
		{ 6, "q", "\\pi", ANSWER_MATH, NULL },
		{ 7, "no answer", "", ANSWER_OPEN, NULL },
		{ 8, "", "", ANSWER_OPEN,
		  "[{\"role\":\"user\",\"content\":\"\\u0000\"}]" },
		{ 9, "", "3", ANSWER_GSM8K, "[1]" },
		{ 15, "last", "$1,000", ANSWER_GSM8K, NULL },
	};
	struct problem_set set = { 0 };
	struct err err = { "" };

	(void)state;
	assert_true(problem_set_read(&set, file, strlen(file), "f.jsonl", 100,
				     &err));
	assert_int_equal(set.n, ARRAY_LEN(want));
	for (size_t i = 0; i < set.n; i++) {
		assert_int_equal(set.tasks[i].id, want[i].id);
		assert_string_equal(set.tasks[i].prompt, want[i].prompt);
		assert_string_equal(set.tasks[i].gold, want[i].gold);
		assert_int_equal(set.tasks[i].kind, want[i].kind);
		assert_int_equal(!set.tasks[i].turns, !want[i].turns);
		if (want[i].turns)
			assert_string_equal(set.tasks[i].turns, want[i].turns);
	}
	assert_int_equal(set.n_broken, 6);
	assert_string_equal(set.first_broken.text,
			    "f.jsonl, line 4: no JSON object");
	problem_set_release(&set);
	assert_true(
		problem_set_read(&set, file, strlen(file), "f.jsonl", 2, &err));
	assert_int_equal(set.n, 2);
	assert_int_equal(set.n_broken, 0);
	problem_set_release(&set);
}

/* A cut loses the line it is in, and nothing else. */
static void cut_anywhere(void **state)
{
	(void)state;
	for (size_t n = 0; n <= strlen(file); n++) {
		struct problem_set set = { 0 };
		struct err err = { "" };
		char *cut = mem_strndup(file, n); /* for sanitisers */
		size_t lines = 0;
		bool good = problem_set_read(&set, cut, n, "f", 100, &err);

		for (size_t i = 0; i < n; i++)
			lines += cut[i] == '\n';
		assert_int_equal(good, set.n > 0);
		assert_int_equal(good, err.text[0] == '\0');
		assert_true(set.n + set.n_broken <= lines + 1);
		assert_true(set.n + set.n_broken + 2 > lines);
		problem_set_release(&set);
		mem_free(cut);
	}
}

static void aime_or_math(void **state)
{
	static const struct {
		const char *text;
		enum answer_kind kind;
	} rows[] = {
		{ "{\"problem\":\"a\",\"answer\":\"033\"}\n"
		  "{\"problem\":\"b\",\"answer\":\"999\"}\n",
		  ANSWER_AIME },
		{ "{\"problem\":\"a\",\"answer\":\"33\"}\n"
		  "{\"problem\":\"b\",\"answer\":\"1000\"}\n",
		  ANSWER_MATH },
		{ "{\"problem\":\"a\",\"answer\":\"33\"}\n"
		  "{\"problem\":\"b\",\"answer\":\"-1\"}\n",
		  ANSWER_MATH },
		/* AIME's file has both names */
		{ "{\"problem\":\"a\",\"question\":\"a\",\"answer\":\"7\"}\n",
		  ANSWER_AIME },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct problem_set set = { 0 };
		struct err err = { "" };

		assert_true(problem_set_read(&set, rows[i].text,
					     strlen(rows[i].text), "f", 9,
					     &err));
		assert_int_equal(set.tasks[0].kind, rows[i].kind);
		problem_set_release(&set);
	}
}

#define NULL_ANSWER "{\"prompt\":\"a\",\"answer\":null}\n"

static void nothing(void **state)
{
	struct problem_set set = { 0 };
	struct err empty = { "" }, broken = { "" };

	(void)state;
	assert_false(problem_set_read(&set, "", 0, "none.jsonl", 9, &empty));
	assert_non_null(strstr(empty.text, "none.jsonl is empty: "));
	assert_false(problem_set_read(&set, "{}\n", 3, "b.jsonl", 9, &broken));
	assert_string_equal(broken.text,
			    "no line of b.jsonl is a problem; b.jsonl, line "
			    "1: there is no \"question\", \"problem\" or "
			    "\"prompt\", and no \"messages\" that ask "
			    "something");
	problem_set_release(&set);
	/* an answer that is null is none */
	assert_true(problem_set_read(&set, NULL_ANSWER, strlen(NULL_ANSWER),
				     "n.jsonl", 9, &broken));
	assert_int_equal(set.tasks[0].kind, ANSWER_OPEN);
	problem_set_release(&set);
}

static void drawn(void **state)
{
	struct problem_set set = { 0 };

	(void)state;
	problem_set_draw(&set, 1, 2);
	assert_int_equal(set.n, 2);
	assert_int_equal(set.tasks[1].id, 2);
	assert_string_equal(set.tasks[0].gold, "5");
	assert_string_equal(set.tasks[1].gold, "33");
	assert_int_equal(set.tasks[0].kind, ANSWER_CHAIN);
	assert_non_null(strstr(set.tasks[0].prompt, "Facts: Hal has 4 less"));
	problem_set_release(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file),	cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(aime_or_math), cmocka_unit_test(nothing),
		cmocka_unit_test(drawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
