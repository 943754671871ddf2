/*
 * command_merge.c - lilscope merge: many reports as one table.
 */
#include <stdio.h>

#include "cli/commands.h"
#include "opt/settings.h"
#include "report/groups.h"
#include "system/sandbox.h"
#include "system/say.h"

/* Is there something to print? If not, err says why, unless that was said when
 * the files were read (good: it was not). Programs get a row of nothing. */
static bool is_there(const struct groups *m, const struct settings *set,
		     const char *file, bool good, struct err *err)
{
	if (groups_n(m))
		return groups_known(m, err);
	if (set->report.output != OUTPUT_TABLE)
		return true;
	return good && err_set(err, "%.300s: there is no report in it; "
				    "lilscope analyze --json writes some",
			       file);
}

int command_merge(const struct settings *set, char **files, int n_files)
{
	struct err err = { "" };
	struct buf out = { 0 };
	struct groups *m;
	bool good;
	int wrote;

	if (!n_files) {
		err_set(&err, "merge needs a FILE that analyze --json wrote, "
			      "or - for standard input");
		return say_trouble(&err);
	}
	m = groups_new(set->report.by, settings_rule(set), &err);
	if (!m)
		return say_trouble(&err);
	sandbox_enter(SANDBOX_OFFLINE);
	good = groups_read(m, files, (size_t)n_files, stderr);
	if (!is_there(m, set, files[0], good, &err)) {
		groups_free(m);
		return err.text[0] ? say_trouble(&err) : EXIT_TROUBLE;
	}
	if (set->report.output == OUTPUT_JSON)
		groups_json(m, &out);
	else if (set->report.output == OUTPUT_CSV)
		groups_csv(m, &out);
	else
		groups_table(m, command_cols(), &out);
	wrote = command_print(&out);
	groups_free(m);
	return good ? wrote : EXIT_TROUBLE;
}
