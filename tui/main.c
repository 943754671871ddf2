/*
 * main.c - the program: picks the command and hands it its options.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "opt/opt.h"
#include "opt/settings.h"
#include "system/file.h"
#include "system/say.h"
#include "system/standing.h"
#include "term/locale.h"

/* Where the last of the words is this option, -1 for nowhere. */
static int said(int argc, char **argv, const char *option)
{
	size_t n = strlen(option);
	int at = -1;

	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strncmp(argv[i], option, n) == 0 &&
		    (!argv[i][n] || argv[i][n] == '='))
			at = i;
	return at;
}

/*
 * The user's config file; a bad line is told and skipped. What is measured is
 * the user's on a screen, which shows it; a report, a guard and a bench must
 * come to the same for everybody, unless they are asked not to.
 */
static void read_config(struct settings *set, char path[FILE_PATH_BYTES])
{
	const struct settings plain = *set;
	struct err err = { "" };

	opt_config_read(set, path, &err);
	if (err.text[0])
		say_trouble(&err);
	if (!set->config) {
		set->meter = plain.meter;
		set->i_rule = plain.i_rule;
	}
}

/* Appends what is not as it is by default, though the command line does not
 * say so: "f 100, t 5". */
static void put_changed(const struct settings *set, struct buf *out)
{
	struct settings plain, now;
	const struct opt *opt;

	settings_init(&plain);
	now = plain;
	now.meter = set->meter;
	now.i_rule = set->i_rule;
	for (size_t i = 0; (opt = opt_at(i)); i++) {
		struct buf a = { 0 }, b = { 0 };

		opt->get(opt, &plain, &a);
		opt->get(opt, &now, &b);
		if (strcmp(buf_cstr(&a), buf_cstr(&b)) != 0 &&
		    !opt_is_given(set, opt->name))
			buf_printf(out, "%s%s %s", out->len ? ", " : "",
				   opt->name, buf_cstr(&b));
		buf_release(&a);
		buf_release(&b);
	}
}

/* In a report without a screen, which does not show them. */
static void tell_config(const struct settings *set, const char *path)
{
	struct buf changed = { 0 };
	struct err err = { "" };

	put_changed(set, &changed);
	if (changed.len) {
		err_set(&err, "%s: not as by default: %s", path,
			buf_cstr(&changed));
		say(stderr, err.text);
	}
	buf_release(&changed);
}

/* Words with which a command that may be a report is a screen, or lines. */
static bool is_screen(int argc, char **argv)
{
	static const char *const options[] = {
		"--script", "--plain", "--record", "--follow", "-f",
	};

	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		if (said(argc, argv, options[i]) >= 0)
			return true;
	return false;
}

/* The commands that may ask a server for what they read. */
enum { READERS = OPT_TUI | OPT_ANALYZE | OPT_GUARD };

/* What was there before the command line says more goes first: the locale,
 * then the config file. */
static int run(const struct command *command, int argc, char **argv)
{
	unsigned where = command->where;
	char config[FILE_PATH_BYTES];
	struct settings set;
	bool screen;
	struct err err = { "" };
	int n_words = argc;

	settings_init(&set);
	if (!where && said(argc, argv, "--help") < 0)
		return command->run(&set, argv, argc);
	if (!isatty(STDOUT_FILENO))
		where |= command->piped;
	screen = where & (OPT_TUI | OPT_DEMO) &&
		 (!(where & OPT_ANALYZE) || is_screen(argc, argv));
	set.look.ascii = locale_is_ascii();
	set.config = screen ? said(argc, argv, "--no-config") < 0 :
			      said(argc, argv, "--config") >
				      said(argc, argv, "--no-config");
	read_config(&set, config);
	if (said(argc, argv, "--help") >= 0)
		return help_options(command);
	if (!opt_parse(&set, where, argc, argv, &n_words, &err))
		return say_trouble(&err);
	if (where & READERS &&
	    !request_fits(&set.request, argv, n_words, &err))
		return say_trouble(&err);
	if (set.config && !screen)
		tell_config(&set, config);
	return command->run(&set, argv, n_words);
}

/* Options that people try in the place of a command. */
static const struct {
	const char *option, *command;
} aliases[] = {
	{ "--help", "help" },
	{ "-h", "help" },
	{ "--version", "version" },
	{ "-V", "version" },
};

/* "lilscope -m FILE --prompt TEXT": a model of this machine, whose place is
 * the demo. With a URL it is the server's. */
static bool asks_for_demo(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (strstr(argv[i], "://"))
			return false;
	return said(argc, argv, "-m") >= 0 || said(argc, argv, "--model") >= 0;
}

static int no_command(const char *word, const char *near)
{
	struct err err = { "" };

	err_set(&err, "%.100s: there is no such file and no such command; did "
		      "you mean lilscope %s?", word, near);
	return say_trouble(&err);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	const struct command *command;

	signal(SIGXFSZ, SIG_IGN); /* a write that is too long says so */
	if (!standing_hold())
		return EXIT_TROUBLE;
	for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
		if (strcmp(name, aliases[i].option) == 0)
			name = aliases[i].command;
	command = command_find(name);
	if (command)
		return run(command, argc - 2, argv + 2);
	if (argc < 2)
		return help_welcome();
	if (asks_for_demo(argc - 1, argv + 1))
		return run(command_find("demo"), argc - 1, argv + 1);
	command = command_near(name);
	if (command && access(name, F_OK) != 0)
		return no_command(name, command->name);
	return run(&commands[0], argc - 1, argv + 1);
}
