/*
 * A rule looks at halves; all that it finds is told in tokens of the whole.
 */
#include "guard/watched.h"

#include <stdio.h>

#include "guard/hit.h"
#include "trace/repeated.h"

/* run_measure() in one go: what one piece brought is little. */
#define MEASURE_ALL UINT32_MAX

void watched_init(struct watched *g, const struct watch_opts *o)
{
	*g = (struct watched){ .run = run_new(&o->meter) };
	for (size_t k = 0; k < HALVES; k++)
		half_init(&g->halves[k]);
}

void watched_release(struct watched *g)
{
	for (size_t k = 0; k < HALVES; k++)
		half_release(&g->halves[k]);
	run_free(g->run);
}

/* --- how far it is ------------------------------------------------------ */

void watched_look_for_end(struct watched *g)
{
	if (g->has_reason || !g->run->trace.facts.finish_reason)
		return;
	g->has_reason = true;
	g->end_tokens = g->run->trace.n_tokens;
}

bool watched_has_ended(const struct watched *g)
{
	return g->run->ended ||
	       (g->has_reason && g->end_tokens == g->run->trace.n_tokens);
}

bool watched_is_hit(const struct watched *g)
{
	for (size_t k = 0; k < HALVES; k++)
		if (g->halves[k].i_hit != HALF_NO_HIT ||
		    g->halves[k].i_old_hit != HALF_NO_HIT)
			return true;
	return false;
}

bool watched_goes_on(const struct watched *g)
{
	return !watched_has_ended(g) && !watched_is_hit(g);
}

uint32_t watched_passed(const struct watched *g)
{
	for (size_t k = 0; k < HALVES; k++)
		if (g->halves[k].i_old_hit != HALF_NO_HIT)
			return 0;
	return watched_is_hit(g) ? g->n_tokens : g->run->trace.n_tokens;
}

/* --- its halves --------------------------------------------------------- */

/* A mark that ends what nobody had begun: all before it was thinking, and is
 * measured as that. */
static void take_anew(struct watched *g)
{
	size_t i_hit = g->halves[HALF_ANSWER].i_hit;
	size_t i_old_hit = g->halves[HALF_ANSWER].i_old_hit;

	half_release(&g->halves[HALF_ANSWER]);
	run_free(g->halves[HALF_THINKING].run);
	g->halves[HALF_THINKING].run = NULL;
	g->halves[HALF_THINKING].n_pieces = 0;
	g->halves[HALF_THINKING].n_checks = 0;
	if (i_hit != HALF_NO_HIT)
		g->halves[HALF_THINKING].i_hit = i_hit;
	if (i_old_hit != HALF_NO_HIT)
		g->halves[HALF_THINKING].i_old_hit = i_old_hit;
	g->n_taken = 0;
}

/* What came goes where it belongs. */
static void take_halves(struct watched *g, const struct watch_opts *opts)
{
	const struct trace *t = &g->run->trace;

	if (g->n_taken && half_of(trace_channel(t, 0)) != g->first)
		take_anew(g);
	if (!g->n_taken && t->n_tokens)
		g->first = half_of(trace_channel(t, 0));
	for (; g->n_taken < t->n_tokens; g->n_taken++) {
		enum half_kind k = half_of(trace_channel(t, g->n_taken));
		struct meter_opts o = opts->meter;

		if (!(opts->scope & WATCH_HALF(k)))
			continue;
		if (k == HALF_THINKING)
			o.rule = opts->thinking;
		half_take(&g->halves[k], t, g->n_taken, &o);
	}
}

void watched_measure(struct watched *g, const struct watch_opts *o)
{
	take_halves(g, o);
	for (size_t k = 0; k < HALVES; k++)
		if (g->halves[k].run)
			run_measure(g->halves[k].run, MEASURE_ALL);
}

/* --- the rule ----------------------------------------------------------- */

/* Guardian's verdict costs a pass over its checks: ask after a new one. */
static bool is_news(const struct watch_opts *o, struct half *p)
{
	size_t n_checks = meter_guardian(p->run->meter)->n;
	bool news = o->i_rule != RULE_GUARDIAN ||
		    n_checks != p->n_checks;

	p->n_checks = n_checks;
	return news;
}

/* Why: what the tokens up to the threshold say again and again. */
static void note_why(const struct watched *g, const struct watch_opts *o,
		     const struct half *p, uint32_t at_token,
		     struct watch_hit *hit)
{
	struct repeated r;

	if (!repeated_find(p->run, at_token, &r))
		return;
	r.first_token = g->base + half_whole(p, r.first_token + 1) - 1;
	/* what a model said is of no log unless one asks for it */
	repeated_json(p->run, &r, o->excerpt, &hit->unit);
	repeated_say(p->run, &r, &hit->why);
}

bool watched_is_due(struct watched *g, const struct watch_opts *o,
		    enum half_kind kind)
{
	struct half *p = &g->halves[kind];

	return p->run && p->i_hit == HALF_NO_HIT &&
	       p->i_old_hit == HALF_NO_HIT && is_news(o, p) &&
	       meter_rule(p->run->meter, o->i_rule).at_token != RULE_NEVER;
}

void watched_tell(const struct watched *g, const struct watch_opts *o,
		  enum half_kind kind, struct watch_hit *hit)
{
	const struct half *p = &g->halves[kind];
	const struct trace *t = &g->run->trace;
	uint32_t at_token = meter_rule(p->run->meter, o->i_rule).at_token;

	if (t->facts.record)
		snprintf(hit->record, sizeof(hit->record), "%s",
			 t->facts.record);
	if (t->facts.guessed)
		snprintf(hit->guessed, sizeof(hit->guessed), "%s",
			 t->facts.guessed);
	hit->at_token = g->base + half_whole(p, at_token);
	note_why(g, o, p, at_token, hit);
	hit->half = kind;
	hit->choice = t->facts.choice;
	hit->ended = watched_has_ended(g);
	if (o->excerpt)
		hit_take_excerpt(hit, &p->run->trace);
	hit->in_tool = trace_channel(t, t->n_tokens - 1) == CHANNEL_TOOL;
}

/* Tokens are counted in the whole and from its beginning. */
static uint32_t from_begin(const struct watched *g, const struct half *p,
			   uint32_t n)
{
	return n == RULE_NEVER ? n : g->base + half_whole(p, n);
}

static void count_whole(const struct watched *g, const struct half *p,
			struct watch_hit *hit)
{
	struct rule_verdict *v = &hit->then;
	uint32_t *const tokens[] = { &v->at_token, &v->resumed_at,
				     &v->last_new, &v->again_at };

	for (size_t i = 0; i < ARRAY_LEN(tokens); i++)
		*tokens[i] = from_begin(g, p, *tokens[i]);
	for (size_t i = 0; i < hit->n_stops; i++) {
		struct rule_stop *s = &hit->stops[i];

		s->at_token = from_begin(g, p, s->at_token);
		s->last_new = from_begin(g, p, s->last_new);
		s->resumed_at = from_begin(g, p, s->resumed_at);
	}
}

void watched_audit(struct watched *g, const struct watch_opts *o,
		   enum half_kind kind, struct watch_hit *hit)
{
	const struct half *p = &g->halves[kind];

	take_halves(g, o);
	hit->half = kind; /* a late mark may have changed it */
	if (!p->run)      /* ... to what is not watched */
		return;
	while (!run_measure(p->run, MEASURE_ALL))
		;
	mem_free(hit->stops);
	hit->then = meter_rule(p->run->meter, o->i_rule);
	hit->stops = meter_all_stops(p->run->meter, o->i_rule,
				     &hit->n_stops);
	count_whole(g, p, hit);
}
