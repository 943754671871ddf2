/*
 * command_help.c - lilscope help: the commands, the options of one of them,
 * and the tables of the program as topics.
 */
#include <string.h>

#include "cli/commands.h"
#include "cli/tables.h"
#include "cli/topics.h"
#include "demo/demo.h"
#include "opt/opt.h"
#include "system/say.h"

enum { ABOUT_COL = 39 };

static void put_commands(struct buf *out)
{
	for (size_t i = 0; i < n_commands; i++) {
		const struct command *c = &commands[i];
		size_t from = out->len;

		buf_printf(out, "  lilscope%s%s%s%s", c->name[0] ? " " : "",
			   c->name, c->args[0] ? " " : "", c->args);
		buf_pad(out, from, ABOUT_COL);
		buf_printf(out, "%s\n", c->about);
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

int help_options(unsigned where)
{
	struct buf out = { 0 };

	buf_puts(&out, "lilscope - see where a generation stops telling "
		       "anything new\n\n");
	put_commands(&out);
	buf_puts(&out,
		 "\nFILE is text, JSON lines or an array, a server's stream "
		 "or its URL, a saved\nanswer, a session or a native trace "
		 "(lilscope help formats has them all), or a\nfolder; .gz, "
		 ".zst and .zip too; \"-\" is standard input.\n\n"
		 "Options:\n");
	opt_help(where, &out);
	buf_puts(&out, "      --help              this text\n");
	put_models(where, &out);
	buf_puts(&out, "\nOn the screen ? lists all keys. Manual: man "
		       "lilscope.\n");
	return command_print(&out);
}

/* Commands that have options, then the tables; NULL past the last. */
const char *help_topic(size_t i)
{
	for (size_t k = 0; k < n_commands; k++)
		if (commands[k].name[0] && commands[k].where && !i--)
			return commands[k].name;
	return topic_name(i);
}

static int no_topic(const char *topic)
{
	struct err err = { "" };
	struct buf all = { 0 };

	for (size_t i = 0; help_topic(i); i++)
		buf_printf(&all, "%s%s",
			   !i ? "" : help_topic(i + 1) ? ", " : " or ",
			   help_topic(i));
	err_set(&err, "there is no help on \"%s\"; lilscope help takes %s",
		topic, buf_cstr(&all));
	buf_release(&all);
	return say_trouble(&err);
}

/* "help", and "help --tables" for what the manual is checked against. */
int command_help(const struct settings *set, char **words, int n_words)
{
	const char *topic = n_words > 0 ? words[0] : "";
	const struct command *command = command_find(topic);
	struct buf out = { 0 };

	(void)set;
	if (n_words < 1)
		command = &commands[0];
	if (command && command->where)
		return help_options(command->where);
	if (strcmp(topic, "--tables") == 0)
		tables_print(&out);
	else if (!topic_print(topic, &out))
		return no_topic(topic);
	return command_print(&out);
}

/* lilscope alone: what it can do, and where to begin. */
int help_welcome(void)
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
	return command_print(&out);
}
