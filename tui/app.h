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

#include "deck.h"
#include "opt.h"

enum { APP_MARKS = 26, APP_MESSAGE_BYTES = 512 };
#define APP_NO_MARK ((uint32_t)0xffffffff)

/* How the playhead moves by itself. */
enum pace {
	PACE_PAUSED,
	PACE_PLAY,   /* speed tokens a second, or recorded times x speed */
	PACE_FOLLOW, /* sticks to the end of what is read */
};

/* The text view's search. */
struct search {
	char pattern[128];
	size_t len;
};

struct app {
	struct settings set;      /* opt.h: options, live */
	struct deck *deck;        /* owned */
	struct run *run;          /* the open one, or NULL; the deck's */
	int view;                 /* enum view_id */
	int last_view;            /* to go back to from help */

	uint32_t playhead;        /* tokens shown, <= tokens measured */
	uint32_t cursor;          /* token under study, < playhead or 0 */
	enum pace pace;
	double speed;             /* 1.0 = real time (synthetic: 50 tok/s) */
	double play_credit;       /* fractions of a token owed to playhead */

	/* The visible part of the token axis; zoom 1 shows all. */
	uint32_t axis_from, axis_to; /* [from, to); to = 0: everything */

	uint32_t text_top;        /* byte offset of the first text line */
	bool text_follow;         /* text scrolls with the cursor */

	size_t list_cursor, list_top; /* in list order */
	size_t *list_order;       /* after sort and filter; list.h */
	size_t list_n, list_cap;
	int list_sort;            /* column, see view_list.c */
	bool list_descending;
	char list_filter[64];

	uint32_t marks[APP_MARKS];
	struct search search;
	bool explain;             /* the explain panel is open */
	size_t help_top;
	int focus;                /* pane with the keys: 0 chart, 1 text */

	char message[APP_MESSAGE_BYTES]; /* status line; "" for none */
	bool message_is_error;
	bool dirty;               /* something to draw */
	bool quit;
	int exit_status;
};

void app_say(struct app *app, const char *fmt, ...) PRINTF_LIKE(2, 3);
void app_complain(struct app *app, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Tokens that can be shown now: measured ones of the open run. */
uint32_t app_n_tokens(const struct app *app);

/* Moves playhead/cursor, clipped; stops playing where it makes sense. */
void app_seek(struct app *app, uint32_t playhead);
void app_set_cursor(struct app *app, uint32_t token);

/* The visible part of the axis, resolved: from < to, or both 0. */
void app_axis(const struct app *app, uint32_t *from, uint32_t *to);

#endif
