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
	       json_get(v, "final_report").doc ||
	       (json_get(v, "run_id").doc && json_get(v, "event_id").doc &&
		json_get(v, "data").doc);
}

static bool detect_evals(struct json_value v)
{
	return choices_of(v).doc || results_of(v).doc || is_event(v);
}

/* NULL: its chunk has no text. To be closed. */
static struct gen *take(struct call *c, struct json_value output,
			struct json_value model)
{
	struct chunk *chunk = &c->cx->gens->chunk;
	struct gen *gen;

	chunk_clear(chunk);
	call_output(chunk, output);
	gen = call_emit(c);
	if (gen)
		fact_json(&gen_facts(gen)->model, model);
	return gen;
}

static void take_one(struct call *c, struct json_value output,
		     struct json_value model)
{
	struct gen *gen = take(c, output, model);

	if (gen)
		gens_close(c->cx->gens, gen);
}

static void take_choices(struct call *c, struct json_value v)
{
	struct json_value choice = json_first(choices_of(v));

	for (; choice.doc; choice = json_next(choice)) {
		struct json_value turn = json_first(json_get(choice, "turns"));

		for (; turn.doc; turn = json_next(turn))
			take_one(c, turn, json_get(v, "model_id"));
	}
}

static void take_sampled(struct call *c, struct json_value v)
{
	struct json_value data = json_get(v, "data");
	struct json_value sampled = json_get(data, "sampled");

	if (!json_text_is(json_get(v, "type"), "sampling"))
		return;
	call_hear(c, json_get(data, "prompt"));
	if (json_is(sampled, JSON_STRING))
		take_one(c, sampled, json_get(data, "model"));
	for (sampled = json_first(sampled); sampled.doc;
	     sampled = json_next(sampled))
		take_one(c, sampled, json_get(data, "model"));
}

static void take_results(struct call *c, struct json_value v)
{
	for (v = json_first(results_of(v)); v.doc; v = json_next(v)) {
		struct json_value response = json_get(v, "response");
		struct json_value usage = json_get(response, "tokenUsage");
		struct gen *gen;
		struct facts *facts;

		buf_clear(&c->heard);
		call_hear(c, json_get(json_get(v, "prompt"), "raw"));
		gen = take(c, json_get(response, "output"),
			   json_get(json_get(v, "provider"), "id"));
		if (!gen)
			continue;
		facts = gen_facts(gen);
		fact_u32(&facts->usage_tokens, json_get(usage, "completion"));
		fact_u32(&facts->prompt_tokens, json_get(usage, "prompt"));
		fact_json(&facts->finish_reason,
			  json_get(response, "finishReason"));
		if (json_get(v, "success").doc)
			facts_set(&facts->label,
				  json_is(json_get(v, "success"), JSON_TRUE) ?
					  "correct" : "wrong");
		gens_close(c->cx->gens, gen);
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
