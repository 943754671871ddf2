/*
 * command_why.c - lilscope why: how the files were read.
 */
#include <stdio.h>

#include "cli/commands.h"
#include "opt/settings.h"
#include "report/why.h"
#include "system/sandbox.h"
#include "system/say.h"

int command_why(const struct settings *set, char **files, int n_files)
{
	const struct why_opts opts = { set->read.format, set->read.field };
	struct err err = { "" };

	if (!n_files) {
		err_set(&err, "why needs a FILE, or - for standard input");
		return say_trouble(&err);
	}
	sandbox_enter(SANDBOX_READ);
	return why_files(&opts, files, (size_t)n_files, stderr);
}
