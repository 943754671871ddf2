/*
 * pty.h - a program on a pseudo terminal, seen through a terminal emulator.
 *
 *	struct pty *p = pty_start(&(struct pty_spec){ .argv = argv });
 *	expect_text(p, "ready");
 *	pty_keys(p, "q");
 *	expect_exit(p, 0);
 *	pty_free(p);
 *
 * Nothing here sleeps: every wait is a poll() for output, for the end of the
 * child or for the end of patience, so a test is as fast as the program. What
 * the program wrote is kept twice: as a screen (libvterm) and as raw bytes.
 *
 * The environment of the program is made from nothing: PATH, a TERM and a
 * locale that every machine has, a home of its own (scratch.h), and what
 * the test adds.
 */
#ifndef LILSCOPE_TESTS_PTY_H
#define LILSCOPE_TESTS_PTY_H

#include <sys/types.h>

#include <termios.h>

#include "base/buf.h"

enum {
	PTY_ROWS = 24,
	PTY_COLS = 80,
	PTY_ENV_MAX = 32,
	PTY_CELL_BYTES = 32,
	/* How long a wait may last before the test fails. */
	PTY_PATIENCE_MS = 20000,
	PTY_ASLEEP_MS = 40, /* more than a lone ESC is waited for */
};

/* What to start. Zero means: the default. */
struct pty_spec {
	const char *const *argv; /* NULL ends it; argv[0] through PATH */
	const char *const *env;  /* "NAME=VALUE" or "NAME" (unset), or NULL */
	const char *home;        /* HOME and XDG_*_HOME below it, or NULL */
	const char *cwd;
	int rows, cols;
	const int *stdin_fd;     /* instead of the terminal */
	const int *stdout_fd;
	bool no_mirror;          /* don't emulate: measurements */
};

struct pty;

struct pty *pty_start(const struct pty_spec *spec);
/* Kills the program if it is still there (SIGKILL) and frees. */
void pty_free(struct pty *p);
pid_t pty_pid(const struct pty *p);

/* Takes what comes for at most timeout_ms; true if anything came. */
bool pty_pump(struct pty *p, int timeout_ms);

/* Monotonic clock. */
uint64_t pty_now_us(void);

/* --- waiting: true when it happened before patience_ms were over -------- */
bool pty_wait(struct pty *p, bool (*happened)(struct pty *p, const void *ctx),
	      const void *ctx, int patience_ms);
bool pty_wait_text(struct pty *p, const char *text, int patience_ms);
bool pty_wait_gone(struct pty *p, const char *text, int patience_ms);
/* The program ended; its output is complete. */
bool pty_wait_exit(struct pty *p, int patience_ms);
/* It wrote nothing for quiet_ms. */
bool pty_wait_silence(struct pty *p, int quiet_ms, int patience_ms);
/* The same; where the system tells (/proc), PTY_ASLEEP_MS do if all of its
 * threads slept all that time and nothing that was typed is unread. */
bool pty_wait_asleep(struct pty *p, int quiet_ms, int patience_ms);

/* --- input -------------------------------------------------------------- */
void pty_type(struct pty *p, const char *bytes, size_t n);
void pty_keys(struct pty *p, const char *keys);
#define PTY_UP "\033[A"
#define PTY_DOWN "\033[B"
#define PTY_RIGHT "\033[C"
#define PTY_LEFT "\033[D"
#define PTY_HOME "\033[H"
#define PTY_END "\033[F"
#define PTY_PGUP "\033[5~"
#define PTY_PGDN "\033[6~"
#define PTY_F1 "\033OP"
#define PTY_CTRL_C "\003"
#define PTY_CTRL_Z "\032"
/* Cells are 0-based; SGR mouse reports, as xterm sends them. */
void pty_click(struct pty *p, int row, int col);
void pty_wheel(struct pty *p, int row, int col, bool up);
void pty_resize(struct pty *p, int rows, int cols);
/* Closes the window: the program gets SIGHUP, its terminal is gone. */
void pty_hang_up(struct pty *p);

/* --- the screen --------------------------------------------------------- */
/* Row as UTF-8, trailing blanks cut; valid until the next call. */
const char *pty_row(struct pty *p, int row);
/* All rows, a line each; trailing blank rows stay. */
void pty_dump(struct pty *p, struct buf *out);
/* The place of text in a row; false if it is nowhere. May be NULL. */
bool pty_find(struct pty *p, const char *text, int *row, int *col);
/* Prints the screen on stderr, for a test that fails. */
void pty_show(struct pty *p, const char *why);

struct pty_cell {
	char text[PTY_CELL_BYTES]; /* UTF-8; " " for a blank */
	int width;
	int fg, bg;                /* palette index, -1 default, -2 RGB */
	bool bold, underline, reverse, italic;
};
struct pty_cell pty_cell(struct pty *p, int row, int col);

/* --- facts -------------------------------------------------------------- */
/* Everything that was written so far. */
const struct buf *pty_raw(const struct pty *p);
uint64_t pty_n_bytes(const struct pty *p);
/* n bytes occur in what was written since raw offset `from`. */
bool pty_wrote(const struct pty *p, size_t from, const void *bytes, size_t n);
/* 0..255 of a program that exited, 128 + signal of one that was killed;
 * *signal gets the signal or 0. Only after pty_wait_exit(). */
int pty_status(const struct pty *p, int *signal);
/* The terminal is as it was: main screen, cursor shown, no mouse, no paste
 * brackets, normal keys, default colours, the old termios. `why` gets the
 * first difference. */
bool pty_restored(struct pty *p, char why[128]);
/* A DEC private mode (1049, 25, ...) was switched on last. */
bool pty_mode(const struct pty *p, int mode);

/* --- the same as statements of a test: they print the screen and fail --- */
#define expect_text(p, text) pty_expect_text(p, text, __FILE__, __LINE__)
#define expect_gone(p, text) pty_expect_gone(p, text, __FILE__, __LINE__)
#define expect_exit(p, status) pty_expect_exit(p, status, __FILE__, __LINE__)
#define expect_restored(p) pty_expect_restored(p, __FILE__, __LINE__)
#define expect_alive(p) pty_expect_alive(p, __FILE__, __LINE__)
void pty_expect_text(struct pty *p, const char *text, const char *file,
		     int line);
void pty_expect_gone(struct pty *p, const char *text, const char *file,
		     int line);
void pty_expect_exit(struct pty *p, int status, const char *file, int line);
void pty_expect_restored(struct pty *p, const char *file, int line);
void pty_expect_alive(struct pty *p, const char *file, int line);

#endif
