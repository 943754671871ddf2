/*
 * A line is put together first and written at once, so that those of several
 * processes on one terminal do not mix.
 */
#include "system/say.h"

#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

void say(FILE *to, const char *sentence)
{
	struct buf line = { 0 };

	buf_puts(&line, "lilscope: ");
	utf8_sanitize(&line, sentence, strlen(sentence), false, false);
	buf_putc(&line, '\n');
	fwrite(line.data, 1, line.len, to);
	fflush(to);
	buf_release(&line);
}

int say_trouble(const struct err *err)
{
	say(stderr, err->text);
	return EXIT_TROUBLE;
}
