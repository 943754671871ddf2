/*
 * prefix.h - lines of a log that carry records: "2026-01-31T09:00:00Z
 * data: {...}", as `ts`, journalctl, docker and proxies write them.
 */
#ifndef LILSCOPE_PREFIX_H
#define LILSCOPE_PREFIX_H

#include "base/base.h"

struct prefix {
	bool carries;  /* there is a record in the line */
	bool has_time; /* and time_s is when it came, seconds */
	double time_s; /* since 1970, or since midnight */
};

/*
 * Advances *s and *n to what a line carries: from "data:" on behind it, or
 * from the first brace if a time stands before it. Looks for them in the
 * first 256 bytes.
 */
struct prefix prefix_strip(const char **s, size_t *n);

#endif
