/*
 * The shapes of time that logs and servers write, each tried in turn at the
 * beginning of a word: the sure ones (a date, ten digits and more) before a
 * time of day, which any "12:30:00" is.
 */
#include "base/stamp.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
	STAMP_BYTES = 40,
	FRACTION_END = 30, /* of a stamp: digits behind it say nothing */
	ZONE_BYTES = 6,
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

/* The number in s[*at..) of exactly `digits` digits; -1 if it is none. */
static long number(const char *s, size_t n, size_t *at, size_t digits)
{
	long value = 0;

	if (n - *at < digits)
		return -1;
	for (size_t end = *at + digits; *at < end; ++*at) {
		if (s[*at] < '0' || s[*at] > '9')
			return -1;
		value = value * 10 + (s[*at] - '0');
	}
	return value;
}

/* Days from 1970-01-01 to a civil date, by counting in 400-year eras that
 * begin in March. */
static double days(long year, long month, long day)
{
	long y = year - (month <= 2), era = y / 400, of_era = y - era * 400;
	long of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	long of_days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;

	return (double)(era * 146097 + of_days - 719468);
}

/* Seconds east of UTC: "Z" or "+hh:mm"; NAN if it is neither. */
static double zone(const char *s, size_t n, size_t at)
{
	char sign = at < n ? s[at++] : '\0';
	long hours, minutes;

	if (sign == 'Z' || sign == 'z')
		return 0;
	if (sign != '+' && sign != '-')
		return NAN;
	hours = number(s, n, &at, 2);
	if (at < n && s[at] == ':')
		at++;
	minutes = number(s, n, &at, 2);
	if (hours < 0 || minutes < 0)
		return NAN;
	return (sign == '-' ? -60. : 60.) * (double)(hours * 60 + minutes);
}

double stamp_rfc3339(const char *s, size_t n)
{
	static const char separators[] = "--T::";
	static const size_t digits[] = { 4, 2, 2, 2, 2, 2 };
	long part[6];
	double seconds, unit = 0.1;
	size_t at = 0;

	for (size_t i = 0; i < 6; i++) {
		part[i] = number(s, n, &at, digits[i]);
		if (part[i] < 0)
			return NAN;
		if (i < 5 && (at >= n || s[at++] != separators[i]))
			return NAN;
	}
	seconds = days(part[0], part[1], part[2]) * 86400 +
		  (double)(part[3] * 3600 + part[4] * 60 + part[5]);
	if (at < n && s[at] == '.')
		for (at++; at < n && s[at] >= '0' && s[at] <= '9'; at++) {
			seconds += unit * (s[at] - '0');
			unit /= 10;
		}
	return seconds - zone(s, n, at);
}

/* "2026-01-31 09:00:00,123+01:00" and the like, made RFC 3339 first; without
 * a zone it is UTC. Its length, or 0. */
static size_t date_time(const char *s, size_t n, double *time_s)
{
	static const char shape[] = "dddd-dd-ddTdd:dd:dd";
	char stamp[STAMP_BYTES];
	size_t at = 0, len = sizeof(shape) - 1;

	if (n < len)
		return 0;
	for (; at < len; at++) {
		char c = s[at];

		if (shape[at] == '-' && c == '/')
			c = '-';
		if (shape[at] == 'T' && c == ' ')
			c = 'T';
		if (shape[at] == 'd' ? !is_digit(c) : c != shape[at])
			return 0;
		stamp[at] = c;
	}
	if (at + 1 < n && (s[at] == '.' || s[at] == ',') &&
	    is_digit(s[at + 1])) {
		stamp[at++] = '.';
		for (; at < n && at < FRACTION_END && is_digit(s[at]); at++)
			stamp[at] = s[at];
	}
	len = at;
	while (len < n && len < STAMP_BYTES && len < at + ZONE_BYTES &&
	       (is_digit(s[len]) || strchr("Zz+-:", s[len]))) {
		stamp[len] = s[len];
		len++;
	}
	*time_s = stamp_rfc3339(stamp, len);
	if (isnan(*time_s)) {
		stamp[at] = 'Z';
		*time_s = stamp_rfc3339(stamp, at + 1);
		len = at;
	}
	return isnan(*time_s) ? 0 : len;
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

/* "1769850000.123", or the same in units of 10^-3, 10^-6 or 10^-9 s. Its
 * length, or 0. */
static size_t epoch(const char *s, size_t n, double *time_s)
{
	double unit = 1;
	size_t digits = 0;

	*time_s = 0;
	while (digits < n && digits < 20 && is_digit(s[digits]))
		*time_s = *time_s * 10 + (s[digits++] - '0');
	if (digits < EPOCH_DIGITS || (digits - EPOCH_DIGITS) % 3 ||
	    (digits < n && is_word(s[digits])))
		return 0;
	for (size_t i = EPOCH_DIGITS; i < digits; i++)
		*time_s /= 10;
	if (digits < n && s[digits] == '.')
		for (digits++; digits < n && is_digit(s[digits]); digits++) {
			unit /= 10;
			*time_s += unit * (s[digits] - '0');
		}
	return digits;
}

size_t stamp_head(const char *s, size_t n, double *time_s)
{
	size_t len = date_time(s, n, time_s);

	return len ? len : epoch(s, n, time_s);
}

bool stamp_find(const char *s, size_t n, double *time_s)
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

/* days() the other way round. */
static void civil(long day, long *year, long *month, long *of_month)
{
	long z = day + 719468, era = z / 146097, of_era = z % 146097;
	long y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) /
		 365;
	long of_year = of_era - (365 * y + y / 4 - y / 100);
	long m = (5 * of_year + 2) / 153;

	*of_month = of_year - (153 * m + 2) / 5 + 1;
	*month = m < 10 ? m + 3 : m - 9;
	*year = y + era * 400 + (*month <= 2);
}

void stamp_put(char out[STAMP_TEXT_BYTES], double time_s, unsigned digits)
{
	static const double end_s = 253402300800.0; /* of the year 9999 */
	static const unsigned least = 1000;
	unsigned of_day, milli;
	long year, month, day;
	int n;

	out[0] = '\0';
	if (!(time_s >= 0 && time_s < end_s))
		return;
	civil((long)(time_s / 86400), &year, &month, &day);
	of_day = (unsigned)fmod(time_s, 86400);
	milli = (unsigned)(fmod(time_s, 1) * least);
	n = snprintf(out, STAMP_TEXT_BYTES, "%04ld-%02ld-%02ldT%02u:%02u:%02u",
		     year, month, day, of_day / 3600, of_day / 60 % 60,
		     of_day % 60);
	if (digits)
		n += snprintf(out + n, STAMP_TEXT_BYTES - (size_t)n, ".%03u",
			      milli) - 3 + (int)MIN(digits, 3u);
	out[n] = 'Z';
	out[n + 1] = '\0';
}
