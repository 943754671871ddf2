/*
 * The stop rules: the tail cycle against its definition, the others on small
 * texts with a known answer, all of them on real ones.
 */
#include "base/buf.h"
#include "measure/lz77.h"
#include "measure/rule.h"
#include "trace/tok.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

enum { COPIES = 4, TOKENS_MAX = 6000, SEGMENT = 224 };

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* One rule, fed by hand. */
struct fed {
	const struct rule *row;
	void *state;
};

static const struct rule_opts opts = { 250, 20, 1, CODER_LZ77, 0, 0 };

static struct fed rule_new(const char *name)
{
	for (size_t i = 0; i < RULE_ROWS; i++)
		if (strcmp(rules[i]->name, name) == 0)
			return (struct fed){ rules[i],
					     rules[i]->create(&opts) };
	fail_msg("no rule %s", name);
	return (struct fed){ NULL, NULL };
}

static void rule_push(struct fed *r, uint32_t id, const char *text,
		      double code_bits)
{
	struct rule_token token = { id, text, text ? strlen(text) : 0,
				     code_bits };

	r->row->push(r->state, &token);
}

static struct rule_verdict rule_end(struct fed *r)
{
	struct rule_verdict v = r->row->verdict(r->state, TOKENS_MAX);

	r->row->destroy(r->state);
	return v;
}

/* The definition: is some pattern of min..max ids at the tail, so many times?
 * Returns its length, 0 for none. */
static uint32_t tail_cycle(const uint32_t *ids, uint32_t n, uint32_t min,
			   uint32_t max, uint32_t copies)
{
	for (uint32_t p = min; p <= max && p * copies <= n; p++) {
		uint32_t same = 0;

		while (same < (copies - 1) * p &&
		       ids[n - 1 - same] == ids[n - 1 - same - p])
			same++;
		if (same == (copies - 1) * p)
			return p;
	}
	return 0;
}

/* The rules of cycles, as their sentences say. */
static const struct cycle_row {
	size_t i_rule;
	uint32_t min, max, copies, after, every;
} cycle_rows[] = {
	{ RULE_AT_cycle, 1, 128, 4, 0, 1 },
	{ RULE_AT_cycle_long, 16, 1024, 4, 0, 1 },
	{ RULE_AT_breaker, 4, 128, 3, 512, 16 },
};

/* Pushed one by one and some at a time. */
static void check_cycle(const struct cycle_row *row, uint32_t copies,
			const uint32_t *ids, uint32_t n)
{
	const struct rule *rule = rules[row->i_rule];
	struct rule_opts scaled = opts;
	void *one, *some;
	uint32_t want = RULE_NEVER, t = 0;

	scaled.scale = (double)copies / row->copies;
	one = rule->create(&scaled);
	some = rule->create(&scaled);
	for (uint32_t end = 0; t < n; end += 1 + end % 97) {
		struct rule_token tokens[97];
		uint32_t from = t;

		for (; t <= end && t < n; t++) {
			tokens[t - from] = (struct rule_token){ .id = ids[t] };
			rule->push(one, &tokens[t - from]);
			if (want == RULE_NEVER && t + 1 >= row->after &&
			    (t + 1 - row->after) % row->every == 0 &&
			    tail_cycle(ids, t + 1, row->min, row->max, copies))
				want = t + 1;
			assert_int_equal(rule->verdict(one, TOKENS_MAX)
						 .at_token, want);
		}
		rule->push_all(some, tokens, t - from, 0);
		assert_int_equal(rule->verdict(some, TOKENS_MAX).at_token,
				 want);
	}
	rule->destroy(one);
	rule->destroy(some);
}

/* Random ids of a small alphabet, with loops planted, some one token short,
 * some broken. */
static void test_cycle(void **state)
{
	static const uint32_t times[] = { 0, 0, 2, 3, 5, 6, 15, 16, 17 };
	static uint32_t ids[TOKENS_MAX];
	uint32_t r = 1;

	(void)state;
	for (size_t i = 0; i < 450; i++) {
		uint32_t n = 50 + next_random(&r) % 700;
		uint32_t alphabet = 2 + next_random(&r) % 30;
		uint32_t period = 1 + next_random(&r) % 150;
		uint32_t from = next_random(&r) % n, to;
		uint32_t copies = times[i % ARRAY_LEN(times)];

		if (i % 4 == 0)
			period = 1 + period % 20;
		to = from + period * (copies ? copies : COPIES) - 1 +
		     next_random(&r) % 3;
		for (uint32_t t = 0; t < n; t++) {
			ids[t] = next_random(&r) % alphabet * 0x10001;
			if (t >= from + period && t < to)
				ids[t] = ids[t - period];
		}
		for (size_t k = 0; k < ARRAY_LEN(cycle_rows); k++)
			check_cycle(&cycle_rows[k],
				    copies ? copies : cycle_rows[k].copies,
				    ids, n);
	}
}

static void test_cycle_long(void **state)
{
	static const uint32_t periods[] = { 15, 16, 17, 128, 129,
					    1000, 1023, 1024, 1025 };
	static uint32_t ids[TOKENS_MAX];
	uint32_t r = 7;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(periods); i++) {
		uint32_t period = periods[i], n = 100 + period * 5;
		struct fed cycle = rule_new("cycle");
		struct fed wide = rule_new("cycle-long");
		bool in_cycle = period <= 128;
		bool in_wide = period <= 1024;
		uint32_t first = 100 + period * COPIES;

		for (uint32_t t = 0; t < n; t++) {
			ids[t] = t < 100 + period ? next_random(&r)
						  : ids[t - period];
			rule_push(&cycle, ids[t], "x", 0);
			rule_push(&wide, ids[t], "x", 0);
		}
		assert_int_equal(rule_end(&cycle).at_token,
				 in_cycle ? first : RULE_NEVER);
		/* two periods of 15 are one of 30: seen, later */
		if (period >= 16)
			assert_int_equal(rule_end(&wide).at_token,
					 in_wide ? first : RULE_NEVER);
		else
			rule_end(&wide);
	}
}

/* Chunks: n times one text, then what follows. */
static void test_chunk(void **state)
{
	static const struct {
		const char *rule;
		const char *before, *chunk;
		uint32_t n;
		const char *after;
		uint32_t want;
	} rows[] = {
		{ "chunk", "a", " no", 31, "b", RULE_NEVER },
		{ "chunk", "a", " no", 32, "b", 33 },
		{ "chunk", " no\n", "no", 31, "no\t", 32 },
		{ "chunk", "a", " ", 32, "\n", 33 },
		{ "chunk", "", "", 30, "x", 31 },
		{ "chunk", "", "", 29, "x", RULE_NEVER },
		{ "chunk", "a", "\xc2\xa0.\xe2\x80\x83", 32, " . ",
		  33 },
		{ "chunk", "a", "\xff", 32, "\xfe", 33 },
		{ "chunk-100", "a", ".", 101, ".b",
		  RULE_NEVER },
		{ "chunk-100", "a", ".", 102, ".b", 103 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fed r = rule_new(rows[i].rule);
		struct rule_verdict v;

		rule_push(&r, 0, rows[i].before, 0);
		for (uint32_t k = 0; k < rows[i].n; k++)
			rule_push(&r, 1, rows[i].chunk, 0);
		rule_push(&r, 2, rows[i].after, 0);
		v = rule_end(&r);
		if (v.at_token != rows[i].want)
			fail_msg("row %zu: %u", i, v.at_token);
	}
}

/* Three segments: different words, one word, different words again. */
static void test_zlib(void **state)
{
	struct fed r = rule_new("zlib");
	struct rule_verdict v;
	uint32_t random = 3;
	char all[SEGMENT * 12 + 1] = "";

	(void)state;
	for (uint32_t t = 0; t < 3 * SEGMENT; t++) {
		char word[12] = " again";

		if (t / SEGMENT != 1)
			snprintf(word, sizeof(word), " %06x",
				 next_random(&random) & 0xffffff);
		if (t / SEGMENT == 1)
			strcat(all, word);
		assert_int_equal(r.row->verdict(r.state, TOKENS_MAX).at_token,
				 t < 2 * SEGMENT ? RULE_NEVER : 2 * SEGMENT);
		rule_push(&r, 0, word, 0);
	}
	v = rule_end(&r);
	assert_int_equal(v.at_token, 2 * SEGMENT);
}

/* On which side of 2.4 a segment falls is zlib's own answer. */
static void test_zlib_ratio(void **state)
{
	(void)state;
	for (uint32_t words = 2; words < 120; words++) {
		struct fed r = rule_new("zlib");
		struct buf all = { 0 };
		unsigned long room;
		unsigned char *out;
		uint32_t random = words;
		bool over;

		for (uint32_t t = 0; t < SEGMENT; t++) {
			char word[12];

			snprintf(word, sizeof(word), "w%u ",
				 next_random(&random) % words * 7919);
			buf_puts(&all, word);
			rule_push(&r, 0, word, 0);
		}
		room = compressBound(all.len);
		out = mem_alloc(room);
		compress2(out, &room, (unsigned char *)all.data, all.len, 6);
		over = (double)all.len / (double)room > 2.4;
		assert_int_equal(rule_end(&r).at_token,
				 over ? SEGMENT : RULE_NEVER);
		mem_free(out);
		buf_release(&all);
	}
}

/* Bits a token: `busy` of 10, then `quiet` of q, then 10 again. */
static struct rule_verdict adaptive_on(uint32_t busy, uint32_t quiet,
					double q, double unit)
{
	struct fed r = rule_new("adaptive");
	double bits = 0;

	for (uint32_t t = 0; t < busy + quiet + 2000; t++) {
		bits += t < busy || t >= busy + quiet ? 10 * unit : q * unit;
		rule_push(&r, t, "x", bits);
	}
	return rule_end(&r);
}

static void test_adaptive(void **state)
{
	static const double units[] = { 1, 0.001, 1.25, 77 };
	struct rule_verdict v;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		double unit = units[i];

		/* nothing comes: after 300 tokens of it */
		v = adaptive_on(5000, 1000, 0, unit);
		assert_int_equal(v.at_token, 5300);
		/* 299 of it are not enough */
		v = adaptive_on(5000, 299, 0, unit);
		assert_int_equal(v.at_token, RULE_NEVER);
		/* a quarter of the own rate never is; a tenth is, later */
		v = adaptive_on(5000, 5000, 2.5, unit);
		assert_int_equal(v.at_token, RULE_NEVER);
		v = adaptive_on(5000, 5000, 1.0, unit);
		assert_in_range(v.at_token, 5850, 6300);
	}
	/* tokens without bytes say nothing */
	v = adaptive_on(0, 4000, 0, 1);
	assert_int_equal(v.at_token, RULE_NEVER);
}

/* The curated generations, in tokens; the code over bytes and over ids. */
struct real {
	const char *name;
	bool fires;
};

static bool read_all(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "rb");
	int c;

	if (!file)
		return false;
	while ((c = getc(file)) != EOF)
		buf_putc(out, (char)c);
	fclose(file);
	return true;
}

static bool adaptive_fires(const struct buf *text, bool over_ids)
{
	struct lz77 *z = over_ids ? lz77_new(LZ77_IDS, 18)
				  : lz77_new(LZ77_BYTES, 8);
	struct fed r = rule_new("adaptive");
	struct tok *tok = tok_new();
	struct tok_list list = { 0 };
	size_t at = 0;

	tok_push(tok, text->data, text->len, &list);
	tok_flush(tok, &list);
	for (size_t i = 0; i < list.n; i++) {
		for (uint32_t k = 0; k < list.at[i].n_bytes; k++, at++)
			if (!over_ids)
				lz77_push(z, (unsigned char)text->data[at]);
		if (over_ids)
			lz77_push(z, list.at[i].id);
		rule_push(&r, list.at[i].id, "x", (double)lz77_code_bits(z));
	}
	tok_list_release(&list);
	tok_free(tok);
	lz77_free(z);
	return rule_end(&r).at_token != RULE_NEVER;
}

static void test_real(void **state)
{
	static const struct real rows[] = {
		{ "rkv_aime24_08", true },
		{ "rkv_aime24_05", true },
		{ "rkv_aime24_09", true },
		{ "qwen35_9b_loop_29dfd87f", true },
		{ "rkv_aime24_00", false },
		{ "rkv_aime24_01", false },
		{ "rkv_aime24_12", false },
		{ "r1_1.5b_math_51", false },
		{ "r1_1.5b_math_65", false },
		{ "r1_1.5b_math_72", false },
		{ "r1_1.5b_math_79", false },
		{ "gptoss20b_math_13", false },
		{ "qwen35_9b_stop_ed1e54bf", false },
	};
	const char *data = getenv("LILSCOPE_DATA");
	char path[4096];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf text = { 0 };

		snprintf(path, sizeof(path), "%s/traces/curated/%s.txt",
			 data ? data : "LILSCOPE_DATA", rows[i].name);
		if (!read_all(path, &text)) {
			printf("no %s: skipped\n", path);
			skip();
		}
		if (adaptive_fires(&text, false) != rows[i].fires ||
		    adaptive_fires(&text, true) != rows[i].fires)
			fail_msg("%s", rows[i].name);
		buf_release(&text);
	}
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < RULE_ROWS; i++) {
		struct fed r = rule_new(rules[i]->name);
		struct rule_verdict v = rule_end(&r);

		assert_ptr_equal(r.row, rules[i]);
		assert_true(strlen(rules[i]->about) > 20);
		assert_int_equal(v.at_token, RULE_NEVER);
		r = rule_new(rules[i]->name);
		for (int k = 0; k < 1000; k++)
			rule_push(&r, 1, NULL, 0);
		rule_end(&r);
	}
}

/* Rows have names of their own; Guardian is the first, also of those that
 * are shown, and there are no more of these than have a place. */
static void test_order(void **state)
{
	size_t n_shown = 0;

	(void)state;
	assert_ptr_equal(rules[RULE_GUARDIAN], &rule_guardian);
	assert_int_equal(rule_shown(0), RULE_GUARDIAN);
	for (size_t i = 0; i < RULE_ROWS; i++) {
		assert_ptr_equal(rule_name(i), rules[i]->name);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(rules[i]->name,
						rules[k]->name);
		if (rules[i]->shown)
			assert_int_equal(rule_shown(n_shown++), i);
	}
	assert_null(rule_name(RULE_ROWS));
	assert_in_range(n_shown, 1, RULES_SHOWN_MAX);
	assert_int_equal(rule_shown(n_shown), RULE_ROWS);
	assert_int_equal(rule_shown(RULES_SHOWN_MAX), RULE_ROWS);
}

/* A verdict on a prefix knows nothing of what comes after it. */
static void test_prefix(void **state)
{
	struct fed r = rule_new("cycle");
	size_t i = 0;

	(void)state;
	while (rules[i] != r.row)
		i++;
	for (uint32_t t = 0; t < 20; t++)
		rule_push(&r, t < 10 ? 7 : t, "x", 0);
	for (uint32_t n = 0; n <= 20; n++) {
		struct rule_verdict v = rule_verdict(i, r.state, n);

		assert_int_equal(v.at_token, n < COPIES ? RULE_NEVER : COPIES);
		assert_int_equal(v.tokens_after, n < COPIES ? 0 : n - COPIES);
	}
	rule_end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cycle),
		cmocka_unit_test(test_cycle_long),
		cmocka_unit_test(test_chunk),
		cmocka_unit_test(test_zlib),
		cmocka_unit_test(test_zlib_ratio),
		cmocka_unit_test(test_adaptive),
		cmocka_unit_test(test_real),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_prefix),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
