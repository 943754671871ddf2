/* The text of a generation: only lines that are seen are laid out and inked. */
#include "view/text_pane.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/phrase.h"
#include "app/sure.h"
#include "base/num.h"
#include "base/utf8.h"
#include "draw/glyph.h"
#include "draw/text_layout.h"
#include "view/minimap.h"
#include "view/repeats.h"
#include "view/steps.h"
#include "view/views.h"

enum {
	GUTTER_NUMBER = 6,  /* columns for "16 333"; more when needed */
	GUTTER_MIN_COLS = 50, /* a narrower pane shows no numbers */
	GUTTER_SMALL = 2,   /* the speaker's letter and the bar */
	GUTTER_EXTRA = 5,   /* mark, blank, letter, bar, blank */
	COPY_LOOK_BYTES = 4096,
};

/* Prompt and output as one document of visual lines. */
struct doc {
	const struct run *run;
	struct text_layout prompt, text;
	uint32_t n_tokens;  /* that are shown */
	size_t lil;         /* doc offset of the threshold, or SIZE_MAX */
	uint32_t lil_token, last_new;
	const struct repeated *said; /* why; NULL: not known */
	int gutter, width;
};

/* A row of the pane. */
enum row_kind { ROW_LINE, ROW_OUTPUT_BEGINS, ROW_LIL, ROW_NONE };

/* Walks over the rows from the top of the pane. */
struct rows {
	const struct doc *doc;
	size_t at;       /* doc offset of the next line */
	bool separated;  /* the separator before it was given */
	enum row_kind kind;
	struct text_line line; /* in doc offsets, of a ROW_LINE */
};

struct text_scroll *text_scroll_of(const struct app *app)
{
	return view_state(app, &view_text);
}

/* --- the document ------------------------------------------------------- */

/* Bytes of text[0..n) without a code point that is cut at its end. */
static size_t without_cut(const char *text, size_t n)
{
	for (size_t back = 1; back <= 3 && back <= n; back++) {
		unsigned char b = (unsigned char)text[n - back];
		size_t used;
		if ((b & 0xc0) == 0x80)
			continue;
		if (utf8_decode(text + n - back, back, &used) == UTF8_MORE)
			return n - back;
		break;
	}
	return n;
}

static int gutter_cols(const struct doc *d, int cols, unsigned flags)
{
	char text[NUM_BYTES];
	int digits;

	if (cols < 2 * GUTTER_SMALL)
		return 0;
	if (!(flags & TEXT_PANE_GUTTER) || cols < GUTTER_MIN_COLS)
		return GUTTER_SMALL;
	digits = (int)strlen(num_count(text, d->run->trace.n_tokens));
	return MAX(digits, GUTTER_NUMBER) + GUTTER_EXTRA;
}

/* Keeps them in order, each once. */
static void add_break(struct text_layout *l, size_t byte)
{
	size_t i = l->n_breaks;
	for (size_t k = 0; k < l->n_breaks; k++)
		if (l->breaks[k] == byte)
			return;
	assert(l->n_breaks < LAYOUT_BREAKS);
	for (; i > 0 && l->breaks[i - 1] > byte; i--)
		l->breaks[i] = l->breaks[i - 1];
	l->breaks[i] = byte;
	l->n_breaks++;
}

static void find_threshold(struct doc *d)
{
	const struct run *run = d->run;
	struct rule_verdict v;
	size_t byte;

	d->lil = SIZE_MAX;
	if (!run->meter)
		return;
	v = meter_rule_at(run->meter, RULE_GUARDIAN, d->n_tokens);
	if (v.at_token == RULE_NEVER || v.at_token == 0 ||
	    v.at_token > d->n_tokens)
		return;
	byte = run->trace.end[v.at_token - 1];
	d->lil_token = v.at_token;
	d->last_new = v.last_new;
	d->lil = d->prompt.len + byte;
	add_break(&d->text, byte);
}

/* Who speaks next begins a line: the first few times, there is no room for
 * more forced starts (LAYOUT_BREAKS) and one is the threshold's. */
static void break_at_speakers(struct doc *d)
{
	const struct trace *t = &d->run->trace;
	for (size_t i = 1; i < MIN(t->n_spans, (size_t)LAYOUT_BREAKS); i++) {
		uint32_t start = t->spans[i].start;
		if (start > 0 && start < d->n_tokens)
			add_break(&d->text, t->end[start - 1]);
	}
}

uint32_t text_shown(const struct app *app)
{
	uint32_t n = app_n_tokens(app);
	return app->pace == PACE_PLAY ? MIN(app->playhead, n) : n;
}

static struct doc doc_of(const struct app *app, int cols, unsigned flags,
			 bool ascii)
{
	const struct trace *t = &app->run->trace;
	struct doc d = { .run = app->run };
	size_t n;

	d.n_tokens = text_shown(app);
	n = d.n_tokens > 0 ? t->end[d.n_tokens - 1] : 0;
	d.gutter = gutter_cols(&d, cols, flags);
	d.width = MAX(cols - d.gutter, 1);
	d.prompt = (struct text_layout){
		.text = t->prompt.data,
		.len = t->prompt.len,
		.width = d.width,
		.ascii = ascii,
	};
	d.text = d.prompt;
	d.text.text = t->text.data;
	d.text.len = n > 0 ? without_cut(t->text.data, n) : 0;
	find_threshold(&d);
	if (app->run == d.run && repeats_of(app)->fired)
		d.said = repeats_lit(app);
	break_at_speakers(&d);
	return d;
}

static size_t doc_len(const struct doc *d)
{
	return d->prompt.len + d->text.len;
}

static struct text_line doc_line(const struct doc *d, size_t at)
{
	size_t base = at < d->prompt.len ? 0 : d->prompt.len;
	const struct text_layout *l = base || !d->prompt.len ? &d->text
							     : &d->prompt;
	struct text_line line = text_layout_line(l, at - base);
	return (struct text_line){ line.from + base, line.shown + base,
				   line.next + base };
}

static size_t doc_line_start(const struct doc *d, size_t at)
{
	if (at < d->prompt.len)
		return text_layout_start(&d->prompt, at);
	return d->prompt.len +
	       text_layout_start(&d->text, at - d->prompt.len);
}

/* *n gets the lines that there were too few. */
static size_t doc_up(const struct doc *d, size_t at, long *n)
{
	size_t base = d->prompt.len;
	if (at >= base) {
		at = base + text_layout_up(&d->text, at - base, n);
		if (*n == 0 || base == 0)
			return at;
		at = text_layout_start(&d->prompt, base - 1);
		(*n)--;
	}
	return text_layout_up(&d->prompt, at, n);
}

static size_t doc_down(const struct doc *d, size_t at, long *n)
{
	size_t base = d->prompt.len;
	if (at < base) {
		at = text_layout_down(&d->prompt, at, n);
		if (*n == 0 || d->text.len == 0)
			return at;
		at = base;
		(*n)--;
	}
	return base + text_layout_down(&d->text, at - base, n);
}

/* Rows of separators before lines in (from, to]. */
static long separators(const struct doc *d, size_t from, size_t to)
{
	long n = 0;
	if (d->prompt.len > 0 && from < d->prompt.len && to >= d->prompt.len)
		n++;
	if (d->lil != SIZE_MAX && from < d->lil && to >= d->lil)
		n++;
	return n;
}

/* The first line so that the cursor is seen, with more above it than below,
 * and without blank rows where there is text to fill them. */
static size_t top_for_cursor(const struct app *app, const struct doc *d,
			     int rows)
{
	const struct trace *t = &app->run->trace;
	/* Its last byte: a token may begin with a line feed. */
	size_t byte = app->cursor < d->n_tokens && t->end[app->cursor] > 0
			      ? t->end[app->cursor] - 1
			      : 0;
	size_t at = doc_line_start(d, d->prompt.len +
					      MIN(byte, d->text.len));
	long above = (rows - 1) * 2L / 3;
	long below = rows - 1 - above;
	long up, lines, too_many;
	size_t top;

	doc_down(d, at, &below); /* how many are missing */
	above += below;
	up = above;
	top = doc_up(d, at, &up);
	lines = above - up + separators(d, top, at);
	too_many = MAX(lines - (rows - 1), 0);
	return doc_down(d, top, &too_many);
}

static size_t pane_top(const struct app *app, const struct doc *d, int rows,
		       unsigned flags)
{
	const struct text_scroll *at = text_scroll_of(app);

	if ((flags & TEXT_PANE_FOLLOW) || at->placed != app->n_placed)
		return top_for_cursor(app, d, rows);
	return doc_line_start(d, MIN(at->top, doc_len(d)));
}

/* --- rows --------------------------------------------------------------- */

static struct rows rows_from(const struct doc *d, size_t top)
{
	return (struct rows){ .doc = d, .at = top };
}

static bool rows_next(struct rows *r)
{
	const struct doc *d = r->doc;
	if (!r->separated) {
		r->separated = true;
		if (r->at == d->lil) {
			r->kind = ROW_LIL;
			return true;
		}
		if (r->at == d->prompt.len && d->prompt.len > 0) {
			r->kind = ROW_OUTPUT_BEGINS;
			return true;
		}
	}
	r->kind = ROW_NONE;
	if (r->at >= doc_len(d))
		return false;
	r->kind = ROW_LINE;
	r->line = doc_line(d, r->at);
	r->at = r->line.next;
	r->separated = false;
	return r->line.next > r->line.from;
}

/* --- drawing ------------------------------------------------------------ */

/* What decides the style of a byte. */
struct ink {
	const struct app *app;
	const struct doc *doc;
	struct phrase phrase;  /* that holds the last byte asked for */
	struct phrase cursor;  /* under the cursor */
	bool has_phrase, has_cursor;
	uint32_t token_from, token_to; /* bytes of the cursor's token */
	const struct repeated *unit; /* that is lit, or NULL */
	const struct answered *known; /* where the answer first stood; NULL */
	uint32_t sure_to;  /* end of the token at the last byte, and whether */
	bool unsure;       /* the model gave it little chance */
	size_t copy_from, copy_to;   /* its copy at the last byte asked for, or
					after it */
	size_t i_hit; /* of the search, the first that ends after the last
			 byte asked for */
};

static enum style copy_style(const struct phrase *p)
{
	static const enum style styles[PHRASE_LEVELS] = {
		STYLE_NEW, STYLE_COPY1, STYLE_COPY2, STYLE_COPY3, STYLE_COPY4,
	};

	return styles[phrase_level(p)];
}

static struct ink ink_new(const struct app *app, const struct doc *d)
{
	struct ink ink = { .app = app, .doc = d };

	if (app->run == d->run) {
		ink.unit = repeats_lit(app);
		ink.known = steps_known(app);
	}
	ink.has_cursor = phrase_at_token(d->run, d->n_tokens, app->cursor,
					 &ink.cursor);
	if (app->cursor < d->n_tokens) {
		const uint32_t *end = d->run->trace.end;
		ink.token_from = app->cursor ? end[app->cursor - 1] : 0;
		ink.token_to = end[app->cursor];
	}
	return ink;
}

/* Whether byte i of the output is part of a search hit; asked in ascending
 * order. */
static bool is_found(struct ink *ink, size_t i)
{
	const struct search *s = &ink->app->search;

	if (s->run != ink->doc->run)
		return false;
	while (ink->i_hit < s->hits.n && s->hits.at[ink->i_hit].to <= i)
		ink->i_hit++;
	return ink->i_hit < s->hits.n && s->hits.at[ink->i_hit].from <= i;
}

/* Whether byte i of the output is in a copy of what is said again and again;
 * asked in ascending order. A part of the text at a time is looked through. */
static bool is_copy(struct ink *ink, size_t i)
{
	const struct text_layout *text = &ink->doc->text;
	const struct unit *u;
	size_t from, end;

	if (!ink->unit)
		return false;
	u = &ink->unit->unit;
	if (i >= ink->copy_to) {
		from = i - MIN(i, u->len - 1);
		from = MAX(from, ink->copy_to);
		end = MIN(i + u->len + COPY_LOOK_BYTES, text->len);
		ink->copy_from = unit_next(ink->doc->run->trace.text.data, end,
					   u, from);
		ink->copy_to = ink->copy_from < end ?
				       ink->copy_from + u->len :
				       MAX(end - MIN(end, u->len - 1), i + 1);
		if (ink->copy_from == end)
			ink->copy_from = ink->copy_to;
	}
	return i >= ink->copy_from && i < ink->copy_to;
}

/* Whether byte i of the output is in a token that the model gave little
 * chance; asked in ascending order. */
static bool is_unsure(struct ink *ink, size_t i)
{
	const struct trace *t = &ink->doc->run->trace;
	uint32_t token;

	if (!t->logprob)
		return false;
	if (i >= ink->sure_to) {
		token = trace_token_at(t, i);
		ink->sure_to = t->end[token];
		ink->unsure = sure_bits(t, token) > SURE_LOW_BITS;
	}
	return ink->unsure;
}

static enum style ink_at(struct ink *ink, size_t at)
{
	const struct doc *d = ink->doc;
	uint32_t i;
	struct phrase *p;

	if (at < d->prompt.len)
		return STYLE_PROMPT;
	i = (uint32_t)(at - d->prompt.len);
	if (is_found(ink, i))
		return STYLE_FOUND;
	if (i >= ink->token_from && i < ink->token_to)
		return STYLE_CURSOR;
	if (ink->has_cursor && i >= ink->cursor.from && i < ink->cursor.to)
		return STYLE_PHRASE;
	if (ink->has_cursor && i >= ink->cursor.src_from &&
	    i < ink->cursor.src_to)
		return STYLE_SOURCE;
	if (ink->known && i >= ink->known->first.start &&
	    i < ink->known->first.end)
		return STYLE_ANSWER;
	if (is_copy(ink, i))
		return STYLE_UNIT;
	if (is_unsure(ink, i))
		return STYLE_UNSURE;
	p = &ink->phrase;
	if (ink->has_phrase && i >= p->to)
		ink->has_phrase = phrase_get(d->run, d->n_tokens,
					     p->i_phrase + 1, p);
	if (!ink->has_phrase || i < p->from || i >= p->to)
		ink->has_phrase = phrase_at_byte(d->run, d->n_tokens, i, p);
	return ink->has_phrase ? copy_style(p) : STYLE_NEW;
}

static const char *doc_bytes(const struct doc *d, size_t at)
{
	return at < d->prompt.len ? d->prompt.text + at
				  : d->text.text + (at - d->prompt.len);
}

static void draw_line(struct ink *ink, struct screen *s, int row, int col,
		      struct text_line line)
{
	const struct doc *d = ink->doc;
	int end = col + d->width;
	size_t from = line.from; /* of the run of one style */
	enum style style = STYLE_NORMAL;
	for (size_t i = line.from; i < line.shown;) {
		struct utf8_cluster cl;
		enum style here = ink_at(ink, i);
		if (here != style && i > from) {
			col += screen_text(s, row, col, end - col, style,
					   doc_bytes(d, from), i - from);
			from = i;
		}
		style = here;
		i += utf8_cluster(doc_bytes(d, i), line.shown - i, s->ascii,
				  &cl);
	}
	if (line.shown > from)
		screen_text(s, row, col, end - col, style, doc_bytes(d, from),
			    line.shown - from);
}

/* The letter, and the style, of who speaks. */
static const struct {
	const char *letter;
	enum style style;
} speakers[CHANNELS] = {
	[CHANNEL_REASONING] = { "R", STYLE_REASONING },
	[CHANNEL_ANSWER] = { "A", STYLE_ANSWER },
	[CHANNEL_TOOL] = { "T", STYLE_TOOL },
};

/* The letter of a user mark whose token is in [from, to), or 0. */
static char mark_in(const struct app *app, uint32_t from, uint32_t to)
{
	for (int i = 0; i < APP_MARKS; i++)
		if (app->marks[i] >= from && app->marks[i] < to)
			return (char)('a' + i);
	return 0;
}

static void draw_gutter(const struct app *app, const struct doc *d,
			struct screen *s, struct rect at,
			struct text_line line)
{
	const struct trace *t = &d->run->trace;
	bool prompt = line.from < d->prompt.len;
	bool top = at.rows > 0; /* of the pane */
	int row = at.row, col = at.col;
	int bar = col + d->gutter - (d->gutter > GUTTER_SMALL ? 2 : 1);
	const struct answered *known = steps_known(app);
	uint32_t token;
	enum channel ch;
	bool begins;
	char text[NUM_BYTES];
	int len;
	size_t from, last;
	char mark;

	if (d->gutter == 0)
		return;
	if (prompt) {
		screen_glyph(s, row, bar, STYLE_PROMPT, "│", '|');
		screen_puts(s, row, bar - 1, STYLE_PROMPT,
			    top || line.from == 0 ? "P" : " ");
		return;
	}
	token = trace_token_at(t, line.from - d->prompt.len);
	ch = trace_channel(t, token);
	/* The letter where somebody begins, and once on every screen. */
	begins = top || token == 0 || trace_channel(t, token - 1) != ch;
	screen_glyph(s, row, bar, speakers[ch].style, "│", '|');
	if (begins)
		screen_puts(s, row, bar - 1, speakers[ch].style,
			    speakers[ch].letter);
	if (d->gutter <= GUTTER_SMALL)
		return;
	len = (int)strlen(num_count(text, (uint64_t)token + 1));
	screen_puts(s, row, bar - 2 - len, STYLE_DIM, text);
	last = MAX(line.next, line.from + 1) - 1 - d->prompt.len;
	mark = mark_in(app, token, trace_token_at(t, last) + 1);
	from = line.from - d->prompt.len;
	if (mark)
		screen_text(s, row, col, 1, STYLE_MARK, &mark, 1);
	else if (known && app->run == d->run && known->first.start >= from &&
		 known->first.start <= last)
		screen_glyph(s, row, col, STYLE_ANSWER, "✓", '+');
}

static void draw_separator(const struct doc *d, struct screen *s, int row,
			   struct rect r, enum row_kind kind)
{
	char text[6 * NUM_BYTES], at_token[NUM_BYTES], rest[NUM_BYTES];
	char last[NUM_BYTES];
	enum style style = kind == ROW_LIL ? STYLE_LIL : STYLE_DIM;
	int width, at;

	if (kind == ROW_LIL)
		snprintf(text, sizeof(text),
			 " %s Lil %s: last new token %s, %s follow ",
			 glyph(GLYPH_FLAG, s->ascii),
			 num_count(at_token, d->lil_token),
			 num_count(last, d->last_new),
			 num_count(rest, d->n_tokens - d->lil_token));
	else
		snprintf(text, sizeof(text), " output ");
	if (kind == ROW_LIL && d->said) {
		size_t n = strlen(text);

		snprintf(text + n, sizeof(text) - n, "%s said %s times since "
						     "%s ",
			 glyph(GLYPH_DOT, s->ascii),
			 num_count(at_token, d->said->unit.times),
			 num_count(last, (uint64_t)d->said->first_token + 1));
		if (screen_width(text, strlen(text)) > r.cols)
			text[n] = '\0';
	}
	screen_hline(s, row, r.col, r.cols, style);
	width = screen_width(text, strlen(text));
	at = MIN(d->gutter + 4, MAX(r.cols - width, 0));
	screen_text(s, row, r.col + at, r.cols - at, style, text,
		    strlen(text));
}

/* That may reach beyond this byte. */
static size_t first_hit(const struct app *app, size_t byte)
{
	size_t i = find_hit_from(&app->search.hits, byte);

	return i ? i - 1 : 0;
}

void text_pane_draw(const struct app *app, struct screen *s, struct rect r,
		    unsigned flags)
{
	struct doc d;
	struct ink ink;
	struct rows rows;

	if (!app->run || r.rows < 1 || r.cols < 1)
		return;
	d = doc_of(app, r.cols, flags, s->ascii);
	ink = ink_new(app, &d);
	rows = rows_from(&d, pane_top(app, &d, r.rows, flags));
	if (rows.at >= d.prompt.len)
		ink.i_hit = first_hit(app, rows.at - d.prompt.len);
	for (int y = 0; y < r.rows && rows_next(&rows); y++) {
		int row = r.row + y;
		if (rows.kind != ROW_LINE) {
			draw_separator(&d, s, row, r, rows.kind);
			continue;
		}
		draw_gutter(app, &d, s,
			    (struct rect){ row, r.col, y == 0, d.gutter },
			    rows.line);
		draw_line(&ink, s, row, r.col + d.gutter, rows.line);
	}
}

/* --- what the actions ask ----------------------------------------------- */

uint32_t text_pane_token_at(const struct app *app, const struct screen *s,
			    struct rect r, unsigned flags, int row, int col)
{
	bool ascii = s ? s->ascii : app->set.look.ascii;
	struct doc d;
	struct rows rows;
	size_t i;

	if (!app->run || row < 0 || row >= r.rows)
		return PHRASE_NO_TOKEN;
	d = doc_of(app, r.cols, flags, ascii);
	rows = rows_from(&d, pane_top(app, &d, r.rows, flags));
	for (int y = 0; y <= row; y++)
		if (!rows_next(&rows))
			return PHRASE_NO_TOKEN;
	if (rows.kind != ROW_LINE || rows.line.from < d.prompt.len)
		return PHRASE_NO_TOKEN;
	i = rows.line.from;
	for (int x = d.gutter; i < rows.line.shown;) {
		struct utf8_cluster cl;
		size_t n = utf8_cluster(doc_bytes(&d, i), rows.line.shown - i,
					ascii, &cl);
		x += cl.width;
		if (x > col)
			break;
		i += n;
	}
	i = MIN(i, doc_len(&d) - 1);
	return trace_token_at(&app->run->trace, i - d.prompt.len);
}

int text_view_cols(int view_cols)
{
	return view_cols - minimap_cols(view_cols);
}

static void scroll_to(struct app *app, uint32_t top)
{
	*text_scroll_of(app) = (struct text_scroll){ top, app->n_placed };
	app->dirty = true;
}

void text_scroll(struct app *app, long lines)
{
	struct doc d;
	size_t top;
	long n;

	if (!app->run || app->view_cols < 1)
		return;
	d = doc_of(app, text_view_cols(app->view_cols), TEXT_PANE_GUTTER,
		   app->set.look.ascii);
	top = pane_top(app, &d, app->view_rows, TEXT_PANE_GUTTER);
	n = lines < 0 ? -lines : lines;
	top = lines < 0 ? doc_up(&d, top, &n) : doc_down(&d, top, &n);
	scroll_to(app, (uint32_t)MIN(top, (size_t)UINT32_MAX));
}

void text_scroll_to_start(struct app *app)
{
	scroll_to(app, 0);
}

void text_phrase_line(const struct app *app, int max_cols, struct buf *out)
{
	char a[NUM_BYTES], b[NUM_BYTES];
	struct phrase p;
	uint32_t n = app->run ? text_shown(app) : 0;
	size_t fits;
	uint32_t bytes;
	double bits;

	if (n == 0 || !phrase_at_token(app->run, n, app->cursor, &p))
		return;
	buf_printf(out, "token %s: ",
		   num_count(a, (uint64_t)app->cursor + 1));
	if (p.literal)
		buf_puts(out, "new, never seen before");
	else
		buf_printf(out, "copied from token %s, %s token%s",
			   num_count(a, (uint64_t)p.src_token + 1),
			   num_count(b, p.n_tokens),
			   p.n_tokens == 1 ? "" : "s");
	fits = out->len;
	buf_printf(out, " (phrase %s)",
		   num_count(a, (uint64_t)p.i_phrase + 1));
	if (out->len <= (size_t)MAX(max_cols, 0))
		fits = out->len;
	if (!isnan(bits = sure_bits(&app->run->trace, app->cursor)))
		buf_printf(out, ", p = %s: %s bits",
			   num_real(a, exp2(-bits), 3, true),
			   num_real(b, bits, 1, true));
	if (out->len <= (size_t)MAX(max_cols, 0))
		fits = out->len;
	bytes = p.to - p.from;
	buf_printf(out, ", %s byte%s", num_count(a, bytes),
		   bytes == 1 ? "" : "s");
	if (out->len > (size_t)MAX(max_cols, 0))
		out->len = fits;
}
