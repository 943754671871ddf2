/*
 * The stop rules in the order of reports: what all of them share is here, so
 * that a row need not know of prefixes, nor its readers of rows.
 */
#include "measure/rule.h"

#include <assert.h>

const struct rule *const rules[] = {
	&rule_guardian,
	&rule_cycle,
	&rule_cycle_long,
	&rule_chunk,
	&rule_chunk_100,
	&rule_zlib,
	&rule_adaptive,
};

const size_t n_rules = ARRAY_LEN(rules);
static_assert(ARRAY_LEN(rules) <= RULES_MAX, "a set of rules has a bit each");

const struct rule_verdict rule_never = { RULE_NEVER, 0, RULE_NEVER };

const char *rule_name(size_t i)
{
	return i < n_rules ? rules[i]->name : NULL;
}

size_t rule_shown(size_t k)
{
	size_t i = 0;

	if (k >= RULES_SHOWN_MAX)
		return n_rules;
	while (i < n_rules && (!rules[i]->shown || k--))
		i++;
	return i;
}

struct rule_verdict rule_verdict(size_t i_rule, const void *state,
				 uint32_t n_tokens)
{
	struct rule_verdict v = rules[i_rule]->verdict(state, n_tokens);

	if (v.at_token > n_tokens)
		return rule_never;
	v.tokens_after = n_tokens - v.at_token;
	if (v.resumed_at > n_tokens)
		v.resumed_at = RULE_NEVER;
	return v;
}
