/*
 * openai_plain.h - the short way for records that bring a piece of text and
 * nothing else, as almost all of a chat stream do.
 *
 * Whether a record is such a one follows from its members and their types,
 * so it is asked once a shape (json_repeat.h). Of those that are plain only
 * the values are read: the id, the index and the text.
 */
#ifndef LILSCOPE_OPENAI_PLAIN_H
#define LILSCOPE_OPENAI_PLAIN_H

#include "dialect/format.h"

/* All zero is ready. */
struct openai_plain {
	uint64_t shape; /* that was looked at last */
	bool plain;
	enum channel channel;
	struct json_value id, index, text, fingerprint;
};

/* Takes the record if it is plain, and its generation is under way: with the
 * effect that the long way has. false: nothing was done. */
bool openai_plain_take(struct openai_plain *p, struct format_ctx *cx,
		       struct json_value record);

#endif
