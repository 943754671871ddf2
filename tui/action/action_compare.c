/* Comparing runs: unit and curve of the lanes. Moving is in action_move.c. */
#include "action/action.h"
#include "view/compare.h"

static void compare(struct app *app, const char *arg)
{
	(void)arg;
	compare_open(app);
}

static void unit(struct app *app, const char *arg)
{
	(void)arg;
	compare_unit(app);
	app_say(app, app->compare.seconds
			     ? "the axis is seconds since each run's request"
			     : "the axis is tokens of the output");
}

static void curve(struct app *app, const char *arg)
{
	(void)arg;
	app->compare.size = !app->compare.size;
	app_say(app, app->compare.size
			     ? "the curves are bytes of code of the text so "
			       "far: where they are flat, nothing is new"
			     : "the curves are rho");
}

static void open_lane(struct app *app, const char *arg)
{
	(void)arg;
	if (compare_open_lane(app))
		action_show(app, VIEW_RATIO);
}

#define IN_COMPARE IN_VIEW(VIEW_COMPARE)

static const struct action rows[] = {
	{ "compare",
	  { 'c', '5' },
	  NULL,
	  ANYWHERE & ~IN_COMPARE,
	  "compare",
	  "the marked runs side by side; else the runs of this prompt",
	  compare },
	{ "compare-unit",
	  { 'u' },
	  NULL,
	  IN_COMPARE,
	  "tokens/seconds",
	  "an axis of tokens or of seconds",
	  unit },
	{ "compare-curve",
	  { 'o' },
	  NULL,
	  IN_COMPARE,
	  "rho/bytes",
	  "curves of rho, or of the bytes of code so far",
	  curve },
	{ "open-lane",
	  { K_ENTER },
	  NULL,
	  IN_COMPARE,
	  "open",
	  "the run of the lane with the cursor",
	  open_lane },
};

const struct action_room room_compare = { "Comparing", rows, ARRAY_LEN(rows) };
