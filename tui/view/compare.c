/* Runs side by side: which ones, and moving and playing on their axis. */
#include "view/compare.h"

#include <math.h>

#include "view/beside.h"
#include "view/list.h"
#include "view/views.h"

/* In tokens every run goes at one pace, so that they stay side by side. */
#define TOKENS_PER_S 50.0
#define FRAME_S	     (1.0 / 30)
#define ZOOM_PARTS   1000 /* the axis is never cut in more parts */

struct compare *compare_of(const struct app *app)
{
	return view_state(app, &view_compare);
}

/* --- which runs --------------------------------------------------------- */

static void take(struct compare *c, size_t entry)
{
	if (c->n < COMPARE_RUNS_MAX)
		c->runs[c->n++] = entry;
	else
		c->n_more++;
}

static void take_marked(struct app *app)
{
	for (size_t i = 0; i < deck_n(app->deck); i++)
		if (list_is_marked(app, i))
			take(compare_of(app), i);
}

/* The runs of an entry's source that have its prompt. */
static void take_like(struct app *app, size_t like)
{
	const struct run *run = deck_kept(app->deck, like);
	uint32_t i_source = deck_entry(app->deck, like)->own.i_source;

	for (size_t i = 0; run && i < deck_n(app->deck); i++) {
		const struct run *other = deck_kept(app->deck, i);

		if (other &&
		    deck_entry(app->deck, i)->own.i_source == i_source &&
		    (i == like || (run->trace.prompt.len > 0 &&
				   beside_is_same(app, like, i))))
			take(compare_of(app), i);
	}
}

/* In the order of the list. */
static size_t neighbour(const struct app *app, size_t entry)
{
	const struct list *l = list_of(app);
	size_t at = 0;

	while (at < l->n && l->order[at] != entry)
		at++;
	if (at + 1 < l->n)
		return l->order[at + 1];
	return at && at < l->n ? l->order[at - 1] : DECK_NONE;
}

static size_t open_entry(const struct app *app)
{
	size_t entry = deck_opened(app->deck);

	return entry == DECK_NONE ? list_selected(app) : entry;
}

static void choose(struct app *app)
{
	struct compare *c = compare_of(app);
	size_t n = deck_n(app->deck), entry = open_entry(app), next;

	c->n = c->n_more = 0;
	if (c->newest && n) {
		take_like(app, n - 1);
		return;
	}
	if (list_n_marked(app) > 1) {
		take_marked(app);
		return;
	}
	if (entry == DECK_NONE || entry >= n)
		return;
	take_like(app, entry);
	if (c->n > 1)
		return;
	c->n = 0;
	take(c, entry);
	next = neighbour(app, entry);
	if (next != DECK_NONE)
		take(c, next);
}

/* What the choice hangs on, in one number. */
static uint64_t choice_of(const struct app *app)
{
	const struct compare *c = compare_of(app);
	uint64_t hash = 0;

	hash = hash * 1000003 + deck_n(app->deck);
	hash = hash * 1000003 + open_entry(app);
	hash = hash * 1000003 + list_n_marked(app);
	hash = hash * 1000003 + list_of(app)->n;
	return hash * 2 + c->newest;
}

static uint64_t tokens_of_all(const struct app *app)
{
	const struct compare *c = compare_of(app);
	uint64_t sum = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct run *run = compare_run(app, i);

		if (run)
			sum += run_n_measured(run) + 1 + run->ended +
			       run->trace.n_turns;
	}
	return sum;
}

bool compare_sync(struct app *app)
{
	struct compare *c = compare_of(app);
	uint64_t choice, tokens;
	bool more = false;

	if (app->view != &view_compare) {
		if (view_below(app) != &view_compare)
			deck_beside(app->deck, NULL, 0);
		return false;
	}
	list_sync(app);
	choice = choice_of(app);
	if (choice != c->choice) {
		c->choice = choice;
		choose(app);
		c->lane = MIN(c->lane, c->n ? c->n - 1 : 0);
		app->dirty = more = true;
	}
	deck_beside(app->deck, c->runs, c->n);
	tokens = tokens_of_all(app);
	if (tokens != c->seen_tokens)
		app->dirty = true;
	c->seen_tokens = tokens;
	return more;
}

const struct run *compare_run(const struct app *app, size_t i)
{
	const struct compare *c = compare_of(app);

	return app->deck ? deck_kept(app->deck, c->runs[i]) : NULL;
}

/* --- the axis ----------------------------------------------------------- */

double compare_time_s(const struct trace *t, uint32_t n)
{
	return !t->time_us ? NAN : n ? trace_since_start_s(t, n - 1) : 0;
}

/* Tokens that had come at a time; times rise. */
static uint32_t tokens_at_s(const struct trace *t, uint32_t n, double at)
{
	uint32_t low = 0, high = n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (trace_since_start_s(t, mid) <= at)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

uint32_t compare_tokens_at(const struct app *app, const struct run *run,
			   double at)
{
	const struct compare *c = compare_of(app);
	uint32_t n = run_n_measured(run);

	if (!(at > 0))
		return 0;
	if (!c->seconds)
		return at < n ? (uint32_t)at : n;
	return run->trace.time_us ? tokens_at_s(&run->trace, n, at)
	       : isinf(at)	  ? n
				  : 0;
}

uint32_t compare_n(const struct app *app, const struct run *run)
{
	const struct compare *c = compare_of(app);

	return compare_tokens_at(app, run, c->at);
}

double compare_end(const struct app *app)
{
	const struct compare *c = compare_of(app);
	double end = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct run *run = compare_run(app, i);
		double here = 0;

		if (run && c->seconds)
			here = compare_time_s(&run->trace, run->trace.n_tokens);
		else if (run)
			here = run->trace.n_tokens;
		end = here > end ? here : end;
	}
	return end;
}

void compare_axis(const struct app *app, double *from, double *to)
{
	const struct compare *c = compare_of(app);
	double end = compare_end(app);

	*from = MIN(c->from, end);
	*to = c->to > 0 ? MIN(c->to, end) : end;
	if (*from >= *to) {
		*from = 0;
		*to = end;
	}
}

static double place(const struct app *app)
{
	const struct compare *c = compare_of(app);

	return MIN(c->at, compare_end(app));
}

/* --- actions ------------------------------------------------------------ */

/* The open run's playhead is where it begins. */
void compare_enter(struct app *app, bool newest)
{
	struct compare *c = compare_of(app);
	uint32_t n = app->playhead;

	*c = (struct compare){ .newest = newest,
			       .seconds = c->seconds,
			       .curve = c->curve,
			       .waiting = c->waiting,
			       .at = INFINITY };
	if (app->pace != PACE_FOLLOW && app->run && !newest)
		c->at = c->seconds ? compare_time_s(&app->run->trace, n) : n;
	if (isnan(c->at))
		c->at = INFINITY;
	list_open_selected(app);
	compare_sync(app);
}

void compare_open(struct app *app)
{
	view_enter(app, &view_compare, false);
}

void compare_follow(struct app *app)
{
	view_enter(app, &view_compare, true);
}

/* The other views are where this one is, as far as the open run goes. */
static void lead_playhead(struct app *app)
{
	if (!app->run || app->pace == PACE_FOLLOW)
		return;
	app->wanted = compare_n(app, app->run);
	app->wanted_cursor = app->wanted ? app->wanted - 1 : 0;
	app->moved = true;
}

void compare_seek(struct app *app, double at)
{
	struct compare *c = compare_of(app);
	double end = compare_end(app);

	c->at = at >= end ? INFINITY : MAX(at, 0);
	if (app->pace == PACE_FOLLOW || isinf(c->at))
		app->pace = isinf(c->at) ? PACE_FOLLOW : PACE_PAUSED;
	if (c->to > 0 && (place(app) < c->from || place(app) > c->to)) {
		double span = c->to - c->from;

		c->from = MAX(0, MIN(place(app) - span / 2, end - span));
		c->to = c->from + span;
	}
	lead_playhead(app);
	app->dirty = true;
}

void compare_move(struct app *app, double parts)
{
	struct compare *c = compare_of(app);
	double from, to, step;

	compare_axis(app, &from, &to);
	step = (to - from) * parts;
	if (!c->seconds && fabs(step) < 1)
		step = parts < 0 ? -1 : 1;
	compare_seek(app, place(app) + step);
}

void compare_zoom(struct app *app, double factor)
{
	struct compare *c = compare_of(app);
	double from, to, span, part, end = compare_end(app);

	compare_axis(app, &from, &to);
	app->dirty = true;
	span = MAX((to - from) * factor, end / ZOOM_PARTS);
	if (factor <= 0 || span >= end || from >= to) {
		c->from = c->to = 0;
		return;
	}
	part = MIN(1, MAX(0, (place(app) - from) / (to - from)));
	c->from = MAX(0, MIN(place(app) - part * span, end - span));
	c->to = c->from + span;
}

void compare_pan(struct app *app, double parts)
{
	struct compare *c = compare_of(app);
	double span = c->to - c->from, end = compare_end(app);

	if (c->to <= 0)
		return; /* all is seen */
	c->from = MAX(0, MIN(c->from + parts * span, end - span));
	c->to = c->from + span;
	app->dirty = true;
}

void compare_lane(struct app *app, long n)
{
	struct compare *c = compare_of(app);
	int64_t to = (int64_t)c->lane + n;

	c->lane = c->n ? (size_t)MIN(MAX(to, 0), (int64_t)c->n - 1) : 0;
	app->dirty = true;
}

bool compare_open_lane(struct app *app)
{
	const struct compare *c = compare_of(app);

	return c->lane < c->n &&
	       (c->runs[c->lane] == deck_opened(app->deck) ||
		app_open(app, c->runs[c->lane]));
}

/* The place goes along with the run of the lane. */
void compare_unit(struct app *app)
{
	struct compare *c = compare_of(app);
	const struct run *run =
		c->lane < c->n ? compare_run(app, c->lane) : NULL;
	uint32_t n = run ? compare_n(app, run) : 0;
	double at = INFINITY;

	c->seconds = !c->seconds;
	c->from = c->to = 0;
	if (!isinf(c->at) && run)
		at = c->seconds ? compare_time_s(&run->trace, n) : n;
	c->at = isnan(at) ? INFINITY : at;
	app->dirty = true;
}

/* --- playing ------------------------------------------------------------ */

void compare_play(struct app *app)
{
	struct compare *c = compare_of(app);

	if (app->pace == PACE_PLAY) {
		app->pace = PACE_PAUSED;
		lead_playhead(app);
	} else {
		/* At the end there is nothing to play: from the start. */
		c->at = place(app);
		if (c->at >= compare_end(app))
			c->at = 0;
		app->pace = PACE_PLAY;
	}
	app->dirty = true;
}

static bool all_ended(const struct app *app)
{
	const struct compare *c = compare_of(app);

	for (size_t i = 0; i < c->n; i++) {
		const struct run *run = compare_run(app, i);

		if (!run || !run->ended)
			return false;
	}
	return true;
}

void compare_tick(struct app *app, double seconds)
{
	struct compare *c = compare_of(app);
	double end = compare_end(app);

	if (app->pace != PACE_PLAY)
		return;
	c->at = place(app) +
		seconds * app->speed * (c->seconds ? 1 : TOKENS_PER_S);
	if (c->at >= end) {
		c->at = end;
		if (all_ended(app)) {
			c->at = INFINITY;
			app->pace = PACE_PAUSED;
		}
	}
	lead_playhead(app);
	app->dirty = true;
}

double compare_next_tick(const struct app *app)
{
	const struct compare *c = compare_of(app);

	return app->pace == PACE_PLAY && c->at < compare_end(app)
		       ? FRAME_S
		       : -1;
}
