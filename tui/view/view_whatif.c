/*
 * What other numbers would do to all generations of the list (whatif.h): a row
 * for each way to stop, with a cursor. It is worked out in slices while it is
 * looked at, and kept: rows of the list that come later are added.
 *
 *	head      how many generations, what their answers are
 *	columns   a row a way; a bar: what is saved, and what of it was new
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "draw/glyph.h"
#include "draw/pen.h"
#include "opt/opt.h"
#include "report/whatif.h"
#include "system/clock.h"
#include "view/list.h"
#include "view/views.h"

enum {
	SLICE_US = 1000,   /* of work between two looks at the keys */
	SLICE_TOKENS = 256,
	HEAD_ROWS = 2,
	EDGE_COLS = 3,	   /* cursor, and what is set */
	NAME_COLS = 31,
	BAR_MIN_COLS = 12,
	BAR_MAX_COLS = 60,
};

enum what_column {
	COLUMN_NAME, /* as they are listed */
	COLUMN_STOPPED,
	COLUMN_FALSE,
	COLUMN_SAVED,
	COLUMN_PERCENT,
	COLUMN_LOST,
	COLUMN_KEPT,
	COLUMN_RIGHT,
	COLUMNS
};

/* The state of the view. */
struct whatif_look {
	struct whatif *w; /* NULL: nothing is worked out */
	struct meter_opts opts;
	char filter[sizeof(((struct list *)0)->filter)];
	uint8_t *done; /* by entry */
	size_t n_done, done_cap;
	size_t i_next;	  /* of the list: those before it are done */
	size_t at;	  /* the entry at hand; DECK_NONE */
	struct run *own;  /* its run, read again; NULL: the deck's */
	size_t n_broken;
	size_t *order, order_cap; /* of rows */
	enum what_column sort;
	size_t cursor, top;
};

static struct whatif_look *look_of(const struct app *app)
{
	return view_state(app, &view_whatif);
}

/* --- the work ----------------------------------------------------------- */

static void forget(struct whatif_look *l)
{
	whatif_free(l->w);
	run_free(l->own);
	l->w = NULL;
	l->own = NULL;
	l->at = DECK_NONE;
	l->i_next = l->n_done = l->n_broken = 0;
	if (l->done)
		memset(l->done, 0, l->done_cap);
}

static void release(void *state)
{
	struct whatif_look *l = state;

	forget(l);
	mem_free(l->done);
	mem_free(l->order);
}

static bool is_done(const struct whatif_look *l, size_t i)
{
	return i < l->done_cap && l->done[i];
}

static void set_done(struct whatif_look *l, size_t i)
{
	size_t cap = l->done_cap;

	l->done = grow(l->done, &l->done_cap, i + 1, sizeof(*l->done));
	memset(l->done + cap, 0, l->done_cap - cap);
	l->done[i] = 1;
	l->n_done++;
	l->at = DECK_NONE;
	run_free(l->own);
	l->own = NULL;
}

/* The deck's own run of an entry: a stream's can't be read again. */
static bool waits(const struct app *app, size_t i)
{
	const struct run *kept = deck_kept(app->deck, i);

	return kept && (!kept->ended || !kept->meter ||
			run_n_measured(kept) < kept->trace.n_tokens);
}

/* One that is known, whole and was not counted; DECK_NONE. */
static size_t next_entry(const struct app *app, struct whatif_look *l)
{
	const struct list *list = list_of(app);

	for (; l->i_next < list->n; l->i_next++) {
		size_t i = list->order[l->i_next];
		enum entry_state state = deck_entry(app->deck, i)->state;

		if (state == ENTRY_BROKEN && !is_done(l, i)) {
			set_done(l, i);
			l->n_broken++;
		}
		if (!is_done(l, i) && state != ENTRY_OPEN && !waits(app, i))
			return i;
	}
	return DECK_NONE;
}

/* The run of the entry at hand: the deck's, or it is read again. NULL: it
 * can't be. */
static const struct run *run_at(const struct app *app, struct whatif_look *l)
{
	const struct run *kept = deck_kept(app->deck, l->at);
	struct meter_opts opts = whatif_meter(&app->set.meter);
	struct err err = { "" };

	if (l->own)
		return l->own;
	if (kept)
		return kept;
	l->own = deck_load(app->deck, l->at, &err);
	if (l->own)
		run_set(l->own, &opts);
	return l->own;
}

/* Some tokens of a generation; false: all that are known are done. */
static bool step(const struct app *app, struct whatif_look *l)
{
	const struct run *run;

	if (l->at == DECK_NONE || (!l->own && waits(app, l->at))) {
		l->at = next_entry(app, l);
		whatif_drop(l->w);
	}
	if (l->at == DECK_NONE)
		return false;
	run = run_at(app, l);
	if (!run) {
		l->n_broken++;
		set_done(l, l->at);
		return true;
	}
	if (l->own && !run_measure(l->own, SLICE_TOKENS))
		return true;
	if (whatif_add(l->w, run, SLICE_TOKENS))
		set_done(l, l->at);
	return true;
}

/* --- the order of rows -------------------------------------------------- */

/* The larger the better; among equals, what saves more. */
static double value_of(const struct whatif_look *l, size_t i)
{
	const struct whatif_row *r = whatif_row(l->w, i);
	const double numbers[COLUMNS] = {
		[COLUMN_STOPPED] = (double)r->n_stopped,
		[COLUMN_FALSE] = -(double)r->n_false,
		[COLUMN_LOST] = -(double)r->lost,
		[COLUMN_KEPT] = (double)r->n_kept,
		[COLUMN_RIGHT] = (double)r->n_right,
		[COLUMN_SAVED] = (double)r->saved,
	};

	if (l->sort == COLUMN_NAME)
		return 0;
	return numbers[l->sort] +
	       (double)r->saved / (double)(whatif_all(l->w)->tokens + 1);
}

/* Few rows: each goes to its place among those before it, and stays behind
 * its equals. */
static void sort_rows(struct whatif_look *l)
{
	size_t n = whatif_n(l->w);

	l->order = grow(l->order, &l->order_cap, n, sizeof(*l->order));
	for (size_t i = 0; i < n; i++) {
		double v = value_of(l, i);
		size_t at = i;

		for (; at && value_of(l, l->order[at - 1]) < v; at--)
			l->order[at] = l->order[at - 1];
		l->order[at] = i;
	}
}

/* What was worked out is not for these settings, or not of these rows. */
static bool is_stale(const struct app *app, const struct whatif_look *l)
{
	const struct meter_opts *now = &app->set.meter, *was = &l->opts;

	return was->symbols != now->symbols ||
	       was->literal_bits != now->literal_bits ||
	       was->alphabet < now->alphabet ||
	       was->alphabet > now->alphabet ||
	       strcmp(l->filter, list_of(app)->filter) != 0 ||
	       !whatif_set(l->w, now->i_stop, &now->rule);
}

static void begin(struct app *app, struct whatif_look *l)
{
	forget(l);
	l->w = whatif_new(app->set.meter.i_stop, &app->set.meter.rule);
	l->opts = app->set.meter;
	memcpy(l->filter, list_of(app)->filter, sizeof(l->filter));
	sort_rows(l);
	l->cursor = MIN(l->cursor, whatif_n(l->w) - 1);
}

static bool sync(struct app *app)
{
	struct whatif_look *l = look_of(app);
	uint64_t until = now_us() + SLICE_US;
	bool more = true;

	if (app->view != &view_whatif && view_below(app) != &view_whatif)
		return false;
	if (!l->w || is_stale(app, l))
		begin(app, l);
	if (l->n_done < list_of(app)->n && l->i_next >= list_of(app)->n)
		l->i_next = 0; /* more came, or another order */
	if (l->at == DECK_NONE && l->n_done >= list_of(app)->n)
		return false;
	while (more && now_us() < until) {
		more = step(app, l);
		app->dirty = app->dirty || more;
	}
	sort_rows(l);
	return more;
}

/* --- drawing ------------------------------------------------------------ */

static const struct {
	const char *title, *about;
	int cols, rank; /* the lower, the longer it stays */
} columns[COLUMNS] = {
	[COLUMN_NAME] = { "", "as they are listed", 0, 0 },
	[COLUMN_STOPPED] = { "stopped", "generations stopped", 8, 6 },
	[COLUMN_FALSE] = { "false", "false alarms, the fewest first", 6, 7 },
	[COLUMN_SAVED] = { "saved", "tokens saved", 9, 1 },
	[COLUMN_PERCENT] = { "of all", "tokens saved", 7, 2 },
	[COLUMN_LOST] = { "new lost", "new tokens lost, the fewest first", 9,
			  4 },
	[COLUMN_KEPT] = { "kept", "answers kept", 6, 3 },
	[COLUMN_RIGHT] = { "right", "right answers", 6, 5 },
};

/* Which columns are shown, and what is left for a bar. */
static int shown(const struct whatif_look *l, int cols, bool has[COLUMNS])
{
	const struct whatif_all *all = whatif_all(l->w);
	int left = cols - EDGE_COLS - NAME_COLS;

	memset(has, 0, COLUMNS * sizeof(*has));
	for (int rank = 1; rank < COLUMNS; rank++)
		for (int i = 1; i < COLUMNS; i++) {
			if (columns[i].rank != rank || columns[i].cols > left ||
			    (i == COLUMN_KEPT && !all->n_stating) ||
			    (i == COLUMN_RIGHT && !all->n_judged))
				continue;
			has[i] = true;
			left -= columns[i].cols;
		}
	return left > BAR_MIN_COLS ? MIN(left - 2, BAR_MAX_COLS) : 0;
}

static const char *cell(const struct whatif_look *l,
			const struct whatif_row *r, int column,
			char out[NUM_BYTES])
{
	const struct whatif_all *all = whatif_all(l->w);
	const uint64_t numbers[COLUMNS] = {
		[COLUMN_STOPPED] = r->n_stopped,
		[COLUMN_FALSE] = r->n_false,
		[COLUMN_SAVED] = r->saved,
		[COLUMN_LOST] = r->lost,
		[COLUMN_KEPT] = r->n_kept,
		[COLUMN_RIGHT] = r->n_right,
	};

	return column == COLUMN_PERCENT ?
		       num_percent(out, r->saved, all->tokens) :
		       num_count(out, numbers[column]);
}

static enum style cell_style(const struct whatif_look *l,
			     const struct whatif_row *r, int column)
{
	const struct whatif_all *all = whatif_all(l->w);
	bool bad = (column == COLUMN_FALSE && r->n_false) ||
		   (column == COLUMN_KEPT && r->n_kept < all->n_stating) ||
		   (column == COLUMN_RIGHT && r->n_right < all->n_right);

	return bad ? STYLE_LIMIT :
	       column == COLUMN_SAVED || column == COLUMN_PERCENT ?
		     STYLE_STRONG :
		     STYLE_NORMAL;
}

/* Of all tokens: those that are saved, the new ones of them first. */
static void draw_bar(const struct whatif_look *l, const struct whatif_row *r,
		     struct screen *s, int row, int col, int cols)
{
	double all = (double)MAX(whatif_all(l->w)->tokens, (uint64_t)1);
	int saved = (int)((double)r->saved / all * cols + .5);
	int lost = (int)((double)r->lost / all * cols + .5);

	for (int i = 0; i < MIN(saved, cols); i++)
		screen_glyph(s, row, col + i,
			     i < lost ? STYLE_GAIN_LOW : STYLE_GAIN,
			     i < lost ? "╌" : "━", i < lost ? '-' : '=');
}

static void draw_head(const struct app *app, struct screen *s, struct rect r)
{
	const struct whatif_look *l = look_of(app);
	const struct whatif_all *all = whatif_all(l->w);
	size_t n = list_of(app)->n;
	struct pen p = pen_at(s, r.row, r.col + 1, r.cols - 2);
	char a[NUM_BYTES], b[NUM_BYTES];

	pen_puts(&p, STYLE_STRONG, "what if");
	if (l->n_done < n)
		pen_printf(&p, STYLE_LIMIT, ": %s of %s generations so far",
			   num_count(a, all->n), num_count(b, n));
	else
		pen_printf(&p, STYLE_NORMAL, ": %s generation%s",
			   num_count(a, all->n), all->n == 1 ? "" : "s");
	pen_printf(&p, STYLE_NORMAL, ", %s tokens", num_count(a, all->tokens));
	if (all->n_stating)
		pen_printf(&p, STYLE_NORMAL, ", %s state%s an answer",
			   num_count(a, all->n_stating),
			   all->n_stating == 1 ? "s" : "");
	if (all->n_judged)
		pen_printf(&p, STYLE_NORMAL, ", right %s of %s",
			   num_count(a, all->n_right),
			   num_count(b, all->n_judged));
	if (l->n_broken)
		pen_printf(&p, STYLE_LIMIT, ", %s could not be read",
			   num_count(a, l->n_broken));
}

static void draw_titles(const struct whatif_look *l, struct screen *s,
			struct rect r, const bool has[COLUMNS], int bar)
{
	int col = r.col + EDGE_COLS + NAME_COLS;
	struct pen p;

	screen_puts(s, r.row, r.col + 1, STYLE_KEY, "*");
	screen_puts(s, r.row, r.col + EDGE_COLS, STYLE_DIM, "is set; rule");
	for (int i = 1; i < COLUMNS; i++) {
		const char *title = columns[i].title;

		if (!has[i])
			continue;
		col += columns[i].cols;
		screen_puts(s, r.row, col - (int)strlen(title),
			    l->sort == (enum what_column)i ? STYLE_STRONG :
							STYLE_DIM,
			    title);
	}
	if (!bar)
		return;
	p = pen_at(s, r.row, col + 2, bar);
	pen_puts(&p, STYLE_GAIN, s->ascii ? "=" : "━");
	pen_puts(&p, STYLE_DIM, " saved ");
	pen_puts(&p, STYLE_GAIN_LOW, s->ascii ? "-" : "╌");
	pen_puts(&p, STYLE_DIM, " of it new");
}

static void draw_row(const struct whatif_look *l, size_t i, struct screen *s,
		     struct rect r, const bool has[COLUMNS], int bar)
{
	const struct whatif_row *row = whatif_row(l->w, l->order[i]);
	bool here = i == l->cursor;
	int col = r.col + EDGE_COLS + NAME_COLS;
	char text[NUM_BYTES];
	struct buf name = { 0 };
	struct pen p;

	if (here)
		screen_glyph(s, r.row, r.col, STYLE_STRONG, "›", '>');
	if (row->is_set)
		screen_puts(s, r.row, r.col + 1, STYLE_KEY, "*");
	whatif_name(row, &name);
	p = pen_at(s, r.row, r.col + EDGE_COLS, NAME_COLS - 1);
	pen_cut(&p, here ? STYLE_SELECTED : STYLE_NORMAL, name.data, name.len);
	buf_release(&name);
	for (int c = 1; c < COLUMNS; c++) {
		if (!has[c])
			continue;
		cell(l, row, c, text);
		col += columns[c].cols;
		screen_puts(s, r.row, col - screen_width(text, strlen(text)),
			    cell_style(l, row, c), text);
	}
	if (bar)
		draw_bar(l, row, s, r.row, col + 2, bar);
}

static size_t top_row(const struct whatif_look *l, int rows)
{
	size_t n = (size_t)MAX(rows - HEAD_ROWS, 1);

	return l->cursor >= n ? l->cursor + 1 - n : 0;
}

static void draw(const struct app *app, struct screen *s, struct rect r)
{
	const struct whatif_look *l = look_of(app);
	bool has[COLUMNS];
	int bar;

	if (!l->w || r.rows < HEAD_ROWS + 1)
		return;
	draw_head(app, s, r);
	bar = shown(l, r.cols, has);
	draw_titles(l, s, (struct rect){ r.row + 1, r.col, 1, r.cols }, has,
		    bar);
	for (int i = HEAD_ROWS; i < r.rows; i++) {
		size_t at = top_row(l, r.rows) + (size_t)(i - HEAD_ROWS);

		if (at < whatif_n(l->w))
			draw_row(l, at, s,
				 (struct rect){ r.row + i, r.col, 1, r.cols },
				 has, bar);
	}
}

static void explain(const struct app *app, struct buf *out)
{
	const struct whatif_look *l = look_of(app);
	const struct whatif_all *all;
	const struct whatif_row *r;
	char a[NUM_BYTES], b[NUM_BYTES], c[NUM_BYTES];

	if (!l->w)
		return;
	all = whatif_all(l->w);
	r = whatif_row(l->w, l->order[l->cursor]);
	whatif_name(r, out);
	buf_printf(out, " would stop %s of %s generations and save %s",
		   num_count(a, r->n_stopped), num_count(b, all->n),
		   num_count(c, r->saved));
	buf_printf(out, " of %s tokens (%s). New among these, and lost: %s",
		   num_count(a, all->tokens),
		   num_percent(b, r->saved, all->tokens),
		   num_count(c, r->lost));
	if (r->n_false)
		buf_printf(out, ", with %s false alarm%s",
			   num_count(a, r->n_false),
			   r->n_false == 1 ? "" : "s");
	buf_puts(out, ".");
	if (all->n_stating)
		buf_printf(out, " Of %s answers %s stand before the stop.",
			   num_count(a, all->n_stating),
			   num_count(b, r->n_kept));
	if (all->n_judged)
		buf_printf(out, " Right are %s, without a stop %s.",
			   num_count(a, r->n_right),
			   num_count(b, all->n_right));
	buf_puts(out, "\nAn answer is kept where the text up to the stop "
		      "states the one that the whole text ends with. Guardian "
		      "is tried on the exact parse, whatever its coder is.\n");
}

/* --- keys --------------------------------------------------------------- */

static void move_along(struct app *app, int n)
{
	struct whatif_look *l = look_of(app);
	int64_t last = l->w ? (int64_t)whatif_n(l->w) - 1 : 0;

	l->cursor = (size_t)MIN(MAX((int64_t)l->cursor + n, 0), last);
	app->dirty = true;
}

static void move_page(struct app *app, int n)
{
	move_along(app, n * MAX(1, app->view_rows - HEAD_ROWS));
}

static void move_end(struct app *app, int n)
{
	struct whatif_look *l = look_of(app);

	move_along(app, l->w ? n * (int)whatif_n(l->w) : 0);
}

static bool click(struct app *app, struct rect r, int row, int col)
{
	struct whatif_look *l = look_of(app);
	size_t at = top_row(l, r.rows) + (size_t)MAX(row - HEAD_ROWS, 0);

	(void)col;
	if (!l->w || row < HEAD_ROWS || at >= whatif_n(l->w))
		return false;
	l->cursor = at;
	app->dirty = true;
	return true;
}

static void sort_by(struct app *app, int n)
{
	struct whatif_look *l = look_of(app);
	int to = ((int)l->sort + n + COLUMNS) % COLUMNS;

	if (to == COLUMN_PERCENT)
		to += n; /* the order of what is saved */
	l->sort = (enum what_column)to;
	l->cursor = 0;
	if (l->w)
		sort_rows(l);
	app_say(app, "sorted by %s", columns[to].about);
	app->dirty = true;
}

static void set_option(struct app *app, const char *name, const char *fmt,
		       double value)
{
	struct err err = { "" };
	char text[NUM_BYTES];

	snprintf(text, sizeof(text), fmt, value);
	opt_set(&app->set, name, text, OPT_LIVE, &err);
}

/* The row's rule and numbers from now on. */
static void use_row(struct app *app)
{
	struct whatif_look *l = look_of(app);
	const struct whatif_row *r;
	struct err err = { "" };
	struct buf name = { 0 };

	if (!l->w)
		return;
	r = whatif_row(l->w, l->order[l->cursor]);
	opt_set(&app->set, "rule", rules[r->i_rule]->name, OPT_LIVE, &err);
	if (r->i_rule == RULE_GUARDIAN) {
		set_option(app, "f", "%.0f", r->opts.f);
		set_option(app, "t", "%.10g", r->opts.t);
		set_option(app, "patience", "%.0f", r->opts.patience);
		opt_set(&app->set, "coder", "lz77", OPT_LIVE, &err);
	} else if (r->i_rule == RULE_AT_loop) {
		set_option(app, "p", "%.10g", r->opts.p);
	}
	whatif_name(r, &name);
	app_retune(app);
	app_say(app, "%s is what stops now", buf_cstr(&name));
	buf_release(&name);
}

static bool has(const struct app *app)
{
	return app->deck && deck_n(app->deck) > 1;
}

static const struct action rows[] = {
	{ .name = "use-row", .keys = { K_ENTER }, .fits = OWN, .hint = "use it",
	  .about = "stop by the rule and the numbers of this row",
	  .run = use_row },
	{ .name = "sort-rows", .keys = { 's' }, .fits = OWN, .hint = "sort",
	  .about = "the best of the next column first",
	  .by = sort_by, .n = 1 },
	{ .name = "sort-rows-back", .keys = { 'S' }, .fits = OWN, .hint = "+",
	  .about = "of the column before",
	  .by = sort_by, .n = -1 },
};

static const struct action_room room = { .title = "What if",
					 .of = &view_whatif,
					 .rows = rows,
					 .n = ARRAY_LEN(rows) };

const struct view view_whatif = {
	.name = "what-if",
	.about = "other f, t, patience and rules over all generations",
	.is = 0,
	.keys = &room,
	.state_bytes = sizeof(struct whatif_look),
	.release = release,
	.draw = draw,
	.click = click,
	.explain = explain,
	.has = has,
	.sync = sync,
	.moves = {
		[MOVE_ACROSS] = move_page,
		[MOVE_ALONG] = move_along,
		[MOVE_PAGE] = move_page,
		[MOVE_END] = move_end,
	},
};
