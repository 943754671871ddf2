/*
 * call.h - a call of a model as those keep it who watch programs: what went
 * in and what came out, each a string, a message, messages, or the answer of
 * some server, under names that differ.
 *
 * A record may hold many calls; each is a generation, "record.call".
 */
#ifndef LILSCOPE_CALL_H
#define LILSCOPE_CALL_H

#include "dialect/format.h"

struct call {
	struct format_ctx *cx;
	struct buf heard; /* the prompt of the next generation */
	struct buf plain; /* scratch: JSON that was written anew */
	size_t n;         /* generations so far */
	bool alone;       /* the record is one call: its first is "record" */
};

void call_release(struct call *c); /* what is left is as with {cx} */

/* What went in, appended to the prompt. */
void call_hear(struct call *c, struct json_value input);

/* What came out, appended to a chunk: all but a chat that it repeats. */
void call_output(struct chunk *chunk, struct json_value output);

/* Is it the list of items that OpenAI's Responses have for output? All of them
 * are one answer. */
bool call_is_items(struct json_value list);

/*
 * Opens a generation with what is in the scratch chunk and the prompt, which
 * is empty afterwards; NULL if the chunk has no text. To be given its facts
 * and closed (gens_close()).
 */
struct gen *call_emit(struct call *c);

/* Messages one after another: the model's are generations, what others say is
 * the prompt of the next. Returns how many there were. */
size_t call_turns(struct call *c, struct json_value messages);
/* The same without the first `from` of them. */
size_t call_turns_from(struct call *c, struct json_value messages, size_t from);

/* JSON in a string, read into scratch (which must outlive it); what is no
 * such string as it is. */
struct json_value call_opened(struct json *scratch, struct json_value v);

#endif
