/*
 * command_demo.c - lilscope demo: a model at work, dense beside sparse.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/commands.h"
#include "demo/demo.h"
#include "demo/tour.h"
#include "loop/show.h"
#include "opt/opt.h"
#include "opt/writer_setup.h"
#include "system/file.h"
#include "system/say.h"

enum { BOX_PAGE = 8 }; /* of the model in the box: its texts are short */

/* What suits the model in the box, unless it was told. */
static void settle(struct settings *set)
{
	/* It is decoded anew: nothing to come back to. */
	set->show.session = false;
	if (!opt_is_given(set, "seed"))
		set->decode.seed = 1;
	/* what the tour tells of is the paper's rule */
	if (set->show.tour && set->i_rule >= RULE_ROWS)
		set->i_rule = RULE_GUARDIAN;
	if (set->request.model)
		return;
	if (!opt_is_given(set, "f"))
		set->meter.rule.f = DEMO_F;
	if (!opt_is_given(set, "t"))
		set->meter.rule.t = DEMO_T;
	if (!opt_is_given(set, "page"))
		set->decode.sparse.page =
			MIN(BOX_PAGE, MAX(set->decode.sparse.budget, 1));
}

/* What was asked for and can't be; what is asked is done or refused. */
static bool check(const struct settings *set, int n_files, struct err *err)
{
	struct threshold_opts then;

	if (!writer_setup_then(set, &then, err))
		return false;
	if (n_files)
		return err_set(err, "demo takes no FILE; the model is "
				    "--model's, the prompt --prompt's");
	if (set->show.record[0] && file_exists(set->show.record))
		return err_set(err, "--record: %s exists already",
			       set->show.record);
	if (set->request.model && !set->request.prompt && !*set->decode.turns)
		return err_set(err, "demo with a --model needs a --prompt "
				    "(@FILE reads it), or --turns FILE");
	if (!set->request.prompt && !*set->decode.turns &&
	    (set->decode.system || set->decode.thinking))
		return err_set(err, "--system and --thinking go with a "
				    "--prompt or --turns");
	if (opt_is_given(set, "policy") &&
	    strcmp(set->decode.policy, "dense") == 0)
		return err_set(err, "run A of the demo is dense already; "
				    "--policy says what run B is");
	return true;
}

static bool begin(struct app *app, struct err *err)
{
	struct buf text = { 0 };
	const char *prompt;
	bool good;

	if (!app->set.request.prompt && !*app->set.decode.turns)
		return demo_draw(app, app->set.decode.seed, err);
	good = asking_prompt(&app->set, &text, &prompt, err) &&
	       demo_ask(app, prompt, err);
	buf_release(&text);
	return good;
}

static int show(struct app *app, struct err *err)
{
	const char *odd = app->demo->asking.odd.text;
	bool screen = app->set.show.script[0] ||
		      (!app->set.show.plain && isatty(STDOUT_FILENO));

	if (*odd && screen)
		app_say(app, "%s", odd);
	else if (*odd)
		say(stderr, odd);
	if (!screen)
		return demo_print(app, err);
	if (app->set.show.tour)
		tour_start(app);
	return show_app(app, err);
}

int command_demo(const struct settings *given, char **files, int n_files)
{
	struct settings set = *given;
	struct err err = { "" };
	struct app app;
	int status = EXIT_TROUBLE;

	(void)files;
	if (check(&set, n_files, &err)) {
		settle(&set);
		app_init(&app, &set);
		if (demo_new(&app, &err) && begin(&app, &err))
			status = show(&app, &err);
		demo_free(&app);
		app_release(&app);
	}
	if (err.text[0])
		say(stderr, err.text);
	return status;
}
