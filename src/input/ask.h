/*
 * ask.h - a prompt as the body that a server of some kind wants.
 *
 * The kind is told by the end of the URL's path, as the rows of the dialects
 * have it (format.h); a URL without one is taken for an OpenAI-compatible
 * server. All answers are asked for as streams, with counts and token ids
 * where the server has them. No I/O.
 */
#ifndef LILSCOPE_NET_ASK_H
#define LILSCOPE_NET_ASK_H

#include "base/buf.h"
#include "base/err.h"

struct ask {
	struct buf url;      /* where to ask */
	struct buf body;     /* JSON */
	struct buf plain;    /* the same for servers that refuse fields they
				do not know; empty: there is no such field */
	const char *header;  /* a header that the server insists on, or NULL */
	const char *key;     /* "Authorization: Bearer " or the like */
};

/* Fills a zeroed `ask`, which ask_release() empties; model may be NULL or "".
 * false: no row knows such a URL; err lists what they know, and --data. */
bool ask_prompt(struct ask *ask, const char *url, const char *model,
		const char *prompt, size_t prompt_len, struct err *err);

/* Frees what ask_prompt() filled in, whatever it answered. */
void ask_release(struct ask *ask);

/* What a key is sent as to this URL: "Authorization: Bearer " mostly. */
const char *ask_key(const char *url);

/* The name in the environment of the key that is for this public server and
 * no other ("OPENAI_API_KEY"); NULL: it is none of those. */
const char *ask_key_name(const char *url);

#endif
