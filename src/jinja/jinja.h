/*
 * jinja.h - the part of Jinja that chat templates are written in: a template
 * and a JSON object of variables become text.
 *
 * Statements: if, for (else, a condition, break, continue), set (also of a
 * namespace, and as a block), macro, call, filter, generation. Expressions are
 * all of Jinja's; filters, tests, methods and functions those that templates of
 * chats use (jinja_call.c has the tables). White space as Hugging Face has it:
 * trim_blocks and lstrip_blocks are on, a template's last line end goes.
 *
 * A template is as little believed as the file it came in: steps, depth and
 * memory are bounded, and what it can't do ends in a sentence that names the
 * line. No I/O, no clock: today is told.
 */
#ifndef LILSCOPE_JINJA_H
#define LILSCOPE_JINJA_H

#include <time.h>

#include "base/err.h"
#include "json/json.h"

enum {
	JINJA_TEXT_MAX_BYTES = 1 << 20, /* of a template */
	JINJA_MEMORY_MAX_BYTES = 256 << 20,
	JINJA_OUT_MAX_BYTES = 64 << 20,
	JINJA_STEPS_MAX = 1 << 23,
	JINJA_DEPTH_MAX = 200,          /* of what is written in one another,
					   and of calls */
};

struct jinja;

/* Copies text[0..n). NULL and a sentence ("line 3: ..."): it is no template,
 * or of a part of the language that is not known. */
struct jinja *jinja_new(const char *text, size_t n, struct err *err);
void jinja_free(struct jinja *t); /* NULL is fine */

/* Appends what the template makes of `vars`, an object: at most max_bytes, and
 * JINJA_OUT_MAX_BYTES. `now` is for strftime_now; NULL: the function is not
 * there. False and a sentence, and out is as it was: it does what can't be
 * done, or says by raise_exception() why it will not. */
bool jinja_put(const struct jinja *t, struct json_value vars,
	       const struct tm *now, size_t max_bytes, struct buf *out,
	       struct err *err);

/* Appends the time as strftime() has it in the C locale; what is not known
 * stays as it is. */
void jinja_put_time(const char *format, size_t n, const struct tm *now,
		    struct buf *out);

#endif
