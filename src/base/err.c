/*
 * The first sentence stays: what goes wrong first is the cause of the rest.
 */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

/* What an argument or a file brought along must not reach a terminal. */
static void hide_controls(char *text)
{
	for (unsigned char *s = (unsigned char *)text; *s; s++) {
		if (*s < ' ' || *s == 0x7f)
			*s = '?';
		else if (s[0] == 0xc2 && s[1] >= 0x80 && s[1] < 0xa0)
			s[0] = s[1] = '?'; /* C1 */
	}
}

bool err_set(struct err *err, const char *fmt, ...)
{
	va_list ap;

	if (!err || err->text[0])
		return false;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	hide_controls(err->text);
	return false;
}

bool err_at(struct err *err, const char *place, const struct err *why)
{
	return err_set(err, "%s: %s", place, why->text);
}

void err_clear(struct err *err)
{
	err->text[0] = '\0';
}
