/*
 * For a room: one figure that is read from the last row, one sentence, and the
 * curve of what is told. What else there is to say stands in the notes
 * (loop/notes.h), on the lecturer's own terminal.
 *
 *	figure    the share of tokens after the stop
 *	sentence  what that is
 *	curve     bytes told so far, filled; a line where it stops
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/told.h"
#include "base/num.h"
#include "draw/banner.h"
#include "draw/glyph.h"
#include "draw/pen.h"
#include "view/moves.h"
#include "view/ratio_charts.h"
#include "view/views.h"

enum {
	EDGE_COLS = 2,
	CHART_MIN_ROWS = 3,
	WORDS_ROWS = 2, /* of the sentence */
};

static struct series_range told_at(const void *run, double from, double to)
{
	float low = (float)told_bytes(run, (uint32_t)fmax(from, 0));
	float high = (float)told_bytes(run, (uint32_t)fmax(to, 0));

	return (struct series_range){ low, high, high };
}

/* --- the figure --------------------------------------------------------- */

static bool is_stopped(const struct now *now)
{
	return now->verdict.at_token != RULE_NEVER;
}

static enum style style_of(const struct now *now)
{
	return !is_stopped(now)			       ? STYLE_GOOD :
	       now->verdict.after == AFTER_FALSE ? STYLE_LIMIT :
						   STYLE_LIL;
}

static void put_sentence(const struct now *now, struct screen *s,
			 struct rect r)
{
	struct pen p = pen_at(s, r.row, r.col + EDGE_COLS,
			      r.cols - 2 * EDGE_COLS);
	char n[NUM_BYTES];

	if (!is_stopped(now)) {
		pen_printf(&p, STYLE_STRONG, "of %s tokens said again; ",
			   num_count(n, now->n));
		pen_puts(&p, STYLE_GOOD, "something new to the end");
		return;
	}
	pen_printf(&p, STYLE_STRONG, "of the tokens come after token %s; ",
		   num_count(n, now->verdict.at_token));
	pen_puts(&p, style_of(now),
		 now->verdict.after == AFTER_NOTHING ?
			 "nothing new there" :
		 now->verdict.after == AFTER_BACK ?
			 "new text came back for a while" :
			 "but new text came back");
}

static void draw_figure(const struct now *now, struct screen *s, struct rect r)
{
	uint32_t after = is_stopped(now) ?
				 now->n - MIN(now->n, now->verdict.at_token) :
				 0;
	char text[NUM_BYTES];

	num_percent(text, after, now->n);
	if (banner_cols(text) <= r.cols - EDGE_COLS)
		banner_draw(s, r.row, r.col + EDGE_COLS, style_of(now), text);
	else
		screen_puts(s, r.row, r.col + EDGE_COLS, style_of(now), text);
}

/* --- the curve ---------------------------------------------------------- */

static void draw_chart(const struct app *app, const struct now *now,
		       struct screen *s, struct rect r)
{
	struct told_line pace = told_line_from(now->run, now->n, 0);
	struct chart c = {
		.s = s,
		.r = { r.row, r.col + EDGE_COLS, r.rows - 1,
		       r.cols - 2 * EDGE_COLS },
		.graph = app->set.look.graph,
		.x1 = MAX(now->total, 1u),
	};
	struct curve told = { told_at, now->run, 0, now->n, STYLE_RHO, '*' };
	struct curve later = { told_at, now->run, now->n, now->total,
			       STYLE_DIM, '.' };
	struct pen p = pen_at(s, r.row + r.rows - 1, c.r.col, c.r.cols);

	c.y1 = fmax(1.05 * told_top(&pace, now->total,
				    told_bytes(now->run, now->total)), 1);
	chart_area(&c, &told, NULL, 0);
	if (app->pace != PACE_PLAY && now->n < now->total)
		chart_curve(&c, &later);
	if (is_stopped(now))
		chart_vline(&c, now->verdict.at_token, STYLE_LIL, "┃", '|');
	chart_curve(&c, &told);
	pen_puts(&p, STYLE_STRONG, "what it has told so far");
	pen_right(&p, STYLE_STRONG, "%s", s->ascii ? "tokens >" : "tokens →");
}

static void draw(const struct app *app, struct screen *s, struct rect r)
{
	int head = BANNER_ROWS + WORDS_ROWS;
	struct now now;

	if (!now_get(app, &now)) {
		screen_puts(s, r.row, r.col + EDGE_COLS, STYLE_STRONG,
			    "nothing is told yet");
		return;
	}
	if (r.rows < head)
		head = WORDS_ROWS;
	else
		draw_figure(&now, s, r);
	put_sentence(&now, s, (struct rect){ r.row + head - 1, r.col, 1,
					     r.cols });
	if (r.rows - head - 1 > CHART_MIN_ROWS)
		draw_chart(app, &now, s,
			   (struct rect){ r.row + head + 1, r.col,
					  r.rows - head - 1, r.cols });
}

static void explain(const struct app *app, struct buf *out)
{
	struct now now;

	if (!now_get(app, &now))
		return;
	now_explain_threshold(&now, out);
	now_explain_known(app, out);
}

/* --- the view ----------------------------------------------------------- */

/* No way leads here but its key. */
static bool has(const struct app *app)
{
	return view_below(app) == &view_lecture;
}

/* Which one it is, and how far: no other number. */
static void title(const struct app *app, struct screen *s)
{
	struct pen p = pen_at(s, 0, 1, s->cols - 1);
	const struct facts *f = app->run ? &app->run->trace.facts : NULL;
	const char *dot = glyph(GLYPH_DOT, s->ascii);
	size_t n = deck_n(app->deck);

	pen_puts(&p, STYLE_TITLE, "where does the information stop?");
	if (n > 1 && deck_opened(app->deck) != DECK_NONE)
		pen_printf(&p, STYLE_TITLE_DIM, " %s %zu/%zu", dot,
			   deck_opened(app->deck) + 1, n);
	if (f && f->model)
		pen_printf(&p, STYLE_TITLE_DIM, " %s %s", dot, f->model);
	if (f && f->policy)
		pen_printf(&p, STYLE_TITLE_DIM, " %s %s", dot, f->policy);
}

static void facts(const struct app *app, bool ascii, struct buf *out)
{
	uint32_t n = app_n_tokens(app);
	char at[NUM_BYTES], all[NUM_BYTES];

	(void)ascii;
	num_count(all, n);
	if (app->run && app->playhead < n)
		buf_printf(out, "token %s of %s",
			   num_count(at, app->playhead), all);
	else if (app->run)
		buf_printf(out, "tokens %s", all);
}

const struct view view_lecture = {
	.name = "lecture",
	.about = "for a room: one large figure, one sentence, one curve",
	.is = SHOWS_RUN | SHOWS_MEASURES,
	.draw = draw,
	.title = title,
	.facts = facts,
	.explain = explain,
	.has = has,
	.enter = enter_run,
	.moves = {
		[MOVE_ACROSS] = playhead_across,
		[MOVE_ALONG] = playhead_along,
		[MOVE_PAGE] = playhead_page,
		[MOVE_END] = playhead_end,
		[MOVE_TOKEN] = playhead_token,
		[MOVE_THRESHOLD] = here_threshold,
		[MOVE_RIVAL] = here_rival,
		[MOVE_CHANGE] = here_change,
		[MOVE_PLAY] = playhead_play,
		[MOVE_FOLLOW] = playhead_follow,
	},
};
