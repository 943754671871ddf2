/*
 * watsonx text generation, streamed: a clock in every record.
 *
 *	{"model_id":"m","created_at":"2024-03-01T07:40:24.839Z",
 *	 "results":[{"generated_text":"the","generated_token_count":1,
 *	 "input_token_count":8,"stop_reason":"not_finished"}]}
 */
#include <inttypes.h>
#include <string.h>

#include "dialect/format.h"

static bool detect_watsonx(struct json_value v)
{
	struct json_value first = json_first(json_get(v, "results"));

	return json_get(v, "model_id").doc &&
	       json_get(first, "generated_text").doc &&
	       json_get(first, "stop_reason").doc;
}

static bool record_watsonx(struct format_ctx *cx, struct json_value v,
			   struct err *why)
{
	struct json_value result = json_first(json_get(v, "results"));
	struct json_value error = json_first(json_get(v, "errors"));
	struct gen *gen = gens_newest(cx->gens);
	uint32_t n_prompt = 0;
	struct facts *facts;

	if (json_is(error, JSON_OBJECT))
		return format_error(cx, error, why);
	if (!result.doc)
		return err_set(why, "it has no \"results\"");
	if (!gen)
		gen = gens_open(cx->gens, "", 0, NULL);
	facts = gen_facts(gen);
	chunk_clear(&cx->gens->chunk);
	chunk_add_json(&cx->gens->chunk, CHANNEL_ANSWER,
		       json_get(result, "generated_text"));
	gen_emit(cx->gens, gen, format_clock(cx, json_get(v, "created_at")));
	fact_json(&facts->model, json_get(v, "model_id"));
	fact_u32(&facts->usage_tokens,
		 json_get(result, "generated_token_count"));
	/* it is told once, then zero */
	fact_u32(&n_prompt, json_get(result, "input_token_count"));
	facts->prompt_tokens = MAX(facts->prompt_tokens, n_prompt);
	if (json_text_is(json_get(result, "stop_reason"), "not_finished"))
		return true;
	fact_json(&facts->finish_reason, json_get(result, "stop_reason"));
	gens_close(cx->gens, gen);
	return true;
}

static void finish_watsonx(const struct format_ending *e, struct buf *out)
{
	buf_puts(out, "event: message\ndata: {");
	format_copy(out, e->record, "model_id");
	format_copy(out, e->record, "model_version");
	format_copy(out, e->record, "created_at");
	buf_printf(out, "\"results\":[{\"generated_text\":\"\","
			"\"generated_token_count\":%" PRIu64
			",\"input_token_count\":0,\"stop_reason\":",
		   e->n_tokens);
	json_put_string(out, e->reason, strlen(e->reason));
	buf_puts(out, "}]}\n\n");
}

const struct format format_watsonx = {
	.name = "watsonx",
	.title = "watsonx stream",
	.shape = FEED_STREAM,
	.detect = detect_watsonx,
	.record = record_watsonx,
	.finish = finish_watsonx,
	.words = { "eos_token", "max_tokens", "cancelled" },
};
