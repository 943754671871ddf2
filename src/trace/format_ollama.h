/*
 * format_ollama.h - pieces of Ollama's records that other dialects hold too.
 */
#ifndef LILSCOPE_FORMAT_OLLAMA_H
#define LILSCOPE_FORMAT_OLLAMA_H

#include "trace/format.h"

/* The output in one record. */
void ollama_text(struct chunk *c, struct json_value record);

/* Model, reason and counts, as far as they are there. */
void ollama_facts(struct facts *facts, struct json_value record);

/* The record's created_at; where there is none, when it arrived. */
double ollama_clock(struct format_ctx *cx, struct json_value record);

#endif
