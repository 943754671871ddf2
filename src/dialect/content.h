/*
 * content.h - a message of a chat, whatever its content is made of.
 *
 * Content is a string, a part, or a list of parts; a part says by its type
 * whether it is text, thinking, a call of a tool or what a tool gave back:
 *
 *	{"type":"text","text":"..."}          also output_text, input_text
 *	{"type":"thinking","thinking":"..."}  also reasoning, a list of texts
 *	{"type":"tool_use","input":{...}}     also arguments of a *_call
 *	{"type":"text","content":"..."}       OpenTelemetry's
 *	{"type":"text","data":{"text":"..."}} Crush's
 *	{"type":"tool_result","content":...}  never output
 */
#ifndef LILSCOPE_CONTENT_H
#define LILSCOPE_CONTENT_H

#include "dialect/chunk.h"

/* Who says the message: its role, or "from", as datasets have it, or where
 * chat programs keep it; or none. */
struct json_value content_role(struct json_value message);

/* Is the message the model's, by its role? */
bool content_is_model(struct json_value message);

/* Is it somebody else's, by its role: a user's, a tool's, the system's? */
bool content_is_others(struct json_value message);

/* What a model put into the content, by channel, appended to c. */
void content_output(struct chunk *c, struct json_value content);

/* The same of a whole message: thinking kept beside the content, calls of
 * tools, refusals. */
void content_message(struct chunk *c, struct json_value message);

/* Has it typed parts beside a text, as AI SDK's do? They tell more. */
bool content_has_parts(struct json_value message);

/* The text of the content, results of tools too, appended to out behind an
 * empty line if something is there. */
void content_text(struct json_value content, struct buf *out);

#endif
