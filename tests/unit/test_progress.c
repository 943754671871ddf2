/* The bar on standard error: drawn, bounded, and gone without a trace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/progress.h"

/* What the terminal's line looks like after text with CR in it. */
static void play(const char *text, size_t n, char line[256])
{
	size_t col = 0;

	memset(line, ' ', 255);
	line[255] = '\0';
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\r') {
			col = 0;
			continue;
		}
		assert_true(text[i] >= ' ' && text[i] < 0x7f);
		assert_true(col < 255);
		line[col++] = text[i];
	}
	for (col = 255; col > 0 && line[col - 1] == ' '; col--)
		line[col - 1] = '\0';
}

static void draws_and_erases(void **state)
{
	static const struct {
		double fraction;
		int cols;
		const char *line;
	} cases[] = {
		{ 0, 80, "[------------------------]   0 %  file 1" },
		{ 0.5, 80, "[############------------]  50 %  file 1" },
		{ 1, 80, "[########################] 100 %  file 1" },
		{ 7, 80, "[########################] 100 %  file 1" },
		{ -1, 80, "[------------------------]   0 %  file 1" },
		{ 0.5, 20, "[############------" },
		{ 0.5, 1, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct progress p;
		char *text, line[256];
		size_t n;
		FILE *err = open_memstream(&text, &n);

		progress_init(&p, err, cases[i].cols, 0);
		progress_at(&p, cases[i].fraction, "file 1");
		fflush(err);
		play(text, n, line);
		assert_string_equal(line, cases[i].line);
		progress_hide(&p);
		progress_hide(&p);
		fclose(err);
		play(text, n, line);
		assert_string_equal(line, "");
		free(text);
	}
}

static void unknown_length_has_no_bar(void **state)
{
	struct progress p;
	char *text, line[256];
	size_t n;
	FILE *err = open_memstream(&text, &n);

	(void)state;
	progress_init(&p, err, 80, 0);
	progress_at(&p, NAN, "12 MB");
	fclose(err);
	play(text, n, line);
	assert_string_equal(line, "12 MB");
	free(text);
}

static void short_work_is_silent(void **state)
{
	struct progress p;
	char *text;
	size_t n;
	FILE *err = open_memstream(&text, &n);

	(void)state;
	progress_init(&p, err, 80, 1000000);
	progress_at(&p, 0.5, "file 1");
	progress_hide(&p);
	progress_init(&p, NULL, 80, 0);
	progress_at(&p, 0.5, "file 1");
	progress_hide(&p);
	fclose(err);
	assert_int_equal(n, 0);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(draws_and_erases),
		cmocka_unit_test(unknown_length_has_no_bar),
		cmocka_unit_test(short_work_is_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
