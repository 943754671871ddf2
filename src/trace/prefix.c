#include "trace/prefix.h"

#include <math.h>
#include <string.h>

#include "trace/format_ollama.h"

enum {
	LOOK_BYTES = 256,
	STAMP_BYTES = 40,
	EPOCH_DIGITS = 10, /* seconds since 1970, from 2001 to 2286 */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '_';
}

/* "2026-01-31 09:00:00,123+01:00" and the like, made RFC 3339 first; without
 * a zone it is UTC. */
static bool date_time(const char *s, size_t n, double *time_s)
{
	static const char shape[] = "dddd-dd-ddTdd:dd:dd";
	char stamp[STAMP_BYTES];
	size_t at = 0, len = sizeof(shape) - 1;

	if (n < len)
		return false;
	for (; at < len; at++) {
		char c = s[at];

		if (shape[at] == '-' && c == '/')
			c = '-';
		if (shape[at] == 'T' && c == ' ')
			c = 'T';
		if (shape[at] == 'd' ? !is_digit(c) : c != shape[at])
			return false;
		stamp[at] = c;
	}
	if (at + 1 < n && (s[at] == '.' || s[at] == ',') &&
	    is_digit(s[at + 1])) {
		stamp[at++] = '.';
		for (; at < n && at < 30 && is_digit(s[at]); at++)
			stamp[at] = s[at];
	}
	len = at;
	while (len < n && len < STAMP_BYTES && len < at + 6 &&
	       (is_digit(s[len]) || strchr("Zz+-:", s[len]))) {
		stamp[len] = s[len];
		len++;
	}
	*time_s = ollama_time(stamp, len);
	if (isnan(*time_s)) {
		stamp[at] = 'Z';
		*time_s = ollama_time(stamp, at + 1);
	}
	return !isnan(*time_s);
}

/* "09:00:00.123": seconds since midnight. */
static bool time_of_day(const char *s, size_t n, double *time_s)
{
	static const char shape[] = "dd:dd:dd";
	double unit = 0.1;
	size_t at = 0;

	if (n < sizeof(shape) - 1)
		return false;
	for (; at < sizeof(shape) - 1; at++)
		if (shape[at] == 'd' ? !is_digit(s[at]) : s[at] != shape[at])
			return false;
	*time_s = ((s[0] - '0') * 10 + (s[1] - '0')) * 3600. +
		  ((s[3] - '0') * 10 + (s[4] - '0')) * 60. +
		  ((s[6] - '0') * 10 + (s[7] - '0'));
	if (at < n && (s[at] == '.' || s[at] == ','))
		for (at++; at < n && is_digit(s[at]); at++, unit /= 10)
			*time_s += unit * (s[at] - '0');
	return true;
}

/* "1769850000.123", or the same in units of 10^-3, 10^-6 or 10^-9 s. */
static bool epoch(const char *s, size_t n, double *time_s)
{
	double unit = 1;
	size_t digits = 0;

	*time_s = 0;
	while (digits < n && digits < 20 && is_digit(s[digits]))
		*time_s = *time_s * 10 + (s[digits++] - '0');
	if (digits < EPOCH_DIGITS || (digits - EPOCH_DIGITS) % 3 ||
	    (digits < n && is_word(s[digits])))
		return false;
	for (size_t i = EPOCH_DIGITS; i < digits; i++)
		*time_s /= 10;
	if (digits < n && s[digits] == '.')
		for (size_t at = digits + 1; at < n && is_digit(s[at]); at++) {
			unit /= 10;
			*time_s += unit * (s[at] - '0');
		}
	return true;
}

/* The first time in s[0..n). */
static bool find_time(const char *s, size_t n, double *time_s)
{
	for (size_t at = 0; at < n; at++) {
		if (!is_digit(s[at]) || (at && is_word(s[at - 1])))
			continue;
		if (date_time(s + at, n - at, time_s) ||
		    epoch(s + at, n - at, time_s) ||
		    time_of_day(s + at, n - at, time_s))
			return true;
	}
	return false;
}

/* Where the payload behind "data:" begins, or 0. */
static size_t data_at(const char *s, size_t n)
{
	static const char word[] = "data:";
	size_t len = sizeof(word) - 1;

	for (size_t at = 0; at + len < n; at++) {
		size_t to = at + len;

		if (memcmp(s + at, word, len) != 0 ||
		    (at && is_word(s[at - 1])))
			continue;
		while (to < n && s[to] == ' ')
			to++;
		if (to < n && (s[to] == '{' || s[to] == '['))
			return to;
	}
	return 0;
}

struct prefix prefix_strip(const char **s, size_t *n)
{
	struct prefix prefix = { 0 };
	size_t look = MIN(*n, (size_t)LOOK_BYTES), at = data_at(*s, look);
	const char *brace = memchr(*s, '{', look);
	size_t before = at ? at : brace ? (size_t)(brace - *s) : look;

	prefix.has_time = find_time(*s, before, &prefix.time_s);
	if (!at && brace && (prefix.has_time || brace == *s))
		at = (size_t)(brace - *s);
	prefix.carries = at || (brace && brace == *s);
	*s += at;
	*n -= at;
	while (*n && strchr(" \t\r\n", (*s)[*n - 1]) && (*s)[*n - 1])
		--*n;
	return prefix;
}
