/*
 * deck_state.h - what a deck is made of; for deck.c, which works, and
 * deck_state.c, which answers. Nobody else includes it.
 */
#ifndef LILSCOPE_DECK_STATE_H
#define LILSCOPE_DECK_STATE_H

#include "deck/deck.h"
#include "deck/deck_row.h"
#include "deck/deck_load.h"
#include "system/crew.h"
#include "system/spool.h"

enum { DECK_MEASURE_TOKENS = 256 }; /* a step of measuring, well under 1 ms */

enum deck_step { STEP_DONE, STEP_MORE, STEP_WAIT };

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

/* Texts of rows, each once, with its end; a hash table of their places. */
struct deck_texts {
	struct buf all;
	uint32_t *table; /* 0: free; cap of them, a power of two */
	size_t n, cap;
};

struct deck {
	struct meter_opts opts;
	uint64_t born_us;
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
	struct deck_texts texts; /* deck_take.c */
	struct rule_verdict *stops;
	size_t n_stops, stops_cap;
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
	size_t alarms[DECK_ALARMS]; /* the last that reached Lil, in a ring */
	size_t n_alarms;         /* how many did */

	size_t i_head;           /* the heads of those before it are read, */
	size_t i_give;           /* and their reports are in work */
	size_t *over;            /* entries whose kept runs are over, */
	size_t n_over, over_cap, i_over; /* in that order; those from i_over
				    on are not reported */
	bool reading;            /* sources have more right now */
	bool has_records;        /* one of them holds records */

	size_t *kept;            /* deck_spill.c: entries of streams whose runs
				    are measured and kept, from i_kept on */
	size_t n_kept, kept_cap, i_kept;
	uint64_t kept_bytes, keep_memory, keep_disk, n_spilled;
	struct spool *spool;     /* NULL: none is put away */

	unsigned n_threads;      /* deck_crew.c */
	struct crew *crew;       /* NULL: there are no others yet */
	size_t n_out;            /* jobs that were given and not taken */
	struct load_list loading; /* generations of the record in work */
	size_t loading_entry;    /* whose record that is */
	size_t i_loading;        /* the one being measured */
	size_t n_skipped;
	char trouble[ERR_MAX_BYTES];
	size_t n_reported;       /* reported or broken, for progress, */
	uint64_t record_bytes, done_bytes; /* ... of all records; */
	uint64_t pace_from_us, pace_bytes; /* done_bytes then; 0: not yet */
};

/* A new entry, of which nothing is known but where it is. Returns its
 * index. */
size_t deck_add_entry(struct deck *d, enum entry_state state,
		      const struct entry_own *own);
/* The verdict that entry i tells. */
void deck_set_stop(struct deck *d, size_t i, const struct rule_verdict *stop);
void deck_note_trouble(struct deck *d, const char *sentence);
/* A file that was found in a folder, and gives nothing. */
void deck_pass(struct deck *d, const char *why);

/* Records (deck_report.c). Of record i: where it is, how it is read, and its
 * runs. */
struct record_place deck_place(const struct deck *d, size_t i);
struct feed_opts deck_feed_opts(const struct deck *d, size_t i);
bool deck_load_record(struct deck *d, size_t i, const struct meter_opts *meter,
		      bool head, struct load_list *out, struct err *err);

/* Is entry i the first of a record? Is its head wanted, its report? Does only
 * another thread measure it? */
bool deck_is_record(const struct deck *d, size_t i);
bool deck_wants_head(const struct deck *d, size_t i);
bool deck_wants_report(const struct deck *d, size_t i);
bool deck_is_elsewhere(const struct deck *d, size_t i);
/* Is only another thread to read even how it begins? */
bool deck_is_long(const struct deck *d, size_t i);

/* The entry of the record's generation `sub`; DECK_NONE. */
size_t deck_sub(const struct deck *d, size_t i, size_t sub);

/* What became of record i: n rows, or none and why. */
void deck_take_heads(struct deck *d, size_t i, const struct deck_row *rows,
		     size_t n, const char *why);
void deck_take_glimpse(struct deck *d, size_t i, const struct deck_row *rows,
		       size_t n, const char *why); /* out of its turn */
void deck_take_rows(struct deck *d, size_t i, const struct deck_row *rows,
		    size_t n);
void deck_record_broken(struct deck *d, size_t i, const char *why);
void deck_entry_done(struct deck *d, size_t i, enum entry_state state);
void deck_count(struct deck *d, size_t i, bool done);

/* A kept run of a stream that is measured; those that are too many go; and
 * back, the caller's, not measured: NULL and err. */
void deck_spill_add(struct deck *d, size_t i);
void deck_spill_step(struct deck *d);
struct run *deck_unspill(struct deck *d, size_t i, const struct meter_opts *o,
			 struct err *err);

/* Is it of a source of records? */
bool deck_has_index(const struct deck *d, size_t i);

/* A kept run that is over. */
void deck_over_add(struct deck *d, size_t i);

/* A step towards the heads of what is looked at, and of all; towards the
 * reports of what is looked at, and of all. */
enum deck_step deck_sight_head_step(struct deck *d);
enum deck_step deck_head_step(struct deck *d);
enum deck_step deck_sight_step(struct deck *d);
enum deck_step deck_report_step(struct deck *d);

/* Gives work to other threads and takes what they made, without waiting; true:
 * there may be more. The end: what they do is dropped. */
bool deck_crew_step(struct deck *d);
void deck_crew_end(struct deck *d);

/* One step towards the runs beside the open one; true: there may be more. */
bool deck_beside_step(struct deck *d, uint32_t max_tokens);

/* Of a run that grows and that nobody opened only the rules run that a row
 * tells of; whoever opens it, or looks at it beside another, sets d->opts. */
struct meter_opts deck_row_opts(const struct deck *d);
/* ... and of a record that is read for its row, no curves. */
struct meter_opts deck_record_opts(const struct deck *d);

/* Runs that grow: a new one; whose run that is; a step for those that are
 * looked at, and for all (true: there may be more); the entry's threshold was
 * `before`. */
void deck_live_add(struct deck *d, size_t entry);
size_t deck_live_find(const struct deck *d, const struct run *run);
bool deck_sight_live_step(struct deck *d, uint32_t max_tokens);
bool deck_live_step(struct deck *d, uint32_t max_tokens);
void deck_live_fired(struct deck *d, size_t entry, uint32_t before);

#endif
