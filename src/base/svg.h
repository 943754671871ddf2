/*
 * svg.h - pictures as plain SVG 1.1, without scripts, fonts or links.
 *
 * Every element has a paint: classes of the picture's style sheet ("num end"),
 * or a colour that fills it ("#0072b2"). Places and sizes are pixels, x to the
 * right and y down, written to hundredths. All is appended to a buffer.
 */
#ifndef LILSCOPE_SVG_H
#define LILSCOPE_SVG_H

#include "base/buf.h"
#include "base/ticks.h"

/* A picture begins; more: attributes for all of it, or "". */
void svg_begin(struct buf *out, int width, int height, const char *more);
/* A picture on white that has axes. sheet: its own classes; end, mid, axis
 * and grid are there. */
void svg_figure(struct buf *out, int width, int height, const char *sheet);
/* Ends what svg_begin or svg_figure began. */
void svg_end(struct buf *out);

/* Elements whose classes say currentColor: they get this one. */
void svg_group(struct buf *out, const char *colour);
/* Ends the group. */
void svg_group_end(struct buf *out);

/* Text for an element or an attribute; must be sanitised already. */
void svg_escape(struct buf *out, const char *text, size_t n);

/* From one place to another; the paint is a class with a stroke. */
void svg_line(struct buf *out, const char *paint, double x0, double y0,
	      double x1, double y1);
/* Its upper left corner, and its size. */
void svg_rect(struct buf *out, const char *paint, double x, double y,
	      double width, double height);
/* A circle around a place. */
void svg_dot(struct buf *out, const char *paint, double x, double y,
	     double radius);

/* Text at its base line, in the manner of printf; at most 511 bytes. */
void svg_text(struct buf *out, const char *paint, double x, double y,
	      const char *fmt, ...) PRINTF_LIKE(5, 6);
/* Text whose parts the caller appends (svg_escape); more: attributes. */
void svg_text_begin(struct buf *out, const char *paint, double x, double y,
		    const char *more);
/* Ends the text. */
void svg_text_end(struct buf *out);

/* A path, point by point. */
struct svg_path {
	struct buf *out;
	bool open;
};

/* Its first point is where it starts. One path at a time in a buffer. */
struct svg_path svg_path_begin(struct buf *out, const char *paint);
/* A line to the place. */
void svg_path_to(struct svg_path *p, double x, double y);
/* close: back to the first point. */
void svg_path_end(struct svg_path *p, bool close);

/* A part of a figure with axes: values from 0 at its left and its foot. */
struct svg_panel {
	double x, y, width, height;
	double x_max, y_max; /* > 0 */
	bool marks;          /* short strokes at the numbers */
};

/* The place of a value of the x axis. */
double svg_x(const struct svg_panel *p, double value);
/* ... of the y axis: it does not leave the panel. */
double svg_y(const struct svg_panel *p, double value);

/* Both lines, and numbers up to y_max left of them (class num) with a grid.
 * At most max_ticks of them. */
void svg_y_axis(struct buf *out, const struct svg_panel *p, int max_ticks);
/* Numbers up to x_max under the panel, if labels; marks. */
void svg_x_axis(struct buf *out, const struct svg_panel *p, int max_ticks,
		bool labels);

#endif
