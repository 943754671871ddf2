/*
 * results.h - what a bench wrote with --out, shown without running anything.
 */
#ifndef LILSCOPE_RESULTS_H
#define LILSCOPE_RESULTS_H

#include <stdbool.h>

struct settings;

/* Whether the file begins as the results of a bench do. */
bool results_are(const char *path);

/* The sweep on a terminal, then the tables; an exit status. f, t,
 * patience and coder are the file's where the command line names none. */
int results_show(const struct settings *set, const char *path);

#endif
