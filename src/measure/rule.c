/* What all rules share, so that a row need not write it. */
#include "measure/rule.h"

const struct rule_verdict rule_unfired = {
	.at_token = RULE_NEVER,
	.resumed_at = RULE_NEVER,
	.again_at = RULE_NEVER,
};

struct rule_verdict rule_kept(const void *state, uint32_t n_tokens)
{
	(void)n_tokens;
	return *(const struct rule_verdict *)state;
}

const char *rule_after_name(enum rule_after after)
{
	static const char *const names[] = {
		[AFTER_NOTHING] = "nothing new",
		[AFTER_BACK] = "came back",
		[AFTER_FALSE] = "false alarm",
	};

	return names[after];
}

double rule_scaled(const struct rule_opts *opts, double n)
{
	return opts->scale > 0 ? n * opts->scale : n;
}

uint32_t rule_count(const struct rule_opts *opts, uint32_t n, uint32_t least)
{
	return MAX((uint32_t)(rule_scaled(opts, n) + 0.5), least);
}

uint32_t rule_together(const struct rule_token *tokens, uint32_t n,
		       size_t *len)
{
	uint32_t k = 1;

	*len = tokens->len;
	for (; k < n && tokens[k].text == tokens->text + *len; k++)
		*len += tokens[k].len;
	return k;
}
