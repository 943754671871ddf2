/*
 * stamp.h - times as people and programs write them, to seconds.
 *
 * No clock and no locale: bytes in, a number out. Gregorian dates, leap
 * seconds not counted (as POSIX has it), a date without a zone is UTC.
 */
#ifndef LILSCOPE_STAMP_H
#define LILSCOPE_STAMP_H

#include "base/base.h"

/* All of an RFC 3339 time, "2026-01-31T09:00:00.123456789Z" or with "+01:00"
 * for the Z, as seconds since 1970; NAN if s[0..n) does not begin so. */
double stamp_rfc3339(const char *s, size_t n);

/*
 * The first time in s[0..n) that stands at the beginning of a word, into
 * *time_s: seconds since 1970, or since midnight if there is no date.
 *
 *	2026-01-31 09:00:00,123+01:00   date and time, also with T or slashes
 *	1769850000.123                  seconds since 1970, or 10^-3, 10^-6,
 *	                                10^-9 of them by the number of digits
 *	09:00:00.123                    a time of day
 *
 * false: there is none; *time_s is then anything.
 */
bool stamp_find(const char *s, size_t n, double *time_s);

/* The length of a time with its date, or of seconds since 1970, that s[0..n)
 * begins with, as above, into *time_s; 0 if there is none. */
size_t stamp_head(const char *s, size_t n, double *time_s);

enum { STAMP_TEXT_BYTES = 32 };

/* Seconds since 1970 as "2026-01-31T09:00:00Z", with so many digits (up to 3)
 * behind the seconds, cut and not rounded; "" before 1970 and from the year
 * 10000 on. */
void stamp_put(char out[STAMP_TEXT_BYTES], double time_s, unsigned digits);

#endif
