/* The search's state: what is found so far. */
#include "app/search.h"

#include <string.h>

#include "app/app.h"

void search_forget(struct app *app)
{
	struct search *s = &app->search;

	s->run = NULL;
	s->hits.n = 0;
	s->at = 0;
	s->complete = false;
	s->wanted = 0;
}

void search_release(struct app *app)
{
	find_free(app->search.find);
	mem_free(app->search.hits.at);
}

void search_set(struct app *app, const char *pattern)
{
	struct search *s = &app->search;
	size_t n = MIN(strlen(pattern), sizeof(s->pattern) - 1);

	search_forget(app);
	find_free(s->find);
	memcpy(s->pattern, pattern, n);
	s->pattern[n] = '\0';
	s->find = n ? find_new(pattern, n) : NULL;
	s->list_at = 0;
	s->list_wanted = 0;
	app->dirty = true;
}

/* The line that was the last has grown. */
static void go_back(struct search *s, const struct buf *text)
{
	s->at = find_line(text->data, s->at);
	s->hits.n = find_hit_from(&s->hits, s->at);
	s->complete = false;
}

bool search_slice(struct app *app)
{
	struct search *s = &app->search;
	const struct buf *text;
	size_t n;

	if (!s->find || !app->run)
		return false;
	text = &app->run->trace.text;
	if (s->run != app->run || s->at > text->len) {
		int wanted = s->wanted;

		search_forget(app);
		s->run = app->run;
		s->wanted = wanted;
	}
	if (s->complete && s->at == text->len)
		return false;
	if (s->complete)
		go_back(s, text);
	n = s->hits.n;
	s->complete = find_slice(s->find, text->data, text->len, &s->at,
				 &s->hits);
	if (s->hits.n != n || s->complete)
		app->dirty = true;
	return !s->complete;
}

bool search_hits(const struct app *app, uint32_t from, uint32_t to)
{
	const struct search *s = &app->search;
	const struct trace *t;
	size_t i;

	if (!app->run || s->run != app->run || !s->hits.n || from >= to)
		return false;
	t = &app->run->trace;
	i = find_hit_from(&s->hits, trace_start(t, from));
	return i < s->hits.n &&
	       s->hits.at[i].from < t->end[MIN(to, t->n_tokens) - 1];
}
