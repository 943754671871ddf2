/*
 * A pen measures before it draws: half an item is never seen.
 */
#include "draw/pen.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "draw/glyph.h"

enum { PEN_ITEM_BYTES = 1024 };

struct pen pen_at(struct screen *s, int row, int col, int cols)
{
	return (struct pen){
		.s = s, .row = row, .col = col, .end = col + cols,
	};
}

bool pen_fits(const struct pen *p, int cols)
{
	return !p->full && p->col + cols <= p->end;
}

/* Nothing, or the rule that a line stands on. */
static bool is_blank(const struct cell *cell)
{
	return cell && (cell->len == 0 ||
			(cell->len == 1 && strchr(" -", cell->text[0])) ||
			(cell->len == 3 && !memcmp(cell->text, "─", 3)));
}

/* Behind a blank, in the margin if need be; on nothing that stands there. */
void pen_more(struct pen *p)
{
	const char *more = glyph(GLYPH_ELLIPSIS, p->s->ascii);
	int cols = (int)utf8_width(more, strlen(more), p->s->ascii);
	int col = p->col;
	enum style style;

	if (p->full)
		return;
	p->full = true;
	if (p->quiet)
		return;
	if (!is_blank(screen_cell(p->s, p->row, col - 1)) &&
	    col + cols <= p->end)
		screen_puts(p->s, p->row, col++, STYLE_DIM, " ");
	for (int i = 0; i < cols; i++)
		if (!is_blank(screen_cell(p->s, p->row, col + i)) ||
		    col + i > p->end)
			return;
	style = screen_cell(p->s, p->row, col)->style;
	screen_puts(p->s, p->row, col,
		    style == STYLE_NORMAL ? STYLE_DIM : style, more);
}

bool pen_puts(struct pen *p, enum style style, const char *text)
{
	size_t n = strlen(text);
	int cols = (int)utf8_width(text, n, p->s->ascii);

	if (!pen_fits(p, cols)) {
		pen_more(p);
		return false;
	}
	p->col += screen_text(p->s, p->row, p->col, cols, style, text, n);
	return true;
}

bool pen_printf(struct pen *p, enum style style, const char *fmt, ...)
{
	char text[PEN_ITEM_BYTES];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return pen_puts(p, style, text);
}

void pen_cut(struct pen *p, enum style style, const char *text, size_t n)
{
	const char *more = glyph(GLYPH_ELLIPSIS, p->s->ascii);
	int cols = p->full ? 0 : p->end - p->col;

	/* A column is at least a byte, but for those that have none. */
	if (utf8_width(text, MIN(n, PEN_ITEM_BYTES), p->s->ascii) >
		    (size_t)MAX(cols, 0) || n > PEN_ITEM_BYTES) {
		cols -= (int)utf8_width(more, strlen(more), p->s->ascii);
		p->full = true;
	}
	if (cols <= 0 || !n)
		return;
	p->col += screen_text(p->s, p->row, p->col, cols, style, text,
			      MIN(n, PEN_ITEM_BYTES));
	if (p->full)
		p->col += screen_text(p->s, p->row, p->col, p->end - p->col,
				      style, more, strlen(more));
}

bool pen_right(struct pen *p, enum style style, const char *fmt, ...)
{
	char text[PEN_ITEM_BYTES];
	va_list args;
	size_t n;
	int cols;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);

	n = strlen(text);
	cols = (int)utf8_width(text, n, p->s->ascii);
	if (p->end - cols < p->col)
		return false;
	screen_text(p->s, p->row, p->end - cols, cols, style, text, n);
	p->end -= cols;
	return true;
}
