/* The screen of a bench: what it is about is over budgets, a line a policy. */
#include "view/view_sweep.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "draw/chart.h"
#include "draw/glyph.h"
#include "draw/pen.h"
#include "view/views.h"

enum {
	GUTTER_COLS = 6,
	BUDGETS_MAX = 32,
	POLICIES_MAX = 8,
	CHART_MIN_ROWS = 5,
	CHART_MIN_COLS = 30,
	AXIS_ROWS = 2,
	TITLE_ROWS = 1, /* of a chart */
	HEAD_ROWS = 1,	/* of the table */
	TABLE_MIN_ROWS = 3,
	NAME_COLS = 15,	  /* the policy and its budget */
	POINTS_COLS = 8,
	TEXT_BYTES = 64,
	COLLAPSE_MIN_RUNS = 20, /* of fewer it is not said while more come */
};

static const enum style policy_styles[POLICIES_MAX] = {
	STYLE_RHO,   STYLE_LIL,	 STYLE_GOOD, STYLE_H,
	STYLE_RULE, STYLE_GAIN, STYLE_MARK, STYLE_LIMIT,
};

/* What the charts are over. */
struct axes {
	uint32_t budgets[BUDGETS_MAX];
	size_t n_budgets;
	const char *policies[POLICIES_MAX];
	char letters[POLICIES_MAX];
	size_t n_policies;
};

typedef double value_of(const struct bench_cell *cell);

/* A policy's values; x is the place of the budget, 0.5, 1.5, ... */
struct line {
	double values[BUDGETS_MAX]; /* NAN: not there yet */
	size_t n;
};

struct sweep *sweep_of(const struct app *app)
{
	return view_state(app, &view_sweep);
}

/* --- what there is ------------------------------------------------------ */

static void add_budget(struct axes *a, uint32_t budget)
{
	size_t at = a->n_budgets;

	for (size_t i = 0; i < a->n_budgets; i++)
		if (a->budgets[i] == budget)
			return;
	if (a->n_budgets == BUDGETS_MAX)
		return;
	for (; at > 0 && a->budgets[at - 1] > budget; at--)
		a->budgets[at] = a->budgets[at - 1];
	a->budgets[at] = budget;
	a->n_budgets++;
}

/* The first letter of the name that no policy before has. */
static char letter_of(const struct axes *a, const char *name)
{
	for (const char *c = name; *c; c++)
		if (!memchr(a->letters, *c, a->n_policies))
			return *c;
	return '?';
}

static void add_policy(struct axes *a, const char *name)
{
	for (size_t i = 0; i < a->n_policies; i++)
		if (strcmp(a->policies[i], name) == 0)
			return;
	if (a->n_policies == POLICIES_MAX)
		return;
	a->letters[a->n_policies] = letter_of(a, name);
	a->policies[a->n_policies++] = name;
}

static struct axes axes_of(const struct bench_table *t)
{
	struct axes a = { .n_budgets = 0 };

	for (size_t i = 0; i < t->n; i++) {
		if (!t->cells[i].budget)
			continue;
		add_budget(&a, t->cells[i].budget);
		add_policy(&a, t->cells[i].policy);
	}
	return a;
}

/* --- charts ------------------------------------------------------------- */

static double accuracy_percent(const struct bench_cell *cell)
{
	return cell->accuracy * 100;
}

static double growth(const struct bench_cell *cell)
{
	return cell->growth;
}

static struct line line_of(const struct bench_table *t, const struct axes *a,
			   size_t i_policy, value_of *value)
{
	struct line line = { .n = a->n_budgets };

	for (size_t k = 0; k < line.n; k++) {
		line.values[k] = NAN;
		for (size_t i = 0; i < t->n; i++)
			if (t->cells[i].budget == a->budgets[k] &&
			    strcmp(t->cells[i].policy, a->policies[i_policy]) ==
				    0)
				line.values[k] = value(&t->cells[i]);
	}
	return line;
}

/* Between two budgets a straight line. */
static double between(const struct line *line, double x)
{
	double at = x - 0.5;
	size_t k = (size_t)MAX(at, 0);

	if (at < 0 || k + 1 >= line->n)
		return k + 1 == line->n && at == (double)k ? line->values[k]
							   : NAN;
	return line->values[k] +
	       (at - (double)k) * (line->values[k + 1] - line->values[k]);
}

static struct series_range line_at(const void *ctx, double from, double to)
{
	double value = between(ctx, (from + to) / 2);

	return (struct series_range){ (float)value, (float)value,
				      (float)value };
}

static void draw_policy(const struct chart *c, const struct axes *a, size_t i,
			const struct line *line)
{
	struct curve curve = { line_at,		 line, c->x0, c->x1,
			       policy_styles[i], '.' };

	chart_curve(c, &curve);
	for (size_t k = 0; k < line->n; k++) {
		int row, col = chart_col(c, (double)k + 0.5);

		if (!isfinite(line->values[k]) || col < 0)
			continue;
		row = chart_row(c, MIN(MAX(line->values[k], c->y0), c->y1));
		if (row >= 0)
			screen_text(c->s, row, col, 1, policy_styles[i],
				    &a->letters[i], 1);
	}
}

static void draw_budgets(const struct chart *c, const struct axes *a, int row)
{
	int free_from = c->r.col + 1;

	screen_puts(c->s, row, c->r.col - GUTTER_COLS, STYLE_DIM, "budget");

	for (size_t k = 0; k < a->n_budgets; k++) {
		char text[TEXT_BYTES];
		int cols = snprintf(text, sizeof(text), "%u", a->budgets[k]);
		int col = chart_col(c, (double)k + 0.5) - cols / 2;

		if (col < free_from || col + cols > c->r.col + c->r.cols)
			continue;
		screen_glyph(c->s, row - 1, col + cols / 2, STYLE_DIM, "┬",
			     '+');
		screen_puts(c->s, row, col, STYLE_DIM, text);
		free_from = col + cols + 1;
	}
	if (free_from + (int)strlen("tokens") <= c->r.col + c->r.cols)
		screen_puts(c->s, row, free_from, STYLE_DIM, "tokens");
}

static void draw_chart(const struct app *app, const struct axes *a,
		       struct screen *s, struct rect r, bool length)
{
	const struct bench_table *t = sweep_of(app)->state->table;
	value_of *value = length ? growth : accuracy_percent;
	struct chart c = { .s = s, .graph = app->set.look.graph,
			   .x1 = 1, .y1 = 1 };
	struct rect plot = { r.row + TITLE_ROWS, r.col + GUTTER_COLS,
			     r.rows - TITLE_ROWS - AXIS_ROWS,
			     r.cols - GUTTER_COLS - 1 };

	c.r = plot;
	c.x1 = (double)MAX(a->n_budgets, (size_t)1);
	c.y1 = length ? 1.2 : 100;
	for (size_t i = 0; length && i < t->n; i++)
		if (isfinite(t->cells[i].growth))
			c.y1 = MAX(c.y1, t->cells[i].growth * 1.05);
	screen_puts(s, r.row, plot.col, STYLE_STRONG,
		    length ? "mean output, times dense"
			   : "right answers, percent");
	chart_y_axis(&c, GUTTER_COLS - 1, MAX(plot.rows / 2, 2));
	screen_hline(s, plot.row + plot.rows, plot.col - 1, plot.cols + 1,
		     STYLE_DIM);
	draw_budgets(&c, a, plot.row + plot.rows + 1);
	if (bench_table_dense(t))
		chart_hline(&c, value(bench_table_dense(t)), STYLE_DIM, "┈",
			    '-');
	for (size_t i = 0; i < a->n_policies; i++) {
		struct line line = line_of(t, a, i, value);

		draw_policy(&c, a, i, &line);
	}
}

/* --- rows --------------------------------------------------------------- */

static void percent(struct pen *p, int width, enum style style, double share)
{
	char num[NUM_BYTES], text[TEXT_BYTES];

	snprintf(text, sizeof(text), "%s %%",
		 num_real(num, share * 100, 1, true));
	pen_printf(p, style, "%*s", width, isfinite(share) ? text : "-");
}

static void number(struct pen *p, int width, double value, int decimals)
{
	char num[NUM_BYTES];

	pen_printf(p, STYLE_NORMAL, "%*s", width,
		   num_real(num, value, decimals, true));
}

typedef void put_value(const struct sweep *w, const struct bench_cell *cell,
		       int width, struct pen *p);

static void put_runs(const struct sweep *w, const struct bench_cell *cell,
		     int width, struct pen *p)
{
	(void)w;
	pen_printf(p, STYLE_DIM, "%*u", width, cell->n);
}

static void put_right(const struct sweep *w, const struct bench_cell *cell,
		      int width, struct pen *p)
{
	bool collapsed = cell->collapsed &&
			 (w->ended || cell->n >= COLLAPSE_MIN_RUNS);

	percent(p, width - 1, collapsed ? STYLE_BAD : STYLE_STRONG,
		cell->accuracy);
	pen_puts(p, STYLE_BAD, collapsed ? "*" : " ");
}

static void put_tokens(const struct sweep *w, const struct bench_cell *cell,
		       int width, struct pen *p)
{
	(void)w;
	number(p, width, cell->tokens, 0);
}

static void put_growth(const struct sweep *w, const struct bench_cell *cell,
		       int width, struct pen *p)
{
	(void)w;
	number(p, width, cell->growth, 2);
}

static void put_cap(const struct sweep *w, const struct bench_cell *cell,
		    int width, struct pen *p)
{
	(void)w;
	percent(p, width, STYLE_NORMAL, cell->at_cap);
}

/* What it saves, and what it changes of the right answers. */
static void put_effect(const struct bench_effect *e, int width, struct pen *p)
{
	percent(p, width - POINTS_COLS, STYLE_NORMAL, e->saved);
	number(p, POINTS_COLS, e->change * 100, 1);
}

static void put_guardian(const struct sweep *w, const struct bench_cell *cell,
			 int width, struct pen *p)
{
	(void)w;
	put_effect(&cell->stops[BENCH_GUARDIAN], width, p);
}

static void put_first(const struct sweep *w, const struct bench_cell *cell,
		      int width, struct pen *p)
{
	(void)w;
	put_effect(&cell->stops[BENCH_FIRST], width, p);
}

static void put_rescued(const struct sweep *w, const struct bench_cell *cell,
			int width, struct pen *p)
{
	const struct bench_outcome *rescue = &cell->after[BENCH_RESCUE];

	(void)w;
	percent(p, width, STYLE_NORMAL,
		isfinite(rescue->tried) ? rescue->accuracy : NAN);
}

/* What a row says after its policy and budget; 80 columns have room for what
 * guardian does, and Right goes on. */
static const struct sweep_column {
	const char *name;
	int cols;
	put_value *put;
} columns[] = {
	{ "runs", 6, put_runs },
	{ "right", 9, put_right },
	{ "tokens", 7, put_tokens },
	{ "x dense", 8, put_growth },
	{ "at cap", 8, put_cap },
	{ "guardian saves  points", 23, put_guardian },
	{ "first answer saves  points", 28, put_first },
	{ "rescued right", 15, put_rescued },
};

/* The columns [*from, *to) that are seen in so many of the screen: from the
 * w->left-th on, or further back where there is room. */
static void seen_columns(const struct sweep *w, int cols, size_t *from,
			 size_t *to)
{
	int room = cols - 2 - NAME_COLS;

	*from = *to = MIN(w->left, ARRAY_LEN(columns) - 1);
	while (*to < ARRAY_LEN(columns) && columns[*to].cols <= room)
		room -= columns[(*to)++].cols;
	while (*to == ARRAY_LEN(columns) && *from &&
	       columns[*from - 1].cols <= room)
		room -= columns[--*from].cols;
}

static void draw_head(const struct sweep *w, struct screen *s, int row)
{
	struct pen p = pen_at(s, row, 1, s->cols - 1);
	size_t from, to;

	seen_columns(w, s->cols, &from, &to);
	pen_printf(&p, STYLE_DIM, "%-8s%7s", "policy", "budget");
	for (size_t i = from; i < to; i++)
		pen_printf(&p, STYLE_DIM, "%*s", columns[i].cols,
			   columns[i].name);
	if (to < ARRAY_LEN(columns))
		pen_printf(&p, STYLE_DIM, " %s",
			   glyph(GLYPH_ELLIPSIS, s->ascii));
}

static void draw_cell(const struct sweep *w, const struct axes *a,
		      const struct bench_cell *cell, struct screen *s, int row)
{
	struct pen p = pen_at(s, row, 1, s->cols - 1);
	enum style style = STYLE_NORMAL;
	size_t from, to;

	seen_columns(w, s->cols, &from, &to);
	for (size_t i = 0; i < a->n_policies; i++)
		if (strcmp(a->policies[i], cell->policy) == 0)
			style = policy_styles[i];
	if (cell->budget)
		pen_printf(&p, style, "%-8s%7u", cell->policy, cell->budget);
	else
		pen_printf(&p, STYLE_STRONG, "%-8s%7s", cell->policy, "");
	for (size_t i = from; i < to; i++)
		columns[i].put(w, cell, columns[i].cols, &p);
}

/* --- all of it ---------------------------------------------------------- */

/* Of the rows that are there: those that came to nothing, or that a file of a
 * bench that was stopped does not have. */
static uint32_t n_missing(const struct bench_state *state)
{
	uint32_t n = 0;

	for (size_t i = 0; i < state->table->n; i++)
		n += state->table->cells[i].n_missing;
	return MAX(n, state->n_lost);
}

static void title(const struct app *app, struct screen *s)
{
	const struct sweep *w = sweep_of(app);
	const struct bench_state *state = w->state;
	struct pen p = pen_at(s, 0, 1, s->cols - 1);
	uint32_t missing = w->ended ? n_missing(state) : state->n_lost;
	char left[NUM_BYTES];

	pen_puts(&p, STYLE_TITLE, "lilscope bench");
	if (w->ended)
		pen_printf(&p, STYLE_TITLE, "  %u of %u runs", state->n_done,
			   state->n_done + missing);
	else
		pen_printf(&p, STYLE_TITLE, "  %u of %u runs",
			   state->n_done + state->n_lost, state->n_all);
	if (w->ended && !missing)
		pen_puts(&p, STYLE_TITLE, "  done");
	else if (state->dense)
		pen_puts(&p, STYLE_TITLE_DIM, "  dense first");
	if (!w->ended && isfinite(state->left_s))
		pen_printf(&p, STYLE_TITLE_DIM, "  %s left%s",
			   num_left(left, state->left_s),
			   state->dense ? " of these" : "");
	if (missing)
		pen_printf(&p, STYLE_TITLE, "  %u missing", missing);
}

static void facts(const struct app *app, bool ascii, struct buf *out)
{
	const struct sweep *w = sweep_of(app);
	const struct bench_table *t = w->state->table;
	char num[NUM_BYTES];

	buf_printf(out, "q %s", w->ended ? "prints the tables" : "stops");
	if (t->scale.n_runs)
		buf_printf(out, "  f = %u, t = %s", t->meter.rule.f,
			   num_real(num, t->meter.rule.t, 0, ascii));
	buf_puts(out, "  * collapsed: proves nothing");
}

/* Rows for the charts; 0: there is no room. */
static int chart_rows(struct rect r, const struct axes *a)
{
	int left = r.rows - HEAD_ROWS - TABLE_MIN_ROWS;
	int least = TITLE_ROWS + CHART_MIN_ROWS + AXIS_ROWS;

	if (!a->n_policies || left < least || r.cols < CHART_MIN_COLS)
		return 0;
	return MAX(least, MIN(left, r.rows / 2));
}

static void draw_nothing(struct screen *s, struct rect r)
{
	screen_puts(s, r.row + r.rows / 2, r.col + 2, STYLE_DIM,
		    "No bench runs here; lilscope bench has one.");
}

static void draw(const struct app *app, struct screen *s, struct rect r)
{
	const struct sweep *w = sweep_of(app);
	const struct bench_table *t;
	struct axes a;
	int rows, row = r.row, half = r.cols / 2;

	if (!w->state) {
		draw_nothing(s, r);
		return;
	}
	t = w->state->table;
	a = axes_of(t);
	rows = chart_rows(r, &a);
	if (rows && r.cols >= 2 * CHART_MIN_COLS) {
		draw_chart(app, &a, s,
			   (struct rect){ row, r.col, rows, half }, false);
		draw_chart(app, &a, s,
			   (struct rect){ row, r.col + half, rows,
					  r.cols - half },
			   true);
	} else if (rows) {
		draw_chart(app, &a, s,
			   (struct rect){ row, r.col, rows, r.cols }, true);
	}
	row += rows;
	draw_head(w, s, row++);
	for (size_t i = w->top; i < t->n && row < r.row + r.rows; i++)
		if (row + 1 < r.row + r.rows || i + 1 == t->n)
			draw_cell(w, &a, &t->cells[i], s, row++);
		else
			screen_printf(s, row++, r.col + 1, STYLE_DIM,
				      "%s %zu more rows",
				      glyph(GLYPH_ELLIPSIS, s->ascii),
				      t->n - i);
}

/* --- in words ----------------------------------------------------------- */

static void explain(const struct app *app, struct buf *out)
{
	const struct bench_state *state = sweep_of(app)->state;
	const struct bench_table *t = state ? state->table : NULL;
	const struct bench_cell *dense = t ? bench_table_dense(t) : NULL;
	char num[NUM_BYTES];

	buf_puts(out, "Every problem is solved with dense attention, then by "
		      "each policy with each budget of tokens that it may "
		      "read at a step. A budget that is too small costs right "
		      "answers (left), or buys them with longer outputs "
		      "(right, dense = 1): then a step is cheaper and the "
		      "whole job is not.\n");
	if (dense && isfinite(dense->accuracy))
		buf_printf(out, "\nThe dotted line is dense attention: %s %% "
				"right of %u runs.\n",
			   num_real(num, dense->accuracy * 100, 1, true),
			   dense->n);
	buf_puts(out, "\n\"saves\" is the part of the tokens that a stop "
		      "keeps from being written, and \"points\" what it "
		      "changes of the right answers: by guardian, the rule of "
		      "the threshold, and by a stop at the first answer.\n");
	if (sweep_of(app)->why.text[0])
		buf_printf(out, "\nThe last that is missing: %s\n",
			   sweep_of(app)->why.text);
	if (t && t->scale.n_runs)
		buf_printf(out, "\nGuardian stops where %u tokens bring fewer "
				"than t = %s bytes.\n",
			   t->meter.rule.f,
			   num_real(num, t->meter.rule.t, 0, true));
}

/* --- the view ----------------------------------------------------------- */

/* Rows of the table that are seen at once. */
static int64_t table_rows(const struct app *app)
{
	struct rect r = { 0, 0, app->view_rows, app->view_cols };
	struct axes a = axes_of(sweep_of(app)->state->table);

	return MAX(r.rows - chart_rows(r, &a) - HEAD_ROWS, 1);
}

static void scroll(struct app *app, int64_t n)
{
	struct sweep *w = sweep_of(app);
	int64_t to = (int64_t)w->top + n;

	if (!w->state)
		return;
	to = MIN(to, (int64_t)w->state->table->n - table_rows(app));
	w->top = (size_t)MAX(to, 0);
	app->dirty = true;
}

static void move_along(struct app *app, int n)
{
	scroll(app, n);
}

static void move_page(struct app *app, int n)
{
	scroll(app, n * table_rows(app));
}

static void move_end(struct app *app, int n)
{
	scroll(app, (int64_t)n * INT32_MAX);
}

/* A column on, as long as one is out of sight there. */
static void move_across(struct app *app, int n)
{
	struct sweep *w = sweep_of(app);
	size_t from, to;

	seen_columns(w, app->view_cols, &from, &to);
	w->left = n < 0 ? from - (from > 0) :
			  from + (to < ARRAY_LEN(columns));
	app->dirty = true;
}

static bool has(const struct app *app)
{
	return sweep_of(app)->state != NULL;
}

const struct view view_sweep = {
	.name = "sweep",
	.about = "a bench as it runs: policies and budgets, beside dense",
	.is = SHOWS_CURVES,
	.state_bytes = sizeof(struct sweep),
	.title = title,
	.facts = facts,
	.draw = draw,
	.explain = explain,
	.has = has,
	.moves = {
		[MOVE_ACROSS] = move_across,
		[MOVE_ALONG] = move_along,
		[MOVE_PAGE] = move_page,
		[MOVE_END] = move_end,
	},
};
