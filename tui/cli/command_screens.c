/*
 * command_screens.c - lilscope FILE: the files on the screen; as a table when
 * there is no screen to show them on, as lines when they are to be recorded or
 * followed there. The results of a bench are its sweep.
 */
#include <sys/resource.h>
#include <unistd.h>

#include "app/app.h"
#include "cli/commands.h"
#include "cli/results.h"
#include "demo/tour.h"
#include "loop/show.h"
#include "opt/opt.h"
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

/* What comes once must have its place before it is asked for. */
static bool may_record(const char *path, struct err *err)
{
	struct err inner = { "" };

	if (!path[0])
		return true;
	if (file_exists(path))
		return err_set(err, "--record: %s exists already", path);
	return file_try_write(path, &inner) ||
	       err_set(err, "--record: %s", inner.text);
}

/* A file that can't be opened is named; the others are shown. */
static int screens(const struct settings *set, char **files, int n_files)
{
	const struct url_opts request = request_of(&set->request);
	struct err err = { "" };
	struct app app;
	int status = EXIT_TROUBLE;

	if (!may_record(set->show.record, &err))
		return say_trouble(&err);
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

/* Of what was asked for: what only a report has; NULL: nothing. */
static const char *reports_by(const struct settings *set)
{
	const struct opt *opt;

	for (size_t i = 0; (opt = opt_at(i)); i++)
		if (opt_is_given(set, opt->name) &&
		    opt->where & OPT_ANALYZE && !(opt->where & OPT_TUI))
			return opt->name;
	return set->report.html ? "html" : NULL;
}

/* A report is of what has ended, so it neither keeps what comes nor stays. */
static bool may_watch(const struct settings *set, struct err *err)
{
	const char *report = reports_by(set);

	if (report && set->show.record[0])
		return err_set(err, "--record does not go with --%s: record "
				    "first, then lilscope analyze --%s what "
				    "was recorded", report, report);
	if (report && set->show.follow)
		return err_set(err, "--follow does not go with --%s, which is "
				    "of what has ended; without --%s it prints "
				    "lines as they come", report, report);
	return true;
}

/* As lines, though nobody asked for these: the one way without a screen in
 * which what comes is watched. */
static int watch(const struct settings *given, char **files, int n_files)
{
	struct settings set = *given;

	set.show.plain = true;
	return screens(&set, files, n_files);
}

int command_screens(const struct settings *set, char **files, int n_files)
{
	bool tty = isatty(STDOUT_FILENO);
	bool watched = set->show.record[0] || set->show.follow;
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
	if (watched && !may_watch(set, &err))
		return say_trouble(&err);
	if (set->report.html)
		return command_analyze(set, files, n_files);
	if (!tty && watched && !set->show.script[0])
		return watch(set, files, n_files);
	if (!tty && !set->show.script[0] && !set->show.plain)
		return command_analyze(set, files, n_files);
	return screens(set, files, n_files);
}
