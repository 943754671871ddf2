/*
 * Runs side by side on one axis (compare.h), from top to bottom:
 *
 *	title     how many runs, the prompt
 *	lanes     a run each: up to three lines of numbers, its curve
 *	axis      two rows, tokens or seconds
 *	fork      how long the run with the cursor says the same as the first
 *	text      a column each: the end of what is told at the playhead
 *
 * Where there is little room numbers come first: text goes, then curves, then
 * lines of numbers, then lanes (those around the cursor stay).
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/told.h"
#include "base/num.h"
#include "draw/chart.h"
#include "draw/glyph.h"
#include "draw/pen.h"
#include "view/cost.h"
#include "view/lane.h"
#include "view/list.h"
#include "view/text_pane.h"
#include "view/views.h"

enum {
	GUTTER_COLS = 7,
	CURVE_MIN_ROWS = 2,
	BRANCH_MIN_ROWS = 4, /* fewer can't tell two curves apart */
	LINES_MAX = 3,	    /* of numbers, a lane */
	TEXT_MIN_ROWS = 4,  /* with its title */
	TEXT_MIN_COLS = 18, /* a column */
	AXIS_STEPS = 100,   /* a step is so much of what is seen */
	PAGE_STEPS = 10,
	PAN_PARTS = 4,
	PROMPT_COLS = 24,   /* in the title, at least */
	EDGE_PERCENT = 2,   /* at the start rho is huge: not scaled for */
};

#define MARK_HINT "m in the list marks others to compare"

/* Rows of each part; 0 leaves it out. */
struct compare_parts {
	int title, lines, curve, axis, fork, text;
	int lanes; /* how many */
};

static struct compare_parts split(int rows, int cols, size_t n, bool fork)
{
	struct compare_parts p = { .title = rows >= 8, .lines = 1 };
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
	p.fork = fork && left > 0;
	left -= p.fork;
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

/* The lane whose fork is told. */
static struct lane fork_lane(const struct app *app)
{
	return lane_of(app, MAX(compare_of(app)->lane, 1));
}

static struct compare_parts parts_of(const struct app *app, struct rect r)
{
	size_t n = compare_of(app)->n;
	struct lane l = { 0 };

	if (n > 1)
		l = fork_lane(app);
	return split(r.rows, r.cols, n, l.run && l.beside != l.i);
}

static const struct {
	const char *title, *said;
} curves[COMPARE_CURVES] = {
	[COMPARE_TOLD] = { "bytes told so far",
			   "the curves are bytes of code of the text so far: "
			   "where they are flat, nothing is new" },
	[COMPARE_RHO] = { "rho", "the curves are rho" },
	[COMPARE_COST] = { "ms a token",
			   "the curves are the time of a step: over tokens "
			   "the area is the time of the job after TTFT" },
};

static const char *dot(const struct pen *p)
{
	return glyph(GLYPH_DOT, p->s->ascii);
}

/* --- curves ------------------------------------------------------------- */

/* What a curve reads. */
struct compare_source {
	const struct app *app;
	const struct run *run;
	bool exact; /* the series is too coarse */
};

/* Tokens that lie in [from, to) of the axis; at least the one before. */
static struct series_range source_at(const void *ctx, double from, double to)
{
	const struct compare_source *src = ctx;
	const struct run *run = src->run;
	uint32_t a = compare_tokens_at(src->app, run, from);
	uint32_t b = compare_tokens_at(src->app, run, to);
	struct series_range none = { NAN, NAN, NAN };

	b = MAX(b, a);
	if (!b)
		return none;
	if (compare_of(src->app)->curve == COMPARE_COST) {
		float ms = (float)cost_grain_ms(&run->trace, a, b);

		return (struct series_range){ ms, ms, ms };
	}
	if (compare_of(src->app)->curve == COMPARE_TOLD) {
		float low = (float)told_bytes(run, MAX(a, 1));
		float high = (float)told_bytes(run, b);

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
	const struct compare *c = compare_of(app);
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
	if (c->curve == COMPARE_COST)
		return cost_grain_max_ms(&run->trace, a, b);
	if (c->curve == COMPARE_TOLD)
		return told_bytes(run, b);
	v = series_range(meter_rho(run->meter), a, b);
	return v.max;
}

static double scale_top(const struct app *app)
{
	const struct compare *c = compare_of(app);
	double top = NAN;

	for (size_t i = 0; i < c->n; i++) {
		const struct run *run = compare_run(app, i);

		if (run)
			top = fmax(top, top_of(app, run));
	}
	return ticks_top(top * 1.02);
}

/* A token's place on the axis; NAN if it has none. */
static double place_of(const struct app *app, const struct run *run, uint32_t n)
{
	const struct compare *c = compare_of(app);

	return c->seconds ? compare_time_s(&run->trace, n) : n;
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

/* Where the run leaves that beside which it is read. */
static void draw_fork(const struct app *app, const struct lane *l,
		      const struct chart *c)
{
	double x = place_of(app, l->run, l->fork.here);
	char text[NUM_BYTES + 16], a[NUM_BYTES];

	if (!l->parted)
		return;
	chart_vline(c, x, STYLE_KEY, "╎", '/');
	snprintf(text, sizeof(text), "leaves %c at %s", lane_letter(l->beside),
		 num_count(a, l->fork.here));
	label_at(c, c->r.row + c->r.rows - 1, x, STYLE_KEY, text);
}

/* The run that it left goes on beside it: from the trunk, which both have,
 * two branches. */
static void draw_branch(const struct app *app, const struct lane *l,
			const struct compare_source *own,
			const struct chart *c)
{
	struct compare_source src = { app, compare_run(app, l->beside),
				      own->exact };
	struct curve branch = { source_at, &src, 0, 0, STYLE_BAND, '.' };
	char letter[] = { lane_letter(l->beside), '\0' };
	double top;
	int row;

	if (!src.run || !run_n_measured(src.run) ||
	    c->r.rows < BRANCH_MIN_ROWS)
		return;
	branch.from = place_of(app, src.run, l->fork.there);
	branch.to = place_of(app, src.run, compare_n(app, src.run));
	if (isnan(branch.from) || isnan(branch.to))
		return;
	chart_curve(c, &branch);
	top = source_at(&src, branch.to - 1, branch.to).last;
	row = c->r.row + (int)((c->y1 - top) / (c->y1 - c->y0) * c->r.rows);
	label_at(c, MIN(MAX(row, c->r.row), c->r.row + c->r.rows - 1),
		 branch.to, STYLE_BAND, letter);
}

static void draw_curve(const struct app *app, const struct lane *l,
		       const struct chart *c)
{
	double per_dot = (c->x1 - c->x0) / (2.0 * MAX(c->r.cols, 1));
	double at = place_of(app, l->run, l->n);
	double end = place_of(app, l->run, l->total);
	struct compare_source src = { app, l->run, false };
	struct curve later = { source_at, &src, at, end, STYLE_DIM, '.' };
	struct curve told = { source_at, &src, 0, at, STYLE_RHO, '*' };
	struct curve shared = told;
	char number[NUM_BYTES];

	if (compare_of(app)->seconds && l->tbt_s > 0)
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
	if (compare_of(app)->curve == COMPARE_COST)
		chart_area(c, &told, NULL, 0);
	if (l->parted && compare_of(app)->curve != COMPARE_COST) {
		shared.to = place_of(app, l->run, l->fork.here);
		shared.style = STYLE_DIM;
		told.from = shared.to;
		draw_branch(app, l, &src, c);
		chart_curve(c, &shared);
	}
	chart_curve(c, &told);
	draw_fork(app, l, c);
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
	double place = compare_of(app)->at;
	double from, to;

	chart_y_axis(c, GUTTER_COLS, MAX(c->r.rows / 2, 1));
	if (!l->run || !run_n_measured(l->run))
		return;
	draw_curve(app, l, c);
	compare_axis(app, &from, &to);
	if (place < to)
		chart_vline(c, place, STYLE_PLAYHEAD, "│", '|');
}

static void draw_axis(const struct app *app, const struct chart *c)
{
	const struct compare *look = compare_of(app);
	int row = c->r.row + c->r.rows, col;

	chart_x_axis(c, row + 1);
	screen_puts(c->s, row + 1, c->r.col - GUTTER_COLS, STYLE_DIM,
		    look->seconds ? "secs" : "tokens");
	col = chart_col(c, MIN(look->at, compare_end(app)));
	if (col >= 0)
		screen_glyph(c->s, row, col, STYLE_PLAYHEAD,
			     glyph(GLYPH_UP, false), glyph(GLYPH_UP, true)[0]);
}

/* --- text --------------------------------------------------------------- */

static void draw_text_title(const struct app *app, const struct lane *l,
			    struct screen *s, struct rect r)
{
	struct pen p = pen_at(s, r.row, r.col + 1, r.cols - 2);
	char a[NUM_BYTES], letter[2];

	screen_hline(s, r.row, r.col, r.cols, STYLE_DIM);
	pen_printf(&p, STYLE_KEY, " %c ", lane_letter(l->i));
	if (l->run && l->stop.at_token != RULE_NEVER) {
		pen_printf(&p, STYLE_LIL, "%s cut at %s ",
			   list_stop_mark(app, s->ascii, letter),
			   num_count(a, l->stop.at_token));
		pen_printf(&p, STYLE_DIM, "%s %s after it ", dot(&p),
			   num_count(a, l->stop.tokens_after));
	} else if (l->run) {
		pen_puts(&p, STYLE_DIM, "no early stop ");
	}
}

static struct find_hit token_bytes(const struct trace *t, uint32_t i)
{
	size_t to = i < t->n_tokens ? t->end[i] : t->text.len;

	return (struct find_hit){ trace_start(t, i), to };
}

/* The pane draws the open run up to its cursor: here another one is open. */
static void draw_column(const struct app *app, const struct lane *l,
			struct screen *s, struct rect r)
{
	struct app other = *app;
	struct find_hit hit; /* the first token that differs */

	draw_text_title(app, l, s, r);
	if (!l->run)
		return;
	hit = token_bytes(&l->run->trace, l->fork.here);
	other.run = (struct run *)l->run; /* only read from */
	other.playhead = l->n;
	other.cursor = l->n ? l->n - 1 : 0;
	other.pace = PACE_PLAY; /* nothing behind the playhead */
	other.search.run = l->run;
	other.search.hits = (struct find_hits){
		&hit, l->parted && hit.from < hit.to, 1
	};
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
		if (!compare_of(app)->waiting || !lanes[i].run || lanes[i].n)
			return false;
	if (at.rows < TEXT_MIN_ROWS || !lanes[0].run->trace.prompt.len)
		return false;
	for (int i = 0; i < n; i++) {
		lane_draw_line(app, &lanes[i], s,
			       (struct rect){ r.row + i, r.col, 1, r.cols });
	}
	draw_column(app, &lanes[0], s, at);
	screen_hline(s, at.row, at.col, at.cols, STYLE_DIM);
	pen_puts(&p, STYLE_KEY, " what is asked ");
	return true;
}

/* --- the view ----------------------------------------------------------- */

static size_t first_lane(const struct app *app, int lanes)
{
	const struct compare *c = compare_of(app);

	return c->lane >= (size_t)lanes ? c->lane - (size_t)lanes + 1 : 0;
}

static void draw_title(const struct app *app, const struct compare_parts *p,
		       struct screen *s, struct rect r)
{
	const struct compare *c = compare_of(app);
	const struct run *run = compare_run(app, 0);
	struct pen pen = pen_at(s, r.row, r.col + 1, r.cols - 2);
	size_t top = first_lane(app, p->lanes), prompts = beside_n_prompts(app);

	pen_printf(&pen, STYLE_STRONG, "%zu run%s", c->n, c->n == 1 ? "" : "s");
	if (c->n_more)
		pen_printf(&pen, STYLE_LIMIT, " of %zu", c->n + c->n_more);
	if (prompts > 1 && beside_has_unasked(app))
		pen_puts(&pen, STYLE_LIMIT,
			 ", prompts unknown: no % across them");
	else if (prompts > 1)
		pen_printf(&pen, STYLE_LIMIT,
			   ", %zu prompts: no %% across them", prompts);
	if ((size_t)p->lanes < c->n)
		pen_printf(&pen, STYLE_LIMIT, ", %c to %c here",
			   lane_letter(top),
			   lane_letter(top + (size_t)p->lanes - 1));
	pen_printf(&pen, STYLE_DIM, " %s ", dot(&pen));
	pen_printf(&pen, STYLE_RHO, "%s",
		   c->curve == COMPARE_RHO ? glyph(GLYPH_RHO, s->ascii)
					   : curves[c->curve].title);
	pen_printf(&pen, STYLE_DIM, " over %s",
		   c->seconds ? "seconds" : "tokens");
	if (c->n == 1 && pen_fits(&pen, (int)sizeof(MARK_HINT) + PROMPT_COLS))
		pen_printf(&pen, STYLE_NORMAL, " %s " MARK_HINT, dot(&pen));
	if (!run || prompts > 1 || !run->trace.prompt.len)
		return;
	pen_printf(&pen, STYLE_DIM, " %s ", dot(&pen));
	pen_cut(&pen, STYLE_PROMPT, run->trace.prompt.data,
		run->trace.prompt.len);
}

static void draw_lanes(const struct app *app, const struct compare_parts *p,
		       const struct lane *lanes, struct screen *s,
		       struct rect r)
{
	const struct lane first = lane_of(app, 0);
	double from, to, top = p->curve ? scale_top(app) : 1;
	struct chart c = { .s = s, .graph = app->set.look.graph, .y1 = top };

	compare_axis(app, &from, &to);
	c.x0 = from;
	c.x1 = from < to ? to : from + 1;
	c.whole_x = !compare_of(app)->seconds;
	for (int i = 0; i < p->lanes; i++) {
		struct rect at = { r.row + i * (p->lines + p->curve), r.col,
				   p->lines, r.cols };

		lane_draw(app, &lanes[i], &first, s, at);
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
	const struct compare *c = compare_of(app);
	const char *const *lines = c->waiting ? &c->waiting : none;
	size_t n = c->waiting ? 1 : ARRAY_LEN(none);

	for (size_t i = 0; i < n; i++) {
		int col = (r.cols - (int)strlen(lines[i])) / 2;

		if ((int)i < r.rows)
			screen_text(s, r.row + MAX(r.rows / 2 - 2, 0) + (int)i,
				    r.col + MAX(col, 0), r.cols, STYLE_DIM,
				    lines[i], strlen(lines[i]));
	}
}

static void draw(const struct app *app, struct screen *s, struct rect r)
{
	const struct compare *c = compare_of(app);
	struct compare_parts p = parts_of(app, r);
	struct lane lanes[LANES_MAX];
	size_t top = first_lane(app, p.lanes);

	if (!c->n || r.rows < 1) {
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
	if (p.fork) {
		struct lane l = fork_lane(app);

		lane_draw_fork(app, &l, s, r);
		r.row++;
	}
	r.rows = p.text;
	if (p.text)
		draw_columns(app, lanes, p.lanes, s, r);
}

/* A click is a lane, and a place on the axis. */
static bool click(struct app *app, struct rect r, int row, int col)
{
	struct compare *look = compare_of(app);
	struct compare_parts p = parts_of(app, r);
	int rows = p.lines + p.curve;
	struct chart c = { .r = { 0, 0, 1, MAX(r.cols - GUTTER_COLS - 1, 1) } };

	row -= p.title;
	if (!look->n || row < 0 || row >= rows * p.lanes + p.axis)
		return false;
	if (row < rows * p.lanes)
		look->lane =
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

/* --- what keys do ------------------------------------------------------- */

static void unit(struct app *app)
{
	struct compare *c = compare_of(app);

	compare_unit(app);
	app_say(app, c->seconds
			     ? "the axis is seconds since each run's request"
			     : "the axis is tokens of the output");
}

static void curve(struct app *app)
{
	struct compare *c = compare_of(app);

	c->curve = (c->curve + 1) % COMPARE_CURVES;
	app_say(app, "%s", curves[c->curve].said);
}

/* One token on, so that the first that differs is the last that is seen. */
static void seek_fork(struct app *app)
{
	const struct compare *c = compare_of(app);
	struct lane l = { 0 };
	double at;

	if (c->n > 1)
		l = fork_lane(app);
	if (!l.run || l.beside == l.i) {
		app_say(app, "no run of the same prompt to part from");
		return;
	}
	if (!l.fork.differs) {
		app_say(app, "%c and %c say the same", lane_letter(l.beside),
			lane_letter(l.i));
		return;
	}
	at = place_of(app, l.run, MIN(l.fork.here + 1, l.total));
	if (isnan(at))
		app_say(app, "no times in the trace: u shows tokens");
	else
		compare_seek(app, at);
}

static void open_lane(struct app *app)
{
	if (compare_open_lane(app))
		view_show(app, &view_ratio);
}

static const struct action rows[] = {
	{ .name = "compare", .keys = { 'c', '5' },
	  .fits = SHOWS_RUN | SHOWS_ROWS | STANDS_OVER, .hint = "compare",
	  .about = "the marked runs side by side; else the runs of this prompt",
	  .run = compare_open },
	{ .name = "compare-unit", .keys = { 'u' }, .hint = "tokens/seconds",
	  .about = "the unit of the axis: tokens, or seconds",
	  .run = unit },
	{ .name = "compare-curve", .keys = { '=' }, .hint = "curves",
	  .about = "curves of the bytes of code so far, of rho, of time a step",
	  .run = curve },
	{ .name = "compare-fork", .keys = { '|' }, .hint = "where they part",
	  .about = "where the run with the cursor parts from the first",
	  .run = seek_fork },
	{ .name = "open-lane", .keys = { K_ENTER }, .hint = "open",
	  .about = "the run of the lane with the cursor",
	  .run = open_lane },
};

static const struct action_room room = { .title = "Comparing",
					 .of = &view_compare, .rows = rows,
					 .n = ARRAY_LEN(rows) };

static void move_across(struct app *app, int n)
{
	compare_move(app, (double)n / AXIS_STEPS);
}

static void move_along(struct app *app, int n)
{
	compare_lane(app, n);
}

static void move_page(struct app *app, int n)
{
	compare_move(app, (double)n / PAGE_STEPS);
}

static void move_end(struct app *app, int n)
{
	compare_seek(app, n > 0 ? INFINITY : 0);
}

static void move_token(struct app *app, int n)
{
	const struct compare *c = compare_of(app);

	if (c->seconds)
		compare_move(app, (double)n / AXIS_STEPS / PAGE_STEPS);
	else
		compare_seek(app, MIN(c->at, compare_end(app)) + n);
}

static void move_zoom(struct app *app, int n)
{
	compare_zoom(app, n ? pow(0.5, n) : 0);
}

static void move_pan(struct app *app, int n)
{
	compare_pan(app, (double)n / PAN_PARTS);
}

static void say_pace(struct app *app)
{
	app_say_pace(app, compare_of(app)->seconds, "50 tokens a second");
}

static void play(struct app *app, int n)
{
	(void)n;
	compare_play(app);
	app->moved = true;
	say_pace(app);
}

static void follow(struct app *app, int n)
{
	(void)n;
	compare_seek(app, INFINITY);
	say_pace(app);
}

/* --- from view to view -------------------------------------------------- */

/* More than one run may be of one prompt. */
static bool has(const struct app *app)
{
	return deck_n(app->deck) > 1;
}

/* From the lanes to the run of the one with the cursor. */
static void leave(struct app *app, const struct view *to)
{
	if (to->is & SHOWS_RUN)
		compare_open_lane(app);
}

const struct view view_compare = {
	.name = "compare",
	.about = "runs of one prompt side by side: what each cost",
	.is = SHOWS_MEASURES,
	.keys = &room,
	.state_bytes = sizeof(struct compare),
	.draw = draw,
	.click = click,
	.explain = lane_explain_all,
	.has = has,
	.enter = compare_enter,
	.leave = leave,
	.sync = compare_sync,
	.tick = compare_tick,
	.next_tick = compare_next_tick,
	.moves = {
		[MOVE_ACROSS] = move_across,
		[MOVE_ALONG] = move_along,
		[MOVE_PAGE] = move_page,
		[MOVE_END] = move_end,
		[MOVE_TOKEN] = move_token,
		[MOVE_ZOOM] = move_zoom,
		[MOVE_PAN] = move_pan,
		[MOVE_PLAY] = play,
		[MOVE_FOLLOW] = follow,
	},
};
