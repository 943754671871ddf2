#include "bench/bench_svg.h"

#include <math.h>
#include <string.h>

enum {
	WIDTH = 760,
	HEIGHT = 640,
	LEFT = 56,
	GAP = 64,
	TOP = 44,
	PANEL_WIDTH = 300,
	PANEL_HEIGHT = 220,
	CURVE_TOP = 350,
	CURVE_WIDTH = 664,
	CURVE_HEIGHT = 200,
	LEGEND_TOP = 606,
	BUDGETS_MAX = 64,
	POLICIES_MAX = 8, /* as many as there are colours */
	CURVE_STEP = 4,	  /* tokens between two points */
	TICKS = 5,
};

/* Okabe and Ito's, which colour-blind eyes tell apart; black is dense. */
static const char *const colours[POLICIES_MAX] = {
	"#0072b2", "#d55e00", "#009e73", "#cc79a7",
	"#e69f00", "#56b4e9", "#7f7f7f", "#a05a2c",
};

struct fig {
	const struct bench_table *t;
	uint32_t budgets[BUDGETS_MAX];
	size_t n_budgets;
	const char *policies[POLICIES_MAX];
	size_t n_policies;
	struct buf *out;
};

/* A panel: values 0..y_max from its foot to its head. */
struct panel {
	double x, y, width, height, x_max, y_max;
};

/* --- what there is ------------------------------------------------------ */

static void add_budget(struct fig *f, uint32_t budget)
{
	size_t at = f->n_budgets;

	for (size_t i = 0; i < f->n_budgets; i++)
		if (f->budgets[i] == budget)
			return;
	if (f->n_budgets == BUDGETS_MAX)
		return;
	for (; at > 0 && f->budgets[at - 1] > budget; at--)
		f->budgets[at] = f->budgets[at - 1];
	f->budgets[at] = budget;
	f->n_budgets++;
}

static void add_policy(struct fig *f, const char *policy)
{
	for (size_t i = 0; i < f->n_policies; i++)
		if (strcmp(f->policies[i], policy) == 0)
			return;
	if (f->n_policies < POLICIES_MAX)
		f->policies[f->n_policies++] = policy;
}

static const struct bench_cell *cell_of(const struct fig *f, size_t i_policy,
					size_t i_budget)
{
	for (size_t i = 0; i < f->t->n; i++) {
		const struct bench_cell *cell = &f->t->cells[i];

		if (cell->budget == f->budgets[i_budget] &&
		    strcmp(cell->policy, f->policies[i_policy]) == 0)
			return cell;
	}
	return NULL;
}

/* --- strokes ------------------------------------------------------------ */

static double x_at(const struct panel *p, double value)
{
	return p->x + p->width * (p->x_max > 0 ? value / p->x_max : 0);
}

static double y_at(const struct panel *p, double value)
{
	double part = p->y_max > 0 ? value / p->y_max : 0;

	return p->y + p->height * (1 - MAX(0, MIN(part, 1)));
}

/* One decimal and a point, in every locale. */
static void put_real(struct buf *out, double value, int decimals)
{
	double unit = decimals == 2 ? 100 : decimals ? 10 : 1;
	long long scaled = llround(fabs(value) * unit);

	buf_puts(out, value < 0 && scaled ? "-" : "");
	if (decimals)
		buf_printf(out, "%lld.%0*lld", scaled / (long long)unit,
			   decimals, scaled % (long long)unit);
	else
		buf_printf(out, "%lld", scaled);
}

static void attribute(struct buf *out, const char *name, double value)
{
	buf_printf(out, " %s=\"", name);
	put_real(out, value, 1);
	buf_putc(out, '"');
}

static void line(struct buf *out, const char *class, const double from[2],
		 const double to[2])
{
	buf_printf(out, "<line class=\"%s\"", class);
	attribute(out, "x1", from[0]);
	attribute(out, "y1", from[1]);
	attribute(out, "x2", to[0]);
	attribute(out, "y2", to[1]);
	buf_puts(out, "/>\n");
}

/* A label that is a number, or words where `text` is not NULL. */
static void label(struct buf *out, double x, double y, const char *class,
		  const char *text)
{
	buf_printf(out, "<text class=\"%s\"", class);
	attribute(out, "x", x);
	attribute(out, "y", y);
	buf_printf(out, ">%s</text>\n", text);
}

static void label_number(struct buf *out, double x, double y, const char *class,
			 double value, int decimals)
{
	struct buf text = { 0 };

	put_real(&text, value, decimals);
	label(out, x, y, class, buf_cstr(&text));
	buf_release(&text);
}

static void dot(struct buf *out, double x, double y, const char *colour,
		const char *fill)
{
	buf_printf(out, "<circle r=\"3\" fill=\"%s\" stroke=\"%s\"", fill,
		   colour);
	attribute(out, "cx", x);
	attribute(out, "cy", y);
	buf_puts(out, "/>\n");
}

/* A path, point by point. */
struct path {
	struct buf *out;
	bool open;
};

static void path_begin(struct path *p, struct buf *out, const char *colour,
		       const char *style)
{
	*p = (struct path){ .out = out };
	buf_printf(out, "<path fill=\"none\" stroke=\"%s\" %s d=\"", colour,
		   style);
}

static void path_to(struct path *p, double x, double y)
{
	buf_puts(p->out, p->open ? "L" : "M");
	put_real(p->out, x, 1);
	buf_putc(p->out, ' ');
	put_real(p->out, y, 1);
	p->open = true;
}

static void path_end(struct path *p)
{
	buf_puts(p->out, p->open ? "\"/>\n" : "M0 0\"/>\n");
}

/* --- panels ------------------------------------------------------------- */

/* 1, 2 or 5 times a power of ten, for about TICKS ticks. */
static double tick_step(double top)
{
	double unit = pow(10, floor(log10(top / TICKS)));
	double steps = top / TICKS / unit;

	return unit * (steps <= 1 ? 1 : steps <= 2 ? 2 : steps <= 5 ? 5 : 10);
}

static void frame(struct fig *f, const struct panel *p, const char *title,
		  double times)
{
	double step = tick_step(p->y_max * times);
	int decimals = step < 0.1 ? 2 : step < 1 ? 1 : 0;

	label(f->out, p->x, p->y - 12, "name", title);
	for (int i = 0; i * step <= p->y_max * times * 1.0001; i++) {
		double y = y_at(p, i * step / times);

		line(f->out, i ? "grid" : "axis", (double[]){ p->x, y },
		     (double[]){ p->x + p->width, y });
		label_number(f->out, p->x - 6, y + 4, "end", i * step,
			     decimals);
	}
	line(f->out, "axis", (double[]){ p->x, p->y },
	     (double[]){ p->x, p->y + p->height });
}

/* A member of a cell, over the budgets. */
typedef double value_of(const struct bench_cell *cell);

static double accuracy(const struct bench_cell *cell)
{
	return cell->accuracy;
}

static double accuracy_stopped(const struct bench_cell *cell)
{
	return cell->stops[BENCH_GUARDIAN].accuracy;
}

static double growth(const struct bench_cell *cell)
{
	return cell->growth;
}

static double growth_stopped(const struct bench_cell *cell)
{
	return cell->growth * (1 - cell->stops[BENCH_GUARDIAN].saved);
}

static void over_budgets(struct fig *f, const struct panel *p, value_of *value,
			 bool stopped)
{
	for (size_t i = 0; i < f->n_policies; i++) {
		struct path path;

		path_begin(&path, f->out, colours[i],
			   stopped ? "stroke-width=\"1\" "
				     "stroke-dasharray=\"4 3\""
				   : "stroke-width=\"2\"");
		for (size_t k = 0; k < f->n_budgets; k++) {
			const struct bench_cell *cell = cell_of(f, i, k);

			if (cell && isfinite(value(cell)))
				path_to(&path, x_at(p, (double)k + 0.5),
					y_at(p, value(cell)));
		}
		path_end(&path);
		for (size_t k = 0; k < f->n_budgets && !stopped; k++) {
			const struct bench_cell *cell = cell_of(f, i, k);

			if (!cell || !isfinite(value(cell)))
				continue;
			dot(f->out, x_at(p, (double)k + 0.5),
			    y_at(p, value(cell)), colours[i],
			    cell->collapsed ? "#ffffff" : colours[i]);
		}
	}
}

static void budget_axis(struct fig *f, const struct panel *p)
{
	for (size_t k = 0; k < f->n_budgets; k++)
		label_number(f->out, x_at(p, (double)k + 0.5),
			     p->y + p->height + 18, "mid", f->budgets[k], 0);
	label(f->out, p->x + p->width / 2, p->y + p->height + 36, "mid",
	      "budget (tokens)");
}

static void dense_line(struct fig *f, const struct panel *p, double value)
{
	line(f->out, "dense", (double[]){ p->x, y_at(p, value) },
	     (double[]){ p->x + p->width, y_at(p, value) });
}

static void budget_panels(struct fig *f)
{
	const struct bench_cell *dense = bench_table_dense(f->t);
	struct panel right = {
		LEFT, TOP, PANEL_WIDTH, PANEL_HEIGHT, (double)f->n_budgets, 1
	};
	struct panel length = {
		LEFT + PANEL_WIDTH + GAP, TOP, PANEL_WIDTH, PANEL_HEIGHT,
		(double)f->n_budgets,	  1.2
	};

	for (size_t i = 0; i < f->t->n; i++)
		if (isfinite(f->t->cells[i].growth))
			length.y_max =
				MAX(length.y_max, f->t->cells[i].growth * 1.05);
	frame(f, &right, "right answers (%)", 100);
	frame(f, &length, "mean output (\303\227 dense)", 1);
	budget_axis(f, &right);
	budget_axis(f, &length);
	if (dense) {
		dense_line(f, &right, dense->accuracy);
		dense_line(f, &length, 1);
	}
	over_budgets(f, &right, accuracy, false);
	over_budgets(f, &right, accuracy_stopped, true);
	over_budgets(f, &length, growth, false);
	over_budgets(f, &length, growth_stopped, true);
}

/* --- information over tokens -------------------------------------------- */

/* Of a policy, the budget at which runs grow most and have not collapsed. */
static uint32_t loudest(const struct fig *f, size_t i_policy)
{
	const struct bench_cell *best = NULL;

	for (size_t k = 0; k < f->n_budgets; k++) {
		const struct bench_cell *cell = cell_of(f, i_policy, k);

		if (cell && !cell->collapsed &&
		    (!best || cell->growth > best->growth))
			best = cell;
	}
	return best ? best->budget : 0;
}

static const struct bench_run *run_of(const struct bench_run *runs, size_t n,
				      const char *policy, uint32_t budget)
{
	for (size_t i = 0; i < n; i++)
		if (runs[i].problem == runs[0].problem &&
		    runs[i].budget == budget &&
		    (!policy || strcmp(runs[i].policy, policy) == 0))
			return &runs[i];
	return NULL;
}

/* Compressed bytes after every few tokens, as DEFLATE would write them. */
static void curve(struct fig *f, const struct panel *p,
		  const struct bench_run *run, const char *colour, double *top)
{
	struct coder *c = coder_new(CODER_DEFLATE);
	struct path path;
	double size = 0;
	uint32_t from = 0;

	if (!top)
		path_begin(&path, f->out, colour, "stroke-width=\"1.6\"");
	for (uint32_t i = 0; i < run->n_tokens; i++) {
		coder_push(c, run->text + from, run->ends[i] - from);
		from = run->ends[i];
		if ((i + 1) % CURVE_STEP && i + 1 < run->n_tokens)
			continue;
		size = (double)coder_size(c);
		if (top)
			*top = MAX(*top, size);
		else
			path_to(&path, x_at(p, i + 1), y_at(p, size));
	}
	coder_free(c);
	if (top)
		return;
	path_end(&path);
	dot(f->out, x_at(p, run->n_tokens), y_at(p, size), colour, colour);
}

/* The runs of the panel: dense is [0], a policy each behind it. */
static size_t curves_of(const struct fig *f, const struct bench_run *runs,
			size_t n, const struct bench_run **out)
{
	out[0] = run_of(runs, n, NULL, 0);
	for (size_t i = 0; i < f->n_policies; i++) {
		uint32_t budget = loudest(f, i);

		out[i + 1] =
			budget ? run_of(runs, n, f->policies[i], budget) : NULL;
	}
	return f->n_policies + 1;
}

static void token_axis(struct fig *f, const struct panel *p)
{
	double step = tick_step(p->x_max);

	for (int i = 0; i * step <= p->x_max; i++)
		label_number(f->out, x_at(p, i * step), p->y + p->height + 18,
			     "mid", i * step, 0);
	label(f->out, p->x + p->width / 2, p->y + p->height + 34, "mid",
	      "tokens");
}

static void information(struct fig *f, const struct bench_run *runs, size_t n)
{
	const struct bench_run *all[POLICIES_MAX + 1];
	size_t n_all = curves_of(f, runs, n, all);
	struct panel p = { LEFT, CURVE_TOP, CURVE_WIDTH, CURVE_HEIGHT, 1, 1 };

	for (size_t i = 0; i < n_all; i++) {
		if (!all[i])
			continue;
		p.x_max = MAX(p.x_max, all[i]->n_tokens);
		curve(f, &p, all[i], NULL, &p.y_max);
	}
	frame(f, &p, "compressed bytes (DEFLATE) of the first problem's runs",
	      1);
	token_axis(f, &p);
	/* Dense last, so that it is seen where the others go along with it. */
	for (size_t i = n_all; i-- > 0;)
		if (all[i])
			curve(f, &p, all[i], i ? colours[i - 1] : "#000000",
			      NULL);
}

static void legend(struct fig *f)
{
	double x = LEFT;

	for (size_t i = 0; i <= f->n_policies; i++) {
		struct buf text = { 0 };
		uint32_t budget = i ? loudest(f, i - 1) : 0;

		buf_printf(f->out,
			   "<rect width=\"14\" height=\"4\" "
			   "fill=\"%s\"",
			   i ? colours[i - 1] : "#000000");
		attribute(f->out, "x", x);
		attribute(f->out, "y", LEGEND_TOP - 6);
		buf_puts(f->out, "/>\n");
		buf_puts(&text, i ? f->policies[i - 1] : "dense");
		if (budget)
			buf_printf(&text, " (%u)", budget);
		label(f->out, x + 20, LEGEND_TOP, "word", buf_cstr(&text));
		x += 36 + 7 * (double)text.len;
		buf_release(&text);
	}
	label(f->out, LEFT, LEGEND_TOP + 20, "small",
	      "thin, dashed: stopped by guardian. Hollow: collapsed, proves "
	      "nothing. (n): the budget of the curve.");
}

void bench_svg(const struct bench_table *t, const struct bench_run *runs,
	       size_t n_runs, struct buf *out)
{
	struct fig f = { .t = t, .out = out };

	for (size_t i = 0; i < t->n; i++) {
		if (!t->cells[i].budget)
			continue;
		add_budget(&f, t->cells[i].budget);
		add_policy(&f, t->cells[i].policy);
	}
	buf_printf(out,
		   "<svg xmlns=\"http://www.w3.org/2000/svg\" "
		   "viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\">\n"
		   "<style>text{font:12px sans-serif;fill:#222}"
		   ".name{font-weight:bold}.end{text-anchor:end}"
		   ".mid{text-anchor:middle}.small{font-size:11px}"
		   ".grid{stroke:#ddd}.axis{stroke:#444}"
		   ".dense{stroke:#000;stroke-dasharray:2 3}</style>\n"
		   "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
		   WIDTH, HEIGHT, WIDTH, HEIGHT, WIDTH, HEIGHT);
	budget_panels(&f);
	if (n_runs)
		information(&f, runs, n_runs);
	legend(&f);
	buf_puts(out, "</svg>\n");
}
