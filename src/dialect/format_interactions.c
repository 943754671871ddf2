/*
 * Google's interactions, streamed and saved:
 *
 *	{"event_type":"interaction.created","interaction":{"id":"i",
 *	 "model":"m"}}
 *	{"event_type":"step.delta","index":1,"delta":{"type":"text",
 *	 "text":"..."}}     also thought_summary, arguments_delta, *_call
 *	{"event_type":"interaction.completed","interaction":{
 *	 "status":"completed","usage":{"total_output_tokens":8}}}
 *
 *	{"object":"interaction","model":"m","status":"completed","steps":[
 *	 {"type":"thought","summary":[{"type":"text","text":"..."}]},
 *	 {"type":"function_call","arguments":{}},
 *	 {"type":"model_output","content":[{"type":"text","text":"..."}]}]}
 *
 * A step's signature is not text, and what tools gave back is not output.
 * Steps were called outputs, and their events content, before.
 */
#include <inttypes.h>
#include <string.h>

#include "dialect/content.h"
#include "dialect/join.h"

static bool is_event(struct json_value v)
{
	static const char *const prefixes[] = { "interaction.", "step.",
						"content." };

	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
		if (json_text_begins(json_get(v, "event_type"), prefixes[i]))
			return true;
	return false;
}

static bool detect_interactions(struct json_value v)
{
	return is_event(v);
}

static void add_thoughts(struct chunk *c, struct json_value summary)
{
	chunk_add_json(c, CHANNEL_REASONING, json_get(summary, "text"));
	for (struct json_value v = json_is(summary, JSON_ARRAY) ?
					   json_first(summary) :
					   (struct json_value){ 0 };
	     v.doc; v = json_next(v))
		chunk_add_json(c, CHANNEL_REASONING, json_get(v, "text"));
}

/* A step, or what comes of one. */
static void add_step(struct chunk *c, struct json_value step)
{
	struct json_value type = json_get(step, "type");

	if (json_text_is(type, "thought"))
		add_thoughts(c, json_get(step, "summary"));
	else if (json_text_is(type, "thought_summary"))
		add_thoughts(c, json_get(step, "content"));
	else if (json_text_is(type, "arguments_delta"))
		chunk_add_arguments(c, json_get(step, "arguments"));
	else if (json_text_is(type, "model_output"))
		content_output(c, json_get(step, "content"));
	else
		content_output(c, step);
}

static void take_facts(struct facts *facts, struct json_value v)
{
	struct json_value usage = json_get(v, "usage");
	uint32_t answer = json_u32(json_get(usage, "total_output_tokens"), 0);
	uint32_t thoughts = json_u32(json_get(usage, "total_thought_tokens"),
				     0);

	fact_json(&facts->model, json_get(v, "model"));
	fact_u32(&facts->prompt_tokens, json_get(usage, "total_input_tokens"));
	if (answer || thoughts)
		facts->usage_tokens = answer + thoughts;
	if (!json_text_is(json_get(v, "status"), "in_progress"))
		fact_json(&facts->finish_reason, json_get(v, "status"));
}

/* It begins, or it has ended. */
static void take_interaction(struct format_ctx *cx, struct json_value type,
			     struct json_value v)
{
	bool begins = json_text_is(type, "interaction.created") ||
		      json_text_is(type, "interaction.start");
	struct gen *gen;

	if (begins)
		gens_close_some(cx->gens, true);
	gen = gens_current(cx->gens);
	take_facts(gen_facts(gen), v);
	if (!begins && gen_facts(gen)->finish_reason)
		gens_close(cx->gens, gen);
}

static bool record_interactions(struct format_ctx *cx, struct json_value v,
				struct err *why)
{
	struct json_value type = json_get(v, "event_type");
	struct json_value delta = json_get(v, "delta");
	struct json_value error = json_get(v, "error");

	if (json_is(error, JSON_OBJECT))
		return format_error(cx, error, why);
	if (!json_is(type, JSON_STRING))
		return err_set(why, "it has no \"event_type\"");
	if (json_is(json_get(v, "interaction"), JSON_OBJECT)) {
		take_interaction(cx, type, json_get(v, "interaction"));
	} else if (delta.doc) {
		chunk_clear(&cx->gens->chunk);
		add_step(&cx->gens->chunk, delta);
		gen_emit(cx->gens, gens_current(cx->gens), cx->time_s);
	}
	return true;
}

/* --- whole answers ------------------------------------------------------ */

static struct json_value steps_of(struct json_value v)
{
	struct json_value steps = json_get(v, "steps");

	return steps.doc ? steps : json_get(v, "outputs");
}

static struct json_value parts_interactions(struct json_value v, bool wrapped)
{
	(void)wrapped;
	return json_is(steps_of(v), JSON_ARRAY) &&
	       (json_text_is(json_get(v, "object"), "interaction") ||
		json_get(json_get(v, "usage"), "total_output_tokens").doc) ?
		       v : (struct json_value){ 0 };
}

static void part_interactions(struct gen *gen, struct chunk *c,
			      struct json_value v, struct json_value part)
{
	(void)part;
	for (struct json_value step = json_first(steps_of(v)); step.doc;
	     step = json_next(step))
		add_step(c, step);
	take_facts(gen_facts(gen), v);
}

/* --- the server's side -------------------------------------------------- */

/* The interaction as it began: its name, model, when it was made. */
static void keep_interactions(struct join *j, struct json_value v)
{
	static const char *const grows[] = { NULL };
	struct json_value what = json_get(v, "interaction");

	if (json_is(what, JSON_OBJECT))
		tree_merge(join_answer(j, JSON_OBJECT), what, grows);
}

/* What is open is a step, or content as it was called. */
static void finish_interactions(const struct format_ending *e, struct buf *out)
{
	struct json_value type = json_get(e->record, "event_type");
	const char *open = json_text_is(type, "step.delta") ? "step.stop" :
			   json_text_is(type, "content.delta") ?
							      "content.stop" :
							      NULL;
	struct tree *whole = format_answer(e);

	if (open)
		buf_printf(out, "event: %s\ndata: {\"event_type\":\"%s\","
				"\"index\":%u}\n\n", open, open,
			   json_u32(json_get(e->record, "index"), 0));
	tree_set_text(whole, "object", "interaction", 11);
	tree_set_text(whole, "status", e->reason, strlen(e->reason));
	tree_set_number(tree_set(whole, "usage", tree_new(JSON_OBJECT)),
			"total_output_tokens", e->n_tokens);
	buf_puts(out, "event: interaction.completed\n"
		      "data: {\"event_type\":\"interaction.completed\","
		      "\"interaction\":");
	tree_put(out, whole);
	buf_puts(out, "}\n\ndata: [DONE]\n\n");
	tree_free(whole);
}

static const struct format_ask asks_interactions[] = {
	{ .end = "/interactions", .model = true,
	  .body = "'input':$,'stream':true", .key = "x-goog-api-key: " },
	{ 0 },
};

const struct format format_interactions = {
	.name = "interactions",
	.title = "Google interactions",
	.shape = FEED_STREAM,
	.detect = detect_interactions,
	.record = record_interactions,
	.parts = parts_interactions,
	.part = part_interactions,
	.asks = asks_interactions,
	.finish = finish_interactions,
	.keep = keep_interactions,
	.words = { "completed", "incomplete", "cancelled" },
};
