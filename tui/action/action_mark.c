/* Marks: a letter for a place. */
#include <string.h>

#include "action/action.h"
#include "base/num.h"

/* The mark of a one-letter argument; NULL and a complaint without one. */
static uint32_t *mark_of(struct app *app, const char *arg)
{
	if (arg[0] >= 'a' && arg[0] < 'a' + APP_MARKS && !arg[1])
		return &app->marks[arg[0] - 'a'];
	app_complain(app, "a mark is a letter from a to z");
	return NULL;
}

/* Marks are tokens counted from 0; people see them counted from 1. */
static uint32_t place(const struct app *app)
{
	if (app->view->is & AT_CURSOR)
		return app->cursor;
	return app->playhead ? app->playhead - 1 : 0;
}

static void mark(struct app *app, const char *arg)
{
	uint32_t *m = mark_of(app, arg);
	char number[NUM_BYTES];

	if (!m)
		return;
	*m = place(app);
	app_say(app, "mark %s at token %s", arg,
		num_count(number, (uint64_t)*m + 1));
}

static void jump(struct app *app, const char *arg)
{
	uint32_t *m = mark_of(app, arg);

	if (!m)
		return;
	if (*m == APP_NO_MARK)
		app_say(app, "there is no mark %s; m sets one", arg);
	else if (app->view->is & AT_CURSOR)
		app_set_cursor(app, *m);
	else
		app_seek(app, *m + 1);
}

static void marks(struct app *app)
{
	struct buf all = { 0 };
	char number[NUM_BYTES];

	for (int i = 0; i < APP_MARKS; i++)
		if (app->marks[i] != APP_NO_MARK)
			buf_printf(&all, "%s%c %s", all.len ? ", " : "",
				   'a' + i,
				   num_count(number, (uint64_t)app->marks[i] +
							     1));
	app_say(app, "%s", all.len ? buf_cstr(&all) : "no marks; m sets one");
	buf_release(&all);
}

static const struct action rows[] = {
	{ .name = "mark", .keys = { 'm' }, .arg = "LETTER", .fits = SHOWS_RUN,
	  .about = "mark this place with a letter",
	  .with = mark },
	{ .name = "jump", .keys = { '\'' }, .arg = "LETTER", .fits = SHOWS_RUN,
	  .about = "to the place of a letter",
	  .with = jump },
	{ .name = "marks",
	  .about = "tell all marks",
	  .run = marks },
};

const struct action_room room_mark = { .title = "Marks", .rows = rows,
				       .n = ARRAY_LEN(rows) };
