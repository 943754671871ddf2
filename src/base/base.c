/*
 * The last words. What must be put back before them (a terminal) is known by
 * others, so they leave a hook here; it is called once, or a hook that dies
 * would die for ever.
 */
#include "base/base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* One of the few writable globals (tests/lint/globals.sh): dying has no
 * argument through which a context could come. */
static void (*die_hook)(void);

void die_set_hook(void (*hook)(void))
{
	die_hook = hook;
}

void die(const char *fmt, ...)
{
	void (*hook)(void) = die_hook;
	va_list ap;

	die_hook = NULL;
	if (hook)
		hook();
	va_start(ap, fmt);
	fputs("lilscope: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(EXIT_TROUBLE);
}
