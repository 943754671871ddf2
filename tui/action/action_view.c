/* Views: which one, its panes and panels. */
#include "action/action.h"
#include "view/glossary.h"
#include "view/views.h"

static void show_named(struct app *app, const char *arg)
{
	const struct view *view = view_find(arg);

	if (view)
		view_show(app, view);
	else
		app_complain(app,
			     "there is no view \"%s\"; Tab completes :view",
			     arg);
}

static void put_terms(struct app *app, const char *term)
{
	struct buf all = { 0 };

	for (size_t i = 0; glossary_term(i); i++)
		buf_printf(&all, "%s%s", i ? ", " : "", glossary_term(i));
	app_complain(app, "\"%.40s\" is no term here; those are %s", term,
		     buf_cstr(&all));
	buf_release(&all);
}

static void explain(struct app *app, const char *term)
{
	const char *means = glossary_means(term);

	app->explain_top = 0;
	if (!*term)
		app->explain = !app->explain;
	else if (means)
		app_say(app, "%s: %s", term, means);
	else
		put_terms(app, term);
}

/* What stands on the screen is known when it is drawn. */
static void next_term(struct app *app, int n)
{
	app->shots.n_terms += n;
}

static const struct action rows[] = {
	{ .name = "next-view", .keys = { 'v' }, .hint = "view",
	  .about = "the next view that has something to show",
	  .by = view_turn, .n = 1 },
	{ .name = "prev-view", .keys = { 'V' },
	  .about = "the view before",
	  .by = view_turn, .n = -1 },
	{ .name = "ratio", .keys = { '1' },
	  .about = "the ratio view",
	  .show = &view_ratio },
	{ .name = "text", .keys = { '2' },
	  .about = "the text view",
	  .show = &view_text },
	{ .name = "list", .keys = { '3' },
	  .about = "the list of all generations",
	  .show = &view_list },
	{ .name = "map", .keys = { '4' },
	  .about = "the map of the KV cache",
	  .show = &view_map },
	{ .name = "repeats", .keys = { '6' },
	  .about = "what is said again and again, how often, since when",
	  .show = &view_repeats },
	{ .name = "steps", .keys = { '7' },
	  .about = "paragraph by paragraph: what is new, tokens, gain",
	  .show = &view_steps },
	{ .name = "what-if", .keys = { '8' },
	  .about = "what other f, t, patience and rules would do to the list",
	  .show = &view_whatif },
	{ .name = "lecture", .keys = { '9' },
	  .about = "for a room: one large figure, a sentence, a curve",
	  .show = &view_lecture },
	{ .name = "view", .arg = "NAME",
	  .about = "a view by its name",
	  .with = show_named },
	{ .name = "next-pane", .keys = { K_TAB },
	  .about = "keys move in the other pane: chart or text",
	  .move = MOVE_PANE, .n = 1 },
	{ .name = "explain", .keys = { 'x' }, .fits = EXPLAINS,
	  .hint = "explain",
	  .arg = "[TERM]",
	  .about = "what is seen here: two sentences, a formula, then more; "
		   "or what a term means",
	  .with = explain },
	{ .name = "next-term", .keys = { '!' },
	  .about = "what the next term on the screen means; so does a click",
	  .by = next_term, .n = 1 },
};

const struct action_room room_view = { .title = "Views", .rows = rows,
				       .n = ARRAY_LEN(rows) };
