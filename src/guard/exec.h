/*
 * exec.h - one command, run once, without a shell.
 *
 * The line is split into words at blanks. '...' is taken as it is; inside
 * "..." a backslash makes " and \ plain; elsewhere it makes any character
 * plain. Nothing else has a meaning: no variables, no wildcards, no pipes.
 */
#ifndef LILSCOPE_EXEC_H
#define LILSCOPE_EXEC_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

enum {
	EXEC_WORDS_MAX = 256,
	EXEC_WAIT_MS = 2000, /* for its end, when there is nothing else to do */
};

struct exec {
	struct buf text;                  /* the words, each with a NUL */
	size_t word[EXEC_WORDS_MAX];      /* where they begin */
	size_t n_words;
	pid_t pid;                        /* 0: not started, or known to end */
};

/* false and a sentence: no word, an open quote, too many words. */
bool exec_parse(struct exec *x, const char *line, struct err *err);
void exec_release(struct exec *x);

/* Starts it: standard input is empty, standard output is our standard error
 * (the stream is not its). false when it can't be started. */
bool exec_start(struct exec *x, struct err *err);

/* Its end: waits for EXEC_WAIT_MS at most and leaves it to itself after.
 * false and a sentence if it ended with another status than 0. */
bool exec_finish(struct exec *x, struct err *err);

#endif
