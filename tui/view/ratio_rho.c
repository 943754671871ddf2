/* The chart of rho: its curve, the band beneath it, h; and H with its error,
 * the estimate that comes to the truth. */
#include <math.h>

#include "draw/glyph.h"
#include "view/ratio_charts.h"

enum {
	NEGATIVE_ROWS = 12, /* a chart this high shows the band below 0 */
	ESTIMATE_ROWS = 5,  /* ... H beside h, */
	ERROR_ROWS = 8,     /* ... its error, too */
	EDGE_PERCENT = 2,   /* at the start rho is huge: not scaled for */
};

/* What a curve reads. */
struct ratio_source {
	const struct meter *meter;
	const struct series *series;
	double shift;
	bool is_h;
	bool exact; /* asks the meter: the series is too coarse */
};

static double exact_value(const struct ratio_source *src, double token)
{
	uint32_t n = (uint32_t)MAX(token, 0) + 1;
	struct bound_point p;

	n = MIN(n, meter_n_tokens(src->meter));
	p = meter_point(src->meter, n);
	return (src->is_h ? p.h : p.rho) + src->shift;
}

static struct series_range source_at(const void *ctx, double from, double to)
{
	const struct ratio_source *src = ctx;
	size_t first, end;
	struct series_range v;

	if (src->exact) {
		float a = (float)exact_value(src, floor(from));
		float b = (float)exact_value(src, ceil(to) - 1);
		return (struct series_range){ MIN(a, b), MAX(a, b), b };
	}
	first = (size_t)MAX(from, 0);
	end = MAX((size_t)ceil(to), first + 1);
	v = series_range(src->series, first, end);
	v.min += (float)src->shift;
	v.max += (float)src->shift;
	v.last += (float)src->shift;
	return v;
}

static struct ratio_source source_new(const struct now *now,
				      const struct chart *c, bool is_h,
				      double shift)
{
	double per_dot = (c->x1 - c->x0) / (2.0 * MAX(c->r.cols, 1));
	return (struct ratio_source){
		.meter = now->meter,
		.series = is_h ? meter_h(now->meter) : meter_rho(now->meter),
		.shift = shift,
		.is_h = is_h,
		.exact = per_dot < SERIES_BLOCK,
	};
}

/* Fitted to what is drawn: a lower edge below 0 says nothing, so only a chart
 * with room to spare goes down to it. */
static void scale_rho(const struct now *now, struct chart *c)
{
	double edge = c->x0, top, lowest;
	struct series_range rho, h;

	if (c->x0 < 1)
		edge += (c->x1 - c->x0) * EDGE_PERCENT / 100;
	rho = series_range(meter_rho(now->meter), (size_t)edge, (size_t)c->x1);
	h = series_range(meter_h(now->meter), (size_t)edge, (size_t)c->x1);
	top = isnan(rho.max) ? 1 : fmax(rho.max, h.max);
	lowest = fmin(isnan(rho.min) ? 0 : rho.min - now->point.eps, h.min);
	c->y1 = ticks_top(top * 1.02);
	c->y0 = 0;
	if (c->r.rows >= NEGATIVE_ROWS && lowest < 0)
		c->y0 = -MIN(-lowest, c->y1 / 5);
	else if (lowest > c->y1 / 2)
		c->y0 = floor(lowest * 10) / 10;
}

/* The upper edge of the band where the lower one says something. */
struct telling {
	struct ratio_source rho, low;
};

static struct series_range telling_at(const void *ctx, double from, double to)
{
	const struct telling *t = ctx;
	const struct series_range none = { NAN, NAN, NAN };

	return source_at(&t->low, from, to).last > 0
		       ? source_at(&t->rho, from, to)
		       : none;
}

/* H, or an edge of its interval. */
struct estimate {
	const struct meter *meter;
	double times; /* its standard error, up */
};

static float estimate_value(const struct estimate *e, double token)
{
	struct entropy_point p =
		meter_h_near(e->meter, (uint32_t)MAX(token, 1));

	return (float)(p.bits + e->times * p.se);
}

static struct series_range estimate_at(const void *ctx, double from, double to)
{
	float a = estimate_value(ctx, floor(from) + 1);
	float b = estimate_value(ctx, ceil(to));

	return (struct series_range){ MIN(a, b), MAX(a, b), b };
}

/* Its line last, over its interval. */
static void draw_estimate(const struct now *now, const struct chart *c)
{
	static const double times[] = { -2, 2, 0 };

	for (size_t i = 0; i < ARRAY_LEN(times) && c->r.rows >= ESTIMATE_ROWS;
	     i++) {
		struct estimate e = { now->meter, times[i] };
		struct curve curve = { estimate_at, &e, 0, now->n,
				       times[i] ? STYLE_DIM : STYLE_STRONG,
				       times[i] ? '.' : '=' };

		if (!times[i] || c->r.rows >= ERROR_ROWS)
			chart_curve(c, &curve);
	}
}

static void draw_curves(const struct app *app, const struct now *now,
			const struct chart *c)
{
	struct ratio_source rho = source_new(now, c, false, 0);
	struct ratio_source low = source_new(now, c, false, -now->point.eps);
	struct ratio_source h = source_new(now, c, true, 0);
	double n = now->n;
	struct telling telling = { rho, low };
	struct curve upper = { telling_at, &telling, 0, n, STYLE_BAND, '*' };
	struct curve lower = { source_at, &low, 0, n, STYLE_BAND, '.' };
	struct curve h_curve, rho_curve;

	/* A block where it says something, two lines where it does not. */
	chart_area(c, &upper, &lower, 0);
	chart_curve(c, &lower);
	ratio_lil_line(now, c);
	h_curve = (struct curve){ source_at, &h, 0, n, STYLE_H, '-' };
	chart_curve(c, &h_curve);
	draw_estimate(now, c);
	if (app->pace != PACE_PLAY && now->n < now->total) {
		/* What comes after the playhead, as a shadow. */
		struct curve later = { source_at, &rho,	     n,
				       now->total, STYLE_DIM, '.' };
		chart_curve(c, &later);
	}
	rho_curve = (struct curve){ source_at, &rho, 0, n, STYLE_RHO, '*' };
	chart_curve(c, &rho_curve);
}

void ratio_draw_rho(const struct app *app, const struct now *now,
		    struct chart *c)
{
	scale_rho(now, c);
	chart_y_axis(c, RATIO_GUTTER_COLS, MAX(c->r.rows / 2, 2));
	draw_curves(app, now, c);
	ratio_playhead_line(now, c);
	ratio_axis_name(c, STYLE_RHO, glyph(GLYPH_RHO, c->s->ascii));
}
