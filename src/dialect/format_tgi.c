/*
 * Text Generation Inference, /generate_stream: one token a record, with its
 * id and probability; the last record has the whole text once more.
 *
 *	{"index":1,"token":{"id":5,"text":"Hi","logprob":-0.5,
 *	 "special":false},"generated_text":null,"details":null}
 *
 * Records do not name their request. An index that does not grow begins a
 * new generation.
 */
#include "dialect/format.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

struct tgi_state {
	uint32_t index; /* of the last token, 0: none */
};

static bool has(struct json_value v, const char *key)
{
	return json_get(v, key).doc != NULL;
}

static bool detect_tgi(struct json_value v)
{
	struct json_value token = json_get(v, "token");

	return has(token, "id") && has(token, "text") &&
	       has(token, "special");
}

static struct gen *gen_of(struct format_ctx *cx, struct json_value v)
{
	struct tgi_state *state = cx->state;
	struct gen *gen = gens_newest(cx->gens);
	uint32_t index = json_u32(json_get(v, "index"), 0);

	if (gen && (gen->finished || (index && index <= state->index))) {
		gens_close(cx->gens, gen);
		gen = NULL;
	}
	state->index = index;
	return gen ? gen : gens_open(cx->gens, "", 0, NULL);
}

static void take_details(struct gen *gen, struct json_value details)
{
	struct facts *facts = gen_facts(gen);

	fact_json(&facts->finish_reason, json_get(details, "finish_reason"));
	fact_u32(&facts->usage_tokens, json_get(details, "generated_tokens"));
	fact_u32(&facts->prompt_tokens, json_get(details, "input_length"));
}

static void put_token(struct chunk *chunk, struct json_value token)
{
	if (!json_is(json_get(token, "special"), JSON_TRUE))
		chunk_token(chunk, CHANNEL_ANSWER, json_get(token, "text"),
			    json_u32(json_get(token, "id"), TRACE_NO_ID),
			    (float)json_number(json_get(token, "logprob"),
					       NAN));
}

static bool record_tgi(struct format_ctx *cx, struct json_value v,
		       struct err *why)
{
	struct json_value error = json_get(v, "error");
	struct json_value token = json_get(v, "token");
	struct chunk *chunk = &cx->gens->chunk;
	struct gen *gen;

	if (json_is(error, JSON_OBJECT) || json_is(error, JSON_STRING))
		return format_error(cx, error, why);
	if (!json_is(token, JSON_OBJECT))
		return err_set(why, "it has no \"token\"");
	gen = gen_of(cx, v);
	chunk_clear(chunk);
	put_token(chunk, token);
	gen_emit(cx->gens, gen, cx->time_s);
	take_details(gen, json_get(v, "details"));
	if (json_is(json_get(v, "generated_text"), JSON_STRING))
		gens_close(cx->gens, gen);
	return true;
}

/* --- the server's side -------------------------------------------------- */

static struct json_value parts_tgi(struct json_value v, bool wrapped)
{
	bool answer = json_is(json_get(v, "generated_text"), JSON_STRING) &&
		      has(json_get(v, "details"), "finish_reason");

	(void)wrapped;
	return answer ? v : (struct json_value){ 0 };
}

/* Tokens spell the text, but for special ones. */
static void part_tgi(struct gen *gen, struct chunk *chunk,
		     struct json_value answer, struct json_value part)
{
	struct json_value details = json_get(answer, "details");
	struct json_value tokens = json_get(details, "tokens");

	(void)part;
	for (struct json_value v = json_first(tokens); v.doc; v = json_next(v))
		put_token(chunk, v);
	if (!chunk->n)
		chunk_add_json(chunk, CHANNEL_ANSWER,
			       json_get(answer, "generated_text"));
	take_details(gen, details);
	gen_facts(gen)->prompt_tokens =
		(uint32_t)json_count(json_get(details, "prefill"));
}

/* The last token has the whole text once more. */
static void finish_tgi(const struct format_ending *e, struct buf *out)
{
	uint32_t index = json_u32(json_get(e->record, "index"), 0);

	buf_printf(out, "data:{\"index\":%u,\"token\":{\"id\":0,\"text\":\"\","
			"\"logprob\":0,\"special\":true},\"generated_text\":",
		   index + 1);
	json_put_string(out, e->text ? e->text : "", e->text_len);
	buf_puts(out, ",\"details\":{\"finish_reason\":");
	json_put_string(out, e->reason, strlen(e->reason));
	buf_printf(out, ",\"generated_tokens\":%" PRIu64 ",\"input_length\":0"
			",\"seed\":null}}\n\n", e->n_tokens);
}

static const struct format_ask asks_tgi[] = {
	{ .end = "/generate_stream",
	  .body = "'inputs':$,'parameters':{'details':true}" },
	{ 0 },
};

const struct format format_tgi = {
	.name = "tgi",
	.title = "TGI generate_stream",
	.shape = FEED_STREAM,
	.state_bytes = sizeof(struct tgi_state),
	.detect = detect_tgi,
	.record = record_tgi,
	.parts = parts_tgi,
	.part = part_tgi,
	.asks = asks_tgi,
	.finish = finish_tgi,
	.words = { "eos_token", "length", "stop_sequence" },
};
