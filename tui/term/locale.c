/*
 * What the environment says of characters; the C library is not asked, whose
 * tables of a locale may not be installed.
 */
#include "term/locale.h"

#include <stdlib.h>
#include <strings.h>

#include "base/base.h"

const char *locale_name(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *value = getenv(names[i]);

		if (value && value[0])
			return value;
	}
	return "";
}

/* The value names UTF-8, however it is written. */
static bool names_utf8(const char *value)
{
	for (; *value; value++)
		if (strncasecmp(value, "utf8", 4) == 0 ||
		    strncasecmp(value, "utf-8", 5) == 0)
			return true;
	return false;
}

bool locale_is_ascii(void)
{
	return locale_name()[0] && !names_utf8(locale_name());
}
