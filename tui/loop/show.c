/* The deck on a screen, by a script, or in lines, as the settings ask. */
#include "loop/show.h"

#include "loop/loop.h"
#include "loop/plain.h"
#include "loop/script.h"
#include "term/terminal.h"

int show_app(struct app *app, struct err *err)
{
	const struct settings *set = &app->set;
	struct term *term;
	int status;

	if (set->show.script[0])
		return script_run(app, set->show.script, err) ? app->exit_status
							 : EXIT_TROUBLE;
	if (set->show.plain)
		return plain_run(app, err);
	term = term_open(&set->look.term, err);
	if (!term)
		return EXIT_TROUBLE;
	status = loop_run(app, term);
	term_close(term);
	if (status == EXIT_TROUBLE)
		err_set(err, "%s", deck_trouble(app->deck));
	return status;
}
