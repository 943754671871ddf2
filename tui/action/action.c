/*
 * From a key or a typed line to the row that says what it does. Rooms are in
 * the order of the help, and so are hints: what is met first comes first.
 */
#include "action/action.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "draw/prompt.h"
#include "view/explain.h"
#include "view/views.h"

enum {
	COUNT_MAX = 99999999, /* as a place */
	COUNT_STEPS = 1000,   /* as times */
};

/* Rooms, and in between those of views; views that are not named here come
 * after them. */
static const struct {
	const struct action_room *room;
	const struct view *of;
} order[] = {
	{ .room = &room_program },  { .room = &room_move },
	{ .of = &view_list },       { .room = &room_play },
	{ .room = &room_search },   { .room = &room_mark },
	{ .room = &room_view },     { .of = &view_repeats },
	{ .of = &view_steps },
	{ .of = &view_map },
	{ .of = &view_compare },    { .room = &room_demo },
	{ .room = &room_tune },
};

static bool is_ordered(const struct view *view)
{
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		if (order[i].of == view)
			return true;
	return false;
}

const struct action_room *action_room(size_t i)
{
	if (i < ARRAY_LEN(order))
		return order[i].of ? order[i].of->keys : order[i].room;
	i -= ARRAY_LEN(order);
	for (size_t k = 0; k < n_views; k++)
		if (views[k]->keys && !is_ordered(views[k]) && i-- == 0)
			return views[k]->keys;
	return NULL;
}

/* --- finding ------------------------------------------------------------ */

const struct action *action_find(const char *name, size_t n)
{
	const struct action_room *room;

	for (size_t i = 0; (room = action_room(i)); i++)
		for (size_t k = 0; k < room->n; k++)
			if (strlen(room->rows[k].name) == n &&
			    memcmp(room->rows[k].name, name, n) == 0)
				return &room->rows[k];
	return NULL;
}

static bool has_key(const struct action *a, int32_t key)
{
	for (int i = 0; i < ACTION_KEYS && a->keys[i] != K_NONE; i++)
		if (a->keys[i] == key)
			return true;
	return false;
}

const struct action *action_for_key(int32_t key, const struct view *view)
{
	const struct action_room *room;

	for (size_t i = 0; key != K_NONE && (room = action_room(i)); i++)
		for (size_t k = 0; k < room->n; k++)
			if (has_key(&room->rows[k], key) &&
			    action_fits(room, &room->rows[k], view))
				return &room->rows[k];
	return NULL;
}

/* --- the command line --------------------------------------------------- */

static bool needs_arg(const struct action *a)
{
	return a->arg && a->arg[0] != '[';
}

/* A panel that has more to say than is seen is what moves. */
static void move(struct app *app, enum move where, int n)
{
	if (!app->explain || !explain_scroll(app, where, n))
		view_move(app, where, n);
}

/* "12 G" is to the twelfth token, or row. */
static void go_to_number(struct app *app, uint32_t number)
{
	char arg[16];

	snprintf(arg, sizeof(arg), "%u", number);
	if (app->view->moves[MOVE_TOKEN]) {
		action_find("seek", 4)->with(app, arg);
		return;
	}
	view_move(app, MOVE_END, -1);
	view_move(app, MOVE_ALONG, (int)number - 1);
}

/* count times; 0: as it is. False: it is nothing that is done by numbers. */
static bool run_counted(struct app *app, const struct action *a,
			uint32_t count)
{
	int n = a->n * (int)MIN(count, (uint32_t)COUNT_STEPS);

	if (!count || (!a->by && !a->move) || !a->n)
		return false;
	app->dirty = true;
	if (a->move == MOVE_END)
		go_to_number(app, count);
	else if (a->by)
		a->by(app, n);
	else
		move(app, a->move, n);
	return true;
}

/* A bench has no generations: there is no way out of an empty view. */
static void show_if_any(struct app *app, const struct view *view)
{
	bool none = view->has && !view->has(app);

	if (none && deck_n_sources(app->deck) == 0)
		app_say(app, "the %s view shows generations; there are none "
			     "here", view->name);
	else
		view_show(app, view);
}

static void run_action(struct app *app, const struct action *a, const char *arg)
{
	app->dirty = true;
	if (needs_arg(a) && !arg[0])
		app_complain(app, ":%s takes %s: %s", a->name, a->arg,
			     a->about);
	else if (!a->arg && arg[0])
		app_complain(app, ":%s takes nothing after it", a->name);
	else if (a->with)
		a->with(app, arg);
	else if (a->by)
		a->by(app, a->n);
	else if (a->run)
		a->run(app);
	else if (a->move)
		move(app, a->move, a->n);
	else
		show_if_any(app, a->show);
}

/* The only action whose name begins so; NULL if there are several. */
static const struct action *find_start(const char *name, size_t n)
{
	const struct action *found = NULL;
	const struct action_room *room;

	for (size_t i = 0; (room = action_room(i)); i++) {
		for (size_t k = 0; k < room->n; k++) {
			if (strncmp(room->rows[k].name, name, n) != 0)
				continue;
			if (found)
				return NULL;
			found = &room->rows[k];
		}
	}
	return found;
}

void action_command(struct app *app, const char *line)
{
	char copy[PROMPT_LINE_BYTES];
	const struct action *a;
	const char *arg;
	size_t n, len;

	while (*line == ' ' || *line == ':')
		line++;
	len = MIN(strlen(line), sizeof(copy) - 1);
	while (len > 0 && isspace((unsigned char)line[len - 1]))
		len--;
	memcpy(copy, line, len);
	copy[len] = '\0';
	if (len == 0)
		return;
	if (isdigit((unsigned char)copy[0])) {
		run_action(app, action_find("seek", 4), copy);
		return;
	}
	n = strcspn(copy, " ");
	arg = copy + n + strspn(copy + n, " ");
	a = action_find(copy, n);
	if (!a)
		a = find_start(copy, n);
	if (a)
		run_action(app, a, arg);
	else
		app_complain(app, "there is no command \":%.*s\"; ? lists them",
			     (int)MIN(n, (size_t)60), copy);
}

/* --- keys --------------------------------------------------------------- */

/* The letter that m or ' waited for. */
static bool awaited_key(struct app *app, struct key key)
{
	const struct action *a = app->await;
	char letter[2] = { (char)key.code, '\0' };

	app->await = NULL;
	app->message[0] = '\0';
	app->dirty = true;
	if (key.code > K_SPACE && key.code < K_BACKSPACE)
		run_action(app, a, letter);
	return true;
}

/* Alt-1 0 j: a digit with Alt begins a count, since digits alone are views;
 * more digits go on with it, and the next key is done so often. */
static bool count_key(struct app *app, int32_t code)
{
	int32_t digit = (code & ~(int32_t)K_ALT) - '0';
	char number[NUM_BYTES];

	if (digit < 0 || digit > 9 || (!(code & K_ALT) && !app->count))
		return false;
	app->count = MIN(app->count * 10 + (uint32_t)digit, COUNT_MAX);
	app_say(app, "%s times: which key?", num_count(number, app->count));
	return true;
}

/* An action that needs to know more asks for it. */
static void ask(struct app *app, const struct action *a)
{
	char start[64];

	if (strcmp(a->arg, "LETTER") == 0) {
		app->await = a;
		app_say(app, "%s: which letter, a to z?", a->name);
		return;
	}
	snprintf(start, sizeof(start), "%s ", a->name);
	prompt_open(app->prompt, PROMPT_COMMAND, start, action_complete);
	app->dirty = true;
}

bool action_key(struct app *app, struct key key)
{
	const struct action *a;
	uint32_t count = app->count;

	if (app->await)
		return awaited_key(app, key);
	if (count_key(app, key.code))
		return true;
	app->count = 0;
	a = action_for_key(key.code, app->view);
	if (!a)
		return false;
	/* A message goes with the next key; drawing again keeps it. */
	if (app->message[0] && key.code != KEY_CTRL('L')) {
		app->message[0] = '\0';
		app->dirty = true;
	}
	if (needs_arg(a))
		ask(app, a);
	else if (!run_counted(app, a, count))
		run_action(app, a, "");
	return true;
}
