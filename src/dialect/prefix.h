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

/* How a program that runs others writes their lines. */
enum prefix_kind {
	PREFIX_NONE,
	PREFIX_POD,     /* "[pod/x/y] ", kubectl logs --prefix */
	PREFIX_CRI,     /* "TIME stdout F ", of Kubernetes' own files */
	PREFIX_SERVICE, /* "web-1  | ", docker compose */
	PREFIX_TIME,    /* "TIME " or "[TIME] ", of ts and the like */
};

struct prefix_head {
	enum prefix_kind kind;
	size_t len;       /* what stands before the line's own words */
	const char *name; /* of who wrote them, name_len bytes; or "" */
	size_t name_len;
	double time_s;    /* NAN: not told */
	bool goes_on;     /* in the next line: it was too long */
	bool aside;       /* written to standard error */
};

/* What the line s[0..n), without its end, begins with. */
struct prefix_head prefix_head(const char *s, size_t n);

/* Whose lines s[0..n) are: one line with a name is enough, of the others two
 * must be there. */
enum prefix_kind prefix_kind(const char *s, size_t n);

#endif
