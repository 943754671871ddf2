/*
 * The chart of what is told so far: the curve of a text that says something
 * new climbs at its own pace, that of one that goes in circles goes flat.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/told.h"
#include "base/num.h"
#include "draw/glyph.h"
#include "view/ratio_charts.h"

enum {
	WORDS_ROWS = 4, /* a chart this high says in words what it shows */
};

static struct series_range told_at(const void *ctx, double from, double to)
{
	const struct run *run = ctx;
	float a = (float)told_bytes(run, (uint32_t)MAX(from, 0));
	float b = (float)told_bytes(run, (uint32_t)ceil(MAX(to, 0)));

	return (struct series_range){ a, b, b };
}

static struct series_range pace_at(const void *ctx, double from, double to)
{
	const struct told_line *p = ctx;
	float a = (float)(p->y0 + p->slope * (from - p->x0));
	float b = (float)(p->y0 + p->slope * (to - p->x0));

	return (struct series_range){ a, b, b };
}

/* The text's own pace, from the threshold on: what it would have told; without
 * one beside the whole curve. */
static struct told_line pace_of(const struct now *now, const struct chart *c)
{
	uint32_t from = (uint32_t)c->x0, lil = now_lil(now);

	if (lil != RULE_NEVER && lil > from && lil < c->x1)
		from = lil;
	return told_line_from(now->run, now->until, from);
}

static void scale(const struct now *now, struct chart *c,
		  const struct told_line *pace)
{
	double top = told_bytes(now->run, (uint32_t)MIN(c->x1, now->total));
	double own = pace->y0 + pace->slope * (c->x1 - pace->x0);

	c->y0 = told_bytes(now->run, (uint32_t)c->x0);
	if (c->y0 > 0) /* in a part of the run what is flat is to look flat */
		c->y1 = MAX(MAX(top, (c->y0 + own) / 2), c->y0 + 1);
	else
		c->y1 = ticks_top(told_top(pace, c->x1, top));
}

/* Beneath the curve what came after each stop, until something new was told
 * again. */
static void draw_after(const struct now *now, const struct chart *c)
{
	for (size_t i = 0; i < now->n_stops; i++) {
		double from = now->stops[i].at_token;
		double to = MIN(now->stops[i].resumed_at, now->until);
		struct curve after = { told_at, now->run,    from,
				       to,	STYLE_AFTER, '/' };

		if (from < to)
			chart_area(c, &after, NULL, c->y1);
	}
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

/* Nothing is drawn there yet. */
static bool is_free(const struct chart *c, int row, int col, int cols)
{
	for (int x = col; x < col + cols; x++) {
		const struct cell *cell = screen_cell(c->s, row, x);

		if (cell && cell->len > 0 && cell->text[0] != ' ')
			return false;
	}
	return true;
}

/* The stops after the first: where a guard would stand again. */
static void draw_again(const struct now *now, const struct chart *c)
{
	char text[NUM_BYTES + 16], number[NUM_BYTES];

	for (size_t i = 1; i < now->n_stops; i++) {
		uint32_t at = now->stops[i].at_token;
		int col = chart_col(c, at);

		if (col < 0)
			continue;
		chart_vline(c, at, STYLE_LIL, "┇", ':');
		snprintf(text, sizeof(text), "again %s",
			 num_count(number, at));
		if (is_free(c, c->r.row + 2, col + 2,
			    screen_width(text, strlen(text))))
			label_at(c, c->r.row + 2, col, STYLE_LIL, text);
	}
}

static void draw_rule_marks(const struct now *now, const struct chart *c)
{
	int row = c->r.row + (c->r.rows > 1); /* words stand above */
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

/* Where information came back, under the name of the threshold. */
static void draw_resumed(const struct now *now, const struct chart *c)
{
	char text[NUM_BYTES + 8], number[NUM_BYTES];
	uint32_t at = now->whole.resumed_at;
	int col = at == RULE_NEVER ? -1 : chart_col(c, at);
	int cols;

	if (col < 0 || c->r.rows <= RATIO_MIN_ROWS)
		return;
	snprintf(text, sizeof(text), "%s %s",
		 glyph(GLYPH_BACK, c->s->ascii), num_count(number, at));
	cols = screen_width(text, strlen(text));
	if (is_free(c, c->r.row + 1, col, cols)) /* the curve matters more */
		label_at(c, c->r.row + 1, col - 2,
			 now_after_style(now->whole.after), text);
}

static void draw_lil(const struct now *now, const struct chart *c)
{
	char text[NUM_BYTES + 8], number[NUM_BYTES];
	uint32_t lil = now_lil(now);
	int col = lil == RULE_NEVER ? -1 : chart_col(c, lil);

	if (col < 0)
		return;
	snprintf(text, sizeof(text), "Lil %s", num_count(number, lil));
	label_at(c, c->r.row, col, STYLE_LIL, text);
	draw_resumed(now, c);
	draw_again(now, c);
}

/* Where the answer first stood, in words beside its line. */
static void draw_known(const struct now *now, const struct chart *c)
{
	char text[NUM_BYTES + 16], number[NUM_BYTES];
	int col = now->known ? chart_col(c, now->known->at_token) : -1;
	int cols;

	if (col < 0)
		return;
	snprintf(text, sizeof(text), "%s answer %s",
		 glyph(GLYPH_CHECK, c->s->ascii),
		 num_count(number, now->known->at_token));
	cols = screen_width(text, strlen(text));
	for (int y = 0; y < c->r.rows; y++) {
		int at = col + 1 + cols <= c->r.col + c->r.cols ?
				 col + 1 : col - cols;

		if (at < c->r.col || !is_free(c, c->r.row + y, at, cols))
			continue;
		screen_puts(c->s, c->r.row + y, at, STYLE_ANSWER, text);
		return;
	}
}

/* Above the curve, where it begins. */
static void draw_words(const struct now *now, const struct chart *c)
{
	uint32_t lil = now_lil(now);
	int col = lil == RULE_NEVER ? -1 : chart_col(c, lil);
	int end = col < 0 ? c->r.col + c->r.cols : col - 1;
	struct pen p = pen_at(c->s, c->r.row, c->r.col + 1,
			      end - c->r.col - 1);

	pen_puts(&p, STYLE_RHO, "bytes told so far");
	pen_printf(&p, STYLE_DIM, " %s %s at its own pace",
		   glyph(GLYPH_DOT, c->s->ascii), c->s->ascii ? ".." : "┈┈");
}

/* What was told after the threshold, beside what would have been: at the right
 * end, below the curve. */
static void draw_loss(const struct now *now, const struct chart *c,
		      const struct told_line *pace)
{
	char after[NUM_BYTES], told[NUM_BYTES], would[NUM_BYTES], text[128];
	uint32_t lil = now_lil(now);
	uint32_t to = MIN(now->whole.resumed_at, now->until);
	int cols;

	if (lil == RULE_NEVER || to <= lil || c->r.rows < WORDS_ROWS)
		return;
	snprintf(text, sizeof(text), " %s tokens told %s, at its pace %s ",
		 num_count(after, to - lil),
		 num_size(told, (uint64_t)(told_bytes(now->run, to) -
					   told_bytes(now->run, lil))),
		 num_size(would, (uint64_t)(pace->slope * (to - lil))));
	cols = screen_width(text, strlen(text));
	if (cols <= c->r.cols * 2 / 3)
		screen_puts(c->s, c->r.row + c->r.rows - 1,
			    c->r.col + c->r.cols - cols, STYLE_STRONG, text);
}

void ratio_draw_told(const struct app *app, const struct now *now,
		     struct chart *c)
{
	struct told_line pace = pace_of(now, c);
	double n = now->n;
	struct curve own = { pace_at, &pace, pace.x0, c->x1, STYLE_DIM, '.' };
	struct curve told = { told_at, now->run, 0, n, STYLE_RHO, '*' };

	scale(now, c, &pace);
	chart_y_axis(c, RATIO_GUTTER_COLS, MAX(c->r.rows / 2, 2));
	chart_curve(c, &own);
	draw_after(now, c);
	ratio_lil_line(now, c);
	if (app->pace != PACE_PLAY && now->n < now->total) {
		/* What comes after the playhead, as a shadow. */
		struct curve later = { told_at, now->run, n, now->total,
				       STYLE_DIM, '.' };
		chart_curve(c, &later);
	}
	chart_curve(c, &told);
	ratio_playhead_line(now, c);
	if (now->known)
		chart_vline(c, now->known->at_token, STYLE_ANSWER, "┆", '!');
	draw_words(now, c);
	draw_rule_marks(now, c);
	ratio_axis_name(c, STYLE_RHO, "told");
	draw_lil(now, c);
	draw_loss(now, c, &pace);
	draw_known(now, c);
}
