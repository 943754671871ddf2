/* The list of generations: open, sort, filter. */
#include <string.h>

#include "action/action.h"
#include "view/list.h"

static void open_selected(struct app *app, const char *arg)
{
	size_t i = list_selected(app);

	(void)arg;
	if (i == DECK_NONE)
		return;
	if (i == deck_opened(app->deck) && app->run) {
		action_show(app, VIEW_RATIO);
		return;
	}
	if (app_open(app, i))
		action_show(app, VIEW_RATIO);
}

/* The neighbour of the open generation, in the order of the list. */
static void open_neighbour(struct app *app, long step)
{
	size_t opened = deck_opened(app->deck), at = 0;
	int64_t to;

	while (at < app->list_n && app->list_order[at] != opened)
		at++;
	to = at < app->list_n ? (int64_t)at + step : 0;
	if (to < 0 || to >= (int64_t)app->list_n) {
		app_say(app, step > 0 ? "this is the last generation"
				      : "this is the first generation");
		return;
	}
	list_move(app, (long)to - (long)app->list_cursor);
	app_open(app, app->list_order[to]);
}

static void next_generation(struct app *app, const char *arg)
{
	(void)arg;
	open_neighbour(app, 1);
}

static void prev_generation(struct app *app, const char *arg)
{
	(void)arg;
	open_neighbour(app, -1);
}

static void say_order(struct app *app)
{
	app_say(app, "sorted by %s%s",
		list_column_name((enum list_column)app->list_sort),
		app->list_descending ? ", largest first" : "");
}

/* Numbers are looked at from the largest. */
static void sort_next(struct app *app, const char *arg)
{
	int column = app->list_sort;

	(void)arg;
	do
		column = (column + 1) % LIST_COLUMNS;
	while (!list_column_name((enum list_column)column));
	list_set_sort(app, (enum list_column)column,
		      column >= LIST_TOKENS && column <= LIST_AFTER);
	say_order(app);
}

static void sort_reverse(struct app *app, const char *arg)
{
	(void)arg;
	list_set_sort(app, (enum list_column)app->list_sort,
		      !app->list_descending);
	say_order(app);
}

/* "sort rho", "sort -rho" from the largest. */
static void sort_by(struct app *app, const char *arg)
{
	bool descending = arg[0] == '-';
	const char *name = arg + descending;
	enum list_column column = list_column_find(name, strlen(name));

	if (column == LIST_COLUMNS) {
		app_complain(app,
			     "there is no column \"%s\"; Tab completes "
			     ":sort",
			     name);
		return;
	}
	list_set_sort(app, column, descending);
	say_order(app);
}

static void filter(struct app *app, const char *arg)
{
	list_set_filter(app, arg);
	if (arg[0])
		app_say(app, "%zu of %zu generations match \"%s\"", app->list_n,
			deck_n(app->deck), arg);
	else
		app_say(app, "all %zu generations", app->list_n);
}

static void mark_row(struct app *app, const char *arg)
{
	size_t i = list_selected(app), n;

	(void)arg;
	if (i == DECK_NONE)
		return;
	list_toggle_mark(app, i);
	n = list_n_marked(app);
	if (strcmp(app->list_filter, "marked") == 0)
		list_set_filter(app, "marked");
	else
		list_move(app, 1);
	app_say(app, "%zu marked; :filter marked shows them", n);
}

/* By number, as the title bar counts. */
static void open_number(struct app *app, const char *arg)
{
	size_t number = 0;

	for (const char *c = arg; *c; c++) {
		if (*c < '0' || *c > '9' || number > UINT32_MAX)
			break;
		number = number * 10 + (size_t)(*c - '0');
	}
	if (number < 1 || number > deck_n(app->deck))
		app_complain(app, "there are generations 1 to %zu",
			     deck_n(app->deck));
	else if (app_open(app, number - 1))
		action_show(app, VIEW_RATIO);
}

#define IN_LIST IN_VIEW(VIEW_LIST)

static const struct action rows[] = {
	{ "open",
	  { K_ENTER },
	  NULL,
	  IN_LIST,
	  "open",
	  "the selected generation",
	  open_selected },
	{ "open-number",
	  { K_NONE },
	  "NUMBER",
	  ANYWHERE,
	  NULL,
	  "a generation by its number",
	  open_number },
	{ "next-generation",
	  { '>' },
	  NULL,
	  ANYWHERE,
	  NULL,
	  "the next one of the list",
	  next_generation },
	{ "prev-generation",
	  { '<' },
	  NULL,
	  ANYWHERE,
	  NULL,
	  "the one before it",
	  prev_generation },
	{ "sort-next",
	  { 's' },
	  NULL,
	  IN_LIST,
	  "sort",
	  "sort by the next column",
	  sort_next },
	{ "sort-reverse",
	  { 'S' },
	  NULL,
	  IN_LIST,
	  "+",
	  "the other way round",
	  sort_reverse },
	{ "sort",
	  { K_NONE },
	  "COLUMN",
	  ANYWHERE,
	  NULL,
	  "by a column; -COLUMN from the largest",
	  sort_by },
	{ "filter",
	  { K_NONE },
	  "[TEXT]",
	  ANYWHERE,
	  NULL,
	  "only generations with this text; lil, no-lil, marked, broken",
	  filter },
	{ "mark-row",
	  { 'm' },
	  NULL,
	  IN_LIST,
	  "mark",
	  "set or take away the mark of a generation",
	  mark_row },
};

const struct action_room room_list = { "List", rows, ARRAY_LEN(rows) };
