/* The program itself: command line, export, redraw, leaving. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "action/action.h"
#include "app/export.h"
#include "app/recording.h"
#include "draw/prompt.h"
#include "system/file.h"

static void command(struct app *app, const char *arg)
{
	(void)arg;
	prompt_open(app->prompt, PROMPT_COMMAND, "", action_complete);
	app->dirty = true;
}

static void filter_prompt(struct app *app, const char *arg)
{
	(void)arg;
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

	if (!format) {
		app_complain(app, "export takes csv, jsonl or svg and a file: "
				  ":export svg chart.svg");
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
	format->write(app->run, app->playhead, &out);
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

static void redraw(struct app *app, const char *arg)
{
	(void)arg;
	app->repaint = app->dirty = true;
}

static void suspend(struct app *app, const char *arg)
{
	(void)arg;
	app->suspend = true;
}

static void quit(struct app *app, const char *arg)
{
	(void)arg;
	app->quit = true;
}

static void leave(struct app *app, const char *arg)
{
	(void)arg;
	if (!action_leave(app))
		app->quit = true;
}

static void help(struct app *app, const char *arg)
{
	(void)arg;
	if (app->view == VIEW_HELP)
		action_leave(app);
	else
		action_show(app, VIEW_HELP);
}

static void back(struct app *app, const char *arg)
{
	(void)arg;
	app->message[0] = '\0';
	action_leave(app);
}

static const struct action rows[] = {
	{ "help",
	  { '?', K_F1 },
	  NULL,
	  ANYWHERE,
	  "help",
	  "keys and commands",
	  help },
	{ "back",
	  { K_ESC },
	  NULL,
	  ANYWHERE,
	  NULL,
	  "out of help, panels and opened generations",
	  back },
	{ "command",
	  { ':' },
	  NULL,
	  ANYWHERE,
	  NULL,
	  "a command line; Tab completes, Up recalls",
	  command },
	{ "filter-prompt",
	  { '&', '/' },
	  NULL,
	  IN_VIEW(VIEW_LIST),
	  "filter",
	  "begin a filter of the list",
	  filter_prompt },
	{ "export",
	  { K_NONE },
	  "FORMAT FILE",
	  ANYWHERE,
	  NULL,
	  "csv, jsonl or svg of the open generation",
	  export_new },
	{ "export!",
	  { K_NONE },
	  "FORMAT FILE",
	  ANYWHERE,
	  NULL,
	  "the same over a file that exists",
	  export_over },
	{ "record",
	  { 'w' },
	  "[FILE]",
	  ANYWHERE,
	  NULL,
	  "write the open generation to a trace as it comes, or end that",
	  record_new },
	{ "record!",
	  { K_NONE },
	  "[FILE]",
	  ANYWHERE,
	  NULL,
	  "the same over a file that exists",
	  record_over },
	{ "redraw",
	  { KEY_CTRL('L') },
	  NULL,
	  ANYWHERE,
	  NULL,
	  "draw the whole screen again",
	  redraw },
	{ "leave", { 'q' }, NULL, ANYWHERE, "quit", "back, then quit", leave },
	{ "quit",
	  { KEY_CTRL('C') },
	  NULL,
	  ANYWHERE,
	  NULL,
	  "quit at once",
	  quit },
	{ "suspend",
	  { KEY_CTRL('Z') },
	  NULL,
	  ANYWHERE,
	  NULL,
	  "to the shell; fg comes back",
	  suspend },
};

const struct action_room room_program = { "Program", rows, ARRAY_LEN(rows) };
