/*
 * main.c - the program: picks the command and hands it its options.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app/app.h"
#include "cli/commands.h"
#include "cli/tables.h"
#include "cli/topics.h"
#include "config.h"
#include "demo/demo.h"
#include "loop/show.h"
#include "opt/opt.h"
#include "report/analyze.h"
#include "system/file.h"
#include "system/output.h"
#include "system/say.h"

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

/* On standard output; out is released. */
static int print(struct buf *out)
{
	struct err err = { "" };

	output(out->data, out->len, &err);
	buf_release(out);
	return err.text[0] ? say_trouble(&err) : 0;
}

static int run_version(int argc, char **argv)
{
	struct buf out = { 0 };

	(void)argc;
	(void)argv;
	buf_puts(&out, PACKAGE_STRING "\n");
	return print(&out);
}

static void put_commands(struct buf *out)
{
	for (size_t i = 0; i < n_commands; i++) {
		size_t from = out->len;

		buf_printf(out, "  lilscope%s%s%s%s",
			   commands[i].name[0] ? " " : "", commands[i].name,
			   commands[i].args[0] ? " " : "", commands[i].args);
		do {
			buf_putc(out, ' ');
		} while (out->len - from < 39);
		buf_printf(out, "%s\n", commands[i].about);
	}
}

/* What a command does when nothing is said, and what its names are. */
static void put_models(unsigned where, struct buf *out)
{
	if (where & OPT_DEMO)
		buf_printf(out,
			   "\nUnless told otherwise the model in the box "
			   "solves problem 1, dense (A) and by\nquest with a "
			   "budget of %d tokens (B); f = %d tokens, t = %g "
			   "bytes. Piped, or\nwith --plain, the runs go to "
			   "their ends and are printed side by side.\n",
			   DEMO_BUDGET, DEMO_F, DEMO_T);
	if (!(where & (OPT_DEMO | OPT_DECODE | OPT_BENCH)))
		return;
	buf_puts(out, "\nPolicies:\n");
	topic_print("policies", out);
}

static int help(unsigned where)
{
	struct buf out = { 0 };

	buf_puts(&out, "lilscope - see where a generation stops telling "
		       "anything new\n\n");
	put_commands(&out);
	buf_puts(&out,
		 "\nFILE is text, JSON lines, a JSON array, a stream of an "
		 "OpenAI-like server or\nof Ollama, or a native trace; .gz "
		 "and .zst too; \"-\" is standard input.\n\nOptions:\n");
	opt_help(where, &out);
	buf_puts(&out, "      --help              this text\n");
	put_models(where, &out);
	buf_puts(&out, "\nOn the screen ? lists all keys. Manual: man "
		       "lilscope.\n");
	return print(&out);
}

static int no_topic(const char *topic)
{
	struct err err = { "" };

	err_set(&err, "there is no help on \"%s\"; lilscope help takes "
		      "analyze, bench, decode, demo, guard, formats, keys, "
		      "policies or rules", topic);
	return say_trouble(&err);
}

/* "help", and "help --tables" for what the manual is checked against. */
static int run_help(int argc, char **argv)
{
	struct buf out = { 0 };

	for (size_t i = 0; argc >= 1 && i < n_commands; i++)
		if (commands[i].name[0] && commands[i].where &&
		    strcmp(argv[0], commands[i].name) == 0)
			return help(commands[i].where);
	if (argc < 1)
		return help(OPT_TUI);
	if (strcmp(argv[0], "--tables") == 0)
		tables_print(&out);
	else if (!topic_print(argv[0], &out))
		return no_topic(argv[0]);
	return print(&out);
}

/* lilscope alone: what it can do, and where to begin. */
static int welcome(void)
{
	struct buf out = { 0 };

	buf_puts(&out, "lilscope shows where a reasoning model's output stops "
		       "telling anything new.\n\n"
		       "Try first:\n"
		       "  lilscope FILE             look at a recorded "
		       "generation on the screen\n"
		       "  lilscope analyze FILE     the same numbers as a "
		       "table\n"
		       "  lilscope demo --tour      a model at work, explained "
		       "in two minutes\n\n"
		       "All it can do:\n");
	put_commands(&out);
	return print(&out);
}

static int run_completion(int argc, char **argv)
{
	struct buf out = { 0 };
	struct err err = { "" };

	if (argc == 1 && completion_print(argv[0], &out))
		return print(&out);
	err_set(&err, "completion takes bash, zsh or fish");
	return say_trouble(&err);
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
	job.output = outputs[set->report.output];
	job.check = set->report.check;
	job.i_rule = set->i_rule;
	job.format = set->read.format;
	job.field = set->read.field;
	job.first_record = set->read.first_record;
	job.request = request_of(&set->request);
	job.progress = isatty(STDERR_FILENO);
	if (cols)
		job.cols = cols;
	return analyze_files(&job, files, (size_t)n_files, stderr);
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
		say_trouble(&err);
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
	if (!opt_parse(&set, OPT_ANALYZE, argc, argv, &n_files, &err) ||
	    !request_fits(&set.request, argv, n_files, &err))
		return say_trouble(&err);
	if (!n_files) {
		err_set(&err, "analyze needs a FILE, or - for standard "
			      "input; lilscope --help tells more");
		return say_trouble(&err);
	}
	return analyze(&set, argv, n_files);
}

/* The filter. Everything but reading the options is in command_guard.c. */
static int run_guard(int argc, char **argv)
{
	struct settings set;
	struct err err = { "" };
	int n_files = 0;

	settings_init(&set);
	read_config(&set);
	if (wants_help(argc, argv))
		return help(OPT_GUARD);
	if (!opt_parse(&set, OPT_GUARD, argc, argv, &n_files, &err) ||
	    !request_fits(&set.request, argv, n_files, &err))
		return say_trouble(&err);
	return command_guard(&set, argv, n_files);
}

/* The value names UTF-8, however it is written. */
static bool names_utf8(const char *value)
{
	for (; *value; value++)
		if (strncasecmp(value, "utf8", 4) == 0 ||
		    strncasecmp(value, "utf-8", 5) == 0)
			return true;
	return false;
}

/* A locale that was set to something else than UTF-8 means ASCII; without
 * any locale the terminal is taken for one of today. */
static bool locale_is_ascii(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *value = getenv(names[i]);

		if (value && value[0])
			return !names_utf8(value);
	}
	return false;
}

/* The commands that want a model. */
static int run_model(unsigned where, int argc, char **argv,
		     int (*command)(const struct settings *set, int n_files))
{
	struct settings set;
	struct err err = { "" };
	int n_files = 0;

	settings_init(&set);
	set.look.ascii = locale_is_ascii();
	read_config(&set);
	if (wants_help(argc, argv))
		return help(where);
	if (!opt_parse(&set, where, argc, argv, &n_files, &err))
		return say_trouble(&err);
	return command(&set, n_files);
}

static int run_decode(int argc, char **argv)
{
	return run_model(OPT_DECODE, argc, argv, command_decode);
}

static int run_demo(int argc, char **argv)
{
	return run_model(OPT_DEMO, argc, argv, command_demo);
}

static int run_bench(int argc, char **argv)
{
	return run_model(OPT_BENCH, argc, argv, command_bench);
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
		status = show_app(&app, &err);
	}
	if (err.text[0])
		say_trouble(&err);
	app_release(&app);
	return status;
}

/* Files on the screen; as a table when there is no screen to show them on. */
static int run_screens(int argc, char **argv)
{
	bool tty = isatty(STDOUT_FILENO);
	struct settings set;
	struct err err = { "" };
	int n_files = 0;

	settings_init(&set);
	set.look.ascii = locale_is_ascii();
	read_config(&set);
	if (wants_help(argc, argv))
		return help(OPT_TUI);
	if (!opt_parse(&set, tty ? OPT_TUI : OPT_TUI | OPT_ANALYZE, argc, argv,
		       &n_files, &err) ||
	    !request_fits(&set.request, argv, n_files, &err))
		return say_trouble(&err);
	if (!n_files) {
		err_set(&err, "name a FILE, or - for standard input; "
			      "lilscope --help tells more");
		return tty ? welcome() : say_trouble(&err);
	}
	if (!tty && !set.show.script[0] && !set.show.plain)
		return analyze(&set, argv, n_files);
	return screens(&set, argv, n_files);
}

const struct command commands[] = {
	{ "", "[OPTIONS] FILE...", "look at generations on the screen", OPT_TUI,
	  run_screens },
	{ "analyze", "[OPTIONS] FILE...", "a line a generation; -, --json",
	  OPT_ANALYZE, run_analyze },
	{ "guard", "[OPTIONS] [FILE]", "a filter that ends a loop", OPT_GUARD,
	  run_guard },
	{ "demo", "[OPTIONS]", "a small model, dense beside sparse, live",
	  OPT_DEMO, run_demo },
	{ "decode", "[OPTIONS]", "a model writes: a record a token", OPT_DECODE,
	  run_decode },
	{ "bench", "[OPTIONS]", "problems x policies x budgets, as a table",
	  OPT_BENCH, run_bench },
	{ "completion", "bash|zsh|fish", "completion for a shell", 0,
	  run_completion },
	{ "help", "[TOPIC]", "commands; analyze bench demo guard ...", 0,
	  run_help },
	{ "version", "", "the version", 0, run_version },
};
const size_t n_commands = ARRAY_LEN(commands);

/* Options that people try in the place of a command. */
static const struct {
	const char *option, *command;
} aliases[] = {
	{ "--help", "help" },
	{ "-h", "help" },
	{ "--version", "version" },
	{ "-V", "version" },
};

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
		if (strcmp(name, aliases[i].option) == 0)
			name = aliases[i].command;
	for (size_t i = 0; i < n_commands; i++)
		if (commands[i].name[0] && strcmp(name, commands[i].name) == 0)
			return commands[i].run(argc - 2, argv + 2);
	if (argc < 2)
		return welcome();
	return run_screens(argc - 1, argv + 1);
}
