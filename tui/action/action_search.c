/* Searching the text, in slices. */
#include <string.h>

#include "action/action.h"
#include "app/find.h"
#include "base/num.h"
#include "draw/prompt.h"

/* Where the cursor's token begins in the text. */
static size_t cursor_byte(const struct app *app)
{
	const struct trace *t = &app->run->trace;

	if (app->cursor == 0 || app->cursor > t->n_tokens)
		return 0;
	return t->end[app->cursor - 1];
}

/* The next hit after the cursor, or for n < 0 the one before it. */
static void again(struct app *app, int n)
{
	struct search *s = &app->search;
	uint32_t next;
	bool backward = n < 0;

	if (!s->len) {
		app_say(app, "nothing to search for yet; / begins a search");
		return;
	}
	if (!app->run || app->run->trace.n_tokens == 0)
		return;
	next = MIN(app->cursor, app->run->trace.n_tokens - 1);
	s->at = backward ? cursor_byte(app) : app->run->trace.end[next];
	s->backward = backward;
	s->wrapped = false;
	s->pending = true;
}

static void found(struct app *app)
{
	struct search *s = &app->search;
	uint32_t token = trace_token_at(&app->run->trace, s->at);
	char number[NUM_BYTES];

	s->pending = false;
	if (token >= app_n_tokens(app)) {
		app_say(app, "\"%s\" is at token %s, not measured yet",
			s->pattern, num_count(number, token + 1));
		return;
	}
	app_set_cursor(app, token);
	app_say(app, "\"%s\" at token %s%s", s->pattern,
		num_count(number, token + 1),
		!s->wrapped   ? ""
		: s->backward ? ", from the end again"
			      : ", from the start again");
}

bool search_work(struct app *app)
{
	struct search *s = &app->search;
	const struct trace *t;
	enum find_result result;
	struct find find;

	if (!s->pending || !app->run) {
		s->pending = false;
		return false;
	}
	t = &app->run->trace;
	find_init(&find, s->pattern, s->len);
	result = (s->backward ? find_prev : find_next)(&find, t->text.data,
						       t->text.len, &s->at);
	if (result == FIND_HIT) {
		found(app);
	} else if (result == FIND_MISS && !s->wrapped) {
		s->wrapped = true;
		s->at = s->backward ? t->text.len : 0;
	} else if (result == FIND_MISS) {
		s->pending = false;
		app_complain(app, "\"%s\" is not in the text", s->pattern);
	}
	return s->pending;
}

static void search(struct app *app, const char *arg)
{
	struct search *s = &app->search;

	if (!arg[0]) {
		prompt_open(app->prompt, PROMPT_SEARCH, "", NULL);
		app->dirty = true;
		return;
	}
	s->len = MIN(strlen(arg), sizeof(s->pattern) - 1);
	memcpy(s->pattern, arg, s->len);
	s->pattern[s->len] = '\0';
	again(app, 1);
}

static const struct action rows[] = {
	{ .name = "search", .keys = { '/' }, .arg = "[TEXT]",
	  .fits = SHOWS_TEXT, .hint = "search",
	  .about = "text; capitals count only if the pattern has some",
	  .with = search },
	{ .name = "search-next", .keys = { 'n' }, .fits = SHOWS_TEXT,
	  .about = "the next hit",
	  .by = again, .n = 1 },
	{ .name = "search-prev", .keys = { 'N' }, .fits = SHOWS_TEXT,
	  .about = "the hit before",
	  .by = again, .n = -1 },
};

const struct action_room room_search = { .title = "Searching", .rows = rows,
				       .n = ARRAY_LEN(rows) };
