/* Who gets a key: the prompt, then the tour, then the view or an action. */
#include "loop/input.h"

#include "action/action.h"
#include "demo/tour.h"
#include "draw/prompt.h"
#include "loop/frame.h"

static void prompt_event(struct app *app, int32_t code)
{
	enum prompt_result result = prompt_key(app->prompt, code);
	enum prompt_kind kind = prompt_kind(app->prompt);

	app->dirty = true;
	if (result != PROMPT_ENTER)
		return;
	if (kind == PROMPT_COMMAND)
		action_command(app, prompt_text(app->prompt));
	else if (prompt_text(app->prompt)[0])
		action_find("search", 6)->with(app, prompt_text(app->prompt));
	else
		action_command(app, "search-next");
}

/* What is pasted is text: it goes into an open line, its line ends as blanks,
 * and is no key anywhere else. Esc gets out if its end never comes. */
static bool paste(struct app *app, int32_t code)
{
	if (code == K_PASTE || code == K_PASTE_END) {
		app->pasting = code == K_PASTE;
		return true;
	}
	if (!app->pasting)
		return false;
	if (code == K_ESC)
		app->pasting = false;
	else if (!prompt_is_open(app->prompt))
		app_say(app, "what is pasted means nothing here; : begins a "
			     "command");
	else if (code >= K_TAB && code < K_FIRST)
		prompt_event(app, code < K_SPACE ? K_SPACE : code);
	return true;
}

static void click(struct app *app, struct key key, int rows, int cols)
{
	struct rect r = frame_view_rect(rows, cols);
	int row = key.row - r.row, col = key.col - r.col;

	int32_t hint = frame_key_at(app, rows, cols, key.row, key.col);

	if (hint != K_NONE) {
		input_key(app, (struct key){ .code = hint }, rows, cols);
		return;
	}
	r.rows -= tour_rows(app, r.rows, r.cols);
	app->dirty = true;
	if (row >= 0 && row < r.rows && col >= 0 && col < r.cols &&
	    app->view->click && app->view->click(app, r, row, col))
		return;
	app->shots.point = true; /* nothing is done there: what is it? */
	app->shots.row = key.row;
	app->shots.col = key.col;
}

void input_key(struct app *app, struct key key, int rows, int cols)
{
	char name[KEY_NAME_BYTES];

	frame_fit(app, rows, cols);
	app->n_keys++;
	if (key.code == KEY_CTRL('C')) {
		app->quit = true;
	} else if (paste(app, key.code)) {
		;
	} else if (prompt_is_open(app->prompt)) {
		if (key.code < K_CLICK)
			prompt_event(app, key.code);
	} else if (!app->await && tour_key(app, key.code)) {
		;
	} else if (key.code == K_CLICK) {
		click(app, key, rows, cols);
	} else if (!action_key(app, key) && key.code != K_NONE) {
		app_say(app, "%s means nothing here; ? lists the keys",
			key_name(key.code, name));
	}
}
