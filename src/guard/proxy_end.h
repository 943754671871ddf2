/*
 * proxy_end.h - the end that a client expects of a stopped answer.
 *
 * Made from the last record that passed, so that id, model and the kind of
 * answer are the same:
 *
 *	OpenAI chat      a chunk with finish_reason for each choice, [DONE]
 *	OpenAI text      the same with "text"
 *	Ollama           a line with done and done_reason
 *	Anthropic        content_block_stop, message_delta, message_stop
 *	llama-server     an event with "stop":true
 *	anything else    nothing: the body just ends
 */
#ifndef LILSCOPE_NET_PROXY_END_H
#define LILSCOPE_NET_PROXY_END_H

#include "base/buf.h"

/* record: the JSON of the last record. reason: finish reason. n_choices: how
 * many answers were asked for. Appends to out. */
void proxy_end(const struct buf *record, const char *reason,
	       uint32_t n_choices, struct buf *out);

/* "n" of a request's JSON, 1 if there is none. */
uint32_t proxy_n_choices(const struct buf *request);

#endif
