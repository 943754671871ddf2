/*
 * Sessions, a turn or a piece of one a record: chats as lines or as an array
 * of {role, content}, and what coding agents write down. Each turn of the
 * model is a generation; what others said since its last one is its prompt.
 *
 *	{"role":"assistant","content":...}  or {"from":"gpt","value":"..."}
 *	{"type":"assistant","message":{"id":"m1","role":"assistant",
 *	 "model":"m","content":[...],"stop_reason":"end_turn"},
 *	 "timestamp":"2026-01-31T09:00:00.123Z"}        Claude Code
 *	{"type":"response_item","payload":{"type":"message",
 *	 "role":"assistant","content":[...]}}           Codex
 *	{"type":"item.completed","item":{"type":"agent_message",
 *	 "text":"..."}}                                  codex exec --json
 *	{"type":"message","role":"assistant","content":"...","delta":true}
 *	{"type":"tool_use","tool_name":"f","parameters":{...}}    Gemini CLI
 *	{"type":"message","id":"b","message":{"role":"assistant",
 *	 "content":[...],"usage":{"output":9}}}                   pi
 *	{"role":"assistant","content":[{"type":"toolRequest",
 *	 "toolCall":{"value":{"arguments":{}}}}]}                 goose
 *	{"type":"ai","data":{"type":"ai","content":"..."}}        LangChain
 *	{"type":"assistant.message","data":{"content":"..."}}     Copilot
 *	{"role":"assistant","message":{"content":[...]}}          Cursor
 *	{"type":"gemini","content":"...","toolCalls":[...]}       Gemini CLI
 *	{"type":"assistant","content":"...","tool_calls":[...]}   Grok
 *	{"type":"context.append_loop_event","event":{"type":"content.part",
 *	 "part":{"type":"text","text":"..."}}}                    Kimi
 *	{"source":"MODEL","type":"PLANNER_RESPONSE",
 *	 "thinking":"...","content":"..."}                        Antigravity
 *	{"type":"completion","finalText":"..."}                   Droid
 *	{"role":"assistant","parts":[{"type":"text","text":"..."}]}
 *	                                              the AI SDK's screens
 *	{"role":"assistant","parts":"[{\"type\":\"text\",
 *	 \"data\":{\"text\":\"...\"}}]"}     Crush, rows of its database
 *
 * Under the name "thread" all turns of the model are one generation, for who
 * wants to see what an agent says again.
 *
 * A turn may come in several records: those with the same message id, or
 * without one those that follow each other. Loops are looked for in a turn:
 * an agent that writes a file again in a later one is not looping.
 */
#include <string.h>

#include "dialect/call.h"
#include "dialect/content.h"
#include "dialect/uttered.h"

struct session {
	struct buf heard;  /* since the last turn of the model */
	struct buf model;  /* that a record names for those that follow */
	bool others_turn;  /* the model's turn is over */
	bool whole;        /* all turns are one generation */
};

/* Crush keeps the parts of a message as JSON, as such or in a string. */
static bool is_row(struct json_value v)
{
	struct json_value parts = json_get(v, "parts");
	size_t n;
	const char *s = json_text(parts, &n);

	return json_is(json_get(json_first(parts), "data"), JSON_OBJECT) ||
	       (n > 9 && memcmp(s, "[{\"type\":", 9) == 0);
}

/* The AI SDK's messages, as its screens have them. */
static bool has_parts(struct json_value v)
{
	struct json_value parts = json_get(v, "parts");

	return json_is(parts, JSON_ARRAY) &&
	       json_is(json_get(json_first(parts), "type"), JSON_STRING);
}

static bool detect_session(struct json_value v)
{
	static const char *const types[] = {
		"session_meta", "response_item", "turn_context",
		"thread.started", "turn.started", "item.completed", NULL,
	};
	struct json_value type = json_get(v, "type"), turn = uttered_in(v);
	struct json_value content = json_get(turn, "content");
	enum side side = uttered_of(v).side;

	for (size_t i = 0; types[i]; i++)
		if (json_text_is(type, types[i]))
			return true;
	if ((json_text_is(type, "system") && json_get(v, "session_id").doc) ||
	    (json_text_is(type, "session") && json_get(v, "cwd").doc) ||
	    uttered_of(v).own)
		return true;
	if (json_text_is(type, "user") || json_text_is(type, "assistant") ||
	    (json_text_is(type, "system") && side != SIDE_NONE) ||
	    (json_text_is(type, "message") && turn.at != v.at))
		return side != SIDE_NONE;
	return (turn.at == v.at || turn.at == json_get(v, "data").at) &&
	       content_role(v).doc && side != SIDE_NONE &&
	       (json_is(content, JSON_STRING) || json_is(content, JSON_ARRAY) ||
		is_row(v) || has_parts(v) ||
		json_is(json_get(v, "value"), JSON_STRING) ||
		(json_text_is(type, "message") &&
		 json_is(json_get(v, "text"), JSON_STRING)) ||
		json_is(json_get(v, "tool_calls"), JSON_ARRAY));
}

/* The generation that the record belongs to: the open one, or a new one. */
static struct gen *turn_gen(struct format_ctx *cx, struct json_value id)
{
	struct session *s = cx->state;
	struct gen *gen = gens_newest(cx->gens);
	char key[GEN_KEY_MAX];
	size_t id_len = gen_key(key, id, 0);

	if (gen && s->whole)
		return gen;
	if (gen && (id.doc ? strcmp(gen->key, key) == 0 : !s->others_turn))
		return gen;
	gens_close_some(cx->gens, true);
	gen = gens_open(cx->gens, key, id_len, NULL);
	run_prompt(gen->run, s->heard.data, s->heard.len);
	buf_clear(&s->heard);
	s->others_turn = false;
	if (s->model.len)
		facts_set(&gen_facts(gen)->model, buf_cstr(&s->model));
	return gen;
}

static void take_turn(struct format_ctx *cx, struct json_value v,
		      struct json_value turn, bool message)
{
	struct gen *gen = turn_gen(cx, json_get(turn, "role").doc &&
				   turn.at != v.at ? json_get(turn, "id") :
						     (struct json_value){ 0 });
	struct facts *facts = gen_facts(gen);
	struct json_value usage = json_get(turn, "usage");
	struct json_value parts =
		call_opened(&cx->inner, json_get(turn, "parts"));

	chunk_clear(&cx->gens->chunk);
	if (is_row(turn))
		content_output(&cx->gens->chunk, parts);
	else if (message)
		content_message(&cx->gens->chunk, turn);
	else
		content_output(&cx->gens->chunk, turn);
	gen_emit(cx->gens, gen, format_clock(cx, json_get(v, "timestamp")));
	fact_json(&facts->model, json_get(turn, "model"));
	fact_json(&facts->model, json_get(turn, "model_id"));
	fact_json(&facts->finish_reason, json_get(turn, "stop_reason"));
	for (parts = json_first(parts); is_row(turn) && parts.doc;
	     parts = json_next(parts))
		fact_json(&facts->finish_reason,
			  json_get(json_get(parts, "data"), "reason"));
	if (((struct session *)cx->state)->whole)
		return; /* what is told is of one turn */
	fact_u32(&facts->usage_tokens, json_get(usage, "output_tokens"));
	fact_u32(&facts->usage_tokens, json_get(usage, "output"));
	fact_u32(&facts->usage_tokens, json_get(turn, "outputTokens"));
	fact_u32(&facts->usage_tokens,
		 json_get(json_get(turn, "tokens"), "output"));
}

static void hear(struct format_ctx *cx, struct json_value turn)
{
	struct session *s = cx->state;
	struct json_value content = json_get(turn, "content");

	if (is_row(turn)) {
		content = call_opened(&cx->inner, json_get(turn, "parts"));
		for (struct json_value v = json_first(content); v.doc;
		     v = json_next(v))
			content_text(json_get(v, "data"), &s->heard);
		s->others_turn = true;
		return;
	}

	if (!content.doc)
		content = json_get(turn, "value");
	if (!content.doc)
		content = json_get(turn, "parts");
	content_text(content.doc ? content : turn, &s->heard);
	s->others_turn = true;
}

static bool record_session(struct format_ctx *cx, struct json_value v,
			   struct err *why)
{
	struct session *s = cx->state;
	struct uttered turn = uttered_of(v);
	char *model = NULL;

	if (!json_is(v, JSON_OBJECT))
		return err_set(why, "it is no turn of a session");
	switch (turn.side) {
	case SIDE_MODEL:
		take_turn(cx, v, turn.v, turn.message);
		break;
	case SIDE_OTHERS:
		hear(cx, turn.v);
		break;
	case SIDE_NONE: /* what else is written down: settings, snapshots */
		fact_json(&model, json_get(turn.v, "model"));
		if (model) {
			buf_clear(&s->model);
			buf_puts(&s->model, model);
		}
		mem_free(model);
		break;
	}
	return true;
}

static bool record_thread(struct format_ctx *cx, struct json_value v,
			  struct err *why)
{
	((struct session *)cx->state)->whole = true;
	return record_session(cx, v, why);
}

static void release_session(void *state)
{
	struct session *s = state;

	buf_release(&s->heard);
	buf_release(&s->model);
}

const struct format format_session = {
	.name = "session",
	.title = "turns of a session",
	.shape = FEED_STREAM,
	.state_bytes = sizeof(struct session),
	.detect = detect_session,
	.record = record_session,
	.release = release_session,
};

/* Only by name. */
const struct format format_thread = {
	.name = "thread",
	.title = "all turns of a session as one text",
	.shape = FEED_STREAM,
	.state_bytes = sizeof(struct session),
	.record = record_thread,
	.release = release_session,
};
