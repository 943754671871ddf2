/*
 * The figure: three panels over one token axis, as a paper prints them.
 *
 *	+-- title: record, model ---------------------------+
 *	| told|  bytes told so far, the text's own pace,     |
 *	|     |  the threshold, what came after it shaded    |
 *	| rho |  curve, band, h                   | legend   |
 *	| gain|  a bar a window, t dashed                    |
 *	|     +---- tokens ----------------------------------|
 *	+-- caption: coder, f, t, symbols, Ls ---------------+
 *
 * Plain SVG 1.1 without scripts, fonts or links; colours that stay apart in
 * print and for colour-blind eyes, and lines that differ in their dashes too.
 */
#include "app/export_svg.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/export.h"
#include "app/told.h"
#include "base/num.h"
#include "base/svg.h"
#include "report/after.h"

enum {
	LEFT = 64,
	RIGHT = 20,
	TOLD_TOP = 56,
	TOLD_HEIGHT = 200,
	RHO_TOP = 288,
	RHO_HEIGHT = 128,
	GAIN_TOP = 448,
	GAIN_HEIGHT = 96,
	POINTS = EXPORT_WIDTH - LEFT - RIGHT, /* columns of a curve */
	EDGE_PERCENT = 2, /* the start of rho is not scaled for */
};

struct fig {
	const struct run *run;
	const struct meter *m;
	uint32_t n; /* tokens */
	struct svg_panel told, rho, gain;
	struct buf *out;
};

/* --- curves ------------------------------------------------------------- */

/* A path of the series over the columns; shift is added. `back` walks from
 * right to left, to close an area. */
static void follow(struct fig *f, struct svg_path *path,
		   const struct series *s, double shift, bool back)
{
	for (int i = 0; i <= POINTS; i++) {
		int col = back ? POINTS - i : i;
		size_t from = (size_t)((double)f->n * col / (POINTS + 1));
		size_t to = (size_t)((double)f->n * (col + 1) / (POINTS + 1));
		struct series_range v =
			series_range(s, from, MAX(to, from + 1));
		if (!isnan(v.last))
			svg_path_to(path, svg_x(&f->rho, (double)from),
				    svg_y(&f->rho, v.last + shift));
	}
}

static void curve(struct fig *f, const char *paint, const struct series *s)
{
	struct svg_path path = svg_path_begin(f->out, paint);
	follow(f, &path, s, 0, false);
	svg_path_end(&path, false);
}

static void curves(struct fig *f)
{
	double eps = bound_eps(bound_alphabet(meter_bound(f->m)),
			       bound_ls(meter_bound(f->m)));
	struct svg_path band = svg_path_begin(f->out, "band");
	follow(f, &band, meter_rho(f->m), 0, false);
	follow(f, &band, meter_rho(f->m), -eps, true);
	svg_path_end(&band, true);
	curve(f, "h", meter_h(f->m));
	curve(f, "rho", meter_rho(f->m));
}

/* --- what is told ------------------------------------------------------- */

/* The text's own pace, from the threshold or from the start on. */
static struct told_line pace_of(const struct fig *f)
{
	struct rule_verdict v = meter_rule_at(f->m, RULE_GUARDIAN, f->n);
	uint32_t from = v.at_token == RULE_NEVER ? 0 : v.at_token;

	return told_line_from(f->run, f->n, from);
}

static void told_path(struct fig *f, struct svg_path *path, uint32_t from,
		      uint32_t to)
{
	for (int i = 0; i <= POINTS; i++) {
		uint32_t n = (uint32_t)((double)f->n * i / POINTS);

		if (n >= from && n <= to)
			svg_path_to(path, svg_x(&f->told, n),
				    svg_y(&f->told, told_bytes(f->run, n)));
	}
}

/* Beneath the curve, from the threshold until something new was told. */
static void after(struct fig *f, const struct rule_verdict *v)
{
	uint32_t to = MIN(v->resumed_at, f->n);
	double foot = f->told.y + f->told.height;
	struct svg_path path = svg_path_begin(f->out, "after");

	svg_path_to(&path, svg_x(&f->told, v->at_token), foot);
	told_path(f, &path, v->at_token, to);
	svg_path_to(&path, svg_x(&f->told, to), foot);
	svg_path_end(&path, true);
}

static void told(struct fig *f)
{
	struct rule_verdict v = meter_rule_at(f->m, RULE_GUARDIAN, f->n);
	struct told_line own = pace_of(f);
	double room = f->told.y_max - own.y0;
	double end = fmin(f->n, own.x0 + room / fmax(own.slope, 1e-9));
	struct svg_path path;

	if (v.at_token != RULE_NEVER)
		after(f, &v);
	svg_line(f->out, "pace", svg_x(&f->told, own.x0),
		 svg_y(&f->told, own.y0), svg_x(&f->told, end),
		 svg_y(&f->told, own.y0 + own.slope * (end - own.x0)));
	path = svg_path_begin(f->out, "rho");
	told_path(f, &path, 0, f->n);
	svg_path_end(&path, false);
	svg_text(f->out, "small", LEFT, TOLD_TOP - 3,
		 "bytes of information told so far (code of the text); "
		 "dashed: at its own pace");
}

/* Windows are drawn one by one up to the width of the figure; more of them
 * share a bar with their mean, and it is red if one of them is low. */
static void bars(struct fig *f)
{
	const struct guardian *g = meter_guardian(f->m);
	size_t n = MIN(g->n, (size_t)(f->n / g->opts.f));
	size_t each = n / POINTS + 1;
	double foot = f->gain.y + f->gain.height;
	double limit = svg_y(&f->gain, g->opts.t);
	char t[NUM_BYTES];

	for (size_t k = 0; k < n; k += each) {
		size_t end = MIN(k + each, n);
		double before = k > 0 ? g->sizes[k - 1] : 0;
		double gain = (g->sizes[end - 1] - before) / (double)(end - k);
		bool low = false;
		double x0, x1, y, gap;

		for (size_t i = MAX(k + 1, 2); i <= end; i++)
			low |= guardian_gain(g, i) < g->opts.t;
		x0 = svg_x(&f->gain, (double)k * g->opts.f);
		x1 = svg_x(&f->gain, (double)end * g->opts.f);
		y = MIN(svg_y(&f->gain, gain), foot - 1.0);
		gap = x1 - x0 > 4 ? 1 : 0;
		svg_rect(f->out, low ? "low" : "gain", x0, y, x1 - x0 - gap,
			 foot - y);
	}
	svg_line(f->out, "limit", LEFT, limit, LEFT + POINTS, limit);
	svg_text(f->out, "halo small end", LEFT + POINTS - 4, limit - 4,
		 "t = %s B", num_short(t, g->opts.t));
}

static void threshold(struct fig *f)
{
	struct rule_verdict v = meter_rule_at(f->m, RULE_GUARDIAN, f->n);
	double x;
	char at[NUM_BYTES], after[NUM_BYTES], part[NUM_BYTES];
	struct buf then = { 0 };
	bool right;

	if (v.at_token == RULE_NEVER)
		return;
	x = svg_x(&f->rho, v.at_token);
	/* Not through the words between the panels. */
	svg_line(f->out, "lil", x, TOLD_TOP, x, TOLD_TOP + TOLD_HEIGHT);
	svg_line(f->out, "lil", x, RHO_TOP, x, RHO_TOP + RHO_HEIGHT);
	svg_line(f->out, "lil", x, GAIN_TOP, x, GAIN_TOP + GAIN_HEIGHT);
	right = x < LEFT + POINTS * 0.6;
	x += right ? 5 : -5;
	svg_text(f->out, right ? "lilname" : "lilname end", x, TOLD_TOP + 14,
		 "Lil %s: %s tokens after it (%s)", num_count(at, v.at_token),
		 num_count(after, v.tokens_after),
		 num_percent(part, v.tokens_after, f->n));
	after_say(&then, &v, false);
	svg_text(f->out, right ? "small" : "small end", x, TOLD_TOP + 29, "%s",
		 buf_cstr(&then));
	buf_release(&then);
}

/* --- words -------------------------------------------------------------- */

/* Beside a y axis, upwards. */
static void y_title(struct fig *f, int y, const char *text)
{
	char turn[64];
	snprintf(turn, sizeof(turn), "transform=\"rotate(-90 18 %d)\"", y);
	svg_text_begin(f->out, "name mid", 18, y, turn);
	buf_puts(f->out, text);
	svg_text_end(f->out);
}

static void axis_titles(struct fig *f)
{
	y_title(f, TOLD_TOP + TOLD_HEIGHT / 2, "told (bytes)");
	y_title(f, RHO_TOP + RHO_HEIGHT / 2, "\u03c1, h (per symbol)");
	y_title(f, GAIN_TOP + GAIN_HEIGHT / 2, "gain (bytes)");
	svg_text(f->out, "name mid", LEFT + POINTS / 2.0,
		 GAIN_TOP + GAIN_HEIGHT + 34, "tokens");
}

static void legend(struct fig *f)
{
	static const struct {
		const char *paint, *text;
		bool area;
	} rows[] = {
		{ "rho", "\u03c1, running ratio", false },
		{ "band", "band [\u03c1 \u2212 \u03b5, \u03c1]", true },
		{ "h", "h, substring growth", false },
	};
	double x = LEFT + POINTS - 150;
	double y = RHO_TOP + 22;
	svg_rect(f->out, "key", x - 8, y - 14, 146,
		 ARRAY_LEN(rows) * 16 + 8);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++, y += 16) {
		if (rows[i].area)
			svg_rect(f->out, rows[i].paint, x, y - 8, 20, 8);
		else
			svg_line(f->out, rows[i].paint, x, y - 4, x + 20,
				 y - 4);
		svg_text(f->out, "small", x + 26, y, "%s", rows[i].text);
	}
}

static void title(const struct export *x, struct buf *out)
{
	svg_text_begin(out, "title", LEFT, 24, "");
	export_name(x, out);
	svg_text_end(out);
}

static void captions(struct fig *f)
{
	const struct meter_opts *o = meter_opts(f->m);
	struct bound_point p = meter_point(f->m, f->n);
	bool ids = o->symbols == METER_TOKENS;
	char n[NUM_BYTES], t[NUM_BYTES], lower[NUM_BYTES];
	svg_text(f->out, "small", LEFT, RHO_TOP - 10,
		 "%s tokens (by %s) \u00b7 \u03c1 = %.3f, band [%s, %.3f], "
		 "h(%u) = %.3f, %s (%s)%s",
		 num_count(n, f->n), tokens_by_name(f->run->trace.tokens_by),
		 p.rho, num_real(lower, p.lower, 3, false), p.rho,
		 bound_ls(meter_bound(f->m)) - 1, p.h,
		 bound_status_name(p.status), bound_status_words(p.status),
		 p.vacuous ? ", VACUOUS (no lower edge)" : "");
	svg_text(f->out, "small", LEFT, GAIN_TOP - 10,
		 "bytes of new information per %s tokens, coder %s; stops "
		 "under t = %s B",
		 num_count(n, o->rule.f), coder_rows[o->rule.coder].name,
		 num_short(t, o->rule.t));
	svg_text(f->out, "small", LEFT, EXPORT_HEIGHT - 14,
		 "\u03c1 and h over %s, alphabet %s, Ls %u; \u03b5 = %.3f",
		 ids ? "token ids" : "UTF-8 bytes",
		 num_count(n, (uint64_t)bound_alphabet(meter_bound(f->m))),
		 bound_ls(meter_bound(f->m)), p.eps);
}

static const char sheet[] =
	"text{font-family:Helvetica, Arial, 'Liberation Sans', sans-serif}\n"
	".title{font-size:15px;font-weight:bold;fill:#111}\n"
	".name{font-size:12px;fill:#222}\n"
	".num,.small{font-size:11px;fill:#444}\n"
	".rho{fill:none;stroke:#0b5c8a;stroke-width:1.8}\n"
	".band{fill:#0b5c8a;fill-opacity:.13;stroke:none}\n"
	".h{fill:none;stroke:#c46a00;stroke-width:1.5;"
	"stroke-dasharray:6 3}\n"
	".pace{stroke:#666;stroke-width:1;stroke-dasharray:3 3}\n"
	".after{fill:#c0392b;fill-opacity:.16;stroke:none}\n"
	".gain{fill:#5a9367}.low{fill:#c0392b}\n"
	".limit{stroke:#7a5c2e;stroke-width:1;stroke-dasharray:2 3}\n"
	".lil{stroke:#c0392b;stroke-width:1.3;stroke-dasharray:5 3}\n"
	".halo{stroke:#fff;stroke-width:3;paint-order:stroke}\n"
	".lilname{font-size:12px;font-weight:bold;fill:#c0392b}\n"
	".key{fill:#fff;fill-opacity:.85;stroke:#ccc}\n";

static void scale(struct fig *f)
{
	struct told_line own = pace_of(f);
	const struct guardian *g = meter_guardian(f->m);
	size_t n = MIN(g->n, (size_t)(f->n / g->opts.f));
	struct series_range v =
		series_range(meter_rho(f->m),
			     (size_t)f->n * EDGE_PERCENT / 100, f->n);
	double gain = 2 * g->opts.t;
	for (size_t k = 2; k <= n; k++)
		gain = MAX(gain, guardian_gain(g, k));
	f->rho = (struct svg_panel){
		.x = LEFT, .y = RHO_TOP, .width = POINTS, .height = RHO_HEIGHT,
		.x_max = f->n, .marks = true,
		.y_max = ticks_top(isnan(v.max) ? 1 : v.max * 1.02),
	};
	f->told = f->gain = f->rho;
	f->told.y = TOLD_TOP;
	f->told.height = TOLD_HEIGHT;
	f->told.y_max = ticks_top(1.05 * told_top(&own, f->n,
						  told_bytes(f->run, f->n)));
	f->gain.y = GAIN_TOP;
	f->gain.height = GAIN_HEIGHT;
	f->gain.y_max = ticks_top(gain);
}

void export_charts(const struct export *x, struct buf *out)
{
	struct fig f = { .run = x->run, .m = x->run->meter, .n = x->n_tokens,
			 .out = out };

	if (!f.m || f.n == 0) {
		svg_text(out, "small", LEFT, RHO_TOP, "no tokens");
		return;
	}
	scale(&f);
	svg_y_axis(out, &f.told, 5);
	svg_y_axis(out, &f.rho, 4);
	svg_y_axis(out, &f.gain, 4);
	told(&f);
	curves(&f);
	bars(&f);
	svg_x_axis(out, &f.told, 10, false);
	svg_x_axis(out, &f.rho, 10, false);
	svg_x_axis(out, &f.gain, 10, true);
	axis_titles(&f);
	threshold(&f);
	legend(&f);
	captions(&f);
}

void export_svg(const struct export *x, struct buf *out)
{
	svg_figure(out, EXPORT_WIDTH, EXPORT_HEIGHT, sheet);
	title(x, out);
	export_charts(x, out);
	svg_end(out);
}
