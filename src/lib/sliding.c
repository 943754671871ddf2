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

void sliding_push(struct sliding *w, uint32_t id, const char *text, size_t len)
{
	engine_push(w->lead, id, text, len);
	if (w->next)
		engine_push(w->next, id, text, len);
	w->n++;
	if (w->lead->settings->window)
		slide(w);
	if (w->lead->stopped && w->stopped.at == LILSCOPE_NEVER &&
	    w->n >= w->real) {
		const char *cause = engine_cause(w->lead);

		w->stopped.at = w->n;
		strncpy(w->stopped.cause, cause ? cause : "",
			CAUSE_BYTES - 1);
	}
}
