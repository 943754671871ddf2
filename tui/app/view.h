/*
 * view.h - what a view is, what a key does in it, and how one view follows
 * another.
 *
 * A view is one file, view/view_NAME.c, with its own state, and one row of
 * `views`. draw() gets the program's state as const and changes nothing. An
 * action is a row too: everything that a key or a ":name" does, once; help,
 * hints, completion and the manual are made from these rows. Which keys mean
 * something in a view follows from its row: those of its own room, those of
 * moves that it has, and those that ask for a trait of it.
 */
#ifndef LILSCOPE_VIEW_H
#define LILSCOPE_VIEW_H

#include "app/app.h"
#include "term/key.h"
#include "term/screen.h"

/* What keys mean in all views alike, each in its way; n is a signed count. */
enum move {
	MOVE_NONE,
	MOVE_ACROSS,    /* steps to the right */
	MOVE_ALONG,     /* steps down */
	MOVE_PAGE,
	MOVE_END,       /* to the end, or for n < 0 to the start */
	MOVE_TOKEN,
	MOVE_PHRASE,
	MOVE_THRESHOLD, /* the next place where Lil's rule stops */
	MOVE_RIVAL,     /* ... where another one does */
	MOVE_CHANGE,    /* the next window that crosses t */
	MOVE_ZOOM,      /* into the axis, out; 0: all of it */
	MOVE_PAN,
	MOVE_PANE,      /* the keys to the next pane */
	MOVE_PLAY,      /* starts or pauses */
	MOVE_FOLLOW,    /* to the end as it grows */
	MOVES
};

/* Traits that actions ask for (fits). */
enum view_trait {
	OWN = 1 << 0,            /* the view whose room it is; else any */
	SHOWS_TEXT = 1 << 1,     /* phrases and a cursor in them */
	SHOWS_RUN = 1 << 2,      /* the open run: there has to be one */
	SHOWS_MEASURES = 1 << 3, /* tuning can be seen */
	SHOWS_ROWS = 1 << 4,     /* generations that a filter selects */
	SHOWS_CURVES = 1 << 5,   /* drawn with marks of one's choice */
	AT_CURSOR = 1 << 6,      /* "here" is the cursor, not the playhead */
	STANDS_OVER = 1 << 7,    /* the view before, and goes back to it */
	EXPLAINS = 1 << 8,       /* follows from the row */
	SEARCHES = 1 << 9,       /* ... too */
};
#define HAS_MOVE(move) (1u << (16 + (move))) /* follows from the row */

enum { ACTION_KEYS = 4 };

struct action {
	const char *name;           /* ":name" */
	int32_t keys[ACTION_KEYS];  /* K_NONE ends them */
	/* Views where the keys are bound: those with one of these traits. 0:
	 * those that have the move; else in a view's room this view, in the
	 * others' all. As a command it works everywhere. */
	unsigned fits;
	const char *arg;            /* "TOKEN", "[TOKEN]"; of with() alone */
	const char *hint;           /* in the hint line, or NULL; "+" joins
				       the row before */
	const char *about;          /* one line of help */
	/* What it does, one of: */
	const struct view *show;
	enum move move;             /* n of them */
	void (*run)(struct app *app);
	void (*by)(struct app *app, int n);
	void (*with)(struct app *app, const char *arg); /* "" without one */
	int n;
};

/* A room: a heading of the help, with its rows. */
struct action_room {
	const char *title;
	const struct view *of; /* NULL: of all views */
	const struct action *rows;
	size_t n;
};

struct view {
	const char *name;  /* ":view NAME" */
	const char *about; /* one line of help */
	unsigned is;       /* enum view_trait, without those that follow */
	const struct action_room *keys; /* of its own; NULL: none */
	/* Its state, zeroed at the start; view_state() gives it. */
	size_t state_bytes;
	void (*release)(void *state); /* what the state owns; may be NULL */

	void (*draw)(const struct app *app, struct screen *s, struct rect r);
	/* The rest may be NULL. */
	/* First and second row of the screen instead of the open run's, while
	 * has() is true; both or none. */
	void (*title)(const struct app *app, struct screen *s);
	void (*facts)(const struct app *app, bool ascii, struct buf *out);
	/* A click inside the view. Cell is relative to r. */
	bool (*click)(struct app *app, struct rect r, int row, int col);
	/* What is under the cursor, in two plain sentences with the formula,
	 * appended to out. */
	void (*explain)(const struct app *app, struct buf *out);
	/* The n-th hit of app->search on, or back for n < 0, where what is
	 * searched is not the text of the open run. */
	void (*search)(struct app *app, int n);
	/* Whether the way from view to view stops here; NULL: always. */
	bool (*has)(const struct app *app);
	/* It is shown; home: as the one that q comes back to. */
	void (*enter)(struct app *app, bool home);
	/* Another is going to be shown instead. */
	void (*leave)(struct app *app, const struct view *to);
	/* Another run is going to be the open one, or none: nothing of this
	 * one may be kept, as the next may stand where it stood. */
	void (*forget)(struct app *app);
	/* Takes in what the deck has read, shown or not; true if the deck has
	 * to work for it. */
	bool (*sync)(struct app *app);
	/* Time passes while it is shown, and seconds until that matters (< 0:
	 * never); NULL: the playhead of the open run moves. */
	void (*tick)(struct app *app, double seconds);
	double (*next_tick)(const struct app *app);
	/* Seconds after which it looks other by itself (< 0: never): so often,
	 * and no more often, sources are looked at while it is shown. */
	double (*beat)(const struct app *app);
	/* Keys of these moves are bound if they are there. */
	void (*moves[MOVES])(struct app *app, int n);
};

/* All views, in the order of the way from one to the next; the first shows a
 * generation and has all moves. view/views.c */
extern const struct view *const views[];
extern const size_t n_views;

/* Room i in the order of the help, NULL after the last. action/action.c */
const struct action_room *action_room(size_t i);

/* By name; NULL. */
const struct view *view_find(const char *name);

/* The state of a view, state_bytes long; the app's. */
void *view_state(const struct app *app, const struct view *view);

/* Makes and frees the states; for app_init() and app_release() only. */
void view_states_init(struct app *app);
void view_states_release(struct app *app);

/* forget() of each. */
void view_states_forget(struct app *app);

/* All traits, also those that follow from the row. */
unsigned view_traits(const struct view *view);

/* The view that is shown, or the one that this stands over. */
const struct view *view_below(const struct app *app);

/* Shows a view: view_enter() unless it is shown already. */
void view_show(struct app *app, const struct view *view);

/* Shows a view as if it came from another; home as in enter(). */
void view_enter(struct app *app, const struct view *view, bool home);

/* Shows the next one (n = 1) or the one before (-1) that has something. */
void view_turn(struct app *app, int n);

/* Out of panels, what stands over a view, and opened generations; true if
 * there was something to leave. */
bool view_leave(struct app *app);

/* A move of the view that is shown; of the first one if it has none. */
void view_move(struct app *app, enum move move, int n);

/* Whether a row's keys are bound in the view. */
bool action_fits(const struct action_room *room, const struct action *a,
		 const struct view *view);

/* Where a row's keys are bound, into out: "text, list", or "not in help" if
 * that is shorter; "" without a key, or if it is everywhere. */
void action_where(const struct action_room *room, const struct action *a,
		  struct buf *out);

/* "Space", or "t T" for several keys, into out; "" without a key. */
void action_keys(const struct action *a, struct buf *out);

#endif
