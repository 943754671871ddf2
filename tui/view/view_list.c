/*
 * The list view: a head with the columns, a row an entry, and below a rule
 * with the progress of reading and a line that sums up.
 */
#include "base/num.h"
#include "draw/glyph.h"
#include "view/views.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "view/list_column.h"
#include "view/moves.h"
#include "view/now.h"

#define LIVE_BEAT_S 0.25

enum {
	RECORD_MIN_COLS = 9,
	RECORD_MAX_COLS = 48,
	SOURCES_SEEN = 256, /* whose names decide the width of a column */
	GAP = 2,
	PROGRESS_COLS = 24,
	SHAPE_RANK = 5, /* of the bar: it comes after columns of this rank */
	SHAPE_MIN_COLS = 20,
	SPARK_RANK = 4,
	SPARK_MIN_COLS = 8,
	WORDS_COLS = 32, /* of prompts: their beginnings */
	IDS_COLS = 28, /* names of requests are long */
	SHAPE_MAX_COLS = 60,
};

/* --- which columns ------------------------------------------------------ */

struct widths {
	int cols[LIST_COLUMNS]; /* 0: not shown */
	int shape;              /* of the bar at the right, or 0 */
};

static int digits_of(size_t n)
{
	char text[NUM_BYTES];
	return (int)strlen(num_count(text, n));
}

/* The longest name of a record, as list_entry_words() makes them. */
static int record_cols(const struct deck *d)
{
	size_t n_sources = MIN(deck_n_sources(d), (size_t)SOURCES_SEEN);
	bool one = deck_n_sources(d) <= 1 && deck_n(d) > 1;
	int cols = one ? WORDS_COLS : 0;
	const char *why;
	bool several = deck_n(d) + deck_passed(d, &why) > deck_n_sources(d);
	int more = several ? WORDS_COLS / 2 : 0;

	for (size_t i = 0; i < n_sources && !one; i++) {
		const char *name = deck_source_short(d, i);

		cols = MAX(cols, screen_width(name, strlen(name)) + more);
	}
	return MAX(RECORD_MIN_COLS, MIN(cols, RECORD_MAX_COLS));
}

static int cols_of(const struct app *app, int column, int all)
{
	if (column == LIST_RECORD && list_of(app)->live)
		return MIN(IDS_COLS, MAX(all / 5, 14));
	if (column == LIST_NUMBER)
		return MAX(digits_of(deck_n(app->deck)), 3);
	if (column == LIST_RECORD)
		return MIN(record_cols(app->deck), MAX(all / 3, 14));
	return list_column_at(app, column).cols;
}

/* Columns in order of rank while they fit; a bar gets what is left. */
static struct widths widths_for(const struct app *app, int cols)
{
	struct widths w = { { 0 }, 0 };
	bool live = list_of(app)->live;
	int least = live ? SPARK_MIN_COLS : SHAPE_MIN_COLS;
	int left = cols - 2; /* a blank at both edges */
	for (int rank = 0; rank < LIST_COLUMNS; rank++) {
		if (rank > (live ? SPARK_RANK : SHAPE_RANK) && w.shape == 0 &&
		    left >= least) {
			w.shape = least;
			left -= least + GAP;
		}
		for (int i = 0; i < LIST_COLUMNS; i++) {
			int need = cols_of(app, i, cols);
			if (list_column_at(app, i).rank != rank ||
			    left < need + GAP)
				continue;
			w.cols[i] = need;
			left -= need + GAP;
		}
	}
	if (w.cols[LIST_RECORD] == 0)
		w.cols[LIST_RECORD] = MAX(cols - 2, 1);
	else if (w.shape > 0)
		w.shape += MAX(MIN(left, SHAPE_MAX_COLS - SHAPE_MIN_COLS), 0);
	return w;
}

/* A text that is too wide says so. */
static void fit(char *text, int cols, bool ascii)
{
	const char *dots = ascii ? "~" : "…";
	size_t n = strlen(text), at = 0;
	struct utf8_cluster cl;
	int used = 0;

	if (screen_width(text, n) <= cols)
		return;
	while (at < n) {
		size_t len = utf8_cluster(text + at, n - at, ascii, &cl);

		if (used + cl.width > cols - 1)
			break;
		used += cl.width;
		at += len;
	}
	at = MIN(at, CELL_BYTES - strlen(dots) - 1);
	memcpy(text + at, dots, strlen(dots) + 1);
}

static void put_cell(struct screen *s, int row, int col, int cols,
		     const struct column *c, const struct cell_text *text)
{
	size_t n = strlen(text->text);
	int width = MIN(screen_width(text->text, n), cols);
	int at = c->left ? col : col + cols - width;
	screen_text(s, row, at, cols, text->style, text->text, n);
}

static void draw_head(const struct app *app, struct screen *s, struct rect r,
		      const struct widths *w)
{
	const struct list *l = list_of(app);
	int col = r.col + 1;
	for (int i = 0; i < LIST_COLUMNS; i++) {
		struct cell_text text = { .style = STYLE_DIM };
		struct column column = list_column_at(app, i);
		const char *title = column.title;
		bool sorted = l->sort == i;
		const char *down = s->ascii ? "v" : "▾";
		const char *up = s->ascii ? "^" : "▴";

		if (w->cols[i] == 0)
			continue;
		if (i == LIST_RHO)
			title = glyph(GLYPH_RHO, s->ascii);
		snprintf(text.text, sizeof(text.text), "%s%s", title,
			 !sorted ? "" : l->descending ? down : up);
		text.style = sorted ? STYLE_STRONG : STYLE_DIM;
		put_cell(s, r.row, col, w->cols[i], &column, &text);
		col += w->cols[i] + GAP;
	}
	if (w->shape > 0) {
		struct pen p = pen_at(s, r.row, col, w->shape);

		if (l->live) {
			pen_puts(&p, STYLE_DIM, "gain");
			pen_puts(&p, STYLE_DIM, " per window");
			return;
		}
		pen_puts(&p, STYLE_GAIN, s->ascii ? "=" : "━");
		pen_puts(&p, STYLE_DIM, " length ");
		pen_puts(&p, STYLE_AFTER, s->ascii ? "." : "┅");
		pen_puts(&p, STYLE_DIM, " after ");
		pen_puts(&p, STYLE_DIM, list_stop_word(app));
	}
}

/* --- rows --------------------------------------------------------------- */

/* Instead of numbers: what is known of an entry that is not measured. */
static void draw_unmeasured(const struct entry *e, struct screen *s, int row,
			    int col, int cols)
{
	char text[CELL_BYTES], size[NUM_BYTES];
	const char *dots = glyph(GLYPH_ELLIPSIS, s->ascii);
	enum style style = STYLE_DIM;
	if (e->state == ENTRY_BROKEN) {
		snprintf(text, sizeof(text), "%s broken record",
			 glyph(GLYPH_CROSS, s->ascii));
		style = STYLE_BAD;
	} else if (e->state == ENTRY_OPEN) {
		snprintf(text, sizeof(text), "reading %s", dots);
	} else if (e->own.size_bytes) {
		snprintf(text, sizeof(text), "%s %s",
			 num_size(size, e->own.size_bytes), dots);
	} else {
		snprintf(text, sizeof(text), "%s", dots);
	}
	screen_text(s, row, col, cols, style, text, strlen(text));
}

/* The length of a generation, with what came after the threshold apart. */
static void draw_shape(const struct app *app, struct screen *s, int row,
		       int col, int cols, size_t i)
{
	const struct list *l = list_of(app);
	const struct entry *e = deck_entry(app->deck, i);
	struct rule_verdict stop = deck_stop(app->deck, i);
	double unit = (double)cols / MAX(l->totals.longest, 1u);
	int end = MAX((int)(e->tokens * unit + 0.5), e->tokens > 0);
	bool fired = e->fired_at != RULE_NEVER;
	int lil = fired ? (int)(e->fired_at * unit) : end;
	int back = fired && stop.resumed_at != RULE_NEVER
			   ? (int)(stop.resumed_at * unit)
			   : end;
	int again = stop.again_at == RULE_NEVER ? end :
						  (int)(stop.again_at * unit);

	for (int x = 0; x < MIN(end, cols); x++) {
		bool after = (x >= lil && x < MAX(back, lil + 1)) || x >= again;
		screen_glyph(s, row, col + x,
			     after ? STYLE_AFTER : STYLE_GAIN,
			     after ? "┅" : "━", after ? '.' : '=');
	}
}

static void draw_row(const struct app *app, struct screen *s, struct rect r,
		     const struct widths *w, size_t i)
{
	const struct entry *e = deck_entry(app->deck, i);
	int col = r.col + 1;
	for (int c = 0; c < LIST_COLUMNS; c++) {
		struct column column = list_column_at(app, c);
		struct cell_text text;

		if (w->cols[c] == 0)
			continue;
		if (!column.early && !list_is_known(e)) {
			draw_unmeasured(e, s, r.row, col,
					r.col + r.cols - col);
			return;
		}
		list_cell(app, c, i, s->ascii, &text);
		fit(text.text, w->cols[c], s->ascii);
		put_cell(s, r.row, col, w->cols[c], &column, &text);
		col += w->cols[c] + GAP;
	}
	if (w->shape > 0 && list_of(app)->live)
		list_spark(app, i, s, r.row, col, w->shape);
	else if (w->shape > 0)
		draw_shape(app, s, r.row, col, w->shape, i);
}

static size_t top_row(const struct app *app, int rows)
{
	const struct list *l = list_of(app);
	size_t at = MIN(l->cursor, l->n ? l->n - 1 : 0);
	size_t top = MIN(l->top, at);
	if (at >= top + (size_t)rows)
		top = at - (size_t)rows + 1;
	return top;
}

/* Between the number and the record. */
static int mark_col(const struct widths *w, int left)
{
	int number = w->cols[LIST_NUMBER];
	return left + (number > 0 ? 1 + number : 0);
}

static void draw_rows(const struct app *app, struct screen *s, struct rect r,
		      const struct widths *w)
{
	const struct list *l = list_of(app);
	size_t top = top_row(app, r.rows);
	size_t opened = deck_opened(app->deck);
	for (int y = 0; y < r.rows && top + (size_t)y < l->n; y++) {
		size_t at = top + (size_t)y;
		struct rect row = { r.row + y, r.col, 1, r.cols };
		draw_row(app, s, row, w, l->order[at]);
		if (list_is_marked(app, l->order[at]))
			screen_glyph(s, row.row, mark_col(w, r.col),
				     STYLE_MARK, glyph(GLYPH_DIAMOND, false),
				     glyph(GLYPH_DIAMOND, true)[0]);
		if (l->order[at] == opened)
			screen_glyph(s, row.row, row.col, STYLE_PLAYHEAD, "▸",
				     '>');
		if (at != l->cursor)
			continue;
		screen_restyle(s, row, STYLE_SELECTED);
		if (l->order[at] != opened)
			screen_glyph(s, row.row, row.col, STYLE_SELECTED, "›",
				     '>');
	}
	if (l->n == 0)
		screen_puts(s, r.row + r.rows / 2, r.col + 2, STYLE_DIM,
			    l->filter[0] ? "nothing passes the filter"
			    : deck_index_complete(app->deck)
				    ? "no generations"
				    : "reading");
}

/* --- below -------------------------------------------------------------- */

/* While streams are read nobody knows how much will come. */
static void draw_live(const struct app *app, struct screen *s, struct rect r)
{
	const struct list_totals *t = &list_of(app)->totals;
	char number[NUM_BYTES];

	screen_printf(s, r.row, r.col + 2, STYLE_STRONG, " %s live: %s open ",
		      s->ascii ? "*" : "●", num_count(number, t->n_going));
}

static void draw_progress(const struct app *app, struct screen *s,
			  struct rect r)
{
	int full = (int)(deck_progress(app->deck) * PROGRESS_COLS);
	int col = r.col + 2;
	char what[64];

	screen_hline(s, r.row, r.col, r.cols, STYLE_DIM);
	if (list_of(app)->live) {
		draw_live(app, s, r);
		return;
	}
	if (r.cols < PROGRESS_COLS + 20 ||
	    !app_put_progress(app, true, what, sizeof(what)))
		return;
	for (int i = 0; i < PROGRESS_COLS; i++)
		screen_glyph(s, r.row, col + i,
			     i < full ? STYLE_GAIN : STYLE_DIM,
			     i < full ? "█" : "░", i < full ? '#' : '.');
	screen_printf(s, r.row, col + PROGRESS_COLS, STYLE_STRONG,
		      " %s ", what);
}

/* How often a stop is there among those that are known: none of nothing is no
 * good news, and none so far is none. */
static void put_fired(const struct app *app, struct pen *p)
{
	const struct list *l = list_of(app);
	const struct list_totals *t = &l->totals;
	size_t n = l->n - t->n_broken; /* generations */
	bool ascii = p->s->ascii, all = t->n_known == n && !t->n_going;
	char a[NUM_BYTES], mark[2];

	if (!t->n_known && !n && t->n_broken)
		pen_puts(p, STYLE_DIM, "nothing to measure");
	else if (!t->n_known)
		pen_puts(p, STYLE_DIM, "none is measured yet");
	else if (t->n_fired)
		pen_printf(p, STYLE_LIL, "%s %s in %s",
			   list_stop_mark(app, ascii, mark),
			   list_stop_word(app), num_count(a, t->n_fired));
	else
		pen_printf(p, all ? STYLE_GOOD : STYLE_NORMAL,
			   "%s %s in none", glyph(GLYPH_OPEN, ascii),
			   list_stop_word(app));
	if (!t->n_known)
		return;
	pen_printf(p, t->n_fired ? STYLE_DIM : STYLE_NORMAL, " of %s%s",
		   num_count(a, t->n_known), all ? "" : " so far");
	if (t->n_known < n)
		pen_printf(p, STYLE_DIM, ", %s not measured",
			   num_count(a, n - t->n_known));
}

/* Texts of streams that memory had no room for; they open all the same. */
static void put_away(const struct app *app, struct pen *p)
{
	const char *trouble;
	uint64_t n = deck_spilled(app->deck, &trouble);
	char a[NUM_BYTES];

	if (!n)
		return;
	pen_printf(p, STYLE_DIM, " %s %s put away",
		   glyph(GLYPH_DOT, p->s->ascii), num_count(a, n));
	if (trouble[0])
		pen_puts(p, STYLE_ERROR, ", some without text");
}

void list_draw_summary(const struct app *app, struct screen *s, struct rect r)
{
	const struct list *l = list_of(app);
	char a[NUM_BYTES], b[NUM_BYTES];
	bool ascii = s->ascii;
	const struct list_totals *t = &l->totals;
	struct pen p = pen_at(s, r.row, r.col + 1, r.cols - 2);
	size_t n = l->n - t->n_broken;

	pen_printf(&p, STYLE_STRONG, "%s", num_count(a, n));
	pen_printf(&p, STYLE_NORMAL, " generation%s", n == 1 ? "" : "s");
	if (t->n_broken)
		pen_printf(&p, STYLE_BAD, ", %s broken record%s",
			   num_count(a, t->n_broken),
			   t->n_broken == 1 ? "" : "s");
	if (l->filter[0])
		pen_printf(&p, STYLE_FOUND, " filter: %s", l->filter);
	if (list_n_marked(app) > 0)
		pen_printf(&p, STYLE_MARK, " %s %s marked",
			   glyph(GLYPH_DIAMOND, ascii),
			   num_count(a, list_n_marked(app)));
	pen_printf(&p, STYLE_DIM, " %s ", glyph(GLYPH_DOT, ascii));
	put_fired(app, &p);
	put_away(app, &p);
	if (t->n_fired == 0)
		return;
	pen_printf(&p, STYLE_NORMAL, " %s %s tokens after it",
		   glyph(GLYPH_DOT, ascii), num_count(a, t->tokens_after));
	pen_printf(&p, STYLE_STRONG, " (%s)",
		   num_percent(a, t->tokens_after, t->tokens));
	pen_printf(&p, STYLE_NORMAL, " of %s", num_count(b, t->tokens));
	now_draw_afters(t->n_after, &p);
}

static void draw(const struct app *app, struct screen *s, struct rect r)
{
	int rows = list_rows(r.rows), below = r.row + 1 + rows;
	struct widths w;

	if (!app->deck || r.rows < 1)
		return;
	w = widths_for(app, r.cols);
	draw_head(app, s, r, &w);
	if (r.rows < 2)
		return;
	draw_rows(app, s, (struct rect){ r.row + 1, r.col, rows, r.cols }, &w);
	if (below < r.row + r.rows)
		draw_progress(app, s, (struct rect){ below, r.col, 1,
						     r.cols });
	if (below + 1 < r.row + r.rows)
		list_draw_summary(app, s, (struct rect){ below + 1, r.col, 1,
							 r.cols });
}

/* A click on the head sorts by that column, again the other way round. */
static bool click_head(struct app *app, int cols, int col)
{
	struct list *l = list_of(app);
	struct widths w = widths_for(app, cols);
	int at = 1;
	for (int i = 0; i < LIST_COLUMNS; i++) {
		if (w.cols[i] == 0)
			continue;
		if (col >= at && col < at + w.cols[i]) {
			bool again = l->sort == i;
			list_set_sort(app, (enum list_column)i,
				      again && !l->descending);
			return true;
		}
		at += w.cols[i] + GAP;
	}
	return false;
}

static bool click(struct app *app, struct rect r, int row, int col)
{
	struct list *l = list_of(app);
	int rows = list_rows(r.rows);
	size_t at;

	if (!app->deck)
		return false;
	if (row == 0)
		return click_head(app, r.cols, col);
	at = top_row(app, rows) + (size_t)(row - 1);
	if (row > rows || at >= l->n)
		return false;
	list_move(app, (long)at - (long)l->cursor);
	return true;
}

/* --- what keys do ------------------------------------------------------- */

static void open_selected(struct app *app)
{
	size_t i = list_selected(app);

	if (i == DECK_NONE)
		return;
	if (i == deck_opened(app->deck) && app->run) {
		view_show(app, &view_ratio);
		return;
	}
	if (app_open(app, i))
		view_show(app, &view_ratio);
}

/* The neighbour of the open generation, in the order of the list. */
static void open_neighbour(struct app *app, int step)
{
	struct list *l = list_of(app);
	size_t opened = deck_opened(app->deck), at = 0;
	int64_t to;

	while (at < l->n && l->order[at] != opened)
		at++;
	to = at < l->n ? (int64_t)at + step : 0;
	if (to < 0 || to >= (int64_t)l->n) {
		app_say(app, step > 0 ? "this is the last generation"
				      : "this is the first generation");
		return;
	}
	list_move(app, (long)to - (long)l->cursor);
	app_open(app, l->order[to]);
}

static void say_order(struct app *app)
{
	struct list *l = list_of(app);

	app_say(app, "sorted by %s%s",
		list_column_name((enum list_column)l->sort),
		l->descending ? ", largest first" : "");
}

/* Numbers are looked at from the largest. */
static void sort_next(struct app *app)
{
	struct list *l = list_of(app);
	int column = l->sort;

	do
		column = (column + 1) % LIST_COLUMNS;
	while (list_column_at(app, column).cols == NO_COLS);
	list_set_sort(app, (enum list_column)column,
		      column >= LIST_TOKENS && column <= LIST_AFTER);
	say_order(app);
}

static void sort_reverse(struct app *app)
{
	struct list *l = list_of(app);

	list_set_sort(app, (enum list_column)l->sort,
		      !l->descending);
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
	struct list *l = list_of(app);

	list_set_filter(app, arg);
	if (arg[0])
		app_say(app, "%zu of %zu generations match \"%s\"", l->n,
			deck_n(app->deck), arg);
	else
		app_say(app, "all %zu generations", l->n);
}

static void mark_row(struct app *app)
{
	struct list *l = list_of(app);
	size_t i = list_selected(app), n;

	if (i == DECK_NONE)
		return;
	list_toggle_mark(app, i);
	n = list_n_marked(app);
	if (strcmp(l->filter, "marked") == 0)
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
		view_show(app, &view_ratio);
}

static const struct action rows[] = {
	{ .name = "open", .keys = { K_ENTER }, .hint = "open",
	  .about = "the selected generation",
	  .run = open_selected },
	{ .name = "open-number", .arg = "NUMBER",
	  .about = "a generation by its number",
	  .with = open_number },
	{ .name = "next-generation", .keys = { '>' },
	  .fits = SHOWS_MEASURES | STANDS_OVER,
	  .about = "the next one of the list",
	  .by = open_neighbour, .n = 1 },
	{ .name = "prev-generation", .keys = { '<' },
	  .fits = SHOWS_MEASURES | STANDS_OVER,
	  .about = "the one before it",
	  .by = open_neighbour, .n = -1 },
	{ .name = "sort-next", .keys = { 's' }, .hint = "sort",
	  .about = "sort by the next column",
	  .run = sort_next },
	{ .name = "sort-reverse", .keys = { 'S' }, .hint = "+",
	  .about = "the other way round",
	  .run = sort_reverse },
	{ .name = "sort", .arg = "COLUMN",
	  .about = "by a column; -COLUMN from the largest",
	  .with = sort_by },
	{ .name = "filter", .arg = "[TEXT]",
	  .about = "only those with this text; stopped, not-stopped, "
		   "lil, no-lil, marked, broken",
	  .with = filter },
	{ .name = "mark-row", .keys = { 'm' }, .hint = "mark",
	  .about = "mark the generation, or take its mark away",
	  .run = mark_row },
};

static const struct action_room room = { .title = "List", .of = &view_list,
					 .rows = rows,
					 .n = ARRAY_LEN(rows) };

/* --- the view ----------------------------------------------------------- */

static void move_along(struct app *app, int n)
{
	list_move(app, n);
}

static void move_page(struct app *app, int n)
{
	list_move(app, (long)n * MAX(1, app->view_rows - 2));
}

static void move_end(struct app *app, int n)
{
	list_move(app, (long)list_of(app)->n * n);
}

static void follow(struct app *app, int n)
{
	(void)n;
	list_select(app, deck_n(app->deck) - 1);
}

/* While streams are read: how often the screen is drawn anew, and they are
 * looked at. */
static double beat(const struct app *app)
{
	return list_of(app)->live ? LIVE_BEAT_S : -1;
}

/* What is seen is reported first. */
static bool sync(struct app *app)
{
	const struct list *l = list_of(app);
	size_t top;

	list_sync(app);
	top = MIN(l->top, l->n);
	if (app->view == &view_list && l->n)
		deck_look(app->deck, l->order + top,
			  MIN(l->n - top, (size_t)app->view_rows));
	return false;
}

static void release(void *state)
{
	struct list *l = state;

	mem_free(l->order);
	mem_free(l->marks);
	buf_release(&l->alarm);
}

const struct view view_list = {
	.name = "list",
	.about = "all generations of the files: sort, filter, open",
	.is = SHOWS_MEASURES | SHOWS_ROWS,
	.search = list_search,
	.keys = &room,
	.state_bytes = sizeof(struct list),
	.release = release,
	.draw = draw,
	.click = click,
	.explain = list_explain,
	.has = has_source,
	.sync = sync,
	.beat = beat,
	.moves = {
		[MOVE_ACROSS] = move_page,
		[MOVE_ALONG] = move_along,
		[MOVE_PAGE] = move_page,
		[MOVE_END] = move_end,
		[MOVE_FOLLOW] = follow,
	},
};
