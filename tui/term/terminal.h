/*
 * terminal.h - the terminal: cells out, keys in.
 *
 * Of curses only the terminal database is used (caps.h). Its own grid of
 * cells can't hold what utf8.h calls a cluster: a cell there is one spacing
 * character and four marks, so that emoji with joiners, flags and syllables
 * are cut apart, and it believes the C library about widths. Here a screen
 * is compared with what the terminal shows, and only what differs is sent; a
 * cluster whose width terminals disagree about is followed by an absolute
 * move, and the rest of its row is drawn again.
 *
 * One terminal at a time: crash signals and die() must find it without an
 * argument. Whatever ends the program, term_restore() puts things back.
 */
#ifndef LILSCOPE_TERMINAL_H
#define LILSCOPE_TERMINAL_H

#include "base/err.h"
#include "term/key.h"
#include "term/screen.h"

enum {
	TERM_ESCAPE_MS = 25, /* a lone ESC is a key after so much silence */
	TERM_COPY_BYTES = 74994, /* what xterm takes; others take more */
};

struct term;

struct term_opts {
	enum color_mode color;
	enum theme theme;
	bool color_always; /* at least 16 colours, whatever NO_COLOR says */
	bool mouse;
};

/*
 * Takes over the terminal on standard output; keys come from standard input
 * if that is a terminal, else from /dev/tty. NULL and a sentence that names
 * another way when there is no usable terminal.
 */
struct term *term_open(const struct term_opts *opts, struct err *err);
void term_close(struct term *t); /* NULL is fine */

/* Rows and columns now, 1 at least. */
void term_size(const struct term *t, int *rows, int *cols);

/* Sends what differs from the last blit; no difference sends nothing. False
 * when the terminal is gone. */
bool term_blit(struct term *t, const struct screen *s);

/* Everything that is sent from here on is told to tee, too, beginning with the
 * whole screen; NULL: no more. */
void term_tee(struct term *t,
	      void (*tee)(void *ctx, const char *bytes, size_t n), void *ctx);

/* The terminal's clipboard gets the bytes (OSC 52), where it lets programs:
 * none says whether it does. At most TERM_COPY_BYTES; false: they are more. */
bool term_copy(struct term *t, const void *bytes, size_t n);

/* Rings. */
void term_bell(struct term *t);

/* The next blit sends everything. */
void term_forget(struct term *t);

/* Are clicks and the wheel reported? At once, and after term_enter() too. */
void term_set_mouse(struct term *t, bool on);

/* Other colours from the next blit on; what they have come to. */
void term_set_color(struct term *t, const struct term_opts *opts);
struct scheme term_scheme(const struct term *t);

/* How many colours a screen would have here, unless told otherwise; after
 * caps_open(). */
enum color_mode term_colors(void);

/* For poll(). */
int term_fd(const struct term *t);

/* The next event, without waiting: reads what is there. False if there is
 * none (yet). Events of unknown meaning are skipped; after K_GROUND, a late
 * answer, term_set_color() may come to other colours. */
bool term_key(struct term *t, struct key *key);

/* Milliseconds after which term_key() must be asked again although nothing
 * came (a lone ESC); -1: never. */
int term_key_timeout(const struct term *t);

/* The terminal hung up. */
bool term_gone(const struct term *t);

/* Leaves the screen to the shell (before stopping), and takes it again. */
void term_leave(struct term *t);
void term_enter(struct term *t);

/* Puts the terminal back from anywhere, a signal handler too; does nothing
 * when there is nothing to put back. */
void term_restore(void);

#endif
