/*
 * pty_screen.h - inside the harness: struct pty, and its emulated screen.
 * Tests include pty.h only.
 */
#ifndef LILSCOPE_TESTS_PTY_SCREEN_H
#define LILSCOPE_TESTS_PTY_SCREEN_H

#include <vterm.h>

#include "pty.h"

struct pty {
	pid_t pid;
	int master, slave;        /* our end of the slave keeps termios */
	int rows, cols;
	struct termios before, after;
	bool exited, eof;
	int status;               /* of waitpid() */
	struct buf raw;
	struct buf row;           /* what pty_row() gave last */
	VTerm *vt;                /* NULL: no emulation */
	VTermScreen *screen;
};

void screen_begin(struct pty *p);
void screen_end(struct pty *p);
void screen_size(struct pty *p); /* as p->rows, p->cols say */
void screen_bytes(struct pty *p, const char *bytes, size_t n);
bool screen_pen_is_default(struct pty *p);

#endif
