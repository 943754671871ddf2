/*
 * Any bytes as a text in a loop: what is said of its units is so. The first
 * byte is a mask, so that short inputs repeat.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "fuzz.h"
#include "measure/unit.h"

enum { UNITS = 8, ORACLE_BYTES = 2048 };

static void check(const char *s, size_t n, const struct unit *u)
{
	uint32_t times = 0;

	MUST(u->len && u->start + u->len <= n && u->times > 1);
	MUST(u->share > 0 && u->share <= 1);
	MUST(unit_next(s, n, u, 0) == u->first);
	for (size_t at = u->first; at < n;
	     at = unit_next(s, n, u, at + u->len)) {
		MUST(!memcmp(s + at, s + u->start, u->len));
		times++;
	}
	MUST(times == u->times);
}

/* Is s[at..at + len) a piece of u said over and over from its copy at c? */
static bool goes_on(const char *s, const struct unit *u, size_t c, size_t at,
		    size_t len)
{
	for (size_t i = MIN(at, c); i < MAX(at + len, c + u->len); i++) {
		size_t k = i >= c ? (i - c) % u->len :
				    u->len - 1 - (c - 1 - i) % u->len;

		if (s[i] != s[u->start + k])
			return false;
	}
	return true;
}

/* Does each copy of it stand where an earlier unit goes on? */
static bool is_redundant(const char *s, size_t n, const struct unit *units,
			 size_t i)
{
	const struct unit *u = &units[i];

	for (size_t at = u->first; at < n;
	     at = unit_next(s, n, u, at + u->len)) {
		bool inside = false;

		for (size_t k = 0; k < i; k++)
			for (size_t c = units[k].first; c < n;
			     c = unit_next(s, n, &units[k], c + units[k].len))
				inside |= goes_on(s, &units[k], c, at, u->len);
		if (!inside)
			return false;
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = size ? size - 1 : 0, n_units;
	char *s = mem_alloc(n + 1);
	struct unit units[UNITS], one;

	for (size_t i = 0; i < n; i++)
		s[i] = (char)(data[i + 1] & (data[0] ? data[0] : 0xff));
	n_units = unit_list(s, n, units, UNITS);
	MUST(n_units <= UNITS);
	for (size_t i = 0; i < n_units; i++) {
		check(s, n, &units[i]);
		MUST(n > ORACLE_BYTES || !is_redundant(s, n, units, i));
	}
	MUST(unit_find(s, n, &one) == (n_units > 0));
	mem_free(s);
	return 0;
}
