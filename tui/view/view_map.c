/*
 * The map of the KV cache: tokens across, pages down, from top to bottom
 *
 *	numbers   policy, budget, pages, bytes at the playhead
 *	legend    what the marks mean
 *	map       a cell for some tokens and some pages (map.h), or a small map
 *	          of each layer or KV head (map_tiles.h)
 *	axis      two rows
 *	again     what is said again at the playhead: was it in sight?
 *	page      the page under the cursor: what happened to it, its text
 */
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "draw/chart.h"
#include "draw/glyph.h"
#include "draw/pen.h"
#include "draw/text_layout.h"
#include "model/sparse.h"
#include "view/map_again.h"
#include "view/map_draw.h"
#include "view/map_panel.h"
#include "view/map_tiles.h"
#include "view/moves.h"
#include "view/views.h"

enum {
	GUTTER_COLS = 7,
	TEXT_ROWS_MAX = 4,
	LABEL_ROWS = 4,	   /* between labels of pages */
	SENTENCE_COLS = 72,
};

/* Rows of each part; 0 leaves it out. */
struct map_parts {
	int numbers, legend, map, axis, again, title, text;
};

static struct map_parts split(int rows)
{
	struct map_parts p = { .numbers = 1 };
	int left = rows - 1;

	p.axis = rows >= 7 ? 2 : 0;
	p.title = rows >= 9;
	p.legend = rows >= 12;
	p.again = rows >= 14;
	left -= p.axis + p.title + p.legend + p.again;
	p.text = rows >= 10 ? MIN(MAX(left / 5, 1), TEXT_ROWS_MAX) : 0;
	p.map = MAX(left - p.text, 0);
	return p;
}

/* --- what is looked at -------------------------------------------------- */

/* The scale of the map in a rectangle. */
struct scale {
	struct chart chart; /* of the plot, for the axis */
	struct map map;
	uint32_t n_pages;
	bool drawable;
};

static uint32_t page_cursor(const struct app *app, uint32_t n_pages)
{
	const struct map_look *look = map_look(app);

	return MIN(look->page, n_pages ? n_pages - 1 : 0);
}

static struct scale scale_of(const struct app *app, struct screen *s,
			     struct rect r, const struct map_parts *p)
{
	const struct map_look *look = map_look(app);
	const struct trace *t = &app->run->trace;
	struct scale sc = { .n_pages = 0 };
	uint32_t from, to, rows, cursor;

	app_axis(app, &from, &to);
	sc.chart = (struct chart){
		.whole_x = true,
		.s = s,
		.r = { r.row + p->numbers + p->legend, r.col + GUTTER_COLS,
		       p->map, MAX(r.cols - GUTTER_COLS - 1, 1) },
		.x0 = from,
		.x1 = to,
	};
	sc.drawable = from < to && p->map > 0;
	if (!sc.drawable)
		return sc;
	sc.n_pages = MAX(map_n_pages(t, t->n_tokens), pages_n(t->pages));
	rows = (uint32_t)p->map;
	cursor = page_cursor(app, sc.n_pages);
	sc.map = (struct map){ .from = from,
			       .to = to,
			       .rows = p->map,
			       .cols = sc.chart.r.cols,
			       .of = look->of,
			       .pages_per_row = 1 };
	if (!look->single)
		sc.map.pages_per_row = (sc.n_pages + rows - 1) / rows;
	else if (sc.n_pages > rows && cursor > rows / 2)
		sc.map.page_from = MIN(cursor - rows / 2, sc.n_pages - rows);
	return sc;
}

static int row_of_page(const struct scale *sc, uint32_t page)
{
	uint32_t row = (page - sc->map.page_from) / sc->map.pages_per_row;

	return page >= sc->map.page_from && row < (uint32_t)sc->map.rows
		       ? sc->chart.r.row + (int)row
		       : -1;
}

/* --- the map ------------------------------------------------------------ */

/* Page numbers; pages of the prompt have another axis. */
static void draw_gutter(const struct app *app, const struct scale *sc)
{
	const struct trace *t = &app->run->trace;
	uint32_t size = map_page_tokens(t);
	const struct chart *c = &sc->chart;
	char text[NUM_BYTES];

	for (int y = 0; y < c->r.rows; y++) {
		uint64_t page =
			sc->map.page_from + (uint64_t)y * sc->map.pages_per_row;
		bool prompt = page * size < t->facts.prompt_tokens;
		enum style style = prompt ? STYLE_PROMPT : STYLE_DIM;

		if (page >= sc->n_pages)
			return;
		screen_glyph(c->s, c->r.row + y, c->r.col - 1, style,
			     prompt ? "┃" : "│", prompt ? 'P' : '|');
		if (y % LABEL_ROWS)
			continue;
		num_short(text, (double)page);
		screen_puts(c->s, c->r.row + y,
			    c->r.col - 2 - (int)strlen(text), style, text);
	}
}

static void draw_cursors(const struct app *app, const struct scale *sc)
{
	const struct chart *c = &sc->chart;
	uint32_t page = page_cursor(app, sc->n_pages);
	int row = row_of_page(sc, page), axis = c->r.row + c->r.rows;
	int col = chart_col(c, map_step(app));
	char text[NUM_BYTES];

	if (row >= 0) {
		num_short(text, page);
		screen_fill(c->s,
			    (struct rect){ row, c->r.col - GUTTER_COLS, 1,
					   GUTTER_COLS - 1 },
			    STYLE_NORMAL);
		screen_puts(c->s, row, c->r.col - 2 - (int)strlen(text),
			    STYLE_CURSOR, text);
	}
	if (row >= 0 && col >= 0) {
		const struct cell *cell = screen_cell(c->s, row, col);

		if (cell && cell->len == 0)
			screen_puts(c->s, row, col, STYLE_CURSOR, " ");
		screen_restyle(c->s, (struct rect){ row, col, 1, 1 },
			       STYLE_CURSOR);
	}
	if (col >= 0 && axis < c->s->rows)
		screen_glyph(c->s, axis, col, STYLE_PLAYHEAD,
			     glyph(GLYPH_UP, false), glyph(GLYPH_UP, true)[0]);
}

static void draw_map(const struct app *app, struct scale *sc,
		     const struct map_parts *p)
{
	struct chart *c = &sc->chart;

	map_fill(&sc->map, &app->run->trace);
	map_draw_cells(c->s, c->r.row, c->r.col, &sc->map);
	map_release(&sc->map);
	draw_gutter(app, sc);
	if (p->axis) {
		chart_x_axis(c, c->r.row + c->r.rows + 1);
		screen_puts(c->s, c->r.row + c->r.rows + 1,
			    c->r.col - GUTTER_COLS, STYLE_DIM, "tokens");
	}
	draw_cursors(app, sc);
}

/* --- the numbers -------------------------------------------------------- */

static void draw_bytes(const struct trace *t, uint32_t i, struct pen *p)
{
	char a[NUM_BYTES], b[NUM_BYTES];
	const struct kv_bytes *kv = t->kv ? &t->kv[i] : NULL;

	if (!kv || !(kv->held > 0))
		return;
	if (kv->used > 0)
		pen_printf(p, STYLE_NORMAL, " %s KV %s in %s", map_dot(p),
			   num_size(a, (uint64_t)kv->used),
			   num_size(b, (uint64_t)kv->held));
	else
		pen_printf(p, STYLE_NORMAL, " %s KV %s", map_dot(p),
			   num_size(b, (uint64_t)kv->held));
	if (kv->read > 0)
		pen_printf(p, STYLE_NORMAL, ", read %s",
			   num_size(a, (uint64_t)kv->read));
}

/* "layer 3 of 24", "layer 3 of 24, KV head 1 of 2", ... */
static void put_of(const struct trace *t, struct map_of of, struct buf *out)
{
	uint32_t layers = map_n_layers(t), heads = map_n_heads(t);
	const char *near = t->facts.near;
	char seen = 0; /* near is no shorter than its layers, if it is right */

	if (near && of.layer != MAP_ALL && of.layer &&
	    of.layer <= strlen(near))
		seen = near[of.layer - 1];
	if (of.layer != MAP_ALL)
		buf_printf(out, "layer %lu of %lu",
			   (unsigned long)MIN(of.layer, layers),
			   (unsigned long)layers);
	if (of.layer != MAP_ALL && seen == 'w')
		buf_printf(out, " (a window of %lu tokens)",
			   (unsigned long)t->facts.window);
	else if (of.layer != MAP_ALL && seen)
		buf_puts(out, " (global)");
	if (of.head != MAP_ALL)
		buf_printf(out, "%sKV head %lu of %lu",
			   of.layer != MAP_ALL ? ", " : "",
			   (unsigned long)MIN(of.head, heads),
			   (unsigned long)heads);
	if (of.layer == MAP_ALL && layers > 1)
		buf_printf(out, "%s%lu layers",
			   of.head != MAP_ALL ? " in " : "all ",
			   (unsigned long)layers);
	if (of.head == MAP_ALL && heads > 1)
		buf_printf(out, "%s%lu KV heads", out->len ? ", " : "",
			   (unsigned long)heads);
}

/* Layers that see a window; 0: none, or nobody says. */
static uint32_t n_near(const struct trace *t)
{
	uint32_t n = 0;

	for (const char *s = t->facts.near; s && *s; s++)
		n += *s == 'w';
	return n;
}

static void draw_near(const struct trace *t, struct pen *p)
{
	if (n_near(t))
		pen_printf(p, STYLE_LIMIT, "w window: %lu/%lu",
			   (unsigned long)n_near(t),
			   (unsigned long)strlen(t->facts.near));
}

/* In words, with the layers that see all. */
static void explain_near(const struct trace *t, struct buf *out)
{
	const char *near = t->facts.near;
	size_t n = n_near(t), n_all = n ? strlen(near) : 0, k = 0;

	if (!n)
		return;
	buf_printf(out, "\n%zu of the %zu layers see a window of %lu tokens, "
			"whatever the policy: their pages are the last ones.",
		   n, n_all, (unsigned long)t->facts.window);
	if (n < n_all)
		buf_puts(out, n + 1 < n_all ?
			 " The policy acts in the global layers: " :
			 " The policy acts in the global layer: ");
	for (size_t i = 0; i < n_all; i++)
		if (near[i] != 'w')
			buf_printf(out, "%s%zu", list_join(k++, n_all - n),
				   i + 1);
	buf_puts(out, n < n_all ? ".\n" : "\n");
}

static void draw_of(const struct trace *t, struct map_of of, struct pen *p)
{
	struct buf text = { 0 };

	put_of(t, of, &text);
	if (text.len && (of.layer != MAP_ALL || of.head != MAP_ALL))
		pen_printf(p, STYLE_LIMIT, " %s %s", map_dot(p),
			   buf_cstr(&text));
	buf_release(&text);
}

/* A mean of several parts with a digit behind the point. */
static const char *pages_text(char *text, double n, bool one)
{
	snprintf(text, NUM_BYTES, "%.*f", one ? 0 : 1, n);
	return text;
}

static void draw_numbers(const struct app *app, struct pen *p)
{
	const struct map_look *look = map_look(app);
	const struct trace *t = &app->run->trace;
	uint32_t i = map_step(app);
	struct map_count n = map_count_at(t, look->of, i);
	bool one = n.parts <= 1;
	char a[NUM_BYTES], b[NUM_BYTES], c[NUM_BYTES];

	if (t->facts.policy)
		pen_printf(p, STYLE_STRONG, "%s", t->facts.policy);
	if (t->facts.budget)
		pen_printf(p, STYLE_NORMAL, " %s",
			   num_count(a, t->facts.budget));
	draw_of(t, look->of, p);
	pen_printf(p, STYLE_DIM, " %s token %s: ", map_dot(p),
		   num_count(a, (uint64_t)i + 1));
	if (i < pages_first(t->pages)) {
		pen_printf(p, STYLE_NORMAL, "no pages told before token %s",
			   num_count(b, (uint64_t)pages_first(t->pages) + 1));
		return;
	}
	pen_printf(p, STYLE_STRONG, "%s", pages_text(a, n.part_read, one));
	pen_printf(p, STYLE_NORMAL, " read, %s kept of %s pages",
		   pages_text(b, n.part_kept, one), num_count(c, n.there));
	if (!one)
		pen_printf(p, STYLE_DIM, " (mean of %s heads; any: %s)",
			   num_count(a, n.parts), num_count(b, n.read));
	draw_bytes(t, i, p);
}

static void draw_legend(const struct trace *t, const struct scale *sc,
			struct pen *p)
{
	char a[NUM_BYTES];

	map_draw_legend(p);
	pen_printf(p, STYLE_PROMPT, "%s", p->s->ascii ? "P" : "┃");
	pen_puts(p, STYLE_DIM, " prompt  ");
	draw_near(t, p);
	if (sc->map.pages_per_row > 1)
		pen_printf(p, STYLE_DIM, "%s%s pages a row  ",
			   n_near(t) ? "  " : "",
			   num_count(a, sc->map.pages_per_row));
}

/* --- the view ----------------------------------------------------------- */

static void draw_sentence(struct screen *s, struct rect r, const char *text)
{
	struct text_layout l = { .text = text,
				 .len = strlen(text),
				 .width =
					 MAX(MIN(r.cols - 2, SENTENCE_COLS), 1),
				 .ascii = s->ascii };
	int row = r.row + MAX(r.rows / 2 - 2, 0);

	for (size_t at = 0; at < l.len && row < r.row + r.rows; row++) {
		struct text_line line = text_layout_line(&l, at);

		screen_text(s, row, r.col + MAX((r.cols - l.width) / 2, 0),
			    l.width, STYLE_DIM, text + line.from,
			    line.shown - line.from);
		at = line.next;
	}
}

static void draw_without(const struct app *app, struct screen *s, struct rect r)
{
	const char *policy = app->run ? app->run->trace.facts.policy : NULL;
	bool dense = policy && strcmp(policy, "dense") == 0;

	draw_sentence(s, r,
		      !app->run ? "no generation is open"
		      : dense && app->demo
			      ? "This run is dense: each token reads every "
				"page, and none is evicted, so there is no "
				"choice to show. c goes back to the runs; Down "
				"chooses one with a policy, and 4 shows its "
				"map."
		      : dense	? "This run is dense: each token reads every "
				  "page, and none is evicted, so there is no "
				  "choice to show. A run of a policy has a "
				  "map: lilscope decode --policy quest."
				: "This trace does not say which pages of the "
				  "KV cache were kept and read. lilscope "
				  "decode --policy quest writes one that "
				  "does; lilscope-trace(5) tells how others "
				  "can.");
}

static struct rect tiles_rect(struct rect r, const struct map_parts *p)
{
	int top = p->numbers + p->legend;

	return (struct rect){ r.row + top, r.col + 1, r.rows - top,
			      MAX(r.cols - 2, 1) };
}

static void draw(const struct app *app, struct screen *s, struct rect r)
{
	struct map_parts p = split(r.rows);
	struct scale sc;
	struct pen pen = pen_at(s, r.row, r.col + 1, MAX(r.cols - 2, 0));

	if (!app->run || !app->run->trace.pages || !app->run->trace.n_tokens) {
		draw_without(app, s, r);
		return;
	}
	draw_numbers(app, &pen);
	sc = scale_of(app, s, r, &p);
	if (!sc.drawable)
		return;
	if (p.legend) {
		pen = pen_at(s, r.row + 1, r.col + 1, MAX(r.cols - 2, 0));
		draw_legend(&app->run->trace, &sc, &pen);
	}
	if (map_look(app)->tiles != MAP_ONE) {
		map_tiles_draw(app, s, tiles_rect(r, &p));
		return;
	}
	draw_map(app, &sc, &p);
	r.row = sc.chart.r.row + p.map + p.axis;
	if (p.again)
		map_panel_again(app, s, r);
	r.row += p.again;
	r.rows = 1;
	if (p.title)
		map_panel_title(app, page_cursor(app, sc.n_pages), s, r);
	r.row++;
	r.rows = p.text;
	map_panel_text(app, page_cursor(app, sc.n_pages), s, r);
}

/* Pages that the map shows, 0 without any. */
static uint32_t pages_of(const struct app *app)
{
	const struct trace *t = app->run ? &app->run->trace : NULL;

	return !t || !t->pages
		       ? 0
		       : MAX(map_n_pages(t, t->n_tokens), pages_n(t->pages));
}

static bool click(struct app *app, struct rect r, int row, int col)
{
	struct map_look *look = map_look(app);
	struct rect at_zero = { 0, 0, r.rows, r.cols };
	struct map_parts p = split(r.rows);
	struct scale sc;

	if (!pages_of(app))
		return false;
	if (look->tiles != MAP_ONE) {
		if (!map_tiles_at(app, tiles_rect(at_zero, &p), row, col,
				  &look->of))
			return false;
		look->tiles = MAP_ONE;
		app->dirty = true;
		return true;
	}
	sc = scale_of(app, NULL, at_zero, &p);
	row -= sc.chart.r.row;
	col -= sc.chart.r.col;
	if (!sc.drawable || row < 0 || row >= p.map + p.axis || col < 0 ||
	    col >= sc.chart.r.cols)
		return false;
	if (row < p.map)
		look->page =
			sc.map.page_from + (uint32_t)row * sc.map.pages_per_row;
	app_seek(app, (uint32_t)chart_x(&sc.chart, col) + 1);
	return true;
}

/* --- in words ----------------------------------------------------------- */

static void explain(const struct app *app, struct buf *out)
{
	const struct map_look *look = map_look(app);
	const struct trace *t = app->run ? &app->run->trace : NULL;
	const struct sparse *policy;
	char a[NUM_BYTES], b[NUM_BYTES], c[NUM_BYTES], d[NUM_BYTES];
	uint32_t i = map_step(app);
	struct map_count n;

	if (!pages_of(app) || !t->n_tokens)
		return;
	n = map_count_at(t, look->of, i);
	buf_printf(out,
		   "A page is the keys and values of %s tokens. For token %s "
		   "attention read %s of the %s pages that are kept, of %s "
		   "that there were: what is not read costs no time, what is "
		   "not kept costs no memory, and what is gone can't be read "
		   "again.\n",
		   num_count(a, map_page_tokens(t)),
		   num_count(b, (uint64_t)i + 1),
		   pages_text(c, n.part_read, n.parts <= 1),
		   pages_text(d, n.part_kept, n.parts <= 1),
		   num_count((char[NUM_BYTES]){ 0 }, n.there));
	if (n.parts > 1)
		buf_printf(out,
			   "\nEach KV head of each layer chooses for itself: "
			   "these are means over %s, and a shade is the share "
			   "of them that read. %s pages were read by at least "
			   "one. M shows them apart, i and H choose.\n",
			   num_count(a, n.parts), num_count(b, n.read));
	explain_near(t, out);
	policy = t->facts.policy ? sparse_find(t->facts.policy) : NULL;
	if (policy)
		buf_printf(out, "\n%s: %s (%s).\n", policy->name, policy->about,
			   policy->paper);
	if (!t->kv || !(t->kv[i].used > 0))
		return;
	buf_printf(out,
		   "\nThe tokens that are kept take %s, in pages of %s "
		   "altogether; read / kept = %s / %s = %s\n",
		   num_size(a, (uint64_t)t->kv[i].used),
		   num_size(b, (uint64_t)t->kv[i].held),
		   num_size(c, (uint64_t)t->kv[i].read),
		   num_size(d, (uint64_t)t->kv[i].used),
		   num_percent((char[NUM_BYTES]){ 0 }, (uint64_t)t->kv[i].read,
			       (uint64_t)t->kv[i].used));
}

/* --- what keys do ------------------------------------------------------- */

static void rows_toggle(struct app *app)
{
	struct map_look *look = map_look(app);

	look->single = !look->single;
	app_say(app, look->single ? "one page a row, around the cursor"
				     : "all pages");
}

/* The next number of 0 (all) to n, around. */
static uint32_t next_of(uint32_t at, uint32_t n, int by)
{
	return (uint32_t)((MIN(at, n) + n + 1 + (uint32_t)by) % (n + 1));
}

static void say_of(struct app *app)
{
	struct buf text = { 0 };

	put_of(&app->run->trace, map_look(app)->of, &text);
	app_say(app, "%s", buf_cstr(&text));
	buf_release(&text);
}

static void layer_by(struct app *app, int n)
{
	struct map_look *look = map_look(app);
	uint32_t all = pages_of(app) ? map_n_layers(&app->run->trace) : 0;

	if (all < 2) {
		app_say(app, "the trace does not tell layers apart");
		return;
	}
	look->of.layer = next_of(look->of.layer, all, n);
	say_of(app);
}

static void head_by(struct app *app, int n)
{
	struct map_look *look = map_look(app);
	uint32_t all = pages_of(app) ? map_n_heads(&app->run->trace) : 0;

	if (all < 2) {
		app_say(app, "the trace does not tell KV heads apart");
		return;
	}
	look->of.head = next_of(look->of.head, all, n);
	say_of(app);
}

static void tiles_next(struct app *app)
{
	static const char *const says[MAP_TILES] = {
		[MAP_ONE] = "one map",
		[MAP_LAYERS] = "a map of each layer",
		[MAP_HEADS] = "a map of each KV head",
	};
	struct map_look *look = map_look(app);

	if (!pages_of(app) || pages_n_layers(app->run->trace.pages) < 2) {
		app_say(app, "the trace does not tell layers apart");
		return;
	}
	look->tiles = (look->tiles + 1) % MAP_TILES;
	if (look->tiles == MAP_HEADS && map_n_heads(&app->run->trace) < 2)
		look->tiles = MAP_ONE;
	app_say(app, "%s", says[look->tiles]);
}

static void again_by(struct app *app, int n)
{
	struct map_again again;
	uint32_t at = map_step(app), left = (uint32_t)(n < 0 ? -n : n);
	char number[NUM_BYTES];

	if (!pages_of(app))
		return;
	for (; left; left--, at = again.p.token)
		if (!map_again_next(app->run, app_n_tokens(app),
				    map_look(app)->of, at, n > 0, &again)) {
			app_say(app, "nothing unseen is said again %s token %s",
				n > 0 ? "after" : "before",
				num_count(number, (uint64_t)at + 1));
			return;
		}
	app_seek(app, at + 1);
}

static const struct action rows[] = {
	{ .name = "map-rows", .keys = { '"' }, .hint = "rows",
	  .about = "one page a row, or all pages",
	  .run = rows_toggle },
	{ .name = "next-layer", .keys = { 'i' },
	  .about = "the pages of the next layer, then of all together",
	  .by = layer_by, .n = 1 },
	{ .name = "prev-layer", .keys = { 'I' },
	  .about = "the pages of the layer before",
	  .by = layer_by, .n = -1 },
	{ .name = "next-head", .keys = { 'H' },
	  .about = "the pages of the next KV head, then of all together",
	  .by = head_by, .n = 1 },
	{ .name = "map-tiles", .keys = { 'M' }, .hint = "layers",
	  .about = "a small map of each layer, of each KV head, or one map",
	  .run = tiles_next },
	{ .name = "next-unseen", .keys = { 'O' }, .hint = "unseen",
	  .about = "where the next is said again that attention no longer sees",
	  .by = again_by, .n = 1 },
	{ .name = "prev-unseen", .keys = { 'U' },
	  .about = "where the one before is said again",
	  .by = again_by, .n = -1 },
};

static const struct action_room room = { .title = "The map", .of = &view_map,
					 .rows = rows,
					 .n = ARRAY_LEN(rows) };

static void move_along(struct app *app, int n)
{
	struct map_look *look = map_look(app);
	uint32_t pages = pages_of(app);

	look->page = moved_by(look->page, n, pages ? pages - 1 : 0);
	app->dirty = true;
}

static void move_page(struct app *app, int n)
{
	enum { PAGE_STEPS = 10 };

	move_along(app, n * PAGE_STEPS);
}

/* --- the view ----------------------------------------------------------- */

struct map_look *map_look(const struct app *app)
{
	return view_state(app, &view_map);
}

static bool has(const struct app *app)
{
	return pages_of(app) > 0;
}

const struct view view_map = {
	.name = "map",
	.about = "pages of the KV cache: kept, read, evicted",
	.is = SHOWS_RUN | SHOWS_MEASURES,
	.keys = &room,
	.state_bytes = sizeof(struct map_look),
	.draw = draw,
	.click = click,
	.explain = explain,
	.has = has,
	.enter = enter_run,
	.moves = {
		[MOVE_ACROSS] = playhead_across,
		[MOVE_ALONG] = move_along,
		[MOVE_PAGE] = move_page,
		[MOVE_END] = playhead_end,
		[MOVE_TOKEN] = playhead_token,
		[MOVE_THRESHOLD] = here_threshold,
		[MOVE_RIVAL] = here_rival,
		[MOVE_CHANGE] = here_change,
		[MOVE_ZOOM] = axis_zoom,
		[MOVE_PAN] = axis_pan,
		[MOVE_PLAY] = playhead_play,
		[MOVE_FOLLOW] = playhead_follow,
	},
};
