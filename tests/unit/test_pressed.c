/* Every key and command of the table, in every view where it is bound, does
 * to the screen what pressed_rows.c says; a row of the table of which nothing
 * is said there fails. LILSCOPE_SHOW=1 prints what each changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "action/action.h"
#include "app/recording.h"
#include "demo/demo.h"
#include "loop/frame.h"
#include "loop/shot.h"
#include "loop/input.h"
#include "loop/loop.h"
#include "opt/opt.h"
#include "pressed.h"
#include "view/view_sweep.h"

enum { ROWS = 30, COLS = 100, BENCH_ROWS = 30 };
#define RUNS "runs.jsonl"
#define DEMO "demo" /* the compare view, with a model */

static char dir[] = "/tmp/lilscope-pressed-XXXXXX";

/* --- the program, without a terminal ------------------------------------ */

static void settle(struct app *app, bool *begun)
{
	for (;;) {
		bool more = loop_work(app);

		if (!*begun && loop_begin(app))
			*begun = more = true;
		if (more)
			continue;
		if (deck_complete(app->deck) || !deck_waits(app->deck) ||
		    (app->demo && !demo_is_busy(app)))
			return;
		deck_sleep(app->deck, recording_wait_s(app));
	}
}

/* A bench as it stands after some runs: dense, and one policy with more budgets
 * than there is room for. */
static void give_bench(struct app *app)
{
	static struct bench_cell cells[BENCH_ROWS] = {
		{ .policy = "dense", .n = 12, .accuracy = 0.75,
		  .tokens = 1111, .growth = 1 },
		{ .policy = "quest", .budget = 32, .n = 12, .accuracy = 0.25,
		  .tokens = 3333, .growth = 3 },
	};
	static const struct bench_table table = { .cells = cells,
						  .n = ARRAY_LEN(cells) };
	static const struct bench_state bench = { .table = &table,
						  .n_done = 36,
						  .n_all = 48,
						  .left_s = 77 };

	for (uint32_t i = 2; i < BENCH_ROWS; i++) {
		cells[i] = cells[1];
		cells[i].budget *= i;
		cells[i].tokens = 5000 + i;
	}
	sweep_of(app)->state = &bench;
}

static void open_app(struct app *app, const char *view)
{
	static const struct {
		const char *name, *runs, *demo;
	} options[] = {
		{ "f", "20", "64" },
		{ "t", "10", "13" },
		{ "seed", "1", "1" },
		{ "page", "8", "8" },
	};
	struct settings set;
	struct err err = { "" };
	char command[32];
	bool begun = false, demo = strcmp(view, DEMO) == 0;

	settings_init(&set);
	set.show.session = false;
	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		assert_true(opt_set(&set, options[i].name,
				    demo ? options[i].demo : options[i].runs,
				    OPT_DEMO, &err));
	app_init(app, &set);
	frame_fit(app, ROWS, COLS);
	if (demo)
		assert_true(demo_new(app, &err) && demo_draw(app, 1, &err));
	else
		assert_true(deck_add(app->deck, RUNS, false, &err));
	/* All is read before the first view is chosen. */
	while (!demo && deck_work(app->deck, LOOP_SLICE_US))
		;
	settle(app, &begun);
	if (demo)
		return;
	if (strcmp(view, "sweep") == 0)
		give_bench(app);
	action_command(app, "open-number 1");
	snprintf(command, sizeof(command), "view %s", view);
	action_command(app, command);
	settle(app, &begun);
}

static void close_app(struct app *app)
{
	demo_free(app);
	app_release(app);
}

static void press(struct app *app, int32_t code)
{
	bool begun = true;

	input_key(app, (struct key){ .code = code }, ROWS, COLS);
	settle(app, &begun);
}

static void play(struct app *app, double seconds)
{
	bool begun = true;

	for (; seconds > 0; seconds -= 1.0 / LOOP_FRAMES_PER_S) {
		loop_tick(app, 1.0 / LOOP_FRAMES_PER_S);
		settle(app, &begun);
	}
}

static void tell(struct app *app, const char *command)
{
	bool begun = true;

	app->message[0] = '\0'; /* as the ':' before it does */
	action_command(app, command);
	settle(app, &begun);
}

static void do_keys(struct app *app, const char *keys)
{
	while (*keys) {
		size_t n = strcspn(keys, " ");
		int32_t code = key_parse(keys, n);

		if (code == K_NONE)
			fail_msg("there is no key \"%.*s\"", (int)n, keys);
		press(app, code);
		keys += n + strspn(keys + n, " ");
	}
}

static void do_steps(struct app *app, const char *steps)
{
	char step[256];

	for (const char *at = steps; *at && *at != '|';) {
		size_t n = strcspn(at, ";|");

		snprintf(step, sizeof(step), "%.*s", (int)n, at);
		if (step[0] == ':')
			tell(app, step + 1);
		else if (strncmp(step, "play ", 5) == 0)
			play(app, atof(step + 5));
		else
			do_keys(app, step);
		at += n + (at[n] == ';');
	}
}

static void see(struct app *app, struct buf *out)
{
	struct screen s;

	screen_init(&s);
	screen_resize(&s, ROWS, COLS);
	frame_fit(app, ROWS, COLS);
	app_sync(app);
	frame_draw(app, &s);
	if (shot_is_asked(app)) {
		shot_take(app, &s, NULL);
		frame_draw(app, &s);
	}
	buf_clear(out);
	screen_dump(&s, out);
	buf_puts(out, app->quit ? "[quit]\n" : "");
	buf_puts(out, app->suspend ? "[suspend]\n" : "");
	buf_puts(out, app->repaint ? "[repaint]\n" : "");
	buf_cstr(out);
	screen_release(&s);
}

/* What a press wrote; the next begins without. */
static void remove_written(void)
{
	DIR *d = opendir(".");

	assert_non_null(d);
	for (struct dirent *e = readdir(d); e; e = readdir(d))
		if (e->d_name[0] != '.' && strcmp(e->d_name, RUNS) != 0)
			unlink(e->d_name);
	closedir(d);
}

/* --- one row ------------------------------------------------------------ */

static bool shows;  /* LILSCOPE_SHOW */
static size_t n_bad;

static void put_changes(const struct buf *before, const struct buf *after)
{
	for (const char *at = after->data; *at;) {
		size_t n = strcspn(at, "\n");
		char line[2048];

		snprintf(line, sizeof(line), "%.*s\n", (int)n, at);
		if (!strstr(before->data, line))
			printf("    | %s", line);
		at += n + (at[n] == '\n');
	}
}

/* How it is done, in words; key K_NONE: as a command. */
static void put_way(const struct pressed *row, const char *view, int32_t key)
{
	char name[KEY_NAME_BYTES];

	printf("%s in %s [%s] by ", row->action, view,
	       row->before ? row->before : "");
	if (key == K_NONE)
		printf(":%s %s\n", row->action, row->arg ? row->arg : "");
	else
		printf("%s %s\n", key_name(key, name),
		       row->arg ? row->arg : "");
}

static bool is_seen(const char *want, const struct buf *before,
		    const struct buf *after)
{
	bool gone = want[0] == '!';
	const char *text = want + gone;
	bool was = strstr(before->data, text) != NULL;
	bool is = strstr(after->data, text) != NULL;

	return gone ? was && !is : is && !was;
}

static void press_row(struct app *app, const struct pressed *row,
		      const char *view, int32_t key)
{
	struct buf before = { 0 }, after = { 0 };
	const char *first = row->before ? row->before : "";
	const char *then = strchr(first, '|');
	char command[256];

	do_steps(app, first);
	app->repaint = false;
	see(app, &before);
	if (key == K_NONE) {
		snprintf(command, sizeof(command), "%s %s", row->action,
			 row->arg ? row->arg : "");
		tell(app, command);
	} else {
		press(app, key);
		if (row->arg)
			do_keys(app, row->arg);
	}
	do_steps(app, then ? then + 1 : "");
	see(app, &after);
	if (!row->want || !is_seen(row->want, &before, &after)) {
		n_bad++;
		put_way(row, view, key);
		printf("  want \"%s\"%s, but new is only\n",
		       row->want ? row->want : "",
		       row->want && row->want[0] != '!' &&
				       strstr(before.data, row->want)
			       ? " (it was there before)"
			       : "");
		put_changes(&before, &after);
	} else if (shows) {
		put_way(row, view, key);
		put_changes(&before, &after);
	}
	buf_release(&before);
	buf_release(&after);
	remove_written();
}

/* Each row is of a program that was just opened, which takes most of the time:
 * so it is opened once, and a row is a child's. The demo cannot be shared, for
 * its decoders are processes. */
static void do_row(struct app *opened, const struct pressed *row,
		   const char *view, int32_t key)
{
	struct app own;
	pid_t child;
	int status;

	if (strcmp(view, DEMO) == 0) {
		open_app(&own, view);
		press_row(&own, row, view, key);
		close_app(&own);
		return;
	}
	fflush(stdout);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		n_bad = 0;
		press_row(opened, row, view, key);
#ifdef __SANITIZE_ADDRESS__
		close_app(opened); /* which frees, and they look at it */
#endif
		exit(n_bad > 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	n_bad += status != 0;
}

/* --- the table ---------------------------------------------------------- */

struct count {
	size_t n_rows, n_keys;
};

static bool is_of(const struct pressed *row, const struct action *a,
		  const char *view)
{
	return strcmp(row->action, a->name) == 0 &&
	       (view ? row->view && strcmp(row->view, view) == 0
		     : !row->view);
}

static bool takes_letter(const struct action *a)
{
	return a->arg && strcmp(a->arg, "LETTER") == 0;
}

/* The rows for this view, or for any. */
static size_t do_rows(struct app *app, const struct action *a,
		      const char *view, const char *row_view,
		      const int32_t *keys, size_t n_keys)
{
	size_t n = 0;

	for (size_t i = 0; i < n_pressed_rows; i++) {
		const struct pressed *row = &pressed_rows[i];

		if (!is_of(row, a, row_view))
			continue;
		n++;
		if (!row->arg || takes_letter(a))
			for (size_t k = 0; k < n_keys; k++)
				do_row(app, row, view, keys[k]);
		do_row(app, row, view, K_NONE);
	}
	return n;
}

/* Keys that mean this action where the program is. */
static size_t bound_keys(const struct app *app, const struct action *a,
			 int32_t keys[ACTION_KEYS])
{
	size_t n = 0;

	for (int k = 0; k < ACTION_KEYS && a->keys[k] != K_NONE; k++)
		if (action_for_key(a->keys[k], app->view) == a)
			keys[n++] = a->keys[k];
	return n;
}

static void do_action(struct app *app, const struct action *a,
		      const char *view, struct count *count)
{
	int32_t keys[ACTION_KEYS];
	size_t n_keys = bound_keys(app, a, keys);
	size_t n = do_rows(app, a, view, view, keys, n_keys);

	if (!n_keys)
		return;
	if (!n && strcmp(view, DEMO) != 0)
		n = do_rows(app, a, view, NULL, keys, n_keys);
	if (!n && strcmp(view, DEMO) != 0) {
		n_bad++;
		printf("no expectation for %s in %s\n", a->name, view);
		do_row(app,
		       &(struct pressed){ a->name, view, NULL, NULL, NULL },
		       view, keys[0]);
	}
	count->n_rows += n > 0;
	count->n_keys += n > 0 ? n_keys : 0;
}

static void do_view(const char *view, struct count *count)
{
	const struct action_room *room;
	struct app app;

	open_app(&app, view);
	for (size_t r = 0; (room = action_room(r)); r++)
		for (size_t i = 0; i < room->n; i++)
			do_action(&app, &room->rows[i], view, count);
	close_app(&app);
}

static void test_views(void **state)
{
	struct count count = { 0, 0 };

	(void)state;
	n_bad = 0;
	for (size_t i = 0; i < n_views; i++)
		do_view(views[i]->name, &count);
	printf("%zu rows pressed in %zu views, by %zu keys\n", count.n_rows,
	       n_views, count.n_keys);
	assert_int_equal(n_bad, 0);
}

static void test_demo(void **state)
{
	struct count count = { 0, 0 };

	(void)state;
	n_bad = 0;
	do_view(DEMO, &count);
	printf("%zu rows pressed in the demo, by %zu keys\n", count.n_rows,
	       count.n_keys);
	assert_int_equal(n_bad, 0);
}

/* Rows without keys: as a command, in the first view. */
static void test_commands(void **state)
{
	const struct action_room *room;
	size_t n_actions = 0;
	struct app app;

	(void)state;
	n_bad = 0;
	open_app(&app, views[0]->name);
	for (size_t r = 0; (room = action_room(r)); r++)
		for (size_t i = 0; i < room->n; i++) {
			const struct action *a = &room->rows[i];
			bool known = false;

			n_actions++;
			for (size_t k = 0; k < n_pressed_rows; k++)
				known = known ||
					strcmp(pressed_rows[k].action,
					       a->name) == 0;
			if (!known) {
				n_bad++;
				printf("no expectation for %s\n", a->name);
			} else if (a->keys[0] == K_NONE) {
				do_rows(&app, a, views[0]->name, NULL, NULL,
					0);
			}
		}
	close_app(&app);
	printf("%zu actions pressed or commanded, of %zu\n",
	       n_actions - n_bad, n_actions);
	assert_int_equal(n_bad, 0);
}

/* The whole help, whose rows are more than a screen has. */
static void see_help(struct buf *all)
{
	struct buf page = { 0 };
	struct app app;

	open_app(&app, "help");
	for (int i = 0; i < 40; i++) {
		see(&app, &page);
		buf_append(all, page.data, page.len);
		press(&app, K_PGDN);
	}
	buf_cstr(all);
	buf_release(&page);
	close_app(&app);
}

/* "  t T              :NAME", as the help and the topic "keys" tell it. */
static void test_help(void **state)
{
	struct buf all = { 0 };
	const struct action_room *room;
	const struct opt *opt;

	(void)state;
	see_help(&all);
	for (size_t r = 0; (room = action_room(r)); r++)
		for (size_t i = 0; i < room->n; i++) {
			const struct action *a = &room->rows[i];
			struct buf keys = { 0 };
			char row[128];

			action_keys(a, &keys);
			snprintf(row, sizeof(row), "\n  %-18s :%s",
				 buf_cstr(&keys), a->name);
			if (!strstr(all.data, row))
				fail_msg("the help has no row \"%s\"", row);
			buf_release(&keys);
		}
	for (size_t i = 0; (opt = opt_at(i)); i++)
		if ((opt->where & OPT_LIVE) && !strstr(all.data, opt->name))
			fail_msg("the help has no option %s", opt->name);
	for (size_t i = 0; i < n_views; i++)
		assert_non_null(strstr(all.data, views[i]->name));
	buf_release(&all);
}

/* A key that is bound nowhere is told, one that is none is not; the wheel is
 * bound everywhere. */
/* A count is of moves and of what goes by steps; digits alone are views. */
static void test_counts(void **state)
{
	static const struct {
		const char *view, *keys, *want;
	} rows[] = {
		{ "list", "Alt-2 j", "›  3  What is 6 x 7?" },
		{ "list", "Alt-2 G", "›  2  What is 6 x 7?" },
		{ "list", "Alt-9 9 G", "›  3  What is 6 x 7?" },
		{ "list", "Alt-2 s", "record▴" },
		{ "ratio", "Alt-1 2 0 G", "token 120 of 600" },
		{ "ratio", "g Alt-1 1 .", "token 12 of 600" },
		{ "ratio", "G Alt-1 1 ,", "token 589 of 600" },
		{ "ratio", "Alt-1 Alt-0", "10 times: which key?" },
		{ "ratio", "Alt-9 9 9 9 9 9 9 9 9 9 9 z",
		  "tokens 600 " },
		{ "ratio", "Alt-9 9 9 9 9 9 9 9 9 9 9 Z",
		  "tokens 600 " },
		{ "ratio", "Alt-9 9 9 9 9 9 9 9 9 9 9 h", "token 0 of 600" },
		{ "ratio", "Alt-3 Esc j 3", "3 generations" },
		{ "ratio", "g;:search again;Alt-3 n", "hit 4 of 50" },
		{ "map", "g Alt-5 j", "page 5 " },
		{ "text", "g Alt-9 .", "token 10: " },
		{ "help", "Alt-9 9 9 j", "of this text's own rate" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf seen = { 0 };
		struct app app;

		open_app(&app, rows[i].view);
		do_steps(&app, rows[i].keys);
		see(&app, &seen);
		if (!strstr(seen.data, rows[i].want))
			fail_msg("%s in %s does not show \"%s\":\n%s",
				 rows[i].keys, rows[i].view, rows[i].want,
				 seen.data);
		buf_release(&seen);
		close_app(&app);
	}
}

static bool has_key(const struct action *a, int32_t key)
{
	for (int i = 0; i < ACTION_KEYS; i++)
		if (a->keys[i] == key)
			return true;
	return false;
}

/* A key means one thing in all views that have it; some of them one thing of
 * what is there. */
static void test_one_meaning(void **state)
{
	static const int32_t of_what_is_there[] = {
		K_ENTER, /* into what is under the cursor */
		'm',     /* marks it */
		'u',     /* its unit */
		's', 'S', /* its order */
	};
	const struct action_room *room, *other;

	(void)state;
	for (size_t r = 0; (room = action_room(r)); r++) {
		for (size_t i = 0; i < room->n * ACTION_KEYS; i++) {
			const struct action *a = &room->rows[i / ACTION_KEYS];
			int32_t key = a->keys[i % ACTION_KEYS];
			bool may = key == K_NONE;

			for (size_t k = 0; k < ARRAY_LEN(of_what_is_there);
			     k++)
				may = may || key == of_what_is_there[k];
			for (size_t o = 0; !may && (other = action_room(o));
			     o++)
				for (size_t k = 0; k < other->n; k++)
					if (&other->rows[k] != a)
						assert_false(has_key(
							&other->rows[k], key));
		}
	}
}

static void test_no_key(void **state)
{
	struct buf before = { 0 }, after = { 0 };
	struct app app;

	(void)state;
	for (size_t i = 0; i < n_views; i++) {
		open_app(&app, views[i]->name);
		assert_non_null(action_for_key(K_WHEEL_UP, app.view));
		assert_non_null(action_for_key(K_WHEEL_DOWN, app.view));
		see(&app, &before);
		press(&app, K_NONE);
		see(&app, &after);
		assert_string_equal(before.data, after.data);
		press(&app, 0xe4);
		see(&app, &after);
		assert_true(is_seen("ä means nothing here; ? lists the keys",
				    &before, &after));
		press(&app, K_F1 + 4);
		see(&app, &after);
		assert_non_null(strstr(after.data, "F5 means nothing here"));
		close_app(&app);
	}
	buf_release(&before);
	buf_release(&after);
}

/* --record: every generation in a file of its own, numbered before the first
 * dot of its name. */
static void test_record_all(void **state)
{
	static const char *const names[] = {
		"a.b/all.jsonl.zst", "a.b/all-2.jsonl.zst",
		"a.b/all-3.jsonl.zst"
	};
	struct settings set;
	struct err err = { "" };
	struct app app;
	bool begun = false;

	(void)state;
	assert_int_equal(mkdir("a.b", 0700), 0);
	settings_init(&set);
	set.show.session = false;
	assert_true(opt_set(&set, "record", names[0], OPT_TUI, &err));
	app_init(&app, &set);
	assert_true(deck_add(app.deck, RUNS, false, &err));
	settle(&app, &begun);
	close_app(&app);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (unlink(names[i]) != 0)
			fail_msg("%s was not written", names[i]);
	assert_int_equal(rmdir("a.b"), 0);
}

/* No row is about an action or a view that is not there. */
static void test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_pressed_rows; i++) {
		const struct pressed *row = &pressed_rows[i];
		bool found = !row->view || strcmp(row->view, DEMO) == 0;

		for (size_t k = 0; k < n_views && !found; k++)
			found = strcmp(views[k]->name, row->view) == 0;
		if (!found ||
		    !action_find(row->action, strlen(row->action)))
			fail_msg("%s in %s is pressed nowhere", row->action,
				 row->view ? row->view : "any view");
	}
}

static int make(void **state)
{
	FILE *f;

	(void)state;
	shows = getenv("LILSCOPE_SHOW") != NULL;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	f = fopen(RUNS, "wb");
	assert_non_null(f);
	pressed_write(f);
	return fclose(f);
}

static int clean(void **state)
{
	(void)state;
	return unlink(RUNS) | rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_views),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_demo),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_no_key),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_one_meaning),
		cmocka_unit_test(test_record_all),
	};

	return cmocka_run_group_tests(tests, make, clean);
}
