/*
 * Tiles are as wide as the picture of a run needs, about four times as wide as
 * high, and of one size: they are there to be compared.
 */
#include "view/map_tiles.h"

#include "base/num.h"
#include "draw/pen.h"
#include "view/map_draw.h"

enum { TILE_COLS_MIN = 9, TILE_ROWS_MIN = 3, TILE_SHAPE = 4, GAP = 1 };

struct tiles {
	uint32_t n, first; /* all; the first that is drawn */
	int across, down;
	int width, height; /* of one, with its gap and its title */
};

static uint32_t n_tiles(const struct trace *t, enum map_tiles by)
{
	return map_n_layers(t) * (by == MAP_HEADS ? map_n_heads(t) : 1);
}

static struct map_of of_tile(const struct app *app, uint32_t i)
{
	const struct map_look *look = map_look(app);
	uint32_t heads = map_n_heads(&app->run->trace);

	return look->tiles == MAP_HEADS
		       ? (struct map_of){ i / heads + 1, i % heads + 1 }
		       : (struct map_of){ i + 1, look->of.head };
}

/* The tile of the chosen part, or of the first of its layer. */
static uint32_t chosen(const struct app *app)
{
	const struct map_look *look = map_look(app);
	const struct trace *t = &app->run->trace;
	uint32_t heads = map_n_heads(t);
	uint32_t layer = MIN(look->of.layer, map_n_layers(t));
	uint32_t i = layer - (layer > 0);

	return look->tiles == MAP_HEADS
		       ? i * heads + MAX(MIN(look->of.head, heads), 1) - 1
		       : i;
}

/* Of all ways to lay them out that with the largest tiles of a good shape. */
static struct tiles lay_out(const struct app *app, struct rect r)
{
	struct tiles t = { .n = n_tiles(&app->run->trace,
					map_look(app)->tiles) };
	int best = 0, most = MAX((r.cols + GAP) / TILE_COLS_MIN, 1);

	for (int across = 1; across <= most; across++) {
		int width = (r.cols + GAP) / across;
		int down = (int)((t.n + (uint32_t)across - 1) /
				 (uint32_t)across);
		int height = MAX(r.rows / MAX(down, 1), TILE_ROWS_MIN);
		int size = MIN(width, TILE_SHAPE * height);

		down = MIN(down, MAX(r.rows / height, 1));
		/* what does not fit is worse than what is small */
		size *= MIN((int)MIN(t.n, 1U << 16), across * down);
		if (size < best)
			continue;
		best = size;
		t.across = across;
		t.down = down;
		t.width = width;
		t.height = height;
	}
	if (t.n > (uint32_t)(t.across * t.down))
		t.first = chosen(app) / (uint32_t)t.across *
			  (uint32_t)t.across;
	if (t.first + (uint32_t)(t.across * t.down) > t.n)
		t.first = t.n > (uint32_t)(t.across * t.down)
				  ? t.n - (uint32_t)(t.across * t.down)
				  : 0;
	return t;
}

/* Does the layer, from 1, see a window? */
static bool is_near(const struct trace *t, uint32_t layer)
{
	const char *near = t->facts.near;

	return near && layer && layer <= strlen(near) && near[layer - 1] == 'w';
}

/* "L3", "L3 H1", the share of what it kept that it read; "w": a window. */
static void draw_title(const struct app *app, struct screen *s, struct rect r,
		       uint32_t i, const struct map *m)
{
	const struct map_look *look = map_look(app);
	struct map_of of = of_tile(app, i);
	struct pen p = pen_at(s, r.row, r.col, r.cols);
	bool is = look->of.layer != MAP_ALL && i == chosen(app);
	uint64_t kept = 0, read = 0;
	char share[NUM_BYTES];

	for (int k = 0; k < m->rows * m->n_bins; k++) {
		kept += m->cells[k].kept;
		read += m->cells[k].read;
	}
	pen_printf(&p, is ? STYLE_CURSOR : STYLE_STRONG, "L%lu",
		   (unsigned long)of.layer);
	if (of.head != MAP_ALL)
		pen_printf(&p, is ? STYLE_CURSOR : STYLE_STRONG, " H%lu",
			   (unsigned long)of.head);
	if (is_near(&app->run->trace, of.layer))
		pen_puts(&p, STYLE_LIMIT, " w");
	if (kept)
		pen_printf(&p, STYLE_DIM, " %s",
			   num_percent(share, read, kept));
}

static void draw_tile(const struct app *app, struct screen *s, struct rect r,
		      uint32_t i)
{
	const struct trace *t = &app->run->trace;
	uint32_t n_pages = MAX(map_n_pages(t, t->n_tokens), pages_n(t->pages));
	struct map m = { .rows = r.rows - 1, .cols = r.cols,
			 .of = of_tile(app, i) };

	app_axis(app, &m.from, &m.to);
	if (m.from >= m.to || m.rows < 1 || m.cols < 1)
		return;
	m.pages_per_row = (n_pages + (uint32_t)m.rows - 1) / (uint32_t)m.rows;
	map_fill(&m, t);
	draw_title(app, s, r, i, &m);
	map_draw_cells(s, r.row + 1, r.col, &m);
	map_release(&m);
}

void map_tiles_draw(const struct app *app, struct screen *s, struct rect r)
{
	struct tiles t = lay_out(app, r);

	for (int k = 0; k < t.across * t.down; k++) {
		uint32_t i = t.first + (uint32_t)k;

		if (i >= t.n)
			return;
		draw_tile(app, s,
			  (struct rect){ r.row + k / t.across * t.height,
					 r.col + k % t.across * t.width,
					 MIN(t.height, r.rows),
					 t.width - GAP },
			  i);
	}
}

bool map_tiles_at(const struct app *app, struct rect r, int row, int col,
		  struct map_of *of)
{
	struct tiles t = lay_out(app, r);
	int down = (row - r.row) / t.height, across = (col - r.col) / t.width;
	uint32_t i = t.first + (uint32_t)(down * t.across + across);

	if (row < r.row || col < r.col || down >= t.down ||
	    across >= t.across || i >= t.n)
		return false;
	*of = of_tile(app, i);
	return true;
}
