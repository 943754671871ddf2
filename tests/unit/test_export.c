/* csv, JSON lines and svg: whole, in agreement, and harmless. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "app/export.h"
#include "base/utf8.h"
#include "synthetic.h"
#include "term/style.h"

static const char hostile[] = "a\"<script>\\&'\n\x1b[2J\xff\xed\xa0\x80";

static struct buf export(const char *name, const struct run *run, uint32_t n)
{
	struct buf out = { 0 };
	const struct export_format *f = export_find(name);
	assert_non_null(f);
	f->write(&(struct export){ run, n, 7 }, &out);
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
		assert_true(cp >= 32 || cp == '\n' || cp == '\t');
		if (cp == '<') {
			const char *tag = out->data + i;
			const char *end = strchr(tag, '>');
			assert_non_null(end);
			if (tag[1] == '/')
				depth--;
			else if (tag[1] != '?' && tag[1] != '!' &&
				 end[-1] != '/')
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
	assert_non_null(strstr(out.data, " \u00b7 generation 7 \u00b7 a"));
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

/* --- the page ----------------------------------------------------------- */

/* What would ask for something outside, or run. */
static void check_alone(const struct buf *out)
{
	static const char *const never[] = {
		"<script", "src=", "href=", "url(", "@import", "<link",
		"<img", "<iframe", "<object", "onerror=1>", "javascript:",
	};

	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		if (strstr(out->data, never[i]))
			fail_msg("\"%s\" is in the page", never[i]);
}

/* A token a piece of `size` bytes. */
static struct run *run_of(const char *text, size_t len, size_t size)
{
	struct meter_opts opts = synthetic_opts();
	struct run *run = run_new(&opts);

	for (size_t at = 0; at < len; at += size) {
		struct token t = { .text = text + at,
				   .len = MIN(size, len - at),
				   .id = TRACE_NO_ID,
				   .logprob = NAN,
				   .time_s = NAN,
				   .channel = CHANNEL_ANSWER };

		run_token(run, &t);
	}
	run_end(run);
	while (!run_measure(run, UINT32_MAX))
		;
	return run;
}

static void test_page(void **state)
{
	struct run *run = make_run();
	uint32_t n = run_n_measured(run);
	struct buf out = export("html", run, n);

	(void)state;
	check_svg(&out);
	check_alone(&out);
	assert_int_equal(count(&out, "<!DOCTYPE html>"), 1);
	assert_non_null(strstr(out.data, "&lt;script&gt;"));
	assert_int_equal(count(&out, "<p class=\"lil\">Lil at token 2 000: "),
			 1);
	assert_non_null(strstr(out.data, "<h3>reasoning</h3>"));
	assert_non_null(strstr(out.data, "<h3>answer</h3>"));
	assert_non_null(strstr(out.data, "class=\"c0\""));
	assert_non_null(strstr(out.data, "class=\"c4"));
	assert_non_null(strstr(out.data, "<td>guardian</td>"));
	assert_null(strstr(out.data, "nan"));
	buf_release(&out);
	/* Before the threshold there is none. */
	out = export("html", run, 1500);
	check_svg(&out);
	assert_non_null(strstr(out.data, "No early stop"));
	assert_null(strstr(out.data, "class=\"lil\">"));
	buf_release(&out);
	run_free(run);
}

/* The text, cut into tokens in every way: what is harmful is visible, and
 * nothing of it becomes a tag. */
static void test_page_hostile(void **state)
{
	static const char text[] =
		"a</script><script>alert(1)</script> \xe2\x80\xae\xe2\x81\xa6"
		"rtl \0 nul \xff\xed\xa0\x80 \x1b]8;;x\a \xc2\x9b "
		"&lt; \" ' <img src=x onerror=1> ]]> --> \xf0\x9f\x98\x80"
		"\xe2\x80\xa8 \r\n \xe2\x82";

	(void)state;
	for (size_t size = 1; size < sizeof(text); size++) {
		struct run *run = run_of(text, sizeof(text) - 1, size);
		struct buf out;

		run_prompt(run, text, sizeof(text) - 1);
		facts_set(&run->trace.facts.gold, text);
		facts_set(&run->trace.facts.policy, text);
		facts_set(&run->trace.facts.finish_reason, text);
		out = export("html", run, run_n_measured(run));
		check_svg(&out);
		assert_null(strstr(out.data, "<script"));
		assert_null(strstr(out.data, "<img"));
		assert_null(strstr(out.data, "\u202e"));
		assert_null(strstr(out.data, "\u2066"));
		assert_null(strstr(out.data, "\u2028"));
		assert_null(strstr(out.data, "\r"));
		assert_int_equal(out.len, strlen(out.data)); /* no NUL */
		assert_non_null(strstr(out.data, "\U0001f600"));
		assert_non_null(strstr(out.data, "<i>"));
		buf_release(&out);
		run_free(run);
	}
}

/* Of 2 MB the page has the start, the stop and the end. */
static void test_page_bounded(void **state)
{
	enum { BYTES = 2 * 1024 * 1024, TOKEN = 16, NEW = BYTES / 2 };
	struct buf text = { 0 };
	uint64_t seed = 1;
	struct run *run;
	struct buf out;

	(void)state;
	while (text.len < BYTES) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		if (text.len < NEW)
			buf_printf(&text, "%016llx\n",
				   (unsigned long long)seed);
		else
			buf_puts(&text, "<&\"\xff over and over\n");
	}
	run = run_of(text.data, text.len, TOKEN);
	run_prompt(run, text.data, text.len);
	out = export("html", run, run_n_measured(run));
	assert_in_range(out.len, 100 * 1024, 4 * 1024 * 1024);
	assert_int_equal(count(&out, "bytes are left out here"), 3);
	assert_int_equal(count(&out, "<p class=\"lil\">"), 1);
	check_svg(&out);
	buf_release(&out);
	buf_release(&text);
	run_free(run);
}

/* A colour of the page: its n-th mention, light before dark. */
static uint32_t colour(const struct buf *out, const char *name, int n)
{
	const char *at = out->data;
	char mark[16];

	snprintf(mark, sizeof(mark), "--%s:#", name);
	for (int i = 0; i <= n; i++) {
		at = strstr(at, mark);
		assert_non_null(at);
		at += strlen(mark);
	}
	return (uint32_t)strtoul(at, NULL, 16);
}

/* Every colour that text has, on both pages. */
static void test_page_contrast(void **state)
{
	static const char *const inks[] = { "c0", "c1", "c2", "c3", "c4",
					    "accent", "lil", "good", "h",
					    "unit" };
	struct run *run = make_run();
	struct buf out = export("html", run, run_n_measured(run));

	(void)state;
	for (int dark = 0; dark < 2; dark++)
		for (size_t i = 0; i < ARRAY_LEN(inks); i++) {
			double is = style_contrast(colour(&out, "bg", dark),
						   colour(&out, inks[i], dark));

			if (is < 4.5)
				fail_msg("%s, %s: %.2f to 1", inks[i],
					 dark ? "dark" : "light", is);
		}
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
		export_formats[i].write(&(struct export){ run, 0, 0 }, &out);
		if (strcmp(export_formats[i].name, "svg") == 0 ||
		    strcmp(export_formats[i].name, "html") == 0) {
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
		cmocka_unit_test(test_empty), cmocka_unit_test(test_page),
		cmocka_unit_test(test_page_hostile),
		cmocka_unit_test(test_page_bounded),
		cmocka_unit_test(test_page_contrast),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
