/*
 * err.h - one finished sentence about trouble with the world.
 *
 * The sentence names the file, the line or byte, what was wrong and what to
 * try; it has no final newline and no program name. The first sentence wins:
 * it is nearest to the cause.
 */
#ifndef LILSCOPE_ERR_H
#define LILSCOPE_ERR_H

#include "base/base.h"

enum { ERR_MAX_BYTES = 512 };

struct err {
	char text[ERR_MAX_BYTES]; /* "" while all is well */
};

/*
 * Sets the sentence unless one is there already, control characters shown
 * as "?". `err` may be NULL.
 * Returns false, so that a function can say: return err_set(...).
 */
bool err_set(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/*
 * Sets "PLACE: WHY" unless a sentence is there already: who opened a file says
 * where it is, once; who read its bytes said what is wrong there, and no path.
 * Returns false.
 */
bool err_at(struct err *err, const char *place, const struct err *why);

/* Forgets the sentence. */
void err_clear(struct err *err);

#endif
