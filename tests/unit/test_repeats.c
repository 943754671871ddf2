/* What is said again and again, on the screen: lit where it stands and nowhere
 * else, told in the verdict, listed; and the warning before the stop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "view/now.h"
#include "view/repeats.h"
#include "view/text_pane.h"
#include "view/views.h"

enum { ROWS = 30, COLS = 120, BEFORE = 1200, TURNS = 160 };

static const char turn[] = "Wait, let me check it again. ";

/* New words, a loop, and some more words. */
static struct run *loop_run(void)
{
	struct run *run = run_new(&meter_opts_default);
	char word[32];

	for (uint32_t i = 0; i < BEFORE; i++) {
		snprintf(word, sizeof(word), "%x%c", i * 2654435761u,
			 i % 12 == 11 ? '\n' : ' ');
		run_text(run, CHANNEL_ANSWER, word, strlen(word), 0);
	}
	for (int i = 0; i < TURNS; i++)
		run_text(run, CHANNEL_ANSWER, turn, strlen(turn), 0);
	run_end(run);
	while (!run_measure(run, UINT32_MAX))
		;
	return run;
}

static void open_app(struct app *app, struct run *run)
{
	struct settings set;

	settings_init(&set);
	app_init(app, &set);
	app->run = run;
	app->view = &view_text;
	app->playhead = app_n_tokens(app);
	view_repeats.sync(app);
}

static void close_app(struct app *app, struct screen *s)
{
	screen_release(s);
	run_free(app->run);
	app->run = NULL;
	app_release(app);
}

static void open_screen(struct screen *s)
{
	screen_init(s);
	screen_resize(s, ROWS, COLS);
	screen_clear(s);
}

static void row_text(struct screen *s, int row, struct buf *out)
{
	buf_clear(out);
	for (int col = 0; col < s->cols; col++) {
		const struct cell *c = screen_cell(s, row, col);

		buf_append(out, c->len ? c->text : " ", c->len ? c->len : 1);
	}
	buf_cstr(out);
}

/* A letter of the loop is lit, a hexadecimal word is not. The cursor is far
 * away. */
static void its_copies_are_lit(void **state)
{
	struct rect r = { 0, 0, ROWS, COLS };
	struct app app;
	struct screen s;
	size_t lit = 0, dark = 0;

	(void)state;
	open_app(&app, loop_run());
	open_screen(&s);
	assert_non_null(repeats_lit(&app));
	assert_int_equal(repeats_lit(&app)->unit.len, strlen(turn));
	app.cursor = app.run->trace.n_tokens; /* none */
	text_scroll_of(&app)->top = (uint32_t)app.run->trace.text.len / 2;
	for (uint32_t at = 0; at < app.run->trace.text.len; at += 1500) {
		text_scroll_of(&app)->top = at;
		text_scroll_of(&app)->placed = app.n_placed;
		screen_clear(&s);
		text_pane_draw(&app, &s, r, 0);
		for (int i = 0; i < ROWS * COLS; i++) {
			const struct cell *c =
				screen_cell(&s, i / COLS, i % COLS);

			if (c->len != 1 || c->style == STYLE_LIL)
				continue;
			if (strchr("Wtmhkgn", c->text[0])) {
				assert_int_equal(c->style, STYLE_UNIT);
				lit++;
			} else if (strchr("0123456789df", c->text[0])) {
				assert_int_not_equal(c->style, STYLE_UNIT);
				dark++;
			}
		}
	}
	assert_true(lit > 500 && dark > 500);
	close_app(&app, &s);
}

static bool row_has(struct screen *s, const char *want)
{
	struct buf text = { 0 };
	bool found = false;

	for (int row = 0; row < s->rows && !found; row++) {
		row_text(s, row, &text);
		found = strstr(text.data, want) != NULL;
	}
	buf_release(&text);
	return found;
}

static void the_view_lists_it(void **state)
{
	struct rect r = { 0, 0, ROWS, COLS };
	struct app app;
	struct screen s;
	char want[80];

	(void)state;
	open_app(&app, loop_run());
	open_screen(&s);
	view_repeats.draw(&app, &s, r);
	snprintf(want, sizeof(want), "%6u ",
		 repeats_of(&app)->units[0].unit.times);
	assert_true(row_has(&s, want));
	assert_true(row_has(&s, "\"Wait, let me check it again.\""));
	assert_true(row_has(&s, "in a row"));
	assert_true(row_has(&s, "where Lil is"));
	close_app(&app, &s);
}

/* From copy to copy: each is where the text says so, and the last is followed
 * by the first. */
static void steps_go_from_copy_to_copy(void **state)
{
	const struct trace *t;
	struct app app;
	struct screen s;
	uint32_t first;

	(void)state;
	open_app(&app, loop_run());
	open_screen(&s);
	t = &app.run->trace;
	app_set_cursor(&app, 0);
	repeats_step(&app, 1);
	first = app.cursor;
	for (int i = 1; i < TURNS; i++) {
		uint32_t before = app.cursor;

		repeats_step(&app, 1);
		assert_true(app.cursor > before);
		assert_non_null(strstr(t->text.data + t->end[app.cursor - 1] -
					       2, "Wait"));
	}
	repeats_step(&app, 1);
	assert_int_equal(app.cursor, first);
	repeats_step(&app, -1);
	assert_true(app.cursor > first);
	close_app(&app, &s);
}

/* Before the stop the verdict counts down; after it, it says why. */
static void the_verdict_warns_and_tells_why(void **state)
{
	struct app app;
	struct screen s;
	struct now now;
	struct pen p;
	uint32_t lil;
	char want[80];

	(void)state;
	open_app(&app, loop_run());
	open_screen(&s);
	assert_true(now_get(&app, &now));
	lil = now_lil(&now);
	assert_int_not_equal(lil, RULE_NEVER);
	assert_int_equal(now.warner, RULE_ROWS);
	p = pen_at(&s, 0, 0, COLS);
	now_draw_verdict(&now, &p);
	snprintf(want, sizeof(want), "said %u times since",
		 repeats_of(&app)->units[0].unit.times);
	assert_true(row_has(&s, "nothing new since"));
	assert_true(row_has(&s, want));
	app.playhead = now.verdict.last_new + 120;
	app.pace = PACE_PAUSED;
	assert_true(now_get(&app, &now));
	assert_true(now.warner < RULE_ROWS && now.warning.left > 0);
	screen_clear(&s);
	p = pen_at(&s, 0, 0, COLS);
	now_draw_verdict(&now, &p);
	snprintf(want, sizeof(want), "%s stops in %u tokens if it goes on",
		 rules[now.warner]->name, now.warning.left);
	assert_true(row_has(&s, "copying since"));
	assert_true(row_has(&s, want));
	app.playhead = 2000;
	assert_true(now_get(&app, &now));
	assert_int_equal(now.warner, RULE_ROWS);
	close_app(&app, &s);
}

/* In the strip of gains a thin line climbs to the top, where the rule stops. */
static void the_score_is_a_line(void **state)
{
	struct rect r = { 0, 0, ROWS, COLS };
	struct app app;
	struct screen s;
	int least = ROWS, most = 0;

	(void)state;
	open_app(&app, loop_run());
	app.view = &view_ratio;
	open_screen(&s);
	view_ratio.draw(&app, &s, r);
	assert_true(row_has(&s, "loop stops at the top"));
	for (int i = 0; i < ROWS * COLS; i++) {
		const struct cell *c = screen_cell(&s, i / COLS, i % COLS);

		/* braille */
		if (c->style != STYLE_RULE || c->len != 3 ||
		    memcmp(c->text, "\xe2\xa0", 2) < 0 ||
		    memcmp(c->text, "\xe2\xa3", 2) > 0)
			continue;
		least = MIN(least, i / COLS);
		most = MAX(most, i / COLS);
	}
	assert_true(most > least);
	close_app(&app, &s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_copies_are_lit),
		cmocka_unit_test(the_view_lists_it),
		cmocka_unit_test(steps_go_from_copy_to_copy),
		cmocka_unit_test(the_verdict_warns_and_tells_why),
		cmocka_unit_test(the_score_is_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
