/*
 * decode_serve.h - a decoder at work, obeying commands that come as lines on
 * a descriptor (decode.h has them).
 */
#ifndef LILSCOPE_SERVE_H
#define LILSCOPE_SERVE_H

#include "decode/writer.h"

struct decode_server {
	struct decode *decode;
	int fd;          /* commands; -1: none come */
	const bool *gone; /* nobody reads the records any more */
	/* What a command that can't be obeyed gets for an answer. */
	void (*say)(void *ctx, const char *sentence);
	void *ctx;
	struct buf heard; /* not obeyed yet; all zero at first */
};

/* Until all has ended, or nobody reads, or it is held and no command can
 * come. */
void decode_serve(struct decode_server *s);
void decode_server_release(struct decode_server *s); /* not decode, not fd */

/* Obeys whole lines of text, as if they had come. */
void decode_server_hear(struct decode_server *s, const char *text);

#endif
