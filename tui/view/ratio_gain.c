/* The chart of gains: a bar a window of f tokens, against t, on a scale of
 * square roots, so that a window near t can be told from an empty one. */
#include <math.h>

#include "base/num.h"
#include "draw/glyph.h"
#include "view/ratio_charts.h"

enum {
	BAR_GAP_COLS = 4,   /* bars this wide have a gap between them */
	GAIN_AXIS_ROWS = 5, /* strips this high have a tick in the middle */
};

static const double score_least = 0.08;

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

/* --- the score ---------------------------------------------------------- */

/* The rule whose score is drawn: the last of those shown that has one. */
static size_t scorer(const struct now *now)
{
	size_t found = RULE_ROWS, i;

	for (size_t k = 0; (i = rule_shown(k)) < RULE_ROWS; k++)
		if (meter_score(now->meter, i))
			found = i;
	return found;
}

/* Where it is hardly above 0 there is no line, for the bars' sake. */
static struct series_range score_at(const void *ctx, double from, double to)
{
	size_t first = (size_t)MAX(from, 0);
	struct series_range v =
		series_range(ctx, first, MAX((size_t)ceil(to), first + 1));

	if (!(v.max >= score_least))
		return (struct series_range){ NAN, NAN, NAN };
	return v;
}

/* From the foot, 0, to the top, where the rule stops. */
static void draw_score(const struct app *app, const struct now *now,
		       const struct chart *gain)
{
	size_t i_rule = scorer(now);
	struct chart c = *gain;
	bool all = app->pace != PACE_PLAY;
	struct curve score;

	if (i_rule == RULE_ROWS)
		return;
	c.root = false;
	c.y0 = 0;
	c.y1 = 1;
	score = (struct curve){ score_at, meter_score(now->meter, i_rule), 0,
				all ? now->until : now->n, STYLE_RULE, '\'' };
	chart_curve(&c, &score);
}

/* In a low strip t stands where 0 would: then 0 is at the axis below. */
static void draw_gain_axis(const struct guardian *g, const struct chart *c)
{
	chart_y_line(c);
	if (chart_row(c, g->opts.t) != chart_row(c, 0))
		chart_y_tick(c, RATIO_GUTTER_COLS, 0, 0, STYLE_DIM);
	else
		screen_puts(c->s, c->r.row + c->r.rows, c->r.col - 3,
			    STYLE_DIM, "0");
	/* On the scale of roots a quarter is half the height. */
	if (c->r.rows >= GAIN_AXIS_ROWS)
		chart_y_tick(c, RATIO_GUTTER_COLS, c->y1 / 4, 0, STYLE_DIM);
	chart_y_tick(c, RATIO_GUTTER_COLS, c->y1, 0, STYLE_DIM);
	chart_y_tick(c, RATIO_GUTTER_COLS, g->opts.t,
		     g->opts.t != floor(g->opts.t), STYLE_LIMIT);
}

void ratio_draw_gain(const struct app *app, const struct now *now,
		      struct chart *c)
{
	const struct guardian *g = meter_guardian(now->meter);
	c->root = true;
	scale_gain(g, c);
	draw_gain_axis(g, c);
	draw_score(app, now, c); /* under the bars: they are what is counted */
	draw_bars(app, now, c);
	chart_limit(c, g->opts.t, STYLE_LIMIT, STYLE_GAIN, STYLE_LIMIT_BAR);
	ratio_lil_line(now, c);
	ratio_playhead_line(now, c);
}

void ratio_gain_title(const struct now *now, struct pen *p)
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
	if (scorer(now) < RULE_ROWS)
		pen_printf(p, STYLE_RULE, " %s %s %s stops at the top",
			   glyph(GLYPH_DOT, ascii), ascii ? "'" : "─",
			   rules[scorer(now)]->name);
	pen_printf(p, STYLE_DIM, " %s %s scale", glyph(GLYPH_DOT, ascii),
		   ascii ? "square root" : "\u221a");
}
