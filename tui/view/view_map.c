/*
 * The map of the KV cache: tokens across, pages down, from top to bottom
 *
 *	numbers   policy, budget, pages, bytes at the playhead
 *	legend    what the marks mean
 *	map       a cell for some tokens and some pages (map.h)
 *	axis      two rows
 *	page      the page under the cursor: what happened to it, its text
 *
 * Each state has a mark of its own, so that a screen without colours tells as
 * much. A cell in which a page was evicted is never drawn as one in which
 * none was.
 */
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "draw/chart.h"
#include "draw/glyph.h"
#include "draw/pen.h"
#include "draw/text_layout.h"
#include "model/sparse.h"
#include "view/map.h"
#include "view/moves.h"
#include "view/views.h"

enum {
	GUTTER_COLS = 7,
	TEXT_ROWS_MAX = 4,
	LABEL_ROWS = 4,	   /* between labels of pages */
	READ_WINDOW = 100, /* tokens in which reads of a page are counted */
	SENTENCE_COLS = 72,
};

/* Rows of each part; 0 leaves it out. */
struct map_parts {
	int numbers, legend, map, axis, title, text;
};

static struct map_parts split(int rows)
{
	struct map_parts p = { .numbers = 1 };
	int left = rows - 1;

	p.axis = rows >= 7 ? 2 : 0;
	p.title = rows >= 9;
	p.legend = rows >= 12;
	left -= p.axis + p.title + p.legend;
	p.text = rows >= 10 ? MIN(MAX(left / 5, 1), TEXT_ROWS_MAX) : 0;
	p.map = MAX(left - p.text, 0);
	return p;
}

/* What is drawn of a cell, from a share that was read upwards. */
static const struct mark {
	const char *glyph;
	char ascii;
	enum style style;
	const char *name;
} marks[] = {
	{ "·", '.', STYLE_DIM, "kept" },
	{ "░", ':', STYLE_H, "read" },
	{ "▒", '+', STYLE_H, NULL },
	{ "▓", '%', STYLE_RHO, NULL },
	{ "█", '#', STYLE_RHO, "read always" },
	{ "×", 'x', STYLE_BAD, "evicted" },
	{ "╌", '-', STYLE_DIM, "gone" },
};
enum { MARK_KEPT, MARK_READ, MARK_ALWAYS = 4, MARK_EVICTED, MARK_GONE };

static int mark_of(const struct map_cell *c)
{
	if (c->read > 0 && 2 * c->read < c->there)
		return MARK_READ + (4 * c->read >= c->there);
	if (c->read > 0)
		return c->read < c->there ? MARK_ALWAYS - 1 : MARK_ALWAYS;
	if (c->kept > 0)
		return MARK_KEPT;
	return c->there > 0 ? MARK_GONE : -1;
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
			       .layer = look->layer,
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

/* The token whose step is looked at. */
static uint32_t step_of(const struct app *app)
{
	return app->playhead ? app->playhead - 1 : 0;
}

/* --- the map ------------------------------------------------------------ */

static void draw_cells(const struct scale *sc)
{
	const struct map *m = &sc->map;
	struct screen *s = sc->chart.s;

	for (int y = 0; y < m->rows; y++) {
		for (int x = 0; x < m->cols; x++) {
			const struct map_cell *c =
				&m->cells[(size_t)y * (size_t)m->n_bins +
					  (size_t)map_bin_of_col(m, x)];
			int mark = mark_of(c);
			/* Where nearly all is read the shade stays, in the
			 * colour and with the line of what is evicted. */
			bool much = 4 * c->read >= 3 * c->there;
			enum style style = STYLE_BAD;

			if (c->evicted && !much)
				mark = MARK_EVICTED;
			if (mark < 0)
				continue;
			if (!c->evicted)
				style = marks[mark].style;
			screen_glyph(s, sc->chart.r.row + y,
				     sc->chart.r.col + x, style,
				     marks[mark].glyph, marks[mark].ascii);
		}
	}
}

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
	int col = chart_col(c, step_of(app));
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
	draw_cells(sc);
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

static const char *dot(const struct pen *p)
{
	return glyph(GLYPH_DOT, p->s->ascii);
}

static void draw_bytes(const struct trace *t, uint32_t i, struct pen *p)
{
	char a[NUM_BYTES], b[NUM_BYTES];
	const struct kv_bytes *kv = t->kv ? &t->kv[i] : NULL;

	if (!kv || !(kv->held > 0))
		return;
	pen_printf(p, STYLE_DIM, " %s KV ", dot(p));
	if (kv->used > 0)
		pen_printf(p, STYLE_NORMAL, "%s in %s",
			   num_size(a, (uint64_t)kv->used),
			   num_size(b, (uint64_t)kv->held));
	else
		pen_printf(p, STYLE_NORMAL, "%s",
			   num_size(b, (uint64_t)kv->held));
	if (kv->read > 0)
		pen_printf(p, STYLE_NORMAL, ", read %s",
			   num_size(a, (uint64_t)kv->read));
}

static void draw_numbers(const struct app *app, struct pen *p)
{
	const struct map_look *look = map_look(app);
	const struct trace *t = &app->run->trace;
	uint32_t i = step_of(app);
	struct map_count n = map_count_at(t, look->layer, i);
	char a[NUM_BYTES], b[NUM_BYTES], c[NUM_BYTES];

	if (t->facts.policy)
		pen_printf(p, STYLE_STRONG, "%s", t->facts.policy);
	if (t->facts.budget)
		pen_printf(p, STYLE_NORMAL, " %s",
			   num_count(a, t->facts.budget));
	if (look->layer != MAP_ALL_LAYERS)
		pen_printf(p, STYLE_LIMIT, " %s layer %lu of %lu", dot(p),
			   (unsigned long)MIN(look->layer,
					      pages_n_layers(t->pages)),
			   (unsigned long)pages_n_layers(t->pages));
	pen_printf(p, STYLE_DIM, " %s token %s: ", dot(p),
		   num_count(a, (uint64_t)i + 1));
	if (i < pages_first(t->pages)) {
		pen_printf(p, STYLE_NORMAL, "no pages told before token %s",
			   num_count(b, (uint64_t)pages_first(t->pages) + 1));
		return;
	}
	pen_printf(p, STYLE_STRONG, "%s", num_count(a, n.read));
	pen_printf(p, STYLE_NORMAL, " read, %s kept of %s pages",
		   num_count(b, n.kept), num_count(c, n.there));
	draw_bytes(t, i, p);
}

static void draw_legend(const struct app *app, const struct scale *sc,
			struct pen *p)
{
	const struct map_look *look = map_look(app);
	bool ascii = p->s->ascii;
	char a[NUM_BYTES];

	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		char one[2] = { marks[i].ascii, '\0' };

		pen_printf(p, marks[i].style, "%s",
			   ascii ? one : marks[i].glyph);
		if (marks[i].name)
			pen_printf(p, STYLE_DIM, " %s  ", marks[i].name);
	}
	pen_printf(p, STYLE_PROMPT, "%s", ascii ? "P" : "┃");
	pen_puts(p, STYLE_DIM, " prompt  ");
	if (sc->map.pages_per_row > 1)
		pen_printf(p, STYLE_DIM, "%s pages a row  ",
			   num_count(a, sc->map.pages_per_row));
	if (pages_n_layers(app->run->trace.pages) > 1 &&
	    look->layer == MAP_ALL_LAYERS)
		pen_printf(
			p, STYLE_DIM, "shares over %lu layers",
			(unsigned long)pages_n_layers(app->run->trace.pages));
}

/* --- the page under the cursor ------------------------------------------ */

/* A row of positions, as "prompt 1-11, tokens 1-5". */
static void put_positions(const struct trace *t, uint32_t page, bool ascii,
			  struct buf *out)
{
	const char *to = ascii ? "-" : "–";
	uint64_t size = map_page_tokens(t), prompt = t->facts.prompt_tokens;
	uint64_t from = page * size, end = from + size;
	char a[NUM_BYTES], b[NUM_BYTES];

	if (from < prompt)
		buf_printf(out, "prompt %s%s%s", num_count(a, from + 1), to,
			   num_count(b, MIN(end, prompt)));
	if (end > prompt)
		buf_printf(out, "%stokens %s%s%s", from < prompt ? ", " : "",
			   num_count(a, MAX(from, prompt) - prompt + 1), to,
			   num_count(b, end - prompt));
}

static void put_fate(const struct trace *t, const struct map_page *page,
		     uint32_t i, struct buf *out)
{
	char a[NUM_BYTES];

	if (i < page->born) {
		buf_printf(out, "not there before token %s",
			   num_count(a, (uint64_t)page->born + 1));
		return;
	}
	if (i < pages_first(t->pages))
		return;
	if (page->kept && page->since != PAGES_NEVER)
		buf_printf(out, "kept since token %s",
			   num_count(a, (uint64_t)page->since + 1));
	else if (page->evicted_at != PAGES_NEVER)
		buf_printf(out, "evicted at token %s",
			   num_count(a, (uint64_t)page->evicted_at + 1));
	else
		buf_puts(out, "never kept");
	if (page->layers > 1 && page->kept)
		buf_printf(out, " in %lu of %lu layers",
			   (unsigned long)page->kept,
			   (unsigned long)page->layers);
}

static void draw_fate(const struct trace *t, const struct map_page *page,
		      uint32_t i, struct pen *p)
{
	struct buf text = { 0 };
	char a[NUM_BYTES], b[NUM_BYTES];

	put_fate(t, page, i, &text);
	pen_printf(p, STYLE_NORMAL, " %s ", buf_cstr(&text));
	buf_release(&text);
	if (i < page->born || i < pages_first(t->pages))
		return;
	pen_printf(p, STYLE_DIM, "%s", dot(p));
	pen_printf(p, STYLE_NORMAL, " read for %s of %s tokens ",
		   num_count(a, page->n_read), num_count(b, page->window));
}

static void draw_page_title(const struct app *app, const struct scale *sc,
			    struct screen *s, struct rect r)
{
	const struct map_look *look = map_look(app);
	const struct trace *t = &app->run->trace;
	uint32_t page = page_cursor(app, sc->n_pages), i = step_of(app);
	struct map_page at =
		map_page_at(t, look->layer, page, i, READ_WINDOW);
	struct pen p = pen_at(s, r.row, r.col + 3, r.cols - 4);
	struct buf text = { 0 };
	char number[NUM_BYTES];

	screen_hline(s, r.row, r.col, r.cols, STYLE_DIM);
	pen_printf(&p, STYLE_CURSOR, " page %s ", num_count(number, page));
	put_positions(t, page, s->ascii, &text);
	pen_printf(&p, STYLE_DIM, " %s %s", buf_cstr(&text), dot(&p));
	buf_release(&text);
	draw_fate(t, &at, i, &p);
}

/* Bytes of a page: of the prompt, then of the output. */
struct page_text {
	struct buf text;
	size_t n_prompt; /* bytes of it that are the prompt's */
	bool unknown;	 /* where the prompt's tokens end is not known */
};

static struct page_text page_text(const struct trace *t, uint32_t page)
{
	uint64_t size = map_page_tokens(t), prompt = t->facts.prompt_tokens;
	uint64_t from = page * size, end = from + size;
	struct page_text out = { .unknown = false };

	out.unknown = from < prompt && t->n_prompt_ends < MIN(end, prompt);
	if (from < prompt && !out.unknown) {
		uint32_t at = from ? t->prompt_end[from - 1] : 0;

		buf_append(&out.text, t->prompt.data + at,
			   t->prompt_end[MIN(end, prompt) - 1] - at);
	}
	out.n_prompt = out.text.len;
	from = MAX(from, prompt) - prompt;
	end = MIN(MAX(end, prompt) - prompt, t->n_tokens);
	if (from < end) {
		uint32_t at = from ? t->end[from - 1] : 0;

		buf_append(&out.text, t->text.data + at, t->end[end - 1] - at);
	}
	/* One paragraph, whatever the page holds. */
	for (size_t i = 0; i < out.text.len; i++)
		if (out.text.data[i] == '\n')
			out.text.data[i] = ' ';
	return out;
}

static void draw_page_text(const struct app *app, const struct scale *sc,
			   struct screen *s, struct rect r)
{
	struct page_text page =
		page_text(&app->run->trace, page_cursor(app, sc->n_pages));
	struct text_layout l = { .text = page.text.data,
				 .len = page.text.len,
				 .width = MAX(r.cols - 2, 1),
				 .ascii = s->ascii };

	if (page.unknown)
		screen_puts(s, r.row, r.col + 1, STYLE_DIM,
			    "The trace does not say where the tokens of its "
			    "prompt end.");
	for (size_t at = 0, y = page.unknown; y < (size_t)r.rows && at < l.len;
	     y++) {
		struct text_line line = text_layout_line(&l, at);
		size_t mid = MIN(MAX(page.n_prompt, line.from), line.shown);
		int row = r.row + (int)y, used;

		used = screen_text(s, row, r.col + 1, l.width, STYLE_PROMPT,
				   l.text + line.from, mid - line.from);
		screen_text(s, row, r.col + 1 + used, l.width - used,
			    STYLE_NORMAL, l.text + mid, line.shown - mid);
		at = line.next;
	}
	buf_release(&page.text);
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
		draw_legend(app, &sc, &pen);
	}
	draw_map(app, &sc, &p);
	r.row = sc.chart.r.row + p.map + p.axis;
	r.rows = 1;
	if (p.title)
		draw_page_title(app, &sc, s, r);
	r.row++;
	r.rows = p.text;
	draw_page_text(app, &sc, s, r);
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
	uint32_t i = step_of(app);
	struct map_count n;

	if (!pages_of(app) || !t->n_tokens)
		return;
	n = map_count_at(t, look->layer, i);
	buf_printf(out,
		   "A page is the keys and values of %s tokens. For token %s "
		   "attention read %s of the %s pages that are kept, of %s "
		   "that there were: what is not read costs no time, what is "
		   "not kept costs no memory, and what is gone can't be read "
		   "again.\n",
		   num_count(a, map_page_tokens(t)),
		   num_count(b, (uint64_t)i + 1), num_count(c, n.read),
		   num_count(d, n.kept),
		   num_count((char[NUM_BYTES]){ 0 }, n.there));
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

static void layer_by(struct app *app, int n)
{
	struct map_look *look = map_look(app);
	uint32_t all = pages_of(app) ? pages_n_layers(app->run->trace.pages)
				     : 0;

	if (all < 2) {
		app_say(app, "the trace does not tell layers apart; lilscope "
			     "decode --layers does");
		return;
	}
	look->layer =
		(uint32_t)((MIN(look->layer, all) + all + 1 + (uint32_t)n) %
			   (all + 1));
	if (look->layer == MAP_ALL_LAYERS)
		app_say(app, "all %lu layers", (unsigned long)all);
	else
		app_say(app, "layer %lu of %lu", (unsigned long)look->layer,
			(unsigned long)all);
}

static const struct action rows[] = {
	{ .name = "map-rows", .keys = { K_ENTER }, .hint = "rows",
	  .about = "one page a row, or all pages",
	  .run = rows_toggle },
	{ .name = "next-layer", .keys = { 'i' },
	  .about = "the pages of the next layer, then of all together",
	  .by = layer_by, .n = 1 },
	{ .name = "prev-layer", .keys = { 'I' },
	  .about = "the pages of the layer before",
	  .by = layer_by, .n = -1 },
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
		[MOVE_CHANGE] = here_change,
		[MOVE_ZOOM] = axis_zoom,
		[MOVE_PAN] = axis_pan,
		[MOVE_PLAY] = playhead_play,
		[MOVE_FOLLOW] = playhead_follow,
	},
};
