/*
 * command_screens.c - lilscope FILE: the files on the screen; as a table when
 * there is no screen to show them on. The results of a bench are its sweep.
 */
#include <sys/resource.h>
#include <unistd.h>

#include "app/app.h"
#include "cli/commands.h"
#include "cli/results.h"
#include "demo/tour.h"
#include "loop/show.h"
#include "opt/settings.h"
#include "system/file.h"
#include "system/say.h"

/* Each file stays open, to be read again: a folder may have thousands. */
static void allow_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* A file that can't be opened is named; the others are shown. */
static int screens(const struct settings *set, char **files, int n_files)
{
	const struct url_opts request = request_of(&set->request);
	struct err err = { "" };
	struct app app;
	int status = EXIT_TROUBLE;

	if (set->show.record[0] && file_exists(set->show.record)) {
		err_set(&err, "--record: %s exists already", set->show.record);
		return say_trouble(&err);
	}
	allow_files();
	app_init(&app, set);
	deck_set_request(app.deck, &request);
	for (int i = 0; i < n_files; i++) {
		struct err one = { "" };

		if (deck_add(app.deck, files[i], set->show.follow, &one))
			continue;
		app_complain(&app, "%s", one.text);
		err_set(&err, "%s", one.text);
	}
	if (deck_n_sources(app.deck) > 0) {
		err_clear(&err);
		if (set->show.tour && !set->show.plain)
			tour_start(&app);
		status = show_app(&app, &err);
	}
	if (err.text[0])
		say_trouble(&err);
	app_release(&app);
	return status;
}

int command_screens(const struct settings *set, char **files, int n_files)
{
	bool tty = isatty(STDOUT_FILENO);
	struct err err = { "" };

	if (!n_files && tty)
		return help_welcome();
	if (!n_files) {
		err_set(&err, "name a FILE, or - for standard input; "
			      "lilscope --help tells more");
		return say_trouble(&err);
	}
	if (n_files == 1 && results_are(files[0]))
		return results_show(set, files[0]);
	if (set->report.html)
		return command_analyze(set, files, n_files);
	if (!tty && !set->show.script[0] && !set->show.plain)
		return command_analyze(set, files, n_files);
	return screens(set, files, n_files);
}
