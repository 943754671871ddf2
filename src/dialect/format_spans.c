/*
 * Spans of OpenTelemetry, as SDKs print them and as OTLP has them, and traces
 * of MLflow, which are spans:
 *
 *	{"name":"chat m","context":{"trace_id":"t"},"attributes":{
 *	 "gen_ai.completion.0.content":"...",
 *	 "gen_ai.output.messages":"[{\"role\":\"assistant\",...}]"}}
 *	{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[
 *	 {"key":"gen_ai.output.messages","value":{"stringValue":"..."}}]}]}]}]}
 *	{"data":{"spans":[{"attributes":{"mlflow.spanType":"\"LLM\"",
 *	 "mlflow.spanOutputs":"{...}"}}]}}
 *	{"context.span_id":"s","span_kind":"LLM",
 *	 "attributes.llm.output_messages":[{"message.content":"..."}]}
 *
 *	{"resourceLogs":[{"scopeLogs":[{"logRecords":[{
 *	 "eventName":"gen_ai.choice","body":{"kvlistValue":...}}]}]}]}
 *
 * What a model said is told by one of five conventions: numbered attributes,
 * messages in one attribute (of the span, an event in it or a log's record; as
 * JSON or as OTLP's values), events called gen_ai.choice, MLflow's, the lists
 * of Phoenix. Other spans hold no output of their own.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "dialect/call.h"

enum { NUMBERED_MAX = 64, NAME_MAX_BYTES = 96 };

/* --- attributes --------------------------------------------------------- */

/* The value of OTLP's {"stringValue":...}. */
static struct json_value otlp_value(struct json_value v)
{
	struct json_value inner = json_first(v);

	return json_is(inner, JSON_OBJECT) && json_key_is(inner, "arrayValue") ?
		       json_get(inner, "values") : inner;
}

/* The same as plain JSON: what is no string of JSON is made of such values. */
static void put_otlp(struct buf *out, struct json_value v, unsigned depth)
{
	enum { DEPTH_MAX = 32 };
	struct json_value inner = json_first(v), list;
	bool object = json_key_is(inner, "kvlistValue");
	size_t len, i = 0;

	if (!object && !json_key_is(inner, "arrayValue")) {
		json_put(out, inner);
		return;
	}
	list = json_first(json_get(inner, "values"));
	buf_putc(out, object ? '{' : '[');
	for (; list.doc && depth < DEPTH_MAX; list = json_next(list), i++) {
		const char *key = json_text(json_get(list, "key"), &len);

		if (i)
			buf_putc(out, ',');
		if (object) {
			json_put_string(out, key ? key : "", key ? len : 0);
			buf_putc(out, ':');
		}
		put_otlp(out, object ? json_get(list, "value") : list,
			 depth + 1);
	}
	buf_putc(out, object ? '}' : ']');
}

/* What is in a value, read into scratch if it is JSON in a string or made of
 * OTLP's values; plain gets these, and is to last as long. */
static struct json_value opened(struct json *scratch, struct buf *plain,
				struct json_value v)
{
	struct json_value first = json_is(v, JSON_ARRAY) ? json_first(v) : v;
	struct json_value inner = json_first(first);
	bool list = json_is(v, JSON_ARRAY);

	if (!json_key_is(inner, "kvlistValue") &&
	    !json_key_is(inner, "stringValue"))
		return call_opened(scratch, v);
	buf_clear(plain);
	if (list)
		buf_putc(plain, '[');
	for (v = first; v.doc; v = json_next(v)) {
		if (v.at != first.at)
			buf_putc(plain, ',');
		put_otlp(plain, v, 0);
		if (!list)
			break;
	}
	if (list)
		buf_putc(plain, ']');
	return json_read(scratch, plain->data, plain->len, false, NULL) ?
		       json_root(scratch) : (struct json_value){ 0 };
}

/* Phoenix keeps attributes as a tree ({"llm":{"model_name":...}}), and gives
 * them as columns of a table ({"attributes.llm.model_name":...}). */
static struct json_value phoenix_attr(struct json_value owner,
				      struct json_value tree, const char *name)
{
	char full[NAME_MAX_BYTES];
	size_t n;

	snprintf(full, sizeof(full), "attributes.%s", name);
	if (!tree.doc)
		return json_get(owner, full);
	while ((n = strcspn(name, ".")) && name[n]) {
		snprintf(full, sizeof(full), "%.*s", (int)n, name);
		tree = json_get(tree, full);
		name += n + 1;
	}
	return json_get(tree, name);
}

/* An attribute of a span or an event. */
static struct json_value attr(struct json_value owner, const char *name)
{
	struct json_value list = json_get(owner, "attributes"), found;

	if (!json_is(list, JSON_ARRAY)) {
		found = json_get(list, name);
		return found.doc ? found : phoenix_attr(owner, list, name);
	}
	for (struct json_value v = json_first(list); v.doc; v = json_next(v))
		if (json_text_is(json_get(v, "key"), name))
			return otlp_value(json_get(v, "value"));
	return (struct json_value){ 0 };
}

/* A count, which OTLP has as a string. */
static void take_count(uint32_t *field, struct json_value v)
{
	size_t n;
	const char *s = json_text(v, &n);
	double value = s ? json_parse_number(s, n) : NAN;

	if (value >= 0 && value < UINT32_MAX)
		*field = (uint32_t)value;
	else
		fact_u32(field, v);
}

static void take_facts(struct facts *facts, struct json_value span)
{
	static const char *const models[] = {
		"gen_ai.request.model", "gen_ai.response.model",
		"llm.model_name",
	};
	static const char *const prompts[] = {
		"gen_ai.usage.prompt_tokens", "gen_ai.usage.input_tokens",
		"llm.token_count.prompt",
	};
	static const char *const outputs[] = {
		"gen_ai.usage.completion_tokens", "gen_ai.usage.output_tokens",
		"llm.token_count.completion",
	};
	struct json_value why = attr(span, "gen_ai.response.finish_reasons");

	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		fact_json(&facts->model, attr(span, models[i]));
		take_count(&facts->prompt_tokens, attr(span, prompts[i]));
		take_count(&facts->usage_tokens, attr(span, outputs[i]));
	}
	if (json_is(why, JSON_ARRAY))
		why = json_first(why);
	fact_json(&facts->finish_reason,
		  json_is(why, JSON_OBJECT) ? otlp_value(why) : why);
}

/* --- one span ----------------------------------------------------------- */

/* What else an answer tells; a string is why it ended. alone: counts are those
 * of this answer only. */
static void take_answer(struct facts *facts, struct json_value answer,
			bool alone)
{
	struct json_value usage = json_get(answer, "usage");
	struct json_value choice = json_first(json_get(answer, "choices"));

	fact_json(&facts->finish_reason, answer);
	fact_json(&facts->finish_reason, json_get(answer, "finish_reason"));
	fact_json(&facts->finish_reason, json_get(choice, "finish_reason"));
	fact_json(&facts->model, json_get(answer, "model"));
	fact_u32(&facts->usage_tokens, json_get(usage, "completion_tokens"));
	if (!alone)
		facts->usage_tokens = 0;
}

static bool emit(struct call *c, struct json_value span,
		 struct json_value answer, bool alone)
{
	struct gen *gen = call_emit(c);

	if (!gen)
		return false;
	take_facts(gen_facts(gen), span);
	take_answer(gen_facts(gen), answer, alone);
	gens_close(c->cx->gens, gen);
	return true;
}

/* JSON in an attribute, into the prompt. */
static void hear(struct call *c, struct json_value v)
{
	struct json scratch = { 0 };
	struct buf plain = { 0 };

	call_hear(c, opened(&scratch, &plain, v));
	json_release(&scratch);
	buf_release(&plain);
}

/* An attribute of the span, or of an event in it. */
static struct json_value anywhere(struct json_value span, const char *name)
{
	struct json_value found = attr(span, name);

	for (struct json_value e = json_first(json_get(span, "events"));
	     e.doc && !found.doc; e = json_next(e))
		found = attr(e, name);
	return found;
}

/* All messages in one attribute: each is an answer. */
static bool take_messages(struct call *c, struct json_value span)
{
	static const char *const names[] = { "gen_ai.output.messages",
					     "gen_ai.completion" };
	struct chunk *chunk = &c->cx->gens->chunk;
	struct json_value list = { 0 };
	bool found = false, alone;

	for (size_t i = 0; i < ARRAY_LEN(names) && !list.doc; i++)
		list = anywhere(span, names[i]);
	if (!list.doc)
		return false;
	hear(c, anywhere(span, "gen_ai.system_instructions"));
	hear(c, anywhere(span, "gen_ai.input.messages"));
	hear(c, anywhere(span, "gen_ai.prompt"));
	list = opened(&c->cx->inner, &c->plain, list);
	if (!json_is(list, JSON_ARRAY)) {
		chunk_clear(chunk);
		call_output(chunk, list);
		return emit(c, span, list, true);
	}
	alone = json_count(list) == 1;
	for (list = json_first(list); list.doc; list = json_next(list)) {
		chunk_clear(chunk);
		call_output(chunk, list);
		found |= emit(c, span, list, alone);
	}
	return found;
}

/* Numbered attributes of the two who had them. */
static const struct numbering {
	const char *role, *text, *think, *call, *why, *prompt;
} numberings[] = {
	{ "gen_ai.completion.#.role", "gen_ai.completion.#.content",
	  "gen_ai.completion.#.reasoning",
	  "gen_ai.completion.#.tool_calls.#.arguments",
	  "gen_ai.completion.#.finish_reason", "gen_ai.prompt.#.content" },
	{ "llm.output_messages.#.message.role",
	  "llm.output_messages.#.message.content",
	  "llm.output_messages.#.message.reasoning_content",
	  "llm.output_messages.#.message.tool_calls.#.tool_call.function."
	  "arguments",
	  "llm.output_messages.#.message.finish_reason",
	  "llm.input_messages.#.message.content" },
};

/* The attribute whose name has i, then k where `name` has #. */
static struct json_value numbered(struct json_value span, const char *name,
				  unsigned i, unsigned k)
{
	char full[NAME_MAX_BYTES];
	size_t at = 0;

	for (; *name && at + 12 < sizeof(full); name++) {
		if (*name != '#') {
			full[at++] = *name;
			continue;
		}
		at += (size_t)snprintf(full + at, sizeof(full) - at, "%u", i);
		i = k;
	}
	full[at] = '\0';
	return attr(span, full);
}

static bool take_numbered(struct call *c, struct json_value span,
			  const struct numbering *names)
{
	struct chunk *chunk = &c->cx->gens->chunk;
	bool found = false;

	for (unsigned i = 0; i < NUMBERED_MAX; i++)
		call_hear(c, numbered(span, names->prompt, i, 0));
	for (unsigned i = 0; i < NUMBERED_MAX; i++) {
		chunk_clear(chunk);
		chunk_add_json(chunk, CHANNEL_REASONING,
			       numbered(span, names->think, i, 0));
		chunk_add_json(chunk, CHANNEL_ANSWER,
			       numbered(span, names->text, i, 0));
		for (unsigned k = 0; k < NUMBERED_MAX; k++) {
			struct json_value call =
				numbered(span, names->call, i, k);

			if (!call.doc)
				break;
			chunk_add_arguments(chunk, call);
		}
		if (!chunk->text.len)
			break;
		found |= emit(c, span, numbered(span, names->why, i, 0),
			      !numbered(span, names->role, 1, 0).doc);
	}
	return found;
}

/* Of a message in a list of Phoenix's: {"message.content":...} or
 * {"message":{"content":...}}. */
static struct json_value of_message(struct json_value message, const char *name)
{
	char full[NAME_MAX_BYTES];
	struct json_value found;

	snprintf(full, sizeof(full), "message.%s", name);
	found = json_get(message, full);
	return found.doc ? found : json_get(json_get(message, "message"), name);
}

static void take_calls(struct chunk *chunk, struct json_value calls)
{
	for (struct json_value v = json_first(calls); v.doc; v = json_next(v)) {
		struct json_value arguments =
			json_get(v, "tool_call.function.arguments");
		struct json_value call = json_get(v, "tool_call");

		chunk_add_arguments(
			chunk, arguments.doc ? arguments :
				json_get(json_get(call, "function"),
					 "arguments"));
	}
}

/* Messages in lists, as Phoenix has them. */
static bool take_listed(struct call *c, struct json_value span)
{
	struct chunk *chunk = &c->cx->gens->chunk;
	struct json_value list = attr(span, "llm.output_messages");
	struct json_value asked = attr(span, "llm.input_messages");
	bool found = false, alone = json_count(list) == 1;

	if (!json_is(list, JSON_ARRAY))
		return false;
	for (asked = json_first(asked); asked.doc; asked = json_next(asked))
		call_hear(c, of_message(asked, "content"));
	for (list = json_first(list); list.doc; list = json_next(list)) {
		chunk_clear(chunk);
		chunk_add_json(chunk, CHANNEL_REASONING,
			       of_message(list, "reasoning_content"));
		chunk_add_json(chunk, CHANNEL_ANSWER,
			       of_message(list, "content"));
		take_calls(chunk, of_message(list, "tool_calls"));
		found |= emit(c, span, of_message(list, "finish_reason"),
			      alone);
	}
	return found;
}

static bool take_mlflow(struct call *c, struct json_value span)
{
	struct json_value type = attr(span, "mlflow.spanType"), output;
	struct chunk *chunk = &c->cx->gens->chunk;

	if (!json_text_is(type, "\"LLM\"") &&
	    !json_text_is(type, "\"CHAT_MODEL\"") &&
	    !json_text_is(type, "LLM") && !json_text_is(type, "CHAT_MODEL"))
		return false;
	hear(c, attr(span, "mlflow.spanInputs"));
	output = call_opened(&c->cx->inner, attr(span, "mlflow.spanOutputs"));
	chunk_clear(chunk);
	call_output(chunk, output);
	return emit(c, span, json_is(output, JSON_OBJECT) ?
				     output : (struct json_value){ 0 }, true);
}

/* A message, or a choice, that is an event of its own: as a record of a log, or
 * as Logfire keeps them. body: what it says. */
static bool take_event(struct call *c, struct json_value event,
		       struct json_value body, struct json_value span)
{
	static const char *const asked[] = {
		"gen_ai.system.message", "gen_ai.user.message",
		"gen_ai.assistant.message", "gen_ai.tool.message",
	};
	struct chunk *chunk = &c->cx->gens->chunk;
	struct json_value name = json_get(event, "eventName");
	struct json_value message;

	if (!name.doc)
		name = json_get(event, "event.name");
	if (!name.doc)
		name = attr(event, "event.name");
	for (size_t i = 0; i < ARRAY_LEN(asked); i++)
		if (json_text_is(name, asked[i]))
			hear(c, body);
	if (!json_text_is(name, "gen_ai.choice"))
		return false;
	body = opened(&c->cx->inner, &c->plain, body);
	message = json_get(body, "message");
	chunk_clear(chunk);
	call_output(chunk, message.doc ? message : body);
	return emit(c, span, json_get(body, "finish_reason"), false);
}

static bool take_events(struct call *c, struct json_value span)
{
	struct json_value events = attr(span, "events"), v;
	struct json scratch = { 0 };
	bool found = false;

	events = call_opened(&scratch, events);
	for (v = json_first(events); json_is(events, JSON_ARRAY) && v.doc;
	     v = json_next(v))
		found |= take_event(c, v, v, span);
	json_release(&scratch);
	return found;
}

static void take_span(struct call *c, struct json_value span)
{
	bool found = take_messages(c, span) || take_mlflow(c, span) ||
		     take_listed(c, span) || take_events(c, span);

	for (size_t i = 0; i < ARRAY_LEN(numberings) && !found; i++) {
		buf_clear(&c->heard);
		found = take_numbered(c, span, &numberings[i]);
	}
	buf_clear(&c->heard);
}

/* --- records ------------------------------------------------------------ */

static bool is_span(struct json_value v)
{
	static const char *const ids[] = { "spanId", "span_id", "traceId",
					   "trace_id" };
	struct json_value context = json_get(v, "context");

	if (json_get(v, "context.span_id").doc && json_get(v, "span_kind").doc)
		return true; /* a row of Phoenix's table */
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		if (json_is_container(json_get(v, "attributes")) &&
		    (json_get(v, ids[i]).doc || json_get(context, ids[i]).doc))
			return true;
	return false;
}

/* The list of spans right in it, or none. */
static struct json_value spans_in(struct json_value v)
{
	struct json_value spans = json_get(v, "spans");
	struct json_value data = json_get(v, "data");

	return spans.doc ? spans :
	       json_is(data, JSON_ARRAY) ? data : json_get(data, "spans");
}

static bool detect_spans(struct json_value v)
{
	return json_is(json_get(v, "resourceSpans"), JSON_ARRAY) ||
	       json_is(json_get(v, "resourceLogs"), JSON_ARRAY) ||
	       is_span(v) || is_span(json_first(spans_in(v)));
}

static void take_list(struct call *c, struct json_value list)
{
	for (struct json_value v = json_first(list); v.doc; v = json_next(v))
		take_span(c, v);
}

/* Records of a log stand one after another: an answer has before it what it is
 * to. */
static void take_logs(struct call *c, struct json_value resources)
{
	for (struct json_value r = json_first(resources); r.doc;
	     r = json_next(r))
		for (struct json_value s = json_first(json_get(r, "scopeLogs"));
		     s.doc; s = json_next(s))
			for (struct json_value v =
				     json_first(json_get(s, "logRecords"));
			     v.doc; v = json_next(v))
				if (!take_messages(c, v))
					take_event(c, v, json_get(v, "body"),
						   v);
}

static bool record_spans(struct format_ctx *cx, struct json_value v,
			 struct err *why)
{
	static const char *const scopes[] = {
		"scopeSpans", "instrumentationLibrarySpans",
	};
	struct call c = { .cx = cx, .alone = is_span(v) };
	struct json_value r = json_first(json_get(v, "resourceSpans"));

	if (!detect_spans(v))
		return err_set(why, "it is no span");
	if (is_span(v))
		take_span(&c, v);
	take_list(&c, spans_in(v));
	for (; r.doc; r = json_next(r))
		for (size_t i = 0; i < ARRAY_LEN(scopes); i++)
			for (struct json_value s =
				     json_first(json_get(r, scopes[i]));
			     s.doc; s = json_next(s))
				take_list(&c, json_get(s, "spans"));
	take_logs(&c, json_get(v, "resourceLogs"));
	call_release(&c);
	return true;
}

const struct format format_spans = {
	.name = "spans",
	.title = "OpenTelemetry spans",
	.shape = FEED_RECORDS,
	.detect = detect_spans,
	.record = record_spans,
};
