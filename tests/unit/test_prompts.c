/*
 * What many generations of one record were asked: a copy for each, up to a
 * bound.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "dialect/gen.h"
#include "reading.h"

#include <string.h>

static void put_repeated(struct buf *out, const char *word, size_t n)
{
	size_t len = strlen(word);

	for (size_t i = 0; i < n; i++)
		buf_append(out, word, len);
}

/* Many answers of one record, which all were asked the same and have as many
 * members beside them: what is gone through and kept is not a square of it. */
static const struct {
	const char *head, *member, *prompt, *answers, *answer, *tail;
} many_answers[] = {
	{ "{\"run_type\":\"llm\"", ",\"a\":1", ",\"inputs\":{\"messages\":\"",
	  "\"},\"outputs\":{\"generations\":[", "{\"text\":\"b\"},",
	  "{\"text\":\"b\"}]}}" },
	{ "{\"id\":1", ",\"a\":1", ",\"problem\":\"", "\",\"attempts\":[",
	  "{\"completion\":\"b\"},", "{\"completion\":\"b\"}]}" },
	{ "{\"id\":1", ",\"a\":1", ",\"problem\":\"", "\",\"responses\":[",
	  "\"b\",", "\"b\"]}" },
};

struct told {
	size_t n, bytes, left_out;
};

static void see_prompt(void *ctx, const struct run *run)
{
	struct told *told = ctx;
	const char *note = run->trace.facts.note;

	told->n++;
	told->bytes += run->trace.prompt.len;
	if (!note)
		return;
	assert_int_equal(run->trace.prompt.len, 0);
	assert_non_null(strstr(note, "its prompt is left out here"));
	told->left_out++;
}

static void prompts_are_bounded(void **state)
{
	enum { N = 10000, PROMPT_BYTES = 40000 };
	const struct feed_opts opts = { .source = "x" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(many_answers); i++) {
		struct reading *r = reading_new(&opts);
		struct buf b = { 0 }, got = { 0 };
		struct told told = { 0 };

		buf_puts(&b, many_answers[i].head);
		put_repeated(&b, many_answers[i].member, N);
		buf_puts(&b, many_answers[i].prompt);
		put_repeated(&b, "ask ", PROMPT_BYTES / 4);
		buf_puts(&b, many_answers[i].answers);
		put_repeated(&b, many_answers[i].answer, N - 1);
		buf_puts(&b, many_answers[i].tail);
		reading_watch(r, see_prompt, &told);
		reading_bytes(r, b.data, b.len);
		reading_end(r, &got);
		assert_int_equal(told.n, N);
		assert_true(told.bytes <= GEN_TOLD_MAX + PROMPT_BYTES);
		assert_int_equal(told.bytes / PROMPT_BYTES,
				 N - told.left_out);
		assert_int_equal(told.bytes % PROMPT_BYTES, 0);
		buf_release(&b);
		buf_release(&got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prompts_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
