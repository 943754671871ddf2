/*
 * Any bytes as JSON: beside another library; and of what can be read, any
 * beginning can be read as far as it goes.
 */
#include "fuzz.h"

#include <string.h>

/* a fuzz target is one file: the oracle comes along */
#include "../unit/oracle_json.c"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = size ? (const char *)data : "";
	struct json j = { 0 };

	MUST(!oracle_json(s, size));
	json_read(&j, s, size, true, NULL);
	json_release(&j);
	if (size && size <= BEGINNINGS_MAX)
		beginnings(s, size);
	return 0;
}
