/*
 * main.c - the program: picks the command and hands it its options.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "analyze.h"
#include "config.h"
#include "opt.h"

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

static int complain(const struct err *err)
{
	fprintf(stderr, "lilscope: %s\n", err->text);
	return EXIT_TROUBLE;
}

static int run_version(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	puts(PACKAGE_STRING);
	return 0;
}

static int run_analyze(int argc, char **argv)
{
	static const enum analyze_output outputs[] = {
		[OUTPUT_TABLE] = ANALYZE_TABLE,
		[OUTPUT_JSON] = ANALYZE_JSON,
		[OUTPUT_CSV] = ANALYZE_CSV,
	};
	struct analyze_opts job = analyze_opts_default;
	struct settings set;
	struct err err = { "" };
	int n_files = 0, cols = output_cols();

	settings_init(&set);
	if (!opt_parse(&set, OPT_ANALYZE, argc, argv, &n_files, &err))
		return complain(&err);
	if (!n_files) {
		err_set(&err, "analyze needs a FILE, or - for standard "
			      "input; lilscope --help tells more");
		return complain(&err);
	}
	job.meter = set.meter;
	job.output = outputs[set.output];
	job.check = set.check;
	job.rule = set.rule[0] ? set.rule : NULL;
	job.format = set.format;
	job.field = set.field;
	job.first_record = set.first_record;
	job.progress = isatty(STDERR_FILENO);
	if (cols)
		job.cols = cols;
	return analyze_files(&job, argv, (size_t)n_files, stdout, stderr);
}

static int run_help(int argc, char **argv)
{
	struct buf out = { 0 };

	(void)argc;
	(void)argv;
	buf_puts(&out,
		 "lilscope - where a generation stops telling anything new\n"
		 "\n"
		 "usage: lilscope [analyze] [OPTIONS] FILE...\n"
		 "\n"
		 "  lilscope analyze FILE...   a table, one line a generation\n"
		 "  lilscope analyze --json -  records in, lines out\n"
		 "  lilscope help              this text\n"
		 "  lilscope version           the version\n"
		 "\n"
		 "FILE is text, JSON lines, a JSON array, OpenAI chat SSE, "
		 "Ollama NDJSON or a\n"
		 "native trace, .gz and .zst too; \"-\" is standard input.\n"
		 "\n");
	opt_help(OPT_ANALYZE, &out);
	fwrite(out.data, 1, out.len, stdout);
	buf_release(&out);
	return 0;
}

/* One command: a row. */
static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "analyze", run_analyze }, { "help", run_help },
	{ "--help", run_help },     { "-h", run_help },
	{ "version", run_version }, { "--version", run_version },
};

int main(int argc, char **argv)
{
	if (argc < 2)
		return run_help(0, NULL);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 2, argv + 2);
	return run_analyze(argc - 1, argv + 1);
}
