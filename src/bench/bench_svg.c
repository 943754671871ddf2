/*
 * The figure of a bench: what there is becomes panels, a policy is a colour.
 */
#include "bench/bench_svg.h"

#include <math.h>
#include <string.h>

#include "base/svg.h"

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
	POLICIES_MAX = 8, /* as many as there are colours beside dense's */
	CURVE_STEP = 4,	  /* tokens between two points */
	TICKS = 6,
	DOT = 3,
};

/* Okabe and Ito's, which colour-blind eyes tell apart; black is dense. */
static const char *const colours[POLICIES_MAX + 1] = {
	"#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7",
	"#e69f00", "#56b4e9", "#7f7f7f", "#a05a2c",
};

struct bench_figure {
	const struct bench_table *t;
	uint32_t budgets[BUDGETS_MAX];
	size_t n_budgets;
	const char *policies[POLICIES_MAX];
	size_t n_policies;
	struct buf *out;
};

/* --- what there is ------------------------------------------------------ */

static void add_budget(struct bench_figure *f, uint32_t budget)
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

static void add_policy(struct bench_figure *f, const char *policy)
{
	for (size_t i = 0; i < f->n_policies; i++)
		if (strcmp(f->policies[i], policy) == 0)
			return;
	if (f->n_policies < POLICIES_MAX)
		f->policies[f->n_policies++] = policy;
}

static const struct bench_cell *cell_of(const struct bench_figure *f,
					size_t i_policy, size_t i_budget)
{
	for (size_t i = 0; i < f->t->n; i++) {
		const struct bench_cell *cell = &f->t->cells[i];

		if (cell->budget == f->budgets[i_budget] &&
		    strcmp(cell->policy, f->policies[i_policy]) == 0)
			return cell;
	}
	return NULL;
}

/* --- panels ------------------------------------------------------------- */

/* times: what the numbers at the axis are multiplied with. */
static void frame(struct bench_figure *f, const struct svg_panel *p,
		  const char *title, double times)
{
	struct svg_panel shown = *p;

	shown.y_max *= times;
	svg_text(f->out, "name", p->x, p->y - 12, "%s", title);
	svg_y_axis(f->out, &shown, TICKS);
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

/* A policy's line; of whole runs also its dots. */
static void over_budgets(struct bench_figure *f, const struct svg_panel *p,
			 value_of *value, bool stopped)
{
	for (size_t i = 0; i < f->n_policies; i++) {
		struct buf dots = { 0 };
		struct svg_path path;

		svg_group(f->out, colours[i + 1]);
		path = svg_path_begin(f->out, stopped ? "stopped" : "whole");
		for (size_t k = 0; k < f->n_budgets; k++) {
			const struct bench_cell *cell = cell_of(f, i, k);
			double x = svg_x(p, (double)k + 0.5);

			if (!cell || !isfinite(value(cell)))
				continue;
			svg_path_to(&path, x, svg_y(p, value(cell)));
			svg_dot(&dots, cell->collapsed ? "ring" : "dot", x,
				svg_y(p, value(cell)), DOT);
		}
		svg_path_end(&path, false);
		if (!stopped)
			buf_append(f->out, dots.data, dots.len);
		svg_group_end(f->out);
		buf_release(&dots);
	}
}

static void budget_axis(struct bench_figure *f, const struct svg_panel *p)
{
	double foot = p->y + p->height;

	for (size_t k = 0; k < f->n_budgets; k++)
		svg_text(f->out, "mid", svg_x(p, (double)k + 0.5), foot + 18,
			 "%u", f->budgets[k]);
	svg_text(f->out, "mid", p->x + p->width / 2, foot + 36,
		 "budget (tokens)");
}

static void dense_line(struct bench_figure *f, const struct svg_panel *p,
		       double value)
{
	svg_line(f->out, "dense", p->x, svg_y(p, value), p->x + p->width,
		 svg_y(p, value));
}

static void budget_panels(struct bench_figure *f)
{
	const struct bench_cell *dense = bench_table_dense(f->t);
	struct svg_panel right = {
		.x = LEFT, .y = TOP, .width = PANEL_WIDTH,
		.height = PANEL_HEIGHT, .y_max = 1,
		.x_max = (double)MAX(f->n_budgets, 1),
	};
	struct svg_panel length = right;

	length.x += PANEL_WIDTH + GAP;
	length.y_max = 1.2;
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
static uint32_t loudest(const struct bench_figure *f, size_t i_policy)
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

/* Compressed bytes after every few tokens, as DEFLATE would write them: the
 * largest of them; with a path also drawn, and *at its end. */
static double bytes_of(const struct bench_run *run, struct svg_path *path,
		       const struct svg_panel *p, double *at)
{
	struct coder *c = coder_new(CODER_DEFLATE);
	double size = 0, top = 0;
	uint32_t from = 0;

	for (uint32_t i = 0; i < run->n_tokens; i++) {
		coder_push(c, run->text + from, run->ends[i] - from);
		from = run->ends[i];
		if ((i + 1) % CURVE_STEP && i + 1 < run->n_tokens)
			continue;
		size = (double)coder_size(c);
		top = MAX(top, size);
		if (path)
			svg_path_to(path, svg_x(p, i + 1), svg_y(p, size));
	}
	coder_free(c);
	if (at)
		*at = size;
	return top;
}

static void curve(struct bench_figure *f, const struct svg_panel *p,
		  const struct bench_run *run, const char *colour)
{
	struct svg_path path;
	double at;

	svg_group(f->out, colour);
	path = svg_path_begin(f->out, "curve");
	bytes_of(run, &path, p, &at);
	svg_path_end(&path, false);
	svg_dot(f->out, "dot", svg_x(p, run->n_tokens), svg_y(p, at), DOT);
	svg_group_end(f->out);
}

/* The runs of the panel: dense is [0], a policy each behind it. */
static size_t curves_of(const struct bench_figure *f,
			const struct bench_run *runs, size_t n,
			const struct bench_run **out)
{
	out[0] = run_of(runs, n, NULL, 0);
	for (size_t i = 0; i < f->n_policies; i++) {
		uint32_t budget = loudest(f, i);

		out[i + 1] =
			budget ? run_of(runs, n, f->policies[i], budget) : NULL;
	}
	return f->n_policies + 1;
}

static void information(struct bench_figure *f, const struct bench_run *runs,
			size_t n)
{
	const struct bench_run *all[POLICIES_MAX + 1];
	size_t n_all = curves_of(f, runs, n, all);
	struct svg_panel p = {
		.x = LEFT, .y = CURVE_TOP, .width = CURVE_WIDTH,
		.height = CURVE_HEIGHT, .x_max = 1, .y_max = 1,
	};

	for (size_t i = 0; i < n_all; i++) {
		if (!all[i])
			continue;
		p.x_max = MAX(p.x_max, all[i]->n_tokens);
		p.y_max = MAX(p.y_max, bytes_of(all[i], NULL, NULL, NULL));
	}
	frame(f, &p, "compressed bytes (DEFLATE) of the first problem's runs",
	      1);
	svg_x_axis(f->out, &p, TICKS, true);
	svg_text(f->out, "mid", p.x + p.width / 2, p.y + p.height + 34,
		 "tokens");
	/* Dense last, so that it is seen where the others go along with it. */
	for (size_t i = n_all; i-- > 0;)
		if (all[i])
			curve(f, &p, all[i], colours[i]);
}

static void legend(struct bench_figure *f)
{
	double x = LEFT;

	for (size_t i = 0; i <= f->n_policies; i++) {
		uint32_t budget = i ? loudest(f, i - 1) : 0;
		struct buf text = { 0 };

		buf_puts(&text, i ? f->policies[i - 1] : "dense");
		if (budget)
			buf_printf(&text, " (%u)", budget);
		svg_rect(f->out, colours[i], x, LEGEND_TOP - 6, 14, 4);
		svg_text(f->out, "word", x + 20, LEGEND_TOP, "%s",
			 buf_cstr(&text));
		x += 36 + 7 * (double)text.len;
		buf_release(&text);
	}
	svg_text(f->out, "small", LEFT, LEGEND_TOP + 20,
		 "thin, dashed: stopped by guardian. Hollow: collapsed, proves "
		 "nothing. (n): the budget of the curve.");
}

static const char sheet[] =
	"text{font:12px sans-serif;fill:#222}\n"
	".name{font-weight:bold}.small{font-size:11px}\n"
	".whole,.stopped,.curve{fill:none;stroke:currentColor}\n"
	".whole{stroke-width:2}.curve{stroke-width:1.6}\n"
	".stopped{stroke-width:1;stroke-dasharray:4 3}\n"
	".dot{fill:currentColor}.ring{fill:#fff}\n"
	".dot,.ring{stroke:currentColor}\n"
	".dense{stroke:#000;stroke-dasharray:2 3}\n";

void bench_svg(const struct bench_table *t, const struct bench_run *runs,
	       size_t n_runs, struct buf *out)
{
	struct bench_figure f = { .t = t, .out = out };

	for (size_t i = 0; i < t->n; i++) {
		if (!t->cells[i].budget)
			continue;
		add_budget(&f, t->cells[i].budget);
		add_policy(&f, t->cells[i].policy);
	}
	svg_figure(out, WIDTH, HEIGHT, sheet);
	budget_panels(&f);
	if (n_runs)
		information(&f, runs, n_runs);
	legend(&f);
	svg_end(out);
}
