/*
 * script.h - keys and commands from a file, on a screen without a terminal.
 *
 * One instruction a line; # begins a comment line:
 *	wait                   until everything is read and measured
 *	resize ROWS COLS       24 80 at first
 *	:COMMAND  /PATTERN     as on the screen
 *	play SECONDS           lets time pass
 *	screen FILE            saves the screen as text
 *	screen -ansi FILE      with colours, for cat
 *	screen -svg FILE       as a picture
 *	KEY...                 keys by name: v Down PgDn Ctrl-L
 * FILE may be "-". A line that makes no sense ends the script with a
 * sentence that names it.
 */
#ifndef LILSCOPE_SCRIPT_H
#define LILSCOPE_SCRIPT_H

#include "app/app.h"

enum { SCRIPT_MAX_BYTES = 1024 * 1024, SCRIPT_ROWS = 24, SCRIPT_COLS = 80 };

/* Runs the file up to the first line that is none; false and err for that, or
 * for the first command that could not be done. */
bool script_run(struct app *app, const char *path, struct err *err);

#endif
