/*
 * What a log writes before a record is known by what stands behind it: the
 * word "data:", or a brace that a time stands before. Anything else may be
 * text that merely holds a brace.
 */
#include "trace/prefix.h"

#include <string.h>

#include "base/stamp.h"

enum { LOOK_BYTES = 256 }; /* longer heads of lines are no log's */

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '_';
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

	prefix.has_time = stamp_find(*s, before, &prefix.time_s);
	if (!at && brace && (prefix.has_time || brace == *s))
		at = (size_t)(brace - *s);
	prefix.carries = at || (brace && brace == *s);
	*s += at;
	*n -= at;
	while (*n && strchr(" \t\r\n", (*s)[*n - 1]) && (*s)[*n - 1])
		--*n;
	return prefix;
}
