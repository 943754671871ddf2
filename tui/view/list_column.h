/*
 * list_column.h - the columns of the list: what each shows of an entry, and how
 * a generation that is still written stands.
 *
 * Of files the list shows how they ended; of streams that are read as they are
 * written, what goes on now: then the columns have other ranks.
 */
#ifndef LILSCOPE_LIST_COLUMN_H
#define LILSCOPE_LIST_COLUMN_H

#include "view/list.h"

enum {
	CELL_BYTES = 96,
	LIST_QUIET_MS = 2000, /* without a token: it is waited for */
};

/* How a generation stands. */
enum list_standing {
	STANDS_UNKNOWN,   /* not read yet */
	STANDS_READING,   /* it is there, and not all measured */
	STANDS_WRITING,
	STANDS_WAITING,   /* no token came for LIST_QUIET_MS */
	STANDS_STOPPED,   /* by a guard */
	STANDS_CONCLUDED, /* a guard had it say its answer */
	STANDS_ENDED,
	STANDS_BROKEN,
};
enum list_standing list_standing(const struct app *app, size_t i);

/* 0 for the most urgent: Lil while it is still written, then those near it,
 * those that wait, those that were stopped, those that ended well. */
double list_trouble(const struct app *app, size_t i);

/* What a column shows of an entry: text into cell, and its style. */
struct cell_text {
	char text[CELL_BYTES];
	enum style style;
};

struct column {
	const char *title;
	int cols;
	bool left;
	int rank; /* columns of high rank go first when it gets narrow */
	int live; /* the same while streams are read; 0: not shown then */
	bool early; /* also of entries that are not measured */
	void (*show)(const struct app *app, size_t i, const struct entry *e,
		     bool ascii, struct cell_text *out);
};

/* For which there is never room. */
enum { NO_COLS = 10000 };

/* The i-th as the list stands, its rank as `rank`. */
struct column list_column_at(const struct app *app, int i);

/* One cell of entry i. */
void list_cell(const struct app *app, int column, size_t i, bool ascii,
	       struct cell_text *out);

/* The gains of the newest windows of entry i, as many as there are columns,
 * the newest at the right. */
void list_spark(const struct app *app, size_t i, struct screen *s, int row,
		int col, int cols);

#endif
