/*
 * Conversations as chat programs export and keep them, one a record; each turn
 * of the model is a generation.
 *
 *	{"mapping":{"n":{"message":{"author":{"role":"assistant"},
 *	 "content":{"content_type":"text","parts":["..."]}}}}}   ChatGPT
 *	{"chat_messages":[{"sender":"assistant","content":[...]}]} Claude
 *	{"chat":{"messages":[{"role":"assistant",...}]}}         Open WebUI
 *	{"messages":[{"isCreatedByUser":false,"text":"..."}]}    LibreChat
 *	{"messages":[{"info":{"role":"assistant"},"parts":[...]}]} opencode
 *	{"history":[{"message":{"role":"assistant",...}}]}       Continue
 *	{"items":[{"role":"assistant","content":[...]}]}         Codex, once
 *	{"requests":[{"message":{"text":"..."},
 *	 "response":[{"value":"..."}]}]}                         Copilot
 *	{"messages":[{"type":"gemini","content":"...",
 *	 "thoughts":[{"description":"..."}]}]}                   Gemini CLI
 *	{"messages":[{"versions":[{"role":"assistant",
 *	 "steps":[{"type":"contentBlock","content":[...]}]}]}]}  LM Studio
 *
 * Turns are read in the order in which they stand there, which is that of time;
 * where an answer was asked for again each version is one.
 */
#include "dialect/call.h"
#include "dialect/content.h"

static const struct seat {
	const char *outer; /* the list lies in this object; NULL: in the
			      record */
	const char *list, *inner; /* its elements, or this within them */
	const char *mark; /* an element has it: the list's name is used
			     elsewhere, too */
} places[] = {
	{ NULL, "mapping", "message", "children" },
	{ NULL, "chat_messages", NULL, "sender" },
	{ "chat", "messages", NULL, "role" },
	{ NULL, "messages", NULL, "isCreatedByUser" },
	{ NULL, "messages", NULL, "info" },
	{ NULL, "history", "message", "message" },
	{ NULL, "items", NULL, "role" },
	{ NULL, "requests", NULL, "response" },
	{ NULL, "messages", NULL, "versions" },
	{ NULL, "messages", NULL, "type" },
};

/* Gemini CLI has no roles. */
static bool is_gemini(struct json_value v)
{
	return json_text_is(json_get(v, "type"), "gemini");
}

static bool is_turn(struct json_value v)
{
	return content_role(v).doc || json_get(v, "isCreatedByUser").doc ||
	       json_is(json_get(v, "versions"), JSON_ARRAY) || is_gemini(v) ||
	       (json_text_is(json_get(v, "type"), "user") &&
		json_get(v, "content").doc) ||
	       (json_is(json_get(v, "response"), JSON_ARRAY) &&
		json_is(json_get(v, "message"), JSON_OBJECT));
}

static struct json_value turn_in(const struct seat *at, struct json_value v)
{
	return at->inner ? json_get(v, at->inner) : v;
}

/* The list of turns at one of the places, and which; or none. The root of a
 * tree has no message. */
static struct json_value list_in(struct json_value v, const struct seat **at)
{
	enum { ROOTS = 4 };

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		const struct seat *p = &places[i];
		struct json_value list =
			json_get(p->outer ? json_get(v, p->outer) : v, p->list);
		struct json_value element = json_first(list);

		*at = p;
		for (size_t n = 0; element.doc && n < ROOTS; n++) {
			if (json_get(element, p->mark).doc &&
			    is_turn(turn_in(p, element)))
				return list;
			element = json_next(element);
		}
	}
	return (struct json_value){ 0 };
}

static bool detect_chats(struct json_value v)
{
	const struct seat *at;

	return list_in(v, &at).doc;
}

/* What LM Studio tells of a step's generation. */
static void take_gen_info(struct facts *facts, struct json_value info)
{
	struct json_value stats = json_get(info, "stats");

	fact_json(&facts->model, json_get(info, "identifier"));
	fact_json(&facts->finish_reason, json_get(stats, "stopReason"));
	fact_u32(&facts->usage_tokens,
		 json_get(stats, "predictedTokensCount"));
}

static void emit(struct call *c, struct json_value turn)
{
	struct json_value info = json_get(turn, "info");
	struct json_value steps = json_get(turn, "steps");
	struct json_value meta = json_get(turn, "metadata");
	struct gen *gen = call_emit(c);
	struct facts *facts;

	if (!gen)
		return;
	facts = gen_facts(gen);
	fact_json(&facts->model, json_get(turn, "model"));
	fact_json(&facts->model, json_get(meta, "model_slug"));
	fact_json(&facts->model, json_get(info, "modelID"));
	fact_json(&facts->finish_reason, json_get(info, "finish"));
	fact_u32(&facts->usage_tokens,
		 json_get(json_get(info, "tokens"), "output"));
	if (json_count(steps) == 1)
		take_gen_info(facts, json_get(json_first(steps), "genInfo"));
	gens_close(c->cx->gens, gen);
}

/* A question with its answer, in pieces of Markdown. */
static void take_request(struct call *c, struct json_value request)
{
	struct chunk *chunk = &c->cx->gens->chunk;
	struct json_value v = json_first(json_get(request, "response"));

	call_hear(c, json_get(json_get(request, "message"), "text"));
	chunk_clear(chunk);
	for (; v.doc; v = json_next(v)) {
		struct json_value content = json_get(v, "content");

		chunk_add_json(chunk, CHANNEL_ANSWER, json_get(v, "value"));
		chunk_add_json(chunk, CHANNEL_ANSWER,
			       json_get(content, "value"));
	}
	emit(c, request);
}

static void take_gemini(struct call *c, struct json_value turn)
{
	struct chunk *chunk = &c->cx->gens->chunk;
	struct json_value v = json_first(json_get(turn, "thoughts"));

	chunk_clear(chunk);
	for (; v.doc; v = json_next(v))
		chunk_add_json(chunk, CHANNEL_REASONING,
			       json_get(v, "description"));
	content_output(chunk, json_get(turn, "content"));
	v = json_first(json_get(turn, "toolCalls"));
	for (; v.doc; v = json_next(v))
		chunk_add_arguments(chunk, json_get(v, "args"));
	emit(c, turn);
}

/* One of the answers to a question: blocks, of which some are thinking. */
static void take_version(struct call *c, struct json_value version)
{
	struct chunk *chunk = &c->cx->gens->chunk;
	struct json_value step = json_first(json_get(version, "steps"));

	if (!content_is_model(version)) {
		call_hear(c, version);
		return;
	}
	chunk_clear(chunk);
	if (!step.doc)
		content_message(chunk, version);
	for (; step.doc; step = json_next(step)) {
		struct json_value style = json_get(step, "style");
		struct json_value v = json_first(json_get(step, "content"));
		enum channel channel =
			json_text_is(json_get(style, "type"), "thinking") ?
				CHANNEL_REASONING : CHANNEL_ANSWER;

		for (; v.doc; v = json_next(v))
			chunk_add_json(chunk, channel, json_get(v, "text"));
	}
	emit(c, version);
}

static void take(struct call *c, struct json_value turn)
{
	struct chunk *chunk = &c->cx->gens->chunk;
	struct json_value version = json_first(json_get(turn, "versions"));

	if (version.doc) {
		for (; version.doc; version = json_next(version))
			take_version(c, version);
	} else if (json_is(json_get(turn, "response"), JSON_ARRAY)) {
		take_request(c, turn);
	} else if (is_gemini(turn)) {
		take_gemini(c, turn);
	} else if (content_is_model(turn) ||
		   json_is(json_get(turn, "isCreatedByUser"), JSON_FALSE)) {
		chunk_clear(chunk);
		content_message(chunk, turn);
		emit(c, turn);
	} else {
		call_hear(c, turn);
	}
}

static bool record_chats(struct format_ctx *cx, struct json_value v,
			 struct err *why)
{
	struct call c = { .cx = cx };
	const struct seat *at;
	struct json_value element = json_first(list_in(v, &at));
	size_t n;

	for (; element.doc; element = json_next(element))
		take(&c, turn_in(at, element));
	n = c.n;
	call_release(&c);
	return n || err_set(why, "no turn of it has text of a model");
}

const struct format format_chats = {
	.name = "chats",
	.title = "exported chats",
	.shape = FEED_RECORDS,
	.detect = detect_chats,
	.record = record_chats,
};
