/*
 * A list is read anew for each request: it is short, and so it needs no owner.
 */
#include "guard/scope.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"

enum { GLOB_BYTES = 256 };

static const char *const kinds[] = { "path:", "model:" };

/* The next glob of the list: which of kinds[] it is, or -1. */
static int next_glob(const char **list, char glob[static GLOB_BYTES])
{
	size_t n = strcspn(*list, ",");
	const char *s = *list;

	*list += n + (s[n] == ',');
	for (int i = 0; i < (int)ARRAY_LEN(kinds); i++) {
		size_t len = strlen(kinds[i]);

		if (n <= len || n - len >= GLOB_BYTES ||
		    strncmp(s, kinds[i], len) != 0)
			continue;
		snprintf(glob, GLOB_BYTES, "%.*s", (int)(n - len), s + len);
		return i;
	}
	return -1;
}

bool scope_is_good(const char *option, const char *globs, struct err *err)
{
	char glob[GLOB_BYTES];

	while (*globs)
		if (next_glob(&globs, glob) < 0)
			return err_set(err, "--%s takes path:GLOB and "
					    "model:GLOB, with commas between "
					    "them: path:/v1/chat/*,model:qwen*",
				       option);
	return true;
}

static bool fits(const char *globs, const char *model, const char *path)
{
	char glob[GLOB_BYTES];

	while (*globs) {
		int kind = next_glob(&globs, glob);

		if (kind >= 0 && fnmatch(glob, kind ? model : path, 0) == 0)
			return true;
	}
	return false;
}

bool scope_has(const char *only, const char *skip, const char *model,
	       const char *uri)
{
	struct buf path = { 0 };
	const char *s;
	bool has;

	buf_append(&path, uri, strcspn(uri, "?"));
	s = buf_cstr(&path);
	has = (!*only || fits(only, model, s)) && !fits(skip, model, s);
	buf_release(&path);
	return has;
}
