/*
 * command_demo.c - lilscope demo: a model at work, dense beside sparse.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "commands.h"
#include "demo.h"
#include "file.h"
#include "guard_report.h"
#include "show.h"
#include "source.h"
#include "tour.h"

enum { BOX_PAGE = 8 }; /* of the model in the box: its texts are short */

static bool is_given(const struct settings *set, const char *name)
{
	return opt_is_given(set, opt_find(name));
}

/* What suits the model in the box, unless it was told. */
static void settle(struct settings *set)
{
	set->session = false; /* it is decoded anew: nothing to come back to */
	if (!is_given(set, "seed"))
		set->decode.seed = 1;
	if (set->model)
		return;
	if (!is_given(set, "f"))
		set->meter.guard.f = DEMO_F;
	if (!is_given(set, "t"))
		set->meter.guard.t = DEMO_T;
	if (!is_given(set, "page"))
		set->decode.sparse.page = BOX_PAGE;
}

static bool begin(struct app *app, struct err *err)
{
	const char *prompt = app->set.prompt;
	struct buf text = { 0 };
	bool good;

	if (!prompt)
		return demo_draw(app, app->set.decode.seed, err);
	if (prompt[0] != '@')
		return demo_ask(app, prompt, err);
	good = source_read_all(prompt + 1, &text, err) &&
	       demo_ask(app, buf_cstr(&text), err);
	buf_release(&text);
	return good;
}

static int show(struct app *app, struct err *err)
{
	if (app->set.decode.tour)
		tour_start(app);
	if (app->set.script[0] || isatty(STDOUT_FILENO))
		return show_app(app, err);
	return demo_print(app, stdout);
}

int command_demo(const struct settings *given, int n_files)
{
	struct settings set = *given;
	struct err err = { "" };
	struct app app;
	int status = EXIT_TROUBLE;

	if (n_files)
		err_set(&err, "demo takes no FILE; the model is --model's, "
			      "the prompt --prompt's");
	else if (set.record[0] && file_exists(set.record))
		err_set(&err, "--record: %s exists already", set.record);
	else if (set.model && !set.prompt)
		err_set(&err, "demo with a --model needs a --prompt; @FILE "
			      "reads it");
	if (!err.text[0]) {
		settle(&set);
		app_init(&app, &set);
		if (demo_new(&app, &err) && begin(&app, &err))
			status = show(&app, &err);
		app_release(&app);
	}
	if (err.text[0])
		guard_say(stderr, err.text);
	return status;
}
