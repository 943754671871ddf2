/*
 * say.h - one sentence to the user on standard error.
 *
 * The sentence may quote a file or a server: what would do something to a
 * terminal is made visible (utf8.h). The screens have a line of their own
 * for this.
 */
#ifndef LILSCOPE_SAY_H
#define LILSCOPE_SAY_H

#include <stdio.h>

#include "base/err.h"

/* Writes "lilscope: ", the sentence, a newline, and flushes; `to` is not
 * owned. What can't be written is lost: there is no other place for it. */
void say(FILE *to, const char *sentence);

/* Says it on standard error. Returns EXIT_TROUBLE, so that a command can say:
 * return say_trouble(&err). */
int say_trouble(const struct err *err);

#endif
