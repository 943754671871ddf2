/*
 * child.h - what every child process of lilscope does at its beginning and
 * end: it forgets the parent's terminal, signals and descriptors.
 */
#ifndef LILSCOPE_CHILD_H
#define LILSCOPE_CHILD_H

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

/* Both ends are closed on exec. */
bool child_pipe(int fds[2], struct err *err);

/* In the child: signals are as at a program's start but for SIGPIPE, which is
 * ignored; only the n descriptors of `keep` and standard error stay open (for
 * nobody shall wait for an end of file because of a child that knows nothing
 * of it), standard input and output are /dev/null; dying leaves the parent's
 * terminal alone. */
void child_begin(const int *keep, size_t n);

/* Ends the child at once: nothing of the parent's is flushed. */
void child_exit(int status) __attribute__((noreturn));

/* In the parent: waits, returns what waitpid() says, and sets *child to 0. */
int child_wait(pid_t *child);
void child_close(int fd); /* unless it is negative */

#endif
