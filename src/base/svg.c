/*
 * One writer for all pictures: how an element, a number and a text look in SVG
 * is known here, and who draws knows only places and classes.
 */
#include "base/svg.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"

enum {
	MARK = 4,      /* length of a mark at an axis */
	BESIDE = 7,    /* from the y axis to its numbers */
	UNDER = 17,    /* from the x axis to the base line of its numbers */
	HALF_TEXT = 4, /* from the middle of a number to its base line */
	TEXT_BYTES = 512,
};

/* %g of a rounded number: no zeros at the end, no exponent in a picture. */
static void put_px(struct buf *out, double px)
{
	buf_printf(out, "%.8g", round(px * 100) / 100 + 0.0);
}

static void put_element(struct buf *out, const char *name, const char *paint)
{
	buf_printf(out, "<%s %s=\"%s\"", name,
		   paint[0] == '#' ? "fill" : "class", paint);
}

/* An element with n numbers in it. */
static void put_shape(struct buf *out, const char *name, const char *paint,
		      size_t n, const char *const names[], const double px[])
{
	put_element(out, name, paint);
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, " %s=\"", names[i]);
		put_px(out, px[i]);
		buf_putc(out, '"');
	}
}

void svg_begin(struct buf *out, int width, int height, const char *more)
{
	buf_printf(out,
		   "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
		   "height=\"%d\" viewBox=\"0 0 %d %d\"%s%s>\n",
		   width, height, width, height, *more ? " " : "", more);
}

void svg_figure(struct buf *out, int width, int height, const char *sheet)
{
	svg_begin(out, width, height, "");
	buf_printf(out,
		   "<style>\n"
		   ".end{text-anchor:end}.mid{text-anchor:middle}\n"
		   ".axis{stroke:#333}.grid{stroke:#e4e4e4}\n"
		   "%s</style>\n",
		   sheet);
	svg_rect(out, "#ffffff", 0, 0, width, height);
}

void svg_group(struct buf *out, const char *colour)
{
	buf_printf(out, "<g color=\"%s\">\n", colour);
}

void svg_group_end(struct buf *out)
{
	buf_puts(out, "</g>\n");
}

void svg_end(struct buf *out)
{
	buf_puts(out, "</svg>\n");
}

void svg_escape(struct buf *out, const char *text, size_t n)
{
	static const struct {
		char c;
		const char *name;
	} marks[] = { { '<', "lt" }, { '>', "gt" }, { '&', "amp" },
		      { '"', "quot" } };

	for (size_t i = 0; i < n; i++) {
		const char *name = NULL;

		for (size_t k = 0; k < ARRAY_LEN(marks); k++)
			if (text[i] == marks[k].c)
				name = marks[k].name;
		if (name)
			buf_printf(out, "&%s;", name);
		else
			buf_putc(out, text[i]);
	}
}

/* --- elements ----------------------------------------------------------- */

void svg_line(struct buf *out, const char *paint, double x0, double y0,
	      double x1, double y1)
{
	static const char *const names[] = { "x1", "y1", "x2", "y2" };

	put_shape(out, "line", paint, 4, names, (double[]){ x0, y0, x1, y1 });
	buf_puts(out, "/>\n");
}

void svg_rect(struct buf *out, const char *paint, double x, double y,
	      double width, double height)
{
	static const char *const names[] = { "x", "y", "width", "height" };

	put_shape(out, "rect", paint, 4, names,
		  (double[]){ x, y, width, height });
	buf_puts(out, "/>\n");
}

void svg_dot(struct buf *out, const char *paint, double x, double y,
	     double radius)
{
	static const char *const names[] = { "cx", "cy", "r" };

	put_shape(out, "circle", paint, 3, names, (double[]){ x, y, radius });
	buf_puts(out, "/>\n");
}

void svg_text_begin(struct buf *out, const char *paint, double x, double y,
		    const char *more)
{
	static const char *const names[] = { "x", "y" };

	put_shape(out, "text", paint, 2, names, (double[]){ x, y });
	buf_printf(out, "%s%s>", *more ? " " : "", more);
}

void svg_text_end(struct buf *out)
{
	buf_puts(out, "</text>\n");
}

void svg_text(struct buf *out, const char *paint, double x, double y,
	      const char *fmt, ...)
{
	char text[TEXT_BYTES];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	svg_text_begin(out, paint, x, y, "");
	svg_escape(out, text, strlen(text));
	svg_text_end(out);
}

struct svg_path svg_path_begin(struct buf *out, const char *paint)
{
	put_element(out, "path", paint);
	buf_puts(out, " d=\"");
	return (struct svg_path){ .out = out };
}

void svg_path_to(struct svg_path *p, double x, double y)
{
	buf_putc(p->out, p->open ? 'L' : 'M');
	put_px(p->out, x);
	buf_putc(p->out, ' ');
	put_px(p->out, y);
	p->open = true;
}

void svg_path_end(struct svg_path *p, bool close)
{
	/* Not all viewers take a path without a point. */
	buf_printf(p->out, "%s%s\"/>\n", p->open ? "" : "M0 0",
		   close ? "Z" : "");
}

/* --- axes --------------------------------------------------------------- */

double svg_x(const struct svg_panel *p, double value)
{
	return p->x + p->width * value / p->x_max;
}

double svg_y(const struct svg_panel *p, double value)
{
	return p->y + p->height * (1 - MAX(0, MIN(value / p->y_max, 1)));
}

void svg_y_axis(struct buf *out, const struct svg_panel *p, int max_ticks)
{
	struct ticks t = ticks_between(0, p->y_max, max_ticks);
	double right = p->x + p->width, foot = p->y + p->height;
	char text[NUM_BYTES];

	for (int i = 0; i < t.n; i++) {
		double value = t.first + i * t.step, y = svg_y(p, value);

		if (i > 0)
			svg_line(out, "grid", p->x, y, right, y);
		if (p->marks)
			svg_line(out, "axis", p->x - MARK, y, p->x, y);
		svg_text(out, "num end", p->x - BESIDE, y + HALF_TEXT,
			 "%s", num_real(text, value, t.decimals, false));
	}
	svg_line(out, "axis", p->x, p->y, p->x, foot);
	svg_line(out, "axis", p->x, foot, right, foot);
}

void svg_x_axis(struct buf *out, const struct svg_panel *p, int max_ticks,
		bool labels)
{
	struct ticks t = ticks_between(0, p->x_max, max_ticks);
	double foot = p->y + p->height;
	char text[NUM_BYTES];

	for (int i = 0; i < t.n; i++) {
		double value = t.first + i * t.step, x = svg_x(p, value);

		if (p->marks)
			svg_line(out, "axis", x, foot, x, foot + MARK);
		if (labels)
			svg_text(out, "num mid", x, foot + UNDER, "%s",
				 num_count(text, (uint64_t)(value + 0.5)));
	}
}
