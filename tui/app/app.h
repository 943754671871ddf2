/*
 * app.h - the state of the program: everything that actions change and views
 * read.
 *
 * Positions are in tokens of the open run. The playhead is the prefix that
 * is shown as "now": all numbers on the screen are those after `playhead`
 * tokens, exactly as if the generation had stopped there (measures are
 * prefix-stable). The cursor is the token under study in the text.
 */
#ifndef LILSCOPE_APP_H
#define LILSCOPE_APP_H

#include <time.h>

#include "deck/deck.h"
#include "opt/settings.h"
#include "trace/latency.h"

struct action;
struct demo;
struct prompt;
struct recording;

enum { APP_MARKS = 26, APP_MESSAGE_BYTES = 512 };
#define APP_NO_MARK ((uint32_t)0xffffffff)

/* How the playhead moves by itself. */
enum pace {
	PACE_PAUSED,
	PACE_PLAY,   /* speed tokens a second, or recorded times x speed */
	PACE_FOLLOW, /* sticks to the end of what is read */
};

/* A search, done in slices by search_work() (action.h). */
struct search {
	char pattern[128];
	size_t len;
	bool pending;   /* still looking */
	bool backward;
	bool wrapped;   /* went over the end once */
	size_t at;      /* byte of the text where it looks next */
};

/* What the map looks at; where is the playhead's. */
struct map_look {
	uint32_t page;  /* under the cursor */
	uint32_t layer; /* from 1; 0: all together */
	bool single;    /* one page a row, not all of them */
};

enum { COMPARE_RUNS_MAX = DECK_BESIDE_MAX };

/* Runs side by side; compare.h. */
struct compare {
	size_t runs[COMPARE_RUNS_MAX]; /* n entries of the deck */
	size_t n, n_more;     /* n_more: those that found no place */
	size_t lane;          /* with the cursor */
	bool newest;          /* the runs of the newest source, as they come */
	bool seconds;         /* the axis; else tokens */
	bool size;            /* curves of bytes of code; else rho */
	double at;            /* playhead on the axis; INFINITY: the end */
	double from, to;      /* visible; to = 0: everything */
	uint64_t choice;      /* what the runs were chosen by */
	uint64_t seen_tokens; /* of all, when they were last drawn */
};

/* The sum under the list. */
struct list_totals {
	size_t n_reported, n_fired, n_resumed;
	uint64_t tokens, tokens_after;
	uint32_t longest; /* tokens of the longest */
};

struct app {
	struct settings set;      /* opt.h: options, live */
	struct deck *deck;        /* owned */
	struct run *run;          /* the open one, or NULL; the deck's */
	int view;                 /* enum view_id */
	int last_view;            /* to go back to from help */
	int home;                 /* the view that q goes back to */

	uint32_t playhead;        /* tokens shown, <= tokens measured */
	uint32_t cursor;          /* token under study, < playhead or 0 */
	/* The same as asked for: while a run is measured (again), playhead
	 * and cursor wait at its end for the places that are wanted. */
	uint32_t wanted, wanted_cursor;
	enum pace pace;
	double speed;             /* 1.0 = real time (synthetic: 50 tok/s) */
	double play_credit;       /* fractions of a token owed to playhead */
	/* Nothing came for so long, since there were so many tokens. */
	double quiet_s;
	uint32_t quiet_at;
	time_t quiet_since; /* by the clock on the wall, while it is waited */

	/* The visible part of the token axis; zoom 1 shows all. */
	uint32_t axis_from, axis_to; /* [from, to); to = 0: everything */

	uint32_t text_top;        /* first line: byte offset in prompt + text */
	bool text_follow;         /* text scrolls with the cursor */
	int view_rows, view_cols; /* of the view's rectangle; the loop sets
				     them before it handles keys */

	size_t n_news;            /* of followed files that were told */
	size_t list_cursor, list_top; /* in list order */
	size_t *list_order;       /* after sort and filter; list.h */
	size_t list_n, list_cap;
	uint8_t *list_marks;      /* by entry, 1 where the user set a mark */
	size_t list_marks_cap;
	int list_sort;            /* column, see view_list.c */
	bool list_descending;
	char list_filter[64];
	struct list_totals list_totals; /* of the rows in list_order */
	size_t list_seen;         /* entries of the deck that were sorted in */
	double list_progress;     /* deck_progress() of that time */

	/* Generations that are written down; recording.h. */
	struct recording *recordings;
	size_t n_recordings, recordings_cap;
	size_t n_record_seen;     /* entries that --record has looked at */
	struct latency latency;   /* of the open run up to the playhead */

	uint32_t marks[APP_MARKS];
	struct search search;
	bool explain;             /* the explain panel is open */
	bool pasting;             /* keys are pasted text */
	size_t help_top;
	struct map_look map;
	struct compare compare;
	struct demo *demo;        /* owned; demo.h, NULL: nothing is decoded */
	int focus;                /* pane with the keys: 0 chart, 1 text */

	struct prompt *prompt;    /* owned; prompt.h */
	/* The action whose one-letter argument is awaited (m, '), or NULL. */
	const struct action *await;
	uint32_t jumped_from;     /* token to come back to, APP_NO_MARK */
	uint32_t jumped_to;
	bool moved;               /* the user went somewhere: a session's
				     position no longer applies */
	bool fresh;               /* the open run was just opened */
	char trouble_seen[APP_MESSAGE_BYTES]; /* last sentence shown */

	char message[APP_MESSAGE_BYTES]; /* status line; "" for none */
	bool message_is_error;
	bool dirty;               /* something to draw */
	bool repaint;             /* send every cell again (Ctrl-L) */
	bool suspend;             /* Ctrl-Z was asked for */
	bool quit;
	int exit_status;
};

void app_init(struct app *app, const struct settings *set);
void app_release(struct app *app); /* frees the deck too */

void app_say(struct app *app, const char *fmt, ...) PRINTF_LIKE(2, 3);
void app_complain(struct app *app, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Tokens that can be shown now: measured ones of the open run. */
uint32_t app_n_tokens(const struct app *app);

/* Opens entry i of the deck; the playhead follows its end. Complains and
 * returns false if it can't be read. */
bool app_open(struct app *app, size_t i);

/* Brings the state in step with what the deck has read: a run that grew, the
 * follow mode, messages about broken records. */
void app_sync(struct app *app);

/* Lets seconds pass for the play mode. */
void app_tick(struct app *app, double seconds);

/* What is followed has not ended; and nothing came for a while. */
bool app_is_live(const struct app *app);
bool app_is_waiting(const struct app *app);

/* Seconds until app_tick() has something to do; negative: never. */
double app_next_tick(const struct app *app);

/* set.meter changed: measures again what is open and what was reported. */
void app_retune(struct app *app);

/* Moves playhead/cursor, clipped; stops playing where it makes sense. */
void app_seek(struct app *app, uint32_t playhead);
void app_set_cursor(struct app *app, uint32_t token);

/* The visible part of the axis, resolved: from < to, or both 0. */
void app_axis(const struct app *app, uint32_t *from, uint32_t *to);

#endif
