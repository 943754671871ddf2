/*
 * batch.h - a piece of the work of analyze, as a job of a crew (crew.h): a
 * piece of a source, or a generation that was read already, becomes lines.
 *
 *	bytes   whole lines, or a whole small source: a feed of their own
 *	run     a generation of a source that is read in one go
 *	done    nothing to do: what was seen there waits for its turn
 *
 * What comes out is a list in the order of the source. Runs are measured,
 * told and freed one by one, so the memory is that of one.
 */
#ifndef LILSCOPE_BATCH_H
#define LILSCOPE_BATCH_H

#include "dialect/feed.h"
#include "report/analyze.h"
#include "report/report.h"

/* A generation, or a record that could not be read. */
struct outcome {
	char *broken;      /* why it could not; NULL: it could */
	struct buf line;   /* as the output wants it */
	struct report row; /* its numbers; of the strings only static ones, and
			      those below */
	char *record, *guessed; /* as in struct report */
	char *aborted;     /* that an error ended it, in a sentence; or NULL */
	struct run *run;   /* NULL where nobody wants each one */
};

struct batch {
	const struct analyze_opts *opts;
	int cols;            /* of the table */
	bool filter;         /* broken records are told in their place */
	void *path;          /* what it is of; the giver's business */
	bool last;           /* ... and it ends there */
	bool splits;         /* a large run may take a second thread */

	/* What there is to do. */
	struct feed_opts feed; /* how the bytes are read; its strings stay */
	struct buf bytes;
	bool has_bytes;
	struct run *run;
	enum feed_shape shape; /* of the source; of bytes: filled in */

	/* What came of it. */
	struct outcome *out;
	size_t n_out, cap_out;
	size_t n_skipped;    /* broken records, and the first one's sentence */
	struct err skipped;
	struct err err;      /* the source can't be read (any further), or: */
	struct err nothing;  /* its beginning holds no text of a model */
};

/* Does the work. step is called now and then; false: give up, what comes out
 * is not wanted any more. */
void batch_work(struct batch *b, bool (*step)(void *ctx), void *ctx);

/* A broken record in its place, in the filter. */
void batch_broken(struct batch *b, const char *sentence);

/* Frees it and what came out of it; NULL is fine. */
void batch_free(struct batch *b);

#endif
