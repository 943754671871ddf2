/* A phrase, its source's pages, and when these were read. */
#include "view/map_again.h"

static uint32_t page_of(const struct trace *t, uint32_t token)
{
	return (uint32_t)MIN(((uint64_t)t->facts.prompt_tokens + token) /
				     map_page_tokens(t),
			     (uint64_t)PAGES_NUMBER_MAX);
}

static bool look_at(const struct run *run, struct map_of of,
		    const struct phrase *p, struct map_again *out)
{
	const struct trace *t = &run->trace;
	uint32_t end;

	if (p->literal || p->n_tokens < AGAIN_TOKENS || !t->pages ||
	    p->token < pages_first(t->pages) || p->src_token >= p->token)
		return false;
	/* of a source that grows into its copy what was there before */
	end = MIN(p->src_token + p->n_tokens, p->token);
	out->p = *p;
	out->last = map_last_read(t, of, page_of(t, p->src_token),
				  page_of(t, end - 1) + 1, p->token);
	out->unseen = out->last != p->token;
	return true;
}

bool map_again_at(const struct run *run, uint32_t n, struct map_of of,
		  uint32_t token, struct map_again *out)
{
	struct phrase p;

	return phrase_at_token(run, n, token, &p) &&
	       look_at(run, of, &p, out);
}

bool map_again_next(const struct run *run, uint32_t n, struct map_of of,
		    uint32_t token, bool forward, struct map_again *out)
{
	struct phrase p;

	if (!phrase_at_token(run, n, token, &p))
		return false;
	for (uint32_t i = p.i_phrase;;) {
		if (!forward && i == 0)
			return false;
		i = forward ? i + 1 : i - 1;
		if (!phrase_get(run, n, i, &p))
			return false;
		if ((forward ? p.token > token : p.token < token) &&
		    look_at(run, of, &p, out) && out->unseen)
			return true;
	}
}
