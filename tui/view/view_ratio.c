/*
 * The ratio view, from top to bottom (rows that do not fit are left out, the
 * least telling ones first):
 *
 *	numbers      rho, band, h, flag at the playhead
 *	legend       what the marks of the chart mean
 *	rho          the curve, the band beneath it, h, the threshold
 *	title        what the bars are
 *	gain         a bar a window, against t
 *	axis         two rows: ticks, labels
 *	text         around the cursor, and where its phrase came from
 *	verdict      the threshold, what followed, what other rules say
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/phrase.h"
#include "base/num.h"
#include "draw/chart.h"
#include "draw/glyph.h"
#include "view/moves.h"
#include "view/now.h"
#include "view/text_pane.h"
#include "view/views.h"

enum {
	GUTTER_COLS = 7,   /* labels of the y axes and the axis itself */
	RHO_MIN_ROWS = 3,
	GAIN_MIN_ROWS = 2,
	NEGATIVE_ROWS = 12, /* a chart this high shows the band below 0 */
	EDGE_PERCENT = 2,   /* at the start rho is huge: not scaled for */
	BAR_GAP_COLS = 4,   /* bars this wide have a gap between them */
	GAIN_AXIS_ROWS = 5, /* strips this high have a tick in the middle */
};

/* Rows of each part; 0 leaves it out. */
struct ratio_parts {
	int numbers, legend, rho, title, gain, axis, rule1, text, phrase,
		rule2, verdict, rules;
};

static struct ratio_parts split(int rows)
{
	struct ratio_parts p = { .numbers = 1, .verdict = rows > 1 };
	int left = rows - 2;
	/* Each part is there if the view is at least so high. */
	p.axis = rows >= 7 ? 2 : 0;
	p.phrase = rows >= 11;
	p.rule2 = rows >= 13;
	p.rule1 = rows >= 15;
	p.title = rows >= 16;
	p.rules = rows >= 18;
	p.legend = rows >= 26;
	left -= p.axis + p.phrase + p.rule2 + p.rule1 + p.title + p.rules +
		p.legend;
	if (rows < 7) {
		p.text = MAX(left, 0);
		return p;
	}
	p.gain = rows >= 9 ? MAX(left / 4, GAIN_MIN_ROWS) : 0;
	p.text = left - p.gain > RHO_MIN_ROWS ? MAX(left * 3 / 10, 1) : 0;
	p.rho = left - p.gain - p.text;
	return p;
}

/* --- curves ------------------------------------------------------------- */

/* What a curve reads. */
struct ratio_source {
	const struct meter *meter;
	const struct series *series;
	double shift;
	bool is_h;
	bool exact; /* asks the meter: the series is too coarse */
};

static double exact_value(const struct ratio_source *src, double token)
{
	uint32_t n = (uint32_t)MAX(token, 0) + 1;
	struct bound_point p;

	n = MIN(n, meter_n_tokens(src->meter));
	p = meter_point(src->meter, n);
	return (src->is_h ? p.h : p.rho) + src->shift;
}

static struct series_range source_at(const void *ctx, double from, double to)
{
	const struct ratio_source *src = ctx;
	size_t first, end;
	struct series_range v;

	if (src->exact) {
		float a = (float)exact_value(src, floor(from));
		float b = (float)exact_value(src, ceil(to) - 1);
		return (struct series_range){ MIN(a, b), MAX(a, b), b };
	}
	first = (size_t)MAX(from, 0);
	end = MAX((size_t)ceil(to), first + 1);
	v = series_range(src->series, first, end);
	v.min += (float)src->shift;
	v.max += (float)src->shift;
	v.last += (float)src->shift;
	return v;
}

static struct ratio_source source_new(const struct now *now,
				      const struct chart *c, bool is_h,
				      double shift)
{
	double per_dot = (c->x1 - c->x0) / (2.0 * MAX(c->r.cols, 1));
	return (struct ratio_source){
		.meter = now->meter,
		.series = is_h ? meter_h(now->meter) : meter_rho(now->meter),
		.shift = shift,
		.is_h = is_h,
		.exact = per_dot < SERIES_BLOCK,
	};
}

/* --- the chart of rho --------------------------------------------------- */

static void scale_rho(const struct now *now, struct chart *c)
{
	double edge = c->x0;
	struct series_range v;
	double top, lowest;

	if (c->x0 < 1)
		edge += (c->x1 - c->x0) * EDGE_PERCENT / 100;
	v = series_range(meter_rho(now->meter), (size_t)edge, (size_t)c->x1);
	top = isnan(v.max) ? 1 : v.max;
	lowest = (isnan(v.min) ? 0 : v.min) - now->point.eps;
	c->y1 = ticks_top(top * 1.02);
	c->y0 = 0;
	if (c->r.rows >= NEGATIVE_ROWS && lowest < 0)
		c->y0 = -MIN(-lowest, c->y1 / 5);
}

static void draw_lil_line(const struct now *now, const struct chart *c)
{
	if (now_lil(now) != RULE_NEVER)
		chart_vline(c, now_lil(now), STYLE_LIL, "┇", ':');
}

static void draw_curves(const struct app *app, const struct now *now,
			const struct chart *c)
{
	struct ratio_source rho = source_new(now, c, false, 0);
	struct ratio_source low = source_new(now, c, false, -now->point.eps);
	struct ratio_source h = source_new(now, c, true, 0);
	double n = now->n;
	struct curve upper = { source_at, &rho, 0, n, STYLE_BAND, '*' };
	struct curve lower = { source_at, &low, 0, n, STYLE_BAND, '.' };
	struct curve h_curve, rho_curve;

	chart_area(c, &upper, &lower, 0);
	draw_lil_line(now, c);
	h_curve = (struct curve){ source_at, &h, 0, n, STYLE_H, '-' };
	chart_curve(c, &h_curve);
	if (app->pace != PACE_PLAY && now->n < now->total) {
		/* What comes after the playhead, as a shadow. */
		struct curve later = { source_at, &rho,	     n,
				       now->total, STYLE_DIM, '.' };
		chart_curve(c, &later);
	}
	rho_curve = (struct curve){ source_at, &rho, 0, n, STYLE_RHO, '*' };
	chart_curve(c, &rho_curve);
}

/* A label beside a column of the plot, on the side with room. */
static void label_at(const struct chart *c, int row, int col,
		     enum style style, const char *text)
{
	int cols = screen_width(text, strlen(text));
	int right = c->r.col + c->r.cols;
	int at = col + 2 + cols <= right ? col + 2 : col - 1 - cols;
	if (at < c->r.col)
		return;
	screen_puts(c->s, row, at, style, text);
}

static void draw_rule_marks(const struct now *now, const struct chart *c)
{
	int row = c->r.row + (c->r.rows > RHO_MIN_ROWS + 1);
	for (size_t i = RULE_GUARDIAN + 1; i < RULE_ROWS; i++) {
		uint32_t at = now_rule_at(now, i);
		int col = at == RULE_NEVER ? -1 : chart_col(c, at);
		int y;
		const struct cell *cell;
		char letter;

		if (col < 0)
			continue;
		/* Rules that fired in one column stand below each other. */
		y = row;
		cell = screen_cell(c->s, y, col);
		while (cell && cell->style == STYLE_RULE &&
		       y < c->r.row + c->r.rows - 1)
			cell = screen_cell(c->s, ++y, col);
		letter = now_rule_letter(i);
		screen_text(c->s, y, col, 1, STYLE_RULE, &letter, 1);
	}
}

/* The name of an axis in its gutter, in the first row without a tick. */
static void draw_name(const struct chart *c, enum style style,
		      const char *name)
{
	for (int y = 0; y < MIN(c->r.rows, 2); y++) {
		int row = c->r.row + y;
		const struct cell *axis = screen_cell(c->s, row, c->r.col - 1);
		if (axis && axis->len == 3 && !memcmp(axis->text, "┤", 3))
			continue;
		if (axis && axis->len == 1 && axis->text[0] == '+')
			continue;
		screen_puts(c->s, row, c->r.col - GUTTER_COLS + 1, style,
			    name);
		return;
	}
}

/* Where information came back, under the name of the threshold. */
static void draw_resumed(const struct now *now, const struct chart *c)
{
	char text[NUM_BYTES + 8], number[NUM_BYTES];
	uint32_t at = now->whole.resumed_at;
	int col = at == RULE_NEVER ? -1 : chart_col(c, at);
	int cols;

	if (col < 0 || c->r.rows <= RHO_MIN_ROWS)
		return;
	snprintf(text, sizeof(text), "%s %s",
		 glyph(GLYPH_BACK, c->s->ascii), num_count(number, at));
	cols = screen_width(text, strlen(text));
	for (int x = col; x < col + cols; x++) {
		const struct cell *cell = screen_cell(c->s, c->r.row + 1, x);
		if (cell && cell->len > 0 && cell->text[0] != ' ')
			return; /* the curve matters more */
	}
	label_at(c, c->r.row + 1, col - 2, STYLE_GOOD, text);
}

static void draw_rho(const struct app *app, const struct now *now,
		     struct chart *c)
{
	char text[NUM_BYTES + 8], number[NUM_BYTES];
	uint32_t lil;
	int col;

	scale_rho(now, c);
	chart_y_axis(c, GUTTER_COLS, MAX(c->r.rows / 2, 2));
	draw_curves(app, now, c);
	if (now->n < now->total)
		chart_vline(c, now->n, STYLE_PLAYHEAD, "│", '|');
	draw_rule_marks(now, c);
	draw_name(c, STYLE_RHO, glyph(GLYPH_RHO, c->s->ascii));
	lil = now_lil(now);
	col = lil == RULE_NEVER ? -1 : chart_col(c, lil);
	if (col < 0)
		return;
	snprintf(text, sizeof(text), "Lil %s", num_count(number, lil));
	label_at(c, c->r.row, col, STYLE_LIL, text);
	draw_resumed(now, c);
}

/* What the curves are, in words. */
static void draw_legend(const struct now *now, struct pen *p)
{
	bool ascii = p->s->ascii;
	const char *rho = glyph(GLYPH_RHO, ascii);
	const char *eps = glyph(GLYPH_EPS, ascii);
	char e[NUM_BYTES];
	pen_printf(p, STYLE_RHO, "%s", rho);
	pen_puts(p, STYLE_DIM, " code per symbol of text   ");
	pen_puts(p, STYLE_BAND, "band");
	pen_printf(p, STYLE_DIM, " from %s %s %s to %s, %s = %s   ", rho,
		   ascii ? "-" : "\u2212", eps, rho, eps,
		   num_real(e, now->point.eps, 3, ascii));
	pen_puts(p, STYLE_H, "h");
	pen_puts(p, STYLE_DIM, " growth of distinct substrings   ");
	if (!pen_fits(p, (int)strlen(": Lil threshold")))
		return;
	pen_puts(p, STYLE_LIL, ascii ? ":" : "┇");
	pen_puts(p, STYLE_DIM, " Lil threshold");
}

/* --- the chart of gains ------------------------------------------------- */

/* The windows under one column. */
struct windows {
	size_t from, to; /* checks k, [from, to) */
	bool gap;        /* the last column of a wide bar */
};

static struct windows windows_at(const struct chart *c, int col, uint32_t f)
{
	struct windows w = { 0 };
	double left = chart_x(c, col), right = chart_x(c, col + 1);
	double cols_per_window = f / (right - left);
	w.from = (size_t)floor(left / f) + 1;
	w.to = (size_t)floor(right / f) + 1;
	if (w.to > w.from)
		w.gap = cols_per_window >= BAR_GAP_COLS;
	else
		w.to = w.from + 1;
	if (cols_per_window >= 1)
		w.to = w.from + 1;
	return w;
}

static double mean_gain(const struct guardian *g, struct windows w)
{
	double before = w.from >= 2 ? g->sizes[w.from - 2] : 0;
	return (g->sizes[w.to - 2] - before) / (double)(w.to - w.from);
}

/* The least gain of the windows that the guard looks at; NAN for none. */
static double least_gain(const struct guardian *g, struct windows w)
{
	double least = NAN;
	for (size_t k = MAX(w.from, 2); k < w.to; k++)
		least = fmin(least, guardian_gain(g, k));
	return least;
}

static void scale_gain(const struct guardian *g, struct chart *c)
{
	size_t from = (size_t)(c->x0 / g->opts.f) + 1;
	size_t to = MIN((size_t)(c->x1 / g->opts.f), g->n);
	double top = 2 * g->opts.t;
	/* The first window learns the alphabet: it is not scaled for. */
	for (int col = 0; col < c->r.cols; col++) {
		struct windows w = windows_at(c, col, g->opts.f);
		if (w.from < MAX(from, 2) || w.to > to + 1)
			continue;
		top = MAX(top, mean_gain(g, w));
	}
	c->y0 = 0;
	c->y1 = ticks_top(top);
}

/* Above the line t, so that neither hides the other. */
static void draw_mark(const struct guardian *g, const struct chart *c, int col,
		      enum style style, enum glyph mark)
{
	int row = chart_row(c, g->opts.t);
	row = row < 0 ? c->r.row + c->r.rows - 1 : row;
	row = MAX(row - 1, c->r.row);
	screen_glyph(c->s, row, c->r.col + col, style, glyph(mark, false),
		     glyph(mark, true)[0]);
}

static void draw_bars(const struct app *app, const struct now *now,
		      const struct chart *c)
{
	const struct guardian *g = meter_guardian(now->meter);
	double t = g->opts.t;
	for (int col = 0; col < c->r.cols; col++) {
		struct windows w = windows_at(c, col, g->opts.f);
		bool later = w.from > now->n_checks;
		double least;
		enum style style;

		if (w.gap || w.from > g->n || (later && app->pace == PACE_PLAY))
			continue;
		w.to = MIN(w.to, (later ? g->n : now->n_checks) + 1);
		least = least_gain(g, w);
		style = later		? STYLE_DIM
			: least < t	? STYLE_GAIN_LOW
			: least < 2 * t ? STYLE_GAIN_NEAR
					: STYLE_GAIN;
		chart_bar(c, col, mean_gain(g, w), style);
		if (least < 2 * t)
			draw_mark(g, c, col, style,
				  least < t ? GLYPH_LOW : GLYPH_NEAR);
	}
}

static void draw_gain_axis(const struct guardian *g, const struct chart *c)
{
	chart_y_line(c);
	chart_y_tick(c, GUTTER_COLS, 0, 0, STYLE_DIM);
	/* On the scale of roots a quarter is half the height. */
	if (c->r.rows >= GAIN_AXIS_ROWS)
		chart_y_tick(c, GUTTER_COLS, c->y1 / 4, 0, STYLE_DIM);
	chart_y_tick(c, GUTTER_COLS, c->y1, 0, STYLE_DIM);
	if (chart_row(c, g->opts.t) != chart_row(c, 0))
		chart_y_tick(c, GUTTER_COLS, g->opts.t,
			     g->opts.t != floor(g->opts.t), STYLE_LIMIT);
}

static void draw_gain(const struct app *app, const struct now *now,
		      struct chart *c)
{
	const struct guardian *g = meter_guardian(now->meter);
	c->root = true;
	scale_gain(g, c);
	draw_gain_axis(g, c);
	draw_bars(app, now, c);
	chart_limit(c, g->opts.t, STYLE_LIMIT, STYLE_GAIN, STYLE_LIMIT_BAR);
	draw_lil_line(now, c);
	if (now->n < now->total)
		chart_vline(c, now->n, STYLE_PLAYHEAD, "│", '|');
}

static void draw_gain_title(const struct now *now, struct pen *p)
{
	bool ascii = p->s->ascii;
	char t[NUM_BYTES], f[NUM_BYTES];
	const struct rule_opts *g = &now->opts->rule;
	pen_puts(p, STYLE_GAIN, "gain");
	pen_printf(p, STYLE_DIM, " new bytes per %s tokens (coder %s)",
		   num_count(f, g->f), coder_rows[now->opts->rule.coder].name);
	pen_printf(p, STYLE_LIMIT, " %s %s t = %s B",
		   glyph(GLYPH_DOT, ascii), ascii ? ".." : "┈┈",
		   num_short(t, g->t));
	pen_printf(p, STYLE_GAIN_LOW, " %s %s under t",
		   glyph(GLYPH_DOT, ascii), glyph(GLYPH_LOW, ascii));
	pen_printf(p, STYLE_GAIN_NEAR, " %s %s near",
		   glyph(GLYPH_DOT, ascii), glyph(GLYPH_NEAR, ascii));
	pen_printf(p, STYLE_DIM, " %s %s scale", glyph(GLYPH_DOT, ascii),
		   ascii ? "square root" : "\u221a");
}

/* --- axis, text, verdict ------------------------------------------------ */

/* The axis is heavy while nothing new is told: what a stop would save. */
static void draw_after(const struct now *now, const struct chart *c, int row)
{
	uint32_t lil = now_lil(now);
	uint32_t to = MIN(now->whole.resumed_at, now->until);
	if (lil == RULE_NEVER)
		return;
	for (int x = 0; x < c->r.cols; x++) {
		double at = chart_x(c, x);
		if (at >= lil && at < to)
			screen_glyph(c->s, row, c->r.col + x, STYLE_AFTER,
				     "━", '=');
	}
}

static void draw_axis(const struct app *app, const struct now *now,
		      const struct chart *c)
{
	int row = c->r.row + c->r.rows;
	int col;

	chart_x_axis(c, row + 1);
	screen_puts(c->s, row + 1, c->r.col - GUTTER_COLS, STYLE_DIM,
		    "tokens");
	draw_after(now, c, row);
	col = chart_col(c, app->cursor);
	if (col >= 0)
		screen_glyph(c->s, row, col, STYLE_CURSOR, "◆", '*');
	col = chart_col(c, now->n);
	if (col >= 0)
		screen_glyph(c->s, row, col, STYLE_PLAYHEAD, "▲", '^');
}

static void draw_phrase(const struct app *app, struct screen *s, int row,
			struct rect r)
{
	struct buf line = { 0 };
	text_phrase_line(app, r.cols - 4, &line);
	screen_glyph(s, row, r.col + 1, STYLE_LIMIT, "▔", '^');
	screen_text(s, row, r.col + 3, r.cols - 3, STYLE_DIM,
		    line.data ? line.data : "", line.len);
	buf_release(&line);
}

/* Which part of the text is seen, in the rule above it. */
static void draw_text_title(const struct app *app, struct screen *s,
			    struct rect r)
{
	char number[NUM_BYTES];
	screen_printf(s, r.row, r.col + 3, STYLE_DIM, " text at token %s ",
		      num_count(number, (uint64_t)app->cursor + 1));
}

static struct rect take(struct rect *r, int rows)
{
	struct rect top = { r->row, r->col, rows, r->cols };
	r->row += rows;
	r->rows -= rows;
	return top;
}

static struct pen pen_in(struct screen *s, struct rect r)
{
	return pen_at(s, r.row, r.col + 1, MAX(r.cols - 2, 0));
}

static void draw_charts(const struct app *app, const struct now *now,
			struct screen *s, struct rect *r,
			const struct ratio_parts *p)
{
	uint32_t from, to;
	struct chart c;
	int plot_cols;
	struct rect rho;

	app_axis(app, &from, &to);
	c = (struct chart){
		.s = s,
		.graph = app->set.look.graph,
		.x0 = from,
		.x1 = to,
	};
	if (from >= to)
		c.x1 = from + 1.0;
	plot_cols = MAX(r->cols - GUTTER_COLS - 1, 1);
	rho = take(r, p->rho);
	c.r = (struct rect){ rho.row, rho.col + GUTTER_COLS, rho.rows,
			     plot_cols };
	draw_rho(app, now, &c);
	if (p->title) {
		struct pen pen = pen_in(s, take(r, 1));
		draw_gain_title(now, &pen);
	}
	if (p->gain) {
		c.r.row = take(r, p->gain).row;
		c.r.rows = p->gain;
		draw_gain(app, now, &c);
	}
	draw_axis(app, now, &c);
	take(r, p->axis);
}

static void draw_waiting(const struct app *app, struct screen *s,
			 struct rect r)
{
	const char *text = !app->run	       ? "no generation is open"
			   : app_n_tokens(app) ? "before the first token"
			   : app->run->trace.n_tokens ? "measuring"
					       : "waiting for the first token";
	int col = (r.cols - (int)strlen(text)) / 2;
	screen_puts(s, r.row + r.rows / 2, r.col + MAX(col, 0), STYLE_DIM,
		    text);
}

static void draw(const struct app *app, struct screen *s, struct rect r)
{
	struct now now;
	struct ratio_parts p;
	struct rect whole;
	struct pen pen;

	if (!now_get(app, &now)) {
		draw_waiting(app, s, r);
		return;
	}
	p = split(r.rows);
	whole = r;
	pen = pen_in(s, take(&r, p.numbers));
	now_draw_numbers(&now, &pen);
	if (p.legend) {
		pen = pen_in(s, take(&r, 1));
		draw_legend(&now, &pen);
	}
	if (p.rho > 0)
		draw_charts(app, &now, s, &r, &p);
	if (p.rule1) {
		screen_hline(s, r.row, r.col, r.cols, STYLE_DIM);
		draw_text_title(app, s, r);
		take(&r, 1);
	}
	text_pane_draw(app, s, take(&r, p.text), TEXT_PANE_FOLLOW);
	if (p.phrase)
		draw_phrase(app, s, take(&r, 1).row, whole);
	if (p.rule2)
		screen_hline(s, take(&r, 1).row, r.col, r.cols, STYLE_DIM);
	if (p.verdict) {
		pen = pen_in(s, take(&r, 1));
		now_draw_verdict(&now, &pen);
	}
	if (p.rules) {
		pen = pen_in(s, take(&r, 1));
		now_draw_rules(&now, &pen);
	}
}

/* A click on a chart is a place on the token axis. */
static bool click(struct app *app, struct rect r, int row, int col)
{
	struct ratio_parts p = split(r.rows);
	int top = p.numbers + p.legend;
	int bottom = top + p.rho + p.title + p.gain + p.axis;
	int cols = MAX(r.cols - GUTTER_COLS - 1, 1);
	uint32_t from, to;
	app_axis(app, &from, &to);
	if (row >= bottom + p.rule1 && row < bottom + p.rule1 + p.text) {
		struct rect text = { 0, 0, p.text, r.cols };
		uint32_t token = text_pane_token_at(
			app, NULL, text, TEXT_PANE_FOLLOW,
			row - bottom - p.rule1, col);
		if (token == PHRASE_NO_TOKEN)
			return false;
		app_set_cursor(app, token);
		return true;
	}
	col -= GUTTER_COLS;
	if (row < top || row >= bottom || col < 0 || col >= cols || from >= to)
		return false;
	app_seek(app, from + (uint32_t)((to - from) * (col + 1.0) / cols));
	return true;
}

static void explain(const struct app *app, struct buf *out)
{
	struct now now;

	if (now_get(app, &now))
		now_explain(&now, app->set.look.ascii, out);
}

/* --- what keys do, in the chart or in the text below it ----------------- */

/* The state of the view. */
struct panes {
	bool in_text;
};

static bool in_text(const struct app *app)
{
	const struct panes *p = view_state(app, &view_ratio);

	return p->in_text;
}

static void move_across(struct app *app, int n)
{
	(in_text(app) ? cursor_token : playhead_across)(app, n);
}

/* Phrases shorter than a token: on to the next token. */
static void phrase_or_token(struct app *app, int n)
{
	uint32_t before = app->cursor;

	cursor_phrase(app, n);
	if (app->cursor == before)
		cursor_token(app, n);
}

static void move_along(struct app *app, int n)
{
	(in_text(app) ? phrase_or_token : playhead_along)(app, n);
}

static void move_page(struct app *app, int n)
{
	if (in_text(app))
		cursor_token(app, n * (int)app->set.meter.rule.f);
	else
		playhead_page(app, n);
}

static void move_end(struct app *app, int n)
{
	(in_text(app) ? cursor_end : playhead_end)(app, n);
}

static void move_token(struct app *app, int n)
{
	(in_text(app) ? cursor_token : playhead_token)(app, n);
}

static void move_pane(struct app *app, int n)
{
	struct panes *p = view_state(app, &view_ratio);

	(void)n;
	p->in_text = !p->in_text;
	app_say(app, p->in_text ? "keys move in the text, phrase by phrase"
				: "keys move in the chart");
}

const struct view view_ratio = {
	.name = "ratio",
	.about = "rho with its band, gain per window, the text below",
	.is = SHOWS_TEXT | SHOWS_RUN | SHOWS_MEASURES | SHOWS_CURVES,
	.state_bytes = sizeof(struct panes),
	.draw = draw,
	.click = click,
	.explain = explain,
	.has = has_source,
	.enter = enter_run,
	.moves = {
		[MOVE_ACROSS] = move_across,
		[MOVE_ALONG] = move_along,
		[MOVE_PAGE] = move_page,
		[MOVE_END] = move_end,
		[MOVE_TOKEN] = move_token,
		[MOVE_PHRASE] = cursor_phrase,
		[MOVE_THRESHOLD] = here_threshold,
		[MOVE_CHANGE] = here_change,
		[MOVE_ZOOM] = axis_zoom,
		[MOVE_PAN] = axis_pan,
		[MOVE_PANE] = move_pane,
		[MOVE_PLAY] = playhead_play,
		[MOVE_FOLLOW] = playhead_follow,
	},
};
