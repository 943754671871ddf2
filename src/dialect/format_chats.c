/*
 * Conversations as chat programs export and keep them, one a record; each turn
 * of the model is a generation.
 *
 *	{"mapping":{"n":{"message":{"author":{"role":"assistant"},
 *	 "content":{"content_type":"text","parts":["..."]}}}}}   ChatGPT
 *	{"chat_messages":[{"sender":"assistant","content":[...]}]} Claude
 *	{"chat":{"history":{"messages":{"n":{"role":"assistant",
 *	 "parentId":"m","childrenIds":[],"content":"..."}}}}}     Open WebUI
 *	{"messages":[{"isCreatedByUser":false,"text":"...",
 *	 "children":[...]}]}                                     LibreChat
 *	{"messages":[{"info":{"role":"assistant"},"parts":[...]}]} opencode
 *	{"history":[{"message":{"role":"assistant",...}}]}       Continue
 *	{"items":[{"role":"assistant","content":[...]}]}         Codex, once
 *	{"requests":[{"message":{"text":"..."},
 *	 "response":[{"value":"..."}]}]}                         Copilot
 *	{"messages":[{"type":"gemini","content":"...",
 *	 "thoughts":[{"description":"..."}]}]}                   Gemini CLI
 *	{"messages":[{"role":"assistant","ts":17...,"content":[...],
 *	 "modelInfo":{"id":"m"}}]}                               Cline
 *	{"values":{"messages":[{"type":"ai","content":"..."}]}}  LangGraph
 *	{"prompt":{"role":"prompter","text":"...",
 *	 "replies":[{"role":"assistant","text":"..."}]}}         Open Assistant
 *	{"messages":[{"versions":[{"role":"assistant",
 *	 "steps":[{"type":"contentBlock","content":[...]}]}]}]}  LM Studio
 *	{"internal":[["2+2?","It is 4."]],"visible":[...],
 *	 "metadata":{"assistant_0":{"model_name":"m"}}}
 *	                                            text-generation-webui
 *
 * Turns are read in the order in which they stand there, which is that of time;
 * where an answer was asked for again each version is one, with the question
 * that it was given.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "dialect/call.h"
#include "dialect/content.h"
#include "dialect/field.h"
#include "dialect/record.h"

static const struct seat {
	const char *list, *inner; /* its elements, or this within them */
	const char *mark; /* an element has it: the list's name is used
			     elsewhere, too */
	bool common; /* the mark, too: only where no answer stands beside */
} places[] = {
	{ ".mapping", "message", "children", false },
	{ ".chat_messages", NULL, "sender", false },
	{ ".chat.history.messages", NULL, "childrenIds", false },
	{ ".chat.messages", NULL, "role", false },
	{ ".history.messages", NULL, "childrenIds", false },
	{ ".messages", NULL, "isCreatedByUser", false },
	{ ".messages", NULL, "info", false },
	{ ".history", "message", "message", false },
	{ ".items", NULL, "role", false },
	{ ".requests", NULL, "response", false },
	{ ".messages", NULL, "versions", false },
	{ ".values.messages", NULL, "type", false },
	{ ".values.messages", NULL, "role", false },
	{ ".messages", NULL, "type", false },
	{ ".messages", NULL, "ts", true },
	{ ".messages", NULL, "timestamp", true },
	{ ".messages", NULL, "createdAt", true },
	{ ".messages", NULL, "created_at", true },
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

static bool is_models(struct json_value turn)
{
	return content_is_model(turn) ||
	       json_is(json_get(turn, "isCreatedByUser"), JSON_FALSE);
}

/* Messages that are a session's by what stands beside them. */
static const struct seat plain = { ".messages", NULL, "role", true };

static bool is_session(struct json_value v)
{
	struct json_value turn = json_first(json_get(v, "messages"));

	return (json_get(v, "session_id").doc ||
		json_get(v, "sessionId").doc) &&
	       json_is(json_get(turn, "role"), JSON_STRING);
}

/* Is the answer beside the turns, and they are what was asked? */
static bool is_answered(struct json_value v)
{
	for (struct json_value c = json_first(v); c.doc; c = json_next(c)) {
		char name[RECORD_NAME_MAX];
		size_t len;
		const char *key = json_key(c, &len);

		snprintf(name, sizeof(name), "%.*s",
			 (int)MIN(len, sizeof(name) - 1), key);
		if (record_name_of(name) == RECORD_NAME_OUTPUT &&
		    (json_is(c, JSON_STRING) || json_is_container(c)))
			return true;
	}
	return response_in(v).doc != NULL;
}

/* Are all answers of the record among its turns? */
static bool are_all(const struct seat *at, struct json_value list,
		    struct json_value v)
{
	struct json_value turn = json_first(list);

	while (turn.doc && !is_models(turn_in(at, turn)) &&
	       !is_gemini(turn_in(at, turn)))
		turn = json_next(turn);
	return turn.doc && !is_answered(v);
}

/* The list of turns at one of the places, and which; or none. The root of a
 * tree has no message. */
static struct json_value list_in(struct json_value v, const struct seat **at)
{
	enum { ROOTS = 4 };

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		const struct seat *p = &places[i];
		struct json_value list = field_get(v, p->list);
		struct json_value element = json_first(list);

		*at = p;
		for (size_t n = 0; element.doc && n < ROOTS; n++) {
			if (json_get(element, p->mark).doc &&
			    is_turn(turn_in(p, element)) &&
			    (!p->common || are_all(p, list, v)))
				return list;
			element = json_next(element);
		}
	}
	*at = &plain;
	return is_session(v) && are_all(&plain, json_get(v, "messages"), v) ?
		       json_get(v, "messages") : (struct json_value){ 0 };
}

/* Questions and answers in pairs, as the model was given them; or none. */
static struct json_value pairs_in(struct json_value v)
{
	struct json_value pairs = json_get(v, "internal");

	return json_is(json_first(pairs), JSON_ARRAY) &&
			       json_is(json_get(v, "visible"), JSON_ARRAY) ?
		       pairs : (struct json_value){ 0 };
}

/* A question with all that was replied to it, or none. */
static struct json_value replied(struct json_value v)
{
	struct json_value root = json_get(v, "prompt");

	if (!json_is(root, JSON_OBJECT))
		root = v;
	return json_is(json_get(root, "replies"), JSON_ARRAY) &&
			       json_is(json_get(root, "text"), JSON_STRING) &&
			       content_role(root).doc ?
		       root : (struct json_value){ 0 };
}

static bool detect_chats(struct json_value v)
{
	const struct seat *at;

	return list_in(v, &at).doc || pairs_in(v).doc || replied(v).doc;
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
	fact_json(&facts->model, json_get(json_get(turn, "modelInfo"), "id"));
	fact_u32(&facts->usage_tokens,
		 json_get(json_get(turn, "metrics"), "outputTokens"));
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
	} else if (is_models(turn)) {
		chunk_clear(chunk);
		content_message(chunk, turn);
		emit(c, turn);
	} else {
		call_hear(c, turn);
	}
}

/* --- which turn follows which ------------------------------------------- */

/* The turns of a list by the names that they have there, in order of these;
 * made when the first is looked for. */
struct turn_names {
	struct turn_name {
		const char *name;
		size_t len;
		struct json_value turn; /* in the list */
	} *rows;
	size_t n, cap;
	bool made;
};

static int name_order(const void *a, const void *b)
{
	const struct turn_name *x = a, *y = b;
	int order = x->len && y->len ?
			    memcmp(x->name, y->name, MIN(x->len, y->len)) : 0;

	if (order || x->len != y->len)
		return order ? order : x->len < y->len ? -1 : 1;
	return (x->turn.at > y->turn.at) - (x->turn.at < y->turn.at);
}

static void name_turns(struct turn_names *names, struct json_value list)
{
	bool keys = json_is(list, JSON_OBJECT);
	struct json_value v = json_first(list);

	for (names->made = true; v.doc; v = json_next(v)) {
		struct turn_name row = { .turn = v };

		row.name = keys ? json_key(v, &row.len) :
				  json_text(json_get(v, "messageId"), &row.len);
		if (!row.name)
			continue;
		names->rows = grow(names->rows, &names->cap, names->n + 1,
				   sizeof(*names->rows));
		names->rows[names->n++] = row;
	}
	if (names->n)
		qsort(names->rows, names->n, sizeof(*names->rows), name_order);
}

/* What the answer of a tree is to, by the name that it has there; or none. Of
 * several of one name the first. */
static struct json_value parent_of(struct turn_names *names,
				   struct json_value list, struct json_value v)
{
	static const char *const keys[] = { "parent", "parentId",
					    "parentMessageId" };
	struct json_value id = { 0 };
	struct turn_name wanted = { 0 };
	size_t low = 0, high;

	for (size_t i = 0; i < ARRAY_LEN(keys) && !id.doc; i++)
		id = json_get(v, keys[i]);
	wanted.name = json_text(id, &wanted.len);
	if (!wanted.name)
		return (struct json_value){ 0 };
	if (!names->made)
		name_turns(names, list);
	for (high = names->n; low < high;) {
		size_t mid = low + (high - low) / 2;

		if (name_order(&names->rows[mid], &wanted) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == names->n || names->rows[low].len != wanted.len ||
	    memcmp(names->rows[low].name, wanted.name, wanted.len) != 0)
		return (struct json_value){ 0 };
	return names->rows[low].turn;
}

/* An answer that was asked for again has no question before it. */
static void ask_again(struct call *c, struct json_value turn,
		      struct json_value parent)
{
	if (is_models(turn) && !c->heard.len && parent.doc &&
	    !is_models(parent))
		call_hear(c, parent);
}

/* A turn and, where they lie within it, those that follow. */
static void take_tree(struct call *c, struct json_value turn,
		      struct json_value parent, unsigned depth)
{
	enum { DEPTH = 500 };
	struct json_value child = json_first(json_get(turn, "children"));

	if (!child.doc)
		child = json_first(json_get(turn, "replies"));
	ask_again(c, turn, parent);
	take(c, turn);
	for (; child.doc && depth < DEPTH; child = json_next(child))
		take_tree(c, child, turn, depth + 1);
}

static void take_list(struct call *c, struct json_value v)
{
	const struct seat *at;
	struct json_value list = list_in(v, &at);
	struct turn_names names = { 0 };

	for (v = json_first(list); v.doc; v = json_next(v)) {
		struct json_value parent = { 0 };

		if (!c->heard.len)
			parent = turn_in(at, parent_of(&names, list, v));
		take_tree(c, turn_in(at, v), parent, 0);
	}
	mem_free(names.rows);
}

static bool is_same(struct json_value a, struct json_value b)
{
	size_t n, len;
	const char *s = json_text(a, &n), *t = json_text(b, &len);

	return s && t && n == len && memcmp(s, t, n) == 0;
}

static void take_reply(struct call *c, struct json_value question,
		       struct json_value text, struct json_value meta)
{
	struct chunk *chunk = &c->cx->gens->chunk;
	struct gen *gen;

	call_hear(c, question);
	chunk_clear(chunk);
	chunk_add_json(chunk, CHANNEL_ANSWER, text);
	gen = call_emit(c);
	if (!gen)
		return;
	fact_json(&gen_facts(gen)->model, json_get(meta, "model_name"));
	gens_close(c->cx->gens, gen);
}

/* The first pair may be the greeting of a character, which nobody generated. */
static void take_pairs(struct call *c, struct json_value v)
{
	struct json_value pair = json_first(pairs_in(v));

	for (size_t i = 0; pair.doc; pair = json_next(pair), i++) {
		struct json_value said = json_at(pair, 0);
		struct json_value reply = json_at(pair, 1), meta, version;
		char name[32];

		snprintf(name, sizeof(name), "assistant_%zu", i);
		meta = json_get(json_get(v, "metadata"), name);
		if (json_text_is(said, "<|BEGIN-VISIBLE-CHAT|>")) {
			call_hear(c, reply);
			continue;
		}
		take_reply(c, said, reply, meta);
		version = json_first(json_get(meta, "versions"));
		for (; version.doc; version = json_next(version)) {
			struct json_value text = json_get(version, "content");

			if (!is_same(text, reply))
				take_reply(c, said, text, meta);
		}
	}
}

static bool record_chats(struct format_ctx *cx, struct json_value v,
			 struct err *why)
{
	struct call c = { .cx = cx };
	size_t n;

	take_list(&c, v);
	take_pairs(&c, v);
	if (replied(v).doc)
		take_tree(&c, replied(v), (struct json_value){ 0 }, 0);
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
