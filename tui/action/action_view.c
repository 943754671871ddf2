/* Views: which one, its panes and panels, and the way back. */
#include <string.h>

#include "action/action.h"
#include "view/compare.h"
#include "view/list.h"
#include "view/views.h"

enum { PANES = 2 };

void action_show(struct app *app, enum view_id view)
{
	if (app->view != VIEW_HELP)
		app->last_view = app->view;
	if (view == VIEW_HELP)
		app->help_top = 0;
	/* From the lanes to the run of the one with the cursor. */
	if (app->view == VIEW_COMPARE && view < VIEW_COMPARE)
		compare_open_lane(app);
	/* A generation's views need one: the selected. */
	if (view < VIEW_LIST && !app->run && list_selected(app) != DECK_NONE)
		app_open(app, list_selected(app));
	app->view = view;
	app->dirty = true;
}

/* Views that would only say that they have nothing to show are passed. */
static bool is_stop(const struct app *app, int view)
{
	return view == VIEW_MAP	      ? view_map_n_pages(app) > 0
	       : view == VIEW_COMPARE ? compare_has_runs(app)
				      : true;
}

bool action_leave(struct app *app)
{
	app->dirty = true;
	if (app->explain) {
		app->explain = false;
		return true;
	}
	if (app->view == VIEW_HELP) {
		app->view = app->last_view;
		return true;
	}
	if (app->home == VIEW_LIST && app->view != VIEW_LIST) {
		action_show(app, VIEW_LIST);
		return true;
	}
	if (app->home == VIEW_COMPARE && app->view != VIEW_COMPARE) {
		compare_follow(app);
		return true;
	}
	return false;
}

/* The compared runs are chosen when their view is entered. */
static void show(struct app *app, int view)
{
	if (view == VIEW_COMPARE && app->view != VIEW_COMPARE)
		compare_open(app);
	else
		action_show(app, (enum view_id)view);
}

static void turn(struct app *app, int step)
{
	int n = VIEW_HELP; /* help is no stop on the way */
	int view = app->view == VIEW_HELP ? app->last_view : app->view;

	do {
		view = (view + step + n) % n;
	} while (!is_stop(app, view));
	show(app, view);
}

static void next_view(struct app *app, const char *arg)
{
	(void)arg;
	turn(app, 1);
}

static void prev_view(struct app *app, const char *arg)
{
	(void)arg;
	turn(app, -1);
}

static void show_named(struct app *app, const char *arg)
{
	for (int i = 0; i < VIEWS; i++) {
		if (strcmp(views[i].name, arg) == 0) {
			show(app, i);
			return;
		}
	}
	app_complain(app, "there is no view \"%s\"; Tab completes :view", arg);
}

static void show_ratio(struct app *app, const char *arg)
{
	(void)arg;
	action_show(app, VIEW_RATIO);
}

static void show_text(struct app *app, const char *arg)
{
	(void)arg;
	action_show(app, VIEW_TEXT);
}

static void show_map(struct app *app, const char *arg)
{
	(void)arg;
	action_show(app, VIEW_MAP);
}

static void show_list(struct app *app, const char *arg)
{
	(void)arg;
	action_show(app, VIEW_LIST);
}

static void next_pane(struct app *app, const char *arg)
{
	(void)arg;
	app->focus = (app->focus + 1) % PANES;
	app_say(app, app->focus ? "keys move in the text, phrase by phrase"
				: "keys move in the chart");
}

static void explain(struct app *app, const char *arg)
{
	(void)arg;
	app->explain = !app->explain;
	app->dirty = true;
}

#define RUN_VIEWS (IN_VIEW(VIEW_RATIO) | IN_VIEW(VIEW_TEXT))

static const struct action rows[] = {
	{ "next-view",
	  { 'v' },
	  NULL,
	  ANYWHERE,
	  "view",
	  "the next view that has something to show",
	  next_view },
	{ "prev-view",
	  { 'V' },
	  NULL,
	  ANYWHERE,
	  NULL,
	  "the view before",
	  prev_view },
	{ "ratio",
	  { '1' },
	  NULL,
	  ANYWHERE,
	  NULL,
	  "the ratio view",
	  show_ratio },
	{ "text", { '2' }, NULL, ANYWHERE, NULL, "the text view", show_text },
	{ "list",
	  { '3' },
	  NULL,
	  ANYWHERE,
	  NULL,
	  "the list of all generations",
	  show_list },
	{ "map",
	  { '4' },
	  NULL,
	  ANYWHERE,
	  NULL,
	  "the map of the KV cache",
	  show_map },
	{ "view",
	  { K_NONE },
	  "NAME",
	  ANYWHERE,
	  NULL,
	  "a view by its name",
	  show_named },
	{ "next-pane",
	  { K_TAB },
	  NULL,
	  IN_VIEW(VIEW_RATIO),
	  NULL,
	  "keys move in the other pane: chart or text",
	  next_pane },
	{ "explain",
	  { 'x' },
	  NULL,
	  ANYWHERE & ~IN_VIEW(VIEW_HELP),
	  "explain",
	  "what is seen here, in two sentences with the formula",
	  explain },
};

const struct action_room room_view = { "Views", rows, ARRAY_LEN(rows) };
