/* How views follow each other, and what their rows mean for keys. */
#include "app/view.h"

#include <string.h>

#include "base/buf.h"

/* --- rows --------------------------------------------------------------- */

static size_t index_of(const struct view *view)
{
	size_t i = 0;

	while (i + 1 < n_views && views[i] != view)
		i++;
	return i;
}

const struct view *view_find(const char *name)
{
	for (size_t i = 0; i < n_views; i++)
		if (strcmp(views[i]->name, name) == 0)
			return views[i];
	return NULL;
}

void *view_state(const struct app *app, const struct view *view)
{
	return app->states[index_of(view)];
}

void view_states_init(struct app *app)
{
	app->states = mem_zalloc(n_views * sizeof(*app->states));
	for (size_t i = 0; i < n_views; i++)
		if (views[i]->state_bytes)
			app->states[i] = mem_zalloc(views[i]->state_bytes);
}

void view_states_forget(struct app *app)
{
	for (size_t i = 0; i < n_views; i++)
		if (views[i]->forget)
			views[i]->forget(app);
}

void view_states_release(struct app *app)
{
	for (size_t i = 0; i < n_views; i++) {
		if (views[i]->release)
			views[i]->release(app->states[i]);
		mem_free(app->states[i]);
	}
	mem_free(app->states);
}

unsigned view_traits(const struct view *view)
{
	unsigned traits = view->is;

	if (view->explain)
		traits |= EXPLAINS;
	if (view->search)
		traits |= SEARCHES;
	for (unsigned i = 0; i < MOVES; i++)
		if (view->moves[i])
			traits |= HAS_MOVE(i);
	return traits;
}

bool action_fits(const struct action_room *room, const struct action *a,
		 const struct view *view)
{
	bool own = !room->of || room->of == view;
	unsigned fits = a->fits ? a->fits : a->move ? HAS_MOVE(a->move) : OWN;

	return fits & (view_traits(view) | (own ? OWN : 0));
}

void action_where(const struct action_room *room, const struct action *a,
		  struct buf *out)
{
	size_t n = 0, n_put = 0;
	bool in;

	for (size_t i = 0; i < n_views; i++)
		n += action_fits(room, a, views[i]);
	if (a->keys[0] == K_NONE || n == n_views)
		return;
	in = 2 * n <= n_views;
	buf_puts(out, in ? "" : "not in ");
	for (size_t i = 0; i < n_views; i++)
		if (action_fits(room, a, views[i]) == in)
			buf_printf(out, "%s%s", n_put++ ? ", " : "",
				   views[i]->name);
}

void action_keys(const struct action *a, struct buf *out)
{
	char name[KEY_NAME_BYTES];

	for (int i = 0; i < ACTION_KEYS && a->keys[i] != K_NONE; i++) {
		if (i > 0)
			buf_putc(out, ' ');
		buf_puts(out, key_name(a->keys[i], name));
	}
}

/* --- one after another -------------------------------------------------- */

const struct view *view_below(const struct app *app)
{
	return app->view->is & STANDS_OVER ? app->last_view : app->view;
}

void view_enter(struct app *app, const struct view *view, bool home)
{
	const struct view *from = app->view;

	app->last_view = view_below(app);
	if (from->leave)
		from->leave(app, view);
	app->view = view;
	if (view->enter)
		view->enter(app, home);
	app->dirty = true;
}

void view_show(struct app *app, const struct view *view)
{
	if (app->view != view)
		view_enter(app, view, false);
	app->explain_top = 0;
	app->dirty = true;
}

void view_turn(struct app *app, int n)
{
	size_t from = index_of(view_below(app)), i = from;
	const struct view *view;

	do {
		i = (i + n_views + (size_t)n) % n_views;
		view = views[i];
	} while (i != from && (view->is & STANDS_OVER ||
			       (view->has && !view->has(app))));
	if (app->view == view)
		app_say(app, "no other view has anything to show here");
	else
		view_show(app, view);
}

bool view_leave(struct app *app)
{
	app->dirty = true;
	if (app->explain) {
		app->explain = false;
	} else if (app->view->is & STANDS_OVER) {
		app->view = app->last_view;
	} else if (app->home && app->view != app->home) {
		view_enter(app, app->home, true);
	} else {
		return false;
	}
	return true;
}

void view_move(struct app *app, enum move move, int n)
{
	const struct view *view = app->view->moves[move] ? app->view :
							   views[0];

	view->moves[move](app, n);
}
