/*
 * The panel over a view that says what is seen: each sentence is a paragraph,
 * wrapped to the room there is, and never over the cursor it speaks of.
 */
#include "view/explain.h"

#include <string.h>

#include "draw/glyph.h"
#include "draw/pen.h"
#include "draw/text_layout.h"

enum {
	PANEL_MIN_ROWS = 4, /* with its frame */
	PANEL_MAX_COLS = 100,
	PANEL_MIN_COLS = 20,
	PANEL_FRAME = 2,
};

/* --- the panel ---------------------------------------------------------- */

static void draw_frame(struct screen *s, struct rect p, const char *title)
{
	int right = p.col + p.cols - 1, bottom = p.row + p.rows - 1;
	struct pen pen;

	screen_fill(s, p, STYLE_NORMAL);
	screen_hline(s, p.row, p.col, p.cols, STYLE_KEY);
	screen_hline(s, bottom, p.col, p.cols, STYLE_KEY);
	screen_vline(s, p.row, p.col, p.rows, STYLE_KEY);
	screen_vline(s, p.row, right, p.rows, STYLE_KEY);
	screen_glyph(s, p.row, p.col, STYLE_KEY, "┌", '+');
	screen_glyph(s, p.row, right, STYLE_KEY, "┐", '+');
	screen_glyph(s, bottom, p.col, STYLE_KEY, "└", '+');
	screen_glyph(s, bottom, right, STYLE_KEY, "┘", '+');
	pen = pen_at(s, p.row, p.col + 2, p.cols - 4);
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
		      const struct text_layout *l, bool blank_too, int top)
{
	size_t at = 0;
	for (int y = 1 - top; y < p.rows - 1 && at < l->len;) {
		struct text_line line = text_layout_line(l, at);
		at = line.next;
		if (!blank_too && line.shown == line.from)
			continue;
		if (y >= 1)
			screen_text(s, p.row + y, p.col + PANEL_FRAME,
				    l->width, STYLE_NORMAL, text + line.from,
				    line.shown - line.from);
		y++;
	}
}

/* On the frame, what is out of sight: above, and below. */
static void put_more(struct screen *s, struct rect p, int above, int below)
{
	int cols = p.cols - 4;
	struct pen pen = pen_at(s, p.row + p.rows - 1, p.col + 2, cols);

	if (above > 0)
		screen_printf(s, p.row, p.col + p.cols - 6, STYLE_STRONG,
			      " %s ", s->ascii ? "^" : "▴");
	if (below > 0)
		pen_printf(&pen, STYLE_STRONG, " %s %d more line%s %s ",
			   glyph(GLYPH_ELLIPSIS, s->ascii), below,
			   below == 1 ? "" : "s", s->ascii ? "v" : "▾");
}

/* How a text lies in a panel. */
struct panel {
	struct buf shape;
	struct text_layout l;
	int rows, cols; /* with the frame; 0: there is no room */
	int n_lines;
	bool airy; /* with blank lines between paragraphs */
};

/* The caller releases its shape. */
static struct panel panel_of(struct buf *text, int rows, int cols, bool ascii)
{
	struct panel p = { .cols = MIN(cols - 2, PANEL_MAX_COLS) };

	while (text->len > 0 && text->data[text->len - 1] == '\n')
		text->len--;
	if (!text->len || rows < PANEL_MIN_ROWS || cols < PANEL_MIN_COLS)
		return p;
	close_numbers(&p.shape, text);
	p.l = (struct text_layout){
		.text = p.shape.data,
		.len = p.shape.len,
		.width = p.cols - 2 * PANEL_FRAME,
		.ascii = ascii,
	};
	p.airy = count_lines(&p.l, true) + PANEL_FRAME <= rows;
	p.n_lines = count_lines(&p.l, p.airy);
	p.rows = MIN(p.n_lines + PANEL_FRAME, rows);
	return p;
}

/* Lines that are out of sight. */
static int n_hidden(const struct panel *p)
{
	return p->rows ? p->n_lines - (p->rows - PANEL_FRAME) : 0;
}

static void draw_panel(struct screen *s, struct rect r, const char *title,
		       struct buf *text, int top)
{
	struct panel p = panel_of(text, r.rows, r.cols, s->ascii);
	struct rect at;

	if (p.rows) {
		top = MIN(top, n_hidden(&p));
		at = panel_at(s, r, p.rows, p.cols);
		draw_frame(s, at, title);
		put_lines(s, at, text->data, &p.l, p.airy, top);
		put_more(s, at, top, n_hidden(&p) - top);
	}
	buf_release(&p.shape);
}

void explain_panel(struct screen *s, struct rect r, const char *title,
		   struct buf *text)
{
	draw_panel(s, r, title, text, 0);
}

void explain_draw(const struct app *app, struct screen *s, struct rect r)
{
	const struct view *view = app->view;
	struct buf text = { 0 };
	if (!view->explain)
		return;
	view->explain(app, &text);
	draw_panel(s, r, "explain", &text, app->explain_top);
	buf_release(&text);
}

bool explain_scroll(struct app *app, enum move move, int n)
{
	struct buf text = { 0 };
	struct panel p;
	int hidden, page, to;

	if (!app->view->explain ||
	    (move != MOVE_ALONG && move != MOVE_PAGE && move != MOVE_END))
		return false;
	app->view->explain(app, &text);
	p = panel_of(&text, app->explain_rows, app->explain_cols,
		     app->set.look.ascii);
	hidden = n_hidden(&p);
	page = MAX(p.rows - PANEL_FRAME - 1, 1);
	buf_release(&p.shape);
	buf_release(&text);
	if (hidden <= 0)
		return false;
	to = move == MOVE_END ? (n < 0 ? 0 : hidden) :
				MIN(app->explain_top, hidden) +
					n * (move == MOVE_PAGE ? page : 1);
	app->explain_top = MAX(MIN(to, hidden), 0);
	app->dirty = true;
	return true;
}
