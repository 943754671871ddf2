/*
 * mapped.h - a file in memory, read-only: a child process and every thread
 * share one copy of its pages, which the system may drop and read again.
 */
#ifndef LILSCOPE_MAPPED_H
#define LILSCOPE_MAPPED_H

#include "base/err.h"

/* All zero is none. */
struct mapped {
	void *bytes;
	size_t n_bytes;
};

/* false: one sentence that names the file; none is mapped. */
bool mapped_open(struct mapped *m, const char *path, struct err *err);
void mapped_close(struct mapped *m); /* leaves none */

#endif
