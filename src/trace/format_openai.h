/*
 * format_openai.h - pieces of OpenAI's records that other dialects hold too.
 */
#ifndef LILSCOPE_FORMAT_OPENAI_H
#define LILSCOPE_FORMAT_OPENAI_H

#include "trace/format.h"

/* Output of one choice: its delta, message or text, and its tokens. */
void openai_choice(struct chunk *c, struct json_value choice);

/* Token counts of record.usage; those of the output only if the record is of
 * one generation alone. */
void openai_usage(struct facts *facts, struct json_value record, bool alone);

/* finish_reason, and what vLLM adds to it. */
void openai_finish(struct facts *facts, struct json_value choice);

/*
 * llama-server's clock, milliseconds of decoding so far, where every record
 * of the generation has it (timings_per_token); else the time of arrival.
 * Never both.
 */
double openai_time(struct format_ctx *cx, struct gen *gen,
		   struct json_value record);

/* An error object in the stream: the newest generation is aborted. false
 * when there is none; *why then has the message. */
bool openai_error(struct format_ctx *cx, struct json_value error,
		  struct err *why);

#endif
