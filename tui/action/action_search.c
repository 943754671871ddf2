/* Searching: the text of the open generation, or what a view has instead. */
#include <string.h>

#include "action/action.h"
#include "app/search.h"
#include "base/num.h"
#include "draw/prompt.h"
#include "view/list.h"
#include "view/views.h"

/* Where the cursor's token begins in the text. */
static size_t cursor_byte(const struct app *app)
{
	const struct trace *t = &app->run->trace;

	if (app->cursor == 0 || app->cursor > t->n_tokens)
		return 0;
	return t->end[app->cursor - 1];
}

/* The n-th hit after the cursor, or for n < 0 before it. */
static void again(struct app *app, int n)
{
	struct search *s = &app->search;

	if (!s->find) {
		app_say(app, "nothing to search for yet; / begins a search");
		return;
	}
	if (app->view->search) {
		app->view->search(app, n);
		return;
	}
	if (app->run && app->run->trace.n_tokens)
		s->wanted = n;
}

/* Which hit is wanted, counted over both ends; false: not known yet. */
static bool wanted_hit(const struct app *app, size_t *i, bool *wrapped)
{
	const struct search *s = &app->search;
	const struct trace *t = &app->run->trace;
	uint32_t cursor = MIN(app->cursor, t->n_tokens - 1);
	bool back = s->wanted < 0;
	size_t origin = back ? cursor_byte(app) : t->end[cursor];
	int64_t to;

	if (s->at < origin && !s->complete)
		return false;
	to = (int64_t)find_hit_from(&s->hits, origin) + s->wanted - !back;
	*wrapped = to < 0 || to >= (int64_t)s->hits.n;
	if (*wrapped && !s->complete)
		return false;
	if (s->hits.n) {
		int64_t n = (int64_t)s->hits.n;

		*i = (size_t)(((to % n) + n) % n);
	}
	return true;
}

/* What there is to say about the pattern itself. */
static void put_trouble(const struct search *s, struct buf *out)
{
	if (find_trouble(s->find)[0])
		buf_printf(out, "; searched as it is written: %s",
			   find_trouble(s->find));
	if (find_n_given_up(s->find))
		buf_printf(out, "; it takes too long on %zu lines, which are "
				"left out", find_n_given_up(s->find));
}

static void go_to_hit(struct app *app, size_t i, bool wrapped)
{
	struct search *s = &app->search;
	uint32_t token = trace_token_at(&app->run->trace, s->hits.at[i].from);
	char number[NUM_BYTES], a[NUM_BYTES], b[NUM_BYTES];
	bool measured = token < app_n_tokens(app);
	struct buf more = { 0 };

	if (measured)
		app_set_cursor(app, token);
	put_trouble(s, &more);
	app_say(app, "hit %s of %s%s: \"%s\" at token %s%s%s%s",
		num_count(a, i + 1), num_count(b, s->hits.n),
		s->complete ? "" : "+", s->pattern,
		num_count(number, token + 1),
		measured ? "" : ", not measured yet",
		!wrapped	  ? ""
		: s->wanted < 0 ? ", from the end again"
				  : ", from the start again",
		buf_cstr(&more));
	buf_release(&more);
}

bool search_work(struct app *app)
{
	struct search *s = &app->search;
	bool more = search_slice(app), wrapped = false;
	size_t i = 0;

	if (list_search_work(app))
		more = true;
	if (!s->wanted || !app->run || s->run != app->run ||
	    !app->run->trace.n_tokens || !wanted_hit(app, &i, &wrapped))
		return more;
	if (s->hits.n) {
		go_to_hit(app, i, wrapped);
	} else {
		struct buf trouble = { 0 };

		put_trouble(s, &trouble);
		app_complain(app, "\"%s\" is not in the text%s", s->pattern,
			     buf_cstr(&trouble));
		buf_release(&trouble);
	}
	s->wanted = 0;
	return more;
}

static void search(struct app *app, const char *arg)
{
	if (!arg[0]) {
		prompt_open(app->prompt, PROMPT_SEARCH, "", NULL);
		app->dirty = true;
		return;
	}
	search_set(app, arg);
	again(app, 1);
}

static const struct action rows[] = {
	{ .name = "search", .keys = { '/' }, .arg = "[PATTERN]",
	  .fits = SHOWS_TEXT | SEARCHES, .hint = "search",
	  .about = "a regular expression; capitals count if it has some",
	  .with = search },
	{ .name = "search-next", .keys = { 'n' },
	  .fits = SHOWS_TEXT | SEARCHES,
	  .about = "the next hit; in the list, the next generation with one",
	  .by = again, .n = 1 },
	{ .name = "search-prev", .keys = { 'N' },
	  .fits = SHOWS_TEXT | SEARCHES,
	  .about = "the hit before",
	  .by = again, .n = -1 },
};

const struct action_room room_search = { .title = "Searching", .rows = rows,
				       .n = ARRAY_LEN(rows) };
