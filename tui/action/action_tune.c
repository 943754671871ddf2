/* Tuning: the measures change while they are looked at. */
#include <stdio.h>
#include <string.h>

#include "action/action.h"
#include "opt/opt.h"

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
		action_show(app, VIEW_HELP);
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

static void t_by(struct app *app, double step)
{
	set_number(app, "t", MAX(0, app->set.meter.rule.t + step));
}

static void t_up(struct app *app, const char *arg)
{
	(void)arg;
	t_by(app, 1);
}

static void t_down(struct app *app, const char *arg)
{
	(void)arg;
	t_by(app, -1);
}

static void f_up(struct app *app, const char *arg)
{
	uint32_t f = app->set.meter.rule.f;

	(void)arg;
	for (size_t i = 0; i < ARRAY_LEN(f_steps); i++) {
		if (f_steps[i] > f) {
			set_number(app, "f", f_steps[i]);
			return;
		}
	}
}

static void f_down(struct app *app, const char *arg)
{
	uint32_t f = app->set.meter.rule.f;

	(void)arg;
	for (size_t i = ARRAY_LEN(f_steps); i-- > 0;) {
		if (f_steps[i] < f) {
			set_number(app, "f", f_steps[i]);
			return;
		}
	}
}

static void patience_up(struct app *app, const char *arg)
{
	(void)arg;
	set_number(
		app, "patience",
		MIN(app->set.meter.rule.patience + 1.0, RULE_PATIENCE_MAX));
}

static void patience_down(struct app *app, const char *arg)
{
	(void)arg;
	set_number(app, "patience",
		   MAX(app->set.meter.rule.patience - 1.0, 1.0));
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

static void ls_up(struct app *app, const char *arg)
{
	(void)arg;
	set_number(app, "ls", MIN(present_ls(app) + 1.0, BOUND_LS_MAX));
}

static void ls_down(struct app *app, const char *arg)
{
	(void)arg;
	set_number(app, "ls", MAX(present_ls(app) - 1.0, BOUND_LS_MIN));
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

static void coder_next(struct app *app, const char *arg)
{
	(void)arg;
	next_value(app, "coder");
}

static void symbols_next(struct app *app, const char *arg)
{
	(void)arg;
	next_value(app, "symbols");
}

static void rivals(struct app *app, const char *arg)
{
	(void)arg;
	action_set(app, "rivals", app->set.meter.rules ? "off" : "on");
}

static void graph_next(struct app *app, const char *arg)
{
	(void)arg;
	next_value(app, "graph");
}

#define RUN_VIEWS    (IN_VIEW(VIEW_RATIO) | IN_VIEW(VIEW_TEXT))
#define ALL_BUT_HELP (ANYWHERE & ~IN_VIEW(VIEW_HELP))

static const struct action rows[] = {
	{ "t-up",
	  { 't' },
	  NULL,
	  ALL_BUT_HELP,
	  "t",
	  "raise t: the rule fires earlier",
	  t_up },
	{ "t-down",
	  { 'T' },
	  NULL,
	  ALL_BUT_HELP,
	  "+",
	  "lower t: the rule fires later",
	  t_down },
	{ "f-up",
	  { 'f' },
	  NULL,
	  ALL_BUT_HELP,
	  "f",
	  "more tokens between checks",
	  f_up },
	{ "f-down",
	  { 'd' },
	  NULL,
	  ALL_BUT_HELP,
	  "+",
	  "fewer tokens between checks",
	  f_down },
	{ "patience-up",
	  { 'p' },
	  NULL,
	  ALL_BUT_HELP,
	  NULL,
	  "more checks in a row until the rule fires",
	  patience_up },
	{ "patience-down",
	  { 'P' },
	  NULL,
	  ALL_BUT_HELP,
	  NULL,
	  "fewer checks in a row",
	  patience_down },
	{ "ls-up",
	  { 'y' },
	  NULL,
	  RUN_VIEWS,
	  NULL,
	  "longer words in the band's code (Ls)",
	  ls_up },
	{ "ls-down", { 'Y' }, NULL, RUN_VIEWS, NULL, "shorter words", ls_down },
	{ "next-coder",
	  { 'o' },
	  NULL,
	  RUN_VIEWS,
	  NULL,
	  "another coder for the rule: lz77, deflate, zstd",
	  coder_next },
	{ "next-symbols",
	  { 'u' },
	  NULL,
	  RUN_VIEWS,
	  NULL,
	  "measure bytes, tokens, or what suits the trace",
	  symbols_next },
	{ "rivals",
	  { 'r' },
	  NULL,
	  RUN_VIEWS,
	  NULL,
	  "run the other stop rules too, or not",
	  rivals },
	{ "next-graph",
	  { 'a' },
	  NULL,
	  IN_VIEW(VIEW_RATIO),
	  NULL,
	  "draw with braille, blocks or ASCII",
	  graph_next },
	{ "set",
	  { K_NONE },
	  "[NAME [VALUE]]",
	  ANYWHERE,
	  NULL,
	  "an option, as on the command line: set t 12",
	  set },
};

const struct action_room room_tune = { "Tuning", rows, ARRAY_LEN(rows) };
