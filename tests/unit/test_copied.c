/*
 * copied.c: where loops begin that were put behind a text, beside a search that
 * tries every place; and think_shut(), beside the marks that are open.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "trace/copied.h"
#include "trace/think.h"

static const char begins[] =
	"The ratio of the circles is four to nine, so the areas are as "
	"sixteen to eighty-one. Now I add both parts: 16 + 81 = 97. ";

static struct run *run_of(const char *text, size_t n, bool ids)
{
	struct meter_opts opts = meter_opts_default;
	struct run *run;

	opts.symbols = ids ? METER_TOKENS : METER_BYTES;
	run = run_new(&opts);
	if (ids) /* words and what is between them */
		for (size_t i = 0, len; i < n; i += len) {
			struct token t = { .text = text + i, .logprob = NAN,
					   .time_s = NAN };

			len = strcspn(text + i, " \n") + 1;
			len = MIN(len, n - i);
			t.len = len;
			for (size_t k = 0; k < len; k++)
				t.id = t.id * 31 + (unsigned char)text[i + k];
			t.id %= 100000;
			run_token(run, &t);
		}
	else
		run_text(run, CHANNEL_ANSWER, text, n, NAN);
	run_end(run);
	while (!run_measure(run, 1000))
		;
	return run;
}

static struct copied find(const char *text, size_t n, bool ids)
{
	struct run *run = run_of(text, n, ids);
	struct copied c = copied_find(run);

	run_free(run);
	return c;
}

static void repeat(struct buf *out, const char *unit, int times)
{
	for (int i = 0; i < times; i++)
		buf_puts(out, unit);
}

/* The second turn of a loop is what goes; the sentence before it stays. */
static void loops(void **state)
{
	static const struct {
		const char *unit;
		bool sentence; /* the unit is whole ones */
	} rows[] = {
		{ "Wait, let me check this once more. ", true },
		{ "no no no ", false },
		{ "So x is 12, and y is 31, and then x is 12 again, and ",
		  false },
		{ "Hmm!\n\n", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (int ids = 0; ids < 2; ids++) {
			struct buf text = { 0 };
			size_t n = strlen(rows[i].unit), at;
			struct copied c;

			buf_puts(&text, begins);
			repeat(&text, rows[i].unit, 40);
			c = find(text.data, text.len, ids);
			at = strlen(begins) + n;
			assert_in_range(c.begin, at - 6, at + 6);
			assert_in_range(c.keep,
					rows[i].sentence ? at - n - 2 :
							   strlen(begins) - 1,
					at + 1);
			assert_true(strchr(".!", text.data[c.keep - 1]) !=
				    NULL);
			buf_release(&text);
		}
}

/* A loop that counts has news in every turn, and is one all the same. */
static void counting(void **state)
{
	struct buf text = { 0 };
	struct copied c;

	(void)state;
	buf_puts(&text, begins);
	for (int i = 10; i < 90; i++)
		buf_printf(&text, "Attempt %d of the proof fails because the "
				  "lemma does not hold. ", i);
	c = find(text.data, text.len, false);
	assert_in_range(c.begin, strlen(begins), strlen(begins) + 2 * 70);
	buf_release(&text);
}

static void nothing_copied(void **state)
{
	struct copied c = find(begins, strlen(begins), false);

	(void)state;
	assert_int_equal(c.begin, strlen(begins));
	assert_int_equal(c.keep, strlen(begins) - 1); /* the blank */
	c = find("", 0, false);
	assert_int_equal(c.begin, 0);
	assert_int_equal(c.keep, 0);
	c = find("one two thr", 11, false); /* no sentence: whole words */
	assert_int_equal(c.keep, 11);
}

/* Nothing but the loop: one turn of it, or nothing, is left; never a part of a
 * word. */
static void only_a_loop(void **state)
{
	struct buf text = { 0 };
	struct copied c;

	(void)state;
	repeat(&text, "\xe3\x81\x82\xe3\x80\x82", 300); /* two characters */
	c = find(text.data, text.len, false);
	assert_in_range(c.begin, 6, 7);
	assert_int_equal(c.keep, 6);
	buf_clear(&text);
	repeat(&text, "ab", 3000);
	c = find(text.data, text.len, false);
	assert_int_equal(c.begin, 2);
	assert_int_equal(c.keep, 0);
	buf_release(&text);
}

/* The best tail, by asking every phrase for the sum behind it. */
static void beside_all(void **state)
{
	static const char *const texts[] = {
		"abcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabc",
		"The cat. The dog. The cat. The dog. The cat. The dog. The "
		"cat. The dog. The cat. The dog. The cow. The dog. The cat.",
		"no loop is here, and all of it is told but once",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		size_t n = strlen(texts[i]), best = n;
		struct run *run = run_of(texts[i], n, false);
		const struct lz77 *z = meter_lz77(run->meter);
		double most = 0;

		for (uint32_t k = 0; k < lz77_n_phrases(z); k++) {
			uint32_t from = lz77_phrase(z, k).start;
			double sum = (double)(n - from) * 8 / COPIED_PRICE -
				     (double)(lz77_code_bits(z) -
					      lz77_code_bits_at(z, from));

			if (sum > most) {
				most = sum;
				best = from;
			}
		}
		assert_int_equal(copied_find(run).begin, best);
		run_free(run);
	}
}

static void shut(void **state)
{
	static const struct {
		const char *text, *shut;
	} rows[] = {
		{ "", NULL },
		{ "plain <b>text</b> [1]", NULL },
		{ "Why?<think>\nSo", "\n</think>\n\n" },
		{ "<think>So</think> It is", NULL },
		{ "<think>a</think>b<think>c", "\n</think>\n\n" },
		{ "[THINK]So", "[/THINK]" },
		{ "<|channel|>analysis<|message|>So",
		  "<|end|><|start|>assistant<|channel|>final<|message|>" },
		{ "<|channel|>analysis<|message|>So<|end|><|start|>assistant"
		  "<|channel|>final<|message|>It", NULL },
		{ "<|begin_of_thought|>So", "\n<|end_of_thought|>\n\n"
					    "<|begin_of_solution|>\n" },
		{ "<reasoning>So", "\n</reasoning>\n\n" },
		{ "<reasoning>So</reasoning>It", NULL },
		{ "<thought>So", "\n</thought>\n\n" },
		{ "<seed:think>So", "\n</seed:think>" },
		{ "<|START_THINKING|>So",
		  "<|END_THINKING|><|START_RESPONSE|>" },
		{ "half a mark <thin", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *got = think_shut(rows[i].text,
					     strlen(rows[i].text));

		if (rows[i].shut)
			assert_string_equal(got, rows[i].shut);
		else
			assert_null(got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loops),
		cmocka_unit_test(counting),
		cmocka_unit_test(nothing_copied),
		cmocka_unit_test(only_a_loop),
		cmocka_unit_test(beside_all),
		cmocka_unit_test(shut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
