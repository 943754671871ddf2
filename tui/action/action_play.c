/* Playing: the playhead moves by itself. */
#include <math.h>
#include <stdlib.h>

#include "action/action.h"
#include "demo/demo.h"
#include "draw/num.h"
#include "view/compare.h"
#include "view/list.h"

#define SPEED_STEP  2.0
#define SPEED_LEAST (1.0 / 64)
#define SPEED_MOST  4096.0

static void say_pace(struct app *app)
{
	bool recorded = app->view == VIEW_COMPARE
				? app->compare.seconds
				: app->run && app->run->trace.time_us;

	if (app->pace == PACE_PLAY)
		app_say(app, "playing at %g times %s", app->speed,
			recorded ? "the recorded pace"
			: app->view == VIEW_COMPARE
				? "50 tokens a second"
				: "50 tokens a second (no times in the "
				  "trace: a made-up pace)");
	else
		app_say(app, app->pace == PACE_FOLLOW ? "following the end"
						      : "paused");
}

static void pause_or_play(struct app *app, const char *arg)
{
	(void)arg;
	if (app->demo && demo_toggle(app))
		return;
	if (app->view == VIEW_COMPARE) {
		compare_play(app);
		app->moved = true;
		say_pace(app);
		return;
	}
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

static void follow(struct app *app, const char *arg)
{
	(void)arg;
	if (app->view == VIEW_LIST) {
		list_select(app, deck_n(app->deck) - 1);
		return;
	}
	if (app->view == VIEW_COMPARE) {
		compare_seek(app, INFINITY);
		say_pace(app);
		return;
	}
	if (newer_waits(app) && !app_open(app, deck_n(app->deck) - 1))
		return;
	app_seek(app, UINT32_MAX);
	app->pace = PACE_FOLLOW;
	app->moved = false;
	say_pace(app);
}

static void set_speed(struct app *app, double speed)
{
	app->speed = MIN(MAX(speed, SPEED_LEAST), SPEED_MOST);
	app->set.show.speed = app->speed;
	if (app->demo)
		app_say(app, "%g tokens a second",
			DEMO_TOKENS_PER_S * app->speed);
	else
		app_say(app, "speed %g times", app->speed);
}

static void slower(struct app *app, const char *arg)
{
	(void)arg;
	set_speed(app, app->speed / SPEED_STEP);
}

static void faster(struct app *app, const char *arg)
{
	(void)arg;
	set_speed(app, app->speed * SPEED_STEP);
}

#define RUN_VIEWS \
	(IN_VIEW(VIEW_RATIO) | IN_VIEW(VIEW_TEXT) | IN_VIEW(VIEW_MAP) | \
	 IN_VIEW(VIEW_COMPARE))

static const struct action rows[] = {
	{ "pause",
	  { K_SPACE },
	  NULL,
	  RUN_VIEWS,
	  "play",
	  "play and pause; at the end, play from the start",
	  pause_or_play },
	{ "slower", { '[' }, NULL, RUN_VIEWS, NULL, "half as fast", slower },
	{ "faster", { ']' }, NULL, RUN_VIEWS, NULL, "twice as fast", faster },
	{ "follow",
	  { 'F' },
	  NULL,
	  RUN_VIEWS | IN_VIEW(VIEW_LIST),
	  NULL,
	  "stick to the end of what is read; again: to the newest generation",
	  follow },
};

const struct action_room room_play = { "Playing", rows, ARRAY_LEN(rows) };
