/* The program itself: command line, export, redraw, leaving. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "action/action.h"
#include "app/export.h"
#include "app/phrase.h"
#include "app/recording.h"
#include "demo/demo.h"
#include "draw/prompt.h"
#include "system/file.h"
#include "view/views.h"

static void command(struct app *app)
{
	prompt_open(app->prompt, PROMPT_COMMAND, "", action_complete);
	app->dirty = true;
}

static void filter_prompt(struct app *app)
{
	prompt_open(app->prompt, PROMPT_COMMAND, "filter ", action_complete);
	app->dirty = true;
}

/* "svg FILE", or "FILE.svg" alone. NULL: neither. */
static const struct export_format *export_target(const char *arg,
						 const char **path)
{
	char word[32];
	size_t n = strcspn(arg, " ");
	const struct export_format *format = NULL;

	*path = arg + n + strspn(arg + n, " ");
	if (n < sizeof(word) && **path) {
		memcpy(word, arg, n);
		word[n] = '\0';
		format = export_find(word);
	}
	if (!format) {
		*path = arg;
		format = strchr(arg, '.') ? export_find(arg) : NULL;
	}
	return format;
}

static void export_to(struct app *app, const char *arg, bool over)
{
	const char *path;
	const struct export_format *format = export_target(arg, &path);
	struct buf out = { 0 };
	struct err err = { "" };
	struct export x;

	if (!format) {
		app_complain(app, "export takes csv, jsonl, svg or html and a "
				  "file: :export svg chart.svg");
		return;
	}
	if (!app->run || app->playhead == 0) {
		app_complain(app, "nothing is measured yet");
		return;
	}
	if (!over && file_exists(path)) {
		app_complain(app, "%s exists; :export! writes over it", path);
		return;
	}
	x = (struct export){ app->run, app->playhead,
			     deck_n(app->deck) > 1 ?
				     deck_opened(app->deck) + 1 : 0 };
	format->write(&x, &out);
	if (file_write(path, out.data, out.len, &err))
		app_say(app, "wrote %s: %s, %zu bytes", path, format->name,
			out.len);
	else
		app_complain(app, "%s", err.text);
	buf_release(&out);
}

static void export_new(struct app *app, const char *arg)
{
	export_to(app, arg, false);
}

static void export_over(struct app *app, const char *arg)
{
	export_to(app, arg, true);
}

/* A name that no other recording has. */
static void record_name(char out[64])
{
	time_t now = time(NULL);
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(out, 64, "lilscope-%Y%m%d-%H%M%S.jsonl.zst", &tm);
}

static void record_to(struct app *app, const char *arg, bool over)
{
	size_t i = deck_opened(app->deck);
	char name[64];

	if (!app->run) {
		app_complain(app, "open a generation to record it");
		return;
	}
	if (recording_is(app, i)) {
		recording_stop(app, i);
		return;
	}
	record_name(name);
	recording_start(app, i, arg[0] ? arg : name, over);
}

static void record_new(struct app *app, const char *arg)
{
	record_to(app, arg, false);
}

static void record_over(struct app *app, const char *arg)
{
	record_to(app, arg, true);
}

/* --- the screen leaves -------------------------------------------------- */

/* "lilscope-20261128-153000.svg", or what was asked for. */
static void name_file(char out[FILE_PATH_BYTES], const char *asked,
		      const char *suffix)
{
	time_t now = time(NULL);
	struct tm tm;
	char stamp[32];

	localtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &tm);
	if (asked[0])
		snprintf(out, FILE_PATH_BYTES, "%s", asked);
	else
		snprintf(out, FILE_PATH_BYTES, "lilscope-%s%s", stamp, suffix);
}

static void shot_to(struct app *app, const char *arg, bool over)
{
	name_file(app->shots.path, arg, ".svg");
	app->shots.over = over;
	app->dirty = true;
}

static void shot_new(struct app *app, const char *arg)
{
	shot_to(app, arg, false);
}

static void shot_over(struct app *app, const char *arg)
{
	shot_to(app, arg, true);
}

static void cast_to(struct app *app, const char *arg, bool over)
{
	app->shots.cast_end = app->shots.cast != NULL;
	app->dirty = true;
	if (app->shots.cast)
		return;
	name_file(app->shots.cast_path, arg, ".cast");
	app->shots.cast_over = over;
}

static void cast_new(struct app *app, const char *arg)
{
	cast_to(app, arg, false);
}

static void cast_over(struct app *app, const char *arg)
{
	cast_to(app, arg, true);
}

/* What can be copied; false: there is nothing of this name. */
static bool put_copied(struct app *app, const char *what, struct buf *out)
{
	const struct trace *t = app->run ? &app->run->trace : NULL;
	uint32_t n = app_n_tokens(app);
	struct phrase p;

	if (strcmp(what, "numbers") == 0) {
		if (app->view->explain)
			app->view->explain(app, out);
	} else if (strcmp(what, "text") == 0) {
		if (t && app->playhead)
			buf_append(out, t->text.data,
				   t->end[app->playhead - 1]);
	} else if (!what[0] && t &&
		   phrase_at_token(app->run, n, app->cursor, &p)) {
		buf_append(out, t->text.data + p.from, p.to - p.from);
	} else {
		return !what[0];
	}
	return true;
}

static void copy(struct app *app, const char *what)
{
	buf_clear(&app->shots.copy);
	app->shots.screen = strcmp(what, "screen") == 0;
	app->dirty = true;
	if (app->shots.screen)
		return;
	if (!put_copied(app, what, &app->shots.copy))
		app_complain(app, "copy takes text, numbers or screen; alone "
				  "the phrase under the cursor");
	else if (!app->shots.copy.len)
		app_complain(app, "there is nothing to copy here");
}

/* --- the program -------------------------------------------------------- */

static void redraw(struct app *app)
{
	app->repaint = app->dirty = true;
}

static void suspend(struct app *app)
{
	app->suspend = true;
}

static void quit(struct app *app)
{
	app->quit = true;
}

/* What would be lost if the program ended here; NULL: nothing. */
static const char *what_is_lost(const struct app *app)
{
	if (recording_is(app, deck_opened(app->deck)))
		return NULL;
	if (app->demo)
		return demo_all_ended(app) || app->demo->gone ?
			       NULL :
			       "the demo is still decoding";
	return deck_is_passing(app->deck) ?
		       "the stream still comes, and is not recorded" :
		       NULL;
}

/* Asks once, where something would be lost; the same key again means it. */
static void end(struct app *app)
{
	const char *lost = what_is_lost(app);

	if (!lost || (app->asked && app->n_keys <= app->asked + 1)) {
		app->quit = true;
		return;
	}
	app->asked = app->n_keys;
	app_say(app, "%s: the same key again ends it, w keeps it in a file",
		lost);
}

static void leave(struct app *app)
{
	if (!view_leave(app))
		end(app);
}

static void help(struct app *app)
{
	if (app->view == &view_help)
		view_leave(app);
	else
		view_show(app, &view_help);
}

static void back(struct app *app)
{
	app->message[0] = '\0';
	view_leave(app);
}

static const struct action rows[] = {
	{ .name = "help", .keys = { '?', K_F1 }, .hint = "help",
	  .about = "keys and commands",
	  .run = help },
	{ .name = "back", .keys = { K_ESC },
	  .about = "out of help, panels and opened generations",
	  .run = back },
	{ .name = "command", .keys = { ':' },
	  .about = "a command line; Tab completes, Up recalls",
	  .run = command },
	{ .name = "filter-prompt", .keys = { '&' },
	  .fits = SHOWS_ROWS, .hint = "filter",
	  .about = "begin a filter of the list",
	  .run = filter_prompt },
	{ .name = "export", .arg = "FORMAT FILE",
	  .about = "csv, jsonl, svg or html of the open generation",
	  .with = export_new },
	{ .name = "export!", .arg = "FORMAT FILE",
	  .about = "the same over a file that exists",
	  .with = export_over },
	{ .name = "record", .keys = { 'w' }, .arg = "[FILE]",
	  .about = "write the open generation to a trace as it comes, or end "
		   "that",
	  .with = record_new },
	{ .name = "record!", .arg = "[FILE]",
	  .about = "the same over a file that exists",
	  .with = record_over },
	{ .name = "redraw", .keys = { KEY_CTRL('L') },
	  .about = "draw the whole screen again",
	  .run = redraw },
	{ .name = "leave", .keys = { 'q' }, .hint = "back",
	  .about = "close the view; the first one: the program",
	  .run = leave },
	{ .name = "end", .keys = { 'Q' }, .hint = "quit",
	  .about = "end the program; a stream that is not recorded asks once",
	  .run = end },
	{ .name = "quit", .keys = { KEY_CTRL('C') },
	  .about = "quit at once",
	  .run = quit },
	{ .name = "suspend", .keys = { KEY_CTRL('Z') },
	  .about = "to the shell; fg comes back",
	  .run = suspend },
	{ .name = "shot", .keys = { 'P' }, .arg = "[FILE]",
	  .about = "this screen as a picture (.svg, .html, .ansi, .txt)",
	  .with = shot_new },
	{ .name = "shot!", .arg = "[FILE]",
	  .about = "the same over a file that exists",
	  .with = shot_over },
	{ .name = "cast", .arg = "[FILE]",
	  .about = "a film of the screen from here on (asciicast), or its end",
	  .with = cast_new },
	{ .name = "cast!", .arg = "[FILE]",
	  .about = "the same over a file that exists",
	  .with = cast_over },
	{ .name = "copy", .keys = { 'X' }, .arg = "[WHAT]",
	  .about = "the phrase under the cursor, the text, numbers or screen "
		   "to the clipboard",
	  .with = copy },
};

const struct action_room room_program = { .title = "Program", .rows = rows,
				       .n = ARRAY_LEN(rows) };
