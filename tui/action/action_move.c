/* Moving: what the moves of the views are called, and the jumps between a
 * phrase and its source. */
#include "action/action.h"
#include "app/phrase.h"
#include "base/num.h"
#include "demo/demo.h"
#include "view/repeats.h"
#include "view/text_pane.h"

/* At the end of a demo that is held, a token on is decoded first. */
static void token(struct app *app, int n)
{
	if (n < 0 || !app->demo || !demo_step(app))
		view_move(app, MOVE_TOKEN, n);
}

/* Digits, perhaps grouped: "9 750", "9750", "9_750". */
static void seek(struct app *app, const char *arg)
{
	uint64_t to = 0;

	for (const char *c = arg; *c; c++) {
		if (*c == ' ' || *c == '_')
			continue;
		if (*c < '0' || *c > '9') {
			app_complain(app, "\"%s\" is no token number", arg);
			return;
		}
		to = MIN(to * 10 + (uint64_t)(*c - '0'), UINT32_MAX);
	}
	app_seek(app, (uint32_t)to);
}

/* --- the source of a phrase --------------------------------------------- */

static void jump_back(struct app *app)
{
	uint32_t to = app->jumped_from;

	if (to == APP_NO_MARK) {
		app_say(app, "no jump to come back from");
		return;
	}
	app->jumped_from = app->jumped_to = APP_NO_MARK;
	app_set_cursor(app, to);
}

static void jump_source(struct app *app)
{
	char number[NUM_BYTES];
	uint32_t to;

	if (!app->run)
		return;
	if (app->jumped_to != APP_NO_MARK && app->jumped_to == app->cursor) {
		jump_back(app);
		return;
	}
	to = phrase_source_of(app->run, text_shown(app), app->cursor);
	num_count(number, (uint64_t)app->cursor + 1);
	if (to == PHRASE_NO_TOKEN) {
		app_say(app, "token %s is new: nothing earlier to jump to",
			number);
		return;
	}
	app->jumped_from = app->cursor;
	app_set_cursor(app, to);
	app->jumped_to = app->cursor;
	app_say(app, "the source of token %s; Enter goes back", number);
}

/* --- rows --------------------------------------------------------------- */

static const struct action rows[] = {
	{ .name = "left", .keys = { K_LEFT, 'h' }, .hint = "move",
	  .about = "back along the axis, the text, pages or columns",
	  .move = MOVE_ACROSS, .n = -1 },
	{ .name = "right", .keys = { K_RIGHT, 'l' }, .hint = "+",
	  .about = "forward along the axis, the text, pages or columns",
	  .move = MOVE_ACROSS, .n = 1 },
	{ .name = "up", .keys = { K_UP, 'k', K_WHEEL_UP },
	  .about = "a line, a row, a phrase or a window of f tokens back",
	  .move = MOVE_ALONG, .n = -1 },
	{ .name = "down", .keys = { K_DOWN, 'j', K_WHEEL_DOWN },
	  .about = "a line, a row, a phrase or a window of f tokens on",
	  .move = MOVE_ALONG, .n = 1 },
	{ .name = "page-up", .keys = { K_PGUP, KEY_CTRL('U') },
	  .about = "a page, or a tenth of the axis back",
	  .move = MOVE_PAGE, .n = -1 },
	{ .name = "page-down", .keys = { K_PGDN, KEY_CTRL('D') },
	  .about = "a page, or a tenth of the axis on",
	  .move = MOVE_PAGE, .n = 1 },
	{ .name = "first", .keys = { 'g', K_HOME },
	  .about = "to the start",
	  .move = MOVE_END, .n = -1 },
	{ .name = "last", .keys = { 'G', K_END },
	  .about = "to the end, and stay there while it grows",
	  .move = MOVE_END, .n = 1 },
	{ .name = "token-back", .keys = { ',' },
	  .fits = HAS_MOVE(MOVE_TOKEN),
	  .about = "one token back",
	  .by = token, .n = -1 },
	{ .name = "token-next", .keys = { '.' },
	  .fits = HAS_MOVE(MOVE_TOKEN),
	  .about = "one token on",
	  .by = token, .n = 1 },
	{ .name = "phrase-back", .keys = { '(' },
	  .about = "the cursor to the phrase before",
	  .move = MOVE_PHRASE, .n = -1 },
	{ .name = "phrase-next", .keys = { ')' },
	  .about = "the cursor to the next phrase",
	  .move = MOVE_PHRASE, .n = 1 },
	{ .name = "next-threshold", .keys = { 'e' }, .hint = "threshold",
	  .about = "to the next Lil, or where new text came back after it",
	  .move = MOVE_THRESHOLD, .n = 1 },
	{ .name = "prev-threshold", .keys = { 'E' }, .hint = "+",
	  .about = "to the place before it",
	  .move = MOVE_THRESHOLD, .n = -1 },
	{ .name = "next-rival", .keys = { 'R' },
	  .about = "to the next place where another rule stops",
	  .move = MOVE_RIVAL, .n = 1 },
	{ .name = "prev-rival", .keys = { 'L' },
	  .about = "to the place before it",
	  .move = MOVE_RIVAL, .n = -1 },
	{ .name = "next-copy", .keys = { '*' },
	  .fits = SHOWS_TEXT | SHOWS_RUN,
	  .about = "to the next copy of what is said again and again",
	  .by = repeats_step, .n = 1 },
	{ .name = "prev-copy", .keys = { '#' },
	  .fits = SHOWS_TEXT | SHOWS_RUN,
	  .about = "to the copy before",
	  .by = repeats_step, .n = -1 },
	{ .name = "next-change", .keys = { '-' },
	  .about = "to the next window whose gain crosses t",
	  .move = MOVE_CHANGE, .n = 1 },
	{ .name = "prev-change", .keys = { '_' },
	  .about = "to the window before it",
	  .move = MOVE_CHANGE, .n = -1 },
	{ .name = "jump-source", .keys = { K_ENTER }, .fits = SHOWS_TEXT,
	  .about = "the cursor to where its phrase was copied from, and back",
	  .run = jump_source },
	{ .name = "jump-back", .keys = { K_BACKSPACE }, .fits = SHOWS_TEXT,
	  .about = "back to where the jump began",
	  .run = jump_back },
	{ .name = "seek", .arg = "TOKEN",
	  .about = "the playhead to a token; :9750 does it too",
	  .with = seek },
	{ .name = "zoom-in", .keys = { 'z' }, .hint = "zoom",
	  .about = "half of the axis, around the playhead",
	  .move = MOVE_ZOOM, .n = 1 },
	{ .name = "zoom-out", .keys = { 'Z' }, .hint = "+",
	  .about = "twice as much of the axis",
	  .move = MOVE_ZOOM, .n = -1 },
	{ .name = "zoom-all", .keys = { '0' },
	  .about = "the whole axis",
	  .move = MOVE_ZOOM },
	{ .name = "pan-left", .keys = { '{' },
	  .about = "the axis to the left, the playhead stays",
	  .move = MOVE_PAN, .n = -1 },
	{ .name = "pan-right", .keys = { '}' },
	  .about = "the axis to the right, the playhead stays",
	  .move = MOVE_PAN, .n = 1 },
};

const struct action_room room_move = { .title = "Moving", .rows = rows,
				       .n = ARRAY_LEN(rows) };
