/*
 * A screen as a picture, and as escape sequences.
 *
 * Text is placed run by run with textLength, so that it lines up whatever
 * monospace font the viewer has. Braille and blocks are drawn as shapes:
 * fonts disagree about them most, and charts are made of them.
 */
#include "draw/screen_svg.h"

#include <stdio.h>
#include <string.h>

#include "base/svg.h"

enum {
	CELL_W = 9, /* pixels */
	CELL_H = 18,
	BASELINE = 13,
	MARGIN = 14,
	BAR_H = 30, /* of the window's title bar */
	MORE_BYTES = 128,
};

static uint32_t color_of(int16_t index, uint32_t usual)
{
	return index < 0 ? usual : style_rgb(index);
}

/* Halfway between two colours. */
static uint32_t blend(uint32_t a, uint32_t b)
{
	return ((a & 0xfefefe) >> 1) + ((b & 0xfefefe) >> 1);
}

struct paint {
	uint32_t fg, bg;
	struct look look;
};

static struct paint paint_of(const struct cell *c, struct scheme scheme)
{
	struct look look = style_look((enum style)c->style, scheme);
	struct paper page = style_paper(scheme);
	struct paint p = { color_of(look.fg, page.fg),
			   color_of(look.bg, page.bg), look };

	if (look.reverse) {
		uint32_t fg = p.fg;

		p.fg = p.bg;
		p.bg = fg;
	}
	if (look.dim)
		p.fg = blend(p.fg, p.bg);
	return p;
}

/* As a paint of svg.h. */
struct colour {
	char text[8];
};

static struct colour colour_of(uint32_t rgb)
{
	struct colour c;

	snprintf(c.text, sizeof(c.text), "#%06x", rgb & 0xffffff);
	return c;
}

static void put_rect(struct buf *out, double x, double y, double w, double h,
		     uint32_t rgb)
{
	svg_rect(out, colour_of(rgb).text, x, y, w, h);
}

/* --- cells that are drawn as shapes ------------------------------------- */

/* Code point of a three-byte cell, or 0. */
static uint32_t code_point(const struct cell *c)
{
	const unsigned char *u = (const unsigned char *)c->text;

	if (c->len != 3 || (u[0] & 0xf0) != 0xe0)
		return 0;
	return (uint32_t)(u[0] & 15) << 12 | (uint32_t)(u[1] & 63) << 6 |
	       (u[2] & 63);
}

/* U+2800..28FF: bits 0..2 and 6 are the left column, 3..5 and 7 the right. */
static void put_braille(struct buf *out, int x, int y, uint32_t bits,
			uint32_t rgb)
{
	static const uint8_t dots[8][2] = { { 0, 0 }, { 0, 1 }, { 0, 2 },
					    { 1, 0 }, { 1, 1 }, { 1, 2 },
					    { 0, 3 }, { 1, 3 } };


	buf_printf(out, "<path fill=\"#%06x\" d=\"", rgb);
	for (int i = 0; i < 8; i++)
		if (bits >> i & 1)
			buf_printf(out, "M%.1f %.1fh2.7v2.7h-2.7z",
				   x + 0.9 + dots[i][0] * CELL_W / 2.0,
				   y + 0.9 + dots[i][1] * CELL_H / 4.0);
	buf_puts(out, "\"/>\n");
}

/* U+2581..2588 lower eighths, U+2591..2593 shades; false for all others. */
static bool put_shape(struct buf *out, const struct cell *c, int x, int y,
		      uint32_t fg, uint32_t bg)
{
	uint32_t cp = code_point(c);

	if (cp >= 0x2800 && cp <= 0x28ff) {
		put_braille(out, x, y, cp - 0x2800, fg);
	} else if (cp >= 0x2581 && cp <= 0x2588) {
		double h = CELL_H * (cp - 0x2580) / 8.0;

		put_rect(out, x, y + CELL_H - h, CELL_W, h, fg);
	} else if (cp >= 0x2591 && cp <= 0x2593) {
		for (uint32_t i = cp; i < 0x2593; i++)
			fg = blend(fg, bg);
		put_rect(out, x, y, CELL_W, CELL_H, fg);
	} else {
		return false;
	}
	return true;
}

/* --- rows --------------------------------------------------------------- */

static void put_text(struct buf *out, const struct cell *c, int n,
		     struct paint p, int x, int y)
{
	char more[MORE_BYTES];
	int cols = 0;

	for (int i = 0; i < n; i++)
		cols += c[i].width;
	snprintf(more, sizeof(more), "%s%s%stextLength=\"%d\"",
		 p.look.bold ? "font-weight=\"bold\" " : "",
		 p.look.italic ? "font-style=\"italic\" " : "",
		 p.look.underline ? "text-decoration=\"underline\" " : "",
		 cols * CELL_W);
	svg_text_begin(out, colour_of(p.fg).text, x, y + BASELINE, more);
	for (int i = 0; i < n; i++) {
		if (c[i].len > 0)
			svg_escape(out, c[i].text, c[i].len);
		else if (c[i].width == 1)
			buf_putc(out, ' ');
	}
	svg_text_end(out);
}

/* Cells from `at` that make one text element. */
static int run_length(const struct cell *row, int at, int cols)
{
	int end = at + 1;

	/* A cluster that is no ASCII stands alone: fonts differ. */
	if (row[at].len > 1)
		return row[at].width == 2 ? 2 : 1;
	while (end < cols && row[end].len <= 1 && row[end].width == 1 &&
	       row[end].style == row[at].style)
		end++;
	return end - at;
}

static bool is_blank_run(const struct cell *c, int n)
{
	for (int i = 0; i < n; i++)
		if (c[i].len > 0)
			return false;
	return true;
}

static void put_backgrounds(struct buf *out, const struct cell *row, int cols,
			    struct scheme scheme, int y)
{
	for (int col = 0; col < cols;) {
		int end = col + 1;
		struct paint p = paint_of(&row[col], scheme);

		while (end < cols && row[end].style == row[col].style)
			end++;
		if (p.bg != style_paper(scheme).bg)
			put_rect(out, MARGIN + col * CELL_W, y,
				 (end - col) * CELL_W, CELL_H, p.bg);
		col = end;
	}
}

static void put_row(struct buf *out, const struct cell *row, int cols,
		    struct scheme scheme, int y)
{
	put_backgrounds(out, row, cols, scheme, y);
	for (int col = 0; col < cols;) {
		int x = MARGIN + col * CELL_W;
		int n = run_length(row, col, cols);
		struct paint p = paint_of(&row[col], scheme);

		if (!put_shape(out, &row[col], x, y, p.fg, p.bg) &&
		    !is_blank_run(row + col, n))
			put_text(out, row + col, n, p, x, y);
		col += n;
	}
}

static void put_window(struct buf *out, const char *title, struct scheme scheme,
		       int width)
{
	struct paper page = style_paper(scheme);
	static const uint32_t buttons[] = { 0xe0655b, 0xe3b341, 0x57ab5a };

	buf_printf(out,
		   "<rect width=\"100%%\" height=\"100%%\" rx=\"9\" "
		   "fill=\"#%06x\"/>\n<path d=\"M0 %d V9 Q0 0 9 0 H%d "
		   "Q%d 0 %d 9 V%d z\" fill=\"#%06x\"/>\n",
		   page.bg, BAR_H, width - 9, width, width, BAR_H,
		   scheme.light ? 0xe4e6ea : 0x22262e);
	for (size_t i = 0; i < ARRAY_LEN(buttons); i++)
		svg_dot(out, colour_of(buttons[i]).text, 20 + 20.0 * i,
			BAR_H / 2, 6);
	svg_text_begin(out, scheme.light ? "#5a606a" : "#9aa0aa", width / 2,
		       BAR_H / 2 + 5, "text-anchor=\"middle\"");
	svg_escape(out, title, strlen(title));
	svg_text_end(out);
}

void screen_svg(const struct screen *s, struct scheme scheme,
		const char *title, struct buf *out)
{
	int width = s->cols * CELL_W + 2 * MARGIN;
	int height = s->rows * CELL_H + 2 * MARGIN + BAR_H;

	svg_begin(out, width, height,
		  "font-family=\"'DejaVu Sans Mono',Menlo,Consolas,monospace\" "
		  "font-size=\"15\" xml:space=\"preserve\"");
	put_window(out, title, scheme, width);
	for (int row = 0; row < s->rows; row++)
		put_row(out, s->cells + row * s->cols, s->cols, scheme,
			BAR_H + MARGIN + row * CELL_H);
	svg_end(out);
}

/* --- a page ------------------------------------------------------------- */

static void open_span(struct buf *out, const struct paint *p, uint32_t page)
{
	buf_printf(out, "<span style=\"color:%s", colour_of(p->fg).text);
	if (p->bg != page)
		buf_printf(out, ";background:%s", colour_of(p->bg).text);
	buf_puts(out, p->look.bold ? ";font-weight:bold" : "");
	buf_puts(out, p->look.italic ? ";font-style:italic" : "");
	buf_puts(out, p->look.underline ? ";text-decoration:underline" : "");
	buf_puts(out, "\">");
}

static void put_line(struct buf *out, const struct cell *row, int cols,
		     struct scheme scheme)
{
	int style = -1;

	for (int col = 0; col < cols; col++) {
		const struct cell *c = &row[col];

		if (c->style != style) {
			struct paint p = paint_of(c, scheme);

			buf_puts(out, style < 0 ? "" : "</span>");
			open_span(out, &p, style_paper(scheme).bg);
			style = c->style;
		}
		if (c->len > 0)
			svg_escape(out, c->text, c->len);
		else if (c->width == 1)
			buf_putc(out, ' ');
	}
	buf_puts(out, style < 0 ? "\n" : "</span>\n");
}

void screen_html(const struct screen *s, struct scheme scheme,
		 const char *title, struct buf *out)
{
	struct paper page = style_paper(scheme);

	buf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\"><head>"
		      "<meta charset=\"utf-8\"><title>");
	svg_escape(out, title, strlen(title));
	buf_printf(out,
		   "</title><style>body{background:%s;color:%s}"
		   "pre{font:15px/1.2 'DejaVu Sans Mono',Menlo,Consolas,"
		   "monospace}</style></head>\n<body><pre>\n",
		   colour_of(page.bg).text, colour_of(page.fg).text);
	for (int row = 0; row < s->rows; row++)
		put_line(out, s->cells + row * s->cols, s->cols, scheme);
	buf_puts(out, "</pre></body></html>\n");
}

/* --- escape sequences --------------------------------------------------- */

static void put_ansi_color(struct buf *out, int16_t index, bool back,
			   enum color_mode mode)
{
	uint32_t rgb;

	if (index < 0)
		return;
	if (mode == COLOR_16) {
		buf_printf(out, ";%d",
			   (back ? 10 : 0) + (index < 8 ? 30 : 82) + index);
		return;
	}
	if (mode == COLOR_256) {
		buf_printf(out, ";%d;5;%d", back ? 48 : 38, index);
		return;
	}
	rgb = style_rgb(index);
	buf_printf(out, ";%d;2;%u;%u;%u", back ? 48 : 38, (unsigned)(rgb >> 16),
		   (unsigned)(rgb >> 8 & 255), (unsigned)(rgb & 255));
}

static void put_ansi_style(struct buf *out, int style, struct scheme scheme)
{
	struct look look = style_look((enum style)style, scheme);

	buf_puts(out, "\033[0");
	buf_puts(out, look.bold ? ";1" : "");
	buf_puts(out, look.dim ? ";2" : "");
	buf_puts(out, look.italic ? ";3" : "");
	buf_puts(out, look.underline ? ";4" : "");
	buf_puts(out, look.reverse ? ";7" : "");
	put_ansi_color(out, look.fg, false, scheme.mode);
	put_ansi_color(out, look.bg, true, scheme.mode);
	buf_putc(out, 'm');
}

void screen_ansi(const struct screen *s, struct scheme scheme, struct buf *out)
{
	for (int row = 0; row < s->rows; row++) {
		int style = -1;

		for (int col = 0; col < s->cols; col++) {
			const struct cell *c = &s->cells[row * s->cols + col];

			if (c->style != style)
				put_ansi_style(out, c->style, scheme);
			style = c->style;
			if (c->len > 0)
				buf_append(out, c->text, c->len);
			else if (c->width == 1)
				buf_putc(out, ' ');
		}
		buf_puts(out, "\033[0m\n");
	}
}
