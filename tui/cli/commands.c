/*
 * The commands as rows: what main runs, help lists and shells complete. Those
 * that need no more than a table stand here.
 */
#include "cli/commands.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "config.h"
#include "opt/opt.h"
#include "report/analyze.h"
#include "system/output.h"
#include "system/say.h"

int command_print(struct buf *out)
{
	struct err err = { "" };

	output(out->data, out->len, &err);
	buf_release(out);
	return err.text[0] ? say_trouble(&err) : 0;
}

int command_cols(void)
{
	const char *env = getenv("COLUMNS");
	struct winsize size;
	long cols = env ? strtol(env, NULL, 10) : 0;

	if (cols > 0)
		return (int)MIN(cols, (long)ANALYZE_COLS_MAX);
	if (!isatty(STDOUT_FILENO) ||
	    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_col)
		return ANALYZE_COLS_DEFAULT;
	return size.ws_col;
}

static int version(const struct settings *set, char **words, int n_words)
{
	struct buf out = { 0 };

	(void)set;
	(void)words;
	(void)n_words;
	buf_puts(&out, PACKAGE_STRING "\n");
	return command_print(&out);
}

static int completion(const struct settings *set, char **words, int n_words)
{
	struct buf out = { 0 };
	struct err err = { "" };

	(void)set;
	if (n_words == 1 && completion_print(words[0], &out))
		return command_print(&out);
	err_set(&err, "completion takes bash, zsh or fish");
	return say_trouble(&err);
}

const struct command commands[] = {
	{ .name = "", .args = "[OPTIONS] FILE...", .where = OPT_TUI,
	  .piped = OPT_ANALYZE, .run = command_screens,
	  .about = "look at generations on the screen" },
	{ .name = "analyze", .args = "[OPTIONS] FILE...",
	  .where = OPT_ANALYZE, .run = command_analyze,
	  .about = "a line a generation; -, --json",
	  .examples = "lilscope analyze *.jsonl\n"
		      "lilscope analyze --check run.txt\n"
		      "lilscope analyze --json --keep seed . > runs.report\n" },
	{ .name = "why", .args = "[OPTIONS] FILE...", .where = OPT_WHY,
	  .run = command_why, .about = "how a file was read, and why so",
	  .examples = "lilscope why strange.json\n" },
	{ .name = "merge", .args = "[OPTIONS] REPORT...", .where = OPT_MERGE,
	  .run = command_merge,
	  .about = "what analyze --json wrote, as one table",
	  .examples = "lilscope merge --by model,policy *.report\n"
		      "lilscope merge --csv --by policy,budget *.report\n" },
	{ .name = "guard", .args = "[OPTIONS] [FILE]", .where = OPT_GUARD,
	  .run = command_guard, .about = "a filter that ends a loop",
	  .examples = "curl -sN URL -d @ask.json | lilscope guard > a.sse\n"
		      "lilscope guard --listen 127.0.0.1:8081 "
		      "--upstream http://127.0.0.1:8080\n" },
	{ .name = "demo", .args = "[OPTIONS]", .where = OPT_DEMO,
	  .run = command_demo,
	  .about = "a small model, dense beside sparse, live",
	  .examples = "lilscope demo --tour\n"
		      "lilscope demo -m model.gguf --prompt 'Tell me a story.' "
		      "--policy h2o\n" },
	{ .name = "decode", .args = "[OPTIONS]", .where = OPT_DECODE,
	  .run = command_decode, .about = "a model writes: a record a token",
	  .examples = "lilscope decode -m model.gguf --text "
		      "--prompt 'Tell me a story.'\n"
		      "lilscope decode -m model.gguf --prompt @ask.txt "
		      "--policy quest > run.jsonl\n" },
	{ .name = "bench", .args = "[OPTIONS]", .where = OPT_BENCH,
	  .run = command_bench,
	  .about = "problems x policies x budgets, as a table",
	  .examples = "lilscope bench --policies dense,quest,h2o -b 96,192 "
		      "-n 20\n"
		      "lilscope bench -m model.gguf --problems gsm8k.jsonl "
		      "--out runs.jsonl\n" },
	{ .name = "selftest", .args = "", .run = command_selftest,
	  .about = "the measures on sources of known entropy" },
	{ .name = "doctor", .args = "", .run = command_doctor,
	  .about = "what it finds here, what it lacks" },
	{ .name = "completion", .args = "bash|zsh|fish", .run = completion,
	  .about = "completion for a shell" },
	{ .name = "help", .args = "[TOPIC]", .run = command_help,
	  .about = "commands; analyze bench demo guard ..." },
	{ .name = "version", .args = "", .run = version,
	  .about = "the version" },
};
const size_t n_commands = ARRAY_LEN(commands);

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < n_commands; i++)
		if (name[0] && strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

const struct command *command_near(const char *word)
{
	enum { SHORTEST = 4, FARTHEST = 2 };
	size_t n = strlen(word);

	for (size_t i = 0; i < n_commands && n >= SHORTEST; i++)
		if (commands[i].name[0] &&
		    opt_distance(word, n, commands[i].name) <= FARTHEST)
			return &commands[i];
	return NULL;
}
