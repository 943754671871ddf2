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
#include <stdio.h>
#include <string.h>

#include "dialect/join.h"

enum { ITEMS_MAX = 64 };

struct responses_state {
	struct item {
		char name[GEN_KEY_MAX]; /* item_id */
		char key[GEN_KEY_MAX];  /* of its generation */
	} items[ITEMS_MAX]; /* a ring */
	size_t n_items;
	char key[GEN_KEY_MAX]; /* of the response that was begun last */
};

static const char *const no_grows[] = { NULL };

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

/* The texts in a list of parts; a refusal is what is answered. */
static size_t add_parts(struct chunk *c, enum channel channel,
			struct json_value parts)
{
	size_t before = c->text.len;

	for (struct json_value v = json_first(parts); v.doc;
	     v = json_next(v)) {
		chunk_add_json(c, channel, json_get(v, "text"));
		chunk_add_json(c, channel, json_get(v, "refusal"));
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
	{ "response.refusal.delta", CHANNEL_ANSWER, false },
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

/* --- the whole answer --------------------------------------------------- */

/* Texts that grow: in an item, or in one of its lists. */
static const struct grown {
	const char *delta, *done; /* events, without "response." */
	const char *field;
	const char *list, *index; /* NULL: the item's own */
} grown[] = {
	{ "output_text.delta", "output_text.done", "text", "content",
	  "content_index" },
	{ "refusal.delta", "refusal.done", "refusal", "content",
	  "content_index" },
	{ "reasoning_text.delta", "reasoning_text.done", "text", "content",
	  "content_index" },
	{ "reasoning_summary_text.delta", "reasoning_summary_text.done",
	  "text", "summary", "summary_index" },
	{ "function_call_arguments.delta", "function_call_arguments.done",
	  "arguments", NULL, NULL },
	{ "mcp_call_arguments.delta", "mcp_call_arguments.done", "arguments",
	  NULL, NULL },
	{ "custom_tool_call_input.delta", "custom_tool_call_input.done",
	  "input", NULL, NULL },
	{ "code_interpreter_call_code.delta",
	  "code_interpreter_call_code.done", "code", NULL, NULL },
};

/* Is it the event "response.NAME"? */
static bool is_event(struct json_value v, const char *name)
{
	static const char prefix[] = "response.";
	size_t len, at = sizeof(prefix) - 1;
	const char *type = json_text(json_get(v, "type"), &len);

	return type && len == at + strlen(name) &&
	       memcmp(type, prefix, at) == 0 &&
	       memcmp(type + at, name, len - at) == 0;
}

/* The last event has all of it once more, if it is as it should be. */
static void join_response(struct join *j, struct json_value response)
{
	struct tree *before = j->answer;

	j->answer = tree_of(response);
	if (j->answer->type == JSON_OBJECT && before &&
	    !json_count(json_get(response, "output")) &&
	    tree_get(before, "output"))
		tree_set(j->answer, "output",
			 tree_copy(tree_get(before, "output")));
	tree_free(before);
}

/* The item that an event is of; NULL of none. Where the server says no place
 * (llama.cpp's), by its id. */
static struct tree *item_of(struct tree *response, struct json_value v)
{
	struct json_value i = json_get(v, "output_index");
	struct json_value id = json_get(v, "item_id");
	size_t n;
	const char *name = json_text(id.doc ? id :
				     json_get(json_get(v, "item"), "id"), &n);
	struct tree *output, *item;

	if (!i.doc && (!name || !n))
		return NULL;
	output = tree_have(response, "output", JSON_ARRAY);
	if (i.doc)
		return join_slot(output, i);
	for (item = output->first; item; item = item->next) {
		const struct tree *its = tree_get(item, "id");

		if (its && its->text.len == n &&
		    memcmp(its->text.data, name, n) == 0)
			return item;
	}
	item = tree_add(output, tree_new(JSON_OBJECT));
	tree_set_text(item, "id", name, n);
	return item;
}

/* The part of an item that an event is of; the first where no place is said. */
static struct tree *part_of(struct tree *item, struct json_value v)
{
	struct json_value i = json_get(v, "summary_index");
	struct tree *parts = tree_have(item, i.doc ? "summary" : "content",
				       JSON_ARRAY);

	if (!i.doc)
		i = json_get(v, "content_index");
	return !i.doc && parts->first && parts->first->type == JSON_OBJECT ?
		       parts->first : join_slot(parts, i);
}

static void join_event(struct tree *item, struct json_value v)
{
	static const char *const parts[] = {
		"content_part.added", "content_part.done",
		"reasoning_part.added", "reasoning_part.done",
		"reasoning_summary_part.added", "reasoning_summary_part.done",
	};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (is_event(v, parts[i]))
			tree_merge(tree_become(part_of(item, v), JSON_OBJECT),
				   json_get(v, "part"), no_grows);
	for (size_t i = 0; i < ARRAY_LEN(grown); i++)
		if (is_event(v, grown[i].delta))
			tree_grow(tree_have(grown[i].list ?
						    part_of(item, v) : item,
					    grown[i].field, JSON_STRING),
				  json_get(v, "delta"));
	if (is_event(v, "output_text.annotation.added"))
		tree_add(tree_have(part_of(item, v), "annotations",
				   JSON_ARRAY),
			 tree_of(json_get(v, "annotation")));
}

static void join_responses(struct join *j, struct json_value v)
{
	struct tree *item;

	if (json_is(json_get(v, "response"), JSON_OBJECT))
		join_response(j, json_get(v, "response"));
	item = item_of(join_answer(j, JSON_OBJECT), v);
	if (!item)
		return;
	if (is_event(v, "output_item.added") ||
	    is_event(v, "output_item.done"))
		tree_merge(tree_become(item, JSON_OBJECT),
			   json_get(v, "item"), no_grows);
	else
		join_event(item, v);
}

/* --- the end ------------------------------------------------------------ */

/* One event after another, each with its number. */
struct events {
	struct buf *out;
	uint32_t number;
	struct json_value last; /* the record before */
};

static void put_event(struct events *ev, const char *name, struct tree *event)
{
	struct buf type = { 0 };

	buf_printf(&type, "response.%s", name);
	tree_set_text(event, "type", type.data, type.len);
	tree_set_number(event, "sequence_number", ++ev->number);
	buf_printf(ev->out, "event: %s\ndata: ", buf_cstr(&type));
	tree_put(ev->out, event);
	buf_puts(ev->out, "\n\n");
	buf_release(&type);
	tree_free(event);
}

/* An event of the item that is open: where it is. */
static struct tree *place(const struct events *ev, const struct tree *item,
			  const char *index)
{
	struct tree *event = tree_new(JSON_OBJECT);
	struct json_value i = json_get(ev->last, "output_index");

	if (i.doc)
		tree_set(event, "output_index", tree_of(i));
	if (tree_get(item, "id"))
		tree_set(event, "item_id", tree_copy(tree_get(item, "id")));
	if (index)
		i = json_get(ev->last, index);
	if (index && i.doc)
		tree_set(event, index, tree_of(i));
	return event;
}

/* The text that is open, and the part that it stands in. */
static void end_text(struct events *ev, struct tree *item,
		     const struct grown *g)
{
	bool summary = g->list && strcmp(g->list, "summary") == 0;
	struct tree *part = g->list ? part_of(item, ev->last) : item;
	struct tree *event = place(ev, item, g->index);
	struct tree *name = tree_get(item, "name");

	tree_set(event, g->field,
		 tree_copy(tree_have(part, g->field, JSON_STRING)));
	if (strcmp(g->delta, "output_text.delta") == 0) {
		tree_set(event, "logprobs", tree_new(JSON_ARRAY));
		/* clients go through them; llama.cpp has none in its parts */
		tree_have(part, "annotations", JSON_ARRAY);
	}
	if (!g->list && name)
		tree_set(event, "name", tree_copy(name));
	put_event(ev, g->done, event);
	if (!g->list)
		return;
	event = place(ev, item, g->index);
	tree_set(event, "part", tree_copy(part));
	put_event(ev, summary ? "reasoning_summary_part.done" :
				"content_part.done", event);
}

static void end_item(struct events *ev, struct tree *item, const char *status)
{
	struct tree *event;

	for (size_t i = 0; i < ARRAY_LEN(grown); i++)
		if (is_event(ev->last, grown[i].delta))
			end_text(ev, item, &grown[i]);
	tree_set_text(item, "status", status, strlen(status));
	event = place(ev, NULL, NULL);
	tree_set(event, "item", tree_copy(item));
	put_event(ev, "output_item.done", event);
}

/* What clients need of a response and a server may tell at its end alone, as
 * llama.cpp's. */
static void put_names(const struct format_ending *e, struct tree *response)
{
	struct json_value model = json_get(e->request, "model");
	struct tree *done = tree_get(response, "completed_at");

	tree_set_text(response, "object", "response", 8);
	if (!tree_get(response, "created_at"))
		tree_set_number(response, "created_at", (uint64_t)e->now_s);
	if (!tree_get(response, "model") && model.doc)
		tree_set(response, "model", tree_of(model));
	if (done && tree_is(tree_get(response, "status"), "completed"))
		tree_set_number(response, "completed_at", (uint64_t)e->now_s);
}

/* What is open ends, and then the response, with all of its output. */
static void finish_responses(const struct format_ending *e, struct buf *out)
{
	bool whole = strcmp(e->reason, "completed") == 0;
	const char *status = whole ? "completed" : "incomplete";
	struct events ev = {
		out, json_u32(json_get(e->record, "sequence_number"), 0),
		e->record,
	};
	struct tree *response = format_answer(e);
	struct tree *item, *event = tree_new(JSON_OBJECT);

	if (response->type != JSON_OBJECT)
		tree_become(response, JSON_OBJECT);
	tree_have(response, "output", JSON_ARRAY);
	item = item_of(response, e->record);
	if (item && !is_event(e->record, "output_item.done"))
		end_item(&ev, item, status);
	tree_set_text(response, "status", status, strlen(status));
	if (!whole)
		tree_set_text(tree_set(response, "incomplete_details",
				       tree_new(JSON_OBJECT)),
			      "reason", e->reason, strlen(e->reason));
	put_names(e, response);
	/* what the prompt took is not known, and clients insist on numbers */
	tree_set(response, "usage", tree_new(JSON_NULL));
	tree_set(event, "response", response);
	put_event(&ev, status, event);
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
	.finish = finish_responses,
	.join = join_responses,
	.keep = join_responses,
	.words = { "completed", "max_output_tokens", "content_filter" },
};
