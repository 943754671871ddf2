/*
 * Completion for shells, made from the tables of commands and options, so that
 * a new row is completed without a line here.
 */
#include <string.h>

#include "cli/commands.h"
#include "opt/opt.h"

/* Where there is a command line. */
enum { LINE = ~(OPT_LIVE | OPT_CONFIG) };

static void put_parted(const char *(*value)(size_t i), const char *between,
		       struct buf *out)
{
	for (size_t i = 0; value && value(i); i++)
		buf_printf(out, "%s%s", i ? between : "", value(i));
}

static void put_list(const char *(*value)(size_t i), struct buf *out)
{
	put_parted(value, " ", out);
}

/* A file, or a name that may be one. */
static bool is_file(const struct opt *opt)
{
	return opt->arg && !opt->value &&
	       (strcmp(opt->arg, "FILE") == 0 || strcmp(opt->arg, "NAME") == 0);
}

/* Its values stand behind each other, with commas. */
static bool is_list(const struct opt *opt)
{
	return opt->arg && opt->value &&
	       (strcmp(opt->arg, "LIST") == 0 ||
		strcmp(opt->arg, "FIELDS") == 0);
}

/* Commands that take words of their own, or none: no files, no options. */
static const struct {
	const char *name;
	const char *(*value)(size_t i);
} worded[] = {
	{ "completion", completion_shell },
	{ "help", help_topic },
	{ "doctor", NULL },
	{ "selftest", NULL },
	{ "version", NULL },
};

/* The names of the commands that have it, or of those that have not. */
static void put_commands(const struct opt *opt, bool have, struct buf *out)
{
	for (size_t i = 0; i < n_commands; i++)
		if (commands[i].name[0] &&
		    !!(commands[i].where & opt->where) == have)
			buf_printf(out, " %s", commands[i].name);
}

/* The options of each command; the first row is what a FILE alone means:
 * everything else, so it comes last. */
static void put_options(void (*put)(const struct command *command,
				    struct buf *out), struct buf *out)
{
	for (size_t i = 1; i < n_commands; i++)
		if (commands[i].where)
			put(&commands[i], out);
	put(&commands[0], out);
}

/* --- bash --------------------------------------------------------------- */

static void bash_options(const struct command *command, struct buf *out)
{
	const struct opt *opt;

	buf_printf(out, "\t%s) words='",
		   command->name[0] ? command->name : "*");
	for (size_t i = 0; (opt = opt_at(i)); i++) {
		if (!(opt->where & command->where))
			continue;
		buf_printf(out, " --%s", opt->name);
		if (!opt->arg)
			buf_printf(out, " --no-%s", opt->name);
	}
	buf_puts(out, " --help' ;;\n");
}

/* Does its letter mean something else anywhere? */
static bool letter_is_its_own(const struct opt *opt)
{
	const struct opt *other;

	for (size_t i = 0; opt->letter && (other = opt_at(i)); i++)
		if (other != opt && other->letter == opt->letter)
			return false;
	return opt->letter;
}

static void bash_values(const struct opt *opt, struct buf *out)
{
	if (!opt->arg || is_file(opt))
		return;
	buf_printf(out, "\t--%s", opt->name);
	if (letter_is_its_own(opt))
		buf_printf(out, "|-%c", opt->letter);
	buf_puts(out, is_list(opt) ? ") _lilscope_list '" :
				     ") COMPREPLY=($(compgen -W '");
	put_list(opt->value, out);
	buf_puts(out, is_list(opt) ? "'; return ;;\n" :
				     "' -- \"$cur\")); return ;;\n");
}

/* Where such a word stands, and nowhere else. */
static void bash_words(const char *name, const char *(*value)(size_t i),
		       struct buf *out)
{
	buf_printf(out, "\t%s) if ((COMP_CWORD == 2)); then "
			"COMPREPLY=($(compgen -W '", name);
	put_list(value, out);
	buf_puts(out, " --help' -- \"$cur\")); fi\n"
		      "\t\tif ((COMP_CWORD > 1)); then return; fi ;;\n");
}

static void print_bash(struct buf *out)
{
	const struct opt *opt;

	buf_puts(out, "# lilscope completion bash >"
		      " ~/.local/share/bash-completion/completions/lilscope\n"
		      "_lilscope_list()\n{\n"
		      "\tlocal before=\n"
		      "\tif [[ $cur == *,* ]]; then before=${cur%,*},; fi\n"
		      "\tcompopt -o nospace 2>/dev/null\n"
		      "\tCOMPREPLY=($(compgen -P \"$before\" -W \"$1\""
		      " -- \"${cur##*,}\"))\n}\n"
		      "_lilscope()\n{\n"
		      "\tlocal cur=${COMP_WORDS[COMP_CWORD]}"
		      " prev=${COMP_WORDS[COMP_CWORD-1]} words=\n"
		      "\tif [[ $prev == = ]]; then"
		      " prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
		      "\tif [[ $cur == = ]]; then"
		      " prev=${COMP_WORDS[COMP_CWORD-1]} cur=; fi\n"
		      "\tlocal before IFS=$'\\n'\n"
		      "\tbefore=\"${COMP_WORDS[*]:0:COMP_CWORD}\"\n"
		      "\tif [[ $'\\n'$before$'\\n' == *$'\\n--\\n'* ]]; then\n"
		      "\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n"
		      "\t\treturn\n\tfi\n"
		      "\tIFS=$' \\t\\n'\n"
		      "\tcase $prev in\n");
	for (size_t i = 0; (opt = opt_at(i)); i++)
		bash_values(opt, out);
	buf_puts(out, "\tesac\n\tcase ${COMP_WORDS[1]} in\n");
	for (size_t i = 0; i < ARRAY_LEN(worded); i++)
		bash_words(worded[i].name, worded[i].value, out);
	put_options(bash_options, out);
	buf_puts(out, "\tesac\n"
		      "\tif [[ $cur == -* ]]; then\n"
		      "\t\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
		      "\t\treturn\n\tfi\n"
		      "\tif ((COMP_CWORD == 1)); then\n"
		      "\t\tCOMPREPLY=($(compgen -W '");
	for (size_t i = 0; i < n_commands; i++)
		if (commands[i].name[0])
			buf_printf(out, "%s ", commands[i].name);
	buf_puts(out, "' -- \"$cur\"))\n\tfi\n"
		      "\tIFS=$'\\n'\n"
		      "\tCOMPREPLY+=($(compgen -f -- \"$cur\"))\n}\n"
		      "complete -o filenames -F _lilscope lilscope\n");
}

/* --- zsh ---------------------------------------------------------------- */

/* Text inside '...[...]': brackets, colons and quotes are not for it. */
static void put_zsh(const char *text, struct buf *out)
{
	for (; *text; text++) {
		if (*text == '\'')
			buf_puts(out, "'\\''");
		else if (strchr("[]:\\", *text))
			buf_printf(out, "\\%c", *text);
		else
			buf_putc(out, *text);
	}
}

static void zsh_option(const struct opt *opt, struct buf *out)
{
	buf_printf(out, "\t\t'--%s%s[", opt->name, opt->arg ? "=" : "");
	put_zsh(opt->about, out);
	buf_putc(out, ']');
	if (opt->arg) {
		buf_putc(out, ':');
		put_zsh(opt->arg, out);
		buf_putc(out, ':');
	}
	if (is_file(opt))
		buf_puts(out, "_files");
	if (is_list(opt)) {
		buf_printf(out, "_values -s , %s ", opt->arg);
		put_list(opt->value, out);
	} else if (opt->value) {
		buf_putc(out, '(');
		put_list(opt->value, out);
		buf_putc(out, ')');
	}
	buf_puts(out, "'\n");
	if (!opt->arg) {
		buf_printf(out, "\t\t'--no-%s[not\\: ", opt->name);
		put_zsh(opt->about, out);
		buf_puts(out, "]'\n");
	}
}

static void zsh_options(const struct command *command, struct buf *out)
{
	const struct opt *opt;

	buf_printf(out, "%s)\n\tspecs=(\n",
		   command->name[0] ? command->name : "*");
	for (size_t i = 0; (opt = opt_at(i)); i++)
		if (opt->where & command->where)
			zsh_option(opt, out);
	buf_puts(out, "\t\t'--help[what there is]'\n\t) ;;\n");
}

static void print_zsh(struct buf *out)
{
	buf_puts(out, "#compdef lilscope\n"
		      "# lilscope completion zsh >\"${fpath[1]}/_lilscope\"\n"
		      "_lilscope_first()\n{\n\tlocal -a found=(\n");
	for (size_t i = 0; i < n_commands; i++) {
		if (!commands[i].name[0])
			continue;
		buf_printf(out, "\t\t'%s:", commands[i].name);
		put_zsh(commands[i].about, out);
		buf_puts(out, "'\n");
	}
	buf_puts(out, "\t)\n\t_describe command found\n\t_files\n}\n"
		      "local -a specs\n"
		      "local rest=_files\n"
		      "case $words[2] in\n");
	for (size_t i = 0; i < ARRAY_LEN(worded); i++) {
		bool any = worded[i].value;

		buf_printf(out, "%s) rest='%s", worded[i].name,
			   any ? "(" : " ");
		put_list(worded[i].value, out);
		buf_printf(out, "%s' specs='--help[what there is]' ;;\n",
			   any ? ")" : "");
	}
	put_options(zsh_options, out);
	buf_puts(out, "esac\n"
		      "_arguments $specs '1:command or file:_lilscope_first' "
		      "\"*:word:$rest\"\n");
}

/* --- fish --------------------------------------------------------------- */

static void put_fish(const char *text, struct buf *out)
{
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			buf_putc(out, '\\');
		buf_putc(out, *text);
	}
}

/* What screens take stands behind a FILE, that is behind no command. */
static void fish_head(const struct opt *opt, const char *no, struct buf *out)
{
	buf_printf(out,
		   "complete -c lilscope -l %s%s"
		   " -n '%s__fish_seen_subcommand_from",
		   no, opt->name, opt->where & OPT_TUI ? "not " : "");
	put_commands(opt, !(opt->where & OPT_TUI), out);
	buf_putc(out, '\'');
}

static void fish_option(const struct opt *opt, struct buf *out)
{
	fish_head(opt, "", out);
	/* A letter that means the same wherever the option is understood. */
	if (opt->letter && opt->letter_where == (opt->where & LINE))
		buf_printf(out, " -s %c", opt->letter);
	if (is_file(opt)) {
		buf_puts(out, " -rF");
	} else if (opt->arg) {
		buf_puts(out, is_list(opt) ?
				 " -xa '(__fish_complete_list , \"echo " :
				 " -xa '");
		put_parted(opt->value, is_list(opt) ? "\\n" : " ", out);
		buf_puts(out, is_list(opt) ? "\")'" : "'");
	}
	buf_puts(out, " -d '");
	put_fish(opt->about, out);
	buf_puts(out, "'\n");
	if (!opt->arg) {
		fish_head(opt, "no-", out);
		buf_putc(out, '\n');
	}
}

static void print_fish(struct buf *out)
{
	const struct opt *opt;

	buf_puts(out, "# lilscope completion fish >"
		      " ~/.config/fish/completions/lilscope.fish\n");
	for (size_t i = 0; i < n_commands; i++) {
		if (!commands[i].name[0])
			continue;
		buf_printf(out,
			   "complete -c lilscope -n __fish_use_subcommand "
			   "-a %s -d '",
			   commands[i].name);
		put_fish(commands[i].about, out);
		buf_puts(out, "'\n");
	}
	for (size_t i = 0; i < ARRAY_LEN(worded); i++) {
		buf_printf(out, "complete -c lilscope -n "
				"'__fish_seen_subcommand_from %s' -f%s",
			   worded[i].name, worded[i].value ? " -a '" : "\n");
		if (!worded[i].value)
			continue;
		put_list(worded[i].value, out);
		buf_puts(out, "'\n");
	}
	for (size_t i = 0; (opt = opt_at(i)); i++)
		fish_option(opt, out);
}

static const struct {
	const char *name;
	void (*print)(struct buf *out);
} shells[] = {
	{ "bash", print_bash },
	{ "zsh", print_zsh },
	{ "fish", print_fish },
};

const char *completion_shell(size_t i)
{
	return i < ARRAY_LEN(shells) ? shells[i].name : NULL;
}

bool completion_print(const char *shell, struct buf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(shells); i++) {
		if (strcmp(shells[i].name, shell) != 0)
			continue;
		shells[i].print(out);
		return true;
	}
	return false;
}
