/*
 * deck.h - all generations of all open sources: the list behind the screens.
 *
 * Work happens in slices (deck_work), so a 1 GB file shows its first screen
 * at once: first the reports of what is looked at and the boundaries of all
 * records, then how each begins, then, in the background, one report a
 * generation; other threads help with these (deck_set_threads), and what comes
 * out does not depend on how many there are. At most one run is open for the
 * views (deck_open); runs of other entries are measured, reported and dropped,
 * and read again when asked for. A FEED_STREAM source
 * keeps its runs, up to a limit (deck_set_keep).
 *
 * Entries never move: indices stay good. Further generations of one record,
 * found when its beginning is read, are appended; (i_source, i_record, i_sub)
 * is the order of the file.
 */
#ifndef LILSCOPE_DECK_H
#define LILSCOPE_DECK_H

#include "input/source.h"
#include "report/report.h"

#define DECK_NONE ((size_t)-1)

enum { DECK_SIGHT_MAX = 256, DECK_POLL_MAX = 64, DECK_BESIDE_MAX = 64,
       DECK_ALARMS = 16, ENTRY_WORDS_BYTES = 48 };

enum entry_state {
	ENTRY_INDEXED,  /* its size is known, and soon how it begins */
	ENTRY_OPEN,     /* its run is still growing */
	ENTRY_REPORTED, /* the row below is complete */
	ENTRY_BROKEN,   /* the record could not be read */
};

/* Is the run of a stream in memory (SPILL_NONE; SPILL_WAITS: while there is
 * room), in the temporary file, or nowhere, as there was no room for it? */
enum entry_spill { SPILL_NONE, SPILL_WAITS, SPILL_AWAY, SPILL_LOST };

/* What the deck knows of an entry, whoever measures it. */
struct entry_own {
	uint32_t i_source, i_record;
	uint32_t i_sub;            /* generation within its record */
	uint32_t first_sub;        /* entry of the record's second
				      generation, the others behind it; 0 for
				      none */
	uint32_t size_bytes;       /* of the record, saturating; 0 unknown */
	uint32_t spill_bytes;      /* SPILL_AWAY: in the file, from */
	uint64_t spill_at;
	uint32_t i_stop;           /* its verdict's place + 1; 0: none so far */
	enum entry_spill spill : 8;
	bool headed, counted;      /* its words are known, and how many
				      generations its record has; */
	bool in_work;              /* it is being measured */

	/* Of a run that grows: */
	bool live;                 /* its tokens were written just now */
	uint32_t copied_since;     /* the first copied token at its end where
				      a stop is near; RULE_NEVER */
	uint32_t stop_in;          /* tokens to the stop then */
	uint32_t came;             /* tokens that came, and when (deck_ms()): */
	uint32_t began_ms;         /* the first, */
	uint32_t came_ms;          /* and the last; 0: never */
	uint32_t looked_ms;        /* the last that was measured */
	uint32_t checks;           /* of Guardian that the row knows of */
};

/* One row of the list: what stays when the run is dropped, so it is small:
 * there are millions in a week. While a run is open its numbers are those of
 * the tokens measured so far. */
struct entry {
	struct entry_own own;
	enum entry_state state : 8;
	enum rule_after after : 8; /* what came after the stop */
	bool guessed;              /* the text is of a field that is a guess */
	struct judged judged;      /* its answer, once it has ended */
	uint32_t tokens, phrases;
	uint32_t reasoning_tokens, answer_tokens;
	uint32_t fired_at;         /* that of meter_opts.i_stop; RULE_NEVER */
	uint32_t rules_at[RULES_SHOWN_MAX]; /* [k]: rule_shown(k) */
	float rho, odds;           /* odds: of that rule (meter_odds); NAN */
	uint32_t finish, label;    /* deck_text(): the finish reason, cut */
	uint32_t policy;           /* the same, of sparse attention, with its
				      budget: "quest 512" */
	uint32_t model;            /* the same, of the model, its end */
	char words[ENTRY_WORDS_BYTES]; /* the first of its prompt, or of its
					  text without one; a line */
};

struct deck;

/* A deck without sources, the caller's; opts are copied, what they point to
 * must stay. deck_free() closes the sources and frees the runs; NULL is
 * fine. */
struct deck *deck_new(const struct meter_opts *opts);
void deck_free(struct deck *d);
/* The dialect and the field of the text, by name, instead of what is detected;
 * NULL or "": detect. Copied; for sources whose reading has not begun. */
void deck_set_format(struct deck *d, const char *format, const char *field);

/* Threads that measure records, the caller's one of them; 0: one for each
 * core. 1, as at first: there is only the caller's. They begin when there is
 * something for them. */
void deck_set_threads(struct deck *d, unsigned n);

/* What runs of streams that have ended may take of memory, about, all together;
 * beyond that those that ended first go to a temporary file, which holds at
 * most disk_bytes, and are read again from there when they are asked for.
 * At first there is no limit. Both hold for what a pipe gives, too. */
void deck_set_keep(struct deck *d, uint64_t memory_bytes, uint64_t disk_bytes);

/* How many went so far, and why no more text is kept (else ""). */
uint64_t deck_spilled(const struct deck *d, const char **trouble);

/* How URLs are asked for; what it points to must stay. */
void deck_set_request(struct deck *d, const struct url_opts *request);

/* Opens a source, or those in a folder that may hold generations (folder.h);
 * nothing is read yet. `follow`: stays with the file as it grows or is
 * replaced; each new beginning is a source of its own. false: not one could be
 * opened, err says why. */
bool deck_add(struct deck *d, const char *path, bool follow, struct err *err);

/* A source that is open already; the deck's from now on. */
void deck_add_source(struct deck *d, struct source *source);

/* Works for about budget_us microseconds: first the open run, then index,
 * then reports. Returns true while there is more to do right away. */
bool deck_work(struct deck *d, uint64_t budget_us);

/* The entries that somebody looks at: their reports come first, even while
 * the rest is still being read. At first the first DECK_SIGHT_MAX; more than
 * that are not kept. */
void deck_look(struct deck *d, const size_t *entries, size_t n);

/*
 * The entries whose runs are looked at beside the open one, at most
 * DECK_BESIDE_MAX: deck_kept() has them. Runs of a stream are measured as they
 * grow; others are read again, and dropped when they stand there no more
 * (pointers to them are void then).
 */
void deck_beside(struct deck *d, const size_t *entries, size_t n);

/* When deck_work() says false: may anything still come? */
bool deck_waits(const struct deck *d);

/* What to poll then: up to max descriptors into fds, their number; and the
 * longest time to sleep in *ms, -1 for as long as it takes. */
size_t deck_poll(const struct deck *d, int *fds, size_t max, int *ms);

/* Sleeps until something may have come, at most max_s seconds (< 0: as long
 * as it takes). */
void deck_sleep(const struct deck *d, double max_s);

/* How many entries there are so far, and the i-th: the deck's, and void after
 * the next deck_work(). */
size_t deck_n(const struct deck *d);
const struct entry *deck_entry(const struct deck *d, size_t i);
/* What an entry says by number; void after the next deck_work(). */
const char *deck_text(const struct deck *d, uint32_t text);
/* The verdict of meter_opts.i_stop on entry i. */
struct rule_verdict deck_stop(const struct deck *d, size_t i);
/* A time by now_us() as entries have it: since the deck is there. */
uint32_t deck_ms(const struct deck *d, uint64_t us);
bool deck_complete(const struct deck *d);  /* all read and reported */
bool deck_index_complete(const struct deck *d); /* all boundaries known */
/* 0..1: of the bytes that are to be read; when the index is complete, of
 * those that are to be measured. */
double deck_progress(const struct deck *d);
/* Seconds until all is measured, at the pace so far; NAN: nobody knows. */
double deck_left_s(const struct deck *d);

/* Opens entry i for the views (loads it in slices); the former one closes,
 * its pointer is void. Returns the run, growing perhaps; NULL and err. */
struct run *deck_open(struct deck *d, size_t i, struct err *err);
/* Entry i read again from its source: the caller's run, not measured;
 * NULL and err. */
struct run *deck_load(struct deck *d, size_t i, struct err *err);

size_t deck_opened(const struct deck *d); /* DECK_NONE at first */
struct run *deck_run(struct deck *d);     /* the open one or NULL */
/* The run of entry i if it is in memory: open, beside it, of a stream; NULL. */
const struct run *deck_kept(const struct deck *d, size_t i);
bool deck_run_complete(const struct deck *d); /* read and measured */

/* Other options: the open run at once, reports of the others again. */
void deck_set_opts(struct deck *d, const struct meter_opts *opts);

/* Facts for title and status lines; never NULL. */
const char *deck_source_name(const struct deck *d, size_t i_source);
/* The same without the folder: as long as it has to be to tell it from others
 * that were found in that folder. */
const char *deck_source_short(const struct deck *d, size_t i_source);
/* Files found in folders that hold nothing that can be read, and why the first
 * one does not; "" for none. */
size_t deck_passed(const struct deck *d, const char **why);
/* Is entry i all there is in one of these? */
bool deck_is_passed(const struct deck *d, size_t i);
const char *deck_title(const struct deck *d, size_t i_source); /* dialect */
/* Has it given nothing yet, though it may: a pipe or a server that waits? */
bool deck_is_silent(const struct deck *d, size_t i_source);
/* Is it a followed file that is not there yet? */
bool deck_awaits(const struct deck *d, size_t i_source);
size_t deck_skipped(const struct deck *d);
const char *deck_trouble(const struct deck *d); /* first sentence, or "" */
/* What happened to a followed file, last; "" for nothing. n_news counts. */
const char *deck_news(const struct deck *d, size_t *n_news);
size_t deck_n_sources(const struct deck *d);
/* Streams are read as they are written: rows change while one looks on. */
bool deck_is_live(const struct deck *d);
/* The open run's source is written now: a pipe, a URL, the end of a followed
 * file. */
bool deck_run_is_live(const struct deck *d);
/* Something comes that can't be had again: a pipe, or an answer. */
bool deck_is_passing(const struct deck *d);
/* How many entries reached their threshold while they were written; several may
 * between two looks. */
size_t deck_n_alarms(const struct deck *d);
/* The entry of the i-th of these, from 0 on; DECK_NONE: too long ago, more than
 * DECK_ALARMS of them are later. */
size_t deck_alarm(const struct deck *d, size_t i);

#endif
