/*
 * bench_run.c and bench_table.c: lines that read back as themselves, cut and
 * broken ones; cells that were worked out by hand; the scale of f and t; the
 * tables' width.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/bench_svg.h"
#include "bench/bench_table.h"

static const struct meter_opts meter = {
	.symbols = METER_BYTES,
	.rule = { .f = 8, .t = 3, .patience = 1, .coder = CODER_DEFLATE },
};

/* A run of words, each a token; its times are easy to add up: the first token
 * after 1 s, then one each 0.5 s. */
static struct bench_run make(const char *policy, uint32_t budget,
			     uint64_t problem, const char *text)
{
	struct bench_run run = { .budget = budget,
				 .problem = problem,
				 .kind = ANSWER_CHAIN,
				 .gold = mem_strdup("19"),
				 .text = mem_strdup(text),
				 .n_text = strlen(text),
				 .ends = mem_alloc(sizeof(uint32_t) *
						   (strlen(text) + 1)),
				 .n_prompt = 10,
				 .kv_held = 100,
				 .kv_read = 50 };

	snprintf(run.policy, sizeof(run.policy), "%s", policy);
	for (size_t i = 0; i < run.n_text; i++)
		if (i + 1 == run.n_text || text[i + 1] == ' ')
			run.ends[run.n_tokens++] = (uint32_t)i + 1;
	run.ttft_s = 1;
	run.jct_s = 1 + 0.5 * (run.n_tokens - 1);
	bench_run_measure(&run, &meter);
	return run;
}

static bool read_line(const struct buf *line, struct bench_run *run)
{
	struct json doc = { 0 };
	bool good = json_read(&doc, line->data, line->len, false, NULL) &&
		    bench_run_read(json_root(&doc), run);

	json_release(&doc);
	return good;
}

/* --- lines -------------------------------------------------------------- */

static const char *const texts[] = {
	"",
	"The answer is 19.",
	"a \"quote\", a \\, a \n line and \xc3\xa4",
	"bytes that are no text: \xff\xfe \xc3",
};

static void reads_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct bench_run run = make("quest", 96, 7, texts[i]), got;
		struct buf a = { 0 }, b = { 0 };

		run.at_cap = i % 2;
		if (i == 1)
			for (int k = 0; k < BENCH_THENS; k += i)
				run.after[k] = (struct bench_after){
					"dense", 2, 9, 12, true, false, 2.5 };
		bench_run_put(&run, &meter, &a);
		assert_int_equal(a.data[a.len - 1], '\n');
		assert_true(read_line(&a, &got));
		bench_run_measure(&got, &meter);
		bench_run_put(&got, &meter, &b);
		assert_string_equal(buf_cstr(&a), buf_cstr(&b));
		assert_int_equal(got.n_text, run.n_text);
		assert_memory_equal(got.text, run.text, run.n_text + 1);
		bench_run_release(&run);
		bench_run_release(&got);
		buf_release(&a);
		buf_release(&b);
	}
}

/* No beginning of a line is a line. */
static void cut_anywhere(void **state)
{
	struct bench_run run = make("quest", 96, 7, texts[1]), got;
	struct buf line = { 0 };

	(void)state;
	bench_run_put(&run, &meter, &line);
	for (size_t n = 0; n + 1 < line.len; n++) {
		struct buf cut = { 0 };

		buf_append(&cut, line.data, n);
		assert_false(read_line(&cut, &got));
		buf_release(&cut);
	}
	bench_run_release(&run);
	buf_release(&line);
}

static void broken_lines(void **state)
{
	static const struct {
		const char *from, *to;
	} wrong[] = {
		{ "\"tokens\":4", "\"tokens\":5" },
		{ "\"tokens\":4", "\"tokens\":-1" },
		{ "[3,7,3,4]", "[3,7,3,5]" },
		{ "[3,7,3,4]", "[3,7,3,3]" },
		{ "[3,7,3,4]", "[4294967295,7,3,4]" },
		{ "[3,7,3,4]", "17" },
		{ "\"kind\":\"chain\"", "\"kind\":\"bible\"" },
		{ "\"gold\":\"19\"", "\"gold\":19" },
		{ "\"finish\":\"stop\"", "\"finish\":\"\"" },
		{ "\"policy\":\"quest\"", "\"policy\":\"\"" },
		{ "\"policy\":\"quest\"",
		  "\"policy\":\"a name that is far too long for it\"" },
		{ "\"jct_s\":2.5", "\"jct_s\":\"2.5\"" },
		{ "\"text\":", "\"txet\":" },
		{ "\"problem\":7", "\"problem\":null" },
	};
	struct bench_run run = make("quest", 96, 7, texts[1]), got;
	struct buf line = { 0 };

	(void)state;
	bench_run_put(&run, &meter, &line);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct buf bad = { 0 };
		const char *at = strstr(buf_cstr(&line), wrong[i].from);

		assert_non_null(at);
		buf_append(&bad, line.data, (size_t)(at - line.data));
		buf_puts(&bad, wrong[i].to);
		buf_puts(&bad, at + strlen(wrong[i].from));
		if (read_line(&bad, &got))
			fail_msg("read: %s", buf_cstr(&bad));
		buf_release(&bad);
	}
	bench_run_release(&run);
	buf_release(&line);
}

/* --- what is worked out ------------------------------------------------- */

static void stops(void **state)
{
	struct bench_run run = make("quest", 96, 1,
				    "So the answer is 19. No: the answer is "
				    "20. Well");

	(void)state;
	assert_false(run.right);
	assert_int_equal(run.stops[BENCH_FIRST], 5);
	assert_true(bench_run_right(&run, 5));
	assert_false(bench_run_right(&run, 4));
	assert_false(bench_run_right(&run, 0));
	assert_false(bench_run_right(&run, RULE_NEVER));
	assert_int_equal(run.stops[BENCH_GUARDIAN + 1], RULE_NEVER);
	bench_run_release(&run);
}

static void append_words(struct buf *out, const char *words, int times)
{
	while (times-- > 0)
		buf_puts(out, words);
}

/* Ten runs in a cell whose guardian fires where we know. */
static double told_bytes(const char *text)
{
	struct lz77 *z = lz77_new(LZ77_BYTES, 8);
	double bytes;

	for (; *text; text++)
		lz77_push(z, (unsigned char)*text);
	bytes = (double)lz77_code_bits(z) / 8;
	lz77_free(z);
	return bytes;
}

static void a_cell(void **state)
{
	struct buf looping = { 0 };
	struct bench_run runs[4];
	struct bench_table t = { .meter = meter };
	const struct bench_cell *c;
	double told;
	uint32_t at;

	(void)state;
	buf_puts(&looping, "The answer is 19. Wait");
	append_words(&looping, " no", 75); /* 80 tokens in all */
	runs[0] = make("dense", 0, 1, "I see. The answer is 19.");
	runs[1] = make("quest", 64, 1, buf_cstr(&looping));
	runs[2] = make("quest", 64, 2, "The answer is 18. All good");
	runs[3] = make("quest", 32, 1, "nothing");
	runs[1].at_cap = true;
	at = runs[1].stops[BENCH_GUARDIAN];
	assert_true(at == 16 || at == 24); /* the second window, or third */
	bench_table_fill(&t, runs, 4, 2);
	assert_int_equal(t.n, 3);
	assert_string_equal(t.cells[0].policy, "dense");
	assert_int_equal(t.cells[0].n_missing, 1);
	assert_int_equal(t.cells[1].budget, 32);
	assert_true(t.cells[1].collapsed);
	c = &t.cells[2];
	assert_int_equal(c->n, 2);
	assert_int_equal(c->n_missing, 0);
	assert_true(fabs(c->accuracy - 0.5) < 1e-9);
	assert_true(fabs(c->tokens - (80 + 6) / 2.0) < 1e-9);
	assert_true(fabs(c->tokens_p90 - 80) < 1e-9);
	assert_true(fabs(c->growth - 43 / 6.0) < 1e-9);
	assert_true(fabs(c->at_cap - 0.5) < 1e-9);
	assert_true(fabs(c->tbt_s - 0.5) < 1e-9);
	assert_true(fabs(c->stops[BENCH_GUARDIAN].fired - 0.5) < 1e-9);
	assert_true(fabs(c->stops[BENCH_GUARDIAN].saved - (80.0 - at) / 86) <
		    1e-9);
	assert_true(fabs(c->stops[BENCH_GUARDIAN].saved_right -
			 (80.0 - at) / 80) < 1e-9);
	assert_true(fabs(c->stops[BENCH_GUARDIAN].saved_wrong) < 1e-9);
	assert_true(fabs(c->stops[BENCH_GUARDIAN].change) < 1e-9);
	/* the loop writes more and says less */
	told = told_bytes(runs[1].text) + told_bytes(runs[2].text);
	assert_true(fabs(c->bytes - told / 2) < 1e-9);
	assert_true(fabs(c->bytes_per_token - told / 86) < 1e-9);
	assert_true(c->bytes_per_token < t.cells[0].bytes_per_token / 2);
	/* first answers: 4 of 80 and 4 of 6 tokens stay */
	assert_true(fabs(c->stops[BENCH_FIRST].saved - 78.0 / 86) < 1e-9);
	/* the cap keeps what guardian keeps: at of 80, 6 of 6 */
	assert_true(fabs(c->cap_tokens - at) < 1e-9);
	for (int k = 0; k < BENCH_THENS; k++) {
		assert_true(isnan(c->after[k].tried));
		assert_true(fabs(c->after[k].tokens - 43) < 1e-9);
	}
	for (size_t i = 0; i < 4; i++)
		bench_run_release(&runs[i]);
	bench_table_release(&t);
	buf_release(&looping);
}

static void rescued(void **state)
{
	struct bench_run runs[2] = {
		make("quest", 64, 1, "one two three"),
		make("quest", 64, 2, "The answer is 19."),
	};
	struct bench_table t = { .meter = meter };

	(void)state;
	for (int k = 0; k < BENCH_THENS; k++)
		runs[0].after[k] = (struct bench_after){
			"dense", 2, 10 + (uint32_t)k, 12, true, false, 9 };
	bench_table_fill(&t, runs, 2, 2);
	for (int k = 0; k < BENCH_THENS; k++) {
		const struct bench_outcome *r = &t.cells[0].after[k];

		assert_true(fabs(r->tried - 0.5) < 1e-9);
		assert_true(fabs(r->accuracy - 1) < 1e-9);
		assert_true(fabs(r->tokens - 7 - k / 2.) < 1e-9);
		assert_true(fabs(r->n_recomputed - 6) < 1e-9);
		assert_true(fabs(r->jct_s - (9 + 2.5) / 2) < 1e-9);
	}
	assert_null(bench_table_dense(&t));
	assert_true(isnan(t.cells[0].growth));
	for (size_t i = 0; i < 2; i++)
		bench_run_release(&runs[i]);
	bench_table_release(&t);
}

/* f from the length, t from bytes a token beside the paper's models'. */
static void the_scale(void **state)
{
	struct buf text = { 0 };
	struct bench_run run, sparse;
	struct bench_scale s;
	double bytes;

	(void)state;
	for (int i = 0; i < 100; i++)
		buf_printf(&text, " %d", i * 7919 % 1000);
	run = make("dense", 0, 1, buf_cstr(&text));
	sparse = make("quest", 64, 1, "short");
	s = bench_scale((struct bench_run[]){ sparse, run }, 2);
	assert_int_equal(s.n_runs, 1);
	assert_true(fabs(s.tokens - 100) < 1e-9);
	assert_int_equal(s.f, 32); /* 33.3 to a multiple of 8 */
	bytes = s.bytes;
	assert_true(bytes > 1 && bytes < 4);
	assert_true(fabs(s.t - round(32 * 0.08 * bytes / 0.608)) < 1e-9);
	assert_true(fabs(bench_scale_t(&s, 250) -
			 round(250 * 0.08 * bytes / 0.608)) < 1e-9);
	s = bench_scale(&sparse, 1);
	assert_int_equal(s.n_runs, 0);
	bench_run_release(&run);
	bench_run_release(&sparse);
	buf_release(&text);
}

/* --- shown -------------------------------------------------------------- */

static void printed(void **state)
{
	struct bench_run runs[2] = {
		make("dense", 0, 1, "The answer is 19."),
		make("infllm", 1048576, 1, "never"),
	};
	struct bench_table t = { .meter = meter };
	struct buf out = { 0 }, csv = { 0 }, json = { 0 }, svg = { 0 };
	struct json doc = { 0 };
	int width = 0, commas = 0, first = 0;

	(void)state;
	for (int k = 0; k < BENCH_THENS; k++)
		runs[1].after[k] = (struct bench_after){
			"dense", 1, 99999, 99999, true, true, 999999 };
	runs[1].jct_s = 99999;
	bench_table_fill(&t, runs, 2, 1);
	t.scale = bench_scale(runs, 2);
	bench_print(&t, &out);
	for (size_t i = 0; i < out.len; i++) {
		width = out.data[i] == '\n' ? 0 : width + 1;
		if (width > 80)
			fail_msg("wide: %.90s", out.data + i - 80);
	}
	assert_non_null(strstr(buf_cstr(&out), "* collapsed"));
	assert_non_null(strstr(buf_cstr(&out), "a length cap that saves"));
	bench_print_csv(&t, &csv);
	for (size_t i = 0; i < csv.len; i++) {
		commas += csv.data[i] == ',';
		if (csv.data[i] != '\n')
			continue;
		first = first ? first : commas;
		assert_int_equal(commas, first);
		commas = 0;
	}
	bench_print_json(&t, "\"seed\":1,", &json);
	assert_true(json_read(&doc, json.data, json.len, false, NULL));
	assert_int_equal(json_count(json_get(json_root(&doc), "cells")), 2);
	bench_svg(&t, runs, 2, &svg);
	assert_non_null(strstr(buf_cstr(&svg), "</svg>"));
	assert_null(strstr(buf_cstr(&svg), "nan"));
	json_release(&doc);
	buf_release(&out);
	buf_release(&csv);
	buf_release(&json);
	buf_release(&svg);
	for (size_t i = 0; i < 2; i++)
		bench_run_release(&runs[i]);
	bench_table_release(&t);
}

/* What can't be read is not wrong, and what was never cut is no result. */
static void unread_and_idle(void **state)
{
	struct bench_run runs[] = {
		make("dense", 0, 1, "The answer is 19."),
		make("dense", 0, 2, "The answer is 18."),
		make("sink", 12, 1, "I can not say it at all"), /* 10 + 7 */
		make("sink", 12, 2, "19"), /* 10 + 1: within */
		make("snapkv", 12, 1, "The answer is 19. It is, it is."),
		make("snapkv", 12, 2, "No."),
		make("quest", 64, 1, "The answer is 19."),
		make("quest", 64, 2, ""),
	};
	static const struct {
		double right, wrong, unread, idle;
	} want[] = { { 0.5, 0.5, 0, 0 }, { 0, 0, 1, 0.5 },
		     { 0.5, 0, 0.5, 1 }, { 0.5, 0, 0.5, 1 } };
	struct bench_table t = { .meter = meter };
	struct buf out = { 0 };

	(void)state;
	bench_table_fill(&t, runs, ARRAY_LEN(runs), 2);
	assert_int_equal(t.n, ARRAY_LEN(want));
	for (size_t i = 0; i < t.n; i++) {
		assert_true(t.cells[i].accuracy == want[i].right);
		assert_true(t.cells[i].wrong == want[i].wrong);
		assert_true(t.cells[i].unread == want[i].unread);
		assert_true(t.cells[i].idle == want[i].idle);
	}
	bench_print(&t, &out);
	assert_non_null(strstr(buf_cstr(&out),
			       "     12  had nothing to do\n"));
	assert_non_null(strstr(buf_cstr(&out),
			       "\nsink 12 had nothing to do in 1 of 2 "
			       "runs.\n"));
	assert_non_null(strstr(buf_cstr(&out), " unread\n"));
	buf_clear(&out);
	bench_print_csv(&t, &out);
	assert_non_null(strstr(buf_cstr(&out), ",wrong,unread,idle,"));
	buf_release(&out);
	bench_table_release(&t);
	for (size_t i = 0; i < ARRAY_LEN(runs); i++)
		bench_run_release(&runs[i]);
}

/* Stories have no answer: shares are of the others. */
static void open_ones(void **state)
{
	struct bench_run runs[] = {
		make("dense", 0, 1, "The answer is 19."),
		make("dense", 0, 2, "Once upon a time"),
		make("quest", 64, 2, "Once upon a time"),
	};
	struct bench_table t = { .meter = meter };
	struct buf out = { 0 };

	(void)state;
	runs[1].kind = runs[2].kind = ANSWER_OPEN;
	for (size_t i = 0; i < ARRAY_LEN(runs); i++)
		bench_run_measure(&runs[i], &meter);
	bench_table_fill(&t, runs, ARRAY_LEN(runs), 2);
	assert_int_equal(t.cells[0].n, 2);
	assert_int_equal(t.cells[0].n_judged, 1);
	assert_true(t.cells[0].accuracy == 1);
	assert_true(t.cells[0].stops[BENCH_GUARDIAN].accuracy == 1);
	assert_true(t.cells[0].after[0].accuracy == 1);
	assert_true(isnan(t.cells[1].accuracy));
	assert_true(isnan(t.cells[1].unread));
	assert_true(isnan(t.cells[1].stops[BENCH_GUARDIAN].change));
	assert_false(t.cells[1].collapsed);
	bench_table_intervals(&t, runs, ARRAY_LEN(runs));
	assert_true(isnan(t.cells[1].right_in.lo));
	assert_true(isnan(t.cells[1].beside_dense.value));
	assert_true(t.cells[1].growth_in.lo == 1);
	bench_print(&t, &out);
	assert_null(strstr(buf_cstr(&out), "nan"));
	buf_release(&out);
	bench_table_release(&t);
	for (size_t i = 0; i < ARRAY_LEN(runs); i++)
		bench_run_release(&runs[i]);
}

/* --- intervals ---------------------------------------------------------- */

enum { N_DRAWN = 40 };
#define STEP (1.001 / N_DRAWN) /* chance may put a quantile one beside */

static bool near(double a, double b, double by)
{
	return fabs(a - b) <= by;
}

/* A share of 40 is, drawn again, binomial; its quantiles are known. What is
 * paired and alike has no width at all, and what is not has both widths. */
static void intervals(void **state)
{
	struct bench_run runs[3 * N_DRAWN];
	struct bench_table t = { .meter = meter };
	const struct bench_cell *quest, *random;

	(void)state;
	for (uint32_t i = 0; i < N_DRAWN; i++) {
		const char *text = i < N_DRAWN / 4 ? "The answer is 19."
						   : "The answer is 18.";

		runs[3 * i] = make("dense", 0, i, text);
		runs[3 * i + 1] = make("random", 64, i, text);
		runs[3 * i + 2] = make("quest", 64, i, i % 2 ? "None" : text);
	}
	runs[1].after[BENCH_CONCLUDE] = (struct bench_after){
		"random", 2, 10, 12, false, false, 9 };
	bench_table_fill(&t, runs, ARRAY_LEN(runs), N_DRAWN);
	bench_table_intervals(&t, runs, ARRAY_LEN(runs));
	random = &t.cells[1];
	quest = &t.cells[2];
	assert_string_equal(quest->policy, "quest");
	/* 10 of 40: 2.5 and 97.5 % of the binomial are 5 and 16 of 40 */
	assert_true(near(random->right_in.value, 0.25, 1e-9));
	assert_true(near(random->right_in.lo, 5. / N_DRAWN, STEP));
	assert_true(near(random->right_in.hi, 16. / N_DRAWN, STEP));
	assert_true(random->beside_dense.lo == 0 &&
		    random->beside_dense.hi == 0);
	assert_true(random->growth_in.lo == 1 && random->growth_in.hi == 1);
	assert_true(isnan(random->beside_random.value));
	/* 5 of 40 are lost, none is won: 1 to 9 */
	assert_true(near(quest->beside_random.value, -5. / N_DRAWN, 1e-9));
	assert_true(near(quest->beside_random.lo, -9. / N_DRAWN, STEP));
	assert_true(near(quest->beside_random.hi, -1. / N_DRAWN, STEP));
	/* one of 40 is lost by concluding: 0 to 3 */
	assert_true(near(random->after[BENCH_CONCLUDE].beside_stop.value,
			 -1. / N_DRAWN, 1e-9));
	assert_true(near(random->after[BENCH_CONCLUDE].beside_stop.lo,
			 -3. / N_DRAWN, STEP));
	assert_true(random->after[BENCH_CONCLUDE].beside_stop.hi == 0);
	assert_true(isnan(random->after[BENCH_RETRY].beside_stop.value));
	assert_true(random->stops[BENCH_GUARDIAN].saved_in.hi == 0);
	assert_true(isnan(random->stops[BENCH_GUARDIAN].saved_fired.value));
	bench_table_release(&t);
	for (size_t i = 0; i < ARRAY_LEN(runs); i++)
		bench_run_release(&runs[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_back),	cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(broken_lines), cmocka_unit_test(stops),
		cmocka_unit_test(a_cell),	cmocka_unit_test(rescued),
		cmocka_unit_test(the_scale),	cmocka_unit_test(printed),
		cmocka_unit_test(unread_and_idle),
		cmocka_unit_test(open_ones),	cmocka_unit_test(intervals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
