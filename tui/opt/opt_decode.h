/*
 * opt_decode.h - the options of a model that writes: how it attends, and how
 * tokens are drawn.
 */
#ifndef LILSCOPE_OPT_DECODE_H
#define LILSCOPE_OPT_DECODE_H

#include "decode/writer.h"
#include "model/chat.h"

struct decode_settings {
	const char *policy, *kv;        /* rows' names */
	const char *chat;               /* a row's, "auto" or "@FILE" */
	const char *system;             /* a text, "@FILE", or NULL */
	const char *turns;              /* a file, or "" */
	enum chat_thinking thinking;
	const char *tokenizer;          /* or NULL */
	struct sparse_opts sparse;      /* SPARSE_AUTO: the policy's own */
	struct sample_opts sample;
	uint32_t seed, n_predict, threads, speculate;
	const char *stops[WRITER_STOPS_MAX];
	size_t n_stops;
	bool ignore_eos, layers, control, text;
};

#endif
