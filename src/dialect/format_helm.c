/*
 * HELM's scenario state: one value with a request and its completions each.
 *
 *	{"adapter_spec":{...},"request_states":[{"instance":{"id":"id1",
 *	 "references":[{"output":{"text":"..."},"tags":["correct"]}]},
 *	 "request":{"model":"m","prompt":"..."},
 *	 "result":{"completions":[{"text":"...","tokens":[...]}]}}]}
 */
#include <math.h>
#include <stdio.h>

#include "dialect/record.h"

static bool detect_helm(struct json_value v)
{
	return json_is(json_get(v, "adapter_spec"), JSON_OBJECT) ||
	       (json_is(json_get(v, "request_states"), JSON_ARRAY) &&
		!json_get(v, "choices").doc);
}

/* The reference that is tagged as right. */
static struct json_value gold_of(struct json_value state)
{
	struct json_value list = json_get(json_get(state, "instance"),
					  "references");

	for (struct json_value v = json_first(list); v.doc; v = json_next(v))
		if (json_text_is(json_first(json_get(v, "tags")), "correct"))
			return json_get(json_get(v, "output"), "text");
	return (struct json_value){ 0 };
}

static void emit(struct format_ctx *cx, struct json_value state,
		 struct json_value completion, const char *place)
{
	struct json_value request = json_get(state, "request");
	struct json_value reason = json_get(completion, "finish_reason");
	struct chunk *chunk = &cx->gens->chunk;
	struct gen *gen = gens_open(cx->gens, place, 0, place);
	struct facts *facts = gen_facts(gen);
	size_t len;
	const char *s = json_text(json_get(request, "prompt"), &len);

	run_prompt(gen->run, s, len);
	fact_json(&facts->model, json_get(request, "model"));
	fact_json(&facts->gold, gold_of(state));
	fact_json(&facts->finish_reason, json_get(reason, "reason"));
	chunk_clear(chunk);
	chunk_add_json(chunk, CHANNEL_REASONING,
		       json_get(json_get(completion, "thinking"), "text"));
	chunk_add_json(chunk, CHANNEL_ANSWER, json_get(completion, "text"));
	gen_emit(cx->gens, gen, NAN);
	gens_close(cx->gens, gen);
}

static bool record_helm(struct format_ctx *cx, struct json_value v,
			struct err *why)
{
	struct json_value states = json_get(v, "request_states");
	size_t i_state = 0, found = 0;

	for (struct json_value s = json_first(states); s.doc;
	     s = json_next(s), i_state++) {
		struct json_value list = json_get(json_get(s, "result"),
						  "completions");
		size_t i = 0;

		for (struct json_value c = json_first(list); c.doc;
		     c = json_next(c), found++) {
			char place[64];

			if (json_count(list) > 1)
				snprintf(place, sizeof(place), "%zu.%zu",
					 i_state, i++);
			else
				snprintf(place, sizeof(place), "%zu", i_state);
			emit(cx, s, c, place);
		}
	}
	return found || err_set(why, "it holds no completions");
}

const struct format format_helm = {
	.name = "helm",
	.title = "HELM scenario state",
	.shape = FEED_RECORDS,
	.detect = detect_helm,
	.record = record_helm,
};
