/*
 * pressed.h - what every key and command does, as people see it.
 *
 * A row is one key or command in one view. It is pressed on a program that
 * has just opened three small recordings of one prompt (pressed_data.c), or
 * on the demo, after the keys and commands of `before`; then the screen must
 * show `want`, which it did not show before. Nothing of the program's state
 * is looked at but what it asks its loop for: quit, suspend, repaint are
 * shown as "[quit]" ... under the screen.
 */
#ifndef LILSCOPE_TEST_PRESSED_H
#define LILSCOPE_TEST_PRESSED_H

#include <stddef.h>
#include <stdio.h>

struct pressed {
	const char *action;
	const char *view;   /* by its name, "demo", or NULL: any */
	/* Keys by name, ":COMMAND", "play SECONDS"; ';' stands between. What
	 * follows a '|' is done after the press: it shows what that did. */
	const char *before;
	/* NULL: its keys, and ":ACTION"; else ":ACTION ARG" alone, or the
	 * letter that its key waits for. */
	const char *arg;
	const char *want;   /* "!..." must go, and was there */
};

extern const struct pressed pressed_rows[];
extern const size_t n_pressed_rows;

/* Three runs of one prompt, a native trace: new words, a loop, new words
 * again; the first with what its cache kept in two layers. */
void pressed_write(FILE *f);

#endif
