/* stamp.c: times as logs and servers write them, against a table made with
 * date(1); and what only looks like one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/stamp.h"

#include <math.h>
#include <string.h>

/* want: NAN where there is no time. */
static const struct row {
	const char *text;
	double want;
} stamps[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "2026-01-31T09:00:00Z", 1769850000 },
	{ "2026-01-31T09:00:00.25Z", 1769850000.25 },
	{ "2026-01-31T09:00:00.123456789z", 1769850000.123456789 },
	{ "2026-01-31T09:00:00+01:00", 1769846400 },
	{ "2026-01-31T09:00:00-0130", 1769855400 },
	{ "2024-02-29T23:59:59Z", 1709251199 },
	{ "2000-03-01T00:00:00Z", 951868800 },
	{ "1969-12-31T23:59:59Z", -1 },
	{ "2026-01-31 09:00:00Z", NAN },
	{ "2026-01-31T09:00:00", NAN },
	{ "2026-01-31T09:00", NAN },
	{ "2026-01-31T09:00:00+1", NAN },
	{ "26-01-31T09:00:00Z", NAN },
	{ "", NAN },
}, found[] = {
	{ "2026-01-31T09:00:00.5Z INFO", 1769850000.5 },
	{ "2026-01-31 09:00:00,123 INFO", 1769850000.123 },
	{ "2026/01/31 09:00:00+01:00", 1769846400 },
	{ "[1769850000.75] x", 1769850000.75 },
	{ "1769850000123 x", 1769850000.123 },
	{ "1769850000123456 x", 1769850000.123456 },
	{ "Jan 31 09:00:00.5 host", 32400.5 },
	{ "at 2026-01-31T09:00:00.5Z x", 1769850000.5 },
	{ "pid 17 at 09:00:01", 32401 },
	{ "v2026-01-31T09:00:00Z 09:00:02", 32402 },
	{ "176985000 12345 x", NAN },
	{ "17698500001 x", NAN },
	{ "09:00 x9:00:00", NAN },
	{ "", NAN },
};

/* Memory of exactly the text's size, so that a sanitiser sees more. */
static double in_exact(const struct row *row, bool find)
{
	size_t n = strlen(row->text);
	char *exact = mem_alloc(n);
	double time_s = NAN;

	memcpy(exact, row->text, n);
	if (!find)
		time_s = stamp_rfc3339(exact, n);
	else if (!stamp_find(exact, n, &time_s))
		time_s = NAN;
	mem_free(exact);
	return time_s;
}

static void check(const struct row *rows, size_t n, bool find)
{
	for (size_t i = 0; i < n; i++) {
		double got = in_exact(&rows[i], find), want = rows[i].want;

		if (isnan(got) != isnan(want) || fabs(got - want) > 1e-6)
			fail_msg("\"%s\": %.9f instead of %.9f", rows[i].text,
				 got, want);
	}
}

/* What stands behind the n-th byte says nothing. */
static void ends_where_it_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(found); i++)
		for (size_t n = 0; n <= strlen(found[i].text); n++) {
			char *exact = mem_alloc(n);
			double a = 0, b = 0;

			memcpy(exact, found[i].text, n);
			assert_int_equal(stamp_find(found[i].text, n, &a),
					 stamp_find(exact, n, &b));
			assert_true(fabs(a - b) < 1e-6);
			mem_free(exact);
		}
}

/* A number behind a letter is of that word. */
static void words_hold_no_times(void **state)
{
	(void)state;
	for (int c = 1; c < 128; c++) {
		char text[] = "?1769850000";
		bool word = strchr("abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789_", c) != NULL;
		double time_s;

		text[0] = (char)c;
		assert_int_equal(stamp_find(text, strlen(text), &time_s),
				 !word);
	}
}

static void rfc3339(void **state)
{
	(void)state;
	check(stamps, ARRAY_LEN(stamps), false);
}

static void times_in_lines(void **state)
{
	(void)state;
	check(found, ARRAY_LEN(found), true);
}

static const struct head {
	const char *text;
	size_t len;
	double want;
} heads[] = {
	{ "2026-01-31T09:00:00.5Z INFO", 22, 1769850000.5 },
	{ "2026-01-31 09:00:00,123 INFO", 23, 1769850000.123 },
	{ "2026-01-31T09:00:00+01:00", 25, 1769846400 },
	{ "2026-01-31T09:00:00-x", 19, 1769850000 },
	{ "1769850000.25 x", 13, 1769850000.25 },
	{ "1769850000 x", 10, 1769850000 },
	{ " 1769850000 x", 0, 0 },
	{ "09:00:00 x", 0, 0 },
	{ "2026-01-31 x", 0, 0 },
	{ "", 0, 0 },
};

static void times_at_heads(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		double got = 0;

		assert_int_equal(stamp_head(heads[i].text,
					    strlen(heads[i].text), &got),
				 heads[i].len);
		if (heads[i].len)
			assert_true(fabs(got - heads[i].want) < 1e-6);
	}
}

static const struct put {
	double time_s;
	unsigned digits;
	const char *want;
} texts[] = {
	{ 0, 0, "1970-01-01T00:00:00Z" },
	{ 1769850000.123, 0, "2026-01-31T09:00:00Z" },
	{ 1769850000.125, 3, "2026-01-31T09:00:00.125Z" },
	{ 1769850000.875, 1, "2026-01-31T09:00:00.8Z" },
	{ 951782399.5, 2, "2000-02-28T23:59:59.50Z" },
	{ 951782400, 0, "2000-02-29T00:00:00Z" },
	{ 4107542400, 0, "2100-03-01T00:00:00Z" },
	{ 253402300799, 3, "9999-12-31T23:59:59.000Z" },
	{ 253402300800, 0, "" },
	{ -1, 0, "" },
	{ NAN, 0, "" },
};

static void times_as_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		char got[STAMP_TEXT_BYTES];

		stamp_put(got, texts[i].time_s, texts[i].digits);
		assert_string_equal(got, texts[i].want);
	}
}

/* A day for a day, there and back. */
static void times_there_and_back(void **state)
{
	static const double day_s = 86400, end_s = 253402300800.0;

	(void)state;
	for (double t = 12345; t < end_s; t += 17 * day_s) {
		char got[STAMP_TEXT_BYTES];

		stamp_put(got, t, 0);
		assert_true(stamp_rfc3339(got, strlen(got)) == t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_where_it_is_told),
		cmocka_unit_test(words_hold_no_times),
		cmocka_unit_test(rfc3339),
		cmocka_unit_test(times_in_lines),
		cmocka_unit_test(times_at_heads),
		cmocka_unit_test(times_as_text),
		cmocka_unit_test(times_there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
