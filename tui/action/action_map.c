/* The map: rows and layers. Moving is in action_move.c. */
#include "action/action.h"
#include "view/map.h"
#include "view/views.h"

static void rows_toggle(struct app *app, const char *arg)
{
	(void)arg;
	app->map.single = !app->map.single;
	app_say(app, app->map.single ? "one page a row, around the cursor"
				     : "all pages");
}

static void layer_by(struct app *app, int step)
{
	uint32_t n = view_map_n_pages(app)
			     ? pages_n_layers(app->run->trace.pages)
			     : 0;

	if (n < 2) {
		app_say(app, "the trace does not tell layers apart; lilscope "
			     "decode --layers does");
		return;
	}
	app->map.layer =
		(uint32_t)((MIN(app->map.layer, n) + n + 1 + (uint32_t)step) %
			   (n + 1));
	if (app->map.layer == MAP_ALL_LAYERS)
		app_say(app, "all %lu layers", (unsigned long)n);
	else
		app_say(app, "layer %lu of %lu", (unsigned long)app->map.layer,
			(unsigned long)n);
}

static void layer_next(struct app *app, const char *arg)
{
	(void)arg;
	layer_by(app, 1);
}

static void layer_prev(struct app *app, const char *arg)
{
	(void)arg;
	layer_by(app, -1);
}

#define IN_MAP IN_VIEW(VIEW_MAP)

static const struct action rows[] = {
	{ "map-rows",
	  { K_ENTER },
	  NULL,
	  IN_MAP,
	  "rows",
	  "one page a row, or all pages",
	  rows_toggle },
	{ "next-layer",
	  { 'i' },
	  NULL,
	  IN_MAP,
	  NULL,
	  "the pages of the next layer, then of all together",
	  layer_next },
	{ "prev-layer",
	  { 'I' },
	  NULL,
	  IN_MAP,
	  NULL,
	  "the pages of the layer before",
	  layer_prev },
};

const struct action_room room_map = { "The map", rows, ARRAY_LEN(rows) };
