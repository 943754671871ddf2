/*
 * spare.h - the memory that may yet be taken, by each of those who limit it.
 *
 * What can be had again without loss (the machine's and a cgroup's cache of
 * files, and what swap has room for) is counted as free: so what is more than
 * this can't be had at all.
 */
#ifndef LILSCOPE_SPARE_H
#define LILSCOPE_SPARE_H

#include "base/base.h"

enum spare_of {
	SPARE_MACHINE, /* MemAvailable and SwapFree */
	SPARE_CGROUP,  /* the tightest on the way up from ours, 1 or 2 */
	SPARE_ULIMIT,  /* RLIMIT_AS, RLIMIT_DATA: of each process by itself */
	SPARE_KINDS,
};

#define SPARE_UNKNOWN UINT64_MAX /* nobody limits it, or says so */

struct memory_left {
	uint64_t bytes[SPARE_KINDS];
};

/* root: "", or a folder that has proc and sys in it (a test's). */
struct memory_left spare_memory(const char *root);

/* That of SPARE_ULIMIT alone: where nobody limits it, two system calls. */
uint64_t spare_here(const char *root);

/* "this machine", "this cgroup", "ulimit" */
const char *spare_name(enum spare_of of);

#endif
