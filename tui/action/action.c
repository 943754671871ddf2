#include "action/action.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "draw/prompt.h"

const struct action_room *const action_rooms[] = {
	&room_program, &room_move, &room_list, &room_play,
	&room_search,  &room_mark, &room_view, &room_map,
	&room_compare, &room_demo,   &room_tune,
};
const size_t n_action_rooms = ARRAY_LEN(action_rooms);

/* -- finding ------------------------------------------------------------- */

/* The first row that fits; rows are few. */
static const struct action *
find_row(bool (*fits)(const struct action *a, const void *ctx), const void *ctx)
{
	for (size_t i = 0; i < n_action_rooms; i++) {
		const struct action_room *room = action_rooms[i];

		for (size_t k = 0; k < room->n; k++)
			if (fits(&room->rows[k], ctx))
				return &room->rows[k];
	}
	return NULL;
}

struct word {
	const char *text;
	size_t n;
};

static bool has_name(const struct action *a, const void *ctx)
{
	const struct word *word = ctx;

	return strlen(a->name) == word->n &&
	       memcmp(a->name, word->text, word->n) == 0;
}

const struct action *action_find(const char *name, size_t n)
{
	struct word word = { name, n };

	return find_row(has_name, &word);
}

struct stroke {
	int32_t key;
	int view;
};

static bool has_key(const struct action *a, const void *ctx)
{
	const struct stroke *stroke = ctx;

	if (!(a->views & IN_VIEW(stroke->view)))
		return false;
	for (int i = 0; i < ACTION_KEYS && a->keys[i] != K_NONE; i++)
		if (a->keys[i] == stroke->key)
			return true;
	return false;
}

const struct action *action_for_key(int32_t key, int view)
{
	struct stroke stroke = { key, view };

	return key == K_NONE ? NULL : find_row(has_key, &stroke);
}

void action_keys(const struct action *a, struct buf *out)
{
	char name[KEY_NAME_BYTES];

	for (int i = 0; i < ACTION_KEYS && a->keys[i] != K_NONE; i++) {
		if (i > 0)
			buf_putc(out, ' ');
		buf_puts(out, key_name(a->keys[i], name));
	}
}

/* -- the command line ---------------------------------------------------- */

static bool needs_arg(const struct action *a)
{
	return a->arg && a->arg[0] != '[';
}

static void run_action(struct app *app, const struct action *a, const char *arg)
{
	app->dirty = true;
	if (needs_arg(a) && !arg[0])
		app_complain(app, ":%s takes %s: %s", a->name, a->arg,
			     a->about);
	else if (!a->arg && arg[0])
		app_complain(app, ":%s takes nothing after it", a->name);
	else
		a->run(app, arg);
}

/* The only action whose name begins so; NULL if there are several. */
static const struct action *find_start(const char *name, size_t n)
{
	const struct action *found = NULL;

	for (size_t i = 0; i < n_action_rooms; i++) {
		const struct action_room *room = action_rooms[i];

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

/* -- keys ---------------------------------------------------------------- */

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

	if (app->await)
		return awaited_key(app, key);
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
	else
		run_action(app, a, "");
	return true;
}
