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
 * them; but LangSmith's outermost run may stand alone, and is read then, too.
 * That it names no runs is no proof that there are none: where those of models
 * are records of their own behind it, both are read.
 */
#include <string.h>

#include "dialect/call.h"
#include "dialect/content.h"
#include "dialect/field.h"

enum { DEPTH_MAX = 64 };

/* Where each of them has what. */
static const struct watcher {
	const char *kind, *input, *output;
	const char *beside; /* is there, too; NULL: nothing more */
	const char *own; /* makes it sure; NULL: what is above does */
} watchers[] = {
	{ ".run_type", ".inputs", ".outputs", NULL, NULL },
	{ ".span_attributes.type", ".input", ".output", ".root_span_id",
	  NULL },
	{ ".type", ".input", ".output", ".trace_id", ".last_updated_by" },
	{ ".meta.kind", ".meta.input", ".meta.output", NULL, ".span_id" },
	{ ".meta[\"span.kind\"]", ".meta.input", ".meta.output", NULL,
	  NULL },
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

/* Is the run, which w keeps, one of a model? */
static bool is_models(struct json_value run, const struct watcher *w)
{
	return w && json_text_is(field_get(run, w->kind), "llm");
}

/* Is it one for sure? Other records have kinds, inputs and outputs, too: where
 * the kind's name is common it is a model's, or something is beside it that
 * only theirs have. */
static bool is_run(struct json_value v)
{
	const struct watcher *w = watcher_of(v);

	return w && (!w->own || field_get(v, w->own).doc || is_models(v, w));
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

		if (json_is(list, JSON_ARRAY) && is_run(json_first(list)))
			return list;
	}
	return (struct json_value){ 0 };
}

static bool detect_runs(struct json_value v)
{
	return is_run(v) || is_merged(v) || list_in(v).doc;
}

/* The first of the paths that leads to something. */
static struct json_value first_at(struct json_value v, const char *const *paths)
{
	struct json_value found = { 0 };

	for (; *paths && (!found.doc || json_is(found, JSON_NULL)); paths++)
		found = field_get(v, *paths);
	return found;
}

/* What all answers of a run have in common, looked for once: a run may have
 * many members, and many answers. */
struct in_common {
	struct json_value model, prompt_tokens, output_tokens;
	struct buf prompt;
	size_t told; /* bytes of prompts so far */
};

static void in_common_find(struct in_common *w, struct call *c,
			   struct json_value run, const struct watcher *by)
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

	w->model = first_at(run, models);
	w->prompt_tokens = first_at(run, prompts);
	w->output_tokens = first_at(run, outputs);
	if (!by)
		return;
	call_hear(c, field_get(run, by->input));
	buf_append(&w->prompt, c->heard.data, c->heard.len);
	buf_clear(&c->heard);
}

static void emit(struct call *c, struct in_common *w, struct json_value said,
		 bool alone)
{
	static const char *const ends[] = {
		".generation_info.finish_reason", ".finish_reason",
		".stop_reason",
		".message.kwargs.response_metadata.finish_reason",
		".message.response_metadata.finish_reason",
		".response_metadata.finish_reason", NULL,
	};
	bool told = w->told <= GEN_TOLD_MAX;
	struct gen *gen;
	struct facts *facts;

	if (told)
		buf_append(&c->heard, w->prompt.data, w->prompt.len);
	chunk_clear(&c->cx->gens->chunk);
	call_output(&c->cx->gens->chunk, said);
	gen = call_emit(c);
	buf_clear(&c->heard);
	if (told)
		w->told += w->prompt.len;
	if (!gen)
		return;
	if (!told)
		gen_untold(gen);
	facts = gen_facts(gen);
	fact_json(&facts->model, w->model);
	fact_u32(&facts->prompt_tokens, w->prompt_tokens);
	if (alone)
		fact_u32(&facts->usage_tokens, w->output_tokens);
	fact_json(&facts->finish_reason, first_at(said, ends));
	gens_close(c->cx->gens, gen);
}

/* Several answers to one question, also in a list for each question. */
static void take_each(struct call *c, struct in_common *w,
		      struct json_value list, unsigned depth)
{
	size_t n = json_count(list);

	if (call_is_items(list)) {
		emit(c, w, list, true);
		return;
	}
	for (list = json_first(list); list.doc; list = json_next(list))
		if (json_is(list, JSON_ARRAY) && depth)
			take_each(c, w, list, depth - 1);
		else if (!content_role(list).doc || content_is_model(list))
			emit(c, w, list, n == 1);
}

static void take_output(struct call *c, struct in_common *w,
			struct json_value output)
{
	static const char *const names[] = { "generations", "choices",
					     "messages" };

	if (json_is(output, JSON_ARRAY)) {
		take_each(c, w, output, 0);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct json_value list = json_get(output, names[i]);

		if (!json_is(list, JSON_ARRAY))
			continue;
		take_each(c, w, list, 1);
		return;
	}
	emit(c, w, output, true);
}

/* by: who keeps it, or NULL. */
static void take_model(struct call *c, struct json_value run,
		       const struct watcher *by, struct json_value output)
{
	struct in_common w = { .told = 0 };

	in_common_find(&w, c, run, by);
	take_output(c, &w, output);
	buf_release(&w.prompt);
}

/* A message's text: a string, ["user","..."], or an object's content. */
static struct json_value text_of(struct json_value message)
{
	struct json_value kwargs = json_get(message, "kwargs");

	if (json_is(message, JSON_ARRAY))
		return json_at(message, 1);
	if (!json_is(message, JSON_OBJECT))
		return message;
	return json_get(json_is(kwargs, JSON_OBJECT) ? kwargs : message,
			"content");
}

static bool is_same_text(struct json_value a, struct json_value b)
{
	size_t n, m;
	const char *s = json_text(a, &n), *t = json_text(b, &m);

	return n && n == m && memcmp(s, t, n) == 0;
}

static bool is_same_content(struct json_value a, struct json_value b)
{
	struct buf s = { 0 }, t = { 0 };
	bool same;

	content_text(a, &s);
	content_text(b, &t);
	same = s.len && s.len == t.len && memcmp(s.data, t.data, s.len) == 0;
	buf_release(&s);
	buf_release(&t);
	return same;
}

/* How many messages a conversation had when the agent was called: up to the one
 * that it was asked last. An agent that remembers gives out those of earlier
 * calls, too; another only what is new, and then there are none. */
static size_t known_of(struct json_value said, struct json_value asked)
{
	size_t i = 0, known = 0, n = json_count(asked);
	struct json_value last = json_is(asked, JSON_ARRAY) ?
					 json_at(asked, n - !!n) : asked;
	struct json_value text = text_of(last), id = json_get(last, "id");
	bool is_model = content_is_model(last);

	for (struct json_value v = json_first(said); v.doc;
	     v = json_next(v)) {
		i++;
		if (is_same_text(id, json_get(v, "id")) ||
		    (content_is_model(v) == is_model &&
		     is_same_content(text, text_of(v))))
			known = i;
	}
	return known;
}

/* A whole conversation of an agent: what it said after it was called. */
static void take_turns(struct call *c, struct json_value run,
		       const struct watcher *by)
{
	struct json_value said = json_get(json_get(run, "outputs"), "messages");
	struct json_value asked = json_get(run, "inputs");
	struct json_value v = json_first(said);
	size_t known;

	if (!json_is(said, JSON_ARRAY)) {
		take_model(c, run, by, json_get(run, "outputs"));
		return;
	}
	if (json_get(asked, "messages").doc)
		asked = json_get(asked, "messages");
	else if (json_get(asked, "input").doc)
		asked = json_get(asked, "input");
	known = known_of(said, asked);
	if (!known)
		call_hear(c, asked);
	for (size_t i = 0; i < known; i++, v = json_next(v))
		call_hear(c, v);
	call_turns_from(c, said, known);
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

/* among: those of models are read beside it. */
static void take(struct call *c, struct json_value run, bool among,
		 unsigned depth)
{
	const struct watcher *w = watcher_of(run);
	struct json_value child = json_first(json_get(run, "child_runs"));

	if (is_models(run, w))
		take_model(c, run, w, field_get(run, w->output));
	else if (!w && is_merged(run))
		take_model(c, run, NULL, json_get(run, "output"));
	else if (w && !among && is_alone(run))
		take_turns(c, run, w);
	for (; child.doc && depth < DEPTH_MAX; child = json_next(child))
		take(c, child, among, depth + 1);
}

static bool record_runs(struct format_ctx *cx, struct json_value v,
			struct err *why)
{
	struct json_value list = list_in(v);
	struct call c = { .cx = cx, .alone = !list.doc };
	bool among = false;

	if (!list.doc && !watcher_of(v) && !is_merged(v))
		return json_get(v, "_is_merge").doc ||
		       err_set(why, "it is no run of a program");
	if (!list.doc)
		take(&c, v, false, 0);
	for (v = json_first(list); v.doc && !among; v = json_next(v))
		among = is_models(v, watcher_of(v));
	for (list = json_first(list); list.doc; list = json_next(list))
		take(&c, list, among, 0);
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
