/* A generation in steps, the strip beside its text, the mark where its answer
 * first stood, and how sure its model was: counted, and as they are drawn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "app/phrase.h"
#include "app/sure.h"
#include "view/minimap.h"
#include "view/steps.h"
#include "view/text_pane.h"
#include "view/views.h"

enum { ROWS = 30, COLS = 120, PARTS = 8, WORDS = 60, TURNS = 200 };

static void put(struct run *run, const char *text, double p,
		enum channel channel)
{
	struct token token = { .text = text, .len = strlen(text),
			       .id = TRACE_NO_ID, .time_s = NAN,
			       .logprob = isnan(p) ? NAN : (float)log(p),
			       .channel = channel };

	run_token(run, &token);
}

/* Paragraphs of new words, the third with the answer; a loop; the answer. */
static struct run *thought(double sure, double unsure)
{
	struct run *run = run_new(&meter_opts_default);
	char word[32];

	for (uint32_t i = 0; i < PARTS * WORDS; i++) {
		snprintf(word, sizeof(word), "%x ", i * 2654435761u);
		put(run, word, i % 7 ? sure : unsure, CHANNEL_REASONING);
		if (i == 3 * WORDS - 1)
			put(run, "the answer is 47.", sure, CHANNEL_REASONING);
		if (i % WORDS == WORDS - 1)
			put(run, "\n\n", sure, CHANNEL_REASONING);
	}
	for (int i = 0; i < TURNS; i++)
		for (const char *c = "Wait, check it. "; *c; c += 4) {
			snprintf(word, sizeof(word), "%.4s", c);
			put(run, word, sure, CHANNEL_REASONING);
		}
	put(run, "\\boxed{47}", sure, CHANNEL_ANSWER);
	run_end(run);
	while (!run_measure(run, UINT32_MAX))
		;
	return run;
}

static void open_app(struct app *app, struct screen *s, struct run *run)
{
	struct settings set;

	settings_init(&set);
	app_init(app, &set);
	app->run = run;
	app->view = &view_steps;
	app->view_rows = ROWS;
	app->view_cols = COLS;
	app->playhead = app_n_tokens(app);
	steps_sync(app);
	screen_init(s);
	screen_resize(s, ROWS, COLS);
	screen_clear(s);
}

static void close_app(struct app *app, struct screen *s)
{
	screen_release(s);
	run_free(app->run);
	app->run = NULL;
	app_release(app);
}

static int row_with(struct screen *s, const char *want)
{
	int found = -1;

	for (int row = 0; row < s->rows && found < 0; row++) {
		struct buf text = { 0 };

		for (int col = 0; col < s->cols; col++) {
			const struct cell *c = screen_cell(s, row, col);

			buf_append(&text, c->len ? c->text : " ",
				   c->len ? c->len : 1);
		}
		buf_cstr(&text);
		found = strstr(text.data, want) ? row : -1;
		buf_release(&text);
	}
	return found;
}

static const struct rect all = { 0, 0, ROWS, COLS };

/* They are the paragraphs; a long one is cut; another speaker begins one. No
 * token is in two, none is left out. */
static void paragraphs_are_steps(void **state)
{
	const struct steps *steps;
	struct app app;
	struct screen s;

	(void)state;
	open_app(&app, &s, thought(NAN, NAN));
	steps = steps_of(&app);
	assert_int_equal(steps->at[0].start, 0);
	for (uint32_t i = 0; i < PARTS; i++)
		assert_int_equal(steps->at[i].start,
				 i * (WORDS + 1) + (i >= 3));
	for (size_t i = 0; i < steps->n; i++) {
		assert_true(steps_end(steps, i) > steps->at[i].start);
		assert_true(steps_end(steps, i) - steps->at[i].start <= 400);
		assert_int_equal(steps_at(steps, steps->at[i].start), i);
		assert_int_equal(steps_at(steps, steps_end(steps, i) - 1), i);
	}
	assert_int_equal(steps->at[steps->n - 1].start,
			 app.run->trace.n_tokens - 1);
	assert_int_equal(steps_end(steps, steps->n - 1),
			 app.run->trace.n_tokens);
	close_app(&app, &s);
}

/* Grown token by token they are what they are at once. */
static void steps_grow(void **state)
{
	struct run *whole = thought(NAN, NAN);
	struct run *run = run_new(&meter_opts_default);
	struct steps *steps;
	struct app app;
	struct screen s;
	uint32_t starts[64];
	size_t n;

	(void)state;
	open_app(&app, &s, whole);
	steps = steps_of(&app);
	n = steps->n;
	assert_true(n <= ARRAY_LEN(starts));
	for (size_t i = 0; i < n; i++)
		starts[i] = steps->at[i].start;
	app.run = run;
	for (uint32_t i = 0; i < whole->trace.n_tokens; i++) {
		size_t len;
		const char *text = trace_token(&whole->trace, i, &len);
		struct token t = { .text = text, .len = len, .logprob = NAN,
				   .id = TRACE_NO_ID, .time_s = NAN,
				   .channel = trace_channel(&whole->trace, i) };

		run_token(run, &t);
		run_measure(run, UINT32_MAX);
		steps_sync(&app);
	}
	run_end(run);
	steps_sync(&app);
	assert_int_equal(steps->n, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(steps->at[i].start, starts[i]);
	assert_non_null(steps_known(&app));
	run_free(whole);
	close_app(&app, &s);
}

/* A long text that was read and is measured in slices is not searched for its
 * answer at each of them. */
static void an_answer_is_not_sought_each_time(void **state)
{
	enum { TOKENS = 20000, SLICE = 50 };
	struct run *run = run_new(&meter_opts_default);
	uint32_t searched = 0, known_of = 0;
	struct app app;
	struct screen s;

	(void)state;
	for (int i = 0; i < TOKENS; i++) {
		char text[16];

		snprintf(text, sizeof(text), " n%d", i);
		put(run, text, NAN, CHANNEL_ANSWER);
	}
	run_end(run);
	open_app(&app, &s, thought(NAN, NAN));
	run_free(app.run);
	app.run = run;
	for (bool done = false; !done; known_of = steps_of(&app)->known_of) {
		done = run_measure(run, SLICE);
		steps_sync(&app);
		searched += steps_of(&app)->known_of != known_of;
	}
	assert_int_equal(known_of, TOKENS);
	assert_in_range(searched, 20, 40); /* of 400 slices */
	close_app(&app, &s);
}

/* A byte at a time. */
static void the_share_is_counted(void **state)
{
	const struct steps *steps;
	struct app app;
	struct screen s;

	(void)state;
	open_app(&app, &s, thought(NAN, NAN));
	steps = steps_of(&app);
	for (size_t i = 0; i < steps->n; i++) {
		uint32_t from = steps->at[i].start, to = steps_end(steps, i);
		uint32_t a = from ? app.run->trace.end[from - 1] : 0;
		uint32_t b = app.run->trace.end[to - 1], fresh = 0;

		for (uint32_t k = a; k < b; k++) {
			struct phrase p;

			assert_true(phrase_at_byte(app.run, to, k, &p));
			fresh += p.literal ||
				 p.to - p.from < SHARE_COPY_BYTES;
		}
		assert_float_equal(steps_new_share(app.run, from, to),
				   (double)fresh / (b - a), 1e-9);
	}
	assert_true(steps_new_share(app.run, 0, WORDS) > .8);
	assert_true(steps_new_share(app.run, 800, 1000) < .05);
	assert_true(steps_new_share(app.run, 5, 5) == 0);
	close_app(&app, &s);
}

static void the_view_folds(void **state)
{
	struct app app;
	struct screen s;
	struct buf text = { 0 };

	(void)state;
	open_app(&app, &s, thought(NAN, NAN));
	app.cursor = 2 * (WORDS + 1) + 5;
	view_steps.draw(&app, &s, all);
	assert_true(row_with(&s, "step 3 of ") == 0);
	assert_true(row_with(&s, "answer known at 183,") == 0);
	assert_true(row_with(&s, "✓ answer ") == 4);
	assert_true(row_with(&s, "⚑ Lil ") > 4);
	assert_true(row_with(&s, "is 47.") < 0);
	assert_true(view_steps.click(&app, all, 4, 3)); /* the selected one */
	assert_true(steps_of(&app)->at[2].open);
	screen_clear(&s);
	view_steps.draw(&app, &s, all);
	assert_true(row_with(&s, "is 47.") > 4);
	assert_true(view_steps.click(&app, all, 3, 3)); /* another */
	assert_int_equal(app.cursor, WORDS + 1);
	view_steps.moves[MOVE_ALONG](&app, 1);
	assert_int_equal(app.cursor, 2 * (WORDS + 1));
	view_steps.moves[MOVE_ALONG](&app, 1000);
	assert_int_equal(app.cursor, app.run->trace.n_tokens - 1);
	assert_false(view_steps.click(&app, all, 0, 0));
	app.cursor = 2 * (WORDS + 1);
	view_steps.explain(&app, &text);
	buf_cstr(&text);
	assert_non_null(strstr(text.data, "Step 3 has tokens 123 to 184."));
	assert_non_null(strstr(text.data, "ends with, 47, was stated for the "
					  "first time at token 183"));
	buf_release(&text);
	close_app(&app, &s);
}

/* New at the top, the loop below it; a click on a row goes to its token. */
static void the_strip_shows_the_run(void **state)
{
	struct rect r = { 0, COLS - 3, ROWS, 3 };
	int n_new = 0, n_after = 0, n_known = 0;
	struct app app;
	struct screen s;
	struct now now;

	(void)state;
	open_app(&app, &s, thought(NAN, NAN));
	assert_true(now_get(&app, &now));
	assert_int_equal(minimap_cols(COLS), 3);
	assert_int_equal(minimap_cols(40), 1);
	assert_int_equal(minimap_cols(10), 0);
	minimap_draw(&app, &now, &s, r, 0, 20);
	for (int row = 0; row < ROWS; row++) {
		uint32_t token = minimap_token(&app, r, row);
		enum style heat = screen_cell(&s, row, COLS - 1)->style;

		n_new += heat == STYLE_NEW;
		n_after += heat == STYLE_AFTER;
		n_known += screen_cell(&s, row, COLS - 3)->style ==
			   STYLE_ANSWER;
		assert_int_equal(heat == STYLE_AFTER,
				 token + 20 > now_lil(&now));
	}
	assert_true(n_new > 5 && n_after > 5);
	assert_int_equal(n_known, 1);
	assert_string_equal(screen_cell(&s, 0, COLS - 2)->text, "R");
	assert_string_equal(screen_cell(&s, 0, COLS - 3)->text, "┃");
	close_app(&app, &s);
}

static void surprisal_is_told_and_drawn(void **state)
{
	int unsure = 0, curve = 0;
	struct app app;
	struct screen s;

	(void)state;
	open_app(&app, &s, thought(.5, 1. / 16));
	assert_float_equal(sure_bits(&app.run->trace, 0), 4, 1e-5);
	assert_float_equal(sure_bits(&app.run->trace, 1), 1, 1e-5);
	assert_float_equal(sure_mean(&app.run->trace, 0, 7), 10. / 7, 1e-5);
	assert_true(isnan(sure_mean(&app.run->trace, 3, 3)));
	app.cursor = app.run->trace.n_tokens - 1;
	text_scroll_of(&app)->placed = app.n_placed;
	text_pane_draw(&app, &s, all, 0);
	for (int i = 0; i < ROWS * COLS; i++)
		unsure += screen_cell(&s, i / COLS, i % COLS)->style ==
			  STYLE_UNSURE;
	assert_true(unsure > 100);
	screen_clear(&s);
	view_ratio.draw(&app, &s, all);
	assert_true(row_with(&s, "surprisal 1.00 bits a token") > 0);
	for (int i = 0; i < ROWS * COLS; i++)
		curve += screen_cell(&s, i / COLS, i % COLS)->style ==
			 STYLE_SURE;
	assert_true(curve > COLS / 2);
	assert_true(row_with(&s, "✓ answer 183") > 0);
	close_app(&app, &s);
}

/* Without probabilities there is nothing of it; what is none is not one. */
static void no_probability_no_surprisal(void **state)
{
	static const float bad[] = { NAN, INFINITY, -INFINITY, 2, -1e30f };
	struct app app;
	struct screen s;

	(void)state;
	open_app(&app, &s, thought(NAN, NAN));
	assert_true(isnan(sure_bits(&app.run->trace, 0)));
	view_ratio.draw(&app, &s, all);
	assert_true(row_with(&s, "surprisal") < 0);
	close_app(&app, &s);
	open_app(&app, &s, thought(.5, .5));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		app.run->trace.logprob[i] = bad[i];
		assert_true(isnan(sure_bits(&app.run->trace, (uint32_t)i)));
	}
	assert_float_equal(sure_mean(&app.run->trace, 0, 9), 1, 1e-5);
	close_app(&app, &s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paragraphs_are_steps),
		cmocka_unit_test(steps_grow),
		cmocka_unit_test(an_answer_is_not_sought_each_time),
		cmocka_unit_test(the_share_is_counted),
		cmocka_unit_test(the_view_folds),
		cmocka_unit_test(the_strip_shows_the_run),
		cmocka_unit_test(surprisal_is_told_and_drawn),
		cmocka_unit_test(no_probability_no_surprisal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
