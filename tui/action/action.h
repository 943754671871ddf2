/*
 * action.h - doing what a key or a ":name" says (app/view.h: what a row is).
 *
 * An action changes the state of the program and sets app->dirty; it never
 * draws. What belongs together lives in one action_*.c file, a room of the
 * help; what only one view does is in the room of that view.
 */
#ifndef LILSCOPE_ACTION_H
#define LILSCOPE_ACTION_H

#include "app/view.h"

/* By name (n bytes); NULL. */
const struct action *action_find(const char *name, size_t n);

/* What the key does in the view; NULL. */
const struct action *action_for_key(int32_t key, const struct view *view);

/* Runs "name arg", "set t 12", or a plain number (seek). Complains in the
 * status line about what it does not know. */
void action_command(struct app *app, const char *line);

/* One key pressed in the present view; false if it means nothing there. */
bool action_key(struct app *app, struct key key);

/* Looks on for app->search, one slice; true while it has to go on. */
bool search_work(struct app *app);

/* ":set NAME VALUE" with all that follows from it. */
void action_set(struct app *app, const char *name, const char *value);

/* Completion of the command line: candidates for its first n bytes, each with
 * a NUL, appended to out; *from gets where the word begins (prompt.h). */
void action_complete(const char *line, size_t n, size_t *from,
		     struct buf *out);

/* The rooms of all views (action_*.c), and the demo's. */
extern const struct action_room room_move, room_play, room_view, room_tune,
	room_search, room_mark, room_demo, room_program;

#endif
