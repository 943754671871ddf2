/*
 * commands.h - what stands after "lilscope": one table for the program, its
 * help, the manual and completion.
 */
#ifndef LILSCOPE_COMMANDS_H
#define LILSCOPE_COMMANDS_H

#include "base/buf.h"

struct command {
	const char *name;  /* "" is what a FILE alone means */
	const char *args;  /* after the name */
	const char *about;
	unsigned where;    /* OPT_ bits of its options, 0: none */
	/* argv without program and command; returns the exit status. */
	int (*run)(int argc, char **argv);
};

extern const struct command commands[];
extern const size_t n_commands;

struct settings;

/* lilscope guard: a filter, or a proxy. Returns the exit status.
 * command_guard.c */
int command_bench(const struct settings *set, int n_files);
int command_decode(const struct settings *set, int n_files);
int command_demo(const struct settings *set, int n_files);
int command_guard(const struct settings *set, char **files, int n_files);

/* The script that completes commands, options and their values; false if
 * there is none for this shell. completion.c */
bool completion_print(const char *shell, struct buf *out);
/* Shells by number, NULL past the last. */
const char *completion_shell(size_t i);

#endif
