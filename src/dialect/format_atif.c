/*
 * ATIF, the Agent Trajectory Interchange Format of Harbor: a run of any agent
 * as steps of three sources.
 *
 *	{"schema_version":"ATIF-v1.7","agent":{"name":"a","model_name":"m"},
 *	 "steps":[{"step_id":1,"source":"user","message":"..."},
 *	  {"step_id":2,"source":"agent","message":"...",
 *	   "reasoning_content":"...","model_name":"m",
 *	   "tool_calls":[{"function_name":"f","arguments":{...}}],
 *	   "observation":{"results":[{"content":"..."}]},
 *	   "metrics":{"prompt_tokens":9,"completion_tokens":7}}]}
 *
 * The agent's steps are generations. What others say, and what an agent's
 * calls gave back, is the prompt of the next one.
 */
#include <string.h>

#include "dialect/call.h"
#include "dialect/content.h"

static bool is_step(struct json_value v)
{
	return json_is(json_get(v, "source"), JSON_STRING) &&
	       json_is(json_get(v, "step_id"), JSON_NUMBER);
}

static bool detect_atif(struct json_value v)
{
	size_t n;
	const char *s = json_text(json_get(v, "schema_version"), &n);

	return (s && n > 5 && memcmp(s, "ATIF-", 5) == 0) ||
	       is_step(json_first(json_get(v, "steps")));
}

/* What calls gave back. */
static void hear_results(struct call *c, struct json_value step)
{
	struct json_value results = json_get(json_get(step, "observation"),
					     "results");

	for (struct json_value v = json_first(results); v.doc; v = json_next(v))
		content_text(json_get(v, "content"), &c->heard);
}

static void take_facts(struct facts *facts, struct json_value step,
		       struct json_value agent)
{
	struct json_value metrics = json_get(step, "metrics");

	fact_json(&facts->model, json_get(agent, "model_name"));
	fact_json(&facts->model, json_get(step, "model_name"));
	fact_u32(&facts->prompt_tokens, json_get(metrics, "prompt_tokens"));
	fact_u32(&facts->usage_tokens, json_get(metrics, "completion_tokens"));
}

static void take_step(struct call *c, struct json_value step,
		      struct json_value agent)
{
	struct chunk *chunk = &c->cx->gens->chunk;
	struct json_value message = json_get(step, "message");
	struct json_value v = json_first(json_get(step, "tool_calls"));
	struct gen *gen;

	if (!json_text_is(json_get(step, "source"), "agent")) {
		content_text(message, &c->heard);
		return;
	}
	chunk_clear(chunk);
	chunk_add_json(chunk, CHANNEL_REASONING,
		       json_get(step, "reasoning_content"));
	content_output(chunk, message);
	for (; v.doc; v = json_next(v))
		chunk_add_arguments(chunk, json_get(v, "arguments"));
	gen = call_emit(c);
	if (gen) {
		take_facts(gen_facts(gen), step, agent);
		gens_close(c->cx->gens, gen);
	}
	hear_results(c, step);
}

static bool record_atif(struct format_ctx *cx, struct json_value v,
			struct err *why)
{
	struct call c = { .cx = cx };
	struct json_value step = json_first(json_get(v, "steps"));
	size_t n;

	for (; step.doc; step = json_next(step))
		take_step(&c, step, json_get(v, "agent"));
	n = c.n;
	call_release(&c);
	return n || err_set(why, "no step of it has text of a model");
}

const struct format format_atif = {
	.name = "atif",
	.title = "ATIF trajectory",
	.shape = FEED_RECORDS,
	.detect = detect_atif,
	.record = record_atif,
};
