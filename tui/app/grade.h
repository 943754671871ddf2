/*
 * grade.h - is the answer in a text the right one, as far as its trace
 * tells what that is?
 */
#ifndef LILSCOPE_GRADE_H
#define LILSCOPE_GRADE_H

#include "trace/trace.h"

enum grade { GRADE_UNKNOWN, GRADE_RIGHT, GRADE_WRONG, GRADE_NONE };

/* Of the first n_tokens: the last answer stated there beside facts.gold. NONE:
 * no answer is stated. How answers are stated is told from the text: in a
 * box, as "#### 5", as "The answer is 5." Cost: O(bytes). */
enum grade grade_of(const struct trace *t, uint32_t n_tokens);

#endif
