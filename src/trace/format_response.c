/*
 * A server's whole answer, not streamed: OpenAI chat completions and those
 * that look like them, alone or wrapped as in batch output
 * ({"custom_id":..., "response":{"status_code":200,"body":{...}}}).
 */
#include <math.h>

#include "trace/format_ollama.h"
#include "trace/format_openai.h"
#include "trace/record.h"

static bool is_chat_answer(struct json_value v)
{
	return json_is(json_get(json_at(json_get(v, "choices"), 0), "message"),
		       JSON_OBJECT);
}

static bool is_ollama_answer(struct json_value v)
{
	return json_is(json_get(v, "done"), JSON_TRUE) &&
	       (json_is(json_get(v, "response"), JSON_STRING) ||
		json_is(json_get(v, "message"), JSON_OBJECT));
}

struct json_value response_in(struct json_value v)
{
	struct json_value response = json_get(v, "response");
	struct json_value body = json_get(response, "body");
	const struct json_value places[] = { v, response, body,
					     json_get(v, "body") };

	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (is_chat_answer(places[i]) || is_ollama_answer(places[i]))
			return places[i];
	return (struct json_value){ 0 };
}

static void emit_choices(struct record *r, struct json_value response)
{
	struct json_value choices = json_get(response, "choices");
	struct chunk *chunk = &r->cx->gens->chunk;
	size_t n = json_count(choices), i = 0;

	for (struct json_value v = json_first(choices); v.doc;
	     v = json_next(v), i++) {
		struct gen *gen = record_open(r, (struct json_value){ 0 }, i,
					      n, "");
		struct facts *facts = gen_facts(gen);

		chunk_clear(chunk);
		openai_choice(chunk, v);
		fact_json(&facts->model, json_get(response, "model"));
		openai_finish(facts, v);
		openai_usage(facts, response, n == 1);
		gen_emit(r->cx->gens, gen, NAN);
		gens_close(r->cx->gens, gen);
	}
}

bool response_emit(struct record *r, struct json_value response,
		   struct err *why)
{
	struct gen *gen;

	if (is_chat_answer(response)) {
		emit_choices(r, response);
		return true;
	}
	if (!is_ollama_answer(response))
		return err_set(why, "there is no answer in it");
	gen = record_open(r, (struct json_value){ 0 }, 0, 1, "");
	chunk_clear(&r->cx->gens->chunk);
	ollama_text(&r->cx->gens->chunk, response);
	ollama_facts(gen_facts(gen), response);
	gen_emit(r->cx->gens, gen, NAN);
	gens_close(r->cx->gens, gen);
	return true;
}

static bool detect_response(struct json_value v)
{
	return response_in(v).doc ||
	       (json_get(v, "custom_id").doc && json_get(v, "response").doc);
}

static bool record_response(struct format_ctx *cx, struct json_value v,
			    struct err *why)
{
	struct record r = { .cx = cx, .v = v };
	struct json_value response = response_in(v);
	struct json_value body = json_get(json_get(v, "response"), "body");
	struct json_value error = json_get(v, "error");
	char *text = NULL;

	if (response.doc)
		return response_emit(&r, response, why);
	if (json_is(error, JSON_NULL) || !error.doc)
		error = json_get(body, "error");
	fact_json(&text, json_get(error, "message"));
	if (text)
		err_set(why, "the server answered with an error: %.300s", text);
	mem_free(text);
	return err_set(why, "there is no answer in it");
}

const struct format format_response = {
	.name = "response",
	.title = "saved answers",
	.shape = FEED_RECORDS,
	.detect = detect_response,
	.record = record_response,
};
