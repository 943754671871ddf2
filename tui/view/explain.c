/*
 * What is seen, in two plain sentences, with the formula and the numbers of
 * this moment put in. Each sentence is one paragraph; the panel wraps them.
 */
#include "view/explain.h"

#include <math.h>
#include <string.h>

#include "app/phrase.h"
#include "draw/num.h"
#include "draw/pen.h"
#include "draw/text_layout.h"
#include "view/list.h"
#include "view/now.h"
#include "view/text_pane.h"
#include "view/views.h"

enum {
	PANEL_MIN_ROWS = 4, /* with its frame */
	PANEL_MAX_COLS = 100,
	PANEL_MIN_COLS = 20,
	PANEL_FRAME = 2,
};

/* Numbers as text, each in its own place. */
struct words {
	char n[NUM_BYTES], rho[NUM_BYTES], lower[NUM_BYTES], eps[NUM_BYTES],
		h[NUM_BYTES], words[NUM_BYTES], symbols[NUM_BYTES],
		lc[NUM_BYTES], sigma[NUM_BYTES], alphabet[NUM_BYTES];
};

static struct words words_of(const struct now *now, bool ascii)
{
	struct words w;
	const struct bound_point *b = &now->point;
	uint32_t symbols = meter_symbols_at(now->meter, now->n);
	double lc = b->n_words > 0 ? b->rho * symbols / b->n_words : 0;
	num_count(w.n, now->n);
	num_real(w.rho, b->rho, 3, ascii);
	num_real(w.lower, b->lower, 3, ascii);
	num_real(w.eps, b->eps, 3, ascii);
	num_real(w.h, b->h, 3, ascii);
	num_count(w.words, b->n_words);
	num_count(w.symbols, symbols);
	num_real(w.lc, lc, 2, ascii);
	num_count(w.sigma, b->sigma);
	num_count(w.alphabet, (uint64_t)now->alphabet);
	return w;
}

static const char *unit_of(const struct now *now)
{
	return now->opts->symbols == METER_TOKENS ? "token ids" : "bytes";
}

/* ---- the ratio view ---------------------------------------------------- */

/* First what is under the playhead, in words. */
static void explain_here(const struct now *now, struct buf *out)
{
	const struct guardian *g = meter_guardian(now->meter);
	char at[NUM_BYTES], size[NUM_BYTES], f[NUM_BYTES], t[NUM_BYTES];
	char gain[NUM_BYTES], bytes[NUM_BYTES];
	size_t k = now->n_checks;
	uint32_t n = now->n;
	size_t raw = n > 0 ? now->run->trace.end[n - 1] : 0;
	if (k == 0) {
		buf_printf(out, "Token %s: the first window of %s tokens is "
				"not full yet. When it is, what it added can "
				"be compared with t = %s bytes.\n",
			   num_count(at, n), num_count(f, g->opts.f),
			   num_short(t, g->opts.t));
		return;
	}
	double value = guardian_gain(g, k);
	buf_printf(out,
		   "Up to token %s the %s bytes of text can be told in %s "
		   "bytes, if whatever was there before is only pointed at. ",
		   num_count(at, (uint64_t)k * g->opts.f),
		   num_count(bytes, raw),
		   num_count(size, (uint64_t)llround(g->sizes[k - 1])));
	buf_printf(out,
		   "The last %s tokens added %s of them, %s t = %s: they told "
		   "%s.\n",
		   num_count(f, g->opts.f), num_real(gain, value, 0, true),
		   value < g->opts.t ? "less than" : "not less than",
		   num_short(t, g->opts.t),
		   value < g->opts.t ? "next to nothing new"
		   : value < 2 * g->opts.t ? "little new"
					   : "something new");
}

/* Then the formulas, a line each, with the numbers of this place. */
static void formula_gain(const struct now *now, bool ascii, struct buf *out)
{
	const struct guardian *g = meter_guardian(now->meter);
	char a[NUM_BYTES], b[NUM_BYTES], c[NUM_BYTES], d[NUM_BYTES];
	size_t k = now->n_checks;
	if (k == 0)
		return;
	double before = k >= 2 ? g->sizes[k - 2] : 0;
	buf_printf(out, "gain = size(%s) %s size(%s)",
		   num_count(a, (uint64_t)k * g->opts.f),
		   ascii ? "-" : "\u2212",
		   num_count(b, (uint64_t)(k - 1) * g->opts.f));
	buf_printf(out, " = %s %s %s bytes, coder %s\n",
		   num_real(c, g->sizes[k - 1], 1, ascii),
		   ascii ? "-" : "\u2212", num_real(d, before, 1, ascii),
		   coder_rows[now->opts->rule.coder].name);
}

static void formula_rho(const struct now *now, const struct words *w,
			bool ascii, struct buf *out)
{
	const char *times = ascii ? "x" : "\u00d7";
	buf_printf(out,
		   "%s = words %s length of a code word / length of the text "
		   "= %s %s %s / %s %s = %s\n",
		   glyph(GLYPH_RHO, ascii), times, w->words, times, w->lc,
		   w->symbols, unit_of(now), w->rho);
}

static void formula_h(const struct now *now, const struct words *w,
		      bool ascii, struct buf *out)
{
	const char *rho = glyph(GLYPH_RHO, ascii);
	unsigned l = now->ls - 1;
	buf_printf(out,
		   "h(%u) = log_%s(%s different pieces of %u %s) / %u = %s; "
		   "band %s %s %s to %s = %s to %s\n",
		   l, w->alphabet, w->sigma, l, unit_of(now), l, w->h, rho,
		   ascii ? "-" : "\u2212", glyph(GLYPH_EPS, ascii), rho,
		   w->lower, w->rho);
}

static void explain_status(const struct now *now, struct buf *out)
{
	static const char *const sentences[] = {
		[BOUND_PROVEN] = "PROVEN: the text is long enough for the "
				 "theorem of Ziv and Lempel, h must lie in "
				 "the band.",
		[BOUND_OUT_LOW] = "OUT-LOW: h lies below the band, the text "
				  "is too short for its variety.",
		[BOUND_UNDERSAMPLED] = "UNDERSAMPLED: nearly every substring "
				       "was seen only once, so h only shows "
				       "how long the text is.",
		[BOUND_ASYMPTOTIC] = "ASYMPTOTIC: the band holds for longer "
				     "texts; here it is a picture, not a "
				     "proof.",
	};
	buf_puts(out, sentences[now->point.status]);
	if (now->point.vacuous)
		buf_puts(out, " VACUOUS: the lower edge is not above 0, so "
			      "it excludes nothing.");
	buf_putc(out, '\n');
}

static void first_check(const struct rule_opts *g, struct buf *out)
{
	char t[NUM_BYTES];
	num_short(t, g->t);
	if (g->patience == 1)
		buf_printf(out, "the first window, but for the very first, "
				"that brought less than t = %s bytes", t);
	else
		buf_printf(out, "the first check at which %u windows in a row "
				"brought less than t = %s bytes",
			   g->patience, t);
}

static void explain_threshold(const struct now *now, struct buf *out)
{
	const struct rule_verdict *v = &now->verdict;
	const struct rule_opts *g = &now->opts->rule;
	char at[NUM_BYTES], after[NUM_BYTES], part[NUM_BYTES], back[NUM_BYTES];
	if (v->at_token == RULE_NEVER) {
		buf_printf(out, "Lil is not reached%s%s; it is ",
			   now->ahead == RULE_NEVER ? "" : " before token ",
			   now->ahead == RULE_NEVER
				   ? ""
				   : num_count(at, now->ahead));
		first_check(g, out);
		buf_puts(out, ".\n");
		return;
	}
	buf_printf(out, "Lil is at %s, ", num_count(at, v->at_token));
	first_check(g, out);
	buf_printf(out, ": a stop there saves the %s tokens after it (%s). ",
		   num_count(after, v->tokens_after),
		   num_percent(part, v->tokens_after, now->until));
	if (v->resumed_at == RULE_NEVER)
		buf_puts(out, "No two windows in a row reached t again.\n");
	else
		buf_printf(out, "But new information came back at %s: look "
				"there before calling it waste.\n",
			   num_count(back, v->resumed_at));
}

void explain_ratio(const struct app *app, struct buf *out)
{
	struct now now;
	bool ascii = app->set.look.ascii;
	if (!now_get(app, &now))
		return;
	struct words w = words_of(&now, ascii);
	explain_here(&now, out);
	buf_putc(out, '\n');
	explain_threshold(&now, out);
	buf_putc(out, '\n');
	formula_gain(&now, ascii, out);
	formula_rho(&now, &w, ascii, out);
	formula_h(&now, &w, ascii, out);
	buf_putc(out, '\n');
	explain_status(&now, out);
}

/* ---- the text view ----------------------------------------------------- */

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

void explain_text(const struct app *app, struct buf *out)
{
	struct now now;
	struct phrase p;
	if (!now_get(app, &now))
		return;
	if (phrase_at_token(now.run, text_shown(app), app->cursor, &p))
		explain_phrase(&now, &p, app->cursor, out);
	buf_putc(out, '\n');
	explain_threshold(&now, out);
}

/* ---- the list ---------------------------------------------------------- */

void explain_list(const struct app *app, struct buf *out)
{
	size_t i = list_selected(app);
	char a[NUM_BYTES], b[NUM_BYTES], c[NUM_BYTES], d[NUM_BYTES];
	if (!app->deck || i == DECK_NONE)
		return;
	const struct entry *e = deck_entry(app->deck, i);
	list_entry_name(app->deck, e, out);
	if (e->state != ENTRY_REPORTED) {
		buf_puts(out, e->state == ENTRY_BROKEN
				      ? " could not be read.\n"
				      : " is not measured yet.\n");
		return;
	}
	buf_printf(out, " has %s tokens", num_count(a, e->tokens));
	if (e->reasoning_tokens > 0)
		buf_printf(out, ", %s of them reasoning",
			   num_count(b, e->reasoning_tokens));
	buf_printf(out, ", in %s phrases: ", num_count(c, e->phrases));
	if (e->fired_at == RULE_NEVER) {
		buf_puts(out, "every window brought enough new bytes, so Lil "
			      "is not reached.\n");
		return;
	}
	uint32_t after = e->tokens - MIN(e->tokens, e->fired_at);
	buf_printf(out,
		   "Lil is at %s. The %s tokens after it brought nothing "
		   "new%s: tokens after / tokens = %s / %s = %s.\n",
		   num_count(a, e->fired_at), num_count(b, after),
		   e->resumed_at == RULE_NEVER ? "" : " at first", b,
		   num_count(d, e->tokens), num_percent(c, after, e->tokens));
	if (e->resumed_at != RULE_NEVER)
		buf_printf(out, "Information resumed at %s.\n",
			   num_count(d, e->resumed_at));
}

/* ---- the panel --------------------------------------------------------- */

static void draw_frame(struct screen *s, struct rect p, const char *title)
{
	int right = p.col + p.cols - 1, bottom = p.row + p.rows - 1;
	screen_fill(s, p, STYLE_NORMAL);
	screen_hline(s, p.row, p.col, p.cols, STYLE_KEY);
	screen_hline(s, bottom, p.col, p.cols, STYLE_KEY);
	screen_vline(s, p.row, p.col, p.rows, STYLE_KEY);
	screen_vline(s, p.row, right, p.rows, STYLE_KEY);
	screen_glyph(s, p.row, p.col, STYLE_KEY, "┌", '+');
	screen_glyph(s, p.row, right, STYLE_KEY, "┐", '+');
	screen_glyph(s, bottom, p.col, STYLE_KEY, "└", '+');
	screen_glyph(s, bottom, right, STYLE_KEY, "┘", '+');
	struct pen pen = pen_at(s, p.row, p.col + 2, p.cols - 4);
	pen_printf(&pen, STYLE_STRONG, " %s ", title);
}

/* Lines of the panel; blank ones stand between paragraphs. */
static int count_lines(const struct text_layout *l, bool blank_too)
{
	int n = 0;
	for (size_t at = 0; at < l->len;) {
		struct text_line line = text_layout_line(l, at);
		n += blank_too || line.shown > line.from;
		at = line.next;
	}
	return n;
}

/* Whether the panel would hide what it explains. */
static bool hides_cursor(const struct screen *s, struct rect p)
{
	for (int y = p.row; y < MIN(p.row + p.rows, s->rows); y++)
		for (int x = p.col; x < MIN(p.col + p.cols, s->cols); x++) {
			int style = s->cells[y * s->cols + x].style;
			if (style == STYLE_SELECTED || style == STYLE_CURSOR)
				return true;
		}
	return false;
}

/* Below, or above if the cursor is below. */
static struct rect panel_at(const struct screen *s, struct rect r, int rows,
			    int cols)
{
	struct rect p = { r.row + r.rows - rows, r.col + r.cols - cols - 1,
			  rows, cols };
	struct rect above = { r.row, p.col, rows, cols };
	return hides_cursor(s, p) && !hides_cursor(s, above) ? above : p;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The text as it is wrapped: "9 750" and "40 %" are one word each. */
static void close_numbers(struct buf *shape, const struct buf *text)
{
	buf_append(shape, text->data, text->len);
	for (size_t i = 1; i + 1 < text->len; i++)
		if (text->data[i] == ' ' && is_digit(text->data[i - 1]) &&
		    (is_digit(text->data[i + 1]) || text->data[i + 1] == '%'))
			shape->data[i] = '_';
}

static void put_lines(struct screen *s, struct rect p, const char *text,
		      const struct text_layout *l, bool blank_too)
{
	size_t at = 0;
	for (int y = 1; y < p.rows - 1 && at < l->len;) {
		struct text_line line = text_layout_line(l, at);
		at = line.next;
		if (!blank_too && line.shown == line.from)
			continue;
		screen_text(s, p.row + y++, p.col + PANEL_FRAME, l->width,
			    STYLE_NORMAL, text + line.from,
			    line.shown - line.from);
	}
}

void explain_panel(struct screen *s, struct rect r, const char *title,
		   struct buf *text)
{
	struct buf shape = { 0 };
	while (text->len > 0 && text->data[text->len - 1] == '\n')
		text->len--;
	if (!text->len || r.rows < PANEL_MIN_ROWS || r.cols < PANEL_MIN_COLS)
		return;
	close_numbers(&shape, text);
	int cols = MIN(r.cols - 2, PANEL_MAX_COLS);
	struct text_layout l = {
		.text = shape.data,
		.len = shape.len,
		.width = cols - 2 * PANEL_FRAME,
		.ascii = s->ascii,
	};
	bool airy = count_lines(&l, true) + PANEL_FRAME <= r.rows;
	int rows = MIN(count_lines(&l, airy) + PANEL_FRAME, r.rows);
	struct rect p = panel_at(s, r, rows, cols);
	draw_frame(s, p, title);
	put_lines(s, p, text->data, &l, airy);
	buf_release(&shape);
}

void explain_draw(const struct app *app, struct screen *s, struct rect r)
{
	const struct view *view = &views[app->view];
	struct buf text = { 0 };
	if (!view->explain)
		return;
	view->explain(app, &text);
	explain_panel(s, r, "explain", &text);
	buf_release(&text);
}
