/*
 * What is seen, in two plain sentences, with the formula and the numbers of
 * this moment put in. Each sentence is one paragraph; the panel wraps them.
 */
#include "explain.h"

#include <math.h>
#include <string.h>

#include "list.h"
#include "now.h"
#include "num.h"
#include "phrase.h"
#include "text_layout.h"
#include "views.h"

enum {
	PANEL_MIN_ROWS = 4, /* with its frame */
	PANEL_MAX_COLS = 100,
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

static void explain_rho(const struct now *now, const struct words *w,
			bool ascii, struct buf *out)
{
	const char *rho = glyph(GLYPH_RHO, ascii);
	const char *unit = unit_of(now);
	buf_printf(out,
		   "%s says how short the text becomes when everything that "
		   "was there before is only pointed at: %s = words x length "
		   "of a code word / length of the text = %s x %s / %s %s = "
		   "%s. It falls while the text repeats itself.\n",
		   rho, rho, w->words, w->lc, w->symbols, unit, w->rho);
}

static const char *status_sentence(enum bound_status status)
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
	return sentences[status];
}

static void explain_band(const struct now *now, const struct words *w,
			 bool ascii, struct buf *out)
{
	const char *rho = glyph(GLYPH_RHO, ascii);
	const char *eps = glyph(GLYPH_EPS, ascii);
	const char *minus = ascii ? "-" : "\u2212";
	unsigned l = now->ls - 1;
	buf_printf(out,
		   "h(%u) = log_%s(%s different pieces of %u %s) / %u = %s "
		   "says how varied the text is; it should lie between %s %s "
		   "%s = %s and %s = %s. ",
		   l, w->alphabet, w->sigma, l, unit_of(now), l, w->h, rho,
		   minus, eps, w->lower, rho, w->rho);
	buf_puts(out, status_sentence(now->point.status));
	if (now->point.vacuous)
		buf_puts(out, " VACUOUS: the lower edge is not above 0, so "
			      "it excludes nothing.");
	buf_putc(out, '\n');
}

static void explain_window(const struct now *now, bool ascii,
			   struct buf *out)
{
	const struct guard *g = meter_guard(now->meter);
	char from[NUM_BYTES], to[NUM_BYTES], gain[NUM_BYTES], t[NUM_BYTES];
	char a[NUM_BYTES], b[NUM_BYTES];
	size_t k = now->n_checks;
	if (k == 0) {
		buf_printf(out, "The first window of %s tokens is not full "
				"yet, so there is no gain to compare with t "
				"= %s bytes.\n",
			   num_count(a, g->opts.f), num_short(t, g->opts.t));
		return;
	}
	double before = k >= 2 ? g->sizes[k - 2] : 0;
	double value = guard_gain(g, k);
	buf_printf(out,
		   "The last full window, tokens %s to %s, made the %s size "
		   "grow from %s to %s bytes: gain = %s, %s t = %s.\n",
		   num_count(from, (k - 1) * (uint64_t)g->opts.f + 1),
		   num_count(to, k * (uint64_t)g->opts.f),
		   coder_rows[now->opts->coder].name,
		   num_count(a, (uint64_t)llround(before)),
		   num_count(b, (uint64_t)llround(g->sizes[k - 1])),
		   num_real(gain, value, 0, ascii),
		   value < g->opts.t ? "under" : "not under",
		   num_short(t, g->opts.t));
}

static void first_check(const struct guard_opts *g, struct buf *out)
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
	const struct guard_verdict *v = &now->verdict;
	const struct guard_opts *g = &now->opts->guard;
	char at[NUM_BYTES], after[NUM_BYTES], part[NUM_BYTES], back[NUM_BYTES];
	if (v->at_token == GUARD_NEVER) {
		buf_puts(out, "Lil is not reached; it would be at ");
		first_check(g, out);
		buf_puts(out, ".\n");
		return;
	}
	buf_printf(out, "Lil is at %s: ", num_count(at, v->at_token));
	first_check(g, out);
	buf_printf(out,
		   ". The %s tokens after it (%s) are what a stop there "
		   "would have saved. ",
		   num_count(after, v->tokens_after),
		   num_percent(part, v->tokens_after, now->n));
	if (v->resumed_at == GUARD_NEVER)
		buf_puts(out, "No two windows in a row reached t again.\n");
	else
		buf_printf(out, "But new information came back at %s: look "
				"there before calling it waste.\n",
			   num_count(back, v->resumed_at));
}

void explain_ratio(const struct app *app, struct buf *out)
{
	struct now now;
	bool ascii = app->set.ascii;
	if (!now_get(app, &now))
		return;
	struct words w = words_of(&now, ascii);
	explain_rho(&now, &w, ascii, out);
	explain_band(&now, &w, ascii, out);
	explain_window(&now, ascii, out);
	explain_threshold(&now, out);
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
	if (phrase_at_token(now.run, now.n, app->cursor, &p))
		explain_phrase(&now, &p, app->cursor, out);
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
	buf_printf(out, " has %s tokens, %s of them reasoning, in %s phrases. ",
		   num_count(a, e->tokens), num_count(b, e->reasoning_tokens),
		   num_count(c, e->phrases));
	if (e->fired_at == GUARD_NEVER) {
		buf_puts(out, "Every window brought enough new bytes: Lil is "
			      "not reached.\n");
		return;
	}
	uint32_t after = e->tokens - MIN(e->tokens, e->fired_at);
	buf_printf(out,
		   "Lil is at %s: %s tokens after it, tokens after / tokens "
		   "= %s, brought nothing new%s.\n",
		   num_count(a, e->fired_at), num_count(b, after),
		   num_percent(c, after, e->tokens),
		   e->resumed_at == GUARD_NEVER ? "" : " at first");
	if (e->resumed_at != GUARD_NEVER)
		buf_printf(out, "Information resumed at %s.\n",
			   num_count(d, e->resumed_at));
}

/* ---- the panel --------------------------------------------------------- */

static void draw_frame(struct screen *s, struct rect p)
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
	screen_puts(s, p.row, p.col + 2, STYLE_STRONG, " explain ");
}

static int count_lines(const struct text_layout *l)
{
	int n = 0;
	for (size_t at = 0; at < l->len; n++)
		at = text_layout_line(l, at).next;
	return n;
}

static int count_feeds(const struct text_layout *l)
{
	int n = 0;
	for (size_t i = 0; i < l->len; i++)
		n += l->text[i] == '\n';
	return n;
}

void explain_draw(const struct app *app, struct screen *s, struct rect r)
{
	const struct view *view = &views[app->view];
	struct buf text = { 0 };
	if (!view->explain || r.rows < PANEL_MIN_ROWS || r.cols < 20)
		return;
	view->explain(app, &text);
	while (text.len > 0 && text.data[text.len - 1] == '\n')
		text.len--;
	int cols = MIN(r.cols - 2, PANEL_MAX_COLS);
	struct text_layout l = {
		.text = text.data,
		.len = text.len,
		.width = cols - 2 * PANEL_FRAME,
		.ascii = s->ascii,
	};
	int lines = text.len ? count_lines(&l) : 0;
	bool airy = lines + count_feeds(&l) + PANEL_FRAME <= r.rows;
	if (airy)
		lines += count_feeds(&l);
	int rows = MIN(lines + PANEL_FRAME, r.rows);
	struct rect p = { r.row + r.rows - rows, r.col + r.cols - cols - 1,
			  rows, cols };
	if (lines > 0)
		draw_frame(s, p);
	size_t at = 0;
	for (int y = 1; lines > 0 && y < rows - 1; y++) {
		struct text_line line = text_layout_line(&l, at);
		screen_text(s, p.row + y, p.col + PANEL_FRAME, l.width,
			    STYLE_NORMAL, text.data + line.from,
			    line.shown - line.from);
		at = line.next;
		if (airy && line.next > line.shown &&
		    text.data[line.next - 1] == '\n')
			y++; /* a blank line between paragraphs */
	}
	buf_release(&text);
}
