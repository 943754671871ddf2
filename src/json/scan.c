/*
 * A loop over bytes with two states, inside and outside of strings: inside,
 * only a quote matters, which memchr finds; outside, only brackets do.
 */
#include "json/scan.h"

#include <string.h>

/* What a byte outside strings does to a nested value. */
enum { PLAIN, QUOTE, OPEN, CLOSE };
static const unsigned char nested_class[256] = {
	['"'] = QUOTE, ['{'] = OPEN, ['['] = OPEN, ['}'] = CLOSE, [']'] = CLOSE,
};

/* White space and separators between values. */
static const bool between[256] = {
	[' '] = true, ['\n'] = true, ['\r'] = true, ['\t'] = true, [','] = true,
};

size_t scan_count(const char *s, size_t n, char c)
{
	const char *end = n ? s + n : s; /* s may be NULL then */
	size_t count = 0;

	while (s < end && (s = memchr(s, c, (size_t)(end - s)))) {
		count++;
		s++;
	}
	return count;
}

/*
 * Goes through the open string up to its end or to n. Quotes are found by
 * memchr; one counts if an even number of backslashes stands before it.
 */
static void skip_string(struct scan *sc, const char *s, size_t n, size_t *at)
{
	size_t from = *at;

	if (sc->escaped && from < n) {
		sc->escaped = false;
		from++;
	}
	while (from < n) {
		const char *quote = memchr(s + from, '"', n - from);
		size_t end = quote ? (size_t)(quote - s) : n, back = end;

		while (back > from && s[back - 1] == '\\')
			back--;
		*at = quote ? end + 1 : n;
		if (!quote) {
			sc->escaped = (end - back) % 2;
			return;
		}
		if ((end - back) % 2 == 0) {
			sc->in_string = false;
			return;
		}
		from = *at;
	}
	*at = n;
}

static bool nested_end(struct scan *sc, const char *s, size_t n, size_t *at)
{
	while (*at < n) {
		unsigned char c;

		if (sc->in_string) {
			skip_string(sc, s, n, at);
			if (!sc->in_string && !sc->depth)
				return true; /* a string by itself */
			continue;
		}
		c = nested_class[(unsigned char)s[(*at)++]];
		if (c == PLAIN)
			continue;
		sc->in_string = c == QUOTE;
		sc->depth += c == OPEN;
		sc->depth -= c == CLOSE;
		if (!sc->depth && !sc->in_string)
			return true;
	}
	return false;
}

/* Numbers, words and junk end before a separator or a bracket. */
static bool scalar_end(const char *s, size_t n, size_t *at)
{
	for (; *at < n; (*at)++) {
		unsigned char c = (unsigned char)s[*at];

		if (between[c] || nested_class[c] != PLAIN)
			return true;
	}
	return false;
}

static enum scan_event begin(struct scan *sc, const char *s, size_t n,
			     size_t *at)
{
	while (*at < n && between[(unsigned char)s[*at]])
		(*at)++;
	if (*at == n)
		return SCAN_MORE;
	if (sc->array && !sc->opened && s[*at] == '[') {
		sc->opened = true;
		(*at)++;
		return begin(sc, s, n, at);
	}
	if (sc->array && s[*at] == ']') {
		sc->state = SCAN_CLOSED;
		(*at)++;
		return SCAN_CLOSE;
	}
	switch (nested_class[(unsigned char)s[*at]]) {
	case PLAIN:
		sc->state = SCAN_SCALAR;
		break;
	case CLOSE: /* closes nothing: a value of one byte, and broken */
	default:
		sc->state = SCAN_NESTED;
		break;
	}
	return SCAN_BEGIN;
}

enum scan_event scan_next(struct scan *sc, const char *s, size_t n, size_t *at)
{
	bool ends;

	if (*at == n)
		return SCAN_MORE;
	if (sc->state == SCAN_BETWEEN)
		return begin(sc, s, n, at);
	if (sc->state == SCAN_CLOSED) {
		*at = n; /* what follows an array is not looked at */
		return SCAN_MORE;
	}
	if (sc->state == SCAN_SCALAR) {
		ends = scalar_end(s, n, at);
	} else if (!sc->depth && !sc->in_string &&
		   nested_class[(unsigned char)s[*at]] == CLOSE) {
		(*at)++;
		ends = true;
	} else {
		ends = nested_end(sc, s, n, at);
	}
	if (!ends)
		return SCAN_MORE;
	sc->state = SCAN_BETWEEN;
	return SCAN_END;
}

size_t scan_space(const char *s, size_t n)
{
	size_t at = 0;

	while (at < n && (s[at] == ' ' || s[at] == '\n' || s[at] == '\r' ||
			  s[at] == '\t'))
		at++;
	return at;
}
