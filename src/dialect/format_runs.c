/*
 * Runs of programs as those keep them who watch them, each run a record or in
 * the one that called it: LangSmith's, Braintrust's, Opik's, Datadog's.
 *
 *	{"run_type":"llm","inputs":{"messages":[[...]]},
 *	 "outputs":{"generations":[[{"text":"...","message":{...}}]]},
 *	 "extra":{"invocation_params":{"model":"m"}},"child_runs":[...]}
 *	{"span_attributes":{"type":"llm"},"input":[...],
 *	 "output":[{"message":{"role":"assistant","content":"..."}}],
 *	 "metadata":{"model":"m"},"metrics":{"completion_tokens":7}}
 *	{"type":"llm","trace_id":"t","input":{...},"output":{"choices":[...]}}
 *	{"meta":{"kind":"llm","input":{"messages":[...]},
 *	 "output":{"messages":[...]}},"metrics":{"output_tokens":7}}
 *
 * Those of a model are read. What other runs give out is what those said within
 * them; only where LangSmith's outermost run stands alone it is told of by
 * nothing else.
 */
#include "dialect/call.h"
#include "dialect/content.h"
#include "dialect/field.h"

enum { DEPTH_MAX = 64 };

/* Where each of them has what. */
static const struct watcher {
	const char *kind, *input, *output;
	const char *beside; /* is there, too: the kind's name is common */
} watchers[] = {
	{ ".run_type", ".inputs", ".outputs", NULL },
	{ ".span_attributes.type", ".input", ".output", ".root_span_id" },
	{ ".type", ".input", ".output", ".trace_id" },
	{ ".meta.kind", ".meta.input", ".meta.output", NULL },
	{ ".meta[\"span.kind\"]", ".meta.input", ".meta.output", NULL },
};

static const char *const kinds[] = {
	"llm", "chain", "tool", "retriever", "prompt", "parser", "embedding",
	"task", "function", "eval", "score", "general", "agent", "workflow",
};

static const struct watcher *watcher_of(struct json_value v)
{
	for (size_t i = 0; i < ARRAY_LEN(watchers); i++) {
		const struct watcher *w = &watchers[i];
		struct json_value kind = field_get(v, w->kind);

		if (!json_is(kind, JSON_STRING) ||
		    (!field_get(v, w->input).doc &&
		     !field_get(v, w->output).doc) ||
		    (w->beside && !field_get(v, w->beside).doc))
			continue;
		for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
			if (json_text_is(kind, kinds[k]))
				return w;
	}
	return NULL;
}

/* As Braintrust sends them: a row that adds to one before it has no kind, but
 * the answers of a model show. */
static bool is_merged(struct json_value v)
{
	struct json_value output = json_get(v, "output");

	return json_is(json_get(v, "_is_merge"), JSON_TRUE) &&
	       (json_get(output, "generations").doc ||
		json_get(output, "choices").doc ||
		json_get(json_first(output), "message").doc);
}

/* The runs in a page of an API, or none. */
static struct json_value list_in(struct json_value v)
{
	static const char *const names[] = { "runs", "items", "spans",
					     "events", "data" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct json_value list = json_get(v, names[i]);

		if (json_is(list, JSON_ARRAY) && watcher_of(json_first(list)))
			return list;
	}
	return (struct json_value){ 0 };
}

static bool detect_runs(struct json_value v)
{
	return watcher_of(v) || is_merged(v) || list_in(v).doc;
}

/* The first of the paths that leads to something. */
static struct json_value first_at(struct json_value v, const char *const *paths)
{
	struct json_value found = { 0 };

	for (; *paths && (!found.doc || json_is(found, JSON_NULL)); paths++)
		found = field_get(v, *paths);
	return found;
}

static void take_facts(struct facts *facts, struct json_value run,
		       struct json_value said, bool alone)
{
	static const char *const models[] = {
		".extra.metadata.ls_model_name",
		".extra.invocation_params.model",
		".extra.invocation_params.model_name", ".metadata.model",
		".model", ".meta.metadata.model_name", ".meta.model_name", NULL,
	};
	static const char *const prompts[] = {
		".metrics.prompt_tokens", ".metrics.input_tokens",
		".usage.prompt_tokens", ".prompt_tokens",
		".outputs.llm_output.token_usage.prompt_tokens", NULL,
	};
	static const char *const outputs[] = {
		".metrics.completion_tokens", ".metrics.output_tokens",
		".usage.completion_tokens", ".completion_tokens",
		".outputs.llm_output.token_usage.completion_tokens", NULL,
	};
	static const char *const ends[] = {
		".generation_info.finish_reason", ".finish_reason",
		".stop_reason",
		".message.kwargs.response_metadata.finish_reason",
		".message.response_metadata.finish_reason",
		".response_metadata.finish_reason", NULL,
	};

	fact_json(&facts->model, first_at(run, models));
	fact_u32(&facts->prompt_tokens, first_at(run, prompts));
	if (alone)
		fact_u32(&facts->usage_tokens, first_at(run, outputs));
	fact_json(&facts->finish_reason, first_at(said, ends));
}

static void emit(struct call *c, struct json_value run, struct json_value said,
		 bool alone)
{
	const struct watcher *w = watcher_of(run);
	struct gen *gen;

	if (w)
		call_hear(c, field_get(run, w->input));
	chunk_clear(&c->cx->gens->chunk);
	call_output(&c->cx->gens->chunk, said);
	gen = call_emit(c);
	buf_clear(&c->heard);
	if (!gen)
		return;
	take_facts(gen_facts(gen), run, said, alone);
	gens_close(c->cx->gens, gen);
}

/* Several answers to one question, also in a list for each question. */
static void take_each(struct call *c, struct json_value run,
		      struct json_value list, unsigned depth)
{
	size_t n = json_count(list);

	for (list = json_first(list); list.doc; list = json_next(list))
		if (json_is(list, JSON_ARRAY) && depth)
			take_each(c, run, list, depth - 1);
		else if (!content_role(list).doc || content_is_model(list))
			emit(c, run, list, n == 1);
}

static void take_model(struct call *c, struct json_value run,
		       struct json_value output)
{
	static const char *const names[] = { "generations", "choices",
					     "messages" };

	if (json_is(output, JSON_ARRAY)) {
		take_each(c, run, output, 0);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct json_value list = json_get(output, names[i]);

		if (!json_is(list, JSON_ARRAY))
			continue;
		take_each(c, run, list, 1);
		return;
	}
	emit(c, run, output, true);
}

/* A whole conversation of an agent: what it said after it was called. */
static void take_turns(struct call *c, struct json_value run)
{
	struct json_value said = json_get(json_get(run, "outputs"), "messages");
	struct json_value asked = json_get(json_get(run, "inputs"), "messages");
	size_t n = json_count(said), known = json_count(asked);

	if (!json_is(said, JSON_ARRAY)) {
		take_model(c, run, json_get(run, "outputs"));
		return;
	}
	call_hear(c, asked);
	call_turns_from(c, said, known < n ? known : 0);
	buf_clear(&c->heard);
}

static bool is_alone(struct json_value run)
{
	static const char *const names[] = { "parent_run_id", "parent_run_ids",
					     "child_run_ids", "child_runs" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct json_value v = json_get(run, names[i]);

		if (json_is(v, JSON_STRING) || json_count(v))
			return false;
	}
	return json_text_is(json_get(run, "run_type"), "chain");
}

static void take(struct call *c, struct json_value run, unsigned depth)
{
	const struct watcher *w = watcher_of(run);
	struct json_value child = json_first(json_get(run, "child_runs"));

	if (w && json_text_is(field_get(run, w->kind), "llm"))
		take_model(c, run, field_get(run, w->output));
	else if (!w && is_merged(run))
		take_model(c, run, json_get(run, "output"));
	else if (w && is_alone(run))
		take_turns(c, run);
	for (; child.doc && depth < DEPTH_MAX; child = json_next(child))
		take(c, child, depth + 1);
}

static bool record_runs(struct format_ctx *cx, struct json_value v,
			struct err *why)
{
	struct json_value list = list_in(v);
	struct call c = { .cx = cx, .alone = !list.doc };

	if (!list.doc && !watcher_of(v) && !is_merged(v))
		return json_get(v, "_is_merge").doc ||
		       err_set(why, "it is no run of a program");
	if (!list.doc)
		take(&c, v, 0);
	for (list = json_first(list); list.doc; list = json_next(list))
		take(&c, list, 0);
	call_release(&c);
	return true;
}

const struct format format_runs = {
	.name = "runs",
	.title = "runs of LangSmith and its like",
	.shape = FEED_RECORDS,
	.detect = detect_runs,
	.record = record_runs,
};
