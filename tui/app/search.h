/*
 * search.h - the search of the program: its pattern, and all its hits in the
 * open generation, found in the background and kept as it grows.
 */
#ifndef LILSCOPE_SEARCH_H
#define LILSCOPE_SEARCH_H

#include "app/find.h"
#include "trace/run.h"

struct app;

struct search {
	char pattern[FIND_MAX_BYTES];
	struct find *find;     /* NULL: nothing is searched for */
	struct find_hits hits; /* in run's text */
	const struct run *run;
	size_t at;             /* searched so far */
	bool complete;         /* all that there is */
	int wanted;            /* hits to go on, or back; 0: nowhere */
	size_t list_at;        /* rows of the list that were looked at */
	int list_wanted;       /* rows with a hit to go on, or back */
};

/* Another pattern, "" for none. */
void search_set(struct app *app, const char *pattern);
/* The run's hits are of no use any more. */
void search_forget(struct app *app);
void search_release(struct app *app);

/* Looks on in the open run for a slice; true while there is more. */
bool search_slice(struct app *app);

/* Whether a hit begins in the tokens [from, to) of the open run. */
bool search_hits(const struct app *app, uint32_t from, uint32_t to);

#endif
