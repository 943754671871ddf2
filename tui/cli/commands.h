/*
 * commands.h - what stands after "lilscope": one table for the program, its
 * help, the manual and completion.
 */
#ifndef LILSCOPE_COMMANDS_H
#define LILSCOPE_COMMANDS_H

#include "base/buf.h"

struct settings;

/* Returns the exit status. Words: what is no option; of a command without
 * options, all. */
typedef int command_run(const struct settings *set, char **words, int n_words);

struct command {
	const char *name;  /* "" is what a FILE alone means */
	const char *args;  /* after the name */
	const char *about;
	const char *examples; /* lines for its --help; NULL: none */
	unsigned where;    /* OPT_ bits of its options, 0: none */
	unsigned piped;    /* more of them without a terminal to write to */
	command_run *run;
};

/* The first row is the one without a name. */
extern const struct command commands[];
extern const size_t n_commands;

/* NULL: no such command. "" is none. */
const struct command *command_find(const char *name);

/* The one that may be meant by a word that is none; NULL: no word is near. */
const struct command *command_near(const char *word);

/* Each in its command_NAME.c. */
command_run command_analyze, command_bench, command_decode, command_demo,
	command_doctor, command_guard,
	command_help, command_screens, command_selftest,
	command_merge, command_why;

/* What the command takes and does, examples and its options, on standard
 * output; of the one without a name all commands, too. Returns the exit status.
 * command_help.c */
int help_options(const struct command *command);
/* What lilscope help takes, by number; NULL past the last. */
const char *help_topic(size_t i);
/* lilscope alone: where to begin, and the commands. Returns the exit status. */
int help_welcome(void);

/* All of it on standard output; out is released. Returns the exit status: it
 * is said why not, unless nobody reads. */
int command_print(struct buf *out);

/* Columns for a table on standard output: $COLUMNS, else the terminal's, else
 * 80. */
int command_cols(void);

/* The script that completes commands, options and their values; false if
 * there is none for this shell. completion.c */
bool completion_print(const char *shell, struct buf *out);
/* Shells by number, NULL past the last. */
const char *completion_shell(size_t i);

#endif
