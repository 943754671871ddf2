/*
 * lil.h - what the tests of the screens share: a scratch home, files to
 * open, and the program on a terminal.
 *
 * Use with lil_setup and lil_teardown around every test: each has a home of
 * its own, so no session of one is restored in another.
 */
#ifndef LILSCOPE_TESTS_LIL_H
#define LILSCOPE_TESTS_LIL_H

#include <stdarg.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "pty.h"
#include "scratch.h"

enum {
	LIL_ARGS_MAX = 24,
	/* The trace: numbered words that never repeat, then a loop. */
	LIL_NEW_WORDS = 1500,
	LIL_WORDS = 4500,
	/* The list: generations in one JSON-lines file. */
	LIL_RECORDS = 12,
	/* No output for so long counts as: it has nothing more to say. */
	LIL_QUIET_MS = 150,
};

struct lil {
	char dir[SCRATCH_PATH_BYTES];   /* everything is below */
	char home[SCRATCH_PATH_BYTES];
	char trace[SCRATCH_PATH_BYTES]; /* a text that ends in a loop */
	char list[SCRATCH_PATH_BYTES];  /* JSON lines, LIL_RECORDS */
	struct pty *p;                  /* the program, NULL at first */
};

int lil_setup(void **state);
int lil_teardown(void **state);
#define lil_test(f) cmocka_unit_test_setup_teardown(f, lil_setup, lil_teardown)

/* Starts "lilscope args..." in the place of the one before. `how` gives
 * size, environment and redirections; its argv and home are ignored. */
void lil_start(struct lil *l, const struct pty_spec *how,
	       const char *const *args);
#define LIL_ARGS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* On the trace at 80x24, until it is drawn and silent. */
void lil_open_trace(struct lil *l);

/* Waits until nothing more is written. */
void lil_settle(struct lil *l);

/* Types a command line after ":" and Enter. */
void lil_command(struct lil *l, const char *command);

/* The number that follows label on the screen ("9 750" is one); -1: none. */
long lil_number(struct lil *l, const char *label);

/* The token under the cursor, as the title says it: "token 3 of 9 750" or, at
 * the end, "tokens 9 750". */
long lil_place(struct lil *l);

/* Waits until it is that token; false when it takes too long. */
bool lil_wait_place(struct lil *l, long token);

/* The path of the program; the test is skipped without one. */
const char *lil_program(void);

/* The folder of recorded traces (LILSCOPE_DATA), or NULL. */
const char *lil_data(void);

/* Quits with Q and looks at what is left: exit 0, terminal as before. */
void lil_quit(struct lil *l);

#endif
