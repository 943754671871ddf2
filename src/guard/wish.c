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

static bool take_f(struct wish *w, const char *value)
{
	double n;

	if (!read_number(value, RULE_F_MIN, RULE_F_MAX, &n))
		return false;
	w->rule.f = (uint32_t)n;
	return true;
}

static bool take_t(struct wish *w, const char *value)
{
	return read_number(value, 0, T_MAX, &w->rule.t);
}

static bool take_patience(struct wish *w, const char *value)
{
	double n;

	if (!read_number(value, 1, RULE_PATIENCE_MAX, &n))
		return false;
	w->rule.patience = (uint32_t)n;
	return true;
}

static bool take_retries(struct wish *w, const char *value)
{
	double n;

	if (!read_number(value, 0, THRESHOLD_RETRIES_MAX, &n))
		return false;
	w->how.retries = (uint32_t)n;
	return true;
}

static const struct {
	const char *name;
	bool (*take)(struct wish *w, const char *value);
} parts[] = {
	{ "at-threshold", take_then }, { "rule", take_rule },
	{ "f", take_f },	       { "t", take_t },
	{ "patience", take_patience }, { "retries", take_retries },
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
		if (strcmp(parts[i].name, part) == 0)
			return parts[i].take(w, value);
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
