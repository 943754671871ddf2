/* Playing: the playhead moves by itself. */
#include "action/action.h"
#include "demo/demo.h"

#define SPEED_STEP  2.0
#define SPEED_LEAST (1.0 / 64)
#define SPEED_MOST  4096.0

/* At the end of a demo it is the decoder that is held and let go. */
static void pause_or_play(struct app *app)
{
	if (!app->demo || !demo_toggle(app))
		view_move(app, MOVE_PLAY, 1);
}

static void speed(struct app *app, int n)
{
	double to = n > 0 ? app->speed * SPEED_STEP : app->speed / SPEED_STEP;

	app->speed = MIN(MAX(to, SPEED_LEAST), SPEED_MOST);
	app->set.show.speed = app->speed;
	if (app->demo)
		app_say(app, "%g tokens a second",
			DEMO_TOKENS_PER_S * app->speed);
	else
		app_say(app, "speed %g times", app->speed);
}

static const struct action rows[] = {
	{ .name = "pause", .keys = { K_SPACE }, .fits = HAS_MOVE(MOVE_PLAY),
	  .hint = "play",
	  .about = "play and pause; at the end, play from the start",
	  .run = pause_or_play },
	{ .name = "slower", .keys = { '[' }, .fits = HAS_MOVE(MOVE_PLAY),
	  .about = "half as fast",
	  .by = speed, .n = -1 },
	{ .name = "faster", .keys = { ']' }, .fits = HAS_MOVE(MOVE_PLAY),
	  .about = "twice as fast",
	  .by = speed, .n = 1 },
	{ .name = "follow", .keys = { 'F' },
	  .about = "stick to the end of what is read; again: to the newest "
		   "generation",
	  .move = MOVE_FOLLOW, .n = 1 },
};

const struct action_room room_play = { .title = "Playing", .rows = rows,
				       .n = ARRAY_LEN(rows) };
