/*
 * The report of a generation: the interface that programs read, and the
 * table that people read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "json/json.h"
#include "report/report.h"

/* The interface, in order: what lilscope(1) lists under JSON FIELDS. */
static const char *const field_names[] = {
	"source",	 "record",	     "dialect",
	"model",	 "symbols",	     "n_symbols",
	"tokens",	 "tokens_by",	     "bytes",
	"prompt_tokens", "reasoning_tokens", "answer_tokens",
	"usage_tokens",	 "phrases",	     "code_bits",
	"alphabet",	 "Ls",		     "rho",
	"eps",		 "h",		     "h_est",
	"h_est_se",	 "answer_at",	     "tokens_after_answer",
	"passes_saved",
	"judged",	 "judged_by",	     "label",
	"flag",
	"finish_reason", "ended_as",	     "note",
	"guessed",
	"skipped_records", "ttft_ms",	     "tbt_ms",
	"tbt_p99_ms",	 "tokens_per_s",     "policy",
	"budget",	 "kept",	     "rules",
};

static const char *const rule_names[] = {
	"rule", "coder", "f", "t", "patience",
	"fired", "at_token", "tokens_after", "resumed_at", "after",
	"new_after", "last_new", "again_at", "n_stops", "cause", "p", "stops",
	"unit",
};

static struct run *loop_run(void)
{
	struct run *run = run_new(&meter_opts_default);
	const char *prose =
		"Let us count the ways in which seven people can sit at a "
		"round table, when two of them, say Ann and Bob, refuse to be "
		"neighbours. There are 720 circular orders in all, and 240 of "
		"them put the two side by side; hence 480 remain. ";

	facts_set(&run->trace.facts.source, "loop.txt");
	facts_set(&run->trace.facts.record, "0");
	run->trace.facts.dialect = "text";
	run_text(run, CHANNEL_REASONING, prose, strlen(prose), NAN);
	for (int i = 0; i < 400; i++)
		run_text(run, CHANNEL_ANSWER, "So the answer is 480. ", 22,
			 NAN);
	run_end(run);
	while (!run_measure(run, 1000))
		;
	return run;
}

/* One line of JSON, read. */
struct parsed {
	struct buf line;
	struct json doc;
	struct json_value root;
};

static void read_line(struct parsed *p)
{
	struct json_trouble trouble;

	assert_int_equal(p->line.data[p->line.len - 1], '\n');
	assert_null(memchr(p->line.data, '\n', p->line.len - 1));
	if (!json_read(&p->doc, p->line.data, p->line.len, false, &trouble))
		fail_msg("%s in %s", trouble.what, buf_cstr(&p->line));
	p->root = json_root(&p->doc);
}

static void parse(struct parsed *p, const struct report *r)
{
	*p = (struct parsed){ .root = { 0 } };
	report_json(r, &p->line);
	read_line(p);
}

static void parsed_release(struct parsed *p)
{
	json_release(&p->doc);
	buf_release(&p->line);
}

/* These members in this order, so none comes twice. */
static void assert_keys(struct json_value object, const char *const *names,
			size_t n)
{
	struct json_value each = json_first(object);
	size_t i = 0;

	for (; each.doc; each = json_next(each), i++) {
		assert_true(i < n);
		assert_true(json_key_is(each, names[i]));
	}
	assert_int_equal(i, n);
}

static void assert_u32(struct json_value object, const char *name,
		       uint32_t want)
{
	struct json_value v = json_get(object, name);

	assert_true(json_is(v, JSON_NUMBER));
	assert_int_equal(json_u32(v, UINT32_MAX), want);
}

static void assert_null_member(struct json_value object, const char *name)
{
	assert_true(json_is(json_get(object, name), JSON_NULL));
}

static void assert_text(struct json_value object, const char *name,
			const char *want)
{
	assert_true(json_text_is(json_get(object, name), want));
}

static void fields_are_the_interface(void **state)
{
	struct run *run = loop_run();
	struct report r;
	struct parsed p;
	struct json_value list;

	(void)state;
	report_fill(&r, run);
	parse(&p, &r);
	assert_keys(p.root, field_names, ARRAY_LEN(field_names));
	list = json_get(p.root, "rules");
	assert_int_equal(json_count(list), RULE_USUAL_ROWS);
	for (size_t i = 0; i < RULE_USUAL_ROWS; i++) {
		struct json_value rule = json_at(list, i);

		assert_keys(rule, rule_names, ARRAY_LEN(rule_names));
		assert_text(rule, "rule", rules[i]->name);
	}
	assert_u32(p.root, "tokens", run->trace.n_tokens);
	assert_u32(p.root, "bytes", (uint32_t)run->trace.text.len);
	assert_null_member(p.root, "model");
	assert_null_member(p.root, "prompt_tokens");
	parsed_release(&p);
	run_free(run);
}

static void a_loop_fires_and_is_told(void **state)
{
	struct run *run = loop_run();
	const struct report_rule *rule;
	struct report r;
	struct json_value guardian;
	struct parsed p;

	(void)state;
	report_fill(&r, run);
	rule = &r.rules[RULE_GUARDIAN];
	assert_string_equal(rule->name, "guardian");
	assert_int_not_equal(rule->verdict.at_token, RULE_NEVER);
	assert_int_equal(rule->verdict.at_token + rule->verdict.tokens_after,
			 r.tokens);
	for (size_t i = 0; i < RULE_ROWS; i++)
		assert_int_equal(r.rules[i].after != NULL, r.rules[i].name &&
				 r.rules[i].verdict.at_token != RULE_NEVER);
	parse(&p, &r);
	guardian = json_at(json_get(p.root, "rules"), 0);
	assert_u32(guardian, "at_token", rule->verdict.at_token);
	assert_null_member(guardian, "resumed_at");
	parsed_release(&p);
	run_free(run);
}

static void an_empty_generation_has_no_numbers(void **state)
{
	static const char *const null[] = { "rho", "h", "prompt_tokens",
					    "ttft_ms", "tbt_ms",
					    "tbt_p99_ms", "tokens_per_s" };
	struct run *run = run_new(&meter_opts_default);
	struct report r;
	struct parsed p;

	(void)state;
	for (int measured = 0; measured < 2; measured++) {
		report_fill(&r, run);
		parse(&p, &r);
		assert_keys(p.root, field_names, ARRAY_LEN(field_names));
		for (size_t i = 0; i < ARRAY_LEN(null); i++)
			assert_null_member(p.root, null[i]);
		parsed_release(&p);
		run_end(run);
		run_measure(run, 1);
	}
	run_free(run);
}

static void flags_have_one_name(void **state)
{
	static const struct {
		enum bound_status status;
		bool vacuous;
		const char *name;
	} cases[] = {
		{ BOUND_PROVEN, false, "PROVEN" },
		{ BOUND_PROVEN, true, "PROVEN" },
		{ BOUND_OUT_LOW, false, "OUT-LOW" },
		{ BOUND_UNDERSAMPLED, true, "UNDERSAMPLED" },
		{ BOUND_ASYMPTOTIC, true, "VACUOUS" },
		{ BOUND_ASYMPTOTIC, false, "ASYMPTOTIC" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct bound_point p = { .status = cases[i].status,
					 .vacuous = cases[i].vacuous };

		assert_string_equal(report_flag(&p), cases[i].name);
	}
}

static const struct {
	const char *raw;
	const char *json; /* what a JSON reader gets back */
	const char *csv;  /* the field as written */
} strings[] = {
	{ "plain", "plain", "plain" },
	{ "say \"hi\", then", "say \"hi\", then", "\"say \"\"hi\"\", then\"" },
	{ "a\\b", "a\\b", "a\\b" },
	{ "\xcf\x81 \xe4\xb8\xad", "\xcf\x81 \xe4\xb8\xad",
	  "\xcf\x81 \xe4\xb8\xad" },
	{ "two\nlines", "two\nlines", "\"two lines\"" },
	{ "bad \xff\xc3 end", "bad \xef\xbf\xbd\xef\xbf\xbd end",
	  "bad \xef\xbf\xbd\xef\xbf\xbd end" },
	{ "cut \xe4\xb8", "cut \xef\xbf\xbd", "cut \xef\xbf\xbd" },
	{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
	  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "esc \x1b[31m", "esc \x1b[31m", "esc \xef\xbf\xbd[31m" },
	{ "c1 \xc2\x9b", "c1 \xc2\x9b", "c1 \xef\xbf\xbd" },
	{ "bidi \xe2\x80\xae", "bidi \xe2\x80\xae", "bidi \xef\xbf\xbd" },
	{ "=1+1", "=1+1", "'=1+1" },
	{ "@SUM(1,2)", "@SUM(1,2)", "\"'@SUM(1,2)\"" },
	{ "+cmd|' /C calc'!A0", "+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0" },
	{ "-2+3", "-2+3", "'-2+3" },
	{ "-", "-", "-" },
	{ "a=1", "a=1", "a=1" },
};

static void strings_are_escaped(void **state)
{
	struct run *run = run_new(&meter_opts_default);
	struct report r;

	(void)state;
	report_fill(&r, run);
	for (size_t i = 0; i < ARRAY_LEN(strings); i++) {
		struct buf line = { 0 };
		struct parsed p;

		r.source = strings[i].raw;
		parse(&p, &r);
		assert_text(p.root, "source", strings[i].json);
		parsed_release(&p);
		report_csv(&r, &line);
		assert_true(line.len > strlen(strings[i].csv));
		assert_memory_equal(line.data, strings[i].csv,
				    strlen(strings[i].csv));
		assert_int_equal(line.data[strlen(strings[i].csv)], ',');
		buf_release(&line);
	}
	run_free(run);
}

/* What steers a terminal is a control byte, raw or as a C1 character. */
static void assert_harmless(const struct buf *out)
{
	for (size_t i = 0, used; i < out->len; i += used) {
		int32_t cp = utf8_decode(out->data + i, out->len - i, &used);

		assert_true(cp == '\n' || cp >= 0x20);
		assert_false(cp >= 0x7f && cp <= 0x9f);
		assert_false(cp >= 0x202a && cp <= 0x202e);
	}
}

static void no_output_steers_a_terminal(void **state)
{
	struct run *run = loop_run();
	struct report r;
	struct buf out = { 0 };

	(void)state;
	report_fill(&r, run);
	for (size_t i = 0; i < ARRAY_LEN(strings); i++) {
		r.source = r.record = r.model = strings[i].raw;
		r.finish_reason = r.label = strings[i].raw;
		report_json(&r, &out);
		report_csv(&r, &out);
		report_table(&r, &out, 200);
		report_json_error(r.source, "1", strings[i].raw, &out);
		report_csv_error(r.source, "1", strings[i].raw, &out);
		assert_harmless(&out);
		buf_clear(&out);
	}
	buf_release(&out);
	run_free(run);
}

/* Fields of a CSV line, quotes understood. */
static size_t csv_fields(const char *line, size_t n)
{
	size_t fields = 1;
	bool quoted = false;

	for (size_t i = 0; i < n; i++) {
		quoted ^= line[i] == '"';
		fields += line[i] == ',' && !quoted;
	}
	return fields;
}

static void csv_lines_agree(void **state)
{
	struct meter_opts guardian_only = meter_opts_default;
	struct run *run = loop_run();
	struct report r;
	struct buf out = { 0 };
	size_t n_fields;

	(void)state;
	report_csv_header(&out);
	n_fields = csv_fields(out.data, out.len);
	buf_clear(&out);
	report_fill(&r, run);
	r.model = "a, \"b\"";
	report_csv(&r, &out);
	assert_int_equal(csv_fields(out.data, out.len), n_fields);
	buf_clear(&out);
	report_csv_error("s", "7", "line 3, byte 4: no", &out);
	assert_int_equal(csv_fields(out.data, out.len), n_fields);
	buf_clear(&out);
	guardian_only.rules = 0;
	run_set(run, &guardian_only);
	while (!run_measure(run, 1000))
		;
	report_fill(&r, run);
	for (size_t i = 0; i < RULE_ROWS; i++)
		assert_int_equal(r.rules[i].name != NULL, i == RULE_GUARDIAN);
	report_csv(&r, &out);
	assert_int_equal(csv_fields(out.data, out.len), n_fields);
	buf_release(&out);
	run_free(run);
}

static void numbers_have_a_point_everywhere(void **state)
{
	static const char *const comma[] = { "de_DE.UTF-8", "de_DE.utf8",
					     "fr_FR.UTF-8", "de_DE" };
	struct buf out = { 0 };
	bool found = false;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(comma) && !found; i++)
		found = setlocale(LC_ALL, comma[i]) != NULL;
	if (!found)
		print_message("no locale with a comma here\n");
	report_number(&out, 0.25);
	buf_putc(&out, ' ');
	report_number(&out, -1.5e-30);
	buf_putc(&out, ' ');
	report_number(&out, 151936);
	buf_putc(&out, ' ');
	report_number(&out, 4294967296.0);
	assert_string_equal(buf_cstr(&out), "0.25 -1.5e-30 151936 4294967296");
	setlocale(LC_ALL, "C");
	buf_release(&out);
}

static void several_generations_are_one_line(void **state)
{
	struct run *run = loop_run();
	struct report r;
	struct buf objects = { 0 };
	struct parsed p = { .root = { 0 } };

	(void)state;
	report_fill(&r, run);
	for (int i = 0; i < 3; i++)
		report_json(&r, &objects);
	report_json_several("-", "7", &objects, &p.line);
	read_line(&p);
	assert_text(p.root, "record", "7");
	assert_int_equal(json_count(json_get(p.root, "generations")), 3);
	parsed_release(&p);
	buf_release(&objects);
	run_free(run);
}

static void lines_fit(struct buf *out, int cols)
{
	size_t start = 0;

	for (size_t i = 0; i < out->len; i++) {
		if (out->data[i] != '\n')
			continue;
		assert_true(i == start || out->data[i - 1] != ' ');
		assert_true(utf8_width(out->data + start, i - start, false) <=
			    (size_t)cols);
		start = i + 1;
	}
	assert_int_equal(start, out->len);
}

static void the_table_fits_its_terminal(void **state)
{
	static const char *const names[] = {
		"a", "/a/rather/long/path/to/some/generation.jsonl",
		"\xe4\xb8\xad\xe6\x96\x87\xe5\xad\x97\xe7\xac\xa6"
		"\xe4\xb8\xad\xe6\x96\x87\xe5\xad\x97\xe7\xac\xa6"
		"\xe4\xb8\xad\xe6\x96\x87\xe5\xad\x97\xe7\xac\xa6",
		"\xff\xfe\x1b]0;title\x07" "0123456789012345678901234567890",
	};
	struct run *run = loop_run();
	struct report r;
	struct buf out = { 0 };

	(void)state;
	report_fill(&r, run);
	r.finish_reason = "insufficient_system_resource";
	r.label = "\xe4\xb8\xad\xe6\x96\x87\xe5\xad\x97\xe7\xac\xa6\xe4\xb8";
	for (int cols = 24; cols <= 300; cols++)
		for (size_t i = 0; i < ARRAY_LEN(names); i++) {
			r.source = names[i];
			buf_clear(&out);
			report_table_header(&out, cols);
			report_table(&r, &out, cols);
			lines_fit(&out, cols);
		}
	buf_release(&out);
	run_free(run);
}

/* A row that is filled for less says the same where it is shown. */
static void a_narrow_row_needs_less(void **state)
{
	struct run *run = loop_run();
	struct report all, row;
	struct buf a = { 0 }, b = { 0 };

	(void)state;
	report_fill(&all, run);
	report_fill_row(&row, run);
	assert_true(isfinite(all.h_est.bits) && isnan(row.h_est.bits));
	assert_true(isfinite(all.answer_at) && isnan(row.answer_at));
	for (int cols = REPORT_COLS_MIN; cols < REPORT_COLS_WIDE; cols++) {
		buf_clear(&a);
		buf_clear(&b);
		report_table(&all, &a, cols);
		report_table(&row, &b, cols);
		assert_string_equal(buf_cstr(&a), buf_cstr(&b));
	}
	buf_release(&a);
	buf_release(&b);
	run_free(run);
}

static void sums_add_up(void **state)
{
	struct run *run = loop_run();
	struct report_sums sums = { 0 };
	struct report r;
	struct buf out = { 0 };

	(void)state;
	report_fill(&r, run);
	for (int i = 0; i < 3; i++)
		report_sums_add(&sums, &r);
	assert_int_equal(sums.n, 3);
	assert_int_equal(sums.tokens, 3 * (uint64_t)r.tokens);
	assert_int_equal(sums.n_fired[0], 3);
	assert_int_equal(sums.after[0],
			 3 * (uint64_t)r.rules[0].verdict.tokens_after);
	report_table_footer(&sums, &out);
	assert_non_null(strstr(buf_cstr(&out), "3 generations"));
	assert_non_null(strstr(buf_cstr(&out), "guardian"));
	assert_non_null(strstr(buf_cstr(&out), "f 250, t 20, patience 1"));
	buf_release(&out);
	run_free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_the_interface),
		cmocka_unit_test(a_loop_fires_and_is_told),
		cmocka_unit_test(an_empty_generation_has_no_numbers),
		cmocka_unit_test(flags_have_one_name),
		cmocka_unit_test(strings_are_escaped),
		cmocka_unit_test(no_output_steers_a_terminal),
		cmocka_unit_test(csv_lines_agree),
		cmocka_unit_test(numbers_have_a_point_everywhere),
		cmocka_unit_test(several_generations_are_one_line),
		cmocka_unit_test(the_table_fits_its_terminal),
		cmocka_unit_test(a_narrow_row_needs_less),
		cmocka_unit_test(sums_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
