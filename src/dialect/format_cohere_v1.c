/*
 * Cohere's first chat, streamed and saved; many recordings are of it.
 *
 *	{"event_type":"stream-start","generation_id":"g"}
 *	{"event_type":"text-generation","text":"..."}
 *	{"event_type":"tool-calls-chunk","text":"...",
 *	 "tool_call_delta":{"parameters":"..."}}
 *	{"event_type":"stream-end","finish_reason":"COMPLETE",
 *	 "response":{"text":"...","meta":{"tokens":{"input_tokens":5,...}}}}
 *
 *	{"generation_id":"g","text":"...","chat_history":[...],
 *	 "tool_calls":[{"parameters":{...}}],"meta":{...}}
 *
 * A plan for tools is thinking, as in version 2. Events belong to the answer
 * begun last; the last one holds the text once more.
 */
#include <string.h>

#include "dialect/format.h"
#include "dialect/join.h"

static bool is_saved(struct json_value v)
{
	return json_is(json_get(v, "text"), JSON_STRING) &&
	       json_get(v, "generation_id").doc &&
	       (json_get(v, "chat_history").doc || json_get(v, "meta").doc);
}

static bool detect_cohere_v1(struct json_value v)
{
	return is_saved(v) ||
	       (json_is(json_get(v, "event_type"), JSON_STRING) &&
		json_get(v, "is_finished").doc);
}

static struct gen *begin(struct format_ctx *cx, struct json_value v)
{
	char key[GEN_KEY_MAX];
	size_t id_len = gen_key(key, json_get(v, "generation_id"), 0);

	return gens_open(cx->gens, key, id_len, NULL);
}

/* Counts of the model, else those that are paid for. */
static void take_end(struct facts *facts, struct json_value answer)
{
	struct json_value meta = json_get(answer, "meta");

	fact_json(&facts->finish_reason, json_get(answer, "finish_reason"));
	format_usage(facts, json_get(meta, "billed_units"));
	format_usage(facts, json_get(meta, "tokens"));
}

static void take_saved(struct format_ctx *cx, struct json_value v)
{
	struct chunk *chunk = &cx->gens->chunk;
	struct gen *gen = begin(cx, v);

	chunk_clear(chunk);
	chunk_add_json(chunk, CHANNEL_ANSWER, json_get(v, "text"));
	for (struct json_value call = json_first(json_get(v, "tool_calls"));
	     call.doc; call = json_next(call))
		chunk_add_arguments(chunk, json_get(call, "parameters"));
	gen_emit(cx->gens, gen, cx->time_s);
	take_end(gen_facts(gen), v);
	gens_close(cx->gens, gen);
}

static void take_event(struct format_ctx *cx, struct json_value v)
{
	struct json_value type = json_get(v, "event_type");
	struct json_value text = json_get(v, "text");
	struct json_value call = json_get(v, "tool_call_delta");
	bool answer = json_text_is(type, "text-generation");
	struct gen *gen = json_text_is(type, "stream-start") ?
			  NULL : gens_newest(cx->gens);
	struct chunk *chunk = &cx->gens->chunk;

	if (!gen)
		gen = begin(cx, v);
	chunk_clear(chunk);
	if (answer || json_text_is(type, "tool-calls-chunk"))
		chunk_add_json(chunk, answer ? CHANNEL_ANSWER :
					       CHANNEL_REASONING, text);
	chunk_add_arguments(chunk, json_get(call, "parameters"));
	gen_emit(cx->gens, gen, cx->time_s);
	if (!json_text_is(type, "stream-end"))
		return;
	take_end(gen_facts(gen), json_get(v, "response"));
	fact_json(&gen_facts(gen)->finish_reason,
		  json_get(v, "finish_reason"));
	gens_close(cx->gens, gen);
}

static bool record_cohere_v1(struct format_ctx *cx, struct json_value v,
			     struct err *why)
{
	if (is_saved(v))
		take_saved(cx, v);
	else if (json_is(json_get(v, "event_type"), JSON_STRING))
		take_event(cx, v);
	else if (json_is(json_get(v, "message"), JSON_STRING))
		return format_error(cx, v, why);
	else
		return err_set(why, "it has no \"event_type\"");
	return true;
}

/* --- the server's side -------------------------------------------------- */

/* The response: its name, and its text. */
static void keep_cohere_v1(struct join *j, struct json_value v)
{
	struct json_value id = json_get(v, "generation_id");
	struct tree *response = join_answer(j, JSON_OBJECT);

	if (id.doc)
		tree_set(response, "generation_id", tree_of(id));
	if (json_text_is(json_get(v, "event_type"), "text-generation"))
		tree_grow(tree_have(response, "text", JSON_STRING),
			  json_get(v, "text"));
}

static void finish_cohere_v1(const struct format_ending *e, struct buf *out)
{
	struct tree *response = format_answer(e);
	struct tree *meta = tree_have(response, "meta", JSON_OBJECT);
	struct tree *tokens = tree_have(meta, "tokens", JSON_OBJECT);

	tree_have(response, "text", JSON_STRING);
	tree_set_text(response, "finish_reason", e->reason, strlen(e->reason));
	tree_set_number(tokens, "input_tokens", 0);
	tree_set_number(tokens, "output_tokens", e->n_tokens);
	buf_puts(out, "{\"is_finished\":true,\"event_type\":\"stream-end\","
		      "\"finish_reason\":");
	json_put_string(out, e->reason, strlen(e->reason));
	buf_puts(out, ",\"response\":");
	tree_put(out, response);
	buf_puts(out, "}\n");
	tree_free(response);
}

const struct format format_cohere_v1 = {
	.name = "cohere-v1",
	.title = "Cohere chat v1",
	.shape = FEED_STREAM,
	.detect = detect_cohere_v1,
	.record = record_cohere_v1,
	.finish = finish_cohere_v1,
	.keep = keep_cohere_v1,
	.words = { "COMPLETE", "MAX_TOKENS", "ERROR_LIMIT" },
};
