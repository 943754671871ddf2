/*
 * plain.h - generations as lines that are only ever added: for screen
 * readers, dumb terminals and logs. No drawing, no colour.
 */
#ifndef LILSCOPE_PLAIN_H
#define LILSCOPE_PLAIN_H

#include "app/app.h"

/* Prints every generation of app->deck: what it is, a line for each check of
 * the rule while it comes, and the verdict. Returns the exit status; err
 * says it when standard output can't be written. */
int plain_run(struct app *app, struct err *err);

#endif
