/* Tuning: the measures change while they are looked at. */
#include <stdio.h>
#include <string.h>

#include "action/action.h"
#include "opt/opt.h"
#include "view/views.h"

/* Values that f steps through; 64 is the demo's. */
static const uint32_t f_steps[] = {
	10, 25, 50, 64, 100, 125, 250, 500, 1000, 2000
};

/* "t = 20": what the option is now. */
static void say_value(struct app *app, const struct opt *opt)
{
	struct buf value = { 0 };

	opt->get(opt, &app->set, &value);
	app_say(app, "%s = %s  (%s)", opt->name, buf_cstr(&value), opt->about);
	buf_release(&value);
}

void action_set(struct app *app, const char *name, const char *value)
{
	struct meter_opts before = app->set.meter;
	struct err err = { "" };

	if (!opt_set(&app->set, name, value, OPT_LIVE, &err)) {
		app_complain(app, "%s", err.text);
		return;
	}
	app->speed = app->set.show.speed;
	if (memcmp(&before, &app->set.meter, sizeof(before)) != 0)
		app_retune(app);
	app->dirty = true;
	say_value(app, opt_find(name));
}

/* "set NAME VALUE", "set NAME" (tells, or switches on), "set no-NAME". */
static void set(struct app *app, const char *arg)
{
	char name[64];
	size_t n = strcspn(arg, " =");
	const char *value = arg + n + strspn(arg + n, " =");
	const struct opt *opt;

	if (!arg[0]) {
		view_show(app, &view_help);
		return;
	}
	snprintf(name, sizeof(name), "%.*s", (int)MIN(n, sizeof(name) - 1),
		 arg);
	opt = opt_find(name);
	if (!opt && strncmp(name, "no-", 3) == 0 && opt_find(name + 3))
		action_set(app, name + 3, "off");
	else if (opt && opt->arg && !value[0])
		say_value(app, opt);
	else
		action_set(app, name, value);
}

static void set_number(struct app *app, const char *name, double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.10g", value);
	action_set(app, name, text);
}

static void t_by(struct app *app, int n)
{
	set_number(app, "t", MAX(0, app->set.meter.rule.t + n));
}

/* The next of f_steps in the direction of n. */
static void f_by(struct app *app, int n)
{
	uint32_t f = app->set.meter.rule.f;

	for (size_t i = 0; i < ARRAY_LEN(f_steps); i++) {
		size_t k = n > 0 ? i : ARRAY_LEN(f_steps) - 1 - i;

		if (n > 0 ? f_steps[k] > f : f_steps[k] < f) {
			set_number(app, "f", f_steps[k]);
			return;
		}
	}
}

static void patience_by(struct app *app, int n)
{
	double to = (double)app->set.meter.rule.patience + n;

	set_number(app, "patience", MIN(MAX(to, 1), RULE_PATIENCE_MAX));
}

/* The Ls in use: "auto" is resolved by the run. */
static unsigned present_ls(const struct app *app)
{
	if (app->set.meter.ls)
		return app->set.meter.ls;
	if (app->run && app->run->meter)
		return bound_ls(meter_bound(app->run->meter));
	return BOUND_LS_BYTES;
}

static void ls_by(struct app *app, int n)
{
	double to = (double)present_ls(app) + n;

	set_number(app, "ls", MIN(MAX(to, BOUND_LS_MIN), BOUND_LS_MAX));
}

/* The next of the option's names, round and round. */
static void next_value(struct app *app, const char *name)
{
	const struct opt *opt = opt_find(name);
	struct buf now = { 0 };
	size_t i = 0;

	opt->get(opt, &app->set, &now);
	while (opt->value(i) && strcmp(opt->value(i), buf_cstr(&now)) != 0)
		i++;
	buf_release(&now);
	if (!opt->value(i) || !opt->value(++i))
		i = 0;
	action_set(app, name, opt->value(i));
}

static void coder_next(struct app *app)
{
	next_value(app, "coder");
}

static void symbols_next(struct app *app)
{
	next_value(app, "symbols");
}

static void rivals(struct app *app)
{
	action_set(app, "rivals", app->set.meter.rules ? "off" : "on");
}

static void graph_next(struct app *app)
{
	next_value(app, "graph");
}

static const struct action rows[] = {
	{ .name = "t-up", .keys = { 't' }, .fits = SHOWS_MEASURES, .hint = "t",
	  .about = "raise t: the rule fires earlier",
	  .by = t_by, .n = 1 },
	{ .name = "t-down", .keys = { 'T' },
	  .fits = SHOWS_MEASURES, .hint = "+",
	  .about = "lower t: the rule fires later",
	  .by = t_by, .n = -1 },
	{ .name = "f-up", .keys = { 'f' }, .fits = SHOWS_MEASURES, .hint = "f",
	  .about = "more tokens between checks",
	  .by = f_by, .n = 1 },
	{ .name = "f-down", .keys = { 'd' },
	  .fits = SHOWS_MEASURES, .hint = "+",
	  .about = "fewer tokens between checks",
	  .by = f_by, .n = -1 },
	{ .name = "patience-up", .keys = { 'p' }, .fits = SHOWS_MEASURES,
	  .about = "more checks in a row until the rule fires",
	  .by = patience_by, .n = 1 },
	{ .name = "patience-down", .keys = { 'J' }, .fits = SHOWS_MEASURES,
	  .about = "fewer checks in a row",
	  .by = patience_by, .n = -1 },
	{ .name = "ls-up", .keys = { 'y' }, .fits = SHOWS_TEXT,
	  .about = "longer words in the band's code (Ls)",
	  .by = ls_by, .n = 1 },
	{ .name = "ls-down", .keys = { 'Y' }, .fits = SHOWS_TEXT,
	  .about = "shorter words",
	  .by = ls_by, .n = -1 },
	{ .name = "next-coder", .keys = { 'o' }, .fits = SHOWS_TEXT,
	  .about = "another coder for the rule: lz77, deflate, zstd",
	  .run = coder_next },
	{ .name = "next-symbols", .keys = { 'u' }, .fits = SHOWS_TEXT,
	  .about = "the unit of measures: bytes, tokens, what suits",
	  .run = symbols_next },
	{ .name = "rivals", .keys = { 'r' }, .fits = SHOWS_TEXT,
	  .about = "run the other stop rules too, or not",
	  .run = rivals },
	{ .name = "next-graph", .keys = { 'a' }, .fits = SHOWS_CURVES,
	  .about = "draw with braille, blocks or ASCII",
	  .run = graph_next },
	{ .name = "set", .arg = "[NAME [VALUE]]",
	  .about = "an option, as on the command line: set t 12",
	  .with = set },
};

const struct action_room room_tune = { .title = "Tuning", .rows = rows,
				       .n = ARRAY_LEN(rows) };
