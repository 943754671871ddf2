/* A rule is pushed while it is armed, and need not know that it is not. */
#include "measure/stops.h"

#include <assert.h>
#include <math.h>

#include "base/buf.h"
#include "measure/series.h"

void stops_init(struct stops *s, size_t i_rule, const struct rule_opts *opts)
{
	*s = (struct stops){
		.i_rule = i_rule,
		.state = rules[i_rule]->create(opts),
		.armed = true,
		.opts = *opts,
	};
}

void stops_release(struct stops *s)
{
	rules[s->i_rule]->destroy(s->state);
	mem_free(s->at);
}

void stops_seal(struct stops *s)
{
	if (rules[s->i_rule]->seal)
		s->state = rules[s->i_rule]->seal(s->state);
}

/* The next ones, as long as it is armed; how many were taken. */
static uint32_t push_armed(struct stops *s, const struct rule_token *tokens,
			   uint32_t count, uint32_t n)
{
	const struct rule *rule = rules[s->i_rule];
	uint32_t k = 1;

	if (rule->push_all)
		k = rule->push_all(s->state, tokens, count, s->bits);
	else
		rule->push(s->state, tokens);
	if (rule->verdict != rule_kept ||
	    ((const struct rule_verdict *)s->state)->at_token == RULE_NEVER)
		return k;
	s->at = grow(s->at, &s->cap, s->n + 1, sizeof(*s->at));
	s->at[s->n++] = n + k;
	s->armed = false;
	s->stop_bits = tokens[k - 1].code_bits;
	return k;
}

static void rearm(struct stops *s, double code_bits)
{
	const struct rule *rule = rules[s->i_rule];

	s->armed = true;
	if (rule->rearm) {
		rule->rearm(s->state);
		s->bits += code_bits - s->stop_bits;
		return;
	}
	rule->destroy(s->state);
	s->state = rule->create(&s->opts);
	s->bits = code_bits;
}

void stops_push_apart(struct stops *s, const struct rule_token *tokens,
		      uint32_t count, uint32_t n)
{
	if (!rules[s->i_rule]->apart || !s->armed)
		return;
	for (uint32_t i = 0, k; i < count && s->armed; i += k) {
		k = push_armed(s, tokens + i, count - i, n);
		n += k;
	}
	s->ahead = n;
}

void stops_push(struct stops *s, const struct rule_token *tokens,
		uint32_t count, const struct fresh *fresh, uint32_t n,
		struct series *scores)
{
	uint32_t i = n < s->ahead ? MIN(s->ahead - n, count) : 0, k;

	for (n += i; i < count; i += k, n += k) {
		k = 1;
		if (s->armed)
			k = push_armed(s, tokens + i, scores ? 1 : count - i,
				       n);
		else if (fresh_count(fresh, s->at[s->n - 1], n + 1, n + 1) >=
			 FRESH_NEW_TOKENS)
			rearm(s, tokens[i].code_bits);
		if (scores)
			series_push(scores, (float)stops_score(s));
	}
}

/* Stop i, the one before at `last`; RULE_NEVER for none. */
static uint32_t stop_at(const struct stops *s, const struct fresh *fresh,
			uint32_t n_tokens, size_t i, uint32_t last)
{
	uint32_t armed;

	if (s->i_rule != RULE_GUARDIAN)
		return i < s->n && s->at[i] <= n_tokens ? s->at[i] :
							  RULE_NEVER;
	armed = i ? fresh_back(fresh, last, n_tokens) : 0;
	if (armed > n_tokens)
		return RULE_NEVER;
	return guardian_stop(s->state, armed, n_tokens);
}

static struct rule_stop describe(const struct fresh *fresh, uint32_t at,
				 uint32_t next, uint32_t n)
{
	uint32_t to = MIN(next, n);
	struct rule_stop stop = {
		.at_token = at,
		.tokens_after = n - at,
		.resumed_at = RULE_NEVER,
		.new_after = fresh_count(fresh, at, to, n),
		.last_new = fresh_since(fresh, at),
	};

	if (stop.new_after >= FRESH_NEW_TOKENS)
		stop.resumed_at = fresh_first(fresh, at, n);
	else
		stop.new_after = 0;
	return stop;
}

size_t stops_list(const struct stops *s, const struct fresh *fresh,
		  uint32_t n_tokens, struct rule_stop *out, size_t max)
{
	uint32_t at = stop_at(s, fresh, n_tokens, 0, 0), next;
	size_t n = 0;

	for (; at != RULE_NEVER; at = next) {
		next = stop_at(s, fresh, n_tokens, n + 1, at);
		if (n < max)
			out[n] = describe(fresh, at, next, n_tokens);
		n++;
	}
	return n;
}

struct rule_verdict stops_verdict(const struct stops *s,
				  const struct fresh *fresh,
				  uint32_t n_tokens)
{
	struct rule_verdict v = rule_unfired;
	uint32_t at = stop_at(s, fresh, n_tokens, 0, 0);
	struct rule_stop first;

	if (at == RULE_NEVER)
		return v;
	v.again_at = stop_at(s, fresh, n_tokens, 1, at);
	first = describe(fresh, at, v.again_at, n_tokens);
	v.at_token = at;
	v.tokens_after = first.tokens_after;
	v.resumed_at = first.resumed_at;
	v.new_after = first.new_after;
	v.last_new = first.last_new;
	if (v.resumed_at != RULE_NEVER)
		v.after = v.again_at == RULE_NEVER &&
					  v.new_after >= v.tokens_after / 2 ?
				  AFTER_FALSE :
				  AFTER_BACK;
	return v;
}

double stops_score(const struct stops *s)
{
	const struct rule *rule = rules[s->i_rule];

	if (!rule->score)
		return (double)NAN;
	return s->armed ? rule->score(s->state) : 1;
}
