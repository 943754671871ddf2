/*
 * Searching the list: the next row whose name, prompt or text has a hit, one
 * row a step, since the text of a record that is not open is read again.
 */
#include "base/num.h"
#include "view/list.h"
#include "view/views.h"

static bool has_hit(struct find *f, const char *text, size_t n)
{
	struct find_hits hits = { 0 };
	bool found, done = false;

	for (size_t at = 0; n && !done && !hits.n;)
		done = find_slice(f, text, n, &at, &hits);
	found = hits.n > 0;
	mem_free(hits.at);
	return found;
}

static bool run_has_hit(struct find *f, const struct run *run)
{
	const struct trace *t = &run->trace;

	return has_hit(f, t->prompt.data, t->prompt.len) ||
	       has_hit(f, t->text.data, t->text.len);
}

static bool row_has_hit(struct app *app, size_t i)
{
	struct find *f = app->search.find;
	const struct run *kept = deck_kept(app->deck, i);
	struct err err = { "" };
	struct buf name = { 0 };
	struct run *run;
	bool found;

	list_entry_words(app, i, &name);
	found = has_hit(f, name.data, name.len);
	buf_release(&name);
	if (found || kept)
		return found || run_has_hit(f, kept);
	run = deck_entry(app->deck, i)->state == ENTRY_BROKEN ?
		      NULL :
		      deck_load(app->deck, i, &err);
	found = run && run_has_hit(f, run);
	run_free(run);
	return found;
}

void list_search(struct app *app, int n)
{
	app->search.list_at = 0;
	app->search.list_wanted = n;
}

static void tell(struct app *app, size_t i)
{
	struct buf name = { 0 };
	char number[NUM_BYTES];

	list_entry_words(app, i, &name);
	app_say(app, "\"%s\" is in %s, %s; n goes on, Enter opens it",
		app->search.pattern, num_count(number, i + 1),
		buf_cstr(&name));
	buf_release(&name);
}

bool list_search_work(struct app *app)
{
	struct search *s = &app->search;
	struct list *l = list_of(app);
	int step = s->list_wanted < 0 ? -1 : 1;
	size_t by, at;

	if (!s->list_wanted || !s->find)
		return false;
	if (s->list_at >= l->n) {
		s->list_wanted = 0;
		app_complain(app, "\"%s\" is in no other generation here",
			     s->pattern);
		return false;
	}
	by = ++s->list_at % l->n;
	at = (l->cursor + (step > 0 ? by : l->n - by)) % l->n;
	if (!row_has_hit(app, l->order[at]))
		return true;
	s->list_wanted -= step;
	if (s->list_wanted)
		return true;
	list_move(app, (long)at - (long)l->cursor);
	tell(app, l->order[at]);
	return false;
}
