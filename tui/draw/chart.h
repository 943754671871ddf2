/*
 * chart.h - numbers over tokens, drawn into cells.
 *
 * A chart is a rectangle of the screen with a scale. What is drawn onto it
 * comes from callbacks that answer for a range of the x axis, so a curve of
 * a million points costs as much as the chart is wide. Dots are 2x4 to a
 * cell in braille, 1x2 with blocks, 1x1 in ASCII; the mark of a later drawing
 * replaces that of an earlier one where styles differ, so draw areas first,
 * then lines, then the curve that matters most.
 */
#ifndef LILSCOPE_CHART_H
#define LILSCOPE_CHART_H

#include "base/ticks.h"
#include "measure/series.h"
#include "opt/opt_look.h"
#include "term/screen.h"

struct chart {
	struct screen *s;
	struct rect r;         /* the plot itself, without axes */
	enum graph_kind graph; /* GRAPH_ASCII wins on an ASCII screen */
	double x0, x1;         /* left and right edge, x0 < x1 */
	double y0, y1;         /* bottom and top edge, y0 < y1 */
	bool root;             /* heights are square roots: small values,
				  too, can be told apart */
	bool whole_x;          /* x counts: there is no half a token */
};

/* A curve, or the edge of an area: its range over [from, to) of the x axis;
 * NAN where there is nothing. */
struct curve {
	struct series_range (*at)(const void *ctx, double from, double to);
	const void *ctx;
	double from, to; /* x range in which it is drawn */
	enum style style;
	char ascii;      /* its mark in ASCII */
};

/* Dots of the curve over the chart, each column's joined to the one before. */
void chart_curve(const struct chart *c, const struct curve *curve);

/* Texture between the lower edge (NULL: the bottom) and the upper one, dense
 * above `base` and sparse beneath. */
void chart_area(const struct chart *c, const struct curve *upper,
		const struct curve *lower, double base);

/* A bar of a cell's width at a column of r, from the bottom. */
void chart_bar(const struct chart *c, int col, double value,
	       enum style style);

/* A line through the whole chart at a value of the x axis, only over blank
 * cells and areas. */
void chart_vline(const struct chart *c, double x, enum style style,
		 const char *mark, char ascii);
/* ... at a value of the y axis. Nothing where it is outside. */
void chart_hline(const struct chart *c, double y, enum style style,
		 const char *mark, char ascii);

/* A level across bars: `style` between the bars, and on the full cells of
 * bars of style of_bars the same line in on_bars. */
void chart_limit(const struct chart *c, double y, enum style style,
		 enum style of_bars, enum style on_bars);

/*
 * Axes. The y axis is the column left of r, labels right-aligned in
 * `gutter` columns before it. The x axis is the row under r, labels in the
 * row below that (label_row, or -1 for none).
 */
void chart_y_axis(const struct chart *c, int gutter, int max_ticks);
void chart_y_line(const struct chart *c); /* without ticks */
void chart_y_tick(const struct chart *c, int gutter, double value,
		  int decimals, enum style style);
/* Labels stand apart, and none is cut. */
void chart_x_axis(const struct chart *c, int label_row);

/* The column of a value in screen coordinates; -1 outside. */
int chart_col(const struct chart *c, double x);
/* The row of a value in screen coordinates; -1 outside. */
int chart_row(const struct chart *c, double y);

/* x at the left edge of column col of r (0-based; cols gives x1). */
double chart_x(const struct chart *c, int col);

#endif
