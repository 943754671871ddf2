/*
 * A header that is not understood is refused and not passed over: who asks for
 * a thing must not get another one without a word.
 */
#include "guard/wish.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PART_BYTES = 64 };
#define T_MAX 1e9

bool wish_can(enum threshold_then then)
{
	return then == THRESHOLD_IGNORE || then == THRESHOLD_REPORT ||
	       then == THRESHOLD_STOP || then == THRESHOLD_CONCLUDE ||
	       then == THRESHOLD_RETRY;
}

/* --- scope -------------------------------------------------------------- */

static const struct {
	const char *name;
	unsigned scope;
} scopes[] = {
	{ "all", WATCH_ALL },
	{ "thinking", WATCH_HALF(HALF_THINKING) },
	{ "answer", WATCH_HALF(HALF_ANSWER) },
};

const char *wish_scope_name(size_t i)
{
	return i < ARRAY_LEN(scopes) ? scopes[i].name : NULL;
}

unsigned wish_scope(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(scopes); i++)
		if (strcmp(scopes[i].name, name) == 0)
			return scopes[i].scope;
	return 0;
}

void wish_apply(const struct wish *wish, struct watch_opts *watch)
{
	const struct wish_limits *own = &wish->thinking;

	watch->scope = wish->scope;
	watch->i_rule = wish->i_rule;
	watch->meter.rule = watch->thinking = wish->rule;
	watch->goes_on = wish->then == THRESHOLD_REPORT;
	if (own->f)
		watch->thinking.f = own->f;
	if (own->patience)
		watch->thinking.patience = own->patience;
	if (own->t >= 0)
		watch->thinking.t = own->t;
}

/* --- parts -------------------------------------------------------------- */

static bool take_then(struct wish *w, const char *value)
{
	const struct sparse *policy;
	enum threshold_then then = threshold_find(value, &policy);

	if (then == THRESHOLD_KINDS || !wish_can(then))
		return false;
	w->then = then;
	return true;
}

static bool take_rule(struct wish *w, const char *value)
{
	for (size_t i = 0; rule_name(i); i++)
		if (strcmp(rule_name(i), value) == 0) {
			w->i_rule = i;
			w->any_rule = false;
			return true;
		}
	return false;
}

static bool read_number(const char *value, double least, double most,
			double *out)
{
	char *end;

	if (!isdigit((unsigned char)value[0]))
		return false;
	*out = strtod(value, &end);
	return !*end && isfinite(*out) && *out >= least && *out <= most;
}

static bool take_count(const char *value, double least, double most,
		       uint32_t *out)
{
	double n;
	bool good = read_number(value, least, most, &n);

	if (good)
		*out = (uint32_t)n;
	return good;
}

static bool take_f(struct wish *w, const char *value)
{
	return take_count(value, RULE_F_MIN, RULE_F_MAX, &w->rule.f);
}

static bool take_t(struct wish *w, const char *value)
{
	return read_number(value, 0, T_MAX, &w->rule.t);
}

static bool take_patience(struct wish *w, const char *value)
{
	return take_count(value, 1, RULE_PATIENCE_MAX, &w->rule.patience);
}

static bool take_thinking_f(struct wish *w, const char *value)
{
	return take_count(value, RULE_F_MIN, RULE_F_MAX, &w->thinking.f);
}

static bool take_thinking_t(struct wish *w, const char *value)
{
	return read_number(value, 0, T_MAX, &w->thinking.t);
}

static bool take_thinking_patience(struct wish *w, const char *value)
{
	return take_count(value, 1, RULE_PATIENCE_MAX, &w->thinking.patience);
}

static bool take_retries(struct wish *w, const char *value)
{
	return take_count(value, 0, THRESHOLD_RETRIES_MAX, &w->how.retries);
}

static bool take_watch(struct wish *w, const char *value)
{
	unsigned scope = wish_scope(value);

	if (scope)
		w->scope = scope;
	return scope;
}

static const struct {
	const char *name;
	bool (*take)(struct wish *w, const char *value);
	bool tunes; /* a number of Guardian's: means it, unless one is named */
} parts[] = {
	{ "at-threshold", take_then, false },
	{ "rule", take_rule, false },
	{ "f", take_f, true },
	{ "t", take_t, true },
	{ "patience", take_patience, true },
	{ "retries", take_retries, false },
	{ "watch", take_watch, false },
	{ "thinking-f", take_thinking_f, true },
	{ "thinking-t", take_thinking_t, true },
	{ "thinking-patience", take_thinking_patience, true },
};

/* --- a header ----------------------------------------------------------- */

static bool take_part(struct wish *w, char *part)
{
	char *value = strchr(part, '=');

	if (strcmp(part, "off") == 0)
		w->then = THRESHOLD_IGNORE;
	if (!*part || strcmp(part, "off") == 0)
		return true;
	if (!value)
		return take_then(w, part);
	*value++ = '\0';
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (strcmp(parts[i].name, part) == 0) {
			if (parts[i].tunes && w->any_rule)
				w->i_rule = RULE_GUARDIAN;
			return parts[i].take(w, value);
		}
	return false;
}

bool wish_read(struct wish *wish, const char *value, struct err *err)
{
	struct wish changed = *wish;

	while (*value) {
		size_t n = strcspn(value, ";"), len;
		char part[PART_BYTES], spelled[PART_BYTES];
		const char *begin = value + strspn(value, " \t");

		len = begin < value + n ? (size_t)(value + n - begin) : 0;
		while (len && strchr(" \t", begin[len - 1]))
			len--;
		snprintf(part, sizeof(part), "%.*s",
			 (int)MIN(len, sizeof(part) - 1), begin);
		memcpy(spelled, part, sizeof(spelled));
		if (len >= sizeof(part) || !take_part(&changed, part))
			return err_set(err, WISH_HEADER ": \"%s\" is not "
					    "understood", spelled);
		value += n + (value[n] == ';');
	}
	*wish = changed;
	return true;
}
