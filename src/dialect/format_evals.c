/*
 * What harnesses of evaluations keep of the answers that they asked for:
 *
 *	{"question_id":81,"model_id":"m",
 *	 "choices":[{"index":0,"turns":["...","..."]}]}   MT-bench, LiveBench
 *	{"run_id":"r","type":"sampling",
 *	 "data":{"prompt":[...],"sampled":["..."]}}        OpenAI's evals
 *	{"results":{"results":[{"prompt":{"raw":"..."},
 *	 "response":{"output":"..."}}]}}                   promptfoo
 */
#include "dialect/call.h"

static struct json_value choices_of(struct json_value v)
{
	struct json_value choices = json_get(v, "choices");

	return json_is(json_get(json_first(choices), "turns"), JSON_ARRAY) ?
		       choices : (struct json_value){ 0 };
}

static struct json_value results_of(struct json_value v)
{
	struct json_value list = json_get(json_get(v, "results"), "results");
	struct json_value first = json_first(list);

	return json_get(json_get(first, "prompt"), "raw").doc ?
		       list : (struct json_value){ 0 };
}

/* A line of OpenAI's evals, of whatever type. */
static bool is_event(struct json_value v)
{
	return json_get(json_get(v, "spec"), "eval_name").doc ||
	       (json_get(v, "run_id").doc && json_get(v, "event_id").doc &&
		json_get(v, "data").doc);
}

static bool detect_evals(struct json_value v)
{
	return choices_of(v).doc || results_of(v).doc || is_event(v);
}

static void take(struct call *c, struct json_value output,
		 struct json_value model, struct json_value tokens)
{
	struct chunk *chunk = &c->cx->gens->chunk;
	struct gen *gen;

	chunk_clear(chunk);
	call_output(chunk, output);
	gen = call_emit(c);
	if (!gen)
		return;
	fact_json(&gen_facts(gen)->model, model);
	fact_u32(&gen_facts(gen)->usage_tokens, tokens);
	gens_close(c->cx->gens, gen);
}

static void take_choices(struct call *c, struct json_value v)
{
	static const struct json_value none;
	struct json_value choice = json_first(choices_of(v));

	for (; choice.doc; choice = json_next(choice)) {
		struct json_value turn = json_first(json_get(choice, "turns"));

		for (; turn.doc; turn = json_next(turn))
			take(c, turn, json_get(v, "model_id"), none);
	}
}

static void take_sampled(struct call *c, struct json_value v)
{
	static const struct json_value none;
	struct json_value data = json_get(v, "data");
	struct json_value sampled = json_get(data, "sampled");

	if (!json_text_is(json_get(v, "type"), "sampling"))
		return;
	call_hear(c, json_get(data, "prompt"));
	if (json_is(sampled, JSON_STRING))
		take(c, sampled, json_get(data, "model"), none);
	for (sampled = json_first(sampled); sampled.doc;
	     sampled = json_next(sampled))
		take(c, sampled, json_get(data, "model"), none);
}

static void take_results(struct call *c, struct json_value v)
{
	for (v = json_first(results_of(v)); v.doc; v = json_next(v)) {
		struct json_value response = json_get(v, "response");

		buf_clear(&c->heard);
		call_hear(c, json_get(json_get(v, "prompt"), "raw"));
		take(c, json_get(response, "output"),
		     json_get(json_get(v, "provider"), "id"),
		     json_get(json_get(response, "tokenUsage"), "completion"));
	}
}

static bool record_evals(struct format_ctx *cx, struct json_value v,
			 struct err *why)
{
	bool event = is_event(v);
	struct call c = { .cx = cx, .alone = event };
	size_t n;

	take_choices(&c, v);
	take_results(&c, v);
	if (event)
		take_sampled(&c, v);
	n = c.n;
	call_release(&c);
	return n || event || err_set(why, "it holds no answer of a model");
}

const struct format format_evals = {
	.name = "evals",
	.title = "eval answers",
	.shape = FEED_RECORDS,
	.detect = detect_evals,
	.record = record_evals,
};
