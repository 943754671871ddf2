/*
 * Trajectories, one run of an agent a record: of SWE-agent, mini-SWE-agent,
 * tau-bench, tau2-bench (many in one), and who keeps turns under such names:
 *
 *	{"trajectory":[{"response":"...","thought":"...","action":"ls",
 *	 "observation":"a  b"}],"info":{}}
 *	{"messages":[{"role":"system",...}],"trajectory_format":"..."}
 *	{"traj":[{"role":"system",...}],"task_id":0,"reward":1}
 *	{"simulations":[{"messages":[{"role":"assistant",...}]}]}
 *
 * A step is a generation; what was observed is the prompt of the next one. The
 * action is part of the response, unless it was a call of a tool.
 */
#include <string.h>

#include "dialect/call.h"
#include "dialect/content.h"

static struct json_value steps_of(struct json_value v)
{
	return json_get(v, "trajectory");
}

static bool is_step(struct json_value v)
{
	return json_is(json_get(v, "action"), JSON_STRING) &&
	       json_is(json_get(v, "observation"), JSON_STRING) &&
	       (json_get(v, "response").doc || json_get(v, "thought").doc);
}

static bool is_turn(struct json_value v)
{
	return json_is(content_role(v), JSON_STRING) &&
	       (json_get(v, "content").doc || json_get(v, "tool_calls").doc);
}

/* The turns of a whole run, where no steps are; or none. Names that mean a
 * chat elsewhere need something beside them that only a run has. */
static struct json_value turns_of(struct json_value v)
{
	static const char *const names[] = { "traj", "trajectory" };
	struct json_value turns = json_get(v, "messages");

	if (json_is(json_get(v, "trajectory_format"), JSON_STRING) &&
	    json_is(turns, JSON_ARRAY))
		return turns;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		turns = json_get(v, names[i]);
		if (is_turn(json_first(turns)))
			return turns;
	}
	return (struct json_value){ 0 };
}

/* The first of many runs in one record, or none. */
static struct json_value first_run(struct json_value v)
{
	struct json_value run = json_first(json_get(v, "simulations"));

	return is_turn(json_first(json_get(run, "messages"))) ?
		       run : (struct json_value){ 0 };
}

static bool detect_trajectory(struct json_value v)
{
	return is_step(json_first(steps_of(v))) || turns_of(v).doc ||
	       first_run(v).doc;
}

/* Does the text hold the action? */
static bool holds(struct json_value text, struct json_value action)
{
	size_t n, len;
	const char *s = json_text(text, &n), *word = json_text(action, &len);

	while (len && (word[len - 1] == '\n' || word[len - 1] == ' '))
		len--;
	for (size_t at = 0; s && at + len <= n; at++)
		if (memcmp(s + at, word, len) == 0)
			return true;
	return false;
}

static void take_step(struct call *c, struct json_value step)
{
	struct json_value said = json_get(step, "response");
	struct json_value action = json_get(step, "action");
	struct chunk *chunk = &c->cx->gens->chunk;
	struct gen *gen;
	size_t n;

	json_text(said, &n);
	if (!n)
		said = json_get(step, "thought");
	if (!c->n && !c->heard.len)
		call_hear(c, json_get(step, "query"));
	chunk_clear(chunk);
	chunk_add_json(chunk, CHANNEL_ANSWER, said);
	if (!holds(said, action))
		chunk_add_json(chunk, CHANNEL_TOOL, action);
	gen = call_emit(c);
	if (gen)
		gens_close(c->cx->gens, gen);
	call_hear(c, json_get(step, "observation"));
}

static bool record_trajectory(struct format_ctx *cx, struct json_value v,
			      struct err *why)
{
	struct call c = { .cx = cx };
	struct json_value turns = turns_of(v), run = first_run(v);
	size_t n;

	for (; run.doc; run = json_next(run)) {
		buf_clear(&c.heard);
		call_turns(&c, json_get(run, "messages"));
	}
	call_turns(&c, turns);
	if (!turns.doc)
		for (struct json_value step = json_first(steps_of(v)); step.doc;
		     step = json_next(step))
			take_step(&c, step);
	n = c.n;
	call_release(&c);
	return n || err_set(why, "no step of it has text of a model");
}

const struct format format_trajectory = {
	.name = "trajectory",
	.title = "agent trajectory",
	.shape = FEED_RECORDS,
	.detect = detect_trajectory,
	.record = record_trajectory,
};
