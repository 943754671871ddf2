/*
 * OpenAI's Responses, streamed: one typed event a record,
 *
 *	{"type":"response.created","response":{"id":"resp_1","model":"m"}}
 *	{"type":"response.output_text.delta","item_id":"msg_1","delta":"..."}
 *	{"type":"response.completed","response":{...,"output":[...]}}
 *
 * The `done` events repeat what the deltas said and are not added again; the
 * whole output in the last event is taken only when no delta came. Deltas
 * name their item and not their response, so an item belongs to the response
 * that was begun last when the item was first seen.
 */
#include "dialect/format.h"

#include <stdio.h>
#include <string.h>

enum { ITEMS_MAX = 64 };

struct responses_state {
	struct item {
		char name[GEN_KEY_MAX]; /* item_id */
		char key[GEN_KEY_MAX];  /* of its generation */
	} items[ITEMS_MAX]; /* a ring */
	size_t n_items;
	char key[GEN_KEY_MAX]; /* of the response that was begun last */
};

static const char summary_note[] =
	"the reasoning is a summary that the server wrote, not the trace";

/* --- whole responses ---------------------------------------------------- */

static struct json_value parts_responses(struct json_value v, bool wrapped)
{
	bool answer = json_text_is(json_get(v, "object"), "response") &&
		      json_is(json_get(v, "output"), JSON_ARRAY);

	(void)wrapped;
	return answer ? v : (struct json_value){ 0 };
}

/* The texts in a list of parts; refusals are no answer. */
static size_t add_parts(struct chunk *c, enum channel channel,
			struct json_value parts)
{
	size_t before = c->text.len;

	for (struct json_value v = json_first(parts); v.doc;
	     v = json_next(v)) {
		chunk_add_json(c, channel, json_get(v, "text"));
		chunk_add_json(c, CHANNEL_TOOL, json_get(v, "refusal"));
		chunk_entries(c, json_get(v, "logprobs"));
	}
	return c->text.len - before;
}

static void add_call(struct chunk *c, struct json_value item)
{
	chunk_add_json(c, CHANNEL_TOOL, json_get(item, "arguments"));
	chunk_add_json(c, CHANNEL_TOOL, json_get(item, "input"));
	chunk_add_json(c, CHANNEL_TOOL, json_get(item, "code"));
}

/* The output, reasoning first as it came. true: the reasoning in it is a
 * summary and not the trace. */
static bool put_output(struct chunk *c, struct json_value response)
{
	struct json_value output = json_get(response, "output");
	bool summary = false;

	for (struct json_value v = json_first(output); v.doc;
	     v = json_next(v)) {
		struct json_value content = json_get(v, "content");

		if (!json_text_is(json_get(v, "type"), "reasoning")) {
			add_parts(c, CHANNEL_ANSWER, content);
			add_call(c, v);
		} else if (!add_parts(c, CHANNEL_REASONING, content)) {
			summary |= add_parts(c, CHANNEL_REASONING,
					     json_get(v, "summary")) > 0;
		}
	}
	return summary;
}

static void put_facts(struct facts *facts, struct json_value response)
{
	struct json_value why = json_get(
		json_get(response, "incomplete_details"), "reason");
	struct json_value error = json_get(response, "error");

	fact_json(&facts->model, json_get(response, "model"));
	format_usage(facts, json_get(response, "usage"));
	if (!json_text_is(json_get(response, "status"), "in_progress") &&
	    !json_text_is(json_get(response, "status"), "queued"))
		fact_json(&facts->finish_reason,
			  json_get(response, "status"));
	fact_json(&facts->finish_reason, why);
	if (!json_is(error, JSON_OBJECT))
		return;
	facts->aborted = true;
	fact_json(&facts->note, json_get(error, "message"));
}

static void part_responses(struct gen *gen, struct chunk *chunk,
			   struct json_value response, struct json_value part)
{
	(void)part;
	if (put_output(chunk, response))
		facts_set(&gen_facts(gen)->note, summary_note);
	put_facts(gen_facts(gen), response);
}

/* --- events ------------------------------------------------------------- */

static bool detect_responses(struct json_value v)
{
	return json_text_begins(json_get(v, "type"), "response.");
}

/* What a delta is of; others (audio, images) hold no text. */
static const struct delta {
	const char *type;
	enum channel channel;
	bool summary;
} deltas[] = {
	{ "response.output_text.delta", CHANNEL_ANSWER, false },
	{ "response.refusal.delta", CHANNEL_TOOL, false },
	{ "response.reasoning_text.delta", CHANNEL_REASONING, false },
	{ "response.reasoning.delta", CHANNEL_REASONING, false },
	{ "response.reasoning_summary_text.delta", CHANNEL_REASONING, true },
	{ "response.reasoning_summary.delta", CHANNEL_REASONING, true },
	{ "response.function_call_arguments.delta", CHANNEL_TOOL, false },
	{ "response.mcp_call_arguments.delta", CHANNEL_TOOL, false },
	{ "response.custom_tool_call_input.delta", CHANNEL_TOOL, false },
	{ "response.code_interpreter_call_code.delta", CHANNEL_TOOL, false },
};

static const struct delta *delta_of(struct json_value type)
{
	for (size_t i = 0; i < ARRAY_LEN(deltas); i++)
		if (json_text_is(type, deltas[i].type))
			return &deltas[i];
	return NULL;
}

static struct gen *open_at(struct format_ctx *cx, const char *key)
{
	struct gen *gen = gens_find(cx->gens, key);

	return gen ? gen : gens_open(cx->gens, key, strlen(key), NULL);
}

/* The generation that an item belongs to. */
static struct gen *gen_of_item(struct format_ctx *cx, struct json_value id)
{
	struct responses_state *state = cx->state;
	char name[GEN_KEY_MAX];
	struct item *item;
	size_t n = MIN(state->n_items, (size_t)ITEMS_MAX);

	gen_key(name, id, 0);
	for (size_t i = 0; i < n; i++)
		if (strcmp(state->items[i].name, name) == 0)
			return open_at(cx, state->items[i].key);
	item = &state->items[state->n_items++ % ITEMS_MAX];
	snprintf(item->name, sizeof(item->name), "%s", name);
	snprintf(item->key, sizeof(item->key), "%s", state->key);
	return open_at(cx, state->key);
}

static void take_delta(struct format_ctx *cx, struct json_value v,
		       const struct delta *delta)
{
	struct gen *gen = gen_of_item(cx, json_get(v, "item_id"));
	struct chunk *chunk = &cx->gens->chunk;

	chunk_clear(chunk);
	chunk_add_json(chunk, delta->channel, json_get(v, "delta"));
	chunk_entries(chunk, json_get(v, "logprobs"));
	gen_emit(cx->gens, gen, cx->time_s);
	if (delta->summary)
		facts_set(&gen_facts(gen)->note, summary_note);
}

static void begin(struct format_ctx *cx, struct json_value response)
{
	struct responses_state *state = cx->state;
	char key[GEN_KEY_MAX];

	gen_key(key, json_get(response, "id"), 0);
	snprintf(state->key, sizeof(state->key), "%s", key);
	put_facts(gen_facts(open_at(cx, key)), response);
}

/* The last event of a response; it holds all of the output once more. */
static void finish(struct format_ctx *cx, struct json_value response)
{
	struct responses_state *state = cx->state;
	struct chunk *chunk = &cx->gens->chunk;
	char key[GEN_KEY_MAX];
	struct gen *gen;

	gen_key(key, json_get(response, "id"), 0);
	gen = gens_find(cx->gens, key);
	if (!gen) /* the events lacked their beginning: it was resumed */
		gen = gens_find(cx->gens, state->key);
	if (!gen)
		gen = open_at(cx, key);
	if (gen->mode == CHUNK_UNSET) {
		chunk_clear(chunk);
		if (put_output(chunk, response))
			facts_set(&gen_facts(gen)->note, summary_note);
		gen_emit(cx->gens, gen, cx->time_s);
	}
	put_facts(gen_facts(gen), response);
	state->key[0] = '\0';
	gens_close(cx->gens, gen);
}

static bool record_responses(struct format_ctx *cx, struct json_value v,
			     struct err *why)
{
	struct json_value type = json_get(v, "type");
	struct json_value response = json_get(v, "response");
	struct json_value error = json_get(v, "error");
	const struct delta *delta = delta_of(type);

	if (json_text_is(type, "error") || json_is(error, JSON_OBJECT))
		return format_error(cx, error.doc ? error : v, why);
	if (delta)
		take_delta(cx, v, delta);
	else if (json_text_is(type, "response.completed") ||
		 json_text_is(type, "response.incomplete") ||
		 json_text_is(type, "response.failed"))
		finish(cx, response);
	else if (json_text_is(type, "response.created"))
		begin(cx, response);
	else if (!json_is(type, JSON_STRING))
		return err_set(why, "it has no \"type\"");
	return true;
}

static const struct format_ask asks_responses[] = {
	{ .end = "/responses", .model = true,
	  .body = "'input':$,'stream':true" },
	{ 0 },
};

const struct format format_responses = {
	.name = "responses",
	.title = "OpenAI Responses stream",
	.shape = FEED_STREAM,
	.state_bytes = sizeof(struct responses_state),
	.detect = detect_responses,
	.record = record_responses,
	.parts = parts_responses,
	.part = part_responses,
	.asks = asks_responses,
};
