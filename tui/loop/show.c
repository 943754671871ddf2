#include "loop/show.h"

#include "loop/loop.h"
#include "loop/plain.h"
#include "loop/script.h"
#include "term/terminal.h"

int show_app(struct app *app, struct err *err)
{
	const struct settings *set = &app->set;
	const struct term_opts look = { .color = set->color,
					.color_always = set->color_always,
					.mouse = set->mouse };
	struct term *term;
	int status;

	if (set->script[0])
		return script_run(app, set->script, err) ? app->exit_status
							 : EXIT_TROUBLE;
	if (set->plain)
		return plain_run(app, stdout);
	term = term_open(&look, err);
	if (!term)
		return EXIT_TROUBLE;
	status = loop_run(app, term);
	term_close(term);
	if (status == EXIT_TROUBLE)
		err_set(err, "%s", deck_trouble(app->deck));
	return status;
}
