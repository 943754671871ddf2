/*
 * need.h - the memory that decoding surely takes, worked out before any of it
 * is asked for.
 *
 *	a text   the buffers of its decoder (a batch of rows of every width),
 *	         and a cache: keys and values of the tokens that are kept, for
 *	         each layer and KV head
 *	weights  lie in the file, and pages of it can be dropped: where they
 *	         do not fit beside the rest they are read again and again,
 *	         which is slow, but can be done
 */
#ifndef LILSCOPE_NEED_H
#define LILSCOPE_NEED_H

#include "model/transformer.h"
#include "system/spare.h"

struct need {
	const struct model *model;
	enum ggml_type kv;           /* that fits */
	const struct sparse *policy;
	struct sparse_opts sparse;   /* resolved for it */
	uint32_t n_prompt;           /* less than the context */
	uint32_t n_predict;          /* 0: to the context's end */
	unsigned n_texts, n_processes; /* side by side: in a process; of such */
	unsigned n_later;            /* texts that may come beside them */
	bool warm;                   /* a decoder more, for a moment */
	/* What comes at a threshold: keeps all tokens; has so many decoders
	 * beside each text, which share its cache; or all of them one more. */
	bool all_kept;
	unsigned n_ways;
	bool apart;
	double token_bytes;          /* noted of a token beside its ids */
	double thread_bytes;         /* addresses of a text's own thread */
	const char *others;          /* "what else makes it less, ", or "" */
};

enum {
	NEED_HEAP_BYTES = 1 << 20, /* for what is small, and grows */
	/* Of a token: that a rule looks at; that is looked for in the text. */
	NEED_WATCHED_BYTES = 512,
	NEED_DRAFTED_BYTES = 512,
};

/* Bytes of one process when its texts have n tokens each: what is surely
 * taken; and with what may be, for a process that can't have more. */
double need_bytes(const struct need *need, uint32_t n);
double need_room(const struct need *need, uint32_t n);

/* Bytes that a step of a text of n tokens may take at once, at most. */
double need_step(const struct model *m, enum ggml_type kv, uint32_t n);

/* Can it suffice? Where n_predict is 0 it becomes what there is memory for, at
 * least 1, if that is less than the context. false and a sentence with the
 * figures and what to do. */
bool need_fits(struct need *need, const struct memory_left *left,
	       struct err *err);

/* The weights that a token reads have no room beside the cache of one: says so
 * on standard error. */
void need_say(const struct need *need, const struct memory_left *left);

#endif
