/*
 * chat.h - what stands around a question in the formats of chat models.
 *
 * No template engine: the formats of the known families, by name. The text
 * that comes out is for vocab_encode() with VOCAB_SPECIAL and VOCAB_ADD_BOS;
 * it begins after the beginning-of-text token and ends where the model's
 * answer is to begin.
 */
#ifndef LILSCOPE_CHAT_H
#define LILSCOPE_CHAT_H

#include "base/buf.h"
#include "model/gguf.h"

enum { CHAT_MARKS = 2 };

struct chat {
	const char *name;
	/* A template of this format has them all; none: not detected. */
	const char *marks[CHAT_MARKS];
	/* The question alone and after a system message: \1 stands for the
	 * system message, \2 for the question. */
	const char *plain, *with_system;
	bool trim; /* white space around both messages goes */
};

extern const struct chat chats[];
extern const size_t n_chats;

/* NULL: no such name. "none" puts nothing around the question. */
const struct chat *chat_find(const char *name);

/* The format of a model's template, text[0..n); NULL is no template. "none"
 * if it is none of these. */
const struct chat *chat_detect(const char *text, size_t n);

/* The format that is asked for: a name, or "auto" for that of the template in
 * the model's file (g NULL: it has none). NULL: no such name. */
const struct chat *chat_for(const char *name, const struct gguf *g);

/* Appends the whole prompt. `system` may be NULL. */
void chat_ask(const struct chat *chat, const char *system,
	      const char *question, struct buf *out);

#endif
