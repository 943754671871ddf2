/*
 * KoboldCpp's own API, streamed and saved:
 *
 *	{"token":" the","finish_reason":null}
 *	{"results":[{"text":"...","finish_reason":"stop","prompt_tokens":5,
 *	 "completion_tokens":6}]}
 *
 * A stream names neither its model nor itself; the next one begins behind a
 * finish reason. The members are counted: a token that is a string may be
 * anything elsewhere.
 */
#include <string.h>

#include "dialect/record.h"

static bool detect_kobold(struct json_value v)
{
	static const char *const names[] = { "token", "finish_reason",
					     "logprobs", NULL };

	if (!json_is(json_get(v, "token"), JSON_STRING))
		return false;
	for (v = json_first(v); v.doc; v = json_next(v))
		if (!record_named(v, names))
			return false;
	return true;
}

static bool record_kobold(struct format_ctx *cx, struct json_value v,
			  struct err *why)
{
	struct json_value error = json_get(v, "error");
	struct gen *gen;

	if (error.doc)
		return format_error(cx, error, why);
	if (!json_is(json_get(v, "token"), JSON_STRING))
		return err_set(why, "it has no \"token\"");
	gen = gens_current(cx->gens);
	chunk_clear(&cx->gens->chunk);
	chunk_add_json(&cx->gens->chunk, CHANNEL_ANSWER, json_get(v, "token"));
	gen_emit(cx->gens, gen, cx->time_s);
	fact_json(&gen_facts(gen)->finish_reason, json_get(v, "finish_reason"));
	if (gen_facts(gen)->finish_reason)
		gens_close(cx->gens, gen);
	return true;
}

/* --- whole answers ------------------------------------------------------ */

static struct json_value parts_kobold(struct json_value v, bool wrapped)
{
	struct json_value results = json_get(v, "results");
	struct json_value first = json_first(results);

	(void)wrapped;
	return json_is(results, JSON_ARRAY) &&
	       json_is(json_get(first, "text"), JSON_STRING) &&
	       (json_get(first, "finish_reason").doc ||
		json_count(v) == 1) ? results : (struct json_value){ 0 };
}

static void part_kobold(struct gen *gen, struct chunk *c,
			struct json_value answer, struct json_value part)
{
	struct facts *facts = gen_facts(gen);

	(void)answer;
	chunk_add_json(c, CHANNEL_ANSWER, json_get(part, "text"));
	fact_json(&facts->finish_reason, json_get(part, "finish_reason"));
	fact_u32(&facts->prompt_tokens, json_get(part, "prompt_tokens"));
	fact_u32(&facts->usage_tokens, json_get(part, "completion_tokens"));
}

/* --- the server's side -------------------------------------------------- */

static void finish_kobold(const struct format_ending *e, struct buf *out)
{
	buf_puts(out, "event: message\n"
		      "data: {\"token\":\"\",\"finish_reason\":");
	json_put_string(out, e->reason, strlen(e->reason));
	buf_puts(out, "}\n\n");
}

static const struct format_ask asks_kobold[] = {
	{ .end = "/api/extra/generate/stream",
	  .body = "'prompt':$,'max_length':4096" },
	{ 0 },
};

const struct format format_kobold = {
	.name = "koboldcpp",
	.title = "KoboldCpp stream",
	.shape = FEED_STREAM,
	.detect = detect_kobold,
	.record = record_kobold,
	.parts = parts_kobold,
	.part = part_kobold,
	.asks = asks_kobold,
	.finish = finish_kobold,
};
