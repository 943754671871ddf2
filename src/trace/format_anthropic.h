/*
 * format_anthropic.h - Anthropic's messages, as other dialects hold them.
 */
#ifndef LILSCOPE_FORMAT_ANTHROPIC_H
#define LILSCOPE_FORMAT_ANTHROPIC_H

#include "trace/format.h"

/* Is it a whole message, {"type":"message","content":[...]}? */
bool anthropic_is_answer(struct json_value v);

/* Its content in the order in which it came. */
void anthropic_content(struct chunk *c, struct json_value message);

/* Model, counts and why it ended. */
void anthropic_facts(struct facts *facts, struct json_value message);

#endif
