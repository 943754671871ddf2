/*
 * Cohere's chat, version 2, streamed and saved:
 *
 *	{"type":"message-start","id":"i","delta":{"message":{...}}}
 *	{"type":"content-delta","index":0,
 *	 "delta":{"message":{"content":{"text":"..."}}}}   or "thinking"
 *	{"type":"tool-plan-delta","delta":{"message":{"tool_plan":"..."}}}
 *	{"type":"tool-call-delta","delta":{"message":
 *	 {"tool_calls":{"function":{"arguments":"..."}}}}}
 *	{"type":"message-end","delta":{"finish_reason":"COMPLETE",
 *	 "usage":{"tokens":{"input_tokens":5,"output_tokens":6}}}}
 *
 *	{"id":"i","finish_reason":"COMPLETE","message":{"role":"assistant",
 *	 "content":[{"type":"text","text":"..."}]},"usage":{...}}
 *
 * A plan for tools is thinking. Events belong to the message begun last.
 */
#include <inttypes.h>
#include <string.h>

#include "dialect/join.h"

static bool is_event(struct json_value v)
{
	static const char *const types[] = {
		"message-start", "content-start", "content-delta",
		"content-end", "tool-plan-delta", "tool-call-start",
		"tool-call-delta", "tool-call-end", "citation-start",
		"citation-end", "message-end",
	};

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (json_text_is(json_get(v, "type"), types[i]))
			return true;
	return false;
}

static bool is_saved(struct json_value v)
{
	struct json_value message = json_get(v, "message");

	return json_get(v, "finish_reason").doc &&
	       json_text_is(json_get(message, "role"), "assistant") &&
	       (json_is(json_get(message, "content"), JSON_ARRAY) ||
		json_is(json_get(message, "tool_calls"), JSON_ARRAY));
}

static bool detect_cohere(struct json_value v)
{
	return is_event(v) || is_saved(v);
}

static void add_content(struct chunk *c, struct json_value part)
{
	chunk_add_json(c, CHANNEL_REASONING, json_get(part, "thinking"));
	chunk_add_json(c, CHANNEL_ANSWER, json_get(part, "text"));
}

static void add_call(struct chunk *c, struct json_value call)
{
	chunk_add_arguments(c, json_get(json_get(call, "function"),
					"arguments"));
}

/* A message, or what comes of one: an element where the other has a list. */
static void add_message(struct chunk *c, struct json_value message)
{
	struct json_value content = json_get(message, "content");
	struct json_value calls = json_get(message, "tool_calls");

	chunk_add_json(c, CHANNEL_REASONING, json_get(message, "tool_plan"));
	if (json_is(content, JSON_OBJECT))
		add_content(c, content);
	if (json_is(calls, JSON_OBJECT))
		add_call(c, calls);
	if (json_is(content, JSON_ARRAY))
		for (struct json_value v = json_first(content); v.doc;
		     v = json_next(v))
			add_content(c, v);
	if (json_is(calls, JSON_ARRAY))
		for (struct json_value v = json_first(calls); v.doc;
		     v = json_next(v))
			add_call(c, v);
}

/* Counts of the model, else those that are paid for. */
static void take_end(struct facts *facts, struct json_value v)
{
	struct json_value usage = json_get(v, "usage");

	fact_json(&facts->finish_reason, json_get(v, "finish_reason"));
	format_usage(facts, json_get(usage, "billed_units"));
	format_usage(facts, json_get(usage, "tokens"));
}

static struct gen *begin(struct format_ctx *cx, struct json_value v)
{
	char key[GEN_KEY_MAX];
	size_t id_len = gen_key(key, json_get(v, "id"), 0);

	return gens_open(cx->gens, key, id_len, NULL);
}

static void take(struct format_ctx *cx, struct gen *gen,
		 struct json_value message)
{
	chunk_clear(&cx->gens->chunk);
	add_message(&cx->gens->chunk, message);
	gen_emit(cx->gens, gen, cx->time_s);
}

static void take_event(struct format_ctx *cx, struct json_value v)
{
	struct json_value delta = json_get(v, "delta");
	bool start = json_text_is(json_get(v, "type"), "message-start");
	struct gen *gen = start ? NULL : gens_newest(cx->gens);

	if (!gen)
		gen = begin(cx, v);
	take(cx, gen, json_get(delta, "message"));
	if (json_text_is(json_get(v, "type"), "message-end")) {
		take_end(gen_facts(gen), delta);
		gens_close(cx->gens, gen);
	}
}

static bool record_cohere(struct format_ctx *cx, struct json_value v,
			  struct err *why)
{
	if (is_saved(v)) {
		struct gen *gen = begin(cx, v);

		take(cx, gen, json_get(v, "message"));
		take_end(gen_facts(gen), v);
		gens_close(cx->gens, gen);
	} else if (is_event(v)) {
		take_event(cx, v);
	} else if (json_is(json_get(v, "message"), JSON_STRING)) {
		return format_error(cx, v, why);
	} else if (!json_get(v, "type").doc) {
		return err_set(why, "it has no \"type\"");
	}
	return true;
}

/* --- the server's side -------------------------------------------------- */

/* What is open has an end of its own, but for a plan. */
static void finish_cohere(const struct format_ending *e, struct buf *out)
{
	struct json_value type = json_get(e->record, "type");
	const char *open = json_text_is(type, "content-delta") ||
			   json_text_is(type, "content-start") ?
				   "content-end" :
			   json_text_is(type, "tool-call-delta") ||
			   json_text_is(type, "tool-call-start") ?
				   "tool-call-end" : NULL;

	if (open)
		buf_printf(out, "event: %s\n"
				"data: {\"type\":\"%s\",\"index\":%u}\n\n",
			   open, open,
			   json_u32(json_get(e->record, "index"), 0));
	buf_puts(out, "event: message-end\n"
		      "data: {\"type\":\"message-end\",\"delta\":"
		      "{\"finish_reason\":");
	json_put_string(out, e->reason, strlen(e->reason));
	buf_printf(out, ",\"usage\":{\"tokens\":{\"output_tokens\":%" PRIu64
			"}}}}\n\n", e->n_tokens);
}

/* --- the whole answer --------------------------------------------------- */

/* What an event says of the message: an element where that has a list. */
static void join_message(struct tree *message, struct json_value index,
			 struct json_value v)
{
	static const char *const lists[] = { "content", "tool_calls",
					     "citations" };
	static const char *const grows[] = { "text", "thinking", "tool_plan",
					     "arguments", NULL };

	for (v = json_first(v); v.doc; v = json_next(v)) {
		size_t i = 0;

		while (i < ARRAY_LEN(lists) && !json_key_is(v, lists[i]))
			i++;
		if (i == ARRAY_LEN(lists))
			tree_merge_member(message, v, grows);
		else if (json_is(v, JSON_OBJECT))
			tree_merge(join_slot(tree_have(message, lists[i],
						       JSON_ARRAY), index),
				   v, grows);
	}
}

static void join_cohere(struct join *j, struct json_value v)
{
	static const char *const grows[] = { NULL };
	struct tree *answer = join_answer(j, JSON_OBJECT);
	struct tree *message = tree_have(answer, "message", JSON_OBJECT);
	struct json_value delta = json_get(v, "delta");

	if (json_get(v, "id").doc && !tree_get(answer, "id"))
		tree_set(answer, "id", tree_of(json_get(v, "id")));
	join_message(message, json_get(v, "index"), json_get(delta, "message"));
	for (v = json_first(delta); v.doc; v = json_next(v))
		if (!json_key_is(v, "message"))
			tree_merge_member(answer, v, grows);
}

static const struct format_ask asks_cohere[] = {
	{ .end = "/v2/chat", .model = true, .body = FORMAT_TURNS },
	{ 0 },
};

const struct format format_cohere = {
	.name = "cohere",
	.title = "Cohere chat",
	.shape = FEED_STREAM,
	.detect = detect_cohere,
	.record = record_cohere,
	.asks = asks_cohere,
	.host = "https://api.cohere.com/",
	.host_key = "CO_API_KEY",
	.finish = finish_cohere,
	.join = join_cohere,
	.words = { "COMPLETE", "MAX_TOKENS", "ERROR" },
};
