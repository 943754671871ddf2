/* Steps are cut as the text comes, and once only. */
#include "view/steps.h"

#include "app/phrase.h"
#include "view/views.h"

enum {
	LONG_TOKENS = 200, /* from here on a line is enough to end a step */
	MOST_TOKENS = 400, /* of a step */
	LIVE_TOKENS = 250, /* that come before an answer is looked for again */
	/* All of a text is read for it: of one that is there, or is as long,
	 * such a part has to come. */
	LONG_TEXT = 65536,
	LONG_SHARE = 8,
};

struct steps *steps_of(const struct app *app)
{
	return view_state(app, &view_steps);
}

const struct answered *steps_known(const struct app *app)
{
	const struct steps *s = steps_of(app);

	return app->run && s->run == app->run && s->has_known ? &s->known
							       : NULL;
}

size_t steps_at(const struct steps *steps, uint32_t token)
{
	size_t low = 0, high = steps->n;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (steps->at[mid].start <= token)
			low = mid;
		else
			high = mid;
	}
	return low;
}

uint32_t steps_end(const struct steps *steps, size_t i)
{
	return i + 1 < steps->n ? steps->at[i + 1].start : steps->n_tokens;
}

/* --- where they begin --------------------------------------------------- */

/* Does a step begin with token i > 0, when the last one began at `start`? */
static bool begins(const struct trace *t, uint32_t start, uint32_t i)
{
	const char *text = t->text.data;
	size_t at = t->end[i - 1];
	bool line = at > 0 && text[at - 1] == '\n';

	if (trace_channel(t, i) != trace_channel(t, i - 1) ||
	    i - start >= MOST_TOKENS)
		return true;
	if (!line || at == t->end[i] || text[at] == '\n')
		return false;
	return i - start >= LONG_TOKENS || (at > 1 && text[at - 2] == '\n');
}

static void find_steps(struct steps *s, const struct run *run)
{
	const struct trace *t = &run->trace;
	uint32_t n = run_n_measured(run);

	for (uint32_t i = s->n_tokens; i < n; i++) {
		if (i && !begins(t, s->at[s->n - 1].start, i))
			continue;
		s->at = grow(s->at, &s->cap, s->n + 1, sizeof(*s->at));
		s->at[s->n++] = (struct steps_item){ .start = i };
	}
	s->n_tokens = n;
}

static void forget(struct steps *s)
{
	struct steps_item *at = s->at;
	size_t cap = s->cap;

	*s = (struct steps){ .at = at, .cap = cap };
}

void steps_forget(struct app *app)
{
	forget(steps_of(app));
}

/* Is it time to look for the answer of the first n tokens? */
static bool is_due(const struct steps *s, const struct run *run, uint32_t n)
{
	bool is_long = run->ended || s->known_of > LONG_TEXT;
	uint32_t least = is_long ? s->known_of / LONG_SHARE : 0;

	if (n == s->known_of)
		return false;
	return n - s->known_of >= MAX(LIVE_TOKENS, least) ||
	       (run->ended && n == run->trace.n_tokens);
}

bool steps_sync(struct app *app)
{
	struct steps *s = steps_of(app);
	const struct run *run = app->run;
	uint32_t n = app_n_tokens(app);

	if (!run || s->run != run || s->n_spans != run->trace.n_spans ||
	    n < s->n_tokens) {
		forget(s);
		if (!run)
			return false;
		s->run = run;
		s->n_spans = run->trace.n_spans;
	}
	find_steps(s, run);
	if (is_due(s, run, n)) {
		s->has_known = answered_find(&run->trace, n, &s->known);
		s->known_of = n;
	}
	return false;
}

/* --- what is new -------------------------------------------------------- */

double steps_new_share(const struct run *run, uint32_t from, uint32_t to)
{
	const uint32_t *end = run->trace.end;
	uint32_t a = from ? end[from - 1] : 0, b = to ? end[to - 1] : 0;
	uint32_t copied = 0;
	struct phrase p;

	if (a >= b || !phrase_at_byte(run, to, a, &p))
		return 0;
	do {
		if (!p.literal && p.to - p.from >= SHARE_COPY_BYTES)
			copied += MIN(p.to, b) - MAX(p.from, a);
	} while (p.to < b && phrase_get(run, to, p.i_phrase + 1, &p));
	return 1 - (double)copied / (b - a);
}
