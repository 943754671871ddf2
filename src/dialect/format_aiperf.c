/*
 * What NVIDIA's load generators keep of the answers that they measured, event
 * by event with its time: AIPerf with --export-level raw, a request a line, and
 * GenAI-Perf's profile_export.json, all in one.
 *
 *	{"metadata":{...},"start_perf_ns":1,"payload":{...},"responses":[
 *	 {"perf_ns":2,"packets":[{"name":"data","value":"{...}"}]},
 *	 {"perf_ns":3,"text":"{...}"}]}
 *	{"experiments":[{"requests":[{"response_timestamps":[1,2],
 *	 "response_outputs":[{"response":"data: {...}"}]}]}]}
 *
 * Each answer is read as what the server sent. GuideLLM keeps its text alone,
 * of all requests of all its benchmarks, by what became of them:
 *
 *	{"metadata":{"guidellm_version":"0.5"},"benchmarks":[
 *	 {"type_":"generative_benchmark","requests":{"successful":[
 *	  {"request_id":"r","output":"...","request_args":"{...}"}]}}]}
 */
#include <math.h>

#include "dialect/call.h"
#include "dialect/record.h"
#include "dialect/wrap.h"

static const double ns = 1e-9;

static bool is_request(struct json_value v)
{
	return json_get(v, "start_perf_ns").doc &&
	       json_is(json_get(v, "responses"), JSON_ARRAY);
}

static struct json_value requests_of(struct json_value experiment)
{
	struct json_value list = json_get(experiment, "requests");

	return json_get(json_first(list), "response_outputs").doc ?
		       list : (struct json_value){ 0 };
}

static bool is_guidellm(struct json_value v)
{
	struct json_value b = json_first(json_get(v, "benchmarks"));

	return json_get(json_get(v, "metadata"), "guidellm_version").doc ||
	       json_text_is(json_get(b, "type_"), "generative_benchmark");
}

static bool detect_aiperf(struct json_value v)
{
	return is_request(v) || is_guidellm(v) ||
	       requests_of(json_first(json_get(v, "experiments"))).doc;
}

static void put_text(struct buf *out, struct json_value string)
{
	size_t len;
	const char *s = json_text(string, &len);

	if (s)
		buf_append(out, s, len);
}

/* The event as it came: "data: {...}" and an empty line. */
static void put_event(struct buf *out, struct json_value packets)
{
	struct json_value v = json_first(packets);

	for (; v.doc; v = json_next(v)) {
		put_text(out, json_get(v, "name"));
		buf_puts(out, ": ");
		put_text(out, json_get(v, "value"));
		buf_putc(out, '\n');
	}
	if (json_count(packets))
		buf_putc(out, '\n');
}

/* An answer, in parts that came at times[i] (none: each tells its own). */
static void take_answer(struct format_ctx *cx, struct json_value parts,
			struct json_value times, struct err *why)
{
	struct wraps stream = { 0 };
	struct json_value at = json_first(times);
	struct buf bytes = { 0 };

	for (struct json_value v = json_first(parts); v.doc;
	     v = json_next(v)) {
		struct json_value time = at.doc ? at : json_get(v, "perf_ns");

		buf_clear(&bytes);
		put_event(&bytes, json_get(v, "packets"));
		put_text(&bytes, json_get(v, "text"));
		put_text(&bytes, json_get(v, "response"));
		wrap_part(cx, &stream,
			  &(struct wrap_part){
				  .name = "",
				  .s = bytes.data,
				  .n = bytes.len,
				  .time_s = json_number(time, NAN) * ns,
			  }, why);
		if (at.doc)
			at = json_next(at);
	}
	wrap_end(cx, &stream);
	if (cx->trouble.text[0])
		err_set(why, "%s", cx->trouble.text);
	err_clear(&cx->trouble);
	wrap_release(&stream);
	buf_release(&bytes);
}

/* One request: its prompt as such, or in what was sent. */
static void take_result(struct call *c, struct json_value v, const char *end)
{
	struct chunk *chunk = &c->cx->gens->chunk;
	struct json_value args = call_opened(&c->cx->inner,
					     json_get(v, "request_args"));
	struct json_value body = json_get(args, "body");
	struct json_value error = json_get(json_get(v, "info"), "error");
	struct facts *facts;
	struct gen *gen;

	buf_clear(&c->heard);
	call_hear(c, json_get(v, "prompt"));
	if (!c->heard.len)
		call_hear(c, body.doc ? body : args);
	chunk_clear(chunk);
	call_output(chunk, json_get(v, "output"));
	gen = call_emit(c);
	if (!gen)
		return;
	facts = gen_facts(gen);
	fact_json(&facts->model, json_get(body.doc ? body : args, "model"));
	fact_u32(&facts->usage_tokens, json_get(v, "output_tokens"));
	fact_u32(&facts->usage_tokens,
		 json_get(json_get(v, "output_metrics"), "text_tokens"));
	fact_u32(&facts->prompt_tokens, json_get(v, "prompt_tokens"));
	fact_u32(&facts->prompt_tokens,
		 json_get(json_get(v, "input_metrics"), "text_tokens"));
	facts_set(&facts->finish_reason, end);
	fact_json(&facts->note, error);
	gens_close(c->cx->gens, gen);
}

static size_t take_results(struct format_ctx *cx, struct json_value v)
{
	static const char *const kinds[][2] = {
		{ "successful", NULL },
		{ "incomplete", "incomplete" },
		{ "errored", "error" },
	};
	struct call c = { .cx = cx };
	size_t n;

	for (v = json_first(json_get(v, "benchmarks")); v.doc;
	     v = json_next(v))
		for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
			struct json_value r = json_first(json_get(
				json_get(v, "requests"), kinds[i][0]));

			for (; r.doc; r = json_next(r))
				take_result(&c, r, kinds[i][1]);
		}
	n = c.n;
	call_release(&c);
	return n;
}

static bool record_aiperf(struct format_ctx *cx, struct json_value v,
			  struct err *why)
{
	static const struct json_value none;
	struct json_value e = json_first(json_get(v, "experiments"));
	size_t before = cx->gens->n_opened;
	struct err first = { "" };

	if (is_guidellm(v))
		return take_results(cx, v) ||
		       err_set(why, "its requests have no text of an answer");
	if (is_request(v))
		take_answer(cx, json_get(v, "responses"), none, &first);
	for (; e.doc; e = json_next(e)) {
		struct json_value r = json_first(requests_of(e));

		for (; r.doc; r = json_next(r))
			take_answer(cx, json_get(r, "response_outputs"),
				    json_get(r, "response_timestamps"),
				    &first);
	}
	if (cx->gens->n_opened > before)
		return true;
	if (record_error(v, why))
		return false;
	return err_set(why, "%s", first.text[0] ? first.text :
						  "it holds no answer");
}

const struct format format_aiperf = {
	.name = "aiperf",
	.title = "AIPerf, GenAI-Perf, GuideLLM",
	.shape = FEED_STREAM,
	.detect = detect_aiperf,
	.record = record_aiperf,
};
