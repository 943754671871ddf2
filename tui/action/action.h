/*
 * action.h - everything that a key or a ":name" can do, once.
 *
 * Help, the hint line, the man page's list of keys and completion are made
 * from (or checked against) this table. An action changes the state of the
 * program and sets app->dirty; it never draws. What belongs together lives
 * in one action_*.c file (a room of the help).
 */
#ifndef LILSCOPE_ACTION_H
#define LILSCOPE_ACTION_H

#include "app/app.h"
#include "term/key.h"
#include "view/view.h"

enum { ACTION_KEYS = 4 };

/* Views in which the keys are bound: a set of bits, ANYWHERE for all. */
#define IN_VIEW(view) (1u << (view))
#define ANYWHERE ((1u << VIEWS) - 1)

struct action {
	const char *name;              /* ":name" */
	int32_t keys[ACTION_KEYS];     /* K_NONE ends them */
	const char *arg;               /* "TOKEN", "[TOKEN]" or NULL */
	unsigned views;                /* where keys are bound; as a command
					  it works everywhere */
	const char *hint;              /* in the hint line, or NULL */
	const char *about;             /* one line of help */
	/* arg is "" without one. */
	void (*run)(struct app *app, const char *arg);
};

/* A room: a heading of the help, with its rows. */
struct action_room {
	const char *title;
	const struct action *rows;
	size_t n;
};

extern const struct action_room *const action_rooms[];
extern const size_t n_action_rooms;

/* By name (n bytes); NULL. */
const struct action *action_find(const char *name, size_t n);

/* What the key does in the view; NULL. */
const struct action *action_for_key(int32_t key, int view);

/* "Space", or "t T" for several keys, into out; "" without a key. */
void action_keys(const struct action *a, struct buf *out);

/* Runs "name arg", "set t 12", or a plain number (seek). Complains in the
 * status line about what it does not know. */
void action_command(struct app *app, const char *line);

/* One key pressed in the present view; false if it means nothing there. */
bool action_key(struct app *app, struct key key);

/* Views: another one; and out of help, panels and opened generations, true
 * if there was something to leave. */
void action_show(struct app *app, enum view_id view);
bool action_leave(struct app *app);

/* Looks on for app->search, one slice; true while it has to go on. */
bool search_work(struct app *app);

/* ":set NAME VALUE" with all that follows from it. */
void action_set(struct app *app, const char *name, const char *value);

/* Completion of the command line (prompt.h). */
void action_complete(const char *line, size_t n, size_t *from,
		     struct buf *out);

/* The rooms' tables (action_*.c). */
extern const struct action_room room_move, room_play, room_view, room_tune,
	room_search, room_mark, room_list, room_map, room_compare, room_demo,
	room_program;

#endif
