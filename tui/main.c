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
#include "app.h"
#include "file.h"
#include "loop.h"
#include "opt.h"
#include "tables.h"
#include "terminal.h"

enum { COLS_MAX = 10000, CONFIG_MAX_BYTES = 64 * 1024 };

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

static int help(unsigned where)
{
	struct buf out = { 0 };

	buf_puts(&out,
		 "lilscope - where a generation stops telling anything new\n"
		 "\n"
		 "  lilscope FILE...           look at it on the screen\n"
		 "  lilscope analyze FILE...   a table, one line a generation\n"
		 "  lilscope analyze --json -  records in, lines out\n"
		 "  lilscope help              this text\n"
		 "  lilscope version           the version\n"
		 "\n"
		 "FILE is text, JSON lines, a JSON array, OpenAI chat SSE, "
		 "Ollama NDJSON or a\n"
		 "native trace, .gz and .zst too; \"-\" is standard input.\n"
		 "\n");
	opt_help(where, &out);
	fwrite(out.data, 1, out.len, stdout);
	buf_release(&out);
	return 0;
}

/* "help", and "help --tables" for what the manual is checked against. */
static int run_help(int argc, char **argv)
{
	struct buf out = { 0 };

	if (argc < 1 || strcmp(argv[0], "--tables") != 0)
		return help(OPT_TUI);
	tables_print(&out);
	fwrite(out.data, 1, out.len, stdout);
	buf_release(&out);
	return 0;
}

static int analyze(const struct settings *set, char **files, int n_files)
{
	static const enum analyze_output outputs[] = {
		[OUTPUT_TABLE] = ANALYZE_TABLE,
		[OUTPUT_JSON] = ANALYZE_JSON,
		[OUTPUT_CSV] = ANALYZE_CSV,
	};
	struct analyze_opts job = analyze_opts_default;
	int cols = output_cols();

	job.meter = set->meter;
	job.output = outputs[set->output];
	job.check = set->check;
	job.rule = set->rule[0] ? set->rule : NULL;
	job.format = set->format;
	job.field = set->field;
	job.first_record = set->first_record;
	job.progress = isatty(STDERR_FILENO);
	if (cols)
		job.cols = cols;
	return analyze_files(&job, files, (size_t)n_files, stdout, stderr);
}

/* The user's config file; a bad line is told and skipped. */
static void read_config(struct settings *set)
{
	char path[FILE_PATH_BYTES];
	struct buf text = { 0 };
	struct err err = { "" };

	if (file_xdg("XDG_CONFIG_HOME", ".config", "config", path) &&
	    file_read(path, CONFIG_MAX_BYTES, &text, &err) == FILE_READ)
		opt_config(set, text.data, text.len, path, &err);
	if (err.text[0])
		complain(&err);
	buf_release(&text);
}

static bool wants_help(int argc, char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0)
			return true;
	return false;
}

static int run_analyze(int argc, char **argv)
{
	struct settings set;
	struct err err = { "" };
	int n_files = 0;

	settings_init(&set);
	read_config(&set);
	if (wants_help(argc, argv))
		return help(OPT_ANALYZE);
	if (!opt_parse(&set, OPT_ANALYZE, argc, argv, &n_files, &err))
		return complain(&err);
	if (!n_files) {
		err_set(&err, "analyze needs a FILE, or - for standard "
			      "input; lilscope --help tells more");
		return complain(&err);
	}
	return analyze(&set, argv, n_files);
}

static int screens(const struct settings *set, char **files, int n_files)
{
	const struct term_opts look = { .color = set->color,
					.color_always = set->color_always,
					.mouse = set->mouse };
	struct err err = { "" };
	struct term *term = NULL;
	struct app app;
	int status = EXIT_TROUBLE;

	app_init(&app, set);
	for (int i = 0; i < n_files && !err.text[0]; i++)
		deck_add(app.deck, files[i], &err);
	if (!err.text[0])
		term = term_open(&look, &err);
	if (term)
		status = loop_run(&app, term);
	else
		complain(&err);
	term_close(term);
	app_release(&app);
	return status;
}

/* Files on the screen; as a table when there is no screen to show them on. */
static int run_screens(int argc, char **argv)
{
	unsigned where = isatty(STDOUT_FILENO) ? OPT_TUI :
						 OPT_TUI | OPT_ANALYZE;
	struct settings set;
	struct err err = { "" };
	int n_files = 0;

	settings_init(&set);
	read_config(&set);
	if (wants_help(argc, argv))
		return help(OPT_TUI);
	if (!opt_parse(&set, where, argc, argv, &n_files, &err))
		return complain(&err);
	if (!n_files) {
		err_set(&err, "name a FILE, or - for standard input; "
			      "lilscope --help tells more");
		return complain(&err);
	}
	if (!isatty(STDOUT_FILENO))
		return analyze(&set, argv, n_files);
	return screens(&set, argv, n_files);
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
	return run_screens(argc - 1, argv + 1);
}
