/* The demo: problems, runs, and what is done to them while they are decoded. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "action/action.h"
#include "demo/demo.h"
#include "demo/tour.h"
#include "draw/prompt.h"
#include "view/compare.h"
#include "view/lane.h"
#include "view/views.h"

static bool has_demo(struct app *app)
{
	if (!app->demo)
		app_complain(app, "nothing is decoded here; lilscope demo has "
				  "a model");
	return app->demo != NULL;
}

/* The command line with the beginning of a command on it. */
static void ask_for(struct app *app, const char *command)
{
	prompt_open(app->prompt, PROMPT_COMMAND, command, action_complete);
	app->dirty = true;
}

static void say_grammar(struct app *app)
{
	app_say(app, "say it as: Ann has 20. Bob has 3 more than Ann. Cid has "
		     "5 less than Bob. How many does Cid have?");
}

/* --- problems ----------------------------------------------------------- */

static void next_problem(struct app *app)
{
	struct err err = { "" };

	if (has_demo(app) && !demo_next(app, &err))
		app_complain(app, "%s", err.text);
}

static void number(struct app *app, const char *arg)
{
	struct err err = { "" };
	char *end;
	unsigned long long seed = strtoull(arg, &end, 10);

	if (!has_demo(app))
		return;
	if (!isdigit((unsigned char)arg[0]) || *end)
		app_complain(app, "\"%s\" is no number of a problem", arg);
	else if (!demo_draw(app, seed, &err))
		app_complain(app, "%s", err.text);
}

static void problem(struct app *app, const char *arg)
{
	struct err err = { "" };

	if (!has_demo(app))
		return;
	if (!arg[0])
		say_grammar(app);
	else if (!demo_own(app, arg, &err))
		app_complain(app, "%s", err.text);
}

static void ask(struct app *app, const char *arg)
{
	struct err err = { "" };

	if (has_demo(app) && !demo_ask(app, arg, &err))
		app_complain(app, "%s", err.text);
}

static void own(struct app *app)
{
	if (!has_demo(app))
		return;
	ask_for(app, app->demo->has_problem ?
			     "problem Ann has 20. Bob has 3 more than Ann. "
			     "Cid has 5 less than Bob. How many does Cid "
			     "have?" :
			     "ask ");
}

/* --- runs --------------------------------------------------------------- */

/* "NAME [BUDGET] [WHAT]". */
struct run_wish {
	char policy[16], then[16];
	uint32_t budget;
};

static bool read_wish(struct app *app, const char *arg, struct run_wish *w)
{
	char words[3][16] = { "", "", "" };
	size_t n = 0, i = 1;
	char *end;

	*w = (struct run_wish){ .then = "ignore" };
	for (const char *c = arg; *c && n < 3;) {
		size_t len;

		c += strspn(c, " ");
		len = strcspn(c, " ");
		if (len)
			snprintf(words[n++], sizeof(words[0]), "%.*s",
				 (int)MIN(len, (size_t)15), c);
		c += len;
	}
	memcpy(w->policy, words[0], sizeof(w->policy));
	if (!sparse_find(w->policy)) {
		app_complain(app, "there is no policy \"%s\"; Tab completes",
			     w->policy);
		return false;
	}
	if (isdigit((unsigned char)words[1][0])) {
		unsigned long budget = strtoul(words[i++], &end, 10);

		w->budget = budget < 1u << 30 && !*end ? (uint32_t)budget : 0;
		if (!w->budget) {
			app_complain(app, "a budget is a number of tokens");
			return false;
		}
	}
	if (words[i][0])
		memcpy(w->then, words[i], sizeof(w->then));
	return true;
}

/* The run of the lane, if it can still be changed. */
static bool going_run(struct app *app, size_t *i)
{
	const struct run *run;

	if (!demo_current(app, i)) {
		app_complain(app, "this run is not decoded here");
		return false;
	}
	run = deck_kept(app->deck, demo_entry(app, *i));
	if (!run || !run->ended || app->demo->gone)
		return true;
	app_complain(app, "%c has ended; K makes another run that goes on "
			  "from the playhead", lane_letter(*i));
	return false;
}

static void put_wish(const struct run_wish *w, const char *verb, char *line,
		     size_t size)
{
	if (w->budget)
		snprintf(line, size, "%s %s %u", verb, w->policy, w->budget);
	else
		snprintf(line, size, "%s %s", verb, w->policy);
}

static void add(struct app *app, const char *arg)
{
	struct run_wish wish;
	char line[64];
	size_t i;

	if (!has_demo(app) || !read_wish(app, arg, &wish))
		return;
	put_wish(&wish, "also", line, sizeof(line));
	if (!demo_tell(app, DECK_NONE, line))
		return;
	i = demo_added(app);
	app_say(app, "%c: %s, from the beginning", lane_letter(i),
		line + strlen("also "));
	demo_tell_then(app, i, wish.then);
}

static void ask_add(struct app *app)
{
	if (has_demo(app))
		ask_for(app, "add ");
}

/* For the lane with the cursor, from here on. */
static void change(struct app *app, const char *arg)
{
	struct run_wish wish;
	char line[64];
	size_t i;

	if (!has_demo(app) || !read_wish(app, arg, &wish) ||
	    !going_run(app, &i))
		return;
	put_wish(&wish, "policy", line, sizeof(line));
	if (demo_tell(app, i, line))
		app_say(app, "%c: %s from here on", lane_letter(i),
			line + strlen("policy "));
}

static void ask_change(struct app *app)
{
	if (has_demo(app))
		ask_for(app, "policy ");
}

static void rescue(struct app *app)
{
	change(app, "dense");
}

/* The run's tokens at the playhead, prompt included; 0: there are none. */
static uint32_t here(const struct app *app, size_t i_run)
{
	size_t entry = demo_entry(app, i_run);
	const struct run *run =
		entry == DECK_NONE ? NULL : deck_kept(app->deck, entry);
	uint32_t n;

	if (!run)
		return 0;
	n = app->view == &view_compare ? compare_n(app, run) : app->playhead;
	return run->trace.facts.prompt_tokens + n;
}

static void fork_here(struct app *app, const char *arg)
{
	struct run_wish wish;
	char line[64], verb[32];
	size_t i;

	if (!has_demo(app) || !read_wish(app, arg, &wish))
		return;
	if (!demo_current(app, &i) || !here(app, i)) {
		app_complain(app, "there is nothing to fork here");
		return;
	}
	snprintf(verb, sizeof(verb), "fork %u", here(app, i));
	put_wish(&wish, verb, line, sizeof(line));
	if (!demo_tell(app, i, line))
		return;
	app_say(app, "%c: as %c up to here, then %s",
		lane_letter(demo_added(app)), lane_letter(i),
		line + strlen(verb) + 1);
	compare_follow(app);
}

static void ask_fork(struct app *app)
{
	if (has_demo(app))
		ask_for(app, "fork ");
}

/* Twice the budget of the run, or half of it, from here on. */
static void budget(struct app *app, int n)
{
	const struct run *run;
	uint32_t tokens;
	char line[32];
	size_t i, entry;

	if (!has_demo(app) || !going_run(app, &i))
		return;
	entry = demo_entry(app, i);
	run = deck_kept(app->deck, entry);
	tokens = run ? run->trace.facts.budget : 0;
	for (size_t k = 0; run && k < run->trace.n_turns; k++)
		tokens = run->trace.turns[k].budget;
	if (!tokens) {
		app_complain(app, "a dense run has no budget; C changes its "
				  "policy");
		return;
	}
	tokens = n > 0 ? tokens * 2 : MAX(tokens / 2, 1);
	snprintf(line, sizeof(line), "budget %u", tokens);
	if (demo_tell(app, i, line))
		app_say(app, "%c: budget %u from here on", lane_letter(i),
			tokens);
}

static const struct action rows[] = {
	{ .name = "next-problem", .keys = { 'A' }, .hint = "next",
	  .about = "the next problem of the demo, or its prompt once more",
	  .run = next_problem },
	{ .name = "problem-number", .arg = "NUMBER",
	  .about = "a problem by the seed that draws it",
	  .with = number },
	{ .name = "own-problem", .keys = { 'W' }, .hint = "own",
	  .about = "a problem in your own words, or another prompt",
	  .run = own },
	{ .name = "problem", .arg = "[TEXT]",
	  .about = "the same; without TEXT it tells how it is said",
	  .with = problem },
	{ .name = "ask", .arg = "TEXT",
	  .about = "another prompt, in the model's template; all runs anew",
	  .with = ask },
	{ .name = "add-run", .keys = { '+' }, .hint = "run",
	  .about = "another run of the problem, by a policy",
	  .run = ask_add },
	{ .name = "add", .arg = "NAME [BUDGET] [WHAT]",
	  .about = "the same; WHAT as --at-threshold has it: stop, conclude",
	  .with = add },
	{ .name = "change-policy", .keys = { 'C' },
	  .about = "another policy for the run of the lane, from here on",
	  .run = ask_change },
	{ .name = "policy", .arg = "NAME [BUDGET]",
	  .about = "the same",
	  .with = change },
	{ .name = "rescue", .keys = { 'D' }, .hint = "dense",
	  .about = "the run of the lane gets dense attention from here on",
	  .run = rescue },
	{ .name = "fork-here", .keys = { 'K' }, .hint = "fork",
	  .about = "another run that shares the lane's text up to the playhead",
	  .run = ask_fork },
	{ .name = "fork", .arg = "NAME [BUDGET]",
	  .about = "the same, by a policy",
	  .with = fork_here },
	{ .name = "budget-up", .keys = { 'b' },
	  .about = "twice the budget for the run of the lane",
	  .by = budget, .n = 1 },
	{ .name = "budget-down", .keys = { 'B' },
	  .about = "half of it",
	  .by = budget, .n = -1 },
	{ .name = "tour",
	  .about = "be led through the demo, or the open generation",
	  .run = tour_start },
};

const struct action_room room_demo = { .title = "The demo", .of = &view_compare,
				       .rows = rows, .n = ARRAY_LEN(rows) };
