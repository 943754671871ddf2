/*
 * OpenHands (once OpenDevin): a run of its agent is a list of events, actions
 * of a source and observations that answer them.
 *
 *	{"instance_id":"i","history":[
 *	 {"id":1,"source":"user","action":"message","args":{"content":"..."}},
 *	 {"id":2,"source":"agent","action":"run",
 *	  "args":{"command":"ls","thought":"..."},
 *	  "tool_call_metadata":{"model_response":{"id":"r","model":"m",
 *	   "choices":[{"message":{"role":"assistant","content":"...",
 *	    "tool_calls":[...]}}],"usage":{"completion_tokens":7}}}},
 *	 {"id":3,"source":"environment","observation":"run",
 *	  "content":"a  b"}]}                                  a run a record
 *	{"source":"agent","action":...}                      an event a record
 *	{"kind":"ActionEvent","source":"agent","thought":[{"text":"..."}],
 *	 "tool_call":{"arguments":"{}"},"llm_response_id":"r"}     those of 2026
 *
 * What the model answered is kept with the action, and again with what was
 * observed, and with each of several actions of one answer; it is one
 * generation. Where it is not kept, the thought and what the action says.
 * Older files have args right in the event, no source, and pairs of events.
 */
#include <string.h>

#include "dialect/call.h"
#include "dialect/content.h"

enum { PAIR_DEPTH = 1 };

struct talk {
	struct call call;
	struct buf answer; /* the id of the last answer that was taken */
	bool said;         /* the model has had its first turn */
};

static bool is_event(struct json_value v)
{
	if (json_is(json_get(v, "kind"), JSON_STRING))
		return json_is(json_get(v, "source"), JSON_STRING) &&
		       (json_get(v, "llm_message").doc ||
			json_get(v, "tool_call").doc ||
			json_get(v, "observation").doc ||
			json_get(v, "system_prompt").doc);
	return !json_get(v, "role").doc &&
	       (json_is(json_get(v, "action"), JSON_STRING) ||
		json_is(json_get(v, "observation"), JSON_STRING)) &&
	       (json_get(v, "args").doc || json_get(v, "extras").doc ||
		json_get(v, "thought").doc || json_get(v, "content").doc);
}

static struct json_value history_of(struct json_value v)
{
	struct json_value list = json_get(v, "history");
	struct json_value first = json_first(list);

	if (json_is(first, JSON_ARRAY))
		first = json_first(first);
	return is_event(first) ? list : (struct json_value){ 0 };
}

/* Once for each answer: is it the one that was taken last? */
static bool is_again(struct talk *t, struct json_value id)
{
	size_t n;
	const char *s = json_text(id, &n);

	if (!n)
		return false;
	if (t->answer.len == n && memcmp(t->answer.data, s, n) == 0)
		return true;
	buf_clear(&t->answer);
	buf_append(&t->answer, s, n);
	return false;
}

static void emit(struct talk *t, struct json_value answer)
{
	struct json_value usage = json_get(answer, "usage");
	struct gen *gen = call_emit(&t->call);
	struct facts *facts;

	if (!gen)
		return;
	t->said = true;
	facts = gen_facts(gen);
	fact_json(&facts->model, json_get(answer, "model"));
	fact_json(&facts->finish_reason,
		  json_get(json_first(json_get(answer, "choices")),
			   "finish_reason"));
	fact_u32(&facts->prompt_tokens, json_get(usage, "prompt_tokens"));
	fact_u32(&facts->usage_tokens, json_get(usage, "completion_tokens"));
	gens_close(t->call.cx->gens, gen);
}

/* The thought of an action, and what it does with it. */
static void put_action(struct chunk *chunk, struct json_value args)
{
	static const char *const said[] = { "thought", "final_thought" };
	static const char *const done[] = {
		"content", "command", "code", "file_text", "new_str",
		"browser_actions", "task", "outputs",
	};

	for (size_t i = 0; i < ARRAY_LEN(said); i++)
		chunk_add_json(chunk, CHANNEL_ANSWER, json_get(args, said[i]));
	for (size_t i = 0; i < ARRAY_LEN(done); i++)
		chunk_add_json(chunk, chunk->text.len ? CHANNEL_TOOL :
							CHANNEL_ANSWER,
			       json_get(args, done[i]));
}

/* Is the action the model's? Without a source the first message is not. */
static bool is_models(struct talk *t, struct json_value event)
{
	struct json_value source = json_get(event, "source");

	if (source.doc)
		return json_text_is(source, "agent") &&
		       !json_text_is(json_get(event, "action"), "system");
	return t->said || !json_text_is(json_get(event, "action"), "message");
}

static void take_action(struct talk *t, struct json_value event)
{
	struct chunk *chunk = &t->call.cx->gens->chunk;
	struct json_value args = json_get(event, "args");
	struct json_value answer = json_get(
		json_get(event, "tool_call_metadata"), "model_response");
	struct json_value message = json_get(
		json_first(json_get(answer, "choices")), "message");

	if (!args.doc)
		args = event;
	if (!is_models(t, event)) {
		if (!json_text_is(json_get(event, "action"), "recall"))
			call_hear(&t->call, args);
		return;
	}
	chunk_clear(chunk);
	if (!message.doc)
		put_action(chunk, args);
	else if (is_again(t, json_get(answer, "id")))
		return;
	else
		content_message(chunk, message);
	emit(t, answer);
}

/* An event of the SDK: its kind says what it is. */
static void take_kind(struct talk *t, struct json_value event)
{
	struct chunk *chunk = &t->call.cx->gens->chunk;
	struct json_value message = json_get(event, "llm_message");
	struct json_value call = json_get(event, "tool_call");
	struct json_value seen = json_get(event, "observation");

	if (!json_text_is(json_get(event, "source"), "agent") || seen.doc ||
	    json_get(event, "system_prompt").doc) {
		call_hear(&t->call,
			  message.doc ? message :
			  seen.doc    ? seen :
					json_get(event, "system_prompt"));
		return;
	}
	/* Of several calls of one answer only the first has the thought. */
	chunk_clear(chunk);
	if (!is_again(t, json_get(event, "llm_response_id"))) {
		content_message(chunk, message);
		chunk_add_json(chunk, CHANNEL_REASONING,
			       json_get(event, "reasoning_content"));
		content_output(chunk, json_get(event, "thought"));
	}
	chunk_add_arguments(chunk, json_get(call, "arguments"));
	emit(t, event);
}

static void take(struct talk *t, struct json_value event, unsigned depth)
{
	if (json_is(event, JSON_ARRAY)) {
		if (depth < PAIR_DEPTH)
			for (event = json_first(event); event.doc;
			     event = json_next(event))
				take(t, event, depth + 1);
	} else if (json_get(event, "kind").doc) {
		take_kind(t, event);
	} else if (json_is(json_get(event, "observation"), JSON_STRING)) {
		content_text(json_get(event, "content"), &t->call.heard);
	} else if (json_is(json_get(event, "action"), JSON_STRING)) {
		take_action(t, event);
	}
}

static void talk_release(struct talk *t)
{
	call_release(&t->call);
	buf_release(&t->answer);
}

static bool detect_openhands(struct json_value v)
{
	return history_of(v).doc;
}

static bool record_openhands(struct format_ctx *cx, struct json_value v,
			     struct err *why)
{
	struct talk t = { .call = { .cx = cx } };
	struct json_value event = json_first(history_of(v));
	size_t n;

	for (; event.doc; event = json_next(event))
		take(&t, event, 0);
	n = t.call.n;
	talk_release(&t);
	return n || err_set(why, "no event of it has text of a model");
}

const struct format format_openhands = {
	.name = "openhands",
	.title = "OpenHands run",
	.shape = FEED_RECORDS,
	.detect = detect_openhands,
	.record = record_openhands,
};

static bool record_openhands_events(struct format_ctx *cx, struct json_value v,
				    struct err *why)
{
	struct talk *t = cx->state;

	if (!is_event(v) && !json_is(json_get(v, "kind"), JSON_STRING) &&
	    !json_is(json_get(v, "source"), JSON_STRING))
		return err_set(why, "it is no event of OpenHands");
	t->call.cx = cx;
	t->call.n = 0;
	t->call.alone = true;
	take(t, v, PAIR_DEPTH);
	return true;
}

static void release_openhands_events(void *state)
{
	talk_release(state);
}

const struct format format_openhands_events = {
	.name = "openhands-events",
	.title = "OpenHands events",
	.shape = FEED_STREAM,
	.state_bytes = sizeof(struct talk),
	.detect = is_event,
	.record = record_openhands_events,
	.release = release_openhands_events,
};
