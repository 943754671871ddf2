/*
 * Anthropic's messages, streamed:
 *
 *	{"type":"message_start","message":{"id":"msg_1","model":"m",...}}
 *	{"type":"content_block_delta","index":0,
 *	 "delta":{"type":"thinking_delta","thinking":"..."}}
 *	{"type":"message_delta","delta":{"stop_reason":"end_turn"},
 *	 "usage":{"output_tokens":9}}
 *	{"type":"message_stop"}
 *
 * Events do not name their message: they belong to the one begun last. Counts
 * are totals, not differences. Thinking may be a summary; then output_tokens
 * is of the thinking that nobody saw.
 */
#include "dialect/format.h"

#include <string.h>

/* --- whole messages ----------------------------------------------------- */

static struct json_value parts_anthropic(struct json_value v, bool wrapped)
{
	bool answer = json_text_is(json_get(v, "type"), "message") &&
		      json_is(json_get(v, "content"), JSON_ARRAY) &&
		      json_text_is(json_get(v, "role"), "assistant");

	(void)wrapped;
	return answer ? v : (struct json_value){ 0 };
}

/* A block, or a delta of one: each name holds text of one channel. */
static void add_block(struct chunk *c, struct json_value v)
{
	chunk_add_json(c, CHANNEL_REASONING, json_get(v, "thinking"));
	chunk_add_json(c, CHANNEL_ANSWER, json_get(v, "text"));
	chunk_add_json(c, CHANNEL_TOOL, json_get(v, "partial_json"));
}

static void put_facts(struct facts *facts, struct json_value message)
{
	fact_json(&facts->model, json_get(message, "model"));
	fact_json(&facts->finish_reason, json_get(message, "stop_reason"));
	format_usage(facts, json_get(message, "usage"));
}

/* In a stream a block begins with an empty input, whose text follows. */
static void part_anthropic(struct gen *gen, struct chunk *c,
			   struct json_value message, struct json_value part)
{
	struct json_value content = json_get(message, "content");

	(void)part;
	chunk_add_json(c, CHANNEL_ANSWER, content);
	for (struct json_value v = json_first(content); v.doc;
	     v = json_next(v)) {
		add_block(c, v);
		chunk_add_arguments(c, json_get(v, "input"));
	}
	put_facts(gen_facts(gen), message);
}

/* --- events ------------------------------------------------------------- */

static bool detect_anthropic(struct json_value v)
{
	static const char *const types[] = {
		"message_start", "content_block_start", "content_block_delta",
		"content_block_stop", "message_delta", "message_stop",
	};

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (json_text_is(json_get(v, "type"), types[i]))
			return true;
	return false;
}

static void begin(struct format_ctx *cx, struct json_value message)
{
	char key[GEN_KEY_MAX];
	size_t id_len = gen_key(key, json_get(message, "id"), 0);
	struct gen *gen = gens_open(cx->gens, key, id_len, NULL);

	put_facts(gen_facts(gen), message);
}

static void take_block(struct format_ctx *cx, struct json_value block)
{
	struct gen *gen = gens_current(cx->gens);

	chunk_clear(&cx->gens->chunk);
	add_block(&cx->gens->chunk, block);
	gen_emit(cx->gens, gen, cx->time_s);
}

static void take_end(struct format_ctx *cx, struct json_value v)
{
	struct facts *facts = gen_facts(gens_current(cx->gens));

	fact_json(&facts->finish_reason,
		  json_get(json_get(v, "delta"), "stop_reason"));
	format_usage(facts, json_get(v, "usage"));
}

static void stop(struct format_ctx *cx)
{
	struct gen *gen = gens_newest(cx->gens);

	if (gen)
		gens_close(cx->gens, gen);
}

static bool record_anthropic(struct format_ctx *cx, struct json_value v,
			     struct err *why)
{
	struct json_value type = json_get(v, "type");

	if (json_text_is(type, "message_start"))
		begin(cx, json_get(v, "message"));
	else if (json_text_is(type, "content_block_start"))
		take_block(cx, json_get(v, "content_block"));
	else if (json_text_is(type, "content_block_delta"))
		take_block(cx, json_get(v, "delta"));
	else if (json_text_is(type, "message_delta"))
		take_end(cx, v);
	else if (json_text_is(type, "message_stop"))
		stop(cx);
	else if (json_text_is(type, "error"))
		return format_error(cx, json_get(v, "error"), why);
	else if (!json_is(type, JSON_STRING))
		return err_set(why, "it has no \"type\"");
	return true;
}

/* --- the server's side -------------------------------------------------- */

static void finish_anthropic(const struct format_ending *e, struct buf *out)
{
	buf_printf(out,
		   "event: content_block_stop\n"
		   "data: {\"type\":\"content_block_stop\",\"index\":%u}\n\n"
		   "event: message_delta\n"
		   "data: {\"type\":\"message_delta\",\"delta\":"
		   "{\"stop_reason\":",
		   json_u32(json_get(e->record, "index"), 0));
	json_put_string(out, e->reason, strlen(e->reason));
	buf_printf(out,
		   ",\"stop_sequence\":null},\"usage\":{\"output_tokens\":"
		   "%llu}}\n\n"
		   "event: message_stop\n"
		   "data: {\"type\":\"message_stop\"}\n\n",
		   (unsigned long long)e->n_tokens);
}

static const struct format_ask asks_anthropic[] = {
	{ .end = "/messages", .model = true,
	  .body = FORMAT_TURNS ",'max_tokens':16384",
	  .header = "anthropic-version: 2023-06-01", .key = "x-api-key: " },
	{ 0 },
};

const struct format format_anthropic = {
	.name = "anthropic",
	.title = "Anthropic messages stream",
	.shape = FEED_STREAM,
	.detect = detect_anthropic,
	.record = record_anthropic,
	.parts = parts_anthropic,
	.part = part_anthropic,
	.asks = asks_anthropic,
	.host = "https://api.anthropic.com/",
	.host_key = "ANTHROPIC_API_KEY",
	.finish = finish_anthropic,
	.words = { "end_turn", "max_tokens", "refusal" },
};
