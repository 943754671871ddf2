/*
 * guard_report.h - what a guard saw, as lines and as JSON.
 *
 * One JSON object a stream, on one line. Its fields are an interface, listed
 * in lilscope(1), THE GUARD.
 */
#ifndef LILSCOPE_GUARD_REPORT_H
#define LILSCOPE_GUARD_REPORT_H

#include <stdio.h>

#include "base/buf.h"
#include "guard/watch.h"

/* How a stream ended. */
enum guard_end {
	GUARD_END_INPUT,     /* by itself */
	GUARD_END_THRESHOLD, /* we stopped it */
	GUARD_END_READER,    /* whoever read it went away */
	GUARD_END_SIGNAL,    /* we were told to end */
	GUARD_END_TROUBLE,   /* it broke */
};

/* What the watch does not know. */
struct guard_facts {
	enum guard_end end;
	const char *source;
	const char *request;   /* of the proxy: "POST /v1/..."; or NULL */
	int status;            /* of the proxy: HTTP status; or 0 */
	const char *request_id, *model; /* of the proxy; "" unknown */
	uint64_t passed_bytes; /* handed on, ours included */
	uint64_t saved_bytes;  /* known not to be read; UINT64_MAX unknown */
	double elapsed_s;
	double ended_at_s;     /* since 1970 */
	const char *trouble;   /* a sentence, or NULL */
	/* What was to happen at a threshold, and what came of it: tokens that
	 * were written by going on, and why it did not (NULL). */
	const char *at_threshold;
	bool went_on;
	uint64_t tokens_after;
	const char *declined;
};

/* The object and its newline. w: NULL for what was not watched. */
void guard_report_json(const struct watch *w, const struct guard_facts *facts,
		       struct buf *out);

/* "guard: threshold at token 9750, byte 38211 (guardian, f 250, t 20)" */
void guard_report_hit(const struct watch *w, const struct watch_hit *hit,
		      struct buf *out);

/* A file for reports: "-" is standard error, else it is made or emptied. */
FILE *guard_report_open(const char *path, struct err *err);
/* The same, behind what is in it. */
FILE *guard_report_append(const char *path, struct err *err);
/* false and a sentence if it could not be written. */
bool guard_report_close(FILE *file, const char *path, struct err *err);

/* Such a file while a guard serves. All zero: none is wanted. */
struct guard_file {
	FILE *file;       /* NULL: none */
	const char *path;
	FILE *err;        /* where trouble is said */
	bool broken;      /* it was said: nothing more is written */
};

/* Whole lines, at once: somebody is looking at the file. */
void guard_file_write(struct guard_file *f, const char *lines, size_t n);
/* false: not all was written. */
bool guard_file_close(struct guard_file *f);

#endif
