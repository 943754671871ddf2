/*
 * caps.h - the terminal database; caps.c is the only file that knows curses.
 *
 * One terminal at a time (the library keeps it in a global). Strings have
 * their padding removed: no terminal of today needs it.
 */
#ifndef LILSCOPE_CAPS_H
#define LILSCOPE_CAPS_H

#include "base/base.h"

enum { CAPS_BYTES = 64 }; /* one sequence, parameters filled in */

/* Looks up $TERM, or what it is a kind of, for the terminal on fd; false if
 * both are unknown. */
bool caps_open(int fd);
void caps_close(void);

/* The capability by its terminfo name; "" if the terminal lacks it. */
void caps_string(const char *name, char out[CAPS_BYTES]);
int caps_number(const char *name); /* negative: unknown */

/* A sequence with its parameters filled in; valid until the next call. */
const char *caps_fill(const char *sequence, int a, int b);

/* The version of ncurses that it runs with. */
const char *caps_library(void);

#endif
