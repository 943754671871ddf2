/*
 * driver.h - drives a writer: makes its steps, and between them obeys commands
 * that come as lines on a descriptor (writer.h has them).
 *
 * It waits for nothing while there is a step to make, and for the next command
 * when there is none.
 */
#ifndef LILSCOPE_DRIVER_H
#define LILSCOPE_DRIVER_H

#include "decode/writer.h"

struct driver {
	struct writer *writer;
	int fd;           /* commands; -1: none come */
	const bool *gone; /* nobody reads the records any more */
	bool broke;       /* a run could not go on, and that is said */
	/* What a command that can't be obeyed gets for an answer; and that. */
	void (*say)(void *ctx, const char *sentence);
	void *ctx;
	struct buf heard; /* not obeyed yet; all zero at first */
};

/* Until all has ended, or nobody reads, or it is held and no command can
 * come. */
void driver_run(struct driver *d);

/* Obeys whole lines of text, as if they had come. A last line without its LF
 * is kept for what comes next. */
void driver_hear(struct driver *d, const char *text);

/* Frees what was heard; the writer and fd are the caller's. */
void driver_release(struct driver *d);

#endif
