/*
 * prompt.h - one line of input at the foot of the screen: ":" and "/".
 *
 * Editing keys of readline, a history for each kind, completion by Tab.
 * Knows nothing of commands: who opens it says how words are completed.
 */
#ifndef LILSCOPE_PROMPT_H
#define LILSCOPE_PROMPT_H

#include "term/key.h"
#include "term/screen.h"

enum { PROMPT_LINE_BYTES = 1024, PROMPT_HISTORY = 100 };

enum prompt_kind { PROMPT_COMMAND, PROMPT_SEARCH, PROMPT_KINDS };

enum prompt_result {
	PROMPT_EDITED, /* still open */
	PROMPT_ENTER,  /* prompt_text() is the line; closed */
	PROMPT_CANCEL, /* closed */
};

/*
 * Appends to out the words that may stand at the end of line[0..n), each
 * followed by a NUL; *from gets the offset at which they replace it.
 */
typedef void prompt_complete(const char *line, size_t n, size_t *from,
			     struct buf *out);

struct prompt;

/* Closed, with empty histories. The caller's. */
struct prompt *prompt_new(void);
void prompt_free(struct prompt *p); /* NULL is fine */

/* Begins a line with a text, the cursor behind it. complete may be NULL: Tab
 * does nothing then. */
void prompt_open(struct prompt *p, enum prompt_kind kind, const char *text,
		 prompt_complete *complete);
/* Is a line being edited? */
bool prompt_is_open(const struct prompt *p);
/* Of the line that is open, or was last. */
enum prompt_kind prompt_kind(const struct prompt *p);

/* A key (key.h) into the open line. */
enum prompt_result prompt_key(struct prompt *p, int32_t code);

/* The line, terminated; valid until the next key. */
const char *prompt_text(struct prompt *p);

/* Draws it into a row and sets the screen's cursor. */
void prompt_draw(const struct prompt *p, struct screen *s, int row);

#endif
