/* What is lit in the text is what the pattern finds, and all of it: the styles
 * of the cells, over many lines, beside a naive look at each row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "synthetic.h"
#include "action/action.h"
#include "view/text_pane.h"
#include "view/views.h"

static struct app app_on(struct run *run)
{
	struct settings set;
	struct app app;

	settings_init(&set);
	app_init(&app, &set);
	app.run = run;
	app.view = &view_text;
	app.playhead = app_n_tokens(&app);
	app.cursor = 0;
	return app;
}

static void search_all(struct app *app, const char *pattern)
{
	search_set(app, pattern);
	while (search_slice(app))
		;
}

/* The row as text of one byte a cell, and where it is lit. */
static void read_row(struct screen *s, int row, char *text, char *lit)
{
	for (int col = 0; col < s->cols; col++) {
		const struct cell *c = screen_cell(s, row, col);

		text[col] = c->len == 1 ? c->text[0] : c->len ? '?' : ' ';
		lit[col] = c->style == STYLE_FOUND ? '^' : ' ';
	}
	text[s->cols] = lit[s->cols] = '\0';
}

/* Words are not cut between rows, so each hit lies in one. */
static size_t check_rows(struct screen *s, const char *word, int from_col)
{
	char text[512], lit[512], want[512];
	size_t n = 0, len = strlen(word);

	for (int row = 0; row < s->rows; row++) {
		read_row(s, row, text, lit);
		if (screen_cell(s, row, from_col)->style == STYLE_PROMPT)
			continue; /* it is not searched */
		memset(want, ' ', sizeof(want));
		for (char *at = text + from_col; (at = strstr(at, word));
		     at += len, n++)
			memset(want + (at - text), '^', len);
		want[s->cols] = '\0';
		if (strcmp(want, lit) != 0)
			fail_msg("\"%s\"\n%s\n%s lit\n%s wanted", word, text,
				 lit, want);
	}
	return n;
}

static void test_styles(void **state)
{
	static const struct {
		const char *pattern, *word;
	} rows[] = {
		{ "qua", "qua" },     { "sora", "sora" },
		{ "c[hx]+eck?", "check" }, { "there is none", "there is none" },
	};
	static const struct {
		int rows, cols;
	} sizes[] = { { 20, 80 }, { 8, 60 }, { 46, 200 } };
	struct meter_opts opts = synthetic_opts();
	struct run *run = synthetic_run(&opts, true);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows) * ARRAY_LEN(sizes); i++) {
		int size = (int)(i % ARRAY_LEN(sizes));
		const char *word = rows[i / ARRAY_LEN(sizes)].word;
		struct app app = app_on(run);
		struct screen s;
		struct rect r = { 0, 0, sizes[size].rows, sizes[size].cols };
		size_t n = 0;

		screen_init(&s);
		screen_resize(&s, r.rows, r.cols);
		search_all(&app, rows[i / ARRAY_LEN(sizes)].pattern);
		for (uint32_t at = 0; at < app.playhead; at += 97) {
			app.cursor = at;
			screen_clear(&s);
			text_pane_draw(&app, &s, r, TEXT_PANE_FOLLOW);
			n += check_rows(&s, word, 2);
		}
		assert_true((n == 0) == (strchr(word, ' ') != NULL));
		screen_release(&s);
		app.run = NULL;
		app_release(&app);
	}
	run_free(run);
}

/* All hits are counted, and the way over them meets each once. */
static void test_every_hit(void **state)
{
	struct meter_opts opts = synthetic_opts();
	struct run *run = synthetic_run(&opts, true);
	struct app app = app_on(run);
	size_t n = 0;

	(void)state;
	search_all(&app, "qua");
	for (char *at = run->trace.text.data; (at = strstr(at, "qua")); at++)
		n++;
	assert_true(n > 50);
	assert_int_equal(app.search.hits.n, n);
	assert_true(search_hits(&app, 0, app.playhead));
	for (size_t i = 0; i < n; i++) {
		uint32_t token = trace_token_at(&run->trace,
						app.search.hits.at[i].from);

		assert_true(search_hits(&app, token, token + 1));
	}
	app.run = NULL;
	app_release(&app);
	run_free(run);
}

/* A run that grows: what was the last line is looked at again. */
static void test_grows(void **state)
{
	static const char *const parts[] = { "one tw", "o three\nfour t",
					     "wo two\n", "tw", "o" };
	struct run *run = run_new(&meter_opts_default);
	struct app app;

	(void)state;
	app = app_on(run);
	search_set(&app, "two");
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		struct token t = { .text = parts[i],
				   .len = strlen(parts[i]),
				   .id = (uint32_t)i };

		run_token(run, &t);
		while (search_slice(&app))
			;
	}
	assert_int_equal(app.search.hits.n, 4);
	assert_int_equal(app.search.hits.at[0].from, 4);
	app.run = NULL;
	app_release(&app);
	run_free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_styles),
		cmocka_unit_test(test_every_hit),
		cmocka_unit_test(test_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
