/* Moving: what arrows and pages do in each view, and along the tokens. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "action/action.h"
#include "app/phrase.h"
#include "demo/demo.h"
#include "draw/num.h"
#include "view/compare.h"
#include "view/list.h"
#include "view/text_pane.h"
#include "view/views.h"

enum {
	AXIS_STEPS = 100, /* a step of the playhead: so much of the axis */
	PAGE_STEPS = 10,
	ZOOM_MIN_TOKENS = 20,
	PANE_TEXT = 1,
};

/* What moving means somewhere; n is a signed number of steps. */
struct mover {
	void (*across)(struct app *app, long n);
	void (*along)(struct app *app, long n);
	void (*page)(struct app *app, long n);
	void (*end)(struct app *app, bool last);
};

static uint32_t add(uint32_t at, long n, uint32_t max)
{
	int64_t to = (int64_t)at + n;

	return (uint32_t)MIN(MAX(to, 0), (int64_t)max);
}

/* -- the chart: the playhead --------------------------------------------- */

static void seek_by(struct app *app, long n)
{
	app_seek(app, add(app->playhead, n, app_n_tokens(app)));
}

static long axis_part(const struct app *app, int parts)
{
	uint32_t from, to;

	app_axis(app, &from, &to);
	return MAX(1, (long)(to - from) / parts);
}

static void chart_across(struct app *app, long n)
{
	seek_by(app, n * axis_part(app, AXIS_STEPS));
}

static void chart_along(struct app *app, long n)
{
	seek_by(app, n * (long)app->set.meter.rule.f);
}

static void chart_page(struct app *app, long n)
{
	seek_by(app, n * axis_part(app, PAGE_STEPS));
}

static void chart_end(struct app *app, bool last)
{
	app_seek(app, last ? UINT32_MAX : 1);
	if (last)
		app->pace = PACE_FOLLOW;
}

/* -- the text: the cursor ------------------------------------------------ */

static void text_across(struct app *app, long n)
{
	app_set_cursor(app, add(app->cursor, n, UINT32_MAX - 1));
}

static void text_along(struct app *app, long n)
{
	app->moved = app->dirty = true;
	text_scroll(app, n);
}

static void text_page(struct app *app, long n)
{
	text_along(app, n * MAX(1, app->view_rows - 1));
}

static void text_end(struct app *app, bool last)
{
	app_set_cursor(app, last ? UINT32_MAX - 1 : 0);
	if (last)
		app->pace = PACE_FOLLOW;
	else
		app->text_top = 0;
	app->text_follow = last;
}

/* -- the text under the chart: phrase by phrase --------------------------- */

static void phrase_by(struct app *app, long n)
{
	struct phrase p;

	if (!app->run ||
	    !phrase_at_token(app->run, text_shown(app), app->cursor, &p))
		return;
	if (n < 0 && p.token < app->cursor)
		n++; /* first to the start of this one */
	if (phrase_get(app->run, text_shown(app),
		       add(p.i_phrase, n, UINT32_MAX - 1), &p))
		app_set_cursor(app, p.token);
}

static void pane_along(struct app *app, long n)
{
	uint32_t before = app->cursor;

	phrase_by(app, n);
	/* Phrases shorter than a token: go on to the next token. */
	if (app->cursor == before)
		text_across(app, n);
}

static void pane_page(struct app *app, long n)
{
	text_across(app, n * (long)app->set.meter.rule.f);
}

/* -- the map: pages ------------------------------------------------------- */

static void map_along(struct app *app, long n)
{
	uint32_t pages = view_map_n_pages(app);

	app->map.page = add(app->map.page, n, pages ? pages - 1 : 0);
	app->dirty = true;
}

static void map_page(struct app *app, long n)
{
	map_along(app, n * PAGE_STEPS);
}

/* -- runs side by side ---------------------------------------------------- */

static void lanes_across(struct app *app, long n)
{
	compare_move(app, (double)n / AXIS_STEPS);
}

static void lanes_along(struct app *app, long n)
{
	compare_lane(app, n);
}

static void lanes_page(struct app *app, long n)
{
	compare_move(app, (double)n / PAGE_STEPS);
}

static void lanes_end(struct app *app, bool last)
{
	compare_seek(app, last ? INFINITY : 0);
}

/* -- list and help -------------------------------------------------------- */

static void list_along(struct app *app, long n)
{
	list_move(app, n);
	app->dirty = true;
}

static void list_page(struct app *app, long n)
{
	list_along(app, n * MAX(1, app->view_rows - 2));
}

static void list_end(struct app *app, bool last)
{
	list_along(app, last ? (long)app->list_n : -(long)app->list_n);
}

/* More rows than the help can ever have; the view clips at its end. */
enum { HELP_ROWS_MAX = 100000 };

static void help_along(struct app *app, long n)
{
	size_t lines = view_help_lines(app);
	size_t rows = (size_t)app->view_rows;

	app->help_top = add((uint32_t)app->help_top, n,
			    lines > rows ? (uint32_t)(lines - rows) : 0);
	app->dirty = true;
}

static void help_page(struct app *app, long n)
{
	help_along(app, n * MAX(1, app->view_rows - 1));
}

static void help_end(struct app *app, bool last)
{
	help_along(app, last ? HELP_ROWS_MAX : -HELP_ROWS_MAX);
}

/* -- dispatch -------------------------------------------------------------- */

static const struct mover movers[VIEWS] = {
	[VIEW_RATIO] = { chart_across, chart_along, chart_page, chart_end },
	[VIEW_TEXT] = { text_across, text_along, text_page, text_end },
	[VIEW_MAP] = { chart_across, map_along, map_page, chart_end },
	[VIEW_COMPARE] = { lanes_across, lanes_along, lanes_page, lanes_end },
	[VIEW_LIST] = { list_page, list_along, list_page, list_end },
	[VIEW_HELP] = { help_page, help_along, help_page, help_end },
};
static const struct mover pane_mover = { text_across, pane_along, pane_page,
					 text_end };

static const struct mover *mover(const struct app *app)
{
	if (app->view == VIEW_RATIO && app->focus == PANE_TEXT)
		return &pane_mover;
	return &movers[app->view];
}

static void left(struct app *app, const char *arg)
{
	(void)arg;
	mover(app)->across(app, -1);
}

static void right(struct app *app, const char *arg)
{
	(void)arg;
	mover(app)->across(app, 1);
}

static void up(struct app *app, const char *arg)
{
	(void)arg;
	mover(app)->along(app, -1);
}

static void down(struct app *app, const char *arg)
{
	(void)arg;
	mover(app)->along(app, 1);
}

static void page_up(struct app *app, const char *arg)
{
	(void)arg;
	mover(app)->page(app, -1);
}

static void page_down(struct app *app, const char *arg)
{
	(void)arg;
	mover(app)->page(app, 1);
}

static void first(struct app *app, const char *arg)
{
	(void)arg;
	mover(app)->end(app, false);
}

static void last(struct app *app, const char *arg)
{
	(void)arg;
	mover(app)->end(app, true);
}

/* -- tokens ---------------------------------------------------------------- */

static void token_by(struct app *app, long n)
{
	if (app->view == VIEW_COMPARE && !app->compare.seconds)
		compare_seek(app, MIN(app->compare.at, compare_end(app)) +
					  (double)n);
	else if (app->view == VIEW_COMPARE)
		compare_move(app, (double)n / AXIS_STEPS / PAGE_STEPS);
	else if (app->view != VIEW_TEXT &&
	    (app->view != VIEW_RATIO || app->focus != PANE_TEXT))
		seek_by(app, n);
	else
		text_across(app, n);
}

static void token_back(struct app *app, const char *arg)
{
	(void)arg;
	token_by(app, -1);
}

static void token_next(struct app *app, const char *arg)
{
	(void)arg;
	if (!app->demo || !demo_step(app))
		token_by(app, 1);
}

static void phrase_back(struct app *app, const char *arg)
{
	(void)arg;
	phrase_by(app, -1);
}

static void phrase_next(struct app *app, const char *arg)
{
	(void)arg;
	phrase_by(app, 1);
}

/* Digits, perhaps grouped: "9 750", "9750", "9_750". */
static void seek(struct app *app, const char *arg)
{
	uint64_t token = 0;

	for (const char *c = arg; *c; c++) {
		if (*c == ' ' || *c == '_')
			continue;
		if (*c < '0' || *c > '9') {
			app_complain(app, "\"%s\" is no token number", arg);
			return;
		}
		token = MIN(token * 10 + (uint64_t)(*c - '0'), UINT32_MAX);
	}
	app_seek(app, (uint32_t)token);
}

/* -- thresholds and changes of rate -----------------------------------------
 */

/* The nearest place in a direction. */
struct nearest {
	uint32_t from;
	bool back;
	uint32_t at; /* APP_NO_MARK: none */
	const char *rule, *what;
};

static void offer(struct nearest *n, uint32_t at, const char *rule,
		  const char *what)
{
	bool better;

	if (at == RULE_NEVER || (n->back ? at >= n->from : at <= n->from))
		return;
	better = n->at == APP_NO_MARK || (n->back ? at > n->at : at < n->at);
	if (!better)
		return;
	n->at = at;
	n->rule = rule;
	n->what = what;
}

/* Tokens up to what is looked at: the cursor in the text, else the playhead. */
static uint32_t here(const struct app *app)
{
	return app->view == VIEW_TEXT ? app->cursor + 1 : app->playhead;
}

static void go_to(struct app *app, uint32_t n_tokens)
{
	if (app->view == VIEW_TEXT && n_tokens > 0)
		app_set_cursor(app, n_tokens - 1);
	else
		app_seek(app, n_tokens);
}

static void go_to_threshold(struct app *app, bool back)
{
	struct nearest n = { here(app), back, APP_NO_MARK, "", "" };
	char number[NUM_BYTES];

	if (!app->run || !app->run->meter)
		return;
	for (size_t i = 0; i < RULE_ROWS; i++) {
		struct rule_verdict v = meter_rule(app->run->meter, i);

		offer(&n, v.at_token, rules[i]->name, "stops here");
		offer(&n, v.resumed_at, rules[i]->name,
		      i == RULE_GUARDIAN ? "sees new information again" :
					   "sees its signal end");
	}
	if (n.at == APP_NO_MARK) {
		app_say(app, "no threshold of any rule %s token %s",
			back ? "before" : "after",
			num_count(number, here(app)));
		return;
	}
	go_to(app, n.at);
	app_say(app, "token %s: %s %s", num_count(number, n.at), n.rule,
		n.what);
}

static void next_threshold(struct app *app, const char *arg)
{
	(void)arg;
	go_to_threshold(app, false);
}

static void prev_threshold(struct app *app, const char *arg)
{
	(void)arg;
	go_to_threshold(app, true);
}

/* Check k is under t where the check before it was not, or the reverse. */
static bool rate_changes(const struct guardian *g, size_t k)
{
	return k >= 2 && (guardian_gain(g, k) < g->opts.t) !=
				 (guardian_gain(g, k - 1) < g->opts.t);
}

static void go_to_change(struct app *app, bool back)
{
	const struct guardian *g;
	char number[NUM_BYTES];
	size_t k;

	if (!app->run || !app->run->meter)
		return;
	g = meter_guardian(app->run->meter);
	k = here(app) / g->opts.f;
	/* Backwards from inside a window: its own check counts. */
	if (back && here(app) % g->opts.f)
		k++;
	k = MIN(k, g->n + 1);
	do {
		k = back ? k - (k > 0) : k + 1;
	} while (k >= 1 && k <= g->n && !rate_changes(g, k));
	if (k < 1 || k > g->n) {
		app_say(app, "the gain does not cross t = %g bytes %s here",
			g->opts.t, back ? "before" : "after");
		return;
	}
	go_to(app, (uint32_t)(k * g->opts.f));
	app_say(app, "token %s: %.1f new bytes in %u tokens, before %.1f",
		num_count(number, k * g->opts.f), guardian_gain(g, k),
		g->opts.f, guardian_gain(g, k - 1));
}

static void next_change(struct app *app, const char *arg)
{
	(void)arg;
	go_to_change(app, false);
}

static void prev_change(struct app *app, const char *arg)
{
	(void)arg;
	go_to_change(app, true);
}

/* -- the source of a phrase --------------------------------------------------
 */

static void jump_back(struct app *app, const char *arg)
{
	uint32_t to = app->jumped_from;

	(void)arg;
	if (to == APP_NO_MARK) {
		app_say(app, "no jump to come back from");
		return;
	}
	app->jumped_from = app->jumped_to = APP_NO_MARK;
	app_set_cursor(app, to);
}

static void jump_source(struct app *app, const char *arg)
{
	char number[NUM_BYTES];
	uint32_t to;

	if (!app->run)
		return;
	if (app->jumped_to != APP_NO_MARK && app->jumped_to == app->cursor) {
		jump_back(app, arg);
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

/* -- the axis
 * ------------------------------------------------------------------ */

static void set_axis(struct app *app, int64_t from, int64_t span)
{
	int64_t n = app_n_tokens(app);

	app->dirty = true;
	if (span >= n) {
		app->axis_from = app->axis_to = 0;
		return;
	}
	from = MAX(0, MIN(from, n - span));
	app->axis_from = (uint32_t)from;
	app->axis_to = (uint32_t)(from + span);
}

/* The playhead keeps its place on the screen while the axis changes. */
static void zoom(struct app *app, double factor)
{
	uint32_t from, to;
	double span, part;

	if (app->view == VIEW_COMPARE) {
		compare_zoom(app, factor);
		return;
	}
	app_axis(app, &from, &to);
	if (from >= to)
		return;
	span = MAX(ZOOM_MIN_TOKENS, (double)(to - from) * factor);
	part = ((double)app->playhead - from) / (to - from);
	part = MIN(1, MAX(0, part));
	set_axis(app, (int64_t)(app->playhead - part * span), (int64_t)span);
}

static void zoom_in(struct app *app, const char *arg)
{
	(void)arg;
	zoom(app, 0.5);
}

static void zoom_out(struct app *app, const char *arg)
{
	(void)arg;
	zoom(app, 2);
}

static void zoom_all(struct app *app, const char *arg)
{
	(void)arg;
	if (app->view == VIEW_COMPARE)
		compare_zoom(app, 0);
	else
		app->axis_from = app->axis_to = 0;
	app->dirty = true;
}

static void pan(struct app *app, int direction)
{
	uint32_t from, to;

	if (app->view == VIEW_COMPARE) {
		compare_pan(app, direction / 4.0);
		return;
	}
	app_axis(app, &from, &to);
	set_axis(app, (int64_t)from + direction * (int64_t)(to - from) / 4,
		 (int64_t)to - from);
}

static void pan_left(struct app *app, const char *arg)
{
	(void)arg;
	pan(app, -1);
}

static void pan_right(struct app *app, const char *arg)
{
	(void)arg;
	pan(app, 1);
}

#define RUN_VIEWS   (IN_VIEW(VIEW_RATIO) | IN_VIEW(VIEW_TEXT))
#define CHART_VIEWS \
	(IN_VIEW(VIEW_RATIO) | IN_VIEW(VIEW_MAP) | IN_VIEW(VIEW_COMPARE))

static const struct action rows[] = {
	{ "left",
	  { K_LEFT, 'h' },
	  NULL,
	  ANYWHERE,
	  "move",
	  "back along the axis, the text or the pages",
	  left },
	{ "right",
	  { K_RIGHT, 'l' },
	  NULL,
	  ANYWHERE,
	  "+",
	  "forward along the axis, the text or the pages",
	  right },
	{ "up",
	  { K_UP, 'k', K_WHEEL_UP },
	  NULL,
	  ANYWHERE,
	  NULL,
	  "a line, a row, a phrase or a window of f tokens back",
	  up },
	{ "down",
	  { K_DOWN, 'j', K_WHEEL_DOWN },
	  NULL,
	  ANYWHERE,
	  NULL,
	  "a line, a row, a phrase or a window of f tokens on",
	  down },
	{ "page-up",
	  { K_PGUP, KEY_CTRL('U') },
	  NULL,
	  ANYWHERE,
	  NULL,
	  "a page, or a tenth of the axis back",
	  page_up },
	{ "page-down",
	  { K_PGDN, KEY_CTRL('D') },
	  NULL,
	  ANYWHERE,
	  NULL,
	  "a page, or a tenth of the axis on",
	  page_down },
	{ "first",
	  { 'g', K_HOME },
	  NULL,
	  ANYWHERE,
	  NULL,
	  "to the start",
	  first },
	{ "last",
	  { 'G', K_END },
	  NULL,
	  ANYWHERE,
	  NULL,
	  "to the end, and stay there while it grows",
	  last },
	{ "token-back",
	  { ',' },
	  NULL,
	  RUN_VIEWS | CHART_VIEWS,
	  NULL,
	  "one token back",
	  token_back },
	{ "token-next",
	  { '.' },
	  NULL,
	  RUN_VIEWS | CHART_VIEWS,
	  NULL,
	  "one token on",
	  token_next },
	{ "phrase-back",
	  { '(' },
	  NULL,
	  RUN_VIEWS,
	  NULL,
	  "the cursor to the phrase before",
	  phrase_back },
	{ "phrase-next",
	  { ')' },
	  NULL,
	  RUN_VIEWS,
	  NULL,
	  "the cursor to the next phrase",
	  phrase_next },
	{ "next-threshold",
	  { 'e' },
	  NULL,
	  RUN_VIEWS | IN_VIEW(VIEW_MAP),
	  "threshold",
	  "to the next place where a rule stops, or information resumes",
	  next_threshold },
	{ "prev-threshold",
	  { 'E' },
	  NULL,
	  RUN_VIEWS | IN_VIEW(VIEW_MAP),
	  "+",
	  "to the place before it",
	  prev_threshold },
	{ "next-change",
	  { 's' },
	  NULL,
	  RUN_VIEWS | IN_VIEW(VIEW_MAP),
	  NULL,
	  "to the next window whose gain crosses t",
	  next_change },
	{ "prev-change",
	  { 'S' },
	  NULL,
	  RUN_VIEWS | IN_VIEW(VIEW_MAP),
	  NULL,
	  "to the window before it",
	  prev_change },
	{ "jump-source",
	  { K_ENTER },
	  NULL,
	  RUN_VIEWS,
	  NULL,
	  "the cursor to where its phrase was copied from, and back",
	  jump_source },
	{ "jump-back",
	  { K_BACKSPACE },
	  NULL,
	  RUN_VIEWS,
	  NULL,
	  "back to where the jump began",
	  jump_back },
	{ "seek",
	  { K_NONE },
	  "TOKEN",
	  ANYWHERE,
	  NULL,
	  "the playhead to a token; :9750 does it too",
	  seek },
	{ "zoom-in",
	  { 'z' },
	  NULL,
	  CHART_VIEWS,
	  "zoom",
	  "half of the axis, around the playhead",
	  zoom_in },
	{ "zoom-out",
	  { 'Z' },
	  NULL,
	  CHART_VIEWS,
	  "+",
	  "twice as much of the axis",
	  zoom_out },
	{ "zoom-all",
	  { '0' },
	  NULL,
	  CHART_VIEWS,
	  NULL,
	  "the whole axis",
	  zoom_all },
	{ "pan-left",
	  { '{' },
	  NULL,
	  CHART_VIEWS,
	  NULL,
	  "the axis to the left, the playhead stays",
	  pan_left },
	{ "pan-right",
	  { '}' },
	  NULL,
	  CHART_VIEWS,
	  NULL,
	  "the axis to the right, the playhead stays",
	  pan_right },
};

const struct action_room room_move = { "Moving", rows, ARRAY_LEN(rows) };
