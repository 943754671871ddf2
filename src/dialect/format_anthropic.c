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
#include "dialect/join.h"

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
	struct json_value type = json_get(e->record, "type");

	if (json_text_is(type, "content_block_delta") ||
	    json_text_is(type, "content_block_start"))
		buf_printf(out, "event: content_block_stop\n"
				"data: {\"type\":\"content_block_stop\","
				"\"index\":%u}\n\n",
			   json_u32(json_get(e->record, "index"), 0));
	buf_puts(out, "event: message_delta\n"
		      "data: {\"type\":\"message_delta\",\"delta\":"
		      "{\"stop_reason\":");
	json_put_string(out, e->reason, strlen(e->reason));
	buf_printf(out,
		   ",\"stop_sequence\":null},\"usage\":{\"output_tokens\":"
		   "%llu}}\n\n"
		   "event: message_stop\n"
		   "data: {\"type\":\"message_stop\"}\n\n",
		   (unsigned long long)e->n_tokens);
}

/* --- the whole answer --------------------------------------------------- */

static const char *const no_grows[] = { NULL };

/* What came of a tool's input, which is JSON in pieces; one that was cut is
 * closed where it was. */
static void close_block(struct tree *block)
{
	struct tree *pieces = tree_get(block, "partial_json");
	struct json j = { 0 }, inner = { 0 };
	struct buf text = { 0 };
	size_t len;
	const char *s;

	if (!pieces)
		return;
	tree_put(&text, pieces);
	json_read(&j, text.data, text.len, false, NULL);
	s = json_text(json_root(&j), &len);
	if (s && json_read(&inner, s, len, true, NULL)) {
		struct buf whole = { 0 };
		struct json again = { 0 };

		json_put(&whole, json_root(&inner));
		if (json_read(&again, whole.data, whole.len, false, NULL))
			tree_set(block, "input", tree_of(json_root(&again)));
		json_release(&again);
		buf_release(&whole);
	}
	tree_drop(block, "partial_json");
	json_release(&j);
	json_release(&inner);
	buf_release(&text);
}

static void join_delta(struct tree *block, struct json_value delta)
{
	static const char *const grows[] = { "text", "thinking", "signature",
					     "partial_json", NULL };

	for (struct json_value v = json_first(delta); v.doc; v = json_next(v))
		if (json_key_is(v, "citation"))
			tree_add(tree_have(block, "citations", JSON_ARRAY),
				 tree_of(v));
		else if (!json_key_is(v, "type"))
			tree_merge_member(block, v, grows);
}

/* The last event but one has counts that are newer than those of the first. */
static void join_message_delta(struct tree *answer, struct json_value v)
{
	tree_merge(answer, json_get(v, "delta"), no_grows);
	for (v = json_first(v); v.doc; v = json_next(v))
		if (!json_key_is(v, "type") && !json_key_is(v, "delta"))
			tree_merge_member(answer, v, no_grows);
}

static void join_anthropic(struct join *j, struct json_value v)
{
	struct json_value type = json_get(v, "type");
	struct json_value i = json_get(v, "index");
	struct tree *answer, *content;

	if (json_text_is(type, "message_start")) {
		tree_free(j->answer);
		j->answer = tree_of(json_get(v, "message"));
	}
	answer = join_answer(j, JSON_OBJECT);
	content = tree_have(answer, "content", JSON_ARRAY);
	if (json_text_is(type, "content_block_start"))
		tree_merge(join_slot(content, i), json_get(v, "content_block"),
			   no_grows);
	else if (json_text_is(type, "content_block_delta"))
		join_delta(join_slot(content, i), json_get(v, "delta"));
	else if (json_text_is(type, "message_delta"))
		join_message_delta(answer, v);
}

static void joined_anthropic(struct join *j)
{
	struct tree *content = tree_have(join_answer(j, JSON_OBJECT),
					 "content", JSON_ARRAY);

	for (struct tree *b = content->first; b; b = b->next)
		close_block(b);
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
	.join = join_anthropic,
	.joined = joined_anthropic,
	.words = { "end_turn", "max_tokens", "refusal" },
};
