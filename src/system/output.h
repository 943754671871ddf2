/*
 * output.h - bytes leave the program: all of them, or with the reason why not.
 *
 * The door to write(2). Nothing on standard output waits in a buffer, so no
 * end of the program has to be asked whether all was written.
 */
#ifndef LILSCOPE_OUTPUT_H
#define LILSCOPE_OUTPUT_H

#include "base/err.h"

/* Writes n bytes, however the descriptor cuts them, and waits for one that
 * does not block. False with errno: ENOSPC, EPIPE and the like. */
bool write_all(int fd, const void *bytes, size_t n);

/* Writes n bytes on standard output. False when they could not be; err says
 * why, and stays empty when only the reader went away (EPIPE): that is the
 * end of the work and no trouble. */
bool output(const void *bytes, size_t n, struct err *err);

#endif
