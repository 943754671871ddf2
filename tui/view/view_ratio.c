/*
 * The ratio view, from top to bottom (rows that do not fit are left out, the
 * least telling ones first):
 *
 *	numbers      rho, band, h, flag at the playhead
 *	legend       what the marks of the chart mean
 *	told         what was told so far, the threshold, the loss after it
 *	rho          the curve, the band beneath it, h
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
#include "view/list.h"
#include "view/moves.h"
#include "view/now.h"
#include "view/ratio_charts.h"
#include "view/text_pane.h"
#include "view/views.h"

enum {
	GUTTER_COLS = RATIO_GUTTER_COLS,
	GAIN_MIN_ROWS = 2,
};

/* Rows of each part; 0 leaves it out. */
struct ratio_parts {
	int numbers, legend, told, rho, title, gain, axis, rule1, text, phrase,
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
	p.gain = rows >= 9 ? MAX(left / 5, GAIN_MIN_ROWS) : 0;
	p.text = left - p.gain > RATIO_MIN_ROWS ? MAX(left / 4, 1) : 0;
	p.told = left - p.gain - p.text;
	if (p.told >= 2 * RATIO_MIN_ROWS)
		p.rho = MAX(p.told * 2 / 5, RATIO_MIN_ROWS);
	p.told -= p.rho;
	return p;
}

/* What the curves are, in words. */
static void draw_legend(const struct now *now, struct pen *p)
{
	bool ascii = p->s->ascii;
	const char *rho = glyph(GLYPH_RHO, ascii);
	const char *eps = glyph(GLYPH_EPS, ascii);
	char e[NUM_BYTES];
	pen_printf(p, STYLE_RHO, "%s", rho);
	pen_puts(p, STYLE_DIM, " code per symbol   ");
	pen_puts(p, STYLE_BAND, "band");
	pen_printf(p, STYLE_DIM, " from %s %s %s to %s, %s = %s   ", rho,
		   ascii ? "-" : "\u2212", eps, rho, eps,
		   num_real(e, now->point.eps, 3, ascii));
	pen_puts(p, STYLE_H, "h");
	pen_puts(p, STYLE_DIM, " distinct substrings");
	if (now->point.status == BOUND_OUT_LOW)
		pen_puts(p, STYLE_DIM, "; below the band: too short a text "
				       "for it");
	pen_puts(p, STYLE_STRONG, "   H");
	pen_puts(p, STYLE_DIM, " entropy, to be believed   ");
	if (!pen_fits(p, (int)strlen(": Lil threshold"))) {
		pen_more(p);
		return;
	}
	pen_puts(p, STYLE_LIL, ascii ? ":" : "┇");
	pen_puts(p, STYLE_DIM, " Lil threshold");
}

/* --- axis, text, verdict ------------------------------------------------ */

/* The axis is heavy while nothing new is told: what a stop would save. */
static void draw_after(const struct now *now, const struct chart *c, int row)
{
	for (size_t i = 0; i < now->n_stops; i++) {
		double from = now->stops[i].at_token;
		double to = MIN(now->stops[i].resumed_at, now->until);

		for (int x = 0; x < c->r.cols; x++) {
			double at = chart_x(c, x);

			if (at >= from && at < to)
				screen_glyph(c->s, row, c->r.col + x,
					     STYLE_AFTER, "━", '=');
		}
	}
}

static uint32_t token_at(const struct chart *c, int col)
{
	return (uint32_t)fmax(chart_x(c, col), 0);
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
	for (int x = 0; x < c->r.cols; x++)
		if (search_hits(app, token_at(c, x), token_at(c, x + 1)))
			screen_glyph(c->s, row, c->r.col + x, STYLE_FOUND,
				     "╵", '\'');
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

	app_axis(app, &from, &to);
	c = (struct chart){
		.s = s,
		.graph = app->set.look.graph,
		.x0 = from,
		.x1 = to,
		.whole_x = true,
	};
	if (from >= to)
		c.x1 = from + 1.0;
	plot_cols = MAX(r->cols - GUTTER_COLS - 1, 1);
	c.r = (struct rect){ take(r, p->told).row, r->col + GUTTER_COLS,
			     p->told, plot_cols };
	ratio_draw_told(app, now, &c);
	if (p->rho) {
		c.r.row = take(r, p->rho).row;
		c.r.rows = p->rho;
		ratio_draw_rho(app, now, &c);
		ratio_draw_sure(now, &c);
	}
	if (p->title) {
		struct pen pen = pen_in(s, take(r, 1));
		ratio_gain_title(now, &pen);
	}
	if (p->gain) {
		c.r.row = take(r, p->gain).row;
		c.r.rows = p->gain;
		ratio_draw_gain(app, now, &c);
	}
	draw_axis(app, now, &c);
	take(r, p->axis);
}

static void draw_waiting(const struct app *app, struct screen *s,
			 struct rect r)
{
	const char *text = list_of(app)->silent ? "waiting for the first byte"
			   : !app->run	       ? "no generation is open"
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
	if (p.told > 0)
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
	int bottom = top + p.told + p.rho + p.title + p.gain + p.axis;
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
	struct buf lengths = { 0 };
	struct now now;

	if (!now_get(app, &now))
		return;
	now_explain(&now, app->set.look.ascii, out);
	if (now_lengths(&now, &lengths))
		buf_printf(out, "Tokens: %s.\n", buf_cstr(&lengths));
	buf_release(&lengths);
	now_explain_known(app, out);
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
	.about = "what is told so far, rho with its band, gain, the text below",
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
		[MOVE_RIVAL] = here_rival,
		[MOVE_CHANGE] = here_change,
		[MOVE_ZOOM] = axis_zoom,
		[MOVE_PAN] = axis_pan,
		[MOVE_PANE] = move_pane,
		[MOVE_PLAY] = playhead_play,
		[MOVE_FOLLOW] = playhead_follow,
	},
};
