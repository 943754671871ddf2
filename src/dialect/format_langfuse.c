/*
 * Langfuse: traces with their observations, or observations alone. Those of
 * type GENERATION are calls of a model; the spans around them repeat them.
 *
 *	{"id":"t","observations":[{"type":"GENERATION","traceId":"t",
 *	 "model":"m","input":[{"role":"user","content":"..."}],
 *	 "output":{"role":"assistant","content":"..."},
 *	 "usageDetails":{"input":9,"output":7}}]}
 *	{"data":[...]}    a page of what the API lists
 */
#include "dialect/call.h"

static bool is_observation(struct json_value v)
{
	static const char *const types[] = { "GENERATION", "SPAN", "EVENT",
					     "AGENT", "TOOL", "CHAIN" };

	if (!json_get(v, "traceId").doc && !json_get(v, "trace_id").doc &&
	    !json_get(v, "startTime").doc)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (json_text_is(json_get(v, "type"), types[i]))
			return true;
	return false;
}

/* The list of observations in it, or none. */
static struct json_value list_in(struct json_value v)
{
	const struct json_value places[] = {
		json_get(v, "observations"),
		json_get(json_get(v, "trace"), "observations"),
		json_get(v, "data"),
	};

	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (is_observation(json_first(places[i])))
			return places[i];
	return (struct json_value){ 0 };
}

static bool detect_langfuse(struct json_value v)
{
	return is_observation(v) || list_in(v).doc;
}

static void take_facts(struct facts *facts, struct json_value v)
{
	static const char *const names[] = { "usage", "usageDetails",
					     "usage_details" };

	fact_json(&facts->model, json_get(v, "model"));
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct json_value usage = json_get(v, names[i]);

		fact_u32(&facts->prompt_tokens, json_get(usage, "input"));
		fact_u32(&facts->usage_tokens, json_get(usage, "output"));
	}
}

static void take(struct call *c, struct json_value v)
{
	struct chunk *chunk = &c->cx->gens->chunk;
	struct gen *gen;

	if (!json_text_is(json_get(v, "type"), "GENERATION"))
		return;
	buf_clear(&c->heard);
	call_hear(c, json_get(v, "input"));
	chunk_clear(chunk);
	call_output(chunk, json_get(v, "output"));
	gen = call_emit(c);
	if (!gen)
		return;
	take_facts(gen_facts(gen), v);
	gens_close(c->cx->gens, gen);
}

static bool record_langfuse(struct format_ctx *cx, struct json_value v,
			    struct err *why)
{
	struct json_value list = list_in(v);
	struct call c = { .cx = cx, .alone = !list.doc };

	if (!list.doc && !is_observation(v))
		return err_set(why, "it is no observation");
	if (!list.doc)
		take(&c, v);
	for (list = json_first(list); list.doc; list = json_next(list))
		take(&c, list);
	call_release(&c);
	return true;
}

const struct format format_langfuse = {
	.name = "langfuse",
	.title = "Langfuse observations",
	.shape = FEED_RECORDS,
	.detect = detect_langfuse,
	.record = record_langfuse,
};
