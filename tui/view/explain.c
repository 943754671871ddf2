/*
 * The panel over a view that says what is seen: each sentence is a paragraph,
 * wrapped to the room there is, and never over the cursor it speaks of.
 */
#include "view/explain.h"

#include <string.h>

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
	int cols, rows;
	struct text_layout l;
	bool airy;
	struct rect p;

	while (text->len > 0 && text->data[text->len - 1] == '\n')
		text->len--;
	if (!text->len || r.rows < PANEL_MIN_ROWS || r.cols < PANEL_MIN_COLS)
		return;
	close_numbers(&shape, text);
	cols = MIN(r.cols - 2, PANEL_MAX_COLS);
	l = (struct text_layout){
		.text = shape.data,
		.len = shape.len,
		.width = cols - 2 * PANEL_FRAME,
		.ascii = s->ascii,
	};
	airy = count_lines(&l, true) + PANEL_FRAME <= r.rows;
	rows = MIN(count_lines(&l, airy) + PANEL_FRAME, r.rows);
	p = panel_at(s, r, rows, cols);
	draw_frame(s, p, title);
	put_lines(s, p, text->data, &l, airy);
	buf_release(&shape);
}

void explain_draw(const struct app *app, struct screen *s, struct rect r)
{
	const struct view *view = app->view;
	struct buf text = { 0 };
	if (!view->explain)
		return;
	view->explain(app, &text);
	explain_panel(s, r, "explain", &text);
	buf_release(&text);
}
