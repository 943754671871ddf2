/*
 * What a log writes before a record is known by what stands behind it: the
 * word "data:", or a brace that a time stands before. Anything else may be
 * text that merely holds a brace.
 */
#include "dialect/prefix.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
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

/* --- who wrote a line --------------------------------------------------- */

/* A time and the space behind it, or the line's end; 0: there is none. */
static size_t time_head(const char *s, size_t n, double *time_s)
{
	bool bracket = n && s[0] == '[';
	double told;
	size_t len = stamp_head(s + bracket, n - bracket, &told);

	if (!len)
		return 0;
	len += bracket;
	if (bracket && (len == n || s[len++] != ']'))
		return 0;
	if (len < n && s[len] != ' ' && s[len] != '\t')
		return 0;
	*time_s = told;
	return MIN(len + 1, n);
}

static bool is_pod(const char *s, size_t n, struct prefix_head *h)
{
	const char *end;

	if (!bytes_begin(s, n, "[pod/"))
		return false;
	end = bytes_find(s, MIN(n, (size_t)LOOK_BYTES), "] ", 2);
	if (!end)
		return false;
	h->name = s + 1;
	h->name_len = (size_t)(end - h->name);
	h->len = h->name_len + 3;
	return true;
}

/* "web-1  | ": a name with its number, padded. */
static bool is_service(const char *s, size_t n, struct prefix_head *h)
{
	size_t len = 0, to;

	while (len < n && len < LOOK_BYTES &&
	       (is_word(s[len]) || s[len] == '-' || s[len] == '.'))
		len++;
	if (len < 3 || s[len - 1] < '0' || s[len - 1] > '9' ||
	    !memchr(s, '-', len))
		return false;
	for (to = len; to < n && s[to] == ' ';)
		to++;
	if (to == len || to == n || s[to] != '|')
		return false;
	h->name = s;
	h->name_len = len;
	h->len = MIN(to + 2, n);
	return true;
}

/* Behind the time of CRI: " stdout F ". */
static bool is_cri(const char *s, size_t n, struct prefix_head *h)
{
	enum { WORD = 6, TAG = 3 };

	if (n < WORD + TAG || !(bytes_begin(s, n, "stdout ") ||
				bytes_begin(s, n, "stderr ")) ||
	    (s[WORD + 1] != 'F' && s[WORD + 1] != 'P') ||
	    (n > WORD + 2 && s[WORD + 2] != ' '))
		return false;
	h->name = s;
	h->name_len = WORD;
	h->goes_on = s[WORD + 1] == 'P';
	h->aside = s[3] == 'e';
	h->len += MIN((size_t)WORD + TAG, n);
	return true;
}

struct prefix_head prefix_head(const char *s, size_t n)
{
	struct prefix_head h = { .name = "", .time_s = NAN };

	if (is_pod(s, n, &h))
		h.kind = PREFIX_POD;
	else if (is_service(s, n, &h))
		h.kind = PREFIX_SERVICE;
	if (h.kind) { /* with --timestamps */
		h.len += time_head(s + h.len, n - h.len, &h.time_s);
		return h;
	}
	h.len = time_head(s, n, &h.time_s);
	if (h.len)
		h.kind = is_cri(s + h.len, n - h.len, &h) ? PREFIX_CRI :
							    PREFIX_TIME;
	return h;
}

/* The head of the line that s[*at..n) begins with; *at is then behind it.
 * *said: something stands behind the head. */
static enum prefix_kind line_kind(const char *s, size_t n, size_t *at,
				  bool *said)
{
	const char *lf = memchr(s + *at, '\n', n - *at);
	size_t len = (lf ? (size_t)(lf - s) : n) - *at;
	struct prefix_head h = prefix_head(s + *at, len);

	*said |= h.len < len;
	*at += len + (lf != NULL);
	return h.kind;
}

enum prefix_kind prefix_kind(const char *s, size_t n)
{
	bool said = false;
	size_t at = 0;
	enum prefix_kind kind = line_kind(s, n, &at, &said);

	if (kind == PREFIX_NONE || kind == PREFIX_POD || kind == PREFIX_CRI)
		return kind;
	if (!at || s[at - 1] != '\n' || line_kind(s, n, &at, &said) != kind)
		return PREFIX_NONE;
	return said || kind != PREFIX_TIME ? kind : PREFIX_NONE;
}
