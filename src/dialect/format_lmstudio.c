/*
 * LM Studio's own chat (/api/v1/chat), streamed and saved:
 *
 *	{"type":"chat.start","model_instance_id":"m"}
 *	{"type":"reasoning.delta","content":"..."}
 *	{"type":"tool_call.arguments","tool":"f","arguments":{}}
 *	{"type":"message.delta","content":"..."}
 *	{"type":"chat.end","result":{"model_instance_id":"m","output":[...],
 *	 "stats":{"input_tokens":9,"total_output_tokens":7}}}
 *
 *	{"model_instance_id":"m","output":[{"type":"reasoning","content":"..."},
 *	 {"type":"message","content":"..."}],"stats":{...}}
 *
 * The end holds all output once more. What a tool gave back is not output.
 */
#include <string.h>

#include "dialect/format.h"
#include "dialect/join.h"

static bool detect_lmstudio(struct json_value v)
{
	static const char *const types[] = {
		"chat.start", "chat.end", "message.start", "message.end",
		"message.delta", "reasoning.start", "reasoning.end",
		"reasoning.delta", "prompt_processing.start",
		"model_load.start", "tool_call.arguments",
	};
	struct json_value type = json_get(v, "type");

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (json_text_is(type, types[i]))
			return !json_get(v, "delta").doc;
	return false;
}

static void take_stats(struct facts *facts, struct json_value v)
{
	struct json_value stats = json_get(v, "stats");

	fact_json(&facts->model, json_get(v, "model_instance_id"));
	fact_u32(&facts->prompt_tokens, json_get(stats, "input_tokens"));
	fact_u32(&facts->usage_tokens, json_get(stats, "total_output_tokens"));
	fact_json(&facts->finish_reason, json_get(stats, "stop_reason"));
}

static void emit(struct format_ctx *cx, enum channel channel,
		 struct json_value text)
{
	chunk_clear(&cx->gens->chunk);
	if (channel == CHANNEL_TOOL)
		chunk_add_arguments(&cx->gens->chunk, text);
	else
		chunk_add_json(&cx->gens->chunk, channel, text);
	gen_emit(cx->gens, gens_current(cx->gens), cx->time_s);
}

static bool record_lmstudio(struct format_ctx *cx, struct json_value v,
			    struct err *why)
{
	struct json_value type = json_get(v, "type");

	if (json_text_is(type, "chat.start")) {
		gens_close_some(cx->gens, true);
		take_stats(gen_facts(gens_current(cx->gens)), v);
	} else if (json_text_is(type, "reasoning.delta")) {
		emit(cx, CHANNEL_REASONING, json_get(v, "content"));
	} else if (json_text_is(type, "message.delta")) {
		emit(cx, CHANNEL_ANSWER, json_get(v, "content"));
	} else if (json_text_is(type, "tool_call.arguments")) {
		emit(cx, CHANNEL_TOOL, json_get(v, "arguments"));
	} else if (json_text_is(type, "chat.end")) {
		struct gen *gen = gens_current(cx->gens);

		take_stats(gen_facts(gen), json_get(v, "result"));
		gens_close(cx->gens, gen);
	} else if (json_text_is(type, "error")) {
		return format_error(cx, json_get(v, "error"), why);
	} else if (!json_is(type, JSON_STRING)) {
		return err_set(why, "it has no \"type\"");
	}
	return true;
}

/* --- whole answers ------------------------------------------------------ */

static struct json_value parts_lmstudio(struct json_value v, bool wrapped)
{
	(void)wrapped;
	return json_is(json_get(v, "model_instance_id"), JSON_STRING) &&
	       json_is(json_get(v, "output"), JSON_ARRAY) ?
		       v : (struct json_value){ 0 };
}

static void part_lmstudio(struct gen *gen, struct chunk *c,
			  struct json_value v, struct json_value part)
{
	(void)part;
	for (struct json_value item = json_first(json_get(v, "output"));
	     item.doc; item = json_next(item)) {
		bool thought = json_text_is(json_get(item, "type"),
					    "reasoning");

		chunk_add_json(c, thought ? CHANNEL_REASONING : CHANNEL_ANSWER,
			       json_get(item, "content"));
		chunk_add_arguments(c, json_get(item, "arguments"));
	}
	take_stats(gen_facts(gen), v);
}

/* --- the server's side -------------------------------------------------- */

/* The item of output that an event adds to: the last one, if it is of this
 * type. */
static struct tree *item_of(struct tree *output, const char *type)
{
	struct tree *item = output->last;

	if (item && tree_is(tree_get(item, "type"), type))
		return item;
	item = tree_add(output, tree_new(JSON_OBJECT));
	tree_set_text(item, "type", type, strlen(type));
	return item;
}

/* The result: whose it is, and its output. */
static void keep_lmstudio(struct join *j, struct json_value v)
{
	struct json_value type = json_get(v, "type");
	struct json_value model = json_get(v, "model_instance_id");
	struct tree *result = join_answer(j, JSON_OBJECT);
	struct tree *output = tree_have(result, "output", JSON_ARRAY);
	const char *text = json_text_is(type, "message.delta") ? "message" :
			   json_text_is(type, "reasoning.delta") ?
								"reasoning" :
								NULL;

	if (model.doc && !tree_get(result, "model_instance_id"))
		tree_set(result, "model_instance_id", tree_of(model));
	if (text)
		tree_grow(tree_have(item_of(output, text), "content",
				    JSON_STRING), json_get(v, "content"));
	else if (json_text_is(type, "tool_call.success") ||
		 json_text_is(type, "tool_call.result"))
		tree_set_text(tree_add(output, tree_of(v)), "type",
			      "tool_call", strlen("tool_call"));
}

/* What is open ends; the last event has all output once more. */
static void finish_lmstudio(const struct format_ending *e, struct buf *out)
{
	struct json_value type = json_get(e->record, "type");
	const char *open = json_text_is(type, "reasoning.delta") ?
				   "reasoning.end" :
			   json_text_is(type, "message.delta") ? "message.end" :
								 NULL;
	struct tree *result = format_answer(e);
	struct tree *stats = tree_have(result, "stats", JSON_OBJECT);

	tree_have(result, "output", JSON_ARRAY);
	tree_set_number(stats, "total_output_tokens", e->n_tokens);
	tree_set_text(stats, "stop_reason", e->reason, strlen(e->reason));
	if (open)
		buf_printf(out, "event: %s\ndata: {\"type\":\"%s\"}\n\n",
			   open, open);
	buf_puts(out, "event: chat.end\n"
		      "data: {\"type\":\"chat.end\",\"result\":");
	tree_put(out, result);
	buf_puts(out, "}\n\n");
	tree_free(result);
}

static const struct format_ask asks_lmstudio[] = {
	{ .end = "/api/v1/chat", .model = true,
	  .body = "'input':$,'stream':true" },
	{ 0 },
};

const struct format format_lmstudio = {
	.name = "lmstudio",
	.title = "LM Studio chat",
	.shape = FEED_STREAM,
	.detect = detect_lmstudio,
	.record = record_lmstudio,
	.parts = parts_lmstudio,
	.part = part_lmstudio,
	.asks = asks_lmstudio,
	.finish = finish_lmstudio,
	.keep = keep_lmstudio,
	.words = { "eosFound", "maxPredictedTokensReached", "userStopped" },
};
