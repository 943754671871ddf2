/*
 * The only file that includes curses: its headers define macros with names
 * such as lines, columns and tab, which would be everybody's.
 */
#include "term/caps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curses.h>
#include <term.h>

/* A name that the database does not have is a kind of what stands before its
 * dash: "xterm-direct" of "xterm". */
bool caps_open(int fd)
{
	const char *term = getenv("TERM");
	char name[CAPS_BYTES];
	int n = snprintf(name, sizeof(name), "%s", term ? term : "");

	while (n > 0 && n < CAPS_BYTES) {
		const char *dash;
		int status;

		if (setupterm(name, fd, &status) == OK && cur_term)
			return true;
		dash = strrchr(name, '-');
		n = dash ? (int)(dash - name) : 0;
		name[n] = '\0';
	}
	return false;
}

void caps_close(void)
{
	if (cur_term)
		del_curterm(cur_term);
}

void caps_string(const char *name, char out[CAPS_BYTES])
{
	const char *s = tigetstr(name);
	size_t n = 0;

	if (s == (const char *)-1)
		s = NULL;
	while (s && *s && n + 1 < CAPS_BYTES) {
		const char *end =
			s[0] == '$' && s[1] == '<' ? strchr(s, '>') : NULL;
		if (end) /* $<5>: a pause of 5 ms */
			s = end + 1;
		else
			out[n++] = *s++;
	}
	out[s && *s ? 0 : n] = '\0'; /* a longer one is of no use */
}

int caps_number(const char *name)
{
	return tigetnum(name);
}

const char *caps_fill(const char *sequence, int a, int b)
{
	const char *filled =
		tparm(sequence, (long)a, (long)b, 0L, 0L, 0L, 0L, 0L, 0L, 0L);

	return filled ? filled : "";
}

const char *caps_library(void)
{
	const char *version = curses_version(); /* "ncurses 6.4" */
	const char *space = strchr(version, ' ');

	return space ? space + 1 : version;
}
