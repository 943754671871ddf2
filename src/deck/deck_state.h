/*
 * deck_state.h - what a deck is made of; for deck.c, which works, and
 * deck_state.c, which answers. Nobody else includes it.
 */
#ifndef LILSCOPE_DECK_STATE_H
#define LILSCOPE_DECK_STATE_H

#include "deck/deck.h"
#include "deck/deck_load.h"

/* One open source. */
struct shelf {
	struct source *source;
	struct buf probe;        /* first bytes, until the shape is known */
	bool probed;
	enum feed_shape shape;
	const char *dialect;     /* row name, static */
	char *title;
	struct feed *feed;       /* FEED_STREAM */
	struct indexer *index;   /* FEED_RECORDS */
	size_t n_entered;        /* records or runs that have an entry */
	size_t first_entry;      /* of them; FEED_STREAM */
	double opened_s;         /* when we began to listen */
	size_t name_from;        /* of its path: where the folder's name ends
				    in which it was found; 0: it was named */
	bool ended;
};

struct deck {
	struct meter_opts opts;
	char *format, *field;
	struct url_opts request;
	struct shelf *shelves;
	size_t n_shelves, shelves_cap;
	size_t i_reading;        /* shelf being read */
	size_t n_ended;          /* shelves before it are at their end */
	struct err news;         /* of followed files, and how often */
	size_t n_news;
	size_t n_passed;         /* files of folders that gave nothing, and */
	struct err passed;       /* why, of the first */
	struct entry *entries;
	struct run **runs;       /* of entries that keep theirs; else NULL */
	size_t n, cap, runs_cap;
	struct buf scratch;

	size_t opened;           /* entry on the screen */
	struct run *run;         /* its run: owned when runs[opened] is NULL */

	size_t sight[DECK_SIGHT_MAX];   /* entries that are looked at */
	size_t n_sight;
	size_t i_sight;          /* those before it need no report */

	size_t beside[DECK_BESIDE_MAX];   /* deck_beside.c */
	size_t n_beside;
	bool beside_broken[DECK_BESIDE_MAX]; /* can't be read again */
	size_t held[DECK_BESIDE_MAX];    /* entries whose run was read for it */
	size_t n_held;

	size_t *live;            /* entries whose runs grow; deck_live.c */
	size_t n_live, live_cap;
	size_t i_live;           /* the next one's turn */
	size_t alarm, n_alarms;  /* the last that reached Lil; how many did */

	size_t i_report;         /* entries before it are reported */
	struct load_list loading; /* generations of the record in work */
	size_t loading_entry;    /* whose record that is */
	size_t i_loading;        /* the one being measured */
	size_t n_skipped;
	char trouble[ERR_MAX_BYTES];
	size_t n_reported;       /* reported or broken, for progress */
};

/* One step towards the runs beside the open one; true: there may be more. */
bool deck_beside_step(struct deck *d, uint32_t max_tokens);

/* Of a run that grows and that nobody opened only the rules run that a row
 * tells of; whoever opens it, or looks at it beside another, sets d->opts. */
struct meter_opts deck_row_opts(const struct deck *d);

/* Runs that grow: a new one; a step for those that are looked at, and for all
 * (true: there may be more); the entry's threshold was `before`. */
void deck_live_add(struct deck *d, size_t entry);
bool deck_sight_live_step(struct deck *d, uint32_t max_tokens);
bool deck_live_step(struct deck *d, uint32_t max_tokens);
void deck_live_fired(struct deck *d, size_t entry, uint32_t before);

#endif
