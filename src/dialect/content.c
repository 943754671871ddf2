/*
 * Messages of chats. Datasets, agents and servers agree on roles and on little
 * else; so a part is read by what its type says, under whatever name it has
 * its text.
 */
#include "dialect/content.h"

#include <string.h>

#include "dialect/details.h"

static bool type_has(struct json_value part, const char *word)
{
	size_t len, n = strlen(word);
	const char *type = json_text(json_get(part, "type"), &len);

	for (size_t at = 0; type && at + n <= len; at++)
		if (memcmp(type + at, word, n) == 0)
			return true;
	return false;
}

static bool is_thinking(struct json_value part)
{
	return type_has(part, "think") || type_has(part, "reasoning") ||
	       json_is(json_get(part, "thought"), JSON_TRUE);
}

/* What came from elsewhere into the chat. */
static bool is_result(struct json_value part)
{
	return type_has(part, "result") || type_has(part, "_output");
}

static bool is_call(struct json_value part)
{
	return type_has(part, "tool") || type_has(part, "call") ||
	       (!json_get(part, "type").doc && json_get(part, "name").doc &&
		json_is(json_get(part, "arguments"), JSON_STRING)) ||
	       json_get(part, "functionCall").doc ||
	       json_get(part, "function_call").doc;
}

/* A string, or a list of strings and of objects with text. */
static void add_texts(struct chunk *c, enum channel channel,
		      struct json_value v)
{
	chunk_add_json(c, channel, v);
	if (!json_is(v, JSON_ARRAY))
		return;
	for (v = json_first(v); v.doc; v = json_next(v)) {
		chunk_add_json(c, channel, v);
		chunk_add_json(c, channel, json_get(v, "text"));
		chunk_add_json(c, channel, json_get(v, "description"));
	}
}

static void add_thinking(struct chunk *c, struct json_value part)
{
	static const char *const names[] = {
		"thinking", "think", "reasoning", "text", "content", "summary",
	};
	size_t before = c->text.len;

	for (size_t i = 0; i < ARRAY_LEN(names) && c->text.len == before; i++)
		add_texts(c, CHANNEL_REASONING, json_get(part, names[i]));
}

static void add_call(struct chunk *c, struct json_value call)
{
	static const char *const names[] = { "input", "arguments", "args",
					     "parameters" };
	static const char *const inner[] = {
		"function", "functionCall", "function_call", "custom", "state",
		"toolInvocation",
	};
	struct json_value value = json_get(json_get(call, "toolCall"), "value");
	size_t before = c->text.len;

	if (value.doc)
		call = value;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (c->text.len == before)
			chunk_add_arguments(c, json_get(call, names[i]));
		for (size_t k = 0; k < ARRAY_LEN(inner); k++)
			if (c->text.len == before)
				chunk_add_arguments(
					c, json_get(json_get(call, inner[k]),
						    names[i]));
	}
}

static void add_part(struct chunk *c, struct json_value part)
{
	struct json_value data = json_get(part, "data");
	struct json_value body = json_is(data, JSON_OBJECT) ? data : part;

	if (is_result(part))
		return;
	if (is_thinking(part)) {
		add_thinking(c, body);
	} else if (is_call(part)) {
		add_call(c, body);
	} else {
		chunk_add_json(c, CHANNEL_ANSWER, body);
		chunk_add_json(c, CHANNEL_ANSWER, json_get(body, "text"));
		if (type_has(part, "text") && !json_get(body, "text").doc)
			chunk_add_json(c, CHANNEL_ANSWER,
				       json_get(body, "content"));
		chunk_add_json(c, CHANNEL_ANSWER, json_get(body, "refusal"));
	}
}

/* Content that is an object of its own, and no part: what ChatGPT exports,
 * with its thoughts, and arena-hard's {"answer":"..."}. */
static bool add_object(struct chunk *c, struct json_value content)
{
	struct json_value parts = json_get(content, "parts");
	struct json_value thoughts = json_get(content, "thoughts");
	struct json_value answer = json_get(content, "answer");

	if (json_get(content, "type").doc ||
	    (!parts.doc && !thoughts.doc && !answer.doc))
		return false;
	for (struct json_value v = json_first(thoughts); v.doc;
	     v = json_next(v))
		chunk_add_json(c, CHANNEL_REASONING, json_get(v, "content"));
	for (struct json_value v = json_first(parts); v.doc; v = json_next(v))
		add_part(c, v);
	chunk_add_json(c, CHANNEL_ANSWER, answer);
	return true;
}

/* LangChain's messages have a type for a role. */
static bool is_langchain(struct json_value message)
{
	struct json_value type = json_get(message, "type");

	return (json_text_is(type, "ai") || json_text_is(type, "human")) &&
	       (json_get(message, "content").doc ||
		json_get(message, "data").doc);
}

/* Its messages as constructors of them, where it keeps more of itself. */
static struct json_value constructed(struct json_value message)
{
	struct json_value kwargs = json_get(message, "kwargs");

	return json_get(message, "lc").doc && json_is(kwargs, JSON_OBJECT) ?
		       kwargs : (struct json_value){ 0 };
}

/* What is constructed: "AIMessage". */
static struct json_value class_of(struct json_value message)
{
	struct json_value id = json_get(message, "id");

	return json_at(id, json_count(id) ? json_count(id) - 1 : 0);
}

/* AutoGen's have the name of who said it, an agent's or "user"; what a model
 * wrote has its cost beside it. */
static bool is_autogen(struct json_value message)
{
	return json_is(json_get(message, "source"), JSON_STRING) &&
	       (json_get(message, "models_usage").doc ||
		json_text_is(json_get(message, "type"), "TextMessage"));
}

struct json_value content_role(struct json_value message)
{
	const struct json_value places[] = {
		json_get(message, "role"),
		json_get(message, "from"),
		json_get(json_get(message, "author"), "role"),
		json_get(json_get(message, "info"), "role"),
		json_get(message, "sender"),
	};

	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (places[i].doc)
			return places[i];
	if (constructed(message).doc)
		return class_of(message);
	return is_langchain(message) ? json_get(message, "type") :
	       is_autogen(message)   ? json_get(message, "source") : places[0];
}

bool content_is_model(struct json_value message)
{
	static const char *const roles[] = { "assistant", "gpt", "model",
					     "bot", "ai", "chatgpt",
					     "AIMessage", "AIMessageChunk" };
	struct json_value role = content_role(message);

	if (is_autogen(message) && role.at == json_get(message, "source").at)
		return json_is(json_get(message, "models_usage"), JSON_OBJECT);
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (json_text_is(role, roles[i]))
			return true;
	return false;
}

bool content_is_others(struct json_value message)
{
	static const char *const roles[] = {
		"user", "human", "system", "developer", "tool", "function",
		"observation", "toolResult", "prompter", "HumanMessage",
		"SystemMessage", "ToolMessage", "FunctionMessage",
	};
	struct json_value role = content_role(message);

	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (json_text_is(role, roles[i]))
			return true;
	return false;
}

void content_output(struct chunk *c, struct json_value content)
{
	if (!json_is(content, JSON_ARRAY)) {
		if (!add_object(c, content))
			add_part(c, content);
		return;
	}
	for (struct json_value v = json_first(content); v.doc;
	     v = json_next(v))
		add_part(c, v);
}

static bool is_text(struct json_value part)
{
	return type_has(part, "text") && !is_thinking(part);
}

static bool has_any(struct json_value parts,
		    bool (*is)(struct json_value part))
{
	for (struct json_value v = json_first(parts); v.doc; v = json_next(v))
		if (is(v))
			return true;
	return false;
}

/* The parts of a message that say what they are, which tell more than the text
 * that is beside them; or none. */
static struct json_value typed_parts(struct json_value message)
{
	struct json_value parts = json_get(message, "parts");
	struct json_value content = json_get(message, "content");

	return json_is(content, JSON_STRING) &&
			       json_is(parts, JSON_ARRAY) &&
			       json_get(json_first(parts), "type").doc ?
		       parts : (struct json_value){ 0 };
}

bool content_has_parts(struct json_value message)
{
	return typed_parts(message).doc != NULL;
}

void content_message(struct chunk *c, struct json_value message)
{
	static const char *const names[] = { "reasoning", "reasoning_content",
					     "thinking", "reasoningText",
					     "thoughts" };
	static const char *const kept[] = { "parts", "value", "text",
					    "finalText" };
	static const char *const called[] = { "tool_calls", "toolCalls",
					      "toolRequests" };
	struct json_value content = json_get(message, "content");
	struct json_value calls = { 0 };
	struct json_value more = json_get(message, "additional_kwargs");
	struct json_value parts = typed_parts(message);
	bool thinks = has_any(parts, is_thinking);
	size_t before = c->text.len;

	if (constructed(message).doc) {
		content_message(c, constructed(message));
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(names) && !thinks &&
			   c->text.len == before; i++)
		add_texts(c, CHANNEL_REASONING, json_get(message, names[i]));
	if (!thinks && c->text.len == before)
		add_texts(c, CHANNEL_REASONING,
			  json_get(more, "reasoning_content"));
	for (size_t i = 0; i < ARRAY_LEN(kept) && !content.doc; i++)
		content = json_get(message, kept[i]);
	content_output(c, parts);
	if (!has_any(parts, is_text) && !details_output(c, content))
		content_output(c, content);
	chunk_add_json(c, CHANNEL_ANSWER, json_get(message, "refusal"));
	chunk_add_arguments(c, json_get(json_get(message, "function_call"),
					"arguments"));
	for (size_t i = 0; i < ARRAY_LEN(called) && !json_count(calls) &&
			   !has_any(parts, is_call); i++)
		calls = json_get(message, called[i]);
	for (struct json_value v = json_first(calls); v.doc; v = json_next(v))
		add_call(c, v);
}

static void put_text(struct json_value string, struct buf *out)
{
	size_t len;
	const char *s = json_text(string, &len);

	if (!len)
		return;
	if (out->len)
		buf_puts(out, "\n\n");
	buf_append(out, s, len);
}

/* The text of one part; a tool's result may have content of its own. */
static void put_part(struct json_value part, struct buf *out)
{
	static const char *const names[] = { "content", "output" };

	put_text(part, out);
	put_text(json_get(part, "text"), out);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct json_value inner = json_get(part, names[i]);

		put_text(inner, out);
		for (struct json_value v = json_first(inner); v.doc;
		     v = json_next(v))
			put_text(json_get(v, "text"), out);
	}
}

void content_text(struct json_value content, struct buf *out)
{
	if (!json_is(content, JSON_ARRAY)) {
		put_part(content, out);
		return;
	}
	for (struct json_value v = json_first(content); v.doc;
	     v = json_next(v))
		put_part(v, out);
}
