/*
 * session.h - where you were: position and marks of a generation, kept in
 * $XDG_STATE_HOME/lilscope between runs. Not the numbers of a rule: what a
 * file measures is not to depend on who looked at it before.
 *
 * The key is the content, not the path: a hash of the text. State is only a
 * convenience: what can't be read or written is forgotten without a word,
 * and nothing in a state file is believed.
 */
#ifndef LILSCOPE_SESSION_H
#define LILSCOPE_SESSION_H

#include "app/app.h"

enum {
	SESSION_FILES = 256,          /* older ones are removed */
	SESSION_FILE_BYTES = 4 * 1024, /* a larger one is not ours */
};

/* Restores what is known about the open run once it is complete, unless the
 * user went somewhere meanwhile. Call after app_sync(). */
void session_sync(struct app *app);

/* Writes the state of the open run. */
void session_save(const struct app *app);

/* The state as text, and back (for the above, and for tests). Restoring
 * takes what is valid and ignores the rest. */
void session_write(const struct app *app, struct buf *out);
void session_read(struct app *app, const char *text, size_t n);

/* Name of a state file: 16 hexadecimal digits of content, and ".state". */
enum { SESSION_NAME_BYTES = 32 };
void session_name(const char *text, size_t n, char name[SESSION_NAME_BYTES]);

#endif
