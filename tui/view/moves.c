/*
 * Moving along the open run: the playhead over a chart, the cursor in a text,
 * the visible part of the axis. Views that show a run put these into their
 * rows, so that keys mean the same in all of them.
 */
#include "view/moves.h"

#include <math.h>

#include "app/phrase.h"
#include "base/num.h"
#include "view/list.h"
#include "view/now.h"
#include "view/text_pane.h"

enum {
	AXIS_STEPS = 100, /* a step of the playhead: so much of the axis */
	PAGE_STEPS = 10,
	ZOOM_MIN_TOKENS = 20,
	PAN_PARTS = 4,
	ZOOM_STEPS = 30, /* 2^30 tokens in, or out, are enough */
};

uint32_t moved_by(uint32_t at, int64_t n, uint32_t max)
{
	int64_t to = (int64_t)at + n;

	return (uint32_t)MIN(MAX(to, 0), (int64_t)max);
}

bool has_source(const struct app *app)
{
	return deck_n_sources(app->deck) > 0;
}

void enter_run(struct app *app, bool home)
{
	(void)home;
	list_open_selected(app);
}

/* --- the playhead ------------------------------------------------------- */

void playhead_token(struct app *app, int n)
{
	app_seek(app, moved_by(app->playhead, n, app_n_tokens(app)));
}

static int axis_part(const struct app *app, uint32_t parts)
{
	uint32_t from, to;

	app_axis(app, &from, &to);
	return (int)MIN(MAX(1, (to - from) / parts), INT32_MAX);
}

void playhead_across(struct app *app, int n)
{
	playhead_token(app, n * axis_part(app, AXIS_STEPS));
}

void playhead_along(struct app *app, int n)
{
	playhead_token(app, n * (int)app->set.meter.rule.f);
}

void playhead_page(struct app *app, int n)
{
	playhead_token(app, n * axis_part(app, PAGE_STEPS));
}

void playhead_end(struct app *app, int n)
{
	app_seek(app, n > 0 ? UINT32_MAX : 1);
	if (n > 0)
		app->pace = PACE_FOLLOW;
}

static void say_pace(struct app *app)
{
	app_say_pace(app, app->run && app->run->trace.time_us,
		     "50 tokens a second (no times in the trace: a made-up "
		     "pace)");
}

void playhead_play(struct app *app, int n)
{
	(void)n;
	if (app->pace == PACE_PLAY) {
		app->pace = PACE_PAUSED;
	} else {
		/* At the end there is nothing to play: from the start. */
		if (app->playhead >= app_n_tokens(app))
			app_seek(app, 0);
		app->pace = PACE_PLAY;
	}
	app->moved = true;
	say_pace(app);
}

/* Nothing more comes here, and the newest generation is another one. */
static bool newer_waits(const struct app *app)
{
	size_t n = deck_n(app->deck), opened = deck_opened(app->deck);

	return n > 1 && opened != n - 1 && deck_run_complete(app->deck) &&
	       app->pace == PACE_FOLLOW;
}

void playhead_follow(struct app *app, int n)
{
	(void)n;
	if (newer_waits(app) && !app_open(app, deck_n(app->deck) - 1))
		return;
	app_seek(app, UINT32_MAX);
	app->pace = PACE_FOLLOW;
	app->moved = false;
	say_pace(app);
}

/* --- the cursor --------------------------------------------------------- */

void cursor_token(struct app *app, int n)
{
	app_set_cursor(app, moved_by(app->cursor, n, UINT32_MAX - 1));
}

void cursor_end(struct app *app, int n)
{
	app_set_cursor(app, n > 0 ? UINT32_MAX - 1 : 0);
	if (n > 0)
		app->pace = PACE_FOLLOW;
}

void cursor_phrase(struct app *app, int n)
{
	struct phrase p;

	if (!app->run ||
	    !phrase_at_token(app->run, text_shown(app), app->cursor, &p))
		return;
	if (n < 0 && p.token < app->cursor)
		n++; /* first to the start of this one */
	if (phrase_get(app->run, text_shown(app),
		       moved_by(p.i_phrase, n, UINT32_MAX - 1), &p))
		app_set_cursor(app, p.token);
}

/* --- thresholds and changes of rate ------------------------------------- */

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

/* Tokens up to what is looked at. */
static uint32_t here(const struct app *app)
{
	return app->view->is & AT_CURSOR ? app->cursor + 1 : app->playhead;
}

static void go_to(struct app *app, uint32_t n_tokens)
{
	if (app->view->is & AT_CURSOR && n_tokens > 0)
		app_set_cursor(app, n_tokens - 1);
	else
		app_seek(app, n_tokens);
}

/* Of rules[from..to). */
static void go_to_stop(struct app *app, int count, size_t from, size_t to,
		       const char *whose)
{
	bool back = count < 0;
	struct nearest n = { here(app), back, APP_NO_MARK, "", "" };
	char number[NUM_BYTES];

	if (!app->run || !app->run->meter)
		return;
	for (size_t i = from; i < to; i++) {
		struct rule_stop stops[NOW_STOPS];
		size_t n_stops = meter_stops_at(app->run->meter, i,
						app_n_tokens(app), stops,
						NOW_STOPS);

		for (size_t k = 0; k < MIN(n_stops, (size_t)NOW_STOPS); k++) {
			offer(&n, stops[k].at_token, rules[i]->name,
			      k ? "stops again here" : "stops here");
			offer(&n, stops[k].resumed_at, "after a stop",
			      "new text came back");
		}
	}
	if (n.at == APP_NO_MARK) {
		app_say(app, "no threshold of %s %s token %s", whose,
			back ? "before" : "after",
			num_count(number, here(app)));
		return;
	}
	go_to(app, n.at);
	app_say(app, "token %s: %s %s", num_count(number, n.at), n.rule,
		n.what);
}

void here_threshold(struct app *app, int n)
{
	go_to_stop(app, n, RULE_GUARDIAN, RULE_GUARDIAN + 1, "Lil's rule");
}

void here_rival(struct app *app, int n)
{
	go_to_stop(app, n, RULE_GUARDIAN + 1, RULE_ROWS, "another rule");
}

/* Check k is under t where the check before it was not, or the reverse. */
static bool rate_changes(const struct guardian *g, size_t k)
{
	return k >= 2 && (guardian_gain(g, k) < g->opts.t) !=
				 (guardian_gain(g, k - 1) < g->opts.t);
}

void here_change(struct app *app, int n)
{
	bool back = n < 0;
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

/* --- the axis ----------------------------------------------------------- */

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
void axis_zoom(struct app *app, int n)
{
	uint32_t from, to;
	double span, part;

	app->dirty = true;
	app_axis(app, &from, &to);
	if (n == 0)
		app->axis_from = app->axis_to = 0;
	if (n == 0 || from >= to)
		return;
	n = MAX(-ZOOM_STEPS, MIN(n, ZOOM_STEPS));
	span = MAX(ZOOM_MIN_TOKENS, (double)(to - from) * pow(0.5, n));
	part = ((double)app->playhead - from) / (to - from);
	part = MIN(1, MAX(0, part));
	set_axis(app, (int64_t)(app->playhead - part * span), (int64_t)span);
}

void axis_pan(struct app *app, int n)
{
	uint32_t from, to;

	app_axis(app, &from, &to);
	set_axis(app,
		 (int64_t)from + n * (int64_t)(to - from) / PAN_PARTS,
		 (int64_t)to - from);
}
