/*
 * Whole views, drawn from a synthetic run, beside tests/screens/NAME.txt
 * (golden_screen.h).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/phrase.h"
#include "draw/prompt.h"
#include "golden_screen.h"
#include "synthetic.h"
#include "view/explain.h"
#include "view/text_pane.h"
#include "view/views.h"

/* A screen: what is set before it is drawn. */
struct shot {
	const char *name;
	const struct view *view; /* NULL: the first */
	int rows, cols;
	uint32_t playhead, cursor; /* 0: the end */
	uint32_t axis_from, axis_to;
	bool no_loop, ascii, explain, no_follow;
	uint32_t layers; /* of pages that are told of, 0: none */
	struct map_look map;
	enum graph_kind graph;
	const char *find;
	int explain_top;
};

static const struct shot shots[] = {
	{ .name = "ratio_80x24", .rows = 21, .cols = 80 },
	{ .name = "ratio_200x50", .rows = 47, .cols = 200, .cursor = 1700 },
	{ .name = "ratio_60x12", .rows = 9, .cols = 60 },
	{ .name = "ratio_ascii", .rows = 21, .cols = 80, .ascii = true },
	{ .name = "ratio_blocks",
	  .rows = 27,
	  .cols = 100,
	  .graph = GRAPH_BLOCK },
	{ .name = "ratio_healthy", .rows = 21, .cols = 80, .no_loop = true },
	{ .name = "ratio_midway", .rows = 21, .cols = 80, .playhead = 1300 },
	{ .name = "ratio_early", .rows = 21, .cols = 80, .playhead = 120 },
	{ .name = "ratio_zoomed",
	  .rows = 21,
	  .cols = 80,
	  .axis_from = 1960,
	  .axis_to = 2060 },
	{ .name = "ratio_explain",
	  .rows = 37,
	  .cols = 120,
	  .explain = true },
	{ .name = "ratio_explain_80x24",
	  .rows = 21,
	  .cols = 80,
	  .explain = true },
	{ .name = "ratio_explain_end",
	  .rows = 21,
	  .cols = 80,
	  .explain = true,
	  .explain_top = 1000 },
	{ .name = "ratio_explain_40x8",
	  .rows = 8,
	  .cols = 40,
	  .ascii = true,
	  .explain = true,
	  .explain_top = 2 },
	{ .name = "ratio_explain_200x50",
	  .rows = 47,
	  .cols = 200,
	  .explain = true },
	{ .name = "text_80x24",
	  .view = &view_text,
	  .rows = 21,
	  .cols = 80,
	  .cursor = 2005 },
	{ .name = "text_top",
	  .view = &view_text,
	  .rows = 21,
	  .cols = 80,
	  .no_follow = true },
	{ .name = "text_end_200x50",
	  .view = &view_text,
	  .rows = 47,
	  .cols = 200,
	  .find = "answer" },
	{ .name = "text_60x12",
	  .view = &view_text,
	  .rows = 9,
	  .cols = 60,
	  .cursor = 2005 },
	{ .name = "text_ascii",
	  .view = &view_text,
	  .rows = 21,
	  .cols = 80,
	  .ascii = true },
	{ .name = "text_explain",
	  .view = &view_text,
	  .rows = 21,
	  .cols = 80,
	  .cursor = 2005,
	  .explain = true },
	{ .name = "map_80x24",
	  .view = &view_map,
	  .rows = 21,
	  .cols = 80,
	  .layers = 1,
	  .map.page = 1 },
	{ .name = "map_200x50",
	  .view = &view_map,
	  .rows = 47,
	  .cols = 200,
	  .layers = 3,
	  .playhead = 2400,
	  .map.page = 60 },
	{ .name = "map_ascii",
	  .view = &view_map,
	  .rows = 21,
	  .cols = 80,
	  .layers = 1,
	  .ascii = true },
	{ .name = "map_zoomed",
	  .view = &view_map,
	  .rows = 21,
	  .cols = 80,
	  .layers = 3,
	  .playhead = 1215,
	  .axis_from = 1190,
	  .axis_to = 1230,
	  .map = { .page = 33, .of = { 2, MAP_ALL }, .single = true } },
	{ .name = "map_tiles",
	  .view = &view_map,
	  .rows = 21,
	  .cols = 80,
	  .layers = 6,
	  .map.of = { 4, MAP_ALL },
	  .map.tiles = MAP_LAYERS },
	{ .name = "map_40x10",
	  .view = &view_map,
	  .rows = 10,
	  .cols = 40,
	  .layers = 1 },
	{ .name = "map_explain",
	  .view = &view_map,
	  .rows = 37,
	  .cols = 120,
	  .layers = 1,
	  .explain = true },
	{ .name = "map_without",
	  .view = &view_map,
	  .rows = 21,
	  .cols = 80 },
};

/* --- the program's state ------------------------------------------------ */

static void app_with(struct app *app, struct run *run, const struct shot *shot)
{
	struct settings set;
	settings_init(&set);
	app_init(app, &set);
	app->run = run;
	app->set.meter = synthetic_opts();
	app->set.look.graph = shot->graph;
	app->set.look.ascii = shot->ascii;
	app->view = shot->view ? shot->view : views[0];
	app->explain = shot->explain;
	app->explain_top = shot->explain_top;
	app->playhead = shot->playhead ? shot->playhead : app_n_tokens(app);
	app->cursor = shot->cursor ? shot->cursor : app->playhead - 1;
	app->axis_from = shot->axis_from;
	app->axis_to = shot->axis_to;
	if (shot->no_follow)
		text_scroll_to_start(app);
	*map_look(app) = shot->map;
	app->view_rows = shot->rows;
	app->view_cols = shot->cols;
	if (shot->find) {
		search_set(app, shot->find);
		while (search_slice(app))
			;
	}
}

static void draw(const struct app *app, struct screen *s)
{
	struct rect r = { 0, 0, s->rows, s->cols };
	app->view->draw(app, s, r);
	if (app->explain)
		explain_draw(app, s, r);
}

static void test_screens(void **state)
{
	struct meter_opts meter = synthetic_opts();
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(shots); i++) {
		struct screen s;
		struct app app;
		struct run *run = synthetic_run(&meter, !shots[i].no_loop);
		if (shots[i].layers)
			synthetic_pages(run, shots[i].layers);
		app_with(&app, run, &shots[i]);
		screen_init(&s);
		screen_resize(&s, shots[i].rows, shots[i].cols);
		s.ascii = shots[i].ascii;
		draw(&app, &s);
		screen_is(shots[i].name, &s);
		screen_release(&s);
		app_release(&app);
		run_free(run);
	}
}

/* Every view at every size stays inside and harmless. */
static void test_any_size(void **state)
{
	static const int sizes[] = { 1, 2, 3, 5, 8, 13, 21, 40, 90, 300 };
	struct meter_opts meter = synthetic_opts();
	struct run *run;

	(void)state;
	meter.rules = RULES_ALL;
	run = synthetic_run(&meter, true);
	synthetic_pages(run, 3);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		for (size_t j = 0; j < ARRAY_LEN(sizes) * n_views; j++) {
			struct shot shot = {
				.view = views[j % n_views],
				.rows = sizes[i],
				.cols = sizes[j / n_views],
				.ascii = (i + j) % 3 == 0,
				.explain = j % 2,
				.cursor = (uint32_t)(i * j * 7 % 3000),
				.map = { .page = (uint32_t)(i * j),
					 .of = { (uint32_t)(i % 4),
						 (uint32_t)(j % 3) },
					 .tiles = (i + j) % MAP_TILES,
					 .single = j % 3 == 0 },
			};
			struct screen s;
			struct app app;
			app_with(&app, run, &shot);
			screen_init(&s);
			screen_resize(&s, shot.rows, shot.cols);
			s.ascii = shot.ascii;
			draw(&app, &s);
			for (int k = 0; k < s.rows * s.cols; k++)
				for (int b = 0; b < s.cells[k].len; b++)
					assert_true((uint8_t)s.cells[k]
							    .text[b] >= 32);
			screen_release(&s);
			app_release(&app);
		}
	}
	run_free(run);
}

/* --- clicks, scrolling, sources ----------------------------------------- */

static void test_text_clicks(void **state)
{
	struct meter_opts meter = synthetic_opts();
	struct shot shot = { .view = &view_text, .rows = 21, .cols = 80,
			     .cursor = 700 };
	struct run *run = synthetic_run(&meter, true);
	struct rect r = { 0, 0, 21, 80 };
	struct app app;
	bool seen = false;
	uint32_t top, end;

	(void)state;
	app_with(&app, run, &shot);
	/* The cell of the cursor's token gives the token back. */
	for (int row = 0; row < 21; row++)
		for (int col = 12; col < 79; col++)
			seen |= text_pane_token_at(&app, NULL, r,
						   TEXT_PANE_GUTTER, row,
						   col) == 700;
	assert_true(seen);
	/* Up and down again is where it was. */
	text_scroll(&app, 0);
	top = text_scroll_of(&app)->top;
	text_scroll(&app, -37);
	assert_true(text_scroll_of(&app)->top < top);
	text_scroll(&app, 37);
	assert_int_equal(text_scroll_of(&app)->top, top);
	/* Far up is the prompt, and stays there. */
	text_scroll(&app, -100000);
	assert_int_equal(text_scroll_of(&app)->top, 0);
	text_scroll(&app, 1000000);
	end = text_scroll_of(&app)->top;
	text_scroll(&app, 1);
	assert_int_equal(text_scroll_of(&app)->top, end);
	app_release(&app);
	run_free(run);
}

/* A phrase and its source are the same bytes; literals have none. */
static void check_phrases(enum meter_symbols symbols)
{
	struct meter_opts meter = synthetic_opts();
	struct run *run;
	uint32_t n;
	const char *text;
	struct phrase p;
	uint32_t at = 0;

	meter.symbols = symbols;
	run = synthetic_run(&meter, true);
	n = run_n_measured(run);
	text = run->trace.text.data;
	for (uint32_t i = 0; phrase_get(run, n, i, &p); i++) {
		assert_int_equal(p.from, at);
		at = p.to;
		assert_true(p.n_tokens >= 1);
		if (p.literal) {
			assert_int_equal(p.src_token, PHRASE_NO_TOKEN);
			continue;
		}
		assert_true(p.src_from < p.from);
		/* Ids of a word are equal also where a line ends after it. */
		if (symbols == METER_BYTES)
			assert_memory_equal(text + p.from, text + p.src_from,
					    p.to - p.from);
	}
	assert_int_equal(at, run->trace.text.len);
	for (uint32_t t = 0; t < n; t += 7) {
		uint32_t src;

		assert_true(phrase_at_token(run, n, t, &p));
		src = phrase_source_of(run, n, t);
		assert_int_equal(src == PHRASE_NO_TOKEN, p.literal);
		assert_true(p.literal || src <= t);
	}
	/* In a prefix no phrase goes past its end. */
	assert_true(phrase_at_token(run, 1700, 1699, &p));
	assert_int_equal(p.to, run->trace.end[1699]);
	assert_false(phrase_at_token(run, 1700, 1700, &p));
	run_free(run);
}

static void test_phrases(void **state)
{
	(void)state;
	check_phrases(METER_BYTES);
	check_phrases(METER_TOKENS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_screens),
		cmocka_unit_test(test_any_size),
		cmocka_unit_test(test_text_clicks),
		cmocka_unit_test(test_phrases),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
