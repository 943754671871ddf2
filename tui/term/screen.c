/*
 * The one place where text becomes cells, so what a model or a file name holds
 * cannot reach the terminal as a control sequence, and no half of a wide
 * character stays behind when the other is drawn over.
 */
#include "term/screen.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

void screen_init(struct screen *s)
{
	*s = (struct screen){ .cursor_row = -1, .cursor_col = -1 };
}

void screen_release(struct screen *s)
{
	mem_free(s->cells);
	screen_init(s);
}

void screen_clear(struct screen *s)
{
	memset(s->cells, 0,
	       (size_t)s->rows * (size_t)s->cols * sizeof(*s->cells));
	for (int i = 0; i < s->rows * s->cols; i++)
		s->cells[i].width = 1;
	s->cursor_row = s->cursor_col = -1;
}

void screen_resize(struct screen *s, int rows, int cols)
{
	rows = MAX(1, MIN(rows, SCREEN_MAX_ROWS));
	cols = MAX(1, MIN(cols, SCREEN_MAX_COLS));
	if (rows != s->rows || cols != s->cols) {
		s->cells = mem_resize(s->cells, (size_t)rows * (size_t)cols *
							sizeof(*s->cells));
		s->rows = rows;
		s->cols = cols;
	}
	screen_clear(s);
}

struct cell *screen_cell(struct screen *s, int row, int col)
{
	if (row < 0 || row >= s->rows || col < 0 || col >= s->cols)
		return NULL;
	return &s->cells[row * s->cols + col];
}

/* Makes a blank of the cell, and of the other half where it was part of a
 * wide one, so that no half stands alone. */
static void cell_blank(struct screen *s, int row, int col)
{
	struct cell *c = screen_cell(s, row, col);

	if (c->width == 2)
		c[1].width = 1;
	else if (c->width == 0)
		c[-1].len = 0, c[-1].width = 1;
	c->len = 0;
	c->width = 1;
}

/* Puts a harmless cluster of 1 or 2 columns into a row that is there. A wide
 * one that runs over the edge is a blank. */
static void cell_put(struct screen *s, int row, int col, enum style style,
		     const char *text, size_t len, int width)
{
	struct cell *c = screen_cell(s, row, col);

	if (!c)
		return;
	cell_blank(s, row, col);
	c->style = (uint8_t)style;
	if (width == 2 && col + 1 >= s->cols)
		return;
	if (len == 1 && text[0] == ' ')
		len = 0;
	memcpy(c->text, text, len);
	c->len = (uint8_t)len;
	if (width != 2)
		return;
	cell_blank(s, row, col + 1);
	c[0].width = 2;
	c[1] = (struct cell){ .style = (uint8_t)style };
}

/* One cluster at a column that may lie outside; false if it is too wide for
 * the `left` columns. */
static bool put_cluster(struct screen *s, int row, int col, int left,
			enum style style, const struct utf8_cluster *c)
{
	bool in_row = row >= 0 && row < s->rows;

	if (c->width > left)
		return false;
	if (c->kind != UTF8_TEXT)
		style = STYLE_CONTROL;
	if (!in_row)
		return true;
	if (c->width != c->len || c->len == 1) {
		/* A wide cluster half outside at the left is a blank. */
		if (col == -1 && c->width == 2)
			cell_put(s, row, 0, style, " ", 1, 1);
		else
			cell_put(s, row, col, style, c->text, c->len, c->width);
		return true;
	}
	for (int i = 0; i < c->len; i++)
		cell_put(s, row, col + i, style, c->text + i, 1, 1);
	return true;
}

int screen_text(struct screen *s, int row, int col, int max_cols,
		enum style style, const char *text, size_t n)
{
	int used = 0;

	for (size_t i = 0; i < n && used < max_cols;) {
		struct utf8_cluster c;

		i += utf8_cluster(text + i, n - i, s->ascii, &c);
		if (col + used >= s->cols ||
		    !put_cluster(s, row, col + used, max_cols - used, style,
				 &c))
			break;
		used += c.width;
	}
	return used;
}

int screen_puts(struct screen *s, int row, int col, enum style style,
		const char *text)
{
	return screen_text(s, row, col, SCREEN_MAX_COLS, style, text,
			   strlen(text));
}

int screen_printf(struct screen *s, int row, int col, enum style style,
		  const char *fmt, ...)
{
	char text[SCREEN_MAX_COLS * 2];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return screen_puts(s, row, col, style, text);
}

void screen_glyph(struct screen *s, int row, int col, enum style style,
		  const char *glyph, char ascii)
{
	char text[2] = { ascii, '\0' };

	screen_text(s, row, col, 2, style, s->ascii ? text : glyph,
		    s->ascii ? 1 : strlen(glyph));
}

/* The part of r that lies on the screen. */
static struct rect clip(const struct screen *s, struct rect r)
{
	int row_end =
		MIN(s->rows, MAX(0, r.row) + MAX(0, r.rows + MIN(0, r.row)));
	int col_end =
		MIN(s->cols, MAX(0, r.col) + MAX(0, r.cols + MIN(0, r.col)));

	r.row = MAX(0, r.row);
	r.col = MAX(0, r.col);
	r.rows = row_end - r.row;
	r.cols = col_end - r.col;
	return r;
}

void screen_fill(struct screen *s, struct rect r, enum style style)
{
	r = clip(s, r);
	for (int row = r.row; row < r.row + r.rows; row++)
		for (int col = r.col; col < r.col + r.cols; col++)
			cell_put(s, row, col, style, " ", 1, 1);
}

void screen_hline(struct screen *s, int row, int col, int cols,
		  enum style style)
{
	for (int i = MAX(0, -col); i < cols && col + i < s->cols; i++)
		screen_glyph(s, row, col + i, style, "─", '-');
}

void screen_vline(struct screen *s, int row, int col, int rows,
		  enum style style)
{
	for (int i = MAX(0, -row); i < rows && row + i < s->rows; i++)
		screen_glyph(s, row + i, col, style, "│", '|');
}

void screen_restyle(struct screen *s, struct rect r, enum style style)
{
	r = clip(s, r);
	for (int row = r.row; row < r.row + r.rows; row++)
		for (int col = r.col; col < r.col + r.cols; col++)
			screen_cell(s, row, col)->style = (uint8_t)style;
}

int screen_width(const char *text, size_t n)
{
	return (int)MIN(utf8_width(text, n, false), (size_t)1 << 30);
}

static void dump_row(const struct screen *s, int row, struct buf *out)
{
	const struct cell *c = s->cells + row * s->cols;
	int end = s->cols;

	while (end > 0 && c[end - 1].len == 0 && c[end - 1].width == 1)
		end--;
	for (int col = 0; col < end; col++) {
		if (c[col].len > 0)
			buf_append(out, c[col].text, c[col].len);
		else if (c[col].width == 1)
			buf_putc(out, ' ');
	}
	buf_putc(out, '\n');
}

void screen_dump(const struct screen *s, struct buf *out)
{
	for (int row = 0; row < s->rows; row++)
		dump_row(s, row, out);
}
