/*
 * format_responses.h - OpenAI's Responses objects, as other dialects hold
 * them.
 */
#ifndef LILSCOPE_FORMAT_RESPONSES_H
#define LILSCOPE_FORMAT_RESPONSES_H

#include "trace/format.h"

/* Is it a whole response, {"object":"response","output":[...]}? */
bool responses_is_answer(struct json_value v);

/* Its output, reasoning first as it came. true: the reasoning in it is a
 * summary and not the trace. */
bool responses_output(struct chunk *c, struct json_value response);

/* Model, counts and why it ended. */
void responses_facts(struct facts *facts, struct json_value response);

extern const char responses_summary_note[];

#endif
