/*
 * Google's ADK: a session with its events, or events as they come:
 *
 *	{"appName":"a","events":[{"author":"user","invocationId":"i",
 *	 "content":{"role":"user","parts":[{"text":"..."}]}},
 *	 {"author":"agent","content":{"role":"model","parts":[
 *	 {"functionCall":{"name":"f","args":{}}}]}}]}
 *
 * Each event of the model is a generation; a partial one is a piece of the
 * whole event that follows.
 */
#include <math.h>

#include "dialect/content.h"
#include "dialect/format.h"

struct adk {
	struct buf heard;
	bool pieces; /* of the open generation came */
};

static bool is_event(struct json_value v)
{
	return json_is(json_get(v, "author"), JSON_STRING) &&
	       (json_get(v, "invocationId").doc ||
		json_get(v, "invocation_id").doc);
}

static struct json_value events_of(struct json_value v)
{
	return json_get(v, "events");
}

static bool detect_adk(struct json_value v)
{
	return is_event(v) || is_event(json_first(events_of(v)));
}

static void take_facts(struct facts *facts, struct json_value v)
{
	struct json_value usage = json_get(v, "usageMetadata");

	fact_json(&facts->finish_reason, json_get(v, "finishReason"));
	fact_u32(&facts->prompt_tokens, json_get(usage, "promptTokenCount"));
	fact_u32(&facts->usage_tokens, json_get(usage, "candidatesTokenCount"));
}

static struct gen *open_turn(struct format_ctx *cx)
{
	struct adk *s = cx->state;
	struct gen *gen = gens_newest(cx->gens);

	if (gen && s->pieces)
		return gen;
	gens_close_some(cx->gens, true);
	gen = gens_open(cx->gens, "", 0, NULL);
	run_prompt(gen->run, s->heard.data, s->heard.len);
	buf_clear(&s->heard);
	return gen;
}

static double time_of(struct format_ctx *cx, struct json_value v)
{
	double time_s = json_number(json_get(v, "timestamp"), NAN);

	if (isnan(time_s))
		return cx->time_s;
	cx->gens->seen.clock = true;
	return time_s;
}

static void take_event(struct format_ctx *cx, struct json_value v)
{
	struct adk *s = cx->state;
	struct json_value content = json_get(v, "content");
	bool partial = json_is(json_get(v, "partial"), JSON_TRUE);
	struct gen *gen;

	if (!content_is_model(content)) {
		content_text(json_get(content, "parts"), &s->heard);
		return;
	}
	chunk_clear(&cx->gens->chunk);
	content_message(&cx->gens->chunk, content);
	if (!cx->gens->chunk.text.len)
		return;
	gen = open_turn(cx);
	if (partial || !s->pieces)
		gen_emit(cx->gens, gen, time_of(cx, v));
	s->pieces = partial;
	take_facts(gen_facts(gen), v);
	if (!partial)
		gens_close(cx->gens, gen);
}

static bool record_adk(struct format_ctx *cx, struct json_value v,
		       struct err *why)
{
	if (json_get(v, "error").doc)
		return format_error(cx, json_get(v, "error"), why);
	if (!detect_adk(v))
		return err_set(why, "it is no event of a session");
	if (is_event(v))
		take_event(cx, v);
	for (struct json_value e = json_first(events_of(v)); e.doc;
	     e = json_next(e))
		take_event(cx, e);
	return true;
}

static void release_adk(void *state)
{
	struct adk *s = state;

	buf_release(&s->heard);
}

const struct format format_adk = {
	.name = "adk",
	.title = "ADK session",
	.shape = FEED_STREAM,
	.state_bytes = sizeof(struct adk),
	.detect = detect_adk,
	.record = record_adk,
	.release = release_adk,
};
