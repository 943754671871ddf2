/*
 * The figure: two panels over one token axis, as a paper prints them.
 *
 *	+-- title: record, model ---------------------------+
 *	| rho |  curve, band, h, threshold line   | legend  |
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

#include "base/utf8.h"
#include "draw/chart.h"
#include "draw/num.h"

enum {
	WIDTH = 760,
	HEIGHT = 470,
	LEFT = 64,
	RIGHT = 20,
	RHO_TOP = 56,
	RHO_HEIGHT = 210,
	GAIN_TOP = 298,
	GAIN_HEIGHT = 96,
	POINTS = WIDTH - LEFT - RIGHT, /* columns of a curve */
	TITLE_BYTES = 100,
	EDGE_PERCENT = 2, /* the start of rho is not scaled for */
};

struct fig {
	const struct run *run;
	const struct meter *m;
	uint32_t n; /* tokens */
	double rho_top, gain_top;
	struct buf *out;
};

static double x_of(const struct fig *f, double token)
{
	return LEFT + token / f->n * POINTS;
}

static double rho_y(const struct fig *f, double rho)
{
	double part = MAX(0, MIN(rho / f->rho_top, 1));
	return RHO_TOP + RHO_HEIGHT * (1 - part);
}

static double gain_y(const struct fig *f, double gain)
{
	double part = MAX(0, MIN(gain / f->gain_top, 1));
	return GAIN_TOP + GAIN_HEIGHT * (1 - part);
}

/* Text of unknown quality into an element: sanitised, then escaped. */
static void put_text(struct buf *out, const char *text, size_t n)
{
	struct buf clean = { 0 };
	utf8_sanitize(&clean, text, n, false, false);
	for (size_t i = 0; i < clean.len; i++) {
		char c = clean.data[i];
		if (c == '<')
			buf_puts(out, "&lt;");
		else if (c == '>')
			buf_puts(out, "&gt;");
		else if (c == '&')
			buf_puts(out, "&amp;");
		else if (c == '"')
			buf_puts(out, "&quot;");
		else
			buf_putc(out, c);
	}
	buf_release(&clean);
}

static void line(struct fig *f, double x0, double y0, double x1, double y1,
		 const char *class)
{
	buf_printf(f->out,
		   "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" "
		   "y2=\"%.1f\"/>\n",
		   class, x0, y0, x1, y1);
}

/* Text of our own. */
static void label(struct fig *f, double x, double y, const char *class,
		  const char *text)
{
	buf_printf(f->out,
		   "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
		   class, x, y, text);
}

/* ---- axes -------------------------------------------------------------- */

static void y_axis(struct fig *f, int top, int height, double y_max,
		   int n_ticks)
{
	struct ticks t = chart_ticks(0, y_max, n_ticks);
	char text[NUM_BYTES];
	for (int i = 0; i < t.n; i++) {
		double v = t.first + i * t.step;
		double y = top + height * (1 - v / y_max);
		if (i > 0)
			line(f, LEFT, y, LEFT + POINTS, y, "grid");
		line(f, LEFT - 4, y, LEFT, y, "axis");
		label(f, LEFT - 7, y + 4, "num end",
		      num_real(text, v, t.decimals, false));
	}
	line(f, LEFT, top, LEFT, top + height, "axis");
	line(f, LEFT, top + height, LEFT + POINTS, top + height, "axis");
}

static void x_axis(struct fig *f, int y, bool labels)
{
	struct ticks t = chart_ticks(0, f->n, 10);
	char text[NUM_BYTES];
	for (int i = 0; i < t.n; i++) {
		double v = t.first + i * t.step;
		line(f, x_of(f, v), y, x_of(f, v), y + 4, "axis");
		if (labels)
			label(f, x_of(f, v), y + 17, "num mid",
			      num_count(text, (uint64_t)(v + 0.5)));
	}
}

static void axis_titles(struct fig *f)
{
	buf_printf(f->out,
		   "<text class=\"name mid\" transform=\"translate(18 %d) "
		   "rotate(-90)\">\u03c1, h (symbols per symbol)</text>\n",
		   RHO_TOP + RHO_HEIGHT / 2);
	buf_printf(f->out,
		   "<text class=\"name mid\" transform=\"translate(18 %d) "
		   "rotate(-90)\">gain (bytes)</text>\n",
		   GAIN_TOP + GAIN_HEIGHT / 2);
	label(f, LEFT + POINTS / 2.0, GAIN_TOP + GAIN_HEIGHT + 34,
	      "name mid", "tokens");
}

/* ---- curves ------------------------------------------------------------ */

/* A path of the series over the columns; shift is added. `back` walks from
 * right to left, to close an area. */
static void path(struct fig *f, const struct series *s, double shift,
		 bool back, const char *first)
{
	for (int i = 0; i <= POINTS; i++) {
		int col = back ? POINTS - i : i;
		size_t from = (size_t)((double)f->n * col / (POINTS + 1));
		size_t to = (size_t)((double)f->n * (col + 1) / (POINTS + 1));
		struct series_range v =
			series_range(s, from, MAX(to, from + 1));
		if (isnan(v.last))
			continue;
		buf_printf(f->out, "%s%.1f %.1f", first,
			   x_of(f, (double)from), rho_y(f, v.last + shift));
		first = " L";
	}
}

static void curves(struct fig *f)
{
	double eps = bound_eps(bound_alphabet(meter_bound(f->m)),
			       bound_ls(meter_bound(f->m)));
	buf_puts(f->out, "<path class=\"band\" d=\"");
	path(f, meter_rho(f->m), 0, false, "M");
	path(f, meter_rho(f->m), -eps, true, " L");
	buf_puts(f->out, " Z\"/>\n<path class=\"h\" d=\"");
	path(f, meter_h(f->m), 0, false, "M");
	buf_puts(f->out, "\"/>\n<path class=\"rho\" d=\"");
	path(f, meter_rho(f->m), 0, false, "M");
	buf_puts(f->out, "\"/>\n");
}

/* Windows are drawn one by one up to the width of the figure; more of them
 * share a bar with their mean, and it is red if one of them is low. */
static void bars(struct fig *f)
{
	const struct guardian *g = meter_guardian(f->m);
	size_t n = MIN(g->n, (size_t)(f->n / g->opts.f));
	size_t each = n / POINTS + 1;
	for (size_t k = 0; k < n; k += each) {
		size_t end = MIN(k + each, n);
		double before = k > 0 ? g->sizes[k - 1] : 0;
		double gain = (g->sizes[end - 1] - before) / (double)(end - k);
		bool low = false;
		for (size_t i = MAX(k + 1, 2); i <= end; i++)
			low |= guardian_gain(g, i) < g->opts.t;
		double x0 = x_of(f, (double)k * g->opts.f);
		double x1 = x_of(f, (double)end * g->opts.f);
		double y = MIN(gain_y(f, gain), GAIN_TOP + GAIN_HEIGHT - 1.0);
		double gap = x1 - x0 > 4 ? 1 : 0;
		buf_printf(f->out,
			   "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" "
			   "width=\"%.1f\" height=\"%.1f\"/>\n",
			   low ? "low" : "gain", x0, y, x1 - x0 - gap,
			   GAIN_TOP + GAIN_HEIGHT - y);
	}
	double y = gain_y(f, g->opts.t);
	char text[2 * NUM_BYTES], t[NUM_BYTES];
	line(f, LEFT, y, LEFT + POINTS, y, "limit");
	snprintf(text, sizeof(text), "t = %s B", num_short(t, g->opts.t));
	label(f, LEFT + POINTS - 4, y - 4, "halo small end", text);
}

static void threshold(struct fig *f)
{
	struct rule_verdict v = guardian_verdict(meter_guardian(f->m), f->n);
	char text[4 * NUM_BYTES], number[NUM_BYTES];
	if (v.at_token == RULE_NEVER)
		return;
	double x = x_of(f, v.at_token);
	/* Not through the words between the panels. */
	line(f, x, RHO_TOP, x, RHO_TOP + RHO_HEIGHT, "lil");
	line(f, x, GAIN_TOP, x, GAIN_TOP + GAIN_HEIGHT, "lil");
	char after[NUM_BYTES], part[NUM_BYTES];
	snprintf(text, sizeof(text), "Lil %s: %s tokens after it (%s)",
		 num_count(number, v.at_token),
		 num_count(after, v.tokens_after),
		 num_percent(part, v.tokens_after, f->n));
	bool right = x < LEFT + POINTS * 0.6;
	double at = right ? x + 5 : x - 5;
	label(f, at, RHO_TOP + 12, right ? "lilname" : "lilname end", text);
	if (v.resumed_at == RULE_NEVER)
		return;
	snprintf(text, sizeof(text), "information resumed at %s",
		 num_count(number, v.resumed_at));
	label(f, at, RHO_TOP + 27, right ? "small" : "small end", text);
}

/* ---- words ------------------------------------------------------------- */

static void legend(struct fig *f)
{
	static const struct {
		const char *class, *text;
		bool area;
	} rows[] = {
		{ "rho", "\u03c1, running ratio", false },
		{ "band", "band [\u03c1 \u2212 \u03b5, \u03c1]", true },
		{ "h", "h, substring growth", false },
	};
	double x = LEFT + POINTS - 150;
	double y = RHO_TOP + 46;
	buf_printf(f->out,
		   "<rect class=\"key\" x=\"%.1f\" y=\"%.1f\" width=\"146\" "
		   "height=\"%zu\"/>\n",
		   x - 8, y - 14, ARRAY_LEN(rows) * 16 + 8);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++, y += 16) {
		if (rows[i].area)
			buf_printf(f->out,
				   "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" "
				   "width=\"20\" height=\"8\"/>\n",
				   rows[i].class, x, y - 8);
		else
			line(f, x, y - 4, x + 20, y - 4, rows[i].class);
		label(f, x + 26, y, "small", rows[i].text);
	}
}

static void title(struct fig *f)
{
	const struct facts *facts = &f->run->trace.facts;
	const char *source = facts->source ? facts->source : "";
	const char *slash = strrchr(source, '/');
	source = slash && slash[1] ? slash + 1 : source;
	buf_printf(f->out, "<text class=\"title\" x=\"%d\" y=\"24\">", LEFT);
	put_text(f->out, source, strnlen(source, TITLE_BYTES));
	if (facts->record && facts->record[0]) {
		buf_puts(f->out, " \u00b7 record ");
		put_text(f->out, facts->record,
			 strnlen(facts->record, TITLE_BYTES));
	}
	if (facts->model) {
		buf_puts(f->out, " \u00b7 ");
		put_text(f->out, facts->model,
			 strnlen(facts->model, TITLE_BYTES));
	}
	buf_puts(f->out, "</text>\n");
}

static void captions(struct fig *f)
{
	const struct meter_opts *o = meter_opts(f->m);
	struct bound_point p = meter_point(f->m, f->n);
	bool ids = o->symbols == METER_TOKENS;
	char n[NUM_BYTES], count[NUM_BYTES], t[NUM_BYTES], a[NUM_BYTES];
	buf_printf(f->out,
		   "<text class=\"small\" x=\"%d\" y=\"42\">%s tokens (by %s)"
		   " \u00b7 \u03c1 = %.3f, band [%s, %.3f], h(%u) = %.3f, %s%s"
		   "</text>\n",
		   LEFT, num_count(n, f->n),
		   tokens_by_name(f->run->trace.tokens_by), p.rho,
		   num_real(a, p.lower, 3, false), p.rho,
		   bound_ls(meter_bound(f->m)) - 1, p.h,
		   bound_status_name(p.status), p.vacuous ? ", VACUOUS" : "");
	buf_printf(f->out,
		   "<text class=\"small\" x=\"%d\" y=\"%d\">bytes of new "
		   "information per %s tokens, coder %s; stops under t = %s "
		   "B</text>\n",
		   LEFT, GAIN_TOP - 10, num_count(count, o->rule.f),
		   coder_rows[o->rule.coder].name, num_short(t, o->rule.t));
	buf_printf(f->out,
		   "<text class=\"small\" x=\"%d\" y=\"%d\">\u03c1 and h over "
		   "%s, alphabet %s, Ls %u; \u03b5 = %.3f</text>\n",
		   LEFT, HEIGHT - 14, ids ? "token ids" : "UTF-8 bytes",
		   num_count(n, (uint64_t)bound_alphabet(meter_bound(f->m))),
		   bound_ls(meter_bound(f->m)), p.eps);
}

static const char head[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"760\" "
	"height=\"470\" viewBox=\"0 0 760 470\" "
	"font-family=\"Helvetica, Arial, 'Liberation Sans', sans-serif\">\n"
	"<style>\n"
	".title{font-size:15px;font-weight:bold;fill:#111}\n"
	".name{font-size:12px;fill:#222}\n"
	".num,.small{font-size:11px;fill:#444}\n"
	".end{text-anchor:end}.mid{text-anchor:middle}\n"
	".axis{stroke:#333;stroke-width:1}\n"
	".grid{stroke:#e4e4e4;stroke-width:1}\n"
	".rho{fill:none;stroke:#0b5c8a;stroke-width:1.8}\n"
	".band{fill:#0b5c8a;fill-opacity:.13;stroke:none}\n"
	".h{fill:none;stroke:#c46a00;stroke-width:1.5;"
	"stroke-dasharray:6 3}\n"
	".gain{fill:#5a9367}.low{fill:#c0392b}\n"
	".limit{stroke:#7a5c2e;stroke-width:1;stroke-dasharray:2 3}\n"
	".lil{stroke:#c0392b;stroke-width:1.3;stroke-dasharray:5 3}\n"
	".halo{stroke:#fff;stroke-width:3;paint-order:stroke}\n"
	".lilname{font-size:12px;font-weight:bold;fill:#c0392b}\n"
	".key{fill:#fff;fill-opacity:.85;stroke:#ccc}\n"
	"</style>\n"
	"<rect width=\"760\" height=\"470\" fill=\"#fff\"/>\n";

static void scale(struct fig *f)
{
	const struct guardian *g = meter_guardian(f->m);
	size_t n = MIN(g->n, (size_t)(f->n / g->opts.f));
	struct series_range v =
		series_range(meter_rho(f->m),
			     (size_t)f->n * EDGE_PERCENT / 100, f->n);
	f->rho_top = chart_round_up(isnan(v.max) ? 1 : v.max * 1.02);
	f->gain_top = 2 * g->opts.t;
	for (size_t k = 2; k <= n; k++)
		f->gain_top = MAX(f->gain_top, guardian_gain(g, k));
	f->gain_top = chart_round_up(f->gain_top);
}

void export_svg(const struct run *run, uint32_t n_tokens, struct buf *out)
{
	struct fig f = { .run = run, .m = run->meter, .n = n_tokens,
			 .out = out };
	buf_puts(out, head);
	title(&f);
	if (!f.m || f.n == 0) {
		label(&f, LEFT, RHO_TOP, "small", "no tokens");
		buf_puts(out, "</svg>\n");
		return;
	}
	scale(&f);
	y_axis(&f, RHO_TOP, RHO_HEIGHT, f.rho_top, 6);
	y_axis(&f, GAIN_TOP, GAIN_HEIGHT, f.gain_top, 4);
	curves(&f);
	bars(&f);
	x_axis(&f, RHO_TOP + RHO_HEIGHT, false);
	x_axis(&f, GAIN_TOP + GAIN_HEIGHT, true);
	axis_titles(&f);
	threshold(&f);
	legend(&f);
	captions(&f);
	buf_puts(out, "</svg>\n");
}
