/*
 * A server's whole answer, not streamed, alone or wrapped as in batch output
 * ({"custom_id":..., "response":{"status_code":200,"body":{...}}}): OpenAI
 * chat completions, Ollama, ... : each dialect knows its own (`parts`). Those
 * that look like one record of a stream (llama-server's, SGLang's, text
 * completions) are that, unless wrapped.
 */
#include <math.h>

#include "dialect/record.h"

/* The dialect whose whole answer it is, or NULL; *parts: what holds its
 * generations. */
static const struct format *kind_of(struct json_value v, bool wrapped,
				    struct json_value *parts)
{
	for (size_t i = 0; formats[i]; i++) {
		if (!formats[i]->parts)
			continue;
		*parts = formats[i]->parts(v, wrapped);
		if (parts->doc)
			return formats[i];
	}
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
		json_get(v, "response_body"), /* Helicone */
		json_get(v, "output"),	      /* Weave */
		json_get(v, "outputs"),	      /* LangSmith */
		json_get(json_get(v, "result"), "message"),
		json_get(json_get(v, "output"), "outputBodyJson"), /* Bedrock */
	};

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		struct json_value parts;

		if (places[i].doc && kind_of(places[i], i > 0, &parts))
			return places[i];
	}
	return (struct json_value){ 0 };
}

static void emit_part(struct record *r, const struct format *format,
		      struct json_value response, struct json_value part,
		      size_t i, size_t n)
{
	struct gens *gens = r->cx->gens;
	struct gen *gen = record_open(r, (struct json_value){ 0 }, i, n, "");

	chunk_clear(&gens->chunk);
	format->part(gen, &gens->chunk, response, part);
	gen_emit(gens, gen, NAN);
	gens_close(gens, gen);
}

bool response_emit(struct record *r, struct json_value response,
		   struct err *why)
{
	struct json_value parts = { 0 };
	const struct format *format = kind_of(response, true, &parts);
	size_t n = json_count(parts), i = 0;

	if (!format)
		return err_set(why, "there is no answer in it");
	if (parts.at == response.at)
		emit_part(r, format, response, response, 0, 1);
	else
		for (struct json_value v = json_first(parts); v.doc;
		     v = json_next(v))
			emit_part(r, format, response, v, i++, n);
	return true;
}

static bool detect_response(struct json_value v)
{
	return response_in(v).doc ||
	       (json_get(v, "custom_id").doc &&
		(json_get(v, "response").doc || json_get(v, "result").doc));
}

/* "error":false and "error":0 say that there is none. */
static bool is_error(struct json_value v)
{
	return v.doc && !json_is(v, JSON_NULL) && !json_is(v, JSON_FALSE) &&
	       json_number(v, 1) != 0;
}

bool record_is_error(struct json_value v)
{
	static const char *const names[] = {
		"message", "Message", "type", "__type", "code", "status",
		"status_code", "statusCode", "object", "param", "detail",
		"request_id", "id", "error", NULL,
	};

	if (!json_is(json_get(v, "message"), JSON_STRING) &&
	    !json_is(json_get(v, "Message"), JSON_STRING) &&
	    !json_is(json_get(v, "detail"), JSON_STRING) &&
	    !is_error(json_get(v, "error")))
		return false;
	for (v = json_first(v); v.doc; v = json_next(v))
		if (!record_named(v, names))
			return false;
	return true;
}

/* What went wrong instead of an answer, at the places where it is told; NULL
 * or to be freed. */
static char *error_text(struct json_value v)
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
		if (!is_error(places[i]))
			continue;
		fact_json(&text, json_get(places[i], "message"));
		if (!text)
			fact_json(&text, places[i]);
	}
	if (!text && record_is_error(v)) {
		fact_json(&text, json_get(v, "detail"));
		fact_json(&text, json_get(v, "Message"));
		fact_json(&text, json_get(v, "message"));
	}
	if (!text)
		fact_json(&text, json_get(result, "type"));
	return text;
}

bool record_error(struct json_value v, struct err *why)
{
	char *text = error_text(v);

	if (text)
		err_set(why, "the server answered with an error: %.300s", text);
	mem_free(text);
	return text != NULL;
}

static bool record_response(struct format_ctx *cx, struct json_value v,
			    struct err *why)
{
	struct record r = { .cx = cx, .v = v };
	struct json_value response = response_in(v);

	if (response.doc)
		return response_emit(&r, response, why);
	if (!record_error(v, why)) {
		if (record_look(&r, why) && !r.guessed[0])
			record_emit(&r);
		else
			err_set(why, "there is no answer in it");
	}
	record_release(&r);
	return !why->text[0];
}

const struct format format_response = {
	.name = "response",
	.title = "saved answers",
	.shape = FEED_RECORDS,
	.detect = detect_response,
	.record = record_response,
};
