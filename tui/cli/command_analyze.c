/*
 * command_analyze.c - lilscope analyze: from its options to its report.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/commands.h"
#include "opt/settings.h"
#include "report/analyze.h"
#include "system/say.h"

enum { COLS_MAX = 10000 };

/* Columns for tables: COLUMNS, the terminal on standard output, or 0. */
static int output_cols(void)
{
	const char *env = getenv("COLUMNS");
	struct winsize size;
	long cols = env ? strtol(env, NULL, 10) : 0;

	if (cols > 0)
		return (int)MIN(cols, COLS_MAX);
	if (!isatty(STDOUT_FILENO))
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_col)
		return ANALYZE_COLS_DEFAULT;
	return size.ws_col;
}

int command_analyze(const struct settings *set, char **files, int n_files)
{
	static const enum analyze_output outputs[] = {
		[OUTPUT_TABLE] = ANALYZE_TABLE,
		[OUTPUT_JSON] = ANALYZE_JSON,
		[OUTPUT_CSV] = ANALYZE_CSV,
	};
	struct analyze_opts job = analyze_opts_default;
	int cols = output_cols();
	struct err err = { "" };

	if (!n_files) {
		err_set(&err, "analyze needs a FILE, or - for standard "
			      "input; lilscope --help tells more");
		return say_trouble(&err);
	}
	job.meter = set->meter;
	job.output = outputs[set->report.output];
	job.check = set->report.check;
	job.i_rule = settings_rule(set);
	job.meter.rules |= RULE_BIT(job.i_rule);
	job.format = set->read.format;
	job.field = set->read.field;
	job.first_record = set->read.first_record;
	job.request = request_of(&set->request);
	job.progress = isatty(STDERR_FILENO);
	if (cols)
		job.cols = cols;
	return analyze_files(&job, files, (size_t)n_files, stderr);
}
