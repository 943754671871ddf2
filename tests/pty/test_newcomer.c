/*
 * What somebody asks who sees the program for the first time, and how many
 * keys each answer takes: the table of samples/docs/newcomer.md, on a
 * terminal of 80x24.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "lil.h"
#include "system/file.h"

enum { KEYS_MOST = 2, DOC_BYTES = 1 << 20,
       PATH_BYTES = 2 * SCRATCH_PATH_BYTES };

#define LOOP "rkv_aime24_08.txt"
#define OTHER "r1_1.5b_math_79.txt"

/* Keys as the page writes them, and as they are typed; what answers. */
static const struct question {
	const char *asked, *keys, *typed, *answer;
} questions[] = {
	{ "What is it?", "", "", "plain text" },
	{ "Is it new or copied?", "", "", "copied from token" },
	{ "Where did it stop telling anything?", "", "", "Lil at 9 750" },
	{ "Why?", "`6`", "6", "said again and again at token" },
	{ "What was lost?", "", "", "6 583 after it (40 %)" },
	{ "Is A better than B?", "`c`", "c", "9 964 tokens · ended" },
	{ "What did B not see?", "`4` `U`", "4U", ", unseen since " },
	{ "What would t = 10 do?", "`8`", "8", "guardian f 125 t 10" },
	{ "Where was the answer?", "", "", "answer known at 6 745" },
	{ "How do I send this to somebody?", "`P`", "P", "this screen as SVG" },
};

static const char *samples(void)
{
	const char *path = getenv("LILSCOPE_SAMPLES");

	if (!path)
		skip();
	return path;
}

static const char *sample(char out[PATH_BYTES], const char *name)
{
	snprintf(out, PATH_BYTES, "%s/%s", samples(), name);
	return out;
}

/* A policy leaves something out, and it is said again. */
static void decode(struct lil *l, char trace[PATH_BYTES])
{
	char model[PATH_BYTES];
	int out;

	snprintf(trace, PATH_BYTES, "%s/quest.jsonl", l->dir);
	out = open(trace, O_CREAT | O_WRONLY, 0600);
	assert_true(out >= 0);
	lil_start(l, &(struct pty_spec){ .stdout_fd = &out },
		  LIL_ARGS("decode", "-m",
			   sample(model, "model/chain-0.9m.gguf"), "-n", "400",
			   "--policy", "quest", "-b", "64", "--prompt",
			   "Facts: Hal has 4 less than Bob. Eve has 8 less "
			   "than Bob. Bob has 8 less than Jon. Quin has 4 "
			   "more than Ann. Una has 8 more than Gus. Jon has 5 "
			   "less than Quin. Ann has 9. Question: how many "
			   "does Eve have? Think:"));
	expect_exit(l->p, 0);
	close(out);
}

static void ask(struct lil *l, const struct question *q)
{
	char a[PATH_BYTES], b[PATH_BYTES];
	size_t n = strlen(q->typed);

	assert_in_range(n, 0, KEYS_MOST);
	if (strchr(q->typed, 'U'))
		decode(l, a);
	else
		sample(a, "traces/" LOOP);
	lil_start(l, &(struct pty_spec){ .cwd = l->dir },
		  strchr(q->typed, 'c') ?
			  LIL_ARGS("--no-session", a,
				   sample(b, "traces/" OTHER)) :
			  LIL_ARGS("--no-session", a));
	expect_text(l->p, strchr(q->typed, 'c') ? "tokens after" : "ρ ");
	lil_settle(l);
	for (size_t i = 0; i < n; i++) {
		if (i + 1 == n && pty_find(l->p, q->answer, NULL, NULL))
			fail_msg("%s: answered without the last key",
				 q->asked);
		pty_type(l->p, &q->typed[i], 1);
		lil_settle(l);
	}
	expect_text(l->p, q->answer);
	lil_quit(l);
}

static void test_questions(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(questions); i++)
		ask(*state, &questions[i]);
}

/* The page says the same. */
static void test_page(void **state)
{
	struct buf page = { 0 }, row = { 0 };
	struct err err = { "" };
	char path[PATH_BYTES];

	(void)state;
	assert_int_equal(file_read(sample(path, "docs/newcomer.md"), DOC_BYTES,
				   &page, &err), FILE_READ);
	for (size_t i = 0; i < ARRAY_LEN(questions); i++) {
		const struct question *q = &questions[i];

		buf_clear(&row);
		buf_printf(&row, "| %s | %zu | %s |", q->asked,
			   strlen(q->typed), q->keys);
		if (!strstr(buf_cstr(&page), buf_cstr(&row)))
			fail_msg("no row %s", buf_cstr(&row));
	}
	buf_release(&row);
	buf_release(&page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_questions, lil_setup,
						lil_teardown),
		cmocka_unit_test(test_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
