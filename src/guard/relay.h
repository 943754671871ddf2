/*
 * relay.h - the filter: bytes pass from a source to a descriptor until
 * a generation in them stops telling anything new; then both are closed.
 *
 * Bytes are handed on as they come, unchanged, and only when the reader
 * takes them: the relay reads no more while something waits to be written,
 * so the pipe fills and the producer waits, as without us. Closing the input
 * gives the producer SIGPIPE at its next write; closing a URL cancels the
 * request. What was passed ends where watch.h says, and with an end of its
 * dialect, if that is asked for.
 *
 * Standard input passes byte for byte, archives included (they are unpacked
 * for the rule only). A FILE passes unpacked.
 */
#ifndef LILSCOPE_RELAY_H
#define LILSCOPE_RELAY_H

#include <stdio.h>

#include "guard/exec.h"
#include "guard/watch.h"
#include "input/url.h"

struct relay_opts {
	struct watch_opts watch;
	const char *path;    /* what to read; NULL or "-": standard input */
	struct url_opts request; /* if it is a URL */
	int out_fd;          /* where to; closed at the end */
	bool annotate;       /* mark on err and go on */
	/* Of the end that is put behind what passed; watch.finish: it is. */
	const char *finish_reason;
	const char *report;  /* a file for the JSON, "-": err; NULL or "" */
	struct exec *exec;   /* started at the first threshold, or NULL */
	FILE *err;
	int signal_fd;       /* readable: ask signalled(); -1: none */
	int (*signalled)(void); /* the signal that ends us, or 0 */
};

/* Relays to the end. Returns EXIT_FOUND when a threshold was reached,
 * EXIT_NOT_FOUND when the stream ended or its reader went away before one,
 * EXIT_TROUBLE when it could not be watched, read, written or reported.
 * *signal gets the signal that ended it, else 0. */
int relay_run(const struct relay_opts *opts, int *signal);

#endif
