/*
 * command_merge.c - lilscope merge: many reports as one table.
 */
#include <stdio.h>

#include "cli/commands.h"
#include "opt/settings.h"
#include "report/groups.h"
#include "system/sandbox.h"
#include "system/say.h"

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
