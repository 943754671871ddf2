/*
 * A stop that is known counts only if it came before the first token from
 * which the lead is what it was then: later ones are found again.
 */
#include "lib/sliding.h"

#include <string.h>

#include "base/buf.h"

uint64_t sliding_base(const struct stream_settings *s, uint64_t n)
{
	uint64_t k = s->window ? n / s->window : 0;

	return k ? (k - 1) * s->window : 0;
}

struct sliding *sliding_new(const struct stream_settings *s, uint64_t base,
			    const struct stopped *known)
{
	struct sliding *w = mem_zalloc(sizeof(*w));

	w->lead = engine_new(s);
	w->base = w->n = base;
	w->real = base ? base + s->window : 0;
	w->stopped.at = LILSCOPE_NEVER;
	if (known->at < w->real)
		w->stopped = *known;
	return w;
}

static void slide(struct sliding *w)
{
	const struct stream_settings *s = w->lead->settings;

	if (w->n == w->base + 2 * (uint64_t)s->window) {
		engine_free(w->lead);
		w->lead = w->next;
		w->next = NULL;
		w->base += s->window;
	}
	if (w->n == w->base + s->window)
		w->next = engine_new(s);
}

/* The lead has stopped, at the earliest after n tokens. */
static void look(struct sliding *w, uint64_t n)
{
	const struct engine *e = w->lead;
	uint64_t at = MAX(w->base + e->stop_at, MAX(n, w->real));
	const char *cause = engine_cause(e);

	if (at > w->n)
		return;
	w->stopped.at = at;
	strncpy(w->stopped.cause, cause ? cause : "", CAUSE_BYTES - 1);
}

/* Tokens, at most n, up to the next at which engines come and go, which is
 * pushed alone. */
static uint32_t up_to_slide(const struct sliding *w, uint32_t n)
{
	uint32_t window = w->lead->settings->window;

	if (!window)
		return n;
	return MIN(n, MAX(window - (uint32_t)(w->n % window) - 1, 1u));
}

void sliding_push(struct sliding *w, struct rule_token *tokens, uint32_t n)
{
	for (uint32_t k; n; n -= k, tokens += k) {
		uint64_t first = w->n + 1;

		k = up_to_slide(w, n);
		engine_push(w->lead, tokens, k);
		if (w->next)
			engine_push(w->next, tokens, k);
		w->n += k;
		if (w->lead->settings->window)
			slide(w);
		if (w->lead->stop_at != RULE_NEVER &&
		    w->stopped.at == LILSCOPE_NEVER)
			look(w, first);
	}
}

uint32_t sliding_quiet(const struct sliding *w)
{
	uint32_t window = w->lead->settings->window;

	if (w->stopped.at != LILSCOPE_NEVER)
		return UINT32_MAX;
	if (w->lead->stop_at != RULE_NEVER)
		return 0;
	if (!window)
		return engine_quiet(w->lead);
	return MIN(engine_quiet(w->lead),
		   window - (uint32_t)(w->n % window) - 1);
}
