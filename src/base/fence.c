/* As CommonMark has it, but for how long a fence is. */
#include "base/fence.h"

enum { INDENT_MAX = 3, SIGNS = 3 };

bool fence_line(struct fence *f, const char *s, size_t n)
{
	size_t at = 0;

	while (at < n && at < INDENT_MAX && s[at] == ' ')
		at++;
	if (n - at < SIGNS || (s[at] != '`' && s[at] != '~') ||
	    s[at + 1] != s[at] || s[at + 2] != s[at] ||
	    (f->open && f->open != s[at]))
		return f->open != '\0';
	f->open = f->open ? '\0' : s[at];
	return true;
}
