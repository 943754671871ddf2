/*
 * Any bytes as JSON: beside another library; of what can be read, any
 * beginning can be read as far as it goes; and lines are read the same by
 * what they repeat of the line before.
 */
#include "fuzz.h"

#include <string.h>

/* a fuzz target is one file: the oracle comes along */
#include "../unit/oracle_json.c"
#include "../unit/same_json.c"
#include "json/json_repeat.h"

enum { BEGINNINGS_MAX = 200 }; /* bytes: all of them take a square */

static void beginnings(const char *s, size_t n)
{
	struct json j = { 0 };
	size_t from = 0;

	while (from < n && strchr(" \t\r\n", s[from]))
		from++;
	if (json_read(&j, s, n, false, NULL) && strchr("{[\"", s[from]))
		for (size_t cut = from + 1; cut < n; cut++)
			MUST(json_read(&j, s, cut, true, NULL));
	json_release(&j);
}

static void lines(const char *s, size_t n)
{
	struct json_repeat r = { 0 };
	struct json fresh = { 0 };

	for (const char *end = s + n, *lf; s < end; s = lf + 1) {
		lf = memchr(s, '\n', (size_t)(end - s));
		lf = lf ? lf : end;
		n = (size_t)(lf - s);
		MUST(json_repeat_read(&r, s, n, NULL) ==
		     json_read(&fresh, s, n, false, NULL));
		MUST(same_json(&r.json, &fresh));
	}
	json_repeat_release(&r);
	json_release(&fresh);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = size ? (const char *)data : "";
	struct json j = { 0 };

	MUST(!oracle_json(s, size));
	json_read(&j, s, size, true, NULL);
	json_release(&j);
	lines(s, size);
	if (size && size <= BEGINNINGS_MAX)
		beginnings(s, size);
	return 0;
}
