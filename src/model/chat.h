/*
 * chat.h - what stands around a question in the formats of chat models. No
 * template engine: the formats that the known families use, by name.
 */
#ifndef LILSCOPE_CHAT_H
#define LILSCOPE_CHAT_H

#include "base/buf.h"

struct chat {
	const char *name;
	const char *mark;   /* in a template that is of this format */
	const char *before, *after; /* the question */
};

extern const struct chat chats[];
extern const size_t n_chats;

/* "none" puts nothing around it. NULL: no such name. */
const struct chat *chat_find(const char *name);
/* The format of a model's template; "none" if it is none of these. */
const struct chat *chat_detect(const char *template, size_t n);

/* The whole text, to be encoded with VOCAB_SPECIAL. */
void chat_ask(const struct chat *chat, const char *question, struct buf *out);

#endif
