/*
 * stream.h - one stream: its options, its tokens, its memory, and how it goes
 * back.
 *
 * Going back is exact because the memory of the engines is put back to the
 * byte, from a picture at a token that no pop can reach, and the few tokens
 * since are pushed again. The first pop makes the picture, from all tokens
 * pushed again; a later one makes it anew when replaying comes to cost what
 * copying does. Nothing is spent on it while nothing is popped.
 */
#ifndef LILSCOPE_LIB_STREAM_H
#define LILSCOPE_LIB_STREAM_H

#include "lib/memory.h"
#include "lib/tape.h"
#include "lib/sliding.h"
#include "measure/words.h"

enum {
	MESSAGE_BYTES = 200,
	OPEN_BYTES = 128,   /* of a word that has not ended, blanks before it */
	TEXTLESS_BYTES = 8, /* that stand for a token without text */
	STEP_TOKENS = 128,  /* pushed together */
	WAITING_MAX = 64,   /* ids that may wait, and one that may not */
};

/* Do its tokens have text? The first one says. */
enum stream_form { FORM_OPEN, FORM_TEXT, FORM_TEXTLESS };

struct lilscope {
	struct stream_settings settings;
	struct memory memory;
	struct tape tape;
	struct sliding *at;
	size_t poppable;
	uint64_t pictured;     /* tokens at the picture; LILSCOPE_NEVER: none */
	enum stream_form form;
	struct word_cut word;  /* of push_bytes */
	uint32_t waiting[WAITING_MAX + 1]; /* ids that were not looked at */
	uint32_t n_waiting;
	uint32_t quiet;        /* of which so many can't change the verdict */
	uint32_t last_id;      /* of the alphabet */
	size_t n_open, n_char; /* bytes; of the last character of them */
	char open[OPEN_BYTES];
	int spent;             /* the code that ended it; 0 */
	uint64_t n;            /* tokens, and the stop, at the last success */
	struct stopped stopped;
	char message[MESSAGE_BYTES];
};

/* The options in full, or LILSCOPE_BAD_OPTION and a sentence. */
int stream_options(const struct lilscope_options *given,
		   struct lilscope_options *o, const char **why);

/* A stream of these options, with settings but without engines. */
int stream_new(struct lilscope **out, const struct lilscope_options *o);

/* Says what went wrong, and returns code. */
int stream_fail(struct lilscope *l, int code, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* Runs what(arg), which changes the stream; a failure ends it. LILSCOPE_STOP
 * where the rule has stopped. */
int stream_change(struct lilscope *l, void (*what)(void *arg), void *arg);

/* Runs what(arg), which does not. */
int stream_ask(struct lilscope *l, void (*what)(void *arg), void *arg);

/* Nothing waits then, and the stream can go on: LILSCOPE_OK. */
int stream_settle(struct lilscope *l);

/* Where `quiet` is not 0: takes an id up to last_id, when it must. */
int stream_wait(struct lilscope *l, uint32_t id);

/* Within stream_change(). Takes n tokens, in step; n ids without text. */
void stream_take(struct lilscope *l, struct rule_token *tokens, uint32_t n);
void stream_take_ids(struct lilscope *l, const uint32_t *ids, size_t n);

/* What stands for the text of a token that has none: seven letters and a
 * blank, so it is a word. */
void stream_textless(uint32_t id, char text[TEXTLESS_BYTES]);

/* One byte more of the open word. Returns the bytes of a token that it ended,
 * the first of those that are open; 0. */
size_t stream_open(struct lilscope *l, char byte);

/* Within stream_change(). No token, and nothing known. */
void stream_empty(struct lilscope *l);

/* Engines at the first token of the tape, and what is known of a stop; then
 * its tokens up to `end`. */
void stream_start(struct lilscope *l, const struct stopped *known);
void stream_replay(struct lilscope *l, uint64_t end);

/* Takes n tokens back, at most those that can be. */
void stream_back(struct lilscope *l, size_t n);

#endif
