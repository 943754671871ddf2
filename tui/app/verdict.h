/*
 * verdict.h - is the answer in a text the right one, as far as its trace
 * tells what that is?
 */
#ifndef LILSCOPE_VERDICT_H
#define LILSCOPE_VERDICT_H

#include "trace/trace.h"

enum verdict { VERDICT_UNKNOWN, VERDICT_RIGHT, VERDICT_WRONG, VERDICT_NONE };

/* Of the first n_tokens: the last answer stated there beside facts.gold. NONE:
 * no answer is stated. How answers are stated is told from the text: in a
 * box, as "#### 5", as "The answer is 5." Cost: O(bytes). */
enum verdict verdict_of(const struct trace *t, uint32_t n_tokens);

#endif
