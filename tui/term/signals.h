/*
 * signals.h - signals as events: one pipe that the loop polls.
 *
 * SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT and SIGWINCH come out of
 * sig_next(). Crash signals restore the terminal and end the program with
 * the same signal, so that the shell and core files tell the truth. A second
 * SIGINT, SIGTERM or SIGHUP before the loop saw the first does the same: no
 * bug can make Ctrl-C useless.
 */
#ifndef LILSCOPE_SIGNALS_H
#define LILSCOPE_SIGNALS_H

#include "base/base.h"

/* Installs the handlers. restore is called from signal handlers. */
void sig_init(void (*restore)(void));

/* The default handlers again. */
void sig_release(void);

int sig_fd(void);   /* for poll() */
int sig_next(void); /* the next signal, 0 for none */

/* What sig_next() gave does not end the program: the next one is no second. */
void sig_went_on(void);

/* Stops the program as the terminal's Ctrl-Z does; returns when it goes on. */
void sig_stop(void);

/* Ends the program by the signal, as if it had never been caught. */
_Noreturn void sig_end(int signal_number);

#endif
