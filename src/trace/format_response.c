/*
 * A server's whole answer, not streamed, alone or wrapped as in batch output
 * ({"custom_id":..., "response":{"status_code":200,"body":{...}}}): OpenAI
 * chat completions and those that look like them, Responses, Anthropic's
 * messages, Ollama, TGI. Those that look like one record of a stream
 * (llama-server's, SGLang's, text completions) are that, unless wrapped.
 */
#include <math.h>

#include "trace/format_anthropic.h"
#include "trace/format_ollama.h"
#include "trace/format_openai.h"
#include "trace/format_responses.h"
#include "trace/record.h"

static bool is_chat_answer(struct json_value v)
{
	return json_is(json_get(json_first(json_get(v, "choices")), "message"),
		       JSON_OBJECT);
}

static bool is_text_answer(struct json_value v)
{
	return json_is(json_get(json_first(json_get(v, "choices")), "text"),
		       JSON_STRING);
}

static bool is_ollama_answer(struct json_value v)
{
	return json_is(json_get(v, "done"), JSON_TRUE) &&
	       (json_is(json_get(v, "response"), JSON_STRING) ||
		json_is(json_get(v, "message"), JSON_OBJECT));
}

static bool is_tgi_answer(struct json_value v)
{
	return json_is(json_get(v, "generated_text"), JSON_STRING) &&
	       json_get(json_get(v, "details"), "finish_reason").doc;
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

static void put_ollama(struct gen *gen, struct chunk *chunk,
		       struct json_value response)
{
	ollama_text(chunk, response);
	ollama_facts(gen_facts(gen), response);
}

static void put_responses(struct gen *gen, struct chunk *chunk,
			  struct json_value response)
{
	if (responses_output(chunk, response))
		facts_set(&gen_facts(gen)->note, responses_summary_note);
	responses_facts(gen_facts(gen), response);
}

static void put_anthropic(struct gen *gen, struct chunk *chunk,
			  struct json_value response)
{
	anthropic_content(chunk, response);
	anthropic_facts(gen_facts(gen), response);
}

/* Tokens spell the text, but for special ones. */
static void put_tgi(struct gen *gen, struct chunk *chunk,
		    struct json_value response)
{
	struct json_value details = json_get(response, "details");
	struct json_value tokens = json_get(details, "tokens");
	struct facts *facts = gen_facts(gen);

	for (struct json_value v = json_first(tokens); v.doc; v = json_next(v))
		if (!json_is(json_get(v, "special"), JSON_TRUE))
			chunk_token(chunk, CHANNEL_ANSWER,
				    json_get(v, "text"),
				    json_u32(json_get(v, "id"), TRACE_NO_ID),
				    (float)json_number(json_get(v, "logprob"),
						       NAN));
	if (!chunk->n)
		chunk_add_json(chunk, CHANNEL_ANSWER,
			       json_get(response, "generated_text"));
	fact_json(&facts->finish_reason, json_get(details, "finish_reason"));
	fact_u32(&facts->usage_tokens, json_get(details, "generated_tokens"));
	facts->prompt_tokens =
		(uint32_t)json_count(json_get(details, "prefill"));
}

/* The answers of servers; put is NULL where one has several generations. */
static const struct kind {
	bool (*is)(struct json_value v);
	void (*put)(struct gen *gen, struct chunk *chunk,
		    struct json_value response);
	bool wrapped; /* only inside something else */
} kinds[] = {
	{ is_chat_answer, NULL, false },
	{ is_text_answer, NULL, true },
	{ is_ollama_answer, put_ollama, false },
	{ responses_is_answer, put_responses, false },
	{ anthropic_is_answer, put_anthropic, false },
	{ is_tgi_answer, put_tgi, false },
};

static const struct kind *kind_of(struct json_value v)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].is(v))
			return &kinds[i];
	return NULL;
}

struct json_value response_in(struct json_value v)
{
	struct json_value response = json_get(v, "response");
	const struct json_value places[] = {
		v,
		response,
		json_get(response, "body"),
		json_get(v, "body"),
		json_get(json_get(v, "result"), "message"),
	};

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		const struct kind *kind = kind_of(places[i]);

		if (kind && (i || !kind->wrapped))
			return places[i];
	}
	return (struct json_value){ 0 };
}

bool response_emit(struct record *r, struct json_value response,
		   struct err *why)
{
	const struct kind *kind = kind_of(response);
	struct chunk *chunk = &r->cx->gens->chunk;
	struct gen *gen;

	if (!kind)
		return err_set(why, "there is no answer in it");
	if (!kind->put) {
		emit_choices(r, response);
		return true;
	}
	gen = record_open(r, (struct json_value){ 0 }, 0, 1, "");
	chunk_clear(chunk);
	kind->put(gen, chunk, response);
	gen_emit(r->cx->gens, gen, NAN);
	gens_close(r->cx->gens, gen);
	return true;
}

static bool detect_response(struct json_value v)
{
	return response_in(v).doc ||
	       (json_get(v, "custom_id").doc &&
		(json_get(v, "response").doc || json_get(v, "result").doc));
}

/* What went wrong instead of an answer, at the places where it is told. */
static char *error_in(struct json_value v)
{
	struct json_value response = json_get(v, "response");
	struct json_value result = json_get(v, "result");
	const struct json_value places[] = {
		json_get(v, "error"),
		json_get(json_get(response, "body"), "error"),
		json_get(json_get(result, "error"), "error"),
		json_get(result, "error"),
	};
	char *text = NULL;

	for (size_t i = 0; i < ARRAY_LEN(places) && !text; i++) {
		fact_json(&text, json_get(places[i], "message"));
		if (!text)
			fact_json(&text, places[i]);
	}
	if (!text)
		fact_json(&text, json_get(result, "type"));
	return text;
}

static bool record_response(struct format_ctx *cx, struct json_value v,
			    struct err *why)
{
	struct record r = { .cx = cx, .v = v };
	struct json_value response = response_in(v);
	char *text;

	if (response.doc)
		return response_emit(&r, response, why);
	text = error_in(v);
	if (text)
		err_set(why, "the server answered with an error: %.300s", text);
	else
		err_set(why, "there is no answer in it");
	mem_free(text);
	return false;
}

const struct format format_response = {
	.name = "response",
	.title = "saved answers",
	.shape = FEED_RECORDS,
	.detect = detect_response,
	.record = record_response,
};
