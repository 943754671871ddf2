/*
 * chat.h - from turns of a conversation to the prompt that a model was trained
 * with.
 *
 * A template is a program (Jinja): the one in the model's file, one that is
 * given, or a known family's by its name. What it makes of the turns is the
 * prompt, with its own default system message, its date and its switches; it
 * is for vocab_encode() with VOCAB_SPECIAL and VOCAB_ADD_BOS, begins behind the
 * token that begins a text, and ends where the model's answer is to begin.
 *
 * The variables are those that llama-server gives: messages, bos_token,
 * eos_token, add_generation_prompt, enable_thinking, what keeps thoughts of
 * turns before (preserve_thinking and its kin), date_string, datetime,
 * strftime_now(). A template that leaves system messages out gets them in front
 * of the next turn, one that wants content in parts gets parts.
 */
#ifndef LILSCOPE_CHAT_H
#define LILSCOPE_CHAT_H

#include <time.h>

#include "base/buf.h"
#include "json/json.h"
#include "model/gguf.h"
#include "token/vocab.h"

enum { CHAT_MARKS = 2 };

/* A family, by its name. */
struct chat_row {
	const char *name;
	/* A template of this family has them all; none: not detected. */
	const char *marks[CHAT_MARKS];
	const char *template;
	bool no_specials; /* control tokens in the text are text */
};

extern const struct chat_row chat_rows[];
extern const size_t n_chat_rows;

/* NULL: no such name. "none" puts nothing around the text; "raw" neither, but
 * the text's own marks count. */
const struct chat_row *chat_find(const char *name);

/* The family that a template, text[0..n), is of: what to try where it can't be
 * run. "none" if it is none of these; NULL is no template. */
const struct chat_row *chat_detect(const char *text, size_t n);

/* What a model has for its chats: views, of what must outlive the chat. */
struct chat_model {
	const char *template; /* n bytes, or NULL */
	size_t n;
	const char *bos, *eos; /* n_bos and n_eos bytes, or NULL */
	size_t n_bos, n_eos;
	bool adds_bos;         /* the tokenizer does so by itself */
	size_t n_most;         /* bytes that the context can hold; 0: it is
				  not known */
};

/* Of a GGUF file (NULL: none), its vocabulary, a context of n_ctx tokens. */
struct chat_model chat_model(const struct gguf *g, const struct vocab *v,
			     uint32_t n_ctx);

/* A template that is ready for turns. */
struct chat;

/*
 * name: a row's, "auto" for the model's own template, or "@FILE" for the one
 * in given[0..n_given). A model without template gets "none". NULL and a
 * sentence: no such name, or what is no template, with what to try.
 */
struct chat *chat_new(const char *name, const char *given, size_t n_given,
		      const struct chat_model *m, struct err *err);
void chat_free(struct chat *chat); /* NULL is fine */

/* Which one it is, and why: "the model's own template", "chatml, by its name",
 * "none: the model has no template". */
const char *chat_told(const struct chat *chat);
/* Are control tokens in the prompt themselves (VOCAB_SPECIAL)? */
bool chat_specials(const struct chat *chat);
/* The row's name, "auto", or "@FILE"; "none" where auto found none. */
const char *chat_name(const struct chat *chat);

enum chat_thinking { CHAT_THINKING_AUTO, CHAT_THINKING_ON, CHAT_THINKING_OFF };

/* A conversation: the system message, the turns, the question, in this order;
 * each may be missing, but not all. */
struct chat_ask {
	const char *system;      /* or NULL */
	struct json_value turns; /* an array of messages with role and
				    content, or an object with "messages" */
	const char *question;    /* or NULL */
	enum chat_thinking thinking;
	const struct tm *now;    /* today */
};

/* Appends the whole prompt, which has no NUL. False and a sentence, nothing
 * appended: turns that are none, a template that can't be run or refuses them,
 * a switch that it does not know, a NUL that one of them put there. */
bool chat_put(const struct chat *chat, const struct chat_ask *ask,
	      struct buf *out, struct err *err);

#endif
