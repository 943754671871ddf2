/*
 * Completion for shells, made from the tables of commands and options, so that
 * a new row is completed without a line here.
 */
#include <string.h>

#include "cli/commands.h"
#include "opt/opt.h"

/* Where there is a command line. */
enum { LINE = ~(OPT_LIVE | OPT_CONFIG) };

static void put_values(const struct opt *opt, struct buf *out)
{
	for (size_t i = 0; opt->value && opt->value(i); i++)
		buf_printf(out, "%s%s", i ? " " : "", opt->value(i));
}

static bool is_file(const struct opt *opt)
{
	return opt->arg && strcmp(opt->arg, "FILE") == 0;
}

/* The names of the commands that one of these bits stands for. */
static void put_commands(unsigned where, struct buf *out)
{
	for (size_t i = 0; i < n_commands; i++)
		if (commands[i].name[0] && commands[i].where & where)
			buf_printf(out, " %s", commands[i].name);
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

static void bash_values(const struct opt *opt, struct buf *out)
{
	if (!opt->arg || is_file(opt))
		return;
	buf_printf(out, "\t--%s) COMPREPLY=($(compgen -W '", opt->name);
	put_values(opt, out);
	buf_puts(out, "' -- \"$cur\")); return ;;\n");
}

static void print_bash(struct buf *out)
{
	const struct opt *opt;

	buf_puts(out, "# lilscope completion bash >"
		      " ~/.local/share/bash-completion/completions/lilscope\n"
		      "_lilscope()\n{\n"
		      "\tlocal cur=${COMP_WORDS[COMP_CWORD]}"
		      " prev=${COMP_WORDS[COMP_CWORD-1]} words=\n"
		      "\tif [[ $prev == = ]]; then"
		      " prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
		      "\tif [[ $cur == = ]]; then"
		      " prev=${COMP_WORDS[COMP_CWORD-1]} cur=; fi\n"
		      "\tcase $prev in\n");
	for (size_t i = 0; (opt = opt_at(i)); i++)
		bash_values(opt, out);
	buf_puts(out, "\tcompletion) COMPREPLY=($(compgen -W '");
	for (size_t i = 0; completion_shell(i); i++)
		buf_printf(out, "%s%s", i ? " " : "", completion_shell(i));
	buf_puts(out, "' -- \"$cur\")); return ;;\n\tesac\n"
		      "\tcase ${COMP_WORDS[1]} in\n");
	/* The first row is what a FILE alone means: everything else. */
	for (size_t i = 1; i < n_commands; i++)
		if (commands[i].where)
			bash_options(&commands[i], out);
	bash_options(&commands[0], out);
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
		      "\tlocal IFS=$'\\n'\n"
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
	buf_printf(out, "\t'--%s%s[", opt->name, opt->arg ? "=" : "");
	put_zsh(opt->about, out);
	buf_putc(out, ']');
	if (opt->arg)
		buf_printf(out, ":%s:", opt->arg);
	if (is_file(opt))
		buf_puts(out, "_files");
	if (opt->value) {
		buf_putc(out, '(');
		put_values(opt, out);
		buf_putc(out, ')');
	}
	buf_puts(out, "' \\\n");
	if (!opt->arg) {
		buf_printf(out, "\t'--no-%s[not\\: ", opt->name);
		put_zsh(opt->about, out);
		buf_puts(out, "]' \\\n");
	}
}

static void print_zsh(struct buf *out)
{
	const struct opt *opt;

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
		      "_arguments \\\n");
	for (size_t i = 0; (opt = opt_at(i)); i++)
		zsh_option(opt, out);
	buf_puts(out, "\t'--help[what there is]' \\\n"
		      "\t'1:command or file:_lilscope_first' "
		      "'*:file:_files'\n");
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

static void fish_option(const struct opt *opt, struct buf *out)
{
	buf_printf(out, "complete -c lilscope -l %s", opt->name);
	/* A letter that means the same wherever the option is understood. */
	if (opt->letter && opt->letter_where == (opt->where & LINE))
		buf_printf(out, " -s %c", opt->letter);
	if (!(opt->where & OPT_TUI)) {
		buf_puts(out, " -n '__fish_seen_subcommand_from");
		put_commands(opt->where, out);
		buf_putc(out, '\'');
	}
	if (is_file(opt)) {
		buf_puts(out, " -r");
	} else if (opt->arg) {
		buf_puts(out, " -xa '");
		put_values(opt, out);
		buf_putc(out, '\'');
	}
	buf_puts(out, " -d '");
	put_fish(opt->about, out);
	buf_puts(out, "'\n");
	if (!opt->arg)
		buf_printf(out, "complete -c lilscope -l no-%s\n", opt->name);
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
