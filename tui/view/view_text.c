/*
 * The text view: the text over the whole rectangle, a legend above and the
 * cursor's phrase and the verdict below where there is room, and at the
 * right edge the whole run as a strip (minimap.h).
 */
#include <string.h>

#include "app/phrase.h"
#include "base/num.h"
#include "draw/glyph.h"
#include "view/minimap.h"
#include "view/moves.h"
#include "view/now.h"
#include "view/repeats.h"
#include "view/text_pane.h"
#include "view/views.h"

enum {
	LEGEND_MIN_ROWS = 14,
	PHRASE_MIN_ROWS = 5,
	VERDICT_MIN_ROWS = 7,
	RULE_MIN_ROWS = 12,
	STOP_COLS = 34, /* "o breaker not reached, p <= 0.13 %" */
	STOP_GAP_COLS = 3,
};

struct text_parts {
	struct rect legend, text, rule, phrase, verdict, bar;
};

static struct text_parts split(struct rect r)
{
	int legend = r.rows >= LEGEND_MIN_ROWS;
	int rule = r.rows >= RULE_MIN_ROWS;
	int phrase = r.rows >= PHRASE_MIN_ROWS;
	int verdict = r.rows >= VERDICT_MIN_ROWS;
	int text = r.rows - legend - rule - phrase - verdict;
	int cols = text_view_cols(r.cols);
	int below = r.row + legend + text;
	return (struct text_parts){
		.legend = { r.row, r.col, legend, r.cols },
		.text = { r.row + legend, r.col, text, cols },
		.bar = { r.row + legend, r.col + cols, text, r.cols - cols },
		.rule = { below, r.col, rule, r.cols },
		.phrase = { below + rule, r.col, phrase, r.cols },
		.verdict = { below + rule + phrase, r.col, verdict, r.cols },
	};
}

/* A mark with its word, whole or not at all. */
static void legend_item(struct pen *p, enum style style, const char *mark,
			const char *word)
{
	if (!pen_fits(p, (int)(strlen(mark) + strlen(word)) + 3)) {
		pen_more(p);
		return;
	}
	pen_printf(p, STYLE_DIM, "  ");
	pen_puts(p, style, mark);
	if (word[0])
		pen_printf(p, STYLE_DIM, " %s", word);
}

static void draw_legend(const struct app *app, struct screen *s,
			struct rect r)
{
	struct pen p = pen_at(s, r.row, r.col + 1, r.cols - 2);
	if (r.rows < 1)
		return;
	pen_puts(&p, STYLE_NEW, "new");
	pen_puts(&p, STYLE_DIM, "  copied ");
	pen_puts(&p, STYLE_COPY1, "8+ ");
	pen_puts(&p, STYLE_COPY2, "16+ ");
	pen_puts(&p, STYLE_COPY3, "32+ ");
	pen_puts(&p, STYLE_COPY4, "128+ bytes");
	legend_item(&p, STYLE_PHRASE, "phrase", "");
	legend_item(&p, STYLE_SOURCE, "source", "");
	if (repeats_lit(app))
		legend_item(&p, STYLE_UNIT, "repeated", "");
	if (app->run && app->run->trace.logprob)
		legend_item(&p, STYLE_UNSURE, "p < 1/8", "");
	if (steps_known(app))
		legend_item(&p, STYLE_ANSWER, glyph(GLYPH_CHECK, s->ascii),
			    "answer first");
	legend_item(&p, STYLE_REASONING, "R", "reasoning");
	legend_item(&p, STYLE_ANSWER, "A", "answer");
	legend_item(&p, STYLE_PROMPT, "P", "prompt");
	legend_item(&p, STYLE_TOOL, "T", "tool");
	minimap_legend(&p);
}

/* The strip, with the part of it that the text shows. */
static void draw_map(const struct app *app, const struct now *now,
		     struct screen *s, const struct text_parts *p)
{
	uint32_t from, to = PHRASE_NO_TOKEN;

	from = text_pane_token_at(app, s, p->text, TEXT_PANE_GUTTER, 0,
				  p->text.cols / 4);
	for (int y = p->text.rows - 1; y > 0 && to == PHRASE_NO_TOKEN; y--)
		to = text_pane_token_at(app, s, p->text, TEXT_PANE_GUTTER, y,
					p->text.cols);
	from = from == PHRASE_NO_TOKEN ? 0 : from;
	to = to == PHRASE_NO_TOKEN ? from : to;
	minimap_draw(app, now, s, p->bar, from, to);
}

/* At the right of the phrase, if both have room. */
static void draw_stop(const struct now *now, struct screen *s, struct rect r,
		      int used)
{
	int from = MAX(used + STOP_GAP_COLS, r.cols - STOP_COLS);
	struct pen p = pen_at(s, r.row, r.col + from, r.cols - from - 1);

	if (r.cols - from > STOP_COLS / 2 && now_counts_another(now))
		now_draw_stop(now, &p);
}

static void draw(const struct app *app, struct screen *s, struct rect r)
{
	struct now now;
	struct text_parts p = split(r);
	if (!app->run) {
		screen_puts(s, r.row + r.rows / 2, r.col + 2, STYLE_DIM,
			    "no generation is open");
		return;
	}
	draw_legend(app, s, p.legend);
	text_pane_draw(app, s, p.text, TEXT_PANE_GUTTER);
	if (!now_get(app, &now)) {
		screen_puts(s, p.verdict.row, r.col + 1, STYLE_DIM,
			    app_n_tokens(app) ? "before the first token"
					      : "waiting for the first token");
		return;
	}
	draw_map(app, &now, s, &p);
	if (p.rule.rows)
		screen_hline(s, p.rule.row, r.col, r.cols, STYLE_DIM);
	if (p.phrase.rows) {
		struct buf line = { 0 };
		text_phrase_line(app, r.cols - 2, &line);
		screen_text(s, p.phrase.row, r.col + 1, r.cols - 2,
			    STYLE_NORMAL, line.data ? line.data : "",
			    line.len);
		draw_stop(&now, s, p.phrase,
			  screen_width(line.data, line.len) + 1);
		buf_release(&line);
	}
	if (p.verdict.rows) {
		struct pen pen = pen_at(s, p.verdict.row, r.col + 1,
					r.cols - 2);
		now_draw_verdict(&now, &pen);
		pen_puts(&pen, STYLE_DIM, "  ");
		now_draw_known(&now, &pen);
	}
}

static bool click(struct app *app, struct rect r, int row, int col)
{
	struct rect at_zero = { 0, 0, r.rows, r.cols };
	struct text_parts p = split(at_zero);
	uint32_t token;

	if (!app->run || row < p.text.row || row >= p.text.row + p.text.rows)
		return false;
	if (col >= p.bar.col && p.bar.cols > 0) {
		/* The bar is the whole output. */
		app_set_cursor(app, minimap_token(app, p.bar,
						  row - p.bar.row));
		return true;
	}
	token = text_pane_token_at(app, NULL, p.text, TEXT_PANE_GUTTER,
				   row - p.text.row, col);
	if (token == PHRASE_NO_TOKEN)
		return false;
	app_set_cursor(app, token);
	return true;
}

/* --- in words ----------------------------------------------------------- */

static void explain_phrase(const struct now *now, const struct phrase *p,
			   uint32_t token, struct buf *out)
{
	char a[NUM_BYTES], b[NUM_BYTES], c[NUM_BYTES], d[NUM_BYTES];
	if (p->literal) {
		buf_printf(out,
			   "Token %s begins with a symbol that never occurred "
			   "before: phrase %s is that one symbol, and costs a "
			   "literal.\n",
			   num_count(a, (uint64_t)token + 1),
			   num_count(b, (uint64_t)p->i_phrase + 1));
		return;
	}
	buf_printf(out,
		   "Token %s lies in phrase %s: %s bytes, from token %s on, "
		   "are the longest piece that was there before. ",
		   num_count(a, (uint64_t)token + 1),
		   num_count(b, (uint64_t)p->i_phrase + 1),
		   num_count(c, p->to - p->from),
		   num_count(d, (uint64_t)p->token + 1));
	buf_printf(out,
		   "They repeat what begins at token %s, %s bytes earlier, so "
		   "the code only says where and how long: the longer such "
		   "phrases, the less is new.\n",
		   num_count(a, (uint64_t)p->src_token + 1),
		   num_count(b, p->from - p->src_from));
	buf_printf(out,
		   "So far the text has %s phrases in %s tokens, one every %s "
		   "tokens.\n",
		   num_count(a, lz77_phrases_at(meter_lz77(now->meter),
						meter_symbols_at(now->meter,
								 now->n))),
		   num_count(b, now->n),
		   num_real(c,
			    (double)now->n /
				    MAX(lz77_phrases_at(
						meter_lz77(now->meter),
						meter_symbols_at(now->meter,
								 now->n)),
					1u),
			    1, true));
}

static void explain(const struct app *app, struct buf *out)
{
	struct now now;
	struct phrase p;
	if (!now_get(app, &now))
		return;
	if (phrase_at_token(now.run, text_shown(app), app->cursor, &p))
		explain_phrase(&now, &p, app->cursor, out);
	now_explain_sure(&now, app->cursor, out);
	buf_putc(out, '\n');
	now_explain_threshold(&now, out);
	now_explain_known(app, out);
	now_explain_ahead(&now, out);
}

/* --- the view ----------------------------------------------------------- */

static void move_along(struct app *app, int n)
{
	app->moved = app->dirty = true;
	text_scroll(app, n);
}

static void move_page(struct app *app, int n)
{
	move_along(app, n * MAX(1, app->view_rows - 1));
}

/* The start is the prompt's, not that of the first token. */
static void move_end(struct app *app, int n)
{
	cursor_end(app, n);
	if (n < 0)
		text_scroll_to_start(app);
}

const struct view view_text = {
	.name = "text",
	.about = "the text: what is new is bright, what is copied dim",
	.is = SHOWS_TEXT | SHOWS_RUN | SHOWS_MEASURES | AT_CURSOR,
	.state_bytes = sizeof(struct text_scroll),
	.draw = draw,
	.click = click,
	.explain = explain,
	.has = has_source,
	.enter = enter_run,
	.moves = {
		[MOVE_ACROSS] = cursor_token,
		[MOVE_ALONG] = move_along,
		[MOVE_PAGE] = move_page,
		[MOVE_END] = move_end,
		[MOVE_TOKEN] = cursor_token,
		[MOVE_PHRASE] = cursor_phrase,
		[MOVE_THRESHOLD] = here_threshold,
		[MOVE_RIVAL] = here_rival,
		[MOVE_CHANGE] = here_change,
		[MOVE_PLAY] = playhead_play,
		[MOVE_FOLLOW] = playhead_follow,
	},
};
