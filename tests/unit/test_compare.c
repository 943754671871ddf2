/*
 * The compare view: which runs it takes, where its axis leads, what it draws
 * beside tests/screens/compare_*.txt, and that it does no harm with none, one
 * or many runs, runs without times, and runs that grow while it is shown.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "action/action.h"
#include "golden_screen.h"
#include "view/beside.h"
#include "view/cost.h"
#include "view/compare.h"
#include "view/explain.h"
#include "view/list.h"
#include "view/views.h"

enum { PROMPT_MS = 200 };

static char dir[] = "/tmp/lilscope-test-XXXXXX";

static void path_of(char out[128], const char *name)
{
	snprintf(out, 128, "%s/%s", dir, name);
}

/* One run as a decoder writes it. */
struct script {
	const char *run, *policy, *prompt;
	int n_new, n_loop;
	int us;	   /* a token; 0: no times */
	bool open; /* it has no end yet */
};

static void put_token(FILE *f, const struct script *s, int i)
{
	static const char *const loop[] = { "Wait, ", "check ", "that ",
					    "again. " };
	unsigned word = (unsigned)i * 7919u % 997u;

	if (i < s->n_new)
		fprintf(f, "{\"t\":\"w%u \",\"id\":%u", word, word);
	else
		fprintf(f, "{\"t\":\"%s\",\"id\":%d", loop[i % 4],
			1000 + i % 4);
	if (s->us)
		fprintf(f, ",\"us\":%d,\"kv\":%d,\"kv_used\":%d",
			PROMPT_MS * 1000 + i * s->us, 40000 + i * 90,
			30000 + i * 90);
	fprintf(f, ",\"run\":\"%s\"}\n", s->run);
}

static void put_script(FILE *f, const struct script *s)
{
	fprintf(f, "{\"lilscope\":1,\"model\":\"tiny\",\"vocab\":2000");
	fprintf(f, ",\"run\":\"%s\",\"gold\":\"42\"", s->run);
	if (s->policy)
		fprintf(f, ",\"policy\":\"%s\",\"budget\":64", s->policy);
	fprintf(f, ",\"prompt\":\"%s\"}\n", s->prompt);
	for (int i = 0; i < s->n_new + s->n_loop; i++)
		put_token(f, s, i);
	if (!s->open)
		fprintf(f, "{\"end\":\"%s\",\"run\":\"%s\"}\n",
			s->n_loop ? "length" : "stop", s->run);
}

/* Runs of one prompt but for the last. */
static const struct script scripts[] = {
	{ "0", "dense", "What is 6 x 7?", 900, 0, 2000, false },
	{ "1", "quest", "What is 6 x 7?", 700, 1300, 700, false },
	{ "2", "sink", "What is 6 x 7?", 400, 2200, 450, false },
	{ "3", NULL, "What is 6 x 7?", 300, 0, 0, false },
	{ "4", "h2o", "What is 6 x 7?", 500, 100, 500, false },
	{ "5", "dense", "Another one", 100, 0, 2000, false },
};

static void write_scripts(const char *name, size_t from, size_t n)
{
	char path[128];
	FILE *f;

	path_of(path, name);
	f = fopen(path, "wb");
	assert_non_null(f);
	for (size_t i = from; i < from + n; i++)
		put_script(f, &scripts[i]);
	fclose(f);
}

static const char *const files[] = { "two", "three", "all",   "one",
				     "many", "fifo", "apart", "other" };

static int make(void **state)
{
	char path[128];
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	write_scripts("two", 0, 2);
	write_scripts("three", 0, 3);
	write_scripts("all", 0, ARRAY_LEN(scripts));
	write_scripts("one", 0, 1);
	write_scripts("apart", 4, 2);
	path_of(path, "many");
	f = fopen(path, "wb");
	assert_non_null(f);
	for (int i = 0; i < 5; i++) {
		fprintf(f, "{\"response\":\"");
		for (int k = 0; k < 400; k++)
			fprintf(f, "r%d ", k * 7919 % (100 + i));
		fprintf(f, "\"}\n");
	}
	fclose(f);
	path_of(path, "other");
	f = fopen(path, "wb");
	assert_non_null(f);
	fprintf(f, "{\"response\":\"Something else that somebody asked.\"}\n");
	fclose(f);
	return 0;
}

static int clean(void **state)
{
	char path[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		path_of(path, files[i]);
		unlink(path);
	}
	return rmdir(dir);
}

/* --- the program's state ------------------------------------------------ */

static void work(struct app *app)
{
	bool more = true;

	while (more) {
		more = deck_work(app->deck, 1000);
		more = app_sync(app) || more;
	}
}

static void app_on(struct app *app, const char *name)
{
	struct settings set;
	struct err err = { "" };
	char path[128];

	settings_init(&set);
	set.meter.rule.coder = CODER_LZ77;
	set.show.session = false;
	set.report.jobs = 1; /* all is done in slices */
	app_init(app, &set);
	app->view_rows = 21;
	app->view_cols = 80;
	path_of(path, name);
	assert_true(deck_add(app->deck, path, false, &err));
	while (!deck_n(app->deck))
		deck_work(app->deck, 1000);
	app->view = app->home = &view_list;
	work(app);
}

static void draw(const struct app *app, int rows, int cols, bool ascii,
		 const char *name)
{
	struct rect r = { 0, 0, rows, cols };
	struct screen s;

	screen_init(&s);
	screen_resize(&s, rows, cols);
	s.ascii = ascii;
	app->view->draw(app, &s, r);
	if (app->explain)
		explain_draw(app, &s, r);
	for (int k = 0; k < s.rows * s.cols; k++)
		for (int b = 0; b < s.cells[k].len; b++)
			assert_true((uint8_t)s.cells[k].text[b] >= 32);
	if (name)
		screen_is(name, &s);
	screen_release(&s);
}

static void press(struct app *app, int32_t key)
{
	assert_true(action_key(app, (struct key){ .code = key }));
	app_sync(app);
}

/* --- which runs --------------------------------------------------------- */

static void runs_of_the_prompt(void **state)
{
	struct app app;

	(void)state;
	app_on(&app, "all");
	assert_true(app_open(&app, 1));
	press(&app, 'c');
	assert_ptr_equal(app.view, &view_compare);
	assert_int_equal(compare_of(&app)->n, 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(compare_of(&app)->runs[i], i);
	/* Another one is open: it is alone with its prompt. */
	press(&app, K_DOWN);
	assert_int_equal(compare_of(&app)->lane, 1);
	assert_true(app_open(&app, 5));
	work(&app);
	assert_int_equal(compare_of(&app)->n, 2); /* and its neighbour */
	assert_int_equal(compare_of(&app)->runs[0], 5);
	/* Marks come first. */
	list_toggle_mark(&app, 4);
	list_toggle_mark(&app, 0);
	work(&app);
	assert_int_equal(compare_of(&app)->n, 2);
	assert_int_equal(compare_of(&app)->runs[0], 0);
	assert_int_equal(compare_of(&app)->runs[1], 4);
	compare_follow(&app); /* the newest one has another prompt */
	work(&app);
	assert_int_equal(compare_of(&app)->n, 1);
	assert_int_equal(compare_of(&app)->runs[0], 5);
	app_release(&app);
}

/* Records are read again, and dropped when the view is left. */
static void records_are_read_again(void **state)
{
	struct app app;

	(void)state;
	app_on(&app, "many");
	assert_null(deck_kept(app.deck, 3));
	list_toggle_mark(&app, 3);
	list_toggle_mark(&app, 1);
	press(&app, 'c');
	work(&app);
	assert_int_equal(compare_of(&app)->n, 2);
	assert_int_equal(compare_run(&app, 1)->trace.n_tokens,
			 deck_entry(app.deck, 3)->tokens);
	draw(&app, 21, 80, false, NULL);
	press(&app, K_DOWN);
	press(&app, K_ENTER);
	assert_int_equal(deck_opened(app.deck), 3);
	work(&app);
	assert_null(deck_kept(app.deck, 1));
	assert_non_null(deck_kept(app.deck, 3));
	app_release(&app);
}

/* What two were asked is unknown: only of one source it is taken to be the
 * same, and nothing else is compared in numbers. */
static void unknown_is_not_same(void **state)
{
	struct err err = { "" };
	char path[128];
	struct app app;
	struct buf words = { 0 };

	(void)state;
	app_on(&app, "many");
	path_of(path, "other");
	assert_true(deck_add(app.deck, path, false, &err));
	work(&app);
	while (!deck_complete(app.deck))
		work(&app);
	list_toggle_mark(&app, 0);
	list_toggle_mark(&app, 1);
	list_toggle_mark(&app, 5);
	press(&app, 'c');
	work(&app);
	assert_int_equal(compare_of(&app)->n, 3);
	assert_true(beside_lanes_same(&app, 0, 1));
	assert_false(beside_lanes_same(&app, 0, 2));
	assert_int_equal(beside_n_prompts(&app), 2);
	beside_explain(&app, &words);
	assert_non_null(strstr(buf_cstr(&words), "is not known"));
	buf_release(&words);
	app_release(&app);
}

/* --- the axis ----------------------------------------------------------- */

static void one_playhead_for_all(void **state)
{
	const struct run *a, *b, *none;
	struct app app;

	(void)state;
	app_on(&app, "all");
	assert_true(app_open(&app, 0));
	work(&app);
	press(&app, 'c');
	work(&app);
	a = compare_run(&app, 0);
	b = compare_run(&app, 1);
	none = compare_run(&app, 3);
	assert_true(compare_end(&app) == 2600);
	assert_int_equal(compare_n(&app, a), 900); /* it follows */
	assert_int_equal(compare_n(&app, b), 2000);
	compare_seek(&app, 1000);
	assert_int_equal(compare_n(&app, a), 900);
	assert_int_equal(compare_n(&app, b), 1000);
	assert_int_equal(app.pace, PACE_PAUSED);
	press(&app, ',');
	assert_int_equal(compare_n(&app, b), 999);
	press(&app, 'g');
	assert_int_equal(compare_n(&app, b), 0);
	draw(&app, 21, 80, false, NULL);
	/* Seconds: 200 ms for the prompt, then 2 ms, 0.7 ms a token. */
	press(&app, 'u');
	assert_true(fabs(compare_end(&app) - (0.2 + 899 * 0.002)) < 1e-6);
	compare_seek(&app, 0.3);
	assert_int_equal(compare_n(&app, a), 51);
	assert_int_equal(compare_n(&app, b), 143);
	assert_int_equal(compare_n(&app, none), 0); /* it has no times */
	assert_int_equal(app.wanted, 51);	    /* of the open run */
	press(&app, 'G');
	assert_int_equal(app.pace, PACE_FOLLOW);
	assert_int_equal(compare_n(&app, none), 300);
	app_release(&app);
}

static void zoom_and_pan(void **state)
{
	double from, to;
	struct app app;

	(void)state;
	app_on(&app, "two");
	press(&app, 'c');
	work(&app);
	compare_seek(&app, 1000);
	press(&app, 'z');
	compare_axis(&app, &from, &to);
	assert_true(from == 500 && to == 1500);
	press(&app, '}');
	compare_axis(&app, &from, &to);
	assert_true(from == 750 && to == 1750);
	compare_seek(&app, 100); /* what is seen moves along */
	compare_axis(&app, &from, &to);
	assert_true(from == 0 && to == 1000);
	for (int i = 0; i < 100; i++)
		press(&app, 'z');
	compare_axis(&app, &from, &to);
	assert_true(to > from);
	draw(&app, 21, 80, false, NULL);
	press(&app, '0');
	compare_axis(&app, &from, &to);
	assert_true(from == 0 && to == 2000);
	app_release(&app);
}

static void playing_goes_by_the_clock(void **state)
{
	struct app app;

	(void)state;
	app_on(&app, "two");
	press(&app, 'c');
	work(&app);
	press(&app, K_SPACE); /* from the start */
	assert_int_equal(app.pace, PACE_PLAY);
	app_tick(&app, 2);
	assert_int_equal(compare_n(&app, compare_run(&app, 1)), 100);
	assert_true(app_next_tick(&app) > 0);
	press(&app, K_SPACE);
	assert_true(app_next_tick(&app) < 0);
	press(&app, 'u'); /* token 100 of the first came after 0.398 s */
	assert_true(fabs(compare_of(&app)->at - 0.398) < 1e-6);
	press(&app, K_SPACE);
	app_tick(&app, 0.1);
	assert_int_equal(compare_n(&app, compare_run(&app, 0)), 150);
	app_tick(&app, 100);
	assert_int_equal(app.pace, PACE_PAUSED);
	assert_int_equal(compare_n(&app, compare_run(&app, 1)), 2000);
	app_release(&app);
}

/* --- what it draws ------------------------------------------------------ */

static void screens(void **state)
{
	struct app app;

	(void)state;
	app_on(&app, "two");
	press(&app, 'c');
	work(&app);
	draw(&app, 21, 80, false, "compare_80x24");
	draw(&app, 21, 80, true, "compare_ascii");
	draw(&app, 9, 60, false, "compare_60x12");
	draw(&app, 10, 40, false, "compare_40x10");
	press(&app, '=');
	press(&app, 'u');
	compare_seek(&app, 1);
	draw(&app, 21, 80, false, "compare_seconds");
	press(&app, '=');
	press(&app, 'u');
	compare_seek(&app, 1200);
	draw(&app, 21, 80, false, "compare_cost");
	press(&app, '=');
	press(&app, '=');
	press(&app, 'u');
	compare_seek(&app, 1);
	app.explain = true;
	draw(&app, 37, 120, false, "compare_explain");
	app_release(&app);
	app_on(&app, "all");
	assert_true(app_open(&app, 0));
	press(&app, 'c');
	work(&app);
	press(&app, K_DOWN);
	draw(&app, 47, 200, false, "compare_200x50");
	app_release(&app);
	app_on(&app, "one");
	press(&app, 'c');
	work(&app);
	draw(&app, 21, 80, false, "compare_one");
	app_release(&app);
}

/* A cache that grows by 8 bytes a token from 80, then is full: 20 tokens. */
static void what_a_step_reads(void **state)
{
	struct trace t;
	struct cost_read c;

	(void)state;
	trace_init(&t);
	assert_true(isnan(cost_read(&t, 0).part));
	assert_true(isnan(cost_step_ms(&t, 0, 5)));
	for (int i = 0; i < 20; i++) {
		struct token token = { "w ", 2, 7, NAN, 1 + i * 0.002,
				       CHANNEL_ANSWER };
		struct kv_bytes kv = { 400, 80 + (float)MIN(i, 10) * 8, 40 };

		if (i >= 10)
			token.time_s += (i - 9) * 0.004;
		assert_true(trace_push(&t, &token));
		trace_push_kv(&t, &kv);
	}
	c = cost_read(&t, 0);
	assert_true(c.read == 5 && c.kept == 10 && c.part == 0.5);
	c = cost_read(&t, 19);
	assert_true(c.read == 5 && c.kept == 20);
	assert_true(isnan(cost_read(&t, 20).part));
	t.kv[19].read = 168; /* it evicts when it has read */
	c = cost_read(&t, 19);
	assert_true(c.read == 21 && c.kept == 21);
	t.kv[19].read = 400; /* a query's copies: no tokens of a cache */
	c = cost_read(&t, 19);
	assert_true(c.part > 2 && !c.kept);
	for (int i = 0; i < 20; i++)
		t.kv[i].used = 80;
	c = cost_read(&t, 3);
	assert_true(c.part == 0.5 && !c.kept);
	assert_true(fabs(cost_step_ms(&t, 0, 10) - 2) < 1e-3);
	assert_true(fabs(cost_step_ms(&t, 10, 20) - 6) < 1e-3);
	assert_true(fabs(cost_step_ms(&t, 12, 12) - 6) < 1e-3);
	assert_true(isnan(cost_step_ms(&t, 20, 30)));
	/* 9 steps of 2 ms and 6 of 6 ms, then 4 of 6 ms. */
	assert_true(fabs(cost_grain_ms(&t, 3, 4) - 54.0 / 15) < 1e-3);
	assert_true(fabs(cost_grain_ms(&t, 18, 18) - 6) < 1e-3);
	assert_true(isnan(cost_grain_ms(&t, 20, 21)));
	assert_true(fabs(cost_grain_max_ms(&t, 0, 20) - 6) < 1e-3);
	assert_true(isnan(cost_grain_max_ms(&t, 5, 5)));
	trace_release(&t);
}

/* Tokens are parted by '|'. */
static struct run *run_of(const char *tokens, bool ended)
{
	struct meter_opts opts = meter_opts_default;
	struct run *run;

	run = run_new(&opts);
	for (const char *at = tokens; *at;) {
		size_t len = strcspn(at, "|");
		struct token token = { at,  len, TRACE_NO_ID,
				       NAN, NAN, CHANNEL_ANSWER };

		run_token(run, &token);
		at += len + (at[len] == '|');
	}
	if (ended)
		run_end(run);
	return run;
}

static void where_two_runs_part(void **state)
{
	static const struct {
		const char *a, *b;
		bool ended_a, ended_b;
		uint32_t here, there;
		bool differs;
		const char *word_a, *word_b;
	} rows[] = {
		{ "the| cat| sat", "the| dog", true, true, 1, 1, true,
		  "\" cat\"", "\" dog\"" },
		{ "a|b", "x|b", true, true, 0, 0, true, "\"ab\"", "\"xb\"" },
		/* One ends, or may yet go on. */
		{ "a| b", "a| b| c", true, false, 2, 2, true, "its end",
		  "\" c\"" },
		{ "a| b", "a| b| c", false, true, 2, 2, false, NULL, NULL },
		{ "a| b", "a| b", true, true, 2, 2, false, NULL, NULL },
		{ "a| b", "a| b", true, false, 2, 2, false, NULL, NULL },
		{ "", "a", false, false, 0, 0, false, NULL, NULL },
		{ "", "a", true, true, 0, 0, true, "its end", "\"a\"" },
		/* Cut otherwise: back to where a token begins in both. */
		{ "th|e cat", "the| cow", true, true, 0, 0, true, "\"the\"",
		  "\"the\"" },
		{ "o|n|e| two| x", "one| two| y", true, true, 4, 2, true,
		  "\" x\"", "\" y\"" },
		{ "ab|cd|e", "a|bc|de", true, true, 3, 3, false, NULL, NULL },
		/* Half a character differs. */
		{ "\xc3\xa4", "\xc3\xb6", true, true, 0, 0, true,
		  "\"\xc3\xa4\"", "\"\xc3\xb6\"" },
		{ "x|12345678901234567890123\xc3\xa4z", "x|0", true, true, 1, 1,
		  true, "\"12345678901234567890123\"", "\"0\"" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct run *a = run_of(rows[i].a, rows[i].ended_a);
		struct run *b = run_of(rows[i].b, rows[i].ended_b);
		struct beside_fork f = beside_fork(a, b);
		struct beside_fork back = beside_fork(b, a);
		struct buf word = { 0 };

		assert_int_equal(f.here, rows[i].here);
		assert_int_equal(f.there, rows[i].there);
		assert_int_equal(f.differs, rows[i].differs);
		assert_int_equal(back.here, f.there);
		assert_int_equal(back.there, f.here);
		assert_int_equal(back.differs, f.differs);
		for (int k = 0; rows[i].word_a && k < 2; k++) {
			const char *want = k ? rows[i].word_b : rows[i].word_a;

			word.len = 0;
			beside_word(k ? b : a, k ? f.there : f.here, &word);
			assert_int_equal(word.len, strlen(want));
			assert_memory_equal(word.data, want, word.len);
		}
		buf_release(&word);
		run_free(a);
		run_free(b);
	}
}

static void bar_goes_where_they_part(void **state)
{
	struct app app;

	(void)state;
	app_on(&app, "two");
	press(&app, 'c');
	work(&app);
	press(&app, '|');
	assert_int_equal(compare_n(&app, compare_run(&app, 1)), 701);
	draw(&app, 21, 80, false, "compare_fork");
	draw(&app, 37, 120, true, "compare_fork_120x40");
	press(&app, ','); /* one token before they had not parted */
	draw(&app, 21, 80, false, "compare_unparted");
	app_release(&app);
	app_on(&app, "apart");
	press(&app, 'c');
	work(&app);
	press(&app, '|');
	assert_non_null(strstr(app.message, "no run of the same prompt"));
	app_release(&app);
}

/* What one job takes says nothing of another. */
static void other_prompts_are_not_compared(void **state)
{
	struct buf text = { 0 };
	struct app app;

	(void)state;
	app_on(&app, "apart");
	press(&app, 'c');
	work(&app);
	assert_int_equal(compare_of(&app)->n, 2);
	assert_int_equal(beside_n_prompts(&app), 2);
	draw(&app, 21, 80, false, "compare_apart");
	draw(&app, 10, 40, false, "compare_apart_40x10");
	beside_explain(&app, &text);
	buf_puts(&text, "");
	assert_non_null(strstr(text.data, "have 2 different prompts"));
	buf_release(&text);
	app_release(&app);
	app_on(&app, "all");
	assert_true(app_open(&app, 0));
	press(&app, 'c');
	work(&app);
	assert_int_equal(beside_n_prompts(&app), 1);
	beside_explain(&app, &text);
	assert_int_equal(text.len, 0);
	app_release(&app);
}

static void any_size_does_no_harm(void **state)
{
	static const int sizes[] = { 1,	 2,  3,	 4,  5,	 7,  9,
				     12, 16, 23, 40, 90, 300 };
	static const char *const names[] = { "all",	"three", "one",
					     "many", "apart" };
	struct app app;
	struct settings set;

	(void)state;
	for (size_t f = 0; f < ARRAY_LEN(names); f++) {
		app_on(&app, names[f]);
		press(&app, 'c');
		for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
			for (size_t k = 0; k < ARRAY_LEN(sizes); k++) {
				struct rect r = { 0, 0, sizes[i], sizes[k] };
				struct compare *c = compare_of(&app);

				c->lane = c->n ? k % c->n : 0;
				c->seconds = i % 2;
				c->curve = k % COMPARE_CURVES;
				app.explain = (i + k) % 3 == 0;
				draw(&app, sizes[i], sizes[k], k % 3 == 0,
				     NULL);
				for (int row = 0; row < sizes[i]; row += 3)
					view_compare.click(&app, r, row,
								  sizes[k] / 2);
			}
		work(&app);
		app_release(&app);
	}
	/* Before there is anything. */
	settings_init(&set);
	app_init(&app, &set);
	compare_open(&app);
	compare_follow(&app);
	compare_sync(&app);
	draw(&app, 21, 80, false, NULL);
	compare_move(&app, 0.1);
	compare_zoom(&app, 0.5);
	compare_pan(&app, 1);
	compare_lane(&app, 1);
	compare_unit(&app);
	compare_play(&app);
	compare_tick(&app, 1);
	app_release(&app);
}

/* --- runs that grow ----------------------------------------------------- */

static void give(int fd, const struct script *s, int from, int n, bool header)
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	struct script none = *s;

	none.n_new = none.n_loop = 0;
	none.open = true;
	if (header)
		put_script(f, &none);
	for (int i = from; i < from + n; i++)
		put_token(f, s, i);
	fclose(f);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	free(text);
}

/* Two runs in turns through a pipe; the second begins while the view is
 * shown, and then the runs of another prompt. */
static void runs_may_grow(void **state)
{
	struct app app;
	char path[128];
	struct settings set;
	struct err err = { "" };
	int fd;

	(void)state;
	path_of(path, "fifo");
	assert_int_equal(mkfifo(path, 0600), 0);
	settings_init(&set);
	app_init(&app, &set);
	fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	assert_true(deck_add(app.deck, path, false, &err));
	compare_follow(&app);
	work(&app);
	draw(&app, 21, 80, false, NULL);
	give(fd, &scripts[0], 0, 10, true);
	work(&app);
	assert_int_equal(compare_of(&app)->n, 1);
	draw(&app, 21, 80, false, NULL);
	for (int i = 0; i < 30; i++) {
		app.dirty = false;
		give(fd, &scripts[0], 10 + i * 10, 10, false);
		give(fd, &scripts[1], i * 10, 10, i == 0);
		work(&app);
		assert_int_equal(compare_of(&app)->n, 2);
		assert_true(app.dirty);
		assert_int_equal(compare_n(&app, compare_run(&app, 0)),
				 20 + i * 10);
		assert_int_equal(compare_n(&app, compare_run(&app, 1)),
				 10 + i * 10);
		draw(&app, 21, 80, false, NULL);
	}
	give(fd, &scripts[5], 0, 3, true);
	work(&app);
	assert_int_equal(compare_of(&app)->n, 1);
	assert_int_equal(compare_of(&app)->runs[0], 2);
	draw(&app, 21, 80, false, NULL);
	close(fd);
	app_release(&app);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_of_the_prompt),
		cmocka_unit_test(records_are_read_again),
		cmocka_unit_test(unknown_is_not_same),
		cmocka_unit_test(one_playhead_for_all),
		cmocka_unit_test(zoom_and_pan),
		cmocka_unit_test(playing_goes_by_the_clock),
		cmocka_unit_test(screens),
		cmocka_unit_test(where_two_runs_part),
		cmocka_unit_test(bar_goes_where_they_part),
		cmocka_unit_test(what_a_step_reads),
		cmocka_unit_test(other_prompts_are_not_compared),
		cmocka_unit_test(any_size_does_no_harm),
		cmocka_unit_test(runs_may_grow),
	};

	return cmocka_run_group_tests(tests, make, clean);
}
