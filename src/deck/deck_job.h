/*
 * deck_job.h - part of the deck: records of one source become rows, as a job
 * of a crew (crew.h). Nothing is shared with the deck but strings that stay.
 *
 *	heads   how each generation begins and ended: read, not measured
 *	else    all that a row says
 */
#ifndef LILSCOPE_DECK_JOB_H
#define LILSCOPE_DECK_JOB_H

#include "deck/deck_load.h"
#include "deck/deck_row.h"

/* What became of a record. */
struct job_made {
	struct deck_row *rows;   /* one a generation, n; none: it is broken, */
	size_t n, cap;
	char *why;          /* for that reason */
};

struct deck_job {
	struct feed_opts feed;     /* of the first record */
	struct meter_opts meter;
	bool heads, glimpse;       /* glimpse: ... out of their turn */
	unsigned epoch;            /* of the meter's options */
	size_t entry, n;           /* the first record's, and how many there
				      are, one behind the other */
	struct record_place *places; /* n */
	struct buf bytes;          /* from the first place on; or: */
	struct err err;            /* they can't be had */
	struct job_made *made;     /* n */
};

/* Does the work; wanted is asked now and then, and false is: give up. */
void deck_job_work(struct deck_job *job, bool (*wanted)(void *ctx), void *ctx);

/* Frees it and what it made; NULL is fine. */
void deck_job_free(struct deck_job *job);

#endif
