/*
 * The stop rules in the order of reports, so that a row need not know of
 * prefixes, nor its readers of rows.
 */
#include "measure/rule.h"

#include <assert.h>

#define RULE_ROW(name) &rule_##name,
const struct rule *const rules[RULE_ROWS] = { RULES(RULE_ROW) };
static_assert(RULE_ROWS <= 32, "a set of rules has a bit each");

const char *rule_name(size_t i)
{
	return i < RULE_ROWS ? rules[i]->name : NULL;
}

size_t rule_shown(size_t k)
{
	size_t i = 0;

	if (k >= RULES_SHOWN_MAX)
		return RULE_ROWS;
	while (i < RULE_ROWS && (!rules[i]->shown || k--))
		i++;
	return i;
}

struct rule_verdict rule_verdict(size_t i_rule, const void *state,
				 uint32_t n_tokens)
{
	struct rule_verdict v = rules[i_rule]->verdict(state, n_tokens);

	if (v.at_token > n_tokens)
		return rule_unfired;
	v.tokens_after = n_tokens - v.at_token;
	return v;
}
