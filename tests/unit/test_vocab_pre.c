/* vocab_pre.c: where each family cuts, and that long runs cost no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "token/vocab_pre.h"

/* The words, with | between them. */
static void cut(const struct vocab_family *family, const char *text,
		struct buf *out)
{
	struct err err = { "" };
	struct vocab_pre *p = vocab_pre_new(family, &err);
	struct vocab_cuts cuts = { 0 };
	size_t from = 0;

	assert_non_null(p);
	vocab_pre_cut(p, text, strlen(text), &cuts);
	buf_clear(out);
	for (size_t i = 0; i < cuts.n; from = cuts.ends[i++]) {
		assert_true(cuts.ends[i] > from);
		buf_puts(out, i ? "|" : "");
		buf_append(out, text + from, cuts.ends[i] - from);
	}
	assert_int_equal(from, strlen(text));
	mem_free(cuts.ends);
	vocab_pre_free(p);
}

static const struct {
	const char *family, *text, *words;
} cut_rows[] = {
	{ "gpt-2", "I've  12345 y'All,\n\n x",
	  "I|'ve| | 12345| y|'|All|,|\n\n| x" },
	{ "gpt-2", "a\n b", "a|\n| b" },
	{ "gpt-2", "a \n b  ", "a| \n| b|  " },
	{ "llama-bpe", "I'VE  12345 y'all,\n\n x",
	  "I|'VE| | |123|45| y|'all|,\n\n| x" },
	{ "llama-bpe", "a\n\n b\t\tc", "a|\n\n| b|\t|\tc" },
	{ "llama3", "1234567", "123|456|7" },
	{ "qwen2", "I'VE  123 (x)", "I|'VE| | |1|2|3| (|x|)" },
	{ "deepseek-r1-qwen", "10\xc2\xa0km", "1|0|\xc2\xa0km" },
	{ "qwen2", "a\xe3\x80\x80\xe3\x80\x80" "b",
	  "a|\xe3\x80\x80|\xe3\x80\x80" "b" },
	{ "qwen2", "a \xe1\xa0\x8e", "a| \xe1\xa0\x8e" }, /* no White_Space */
	{ "smollm", "ab 12", "ab| |1|2" },
	{ "starcoder", "x=1  2", "x|=|1|  |2" },
	{ "default", "it's 12345 (ok)", "it|'|s| |123|45| |(|ok|)" },
	{ "deepseek-llm", "a b 123  \xe4\xbd\xa0\xe5\xa5\xbd!\n",
	  "a| b| |123|  |\xe4\xbd\xa0\xe5\xa5\xbd|!|\n" },
	{ "deepseek-llm", "end   ", "end|   " },
	{ "deepseek-coder", "x+=1; yz", "x|+=|1|;| yz" },
	{ "tekken", "I'm HereNow, don't 1234/x",
	  "I|'m| Here|Now|,| don|'t| |1|2|3|4|/x" },
	{ "tekken", "e\xcc\x81t\xc3\xa9 \xc3\x89T //\n  y",
	  "e\xcc\x81t\xc3\xa9| \xc3\x89T| //\n| | y" },
	{ "deepseek-v3", "It's 1234 ok.\n", "It|'s| |123|4| ok|.\n" },
};

static void families_cut(void **state)
{
	struct buf words = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cut_rows); i++) {
		const char *name = cut_rows[i].family;

		cut(vocab_family(name, strlen(name)), cut_rows[i].text,
		    &words);
		if (strcmp(buf_cstr(&words), cut_rows[i].words) != 0)
			fail_msg("%s: %s", name, words.data);
	}
	assert_ptr_equal(vocab_family("", 0), vocab_family("default", 7));
	assert_null(vocab_family("gpt", 3));
	assert_null(vocab_family("llama3x", 7));
	buf_release(&words);
}

static void repeat(struct buf *out, const char *s, size_t n_bytes,
		   const char *last)
{
	buf_clear(out);
	while (out->len < n_bytes)
		buf_puts(out, s);
	buf_puts(out, last);
}

/* A quadratic step would not end within anybody's patience. */
static void cutting_is_linear(void **state)
{
	static const char *const rows[][2] = {
		{ "a", "" },	{ " ", "5" },  { " ", "a" },  { " \n", "5" },
		{ "\n", "x" },	{ "!", "a" },  { "1", "" },   { "'", "" },
		{ "\xff", "" }, { "a ", "" },  { "\xe4\xbd\xa0", "" },
		{ " \t", "\xe4\xbd\xa0" },     { "\xc2\x85", "5" },
	};
	struct buf text = { 0 };

	(void)state;
	for (size_t f = 0; f < n_vocab_families; f++) {
		struct err err = { "" };
		struct vocab_pre *p = vocab_pre_new(&vocab_families[f], &err);
		struct vocab_cuts cuts = { 0 };

		assert_non_null(p);
		for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
			repeat(&text, rows[i][0], 1 << 18, rows[i][1]);
			vocab_pre_cut(p, text.data, text.len, &cuts);
			assert_true(cuts.n && cuts.n <= text.len);
			assert_int_equal(cuts.ends[cuts.n - 1], text.len);
		}
		mem_free(cuts.ends);
		vocab_pre_free(p);
	}
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(families_cut),
		cmocka_unit_test(cutting_is_linear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
