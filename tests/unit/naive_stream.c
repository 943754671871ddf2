/* See naive_stream.h. */
#include "naive_stream.h"

#include <math.h>
#include <string.h>

#include "measure/meter.h"

size_t naive_base(const struct naive_stream *s, size_t n)
{
	if (!s->window || n < 2 * (size_t)s->window)
		return 0;
	return (n / s->window - 1) * s->window;
}

static size_t row_of(const char *rule)
{
	size_t i = 0;

	while (strcmp(rules[i]->name, rule) != 0)
		i++;
	return i;
}

static struct meter *measure(const struct naive_stream *s, size_t n)
{
	struct meter_opts o = meter_opts_default;
	struct meter *m;

	o.symbols = s->bytes ? METER_BYTES : METER_TOKENS;
	o.alphabet = s->alphabet;
	o.rule.f = s->f;
	o.rules = RULE_BIT(row_of(s->rule));
	m = meter_new(&o);
	for (size_t i = naive_base(s, n); i < n; i++)
		meter_push(m, s->tokens[i].id,
			   s->textless ? NULL : s->tokens[i].text.data,
			   s->tokens[i].text.len);
	return m;
}

/* A meter makes no rule that knows of tokens without text: its state after n
 * tokens; NULL: the rule is the same for them. */
static void *of_ids(const struct naive_stream *s, size_t n)
{
	const struct rule *rule = rules[row_of(s->rule)];
	struct rule_opts o = meter_opts_default.rule;
	void *state;

	if (!s->textless || !rule->create_ids)
		return NULL;
	o.f = s->f;
	state = rule->create_ids(&o);
	for (size_t i = naive_base(s, n); i < n; i++)
		rule->push(state,
			   &(struct rule_token){ .id = s->tokens[i].id });
	return state;
}

static bool stopped(const struct naive_stream *s, size_t n)
{
	size_t row = row_of(s->rule);
	struct meter *m = measure(s, n);
	uint32_t at = meter_rule(m, row).at_token;
	void *state = of_ids(s, n);

	if (state) {
		at = rules[row]->verdict(state, UINT32_MAX).at_token;
		rules[row]->destroy(state);
	}
	meter_free(m);
	return at != RULE_NEVER;
}

void naive_push(struct naive_stream *s, uint32_t id, const char *text,
		size_t len)
{
	uint64_t stop;

	s->tokens = grow(s->tokens, &s->cap, s->n + 1, sizeof(*s->tokens));
	s->stop_at = grow(s->stop_at, &s->stop_cap, s->n + 2,
			  sizeof(*s->stop_at));
	s->stop_at[0] = LILSCOPE_NEVER;
	s->tokens[s->n] = (struct naive_token){ .id = id };
	buf_append(&s->tokens[s->n].text, text, len);
	s->n++;
	stop = s->stop_at[s->n - 1];
	if (stop == LILSCOPE_NEVER && stopped(s, s->n))
		stop = s->n;
	s->stop_at[s->n] = stop;
}

void naive_pop(struct naive_stream *s, size_t n)
{
	while (n--)
		buf_release(&s->tokens[--s->n].text);
}

void naive_release(struct naive_stream *s)
{
	naive_pop(s, s->n);
	mem_free(s->tokens);
	mem_free(s->stop_at);
}

static bool same(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

static double gain_of(const struct meter *m)
{
	const struct guardian *g = meter_guardian(m);

	return g->n ? guardian_gain(g, g->n) : (double)NAN;
}

static double score_of(const struct naive_stream *s, const struct meter *m,
		       const void *state)
{
	size_t i = row_of(s->rule);
	uint32_t n = meter_n_tokens(m);

	if (!rules[i]->score)
		return (double)NAN;
	if (s->n && s->stop_at[s->n] != LILSCOPE_NEVER)
		return 1;
	if (state)
		return rules[i]->score(state);
	return n ? (double)series_range(meter_score(m, i), n - 1, n).last : 0;
}

/* What differs of what came after the stop; NULL. */
static const char *after_differs(const struct naive_stream *s,
				 const struct meter *m,
				 const struct lilscope_reading *r,
				 uint64_t stop)
{
	const struct fresh *f = meter_fresh(m);
	size_t base = naive_base(s, s->n);
	uint64_t last = LILSCOPE_NEVER, after = last, resumed = last;
	uint32_t n = meter_n_tokens(m), at = (uint32_t)(stop - base);

	if (stop != LILSCOPE_NEVER && stop > base) {
		last = base + fresh_since(f, at);
		after = fresh_count(f, at, n, n);
		if (after < FRESH_NEW_TOKENS)
			after = 0;
		else
			resumed = base + fresh_first(f, at, n);
	}
	return r->last_new != last	? "last_new" :
	       r->new_after != after	? "new_after" :
	       r->resumed_at != resumed ? "resumed_at" :
					  NULL;
}

static const char *band_of(const struct meter *m, uint32_t n)
{
	return meter_symbols_at(m, n) ?
		       bound_status_name(meter_point(m, n).status) :
		       "EMPTY";
}

const char *naive_differs(const struct naive_stream *s, struct lilscope *l)
{
	struct meter *m = measure(s, s->n);
	uint32_t n = meter_n_tokens(m);
	struct bound_point p = meter_point(m, n);
	struct entropy_point h = meter_h_est(m, n);
	struct lilscope_reading r = { .size = sizeof(r) };
	size_t row = row_of(s->rule);
	void *state = of_ids(s, s->n);
	double score = score_of(s, m, state);
	double rate, error, odds = state ? rules[row]->odds(state) :
					   meter_odds(m, row);
	uint64_t stop = s->n ? s->stop_at[s->n] : LILSCOPE_NEVER;
	const char *what = NULL;

	lilscope_read(l, &r);
	lilscope_entropy(l, &rate, &error);
	what = r.n_tokens != s->n || lilscope_n_tokens(l) != s->n ? "n_tokens" :
	       r.from != naive_base(s, s->n) ? "from" :
	       r.n_symbols != meter_symbols_at(m, n) ? "n_symbols" :
	       r.n_phrases != lz77_n_phrases(meter_lz77(m)) ? "n_phrases" :
	       !same(r.code_bits, (double)lz77_code_bits(meter_lz77(m))) ?
							"code_bits" :
	       !same(r.rho, p.rho) ? "rho" :
	       r.n_symbols && !same(r.eps, p.eps) ? "eps" :
	       !same(r.h, p.h) ? "h" :
	       !same(rate, h.bits) || !same(error, h.se) ? "entropy" :
	       !same(r.gain, gain_of(m)) ? "gain" :
	       r.copied != n - fresh_since(meter_fresh(m), n) ? "copied" :
	       !same(r.odds, odds) ? "odds" :
	       !same((float)r.score, (float)score) ? "score" :
	       r.stop_at != stop || lilscope_stop_at(l) != stop ? "stop_at" :
	       strcmp(lilscope_band_name(r.band), band_of(m, n)) ? "band" :
	       r.vacuous != p.vacuous ? "vacuous" :
					after_differs(s, m, &r, stop);
	if (state)
		rules[row]->destroy(state);
	meter_free(m);
	return what;
}
