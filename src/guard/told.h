/*
 * told.h - what is told of a request that is over: a line, a JSON object, and
 * numbers.
 */
#ifndef LILSCOPE_GUARD_TOLD_H
#define LILSCOPE_GUARD_TOLD_H

#include "guard/clients.h"
#include "guard/exchange.h"
#include "guard/metrics.h"

/* Who is told; nothing in it is owned. */
struct hearers {
	FILE *err;                 /* a line a request */
	struct guard_file *report; /* a JSON object */
	struct metrics *metrics;
};

/* complete: the client has all of the answer; shut: or was shut out. */
void told_end(const struct hearers *t, struct exchange *ex, bool complete,
	      enum client_shut shut);

/* A request whose head was never complete. */
void told_refused(const struct hearers *t, enum client_shut shut);

/* At the end, of all requests; nothing where there was none. */
void told_all(const struct hearers *t);

#endif
