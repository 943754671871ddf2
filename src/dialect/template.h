/*
 * template.h - a chat template's text: where the prompt ends.
 *
 * Datasets and dumps often hold prompt and generation as one string, with
 * the marks of the model's chat template between them. A text that begins
 * with a template's mark is prompt up to the first mark of the assistant;
 * everything behind it is output, further turns too.
 */
#ifndef LILSCOPE_TEMPLATE_H
#define LILSCOPE_TEMPLATE_H

#include "base/base.h"

/* A prompt longer than this is not looked for. */
enum { TEMPLATE_PROMPT_MAX_BYTES = 4 * 1024 * 1024 };

/*
 * Bytes of s[0..n) that are prompt, marks included; 0: none, all is output.
 * *more (if not NULL): the text may go on and the answer is not yet known.
 * from: bytes that an earlier call has searched in vain, or 0.
 */
size_t template_prompt(const char *s, size_t n, size_t from, bool *more);

/* A text that begins with what a user says ("Human: ...") and has answers in
 * it: the last one is s[*from..*to). false: it is no such text. */
bool template_last_turn(const char *s, size_t n, size_t *from, size_t *to);

#endif
