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

#include "app/search.h"
#include "deck/deck.h"
#include "opt/settings.h"
#include "system/file.h"
#include "trace/latency.h"

struct action;
struct cast;
struct demo;
struct prompt;
struct recording;
struct tour;
struct view;

enum { APP_MARKS = 26, APP_MESSAGE_BYTES = 512 };
#define APP_NO_MARK ((uint32_t)0xffffffff)

/* How the playhead moves by itself. */
enum pace {
	PACE_PAUSED,
	PACE_PLAY,   /* speed tokens a second, or recorded times x speed */
	PACE_FOLLOW, /* sticks to the end of what is read */
};

/* Nothing came for so long, since there were so many tokens. */
struct quiet {
	double s;
	uint32_t n_tokens;
	time_t since; /* by the clock on the wall, while it is waited */
};

/* Generations that are written down; recording.h. */
struct recordings {
	struct recording *rows;
	size_t n, cap;
	size_t n_seen; /* entries that --record has looked at */
	size_t n_begun;
	size_t n_trouble; /* sentences since these were told; the first: */
	char trouble[APP_MESSAGE_BYTES];
};

/* What the deck said and the user was told: each is said once. */
struct said {
	size_t n_news;                    /* of followed files */
	char trouble[APP_MESSAGE_BYTES];  /* the last sentence */
	size_t n_passed;                  /* files of folders, at the end */
};

/* What is asked for of the next frame, beside being seen; loop/shot.h. */
struct shots {
	char path[FILE_PATH_BYTES];      /* of a picture; "": none */
	char cast_path[FILE_PATH_BYTES]; /* a film begins; "": none does */
	bool over, cast_over;            /* ... over a file that exists */
	bool cast_end;                   /* the film ends */
	struct cast *cast;               /* the loop's: one is made; NULL */
	bool screen;                     /* the screen to the clipboard, ... */
	struct buf copy;                 /* ... or these bytes */
	int n_terms;                     /* to the next term, or back */
	bool point;                      /* the term at this cell */
	int row, col;
	const char *term;                /* that was told last; NULL */
};

/* What a lecturer reads, as it was last written; loop/notes.h. */
struct notes {
	struct buf text;
	uint64_t at_us;
	bool broken;  /* it can't be written */
};

struct app {
	struct settings set;      /* opt.h: options, live */
	struct deck *deck;        /* owned */
	struct run *run;          /* the open one, or NULL; the deck's */
	const struct view *view;
	const struct view *last_view; /* that the view may stand over */
	const struct view *home;  /* that q goes back to; NULL: none */
	void **states;            /* of views, theirs; view_state() */

	uint32_t playhead;        /* tokens shown, <= tokens measured */
	uint32_t cursor;          /* token under study, < playhead or 0 */
	/* The same as asked for: while a run is measured (again), playhead
	 * and cursor wait at its end for the places that are wanted. */
	uint32_t wanted, wanted_cursor;
	enum pace pace;
	double speed;             /* 1.0 = real time (synthetic: 50 tok/s) */
	double play_credit;       /* fractions of a token owed to playhead */
	struct quiet quiet;
	uint64_t n_placed;        /* times that the above were set: who
				     scrolled away sees that it is over */

	/* The visible part of the token axis; zoom 1 shows all. */
	uint32_t axis_from, axis_to; /* [from, to); to = 0: everything */

	int view_rows, view_cols; /* of the view's rectangle; the loop sets
				     them before it handles keys */

	struct recordings recordings;
	struct latency latency;   /* of the open run up to the playhead */

	uint32_t marks[APP_MARKS];
	struct search search;
	bool explain;             /* the explain panel is open, */
	int explain_top;          /* ... its first line that is seen, */
	int explain_rows, explain_cols; /* ... and the room that it has */
	bool pasting;             /* keys are pasted text */
	struct demo *demo;        /* demo.h; NULL: nothing is decoded */

	struct tour *tour;        /* owned; tour.h; NULL: nobody is led */
	struct prompt *prompt;    /* owned; prompt.h */
	/* The action whose one-letter argument is awaited (m, '), or NULL. */
	const struct action *await;
	uint32_t count;           /* Alt-digits before a key; 0: none */
	uint32_t jumped_from;     /* token to come back to, APP_NO_MARK */
	uint32_t jumped_to;
	bool moved;               /* the user went somewhere: a session's
				     position no longer applies */
	bool alone;               /* the first screen is of the only one */
	uint64_t n_keys;          /* that were pressed */
	uint64_t asked;           /* of them, when it was asked whether to end
				     what can't be had again; 0: never */
	bool fresh;               /* the open run was just opened */
	struct said said;

	struct shots shots;
	struct notes notes;

	char message[APP_MESSAGE_BYTES]; /* status line; "" for none */
	bool message_is_error;
	bool dirty;               /* something to draw */
	bool bell;                /* something to hear */
	double beat_s;            /* since the view last changed by itself */
	bool repaint;             /* send every cell again (Ctrl-L) */
	bool suspend;             /* Ctrl-Z was asked for */
	bool quit;
	int exit_status;
};

/* The first view, an empty deck. release() frees the deck too. */
void app_init(struct app *app, const struct settings *set);
void app_release(struct app *app);

/* A sentence in the status line, of at most APP_MESSAGE_BYTES; complaints look
 * like errors. It stays until the next key. */
void app_say(struct app *app, const char *fmt, ...) PRINTF_LIKE(2, 3);
void app_complain(struct app *app, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Tokens that can be shown now: measured ones of the open run. */
uint32_t app_n_tokens(const struct app *app);

/* Opens entry i of the deck; the playhead follows its end. Complains and
 * returns false if it can't be read. */
bool app_open(struct app *app, size_t i);

/* Brings the state in step with what the deck has read: a run that grew, the
 * follow mode, messages about broken records, what views keep. True if the
 * deck has to work for a view. */
bool app_sync(struct app *app);

/* Lets seconds pass for the play mode. */
void app_tick(struct app *app, double seconds);

/* What goes on in the background and how far it is: "reading 12 %", "measuring
 * 3 %, 75 s left" (where it is known how long, and wanted). false: nothing. */
bool app_put_progress(const struct app *app, bool left, char *out, size_t size);

/* What is followed has not ended; and nothing came for a while. */
bool app_is_live(const struct app *app);
bool app_is_waiting(const struct app *app);

/* Seconds between two looks of a view that changes by itself; < 0: it has no
 * such pace. */
double app_beat_s(const struct app *app);

/* Seconds until app_tick() has something to do; negative: never. */
double app_next_tick(const struct app *app);

/* set.meter changed: measures again what is open and what was reported. */
void app_retune(struct app *app);

/* Says whether it plays, follows or is paused; played at the recorded times or
 * at a pace that is named. */
void app_say_pace(struct app *app, bool recorded, const char *pace);

/* Moves playhead/cursor, clipped; stops playing where it makes sense. */
void app_seek(struct app *app, uint32_t playhead);
void app_set_cursor(struct app *app, uint32_t token);

/* The visible part of the axis, resolved: from < to, or both 0. */
void app_axis(const struct app *app, uint32_t *from, uint32_t *to);

#endif
