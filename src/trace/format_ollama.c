/*
 * Ollama's /api/generate and /api/chat, one JSON object a line:
 *
 *	{"model":"m","created_at":"2026-01-31T09:00:00.123456789Z",
 *	 "response":"...","thinking":"...","done":false}
 *	{...,"message":{"content":"...","thinking":"..."},"done":false}
 *
 * Every line has a clock. The last one (done) has counts and the reason. An
 * answer that was not streamed is one such line.
 */
#include "trace/format_ollama.h"

#include <math.h>

#include "base/stamp.h"
#include "trace/format_openai.h"

static bool detect_ollama(struct json_value v)
{
	bool text = json_is(json_get(v, "response"), JSON_STRING) ||
		    json_is(json_get(v, "message"), JSON_OBJECT);

	return text && json_is(json_get(v, "created_at"), JSON_STRING) &&
	       json_get(v, "done").doc;
}

double ollama_clock(struct format_ctx *cx, struct json_value record)
{
	size_t len;
	const char *clock = json_text(json_get(record, "created_at"), &len);
	double time_s = clock ? stamp_rfc3339(clock, len) : NAN;

	if (isnan(time_s))
		return cx->time_s;
	cx->gens->seen.clock = true;
	return time_s;
}

void ollama_text(struct chunk *c, struct json_value record)
{
	struct json_value message = json_get(record, "message");
	struct json_value calls = json_get(message, "tool_calls");

	chunk_add_json(c, CHANNEL_REASONING, json_get(record, "thinking"));
	chunk_add_json(c, CHANNEL_REASONING, json_get(message, "thinking"));
	chunk_add_json(c, CHANNEL_ANSWER, json_get(record, "response"));
	chunk_add_json(c, CHANNEL_ANSWER, json_get(message, "content"));
	for (struct json_value v = json_first(calls); v.doc; v = json_next(v))
		chunk_add_json(c, CHANNEL_TOOL,
			       json_get(json_get(v, "function"), "name"));
	chunk_entries(c, json_get(record, "logprobs"));
}

void ollama_facts(struct facts *facts, struct json_value record)
{
	fact_json(&facts->model, json_get(record, "model"));
	fact_json(&facts->finish_reason, json_get(record, "done_reason"));
	fact_u32(&facts->usage_tokens, json_get(record, "eval_count"));
	fact_u32(&facts->prompt_tokens, json_get(record, "prompt_eval_count"));
}

static bool record_ollama(struct format_ctx *cx, struct json_value record,
			  struct err *why)
{
	struct json_value error = json_get(record, "error");
	char key[GEN_KEY_MAX];
	size_t id_len = gen_key(key, json_get(record, "model"), 0);
	struct gen *gen = gens_find(cx->gens, key);

	if (json_is(error, JSON_STRING))
		return openai_error(cx, error, why);
	if (!json_get(record, "response").doc &&
	    !json_is(json_get(record, "message"), JSON_OBJECT))
		return err_set(why, "it has neither \"response\" nor "
				    "\"message\"");
	chunk_clear(&cx->gens->chunk);
	ollama_text(&cx->gens->chunk, record);
	if (!gen)
		gen = gens_open(cx->gens, key, id_len, NULL);
	gen_emit(cx->gens, gen, ollama_clock(cx, record));
	ollama_facts(gen_facts(gen), record);
	if (json_is(json_get(record, "done"), JSON_TRUE))
		gens_close(cx->gens, gen);
	return true;
}

const struct format format_ollama = {
	.name = "ollama",
	.title = "Ollama stream",
	.shape = FEED_STREAM,
	.detect = detect_ollama,
	.record = record_ollama,
};
