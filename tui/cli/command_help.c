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

static void put_command(const struct command *c, struct buf *out)
{
	size_t from = out->len;

	buf_printf(out, "  lilscope%s%s%s%s", c->name[0] ? " " : "", c->name,
		   c->args[0] ? " " : "", c->args);
	buf_pad(out, from, ABOUT_COL);
	buf_printf(out, "%s\n", c->about);
}

static void put_commands(struct buf *out)
{
	for (size_t i = 0; i < n_commands; i++)
		put_command(&commands[i], out);
}

static void put_examples(const struct command *c, struct buf *out)
{
	if (!c->examples)
		return;
	buf_puts(out, "\nExamples:\n");
	for (const char *s = c->examples; *s;) {
		size_t n = strcspn(s, "\n");

		buf_printf(out, "  %.*s\n", (int)n, s);
		s += n + 1;
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

/* What --at-threshold can say to a command; which does what by itself is in
 * the manual. */
static void put_thresholds(unsigned where, struct buf *out)
{
	enum { WRITES = OPT_DECODE | OPT_BENCH | OPT_DEMO };
	static const struct {
		const char *name, *about;
		unsigned where;
	} rows[] = {
		{ "ignore", "no rule looks", WRITES },
		{ "report", "nothing else happens; where it was is told",
		  WRITES | OPT_GUARD },
		{ "stop", "the text ends there", WRITES | OPT_GUARD },
		{ "conclude", "the thinking is shut and the answer asked for",
		  WRITES },
		{ "conclude", "the same server is asked for the answer "
			      "(--listen)", OPT_GUARD },
		{ "rollback", "the loop is cut off; on from before it, densely",
		  WRITES },
		{ "retry", "once more from the prompt, drawn anew", WRITES },
		{ "retry", "the same server is asked once more (--listen)",
		  OPT_GUARD },
		{ "POLICY", "on under another policy; dense sees all again",
		  WRITES },
	};

	if (!(where & (WRITES | OPT_GUARD)))
		return;
	buf_puts(out, where & OPT_DEMO ? "\nAt the threshold (B alone):\n" :
					 "\nAt the threshold:\n");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].where & where)
			buf_printf(out, "  %-17s %s\n", rows[i].name,
				   rows[i].about);
}

int help_options(const struct command *c)
{
	enum { READ = OPT_TUI | OPT_ANALYZE | OPT_WHY | OPT_GUARD,
	       SCREENS = OPT_TUI | OPT_DEMO };
	struct buf out = { 0 };

	if (!c->name[0]) {
		buf_puts(&out, "lilscope - see where a generation stops "
			       "telling anything new\n\n");
		put_commands(&out);
	} else {
		put_command(c, &out);
		put_examples(c, &out);
	}
	if (c->where & READ)
		buf_puts(&out,
			 "\nFILE is text, JSON lines or an array, a server's "
			 "stream or its URL, a saved\nanswer, a session or a "
			 "native trace (lilscope help formats has them all), "
			 "or a\nfolder; .gz, .zst and .zip too; \"-\" is "
			 "standard input.\n");
	if (c->where) {
		buf_puts(&out, "\nOptions:\n");
		opt_help(c->where, &out);
		buf_puts(&out, "      --help              this text\n");
	}
	put_thresholds(c->where, &out);
	put_models(c->where, &out);
	buf_printf(&out, "\n%sManual: man lilscope.%s\n",
		   c->where & SCREENS ? "On the screen ? lists all keys. " : "",
		   c->name[0] ? "\nAll commands: lilscope help." : "");
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
	if (command)
		return help_options(command);
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
