/*
 * Runs side by side on one axis (compare.h), from top to bottom:
 *
 *	title     how many runs, the prompt
 *	lanes     a run each: up to three lines of numbers, its curve
 *	axis      two rows, tokens or seconds
 *	text      a column each: the end of what is told at the playhead
 *
 * Where there is little room numbers come first: text goes, then curves, then
 * lines of numbers, then lanes (those around the cursor stay).
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "demo/demo.h"
#include "draw/chart.h"
#include "draw/num.h"
#include "draw/pen.h"
#include "view/compare.h"
#include "view/lane.h"
#include "view/text_pane.h"
#include "view/views.h"

enum {
	GUTTER_COLS = 7,
	CURVE_MIN_ROWS = 2,
	LINES_MAX = 3,	    /* of numbers, a lane */
	TEXT_MIN_ROWS = 4,  /* with its title */
	TEXT_MIN_COLS = 18, /* a column */
	WIDE_COLS = 90,	    /* of a line, for names of its numbers */
	EDGE_PERCENT = 2,   /* at the start rho is huge: not scaled for */
};

/* Rows of each part; 0 leaves it out. */
struct parts {
	int title, lines, curve, axis, text;
	int lanes; /* how many */
};

static struct parts split(int rows, int cols, size_t n)
{
	struct parts p = { .title = rows >= 8, .lines = 1 };
	int left = rows - p.title;

	p.lanes = MAX(MIN(MIN((int)MIN(n, LANES_MAX), left), LANES_MAX), 1);
	while (p.lines < LINES_MAX && (p.lines + 1) * p.lanes <= left)
		p.lines++;
	p.axis = left >= p.lanes * (1 + CURVE_MIN_ROWS) + 2 ? 2 : 0;
	/* A curve takes the place of a line of numbers, not of the last. */
	while (p.axis && p.lines > 1 &&
	       p.lanes * (p.lines + CURVE_MIN_ROWS) + p.axis > left)
		p.lines--;
	left -= p.axis + p.lanes * p.lines;
	if (!p.axis)
		return p;
	p.curve = CURVE_MIN_ROWS;
	left -= p.curve * p.lanes;
	if (cols / p.lanes >= TEXT_MIN_COLS && left >= TEXT_MIN_ROWS) {
		/* Half of what is left is text, but never too little. */
		p.text =
			MAX(left - left / 2 / p.lanes * p.lanes, TEXT_MIN_ROWS);
		left -= p.text;
	}
	p.curve += left / p.lanes;
	if (p.text)
		p.text += left % p.lanes;
	return p;
}

/* ---- a lane's numbers -------------------------------------------------- */

static const char *dot(const struct pen *p)
{
	return glyph(GLYPH_DOT, p->s->ascii);
}

static void put_name(const struct app *app, const struct lane *l, struct pen *p)
{
	const struct facts *f = l->run ? &l->run->trace.facts : NULL;
	bool cursor = l->i == app->compare.lane && app->compare.n > 1;
	char number[NUM_BYTES];

	pen_printf(p, cursor ? STYLE_SELECTED : STYLE_KEY, " %c ",
		   lane_letter(l->i));
	if (!f)
		pen_puts(p, STYLE_DIM, " reading it again");
	else if (f->policy || f->model)
		pen_printf(p, STYLE_STRONG, " %s",
			   f->policy ? f->policy : f->model);
	else
		pen_printf(p, STYLE_STRONG, " %s", f->record ? f->record : "");
	if (f && f->budget)
		pen_printf(p, STYLE_STRONG, " %s",
			   num_count(number, f->budget));
}

static void put_state(const struct lane *l, struct pen *p)
{
	const char *finish = l->run->trace.facts.finish_reason;

	if (l->ended && finish && finish[0])
		pen_printf(p, STYLE_DIM, " %s ended: %.20s", dot(p), finish);
	else if (l->ended)
		pen_printf(p, STYLE_DIM, " %s ended", dot(p));
	else if (!l->run->ended && l->n == run_n_measured(l->run))
		pen_printf(p, STYLE_GOOD, " %s %s running", dot(p),
			   p->s->ascii ? ">" : "▶");
}

/* "right", "wrong" or "no answer", with its mark. */
static void put_verdict(enum verdict v, struct pen *p)
{
	bool ascii = p->s->ascii;

	if (v == VERDICT_RIGHT)
		pen_printf(p, STYLE_GOOD, "%s right",
			   glyph(GLYPH_CHECK, ascii));
	else if (v == VERDICT_WRONG)
		pen_printf(p, STYLE_BAD, "%s wrong",
			   glyph(GLYPH_CROSS, ascii));
	else if (v == VERDICT_NONE)
		pen_printf(p, STYLE_BAD, "%s no answer",
			   glyph(GLYPH_CROSS, ascii));
}

static void put_answer(const struct lane *l, struct pen *p)
{
	const char *gold = l->run->trace.facts.gold;

	if (!gold || !l->ended)
		return;
	pen_printf(p, STYLE_DIM, " %s ", dot(p));
	put_verdict(l->answer, p);
	if (l->answer == VERDICT_RIGHT)
		return;
	pen_printf(p, STYLE_DIM, " %s right is %.20s", dot(p), gold);
}

/* Tokens, pace, memory, how it ended. */
static void put_pace(const struct lane *l, struct pen *p)
{
	const struct trace *t = &l->run->trace;
	const struct kv_bytes *kv = t->kv && l->n ? &t->kv[l->n - 1] : NULL;
	bool ascii = p->s->ascii;
	char a[NUM_BYTES], b[NUM_BYTES];

	pen_printf(p, STYLE_DIM, " %s", dot(p));
	pen_printf(p, STYLE_STRONG, " %s", num_count(a, l->n));
	pen_puts(p, STYLE_NORMAL, " tokens");
	put_state(l, p);
	put_answer(l, p);
	if (!isnan(l->tbt_s) && l->tbt_s > 0)
		pen_printf(p, STYLE_NORMAL, " %s %s tok/s", dot(p),
			   num_real(a, 1 / l->tbt_s, l->tbt_s > 0.01 ? 1 : 0,
				    ascii));
	if (kv && kv->held > 0) {
		pen_printf(p, STYLE_NORMAL, " %s KV %s", dot(p),
			   num_size(a, (uint64_t)kv->held));
		if (kv->used > 0)
			pen_printf(p, STYLE_DIM, " for %s of tokens",
				   num_size(b, (uint64_t)kv->used));
	}
}

/* JCT = TTFT + the tokens after the first x TBT, in numbers. */
static void put_jct(const struct lane *l, struct pen *p)
{
	bool ascii = p->s->ascii;
	char ttft[NUM_BYTES], n[NUM_BYTES], tbt[NUM_BYTES], sum[NUM_BYTES];
	bool wide; /* room for names */

	if (isnan(l->tbt_s)) {
		pen_puts(p, STYLE_DIM,
			 l->run->trace.time_us || !l->n
				 ? "JCT: too few tokens yet"
				 : "no times in the trace");
		return;
	}
	wide = p->end - p->col >= WIDE_COLS;
	num_time(ttft, l->ttft_s, ascii);
	num_count(n, l->n - 1);
	num_time(tbt, l->tbt_s, ascii);
	num_time(sum, l->end_s, ascii);
	pen_puts(p, STYLE_DIM, l->ended ? "JCT " : "so far ");
	if (!isnan(l->ttft_s)) {
		pen_puts(p, STYLE_DIM, wide ? "= TTFT " : "");
		pen_printf(p, STYLE_NORMAL, "%s", ttft);
		pen_puts(p, STYLE_DIM, " + ");
	}
	pen_printf(p, STYLE_NORMAL, "%s", n);
	pen_puts(p, STYLE_DIM, ascii ? " x " : " × ");
	pen_puts(p, STYLE_DIM, wide ? "TBT " : "");
	pen_printf(p, STYLE_NORMAL, "%s", tbt);
	pen_puts(p, STYLE_DIM, " = ");
	pen_printf(p, STYLE_STRONG, "%s", sum);
	if (isnan(l->ttft_s))
		pen_puts(p, STYLE_DIM, " after the first token");
}

/* Where it went on under another policy. */
static void put_turns(const struct lane *l, struct pen *p)
{
	const struct trace *t = &l->run->trace;
	char a[NUM_BYTES], b[NUM_BYTES];

	for (size_t i = 0; i < t->n_turns && t->turns[i].start <= l->n; i++) {
		const struct turn *turn = &t->turns[i];

		if (i + 1 < t->n_turns && turn[1].start == turn->start &&
		    !turn->recomputed)
			continue; /* no token came by it */
		pen_printf(p, STYLE_RULE, " %s %s", dot(p),
			   turn->policy ? turn->policy : "another policy");
		if (turn->budget)
			pen_printf(p, STYLE_RULE, " %s",
				   num_count(a, turn->budget));
		pen_printf(p, STYLE_RULE, " from %s",
			   num_count(a, turn->start));
		if (turn->recomputed)
			pen_printf(p, STYLE_DIM, " (%s read again)",
				   num_count(b, turn->recomputed));
	}
}

static void put_against(const struct lane *l, const struct lane *first,
			struct pen *p)
{
	bool ascii = p->s->ascii;
	char a[NUM_BYTES];

	if (l->i == 0 || !first->run || !first->n)
		return;
	pen_printf(p, STYLE_DIM, " %s of A: ", dot(p));
	pen_printf(p, STYLE_NORMAL, "%s tokens",
		   num_change(a, l->n, first->n, ascii));
	if (!isnan(l->end_s) && first->end_s > 0)
		pen_printf(p, STYLE_NORMAL, ", %s time",
			   num_change(a, l->end_s, first->end_s, ascii));
}

/* Where the early stop cuts, and what that saves. */
static void put_stop(const struct lane *l, struct pen *p)
{
	const struct rule_verdict *v = &l->stop;
	const struct trace *t = &l->run->trace;
	bool ascii = p->s->ascii;
	char a[NUM_BYTES], b[NUM_BYTES], c[NUM_BYTES];

	if (v->at_token == RULE_NEVER) {
		pen_printf(p, STYLE_DIM, "%s no early stop%s",
			   glyph(GLYPH_OPEN, ascii),
			   l->ended ? "" : " so far");
		return;
	}
	pen_printf(p, STYLE_LIL, "%s stop at %s", glyph(GLYPH_FLAG, ascii),
		   num_count(a, v->at_token));
	pen_printf(p, STYLE_NORMAL, " saves %s tokens (%s)",
		   num_count(a, v->tokens_after),
		   num_percent(b, v->tokens_after, l->n));
	if (l->stopped != VERDICT_UNKNOWN) {
		pen_puts(p, STYLE_DIM, ", then ");
		put_verdict(l->stopped, p);
	}
	if (!isnan(l->end_s))
		pen_printf(p, STYLE_NORMAL, ", %s",
			   num_time(c,
				    l->end_s - compare_time_s(t, v->at_token),
				    ascii));
	if (v->resumed_at != RULE_NEVER)
		pen_printf(p, STYLE_GOOD, " %s %s new again at %s", dot(p),
			   glyph(GLYPH_BACK, ascii),
			   v->resumed_at == v->at_token
				   ? "once"
				   : num_count(a, v->resumed_at));
}

static void draw_numbers(const struct app *app, const struct lane *l,
			 const struct lane *first, struct screen *s,
			 struct rect r)
{
	struct pen p = pen_at(s, r.row, r.col, r.cols);

	put_name(app, l, &p);
	if (!l->run)
		return;
	if (r.rows == 1) {
		pen_printf(&p, STYLE_DIM, " %s ", dot(&p));
		put_jct(l, &p);
		put_pace(l, &p);
		return;
	}
	put_pace(l, &p);
	p = pen_at(s, r.row + 1, r.col + 4, r.cols - 4);
	put_jct(l, &p);
	put_against(l, first, &p);
	if (r.rows > 2)
		p = pen_at(s, r.row + 2, r.col + 4, r.cols - 4);
	else
		pen_printf(&p, STYLE_DIM, " %s ", dot(&p));
	put_stop(l, &p);
	put_turns(l, &p);
}

/* ---- curves ------------------------------------------------------------ */

/* What a curve reads. */
struct source {
	const struct app *app;
	const struct run *run;
	bool exact; /* the series is too coarse */
};

static double size_at(const struct run *run, uint32_t n)
{
	const struct meter *m = run->meter;

	return (double)lz77_code_bits_at(meter_lz77(m),
					 meter_symbols_at(m, n)) /
	       8;
}

/* Tokens that lie in [from, to) of the axis; at least the one before. */
static struct series_range source_at(const void *ctx, double from, double to)
{
	const struct source *src = ctx;
	const struct run *run = src->run;
	uint32_t a = compare_tokens_at(src->app, run, from);
	uint32_t b = compare_tokens_at(src->app, run, to);
	struct series_range none = { NAN, NAN, NAN };

	b = MAX(b, a);
	if (!b)
		return none;
	if (src->app->compare.size) {
		float low = (float)size_at(run, MAX(a, 1));
		float high = (float)size_at(run, b);

		return (struct series_range){ low, high, high };
	}
	if (src->exact || b == a) {
		float low = (float)meter_point(run->meter, MAX(a, 1)).rho;
		float high = (float)meter_point(run->meter, b).rho;

		return (struct series_range){ MIN(low, high), MAX(low, high),
					      high };
	}
	return series_range(meter_rho(run->meter), a, b);
}

/* The largest value that a lane's curve comes to. */
static double top_of(const struct app *app, const struct run *run)
{
	double from, to;
	uint32_t a, b;
	struct series_range v;

	compare_axis(app, &from, &to);
	if (from <= 0)
		from = to * EDGE_PERCENT / 100;
	a = compare_tokens_at(app, run, from);
	b = compare_tokens_at(app, run, to);
	if (!run->meter || a >= b)
		return NAN;
	if (app->compare.size)
		return size_at(run, b);
	v = series_range(meter_rho(run->meter), a, b);
	return v.max;
}

static double scale_top(const struct app *app)
{
	double top = NAN;

	for (size_t i = 0; i < app->compare.n; i++) {
		const struct run *run = compare_run(app, i);

		if (run)
			top = fmax(top, top_of(app, run));
	}
	return chart_round_up(top * 1.02);
}

/* A token's place on the axis; NAN if it has none. */
static double place_of(const struct app *app, const struct run *run, uint32_t n)
{
	return app->compare.seconds ? compare_time_s(&run->trace, n) : n;
}

static void label_at(const struct chart *c, int row, double x, enum style style,
		     const char *text)
{
	int cols = screen_width(text, strlen(text)), col = chart_col(c, x), at;

	if (col < 0)
		return;
	at = col + 2 + cols <= c->r.col + c->r.cols ? col + 2 : col - 1 - cols;
	for (int i = 0; i < cols; i++) {
		const struct cell *cell = screen_cell(c->s, row, at + i);

		if (at < c->r.col || !cell ||
		    (cell->len > 0 && cell->text[0] != ' '))
			return; /* the curve matters more */
	}
	screen_puts(c->s, row, at, style, text);
}

static void draw_curve(const struct app *app, const struct lane *l,
		       const struct chart *c)
{
	double per_dot = (c->x1 - c->x0) / (2.0 * MAX(c->r.cols, 1));
	double at = place_of(app, l->run, l->n);
	double end = place_of(app, l->run, l->total);
	struct source src = { app, l->run, false };
	struct curve later = { source_at, &src, at, end, STYLE_DIM, '.' };
	struct curve told = { source_at, &src, 0, at, STYLE_RHO, '*' };
	char number[NUM_BYTES];

	if (app->compare.seconds && l->tbt_s > 0)
		per_dot /= l->tbt_s;
	src.exact = per_dot < SERIES_BLOCK;
	if (isnan(at)) {
		screen_puts(c->s, c->r.row, c->r.col + 1, STYLE_DIM,
			    "no times in the trace: u shows tokens");
		return;
	}
	if (l->stop.at_token != RULE_NEVER)
		chart_vline(c, place_of(app, l->run, l->stop.at_token),
			    STYLE_LIL, "┇", ':');
	for (size_t i = 0; i < l->run->trace.n_turns; i++)
		chart_vline(c,
			    place_of(app, l->run,
				     l->run->trace.turns[i].start),
			    STYLE_RULE, "┊", ';');
	if (app->pace != PACE_PLAY && l->n < l->total)
		chart_curve(c, &later);
	chart_curve(c, &told);
	if (l->run->ended && (l->ended || app->pace != PACE_PLAY))
		chart_vline(c, end, STYLE_STRONG, "▏", '|');
	if (l->stop.at_token == RULE_NEVER)
		return;
	num_count(number, l->stop.at_token);
	label_at(c, c->r.row, place_of(app, l->run, l->stop.at_token),
		 STYLE_LIL, number);
}

static void draw_lane(const struct app *app, const struct lane *l,
		      struct chart *c)
{
	double from, to;

	chart_y_axis(c, GUTTER_COLS, MAX(c->r.rows / 2, 1));
	if (!l->run || !run_n_measured(l->run))
		return;
	draw_curve(app, l, c);
	compare_axis(app, &from, &to);
	if (app->compare.at < to)
		chart_vline(c, app->compare.at, STYLE_PLAYHEAD, "│", '|');
}

static void draw_axis(const struct app *app, const struct chart *c)
{
	int row = c->r.row + c->r.rows, col;

	chart_x_axis(c, row + 1);
	screen_puts(c->s, row + 1, c->r.col - GUTTER_COLS, STYLE_DIM,
		    app->compare.seconds ? "secs" : "tokens");
	col = chart_col(c, MIN(app->compare.at, compare_end(app)));
	if (col >= 0)
		screen_glyph(c->s, row, col, STYLE_PLAYHEAD,
			     glyph(GLYPH_UP, false), glyph(GLYPH_UP, true)[0]);
}

/* ---- text -------------------------------------------------------------- */

static void draw_text_title(const struct lane *l, struct screen *s,
			    struct rect r)
{
	struct pen p = pen_at(s, r.row, r.col + 1, r.cols - 2);
	bool ascii = s->ascii;
	char a[NUM_BYTES];

	screen_hline(s, r.row, r.col, r.cols, STYLE_DIM);
	pen_printf(&p, STYLE_KEY, " %c ", lane_letter(l->i));
	if (l->run && l->stop.at_token != RULE_NEVER) {
		pen_printf(&p, STYLE_LIL, "%s cut at %s ",
			   glyph(GLYPH_FLAG, ascii),
			   num_count(a, l->stop.at_token));
		pen_printf(&p, STYLE_DIM, "%s %s after it ", dot(&p),
			   num_count(a, l->stop.tokens_after));
	} else if (l->run) {
		pen_puts(&p, STYLE_DIM, "nothing to cut ");
	}
}

/* The pane draws the open run up to its cursor: here another one is open. */
static void draw_column(const struct app *app, const struct lane *l,
			struct screen *s, struct rect r)
{
	struct app other = *app;

	draw_text_title(l, s, r);
	if (!l->run)
		return;
	other.run = (struct run *)l->run; /* only read from */
	other.playhead = l->n;
	other.cursor = l->n ? l->n - 1 : 0;
	other.pace = PACE_PLAY; /* nothing behind the playhead */
	other.search.len = 0;
	for (int i = 0; i < APP_MARKS; i++)
		other.marks[i] = APP_NO_MARK;
	r.row++;
	r.rows--;
	text_pane_draw(&other, s, r, TEXT_PANE_FOLLOW);
}

static void draw_columns(const struct app *app, const struct lane *lanes, int n,
			 struct screen *s, struct rect r)
{
	for (int i = 0; i < n; i++) {
		int from = r.cols * i / n, to = r.cols * (i + 1) / n;
		struct rect at = { r.row, r.col + from, r.rows, to - from };

		if (i + 1 < n)
			at.cols--;
		draw_column(app, &lanes[i], s, at);
		if (i + 1 < n)
			screen_vline(s, r.row + 1, r.col + to - 1, r.rows - 1,
				     STYLE_DIM);
	}
}

/* What is asked, while no run has said anything: of all the same, and there
 * is no better place for so long a text. */
static bool draw_prompt(const struct app *app, const struct lane *lanes, int n,
			struct screen *s, struct rect r)
{
	struct pen p = pen_at(s, r.row + n, r.col + 1, r.cols - 2);
	struct rect at = { r.row + n, r.col, r.rows - n, r.cols };

	for (int i = 0; i < n; i++)
		if (!app->demo || !lanes[i].run || lanes[i].n)
			return false;
	if (at.rows < TEXT_MIN_ROWS || !lanes[0].run->trace.prompt.len)
		return false;
	for (int i = 0; i < n; i++) {
		struct pen lane = pen_at(s, r.row + i, r.col, r.cols);

		put_name(app, &lanes[i], &lane);
		put_pace(&lanes[i], &lane);
		put_turns(&lanes[i], &lane);
	}
	draw_column(app, &lanes[0], s, at);
	screen_hline(s, at.row, at.col, at.cols, STYLE_DIM);
	pen_puts(&p, STYLE_KEY, " what is asked ");
	return true;
}

/* ---- the view ---------------------------------------------------------- */

static size_t first_lane(const struct app *app, int lanes)
{
	const struct compare *c = &app->compare;

	return c->lane >= (size_t)lanes ? c->lane - (size_t)lanes + 1 : 0;
}

static void draw_title(const struct app *app, const struct parts *p,
		       struct screen *s, struct rect r)
{
	const struct compare *c = &app->compare;
	const struct run *run = compare_run(app, 0);
	struct pen pen = pen_at(s, r.row, r.col + 1, r.cols - 2);
	size_t top = first_lane(app, p->lanes);

	pen_printf(&pen, STYLE_STRONG, "%zu run%s", c->n, c->n == 1 ? "" : "s");
	if (c->n_more)
		pen_printf(&pen, STYLE_LIMIT, " of %zu", c->n + c->n_more);
	if ((size_t)p->lanes < c->n)
		pen_printf(&pen, STYLE_LIMIT, ", %c to %c here",
			   lane_letter(top),
			   lane_letter(top + (size_t)p->lanes - 1));
	pen_printf(&pen, STYLE_DIM, " %s ", dot(&pen));
	pen_printf(&pen, STYLE_RHO, "%s",
		   c->size ? "bytes of code so far"
			   : glyph(GLYPH_RHO, s->ascii));
	pen_printf(&pen, STYLE_DIM, " over %s %s ",
		   c->seconds ? "seconds" : "tokens", dot(&pen));
	if (c->n == 1)
		pen_printf(&pen, STYLE_NORMAL,
			   "m in the list marks others to compare %s ",
			   dot(&pen));
	if (run && run->trace.prompt.len && pen.end > pen.col)
		screen_text(s, r.row, pen.col, pen.end - pen.col, STYLE_PROMPT,
			    run->trace.prompt.data,
			    MIN(run->trace.prompt.len,
				(size_t)(pen.end - pen.col)));
}

static void draw_lanes(const struct app *app, const struct parts *p,
		       const struct lane *lanes, struct screen *s,
		       struct rect r)
{
	const struct lane first = lane_of(app, 0);
	double from, to, top = p->curve ? scale_top(app) : 1;
	struct chart c = { .s = s, .graph = app->set.look.graph, .y1 = top };

	compare_axis(app, &from, &to);
	c.x0 = from;
	c.x1 = from < to ? to : from + 1;
	for (int i = 0; i < p->lanes; i++) {
		struct rect at = { r.row + i * (p->lines + p->curve), r.col,
				   p->lines, r.cols };

		draw_numbers(app, &lanes[i], &first, s, at);
		c.r = (struct rect){ at.row + p->lines, r.col + GUTTER_COLS,
				     p->curve,
				     MAX(r.cols - GUTTER_COLS - 1, 1) };
		if (p->curve)
			draw_lane(app, &lanes[i], &c);
	}
	if (p->axis)
		draw_axis(app, &c);
}

static void draw_nothing(const struct app *app, struct screen *s,
			 struct rect r)
{
	static const char *const none[] = {
		"Nothing to compare yet.",
		"m marks generations in the list, c compares them;",
		"runs of one prompt in one trace are found by themselves.",
	};
	static const char *const decoding[] = { "The model reads the prompt." };
	static const char *const ended[] = { "Nothing was decoded; n begins "
					     "another problem." };
	const char *const *lines = !app->demo ? none :
				   app->demo->gone ? ended : decoding;
	size_t n = app->demo ? 1 : ARRAY_LEN(none);

	for (size_t i = 0; i < n; i++) {
		int col = (r.cols - (int)strlen(lines[i])) / 2;

		if ((int)i < r.rows)
			screen_text(s, r.row + MAX(r.rows / 2 - 2, 0) + (int)i,
				    r.col + MAX(col, 0), r.cols, STYLE_DIM,
				    lines[i], strlen(lines[i]));
	}
}

void view_compare_draw(const struct app *app, struct screen *s, struct rect r)
{
	struct parts p = split(r.rows, r.cols, app->compare.n);
	struct lane lanes[LANES_MAX];
	size_t top = first_lane(app, p.lanes);

	if (!app->compare.n || r.rows < 1) {
		draw_nothing(app, s, r);
		return;
	}
	for (int i = 0; i < p.lanes; i++)
		lanes[i] = lane_of(app, top + (size_t)i);
	if (p.title)
		draw_title(app, &p, s, r);
	r.row += p.title;
	r.rows -= p.title;
	if (draw_prompt(app, lanes, p.lanes, s, r))
		return;
	draw_lanes(app, &p, lanes, s, r);
	r.row += p.lanes * (p.lines + p.curve) + p.axis;
	r.rows = p.text;
	if (p.text)
		draw_columns(app, lanes, p.lanes, s, r);
}

/* A click is a lane, and a place on the axis. */
bool view_compare_click(struct app *app, struct rect r, int row, int col)
{
	struct parts p = split(r.rows, r.cols, app->compare.n);
	int rows = p.lines + p.curve;
	struct chart c = { .r = { 0, 0, 1, MAX(r.cols - GUTTER_COLS - 1, 1) } };

	row -= p.title;
	if (!app->compare.n || row < 0 || row >= rows * p.lanes + p.axis)
		return false;
	if (row < rows * p.lanes)
		app->compare.lane =
			first_lane(app, p.lanes) + (size_t)(row / rows);
	app->dirty = true;
	if (row < rows * p.lanes && row % rows < p.lines)
		return true; /* its numbers */
	compare_axis(app, &c.x0, &c.x1);
	col -= GUTTER_COLS;
	if (col >= 0 && col < c.r.cols && c.x0 < c.x1)
		compare_seek(app, chart_x(&c, col));
	return true;
}
