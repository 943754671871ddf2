/* As CommonMark has it, in no block but the text itself. */
#include "base/fence.h"

#include <string.h>

enum { INDENT_MAX = 3, SIGNS = 3 };

static bool is_blank(const char *s, size_t n)
{
	while (n && strchr(" \t\r\n", s[n - 1]) && s[n - 1])
		n--;
	return n == 0;
}

bool fence_line(struct fence *f, const char *s, size_t n)
{
	size_t at = 0, end;

	while (at < n && at < INDENT_MAX && s[at] == ' ')
		at++;
	for (end = at; end < n && s[end] == s[at]; end++)
		;
	if (end - at < SIGNS || (s[at] != '`' && s[at] != '~'))
		return f->open != '\0';
	if (f->open) {
		if (s[at] == f->open && end - at >= f->len &&
		    is_blank(s + end, n - end))
			*f = (struct fence){ 0 };
		return true;
	}
	/* ```code``` is a part of a line */
	if (s[at] == '`' && memchr(s + end, '`', n - end))
		return false;
	*f = (struct fence){ s[at], end - at };
	return true;
}
