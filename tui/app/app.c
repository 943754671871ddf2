/* The state of the program: what is open, where we are in it, how time moves
 * it. Views and actions stand above it and reach it through its functions. */
#include "app/app.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app/recording.h"
#include "app/session.h"
#include "app/view.h"
#include "base/buf.h"
#include "base/num.h"
#include "draw/prompt.h"

#define QUIET_S 2.0 /* without a token: it is waited for */

/* Tokens a second where the trace has no times: the pace is made up, and
 * the screen says so. */
#define SYNTHETIC_TOKENS_PER_S 50.0
/* A pause in the recording is waited for at most so long. */
#define LONGEST_WAIT_S 2.0

static void forget_positions(struct app *app)
{
	app->playhead = app->wanted = 0;
	app->cursor = app->wanted_cursor = 0;
	app->pace = PACE_FOLLOW;
	app->play_credit = 0;
	app->axis_from = app->axis_to = 0;
	app->n_placed++;
	app->jumped_from = app->jumped_to = APP_NO_MARK;
	app->moved = false;
	app->fresh = true;
	search_forget(app);
	view_states_forget(app);
	memset(&app->latency, 0, sizeof(app->latency));
	for (int i = 0; i < APP_MARKS; i++)
		app->marks[i] = APP_NO_MARK;
}

/* The rule that counts runs, unless all but Guardian are off. */
static void choose_stop(struct app *app)
{
	struct meter_opts *o = &app->set.meter;

	o->i_stop = o->rules ? (uint32_t)settings_rule(&app->set) :
			       RULE_GUARDIAN;
	if (o->rules)
		o->rules |= RULE_BIT(o->i_stop);
}

void app_init(struct app *app, const struct settings *set)
{
	*app = (struct app){ .set = *set, .speed = set->show.speed };
	app->view = app->last_view = views[0];
	view_states_init(app);
	app->view_rows = app->view_cols = 1;
	app->explain_rows = app->explain_cols = 1;
	app->prompt = prompt_new();
	choose_stop(app);
	app->deck = deck_new(&app->set.meter);
	deck_set_format(app->deck, set->read.format, set->read.field);
	deck_set_threads(app->deck, set->report.jobs);
	/* what is written down must be there until it is */
	deck_set_keep(app->deck, set->show.record[0] ? UINT64_MAX :
		      (uint64_t)set->show.keep_memory_mib << 20,
		      (uint64_t)set->show.keep_disk_mib << 20);
	forget_positions(app);
	app->dirty = true;
}

void app_release(struct app *app)
{
	recording_end(app);
	deck_free(app->deck);
	prompt_free(app->prompt);
	mem_free(app->tour);
	search_release(app);
	view_states_release(app);
	buf_release(&app->shots.copy);
	buf_release(&app->notes.text);
	*app = (struct app){ 0 };
}

static void say(struct app *app, bool is_error, const char *fmt, va_list ap)
{
	vsnprintf(app->message, sizeof(app->message), fmt, ap);
	app->message_is_error = is_error;
	app->dirty = true;
}

void app_say(struct app *app, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(app, false, fmt, ap);
	va_end(ap);
}

void app_complain(struct app *app, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(app, true, fmt, ap);
	va_end(ap);
}

void app_say_pace(struct app *app, bool recorded, const char *pace)
{
	if (app->pace == PACE_PLAY)
		app_say(app, "playing at %g times %s", app->speed,
			recorded ? "the recorded pace" : pace);
	else
		app_say(app, app->pace == PACE_FOLLOW ? "following the end"
						      : "paused");
}

uint32_t app_n_tokens(const struct app *app)
{
	return app->run ? run_n_measured(app->run) : 0;
}

bool app_open(struct app *app, size_t i)
{
	struct err err = { "" };
	struct run *run;

	session_save(app);
	run = deck_open(app->deck, i, &err);

	app->run = run;
	app->dirty = true;
	forget_positions(app);
	if (!run)
		app_complain(app, "%s",
			     err.text[0] ? err.text : "can't be opened");
	return run != NULL;
}

/* The places that were asked for, as far as they are measured now. */
static void clip_positions(struct app *app)
{
	uint32_t n = app_n_tokens(app);
	uint32_t playhead = app->pace == PACE_FOLLOW ? n : MIN(app->wanted, n);
	uint32_t cursor = app->pace == PACE_FOLLOW && !app->moved
				  ? UINT32_MAX
				  : app->wanted_cursor;

	cursor = playhead ? MIN(cursor, playhead - 1) : 0;
	if (playhead != app->playhead || cursor != app->cursor)
		app->dirty = true;
	app->playhead = playhead;
	app->cursor = cursor;
	if (app->run)
		latency_upto(&app->latency, &app->run->trace, playhead);
}

/* A zoomed axis moves along, so that the playhead stays in it. */
static void show_playhead(struct app *app)
{
	uint32_t n = app_n_tokens(app), span;

	if (!app->axis_to ||
	    (app->playhead >= app->axis_from && app->playhead <= app->axis_to))
		return;
	span = MIN(app->axis_to - app->axis_from, n);
	app->axis_from =
		app->playhead > span / 2 ? app->playhead - span / 2 : 0;
	app->axis_from = MIN(app->axis_from, n - span);
	app->axis_to = app->axis_from + span;
}

/* The deck's own sentence about broken input, once. */
static void tell_trouble(struct app *app)
{
	const char *trouble = deck_trouble(app->deck);
	size_t skipped = deck_skipped(app->deck);

	if (!trouble[0] || strcmp(trouble, app->said.trouble) == 0)
		return;
	snprintf(app->said.trouble, sizeof(app->said.trouble), "%s", trouble);
	if (skipped > 1)
		app_complain(app, "%s (and %zu more)", trouble, skipped - 1);
	else
		app_complain(app, "%s", trouble);
}

/* What folders hold besides, once all is read. */
static void tell_passed(struct app *app)
{
	const char *why;
	size_t n = deck_passed(app->deck, &why);

	if (n == app->said.n_passed || !deck_complete(app->deck))
		return;
	app->said.n_passed = n;
	app_say(app, "%zu file%s hold%s nothing that can be read; the first: "
		     "%s", n, n == 1 ? "" : "s", n == 1 ? "s" : "", why);
}

bool app_sync(struct app *app)
{
	struct run *run = deck_run(app->deck);
	bool more = false;

	if (run != app->run) {
		app->run = run;
		app->dirty = true;
		view_states_forget(app);
	}
	clip_positions(app);
	for (size_t i = 0; i < n_views; i++)
		if (views[i]->sync)
			more = views[i]->sync(app) || more;
	tell_trouble(app);
	tell_passed(app);
	return more;
}

/* --- playing ------------------------------------------------------------ */

/* Seconds between token i - 1 and token i in the recording. */
static double token_wait(const struct app *app, uint32_t i)
{
	const struct trace *t = &app->run->trace;

	if (!t->time_us || i == 0)
		return 1.0 / SYNTHETIC_TOKENS_PER_S;
	if (t->time_us[i] <= t->time_us[i - 1])
		return 0;
	return MIN(LONGEST_WAIT_S, (t->time_us[i] - t->time_us[i - 1]) / 1e6);
}

bool app_is_live(const struct app *app)
{
	return app->run && app->pace == PACE_FOLLOW &&
	       !deck_run_complete(app->deck) &&
	       deck_run_is_live(app->deck);
}

bool app_put_progress(const struct app *app, bool left, char *out, size_t size)
{
	const struct deck *d = app->deck;
	double part = deck_progress(d), left_s = deck_left_s(d);
	char number[NUM_BYTES];
	int n;

	if (deck_complete(d) || !deck_n(d) || !(part > 0))
		return false;
	n = snprintf(out, size, "%s %d %%",
		     deck_index_complete(d) ? "measuring" : "reading",
		     (int)(100 * part));
	if (left && isfinite(left_s))
		snprintf(out + n, size - (size_t)n, ", %s left",
			 num_left(number, left_s));
	return true;
}

bool app_is_waiting(const struct app *app)
{
	return app_is_live(app) && app->quiet.s >= QUIET_S;
}

/* The screen says so once, and then is as idle as the source. */
static void count_quiet(struct app *app, double seconds)
{
	bool was = app_is_waiting(app);
	uint32_t n = app_n_tokens(app);

	app->quiet.s = n == app->quiet.n_tokens ? app->quiet.s + seconds : 0;
	app->quiet.n_tokens = n;
	if (app_is_waiting(app) == was)
		return;
	app->quiet.since = time(NULL) - (time_t)app->quiet.s;
	app->dirty = true;
}

double app_beat_s(const struct app *app)
{
	return app->view->beat ? app->view->beat(app) : -1;
}

/* Time alone changes what a view of streams shows: ages, who waits. */
static void count_beat(struct app *app, double seconds)
{
	double beat = app_beat_s(app);

	app->beat_s += seconds;
	if (beat < 0 || app->beat_s < beat)
		return;
	app->beat_s = 0;
	app->dirty = true;
}

void app_tick(struct app *app, double seconds)
{
	uint32_t n = app_n_tokens(app);

	count_beat(app, seconds);

	count_quiet(app, seconds);
	if (app->view->tick)
		app->view->tick(app, seconds);
	if (app->pace != PACE_PLAY || !app->run || app->view->tick)
		return;
	app->play_credit += seconds * app->speed;
	while (app->wanted < n) {
		double wait = token_wait(app, app->wanted);

		if (wait > app->play_credit)
			break;
		app->play_credit -= wait;
		app->wanted++;
	}
	app->wanted_cursor = app->wanted ? app->wanted - 1 : 0;
	clip_positions(app);
	show_playhead(app);
	if (app->wanted < n)
		return;
	app->play_credit = 0;
	if (deck_run_complete(app->deck)) {
		app->pace = PACE_PAUSED;
		app->dirty = true;
	}
}

/* Seconds until the playhead moves by itself; < 0: never. */
static double next_move(const struct app *app)
{
	double wait;

	if (app->view->next_tick)
		return app->view->next_tick(app);
	if (app->pace != PACE_PLAY || !app->run ||
	    app->wanted >= app_n_tokens(app))
		return -1;
	wait = token_wait(app, app->wanted) - app->play_credit;
	return MAX(0, wait) / app->speed;
}

double app_next_tick(const struct app *app)
{
	double move = next_move(app);
	double quiet = app_is_live(app) && !app_is_waiting(app) ?
			       QUIET_S - app->quiet.s :
			       -1;

	if (move < 0 || (quiet >= 0 && quiet < move))
		move = quiet;
	if (app_beat_s(app) < 0)
		return move;
	quiet = MAX(app_beat_s(app) - app->beat_s, 0);
	return move < 0 ? quiet : MIN(move, quiet);
}

/* --- changes ------------------------------------------------------------ */

void app_retune(struct app *app)
{
	choose_stop(app);
	deck_set_opts(app->deck, &app->set.meter);
	clip_positions(app); /* nothing is read of what is made anew */
	app->dirty = true;
}

void app_seek(struct app *app, uint32_t playhead)
{
	uint32_t n = app_n_tokens(app);

	app->wanted = MIN(playhead, n);
	app->wanted_cursor = app->wanted ? app->wanted - 1 : 0;
	if (app->pace == PACE_FOLLOW)
		app->pace = PACE_PAUSED;
	app->play_credit = 0;
	app->n_placed++;
	app->moved = app->dirty = true;
	clip_positions(app);
	show_playhead(app);
}

void app_set_cursor(struct app *app, uint32_t token)
{
	uint32_t n = app_n_tokens(app);

	if (n == 0)
		return;
	token = MIN(token, n - 1);
	if (token >= app->playhead)
		app_seek(app, token + 1);
	app->wanted_cursor = token;
	app->n_placed++;
	app->moved = app->dirty = true;
	clip_positions(app);
}

void app_axis(const struct app *app, uint32_t *from, uint32_t *to)
{
	uint32_t n = app->run ? app->run->trace.n_tokens : 0;

	*from = MIN(app->axis_from, n);
	*to = app->axis_to ? MIN(app->axis_to, n) : n;
	if (*from >= *to)
		*from = 0, *to = n;
}
