/*
 * answered.h - since when the answer was known: the place in a generation where
 * the answer that it ends with was stated for the first time.
 *
 * Statements are those of answer.h: a box, "#### 19", "the answer is 19".
 * What was worked out before and not announced is no statement, nor is the
 * last number of a text: nothing is guessed.
 */
#ifndef LILSCOPE_ANSWERED_H
#define LILSCOPE_ANSWERED_H

#include "task/answer.h"
#include "trace/trace.h"

struct answered {
	struct answer first, last; /* statements, in bytes of the text */
	uint32_t at_token; /* tokens after which the first can be read */
	uint32_t after;    /* tokens that came then */
};

/* Of the first n_tokens tokens; false: they state no answer. O(n). */
bool answered_find(const struct trace *t, uint32_t n_tokens,
		   struct answered *out);

#endif
