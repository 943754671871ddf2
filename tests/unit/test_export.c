/* csv, JSON lines and svg: whole, in agreement, and harmless. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/export.h"
#include "base/utf8.h"
#include "synthetic.h"

static const char hostile[] = "a\"<script>\\&'\n\x1b[2J\xff\xed\xa0\x80";

static struct buf export(const char *name, const struct run *run, uint32_t n)
{
	struct buf out = { 0 };
	const struct export_format *f = export_find(name);
	assert_non_null(f);
	f->write(run, n, &out);
	buf_cstr(&out);
	return out;
}

static size_t count(const struct buf *b, const char *part)
{
	size_t n = 0;
	for (const char *p = b->data; (p = strstr(p, part)); p++)
		n++;
	return n;
}

static struct run *make_run(void)
{
	struct meter_opts opts = synthetic_opts();
	struct run *run;

	opts.rules = RULES_ALL;
	run = synthetic_run(&opts, true);
	facts_set(&run->trace.facts.source, hostile);
	facts_set(&run->trace.facts.model, hostile);
	facts_set(&run->trace.facts.record, hostile);
	return run;
}

static void test_find(void **state)
{
	(void)state;
	assert_string_equal(export_find("csv")->name, "csv");
	assert_string_equal(export_find("a.b/x.svg")->name, "svg");
	assert_string_equal(export_find("run.jsonl")->name, "jsonl");
	assert_null(export_find("picture.png"));
	assert_null(export_find(""));
}

static void test_csv(void **state)
{
	struct run *run = make_run();
	uint32_t n = run_n_measured(run);
	struct buf out = export("csv", run, n);
	const struct guardian *g = meter_guardian(run->meter);
	const char *row;
	unsigned token, bytes, symbols, phrases;
	double size, gain;

	(void)state;
	assert_int_equal(n % 250, 0);
	assert_int_equal(count(&out, "\n"), 1 + n / 250);
	assert_int_equal(count(&out, ","), 13 * (1 + n / 250));
	/* The fourth check, read back. */
	row = strstr(out.data, "\n1000,");
	assert_non_null(row);
	assert_int_equal(sscanf(row, "\n%u,%u,%u,%u,%lf,%lf", &token, &bytes,
				&symbols, &phrases, &size, &gain),
			 6);
	assert_int_equal(bytes, run->trace.end[999]);
	assert_float_equal(size, g->sizes[3], 0.001);
	assert_float_equal(gain, g->sizes[3] - g->sizes[2], 0.001);
	buf_release(&out);
	/* A prefix has its own end, which is no check. */
	out = export("csv", run, 620);
	assert_int_equal(count(&out, "\n"), 1 + 3);
	assert_non_null(strstr(out.data, "\n620,"));
	buf_release(&out);
	run_free(run);
}

static void test_jsonl(void **state)
{
	struct run *run = make_run();
	uint32_t n = run_n_measured(run);
	struct buf out = export("jsonl", run, n);
	(void)state;
	assert_int_equal(count(&out, "\"type\":\"run\""), 1);
	assert_int_equal(count(&out, "\"type\":\"check\""), n / 250);
	assert_int_equal(count(&out, "\"type\":\"verdict\""),
			 RULE_ROWS);
	assert_non_null(strstr(out.data, "\"rule\":\"guardian\","
					 "\"fired\":true,\"at_token\":2000"));
	assert_non_null(strstr(out.data, "a\\\"<script>\\\\&'\\u000a\\u001b"
					 "[2J\\ufffd"));
	for (size_t i = 0; i < out.len; i++)
		assert_true((uint8_t)out.data[i] >= 32 || out.data[i] == '\n');
	buf_release(&out);
	run_free(run);
}

/* Every tag is closed, and text holds nothing that could be one. */
static void check_svg(const struct buf *out)
{
	int depth = 0;
	for (size_t i = 0; i < out->len;) {
		size_t used;
		int32_t cp = utf8_decode(out->data + i, out->len - i, &used);
		assert_true(cp >= 32 || cp == '\n');
		if (cp == '<') {
			const char *tag = out->data + i;
			const char *end = strchr(tag, '>');
			assert_non_null(end);
			if (tag[1] == '/')
				depth--;
			else if (tag[1] != '?' && end[-1] != '/')
				depth++;
			assert_true(depth >= 0);
			i = (size_t)(end - out->data);
		}
		i += used;
	}
	assert_int_equal(depth, 0);
}

static void test_svg(void **state)
{
	struct run *run = make_run();
	uint32_t n = run_n_measured(run);
	struct buf out = export("svg", run, n);
	(void)state;
	check_svg(&out);
	assert_null(strstr(out.data, "<script"));
	assert_non_null(strstr(out.data, "&lt;script&gt;"));
	assert_non_null(strstr(out.data, ">Lil 2 000: "));
	assert_int_equal(count(&out, "<rect class=\"low\"") +
				 count(&out, "<rect class=\"gain\""),
			 n / 250);
	assert_null(strstr(out.data, "nan"));
	assert_null(strstr(out.data, "inf\""));
	buf_release(&out);
	out = export("svg", run, 1);
	check_svg(&out);
	buf_release(&out);
	run_free(run);
}

/* Nothing measured yet: still a file of its kind. */
static void test_empty(void **state)
{
	struct meter_opts opts = synthetic_opts();
	struct run *run = run_new(&opts);
	(void)state;
	for (size_t i = 0; i < n_export_formats; i++) {
		struct buf out = { 0 };
		export_formats[i].write(run, 0, &out);
		if (strcmp(export_formats[i].name, "svg") == 0) {
			buf_cstr(&out);
			check_svg(&out);
		}
		buf_release(&out);
	}
	run_free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),  cmocka_unit_test(test_csv),
		cmocka_unit_test(test_jsonl), cmocka_unit_test(test_svg),
		cmocka_unit_test(test_empty),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
