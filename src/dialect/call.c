/*
 * Names are tried in an order, from those that can only be output to those
 * that may be anything; an object without any of them is no text.
 */
#include "dialect/call.h"

#include <math.h>
#include <stdio.h>

#include "dialect/content.h"

enum { DEPTH_MAX = 6 };

void call_release(struct call *c)
{
	buf_release(&c->heard);
	buf_release(&c->plain);
	c->n = 0;
}

struct json_value call_opened(struct json *scratch, struct json_value v)
{
	size_t n;
	const char *s = json_text(v, &n);

	return s && n && json_read(scratch, s, n, false, NULL) ?
		       json_root(scratch) : v;
}

static void hear(struct call *c, struct json_value v, unsigned depth)
{
	static const char *const names[] = {
		"content", "parts", "messages", "contents", "input", "prompt",
		"text", "query", "question", "prompts", "kwargs",
	};

	if (depth == DEPTH_MAX)
		return;
	if (json_is(v, JSON_STRING)) {
		content_text(v, &c->heard);
	} else if (json_is(v, JSON_ARRAY)) {
		for (v = json_first(v); v.doc; v = json_next(v))
			hear(c, v, depth + 1);
	} else {
		for (size_t i = 0; i < ARRAY_LEN(names); i++) {
			struct json_value inner = json_get(v, names[i]);

			if (!inner.doc)
				continue;
			hear(c, inner, depth + 1);
			return;
		}
	}
}

void call_hear(struct call *c, struct json_value input)
{
	hear(c, input, 0);
}

/* The last that the model said; none: nothing. */
static struct json_value last_said(struct json_value messages)
{
	struct json_value last = { 0 };

	for (struct json_value v = json_first(messages); v.doc;
	     v = json_next(v))
		if (content_is_model(v) ||
		    json_text_is(json_get(v, "type"), "ai"))
			last = v;
	return last;
}

/* Those that are no messages tell it. */
bool call_is_items(struct json_value list)
{
	static const char *const types[] = {
		"reasoning", "function_call", "custom_tool_call", "mcp_call",
		"code_interpreter_call", "web_search_call", "file_search_call",
		"computer_call", "image_generation_call", "local_shell_call",
	};

	if (!json_is(list, JSON_ARRAY))
		return false;
	for (struct json_value v = json_first(list); v.doc; v = json_next(v)) {
		struct json_value type = json_get(v, "type");

		for (size_t i = 0; i < ARRAY_LEN(types); i++)
			if (json_text_is(type, types[i]))
				return true;
	}
	return false;
}

/* Behind what others said last, should they repeat a chat. */
static void put_items(struct chunk *chunk, struct json_value items)
{
	struct json_value from = json_first(items), v;

	for (v = from; v.doc; v = json_next(v))
		if (content_is_others(v))
			from = json_next(v);
	for (v = from; v.doc; v = json_next(v))
		if (content_role(v).doc)
			content_message(chunk, v);
		else
			content_output(chunk, v);
}

static void put_output(struct chunk *chunk, struct json_value v, unsigned depth)
{
	static const char *const names[] = {
		"choices", "message", "messages", "generations", "output",
		"outputs", "response", "completion", "text", "answer",
		"result",
	};

	if (depth == DEPTH_MAX)
		return;
	if (call_is_items(v)) {
		put_items(chunk, v);
	} else if (json_is(v, JSON_ARRAY) &&
		   content_role(json_first(v)).doc) {
		put_output(chunk, last_said(v), depth + 1);
	} else if (json_is(v, JSON_ARRAY) &&
		   (json_is(json_first(v), JSON_ARRAY) ||
		    json_get(json_first(v), "message").doc)) {
		put_output(chunk, json_first(v), depth + 1);
	} else if (!json_is(v, JSON_OBJECT)) {
		content_output(chunk, v);
	} else if (content_role(v).doc || json_get(v, "content").doc) {
		content_message(chunk, v);
	} else {
		for (size_t i = 0; i < ARRAY_LEN(names); i++) {
			struct json_value inner = json_get(v, names[i]);

			if (!inner.doc || json_is(inner, JSON_NULL))
				continue;
			put_output(chunk, inner, depth + 1);
			return;
		}
	}
}

void call_output(struct chunk *chunk, struct json_value output)
{
	put_output(chunk, output, 0);
}

struct gen *call_emit(struct call *c)
{
	struct gens *gens = c->cx->gens;
	char place[64];
	struct gen *gen;

	if (!gens->chunk.text.len)
		return NULL;
	if (c->alone && !c->n)
		snprintf(place, sizeof(place), "%zu", c->cx->i_record);
	else
		snprintf(place, sizeof(place), "%zu.%zu", c->cx->i_record,
			 c->n);
	c->n++;
	gen = gens_open(gens, place, 0, place);
	run_prompt(gen->run, c->heard.data, c->heard.len);
	buf_clear(&c->heard);
	gen_emit(gens, gen, NAN);
	return gen;
}

size_t call_turns(struct call *c, struct json_value messages)
{
	return call_turns_from(c, messages, 0);
}

size_t call_turns_from(struct call *c, struct json_value messages, size_t from)
{
	struct chunk *chunk = &c->cx->gens->chunk;
	size_t before = c->n;

	for (struct json_value v = json_at(messages, from); v.doc;
	     v = json_next(v)) {
		struct gen *gen = NULL;

		if (!content_is_model(v)) {
			call_hear(c, v);
			continue;
		}
		chunk_clear(chunk);
		content_message(chunk, v);
		gen = call_emit(c);
		if (gen)
			gens_close(c->cx->gens, gen);
	}
	return c->n - before;
}
