/*
 * Three panels over one logarithmic axis; a rule is a colour and a dash. No
 * stop at all stands at the left edge, half a decade under one stop.
 */
#include "rules_svg.h"

#include <math.h>

#include "base/svg.h"

enum {
	WIDTH = 980,
	HEIGHT = 760,
	LEFT = 60,
	TOP = 56,
	GAP = 76,
	PANEL_WIDTH = 380,
	PANEL_HEIGHT = 280,
	DELAY_MAX = 1000,
	DECADES_MAX = 6,
	LEGEND_LINE = 20,
};

static const char *const colours[] = {
	"#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00",
	"#56b4e9", "#7f7f7f", "#a05a2c", "#882255", "#44aa99", "#332288",
	"#999933", "#aa4499", "#117733", "#661100",
};

typedef double value_of(const struct rules_point *p);

static double stopped(const struct rules_point *p)
{
	return 100 * p->stopped;
}

static double saved(const struct rules_point *p)
{
	return 100 * p->saved;
}

static double delay(const struct rules_point *p)
{
	return p->delay;
}

/* Decades from the left edge. */
static double place(double false_stop, double first)
{
	return false_stop > 0 ? MAX(log10(false_stop) - first, 0) : 0;
}

static void axes(struct buf *out, const struct svg_panel *p, const char *title,
		 double first)
{
	svg_text(out, "name", p->x, p->y - 12, "%s", title);
	svg_y_axis(out, p, 6);
	for (int d = (int)ceil(first); d <= 0; d++) {
		double x = svg_x(p, d - first);

		svg_line(out, "grid", x, p->y, x, p->y + p->height);
		svg_text(out, "mid", x, p->y + p->height + 18, "%g %%",
			 100 * pow(10, d));
	}
	svg_text(out, "mid", p->x, p->y + p->height + 18, "0");
	svg_text(out, "mid", p->x + p->width / 2, p->y + p->height + 36,
		 "healthy texts stopped");
}

static void panel(struct buf *out, const struct svg_panel *p,
		  const struct rules_curve *curves, size_t n, value_of *value,
		  double first)
{
	for (size_t i = 0; i < n; i++) {
		struct buf dots = { 0 };
		struct svg_path path;

		svg_group(out, colours[i % ARRAY_LEN(colours)]);
		path = svg_path_begin(out, i % 2 ? "curve dash" : "curve");
		for (size_t k = 0; k < curves[i].n; k++) {
			const struct rules_point *at = &curves[i].at[k];
			double x = svg_x(p, place(at->false_stop, first));
			double y = value(at);

			if (!isfinite(y))
				continue;
			y = svg_y(p, MIN(MAX(y, 0), p->y_max));
			svg_path_to(&path, x, y);
			svg_dot(&dots, at->usual ? "dot" : "ring", x, y,
				at->usual ? 4.5 : 2);
		}
		svg_path_end(&path, false);
		buf_append(out, dots.data, dots.len);
		svg_group_end(out);
		buf_release(&dots);
	}
}

static void legend(struct buf *out, const struct rules_curve *curves, size_t n,
		   double x, double y)
{
	for (size_t i = 0; i < n; i++, y += LEGEND_LINE) {
		svg_rect(out, colours[i % ARRAY_LEN(colours)], x, y - 6, 18, 4);
		svg_text(out, "word", x + 26, y, "%s", curves[i].name);
	}
	svg_text(out, "small", x, y + 8,
		 "Large: the rule as it is. Small: its threshold times other "
		 "numbers.");
}

static const char sheet[] =
	"text{font:12px sans-serif;fill:#222}\n"
	".name{font-weight:bold}.small{font-size:11px}\n"
	".curve{fill:none;stroke:currentColor;stroke-width:1.4}\n"
	".dash{stroke-dasharray:5 3}\n"
	".dot{fill:currentColor}.ring{fill:#fff}\n"
	".dot,.ring{stroke:currentColor}\n"
	".bar{stroke:currentColor;stroke-width:1.4}\n"
	".even{stroke:#999;stroke-dasharray:4 4}\n";

/* --- the odds ----------------------------------------------------------- */

enum { ODDS_WIDTH = 520, ODDS_HEIGHT = 470, ODDS_SIDE = 360, ODDS_TOP = 66 };

static void odds_axes(struct buf *out, const struct svg_panel *p, double first)
{
	for (int d = (int)ceil(first); d <= 0; d++) {
		double x = svg_x(p, d - first), y = svg_y(p, d - first);

		svg_line(out, "grid", x, p->y, x, p->y + p->height);
		svg_line(out, "grid", p->x, y, p->x + p->width, y);
		svg_text(out, "mid", x, p->y + p->height + 18, "%g %%",
			 100 * pow(10, d));
		svg_text(out, "end", p->x - 8, y + 4, "%g %%",
			 100 * pow(10, d));
	}
	svg_line(out, "even", p->x, p->y + p->height, p->x + p->width, p->y);
	svg_text(out, "mid", p->x + p->width / 2, p->y + p->height + 36,
		 "told: p at most");
	svg_text(out, "small", p->x - 50, p->y - 10,
		 "seen: healthy texts of which that or less is told, and "
		 "the 95 %% interval");
}

void rules_odds_svg(const struct rules_odds *odds, size_t n, size_t n_healthy,
		    const char *title, struct buf *out)
{
	double first = -log10((double)MAX(n_healthy, 10)) - 0.5;
	struct svg_panel p = { .x = LEFT + 20, .y = ODDS_TOP,
			       .width = ODDS_SIDE, .height = ODDS_SIDE,
			       .x_max = -first, .y_max = -first };

	svg_figure(out, ODDS_WIDTH, ODDS_HEIGHT, sheet);
	svg_text(out, "name", 20, 24, "the odds of loop: %s, %zu healthy texts",
		 title, n_healthy);
	odds_axes(out, &p, first);
	svg_group(out, colours[1]);
	for (size_t i = 0; i < n; i++) {
		double x = svg_x(&p, place(odds[i].told, first));

		svg_line(out, "bar", x, svg_y(&p, place(odds[i].low, first)), x,
			 svg_y(&p, place(odds[i].high, first)));
		svg_dot(out, "dot", x, svg_y(&p, place(odds[i].seen, first)),
			3.5);
	}
	svg_group_end(out);
	svg_end(out);
}

void rules_svg(const struct rules_curve *curves, size_t n, size_t n_healthy,
	       const char *title, struct buf *out)
{
	double first = -log10((double)MAX(n_healthy, 10)) - 0.5;
	struct svg_panel p = { .x = LEFT, .y = TOP, .width = PANEL_WIDTH,
			       .height = PANEL_HEIGHT, .x_max = -first,
			       .y_max = 100 };

	svg_figure(out, WIDTH, HEIGHT, sheet);
	svg_text(out, "name", LEFT, 20, "%s", title);
	axes(out, &p, "loops stopped after their onset (%)", first);
	panel(out, &p, curves, n, stopped, first);
	p.x += PANEL_WIDTH + GAP;
	axes(out, &p, "tokens of loops saved (%)", first);
	panel(out, &p, curves, n, saved, first);
	p.x = LEFT;
	p.y += PANEL_HEIGHT + GAP + 20;
	p.y_max = DELAY_MAX;
	axes(out, &p, "delay after the onset, median (tokens)", first);
	panel(out, &p, curves, n, delay, first);
	legend(out, curves, n, LEFT + PANEL_WIDTH + GAP, p.y + 4);
	svg_end(out);
}
