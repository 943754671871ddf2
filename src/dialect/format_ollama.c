/*
 * Ollama's /api/generate and /api/chat, one JSON object a line:
 *
 *	{"model":"m","created_at":"2026-01-31T09:00:00.123456789Z",
 *	 "response":"...","thinking":"...","done":false}
 *	{...,"message":{"content":"...","thinking":"..."},"done":false}
 *
 * Every line has a clock. The last one (done) has counts and the reason. An
 * answer that was not streamed is one such line.
 */
#include "dialect/join.h"

#include <inttypes.h>
#include <string.h>

static bool detect_ollama(struct json_value v)
{
	bool text = json_is(json_get(v, "response"), JSON_STRING) ||
		    json_is(json_get(v, "message"), JSON_OBJECT);

	return text && json_is(json_get(v, "created_at"), JSON_STRING) &&
	       json_get(v, "done").doc;
}

static void put_text(struct chunk *c, struct json_value record)
{
	struct json_value message = json_get(record, "message");
	struct json_value calls = json_get(message, "tool_calls");

	chunk_add_json(c, CHANNEL_REASONING, json_get(record, "thinking"));
	chunk_add_json(c, CHANNEL_REASONING, json_get(message, "thinking"));
	chunk_add_json(c, CHANNEL_ANSWER, json_get(record, "response"));
	chunk_add_json(c, CHANNEL_ANSWER, json_get(message, "content"));
	for (struct json_value v = json_first(calls); v.doc; v = json_next(v))
		chunk_add_json(c, CHANNEL_TOOL,
			       json_get(json_get(v, "function"), "name"));
	chunk_entries(c, json_get(record, "logprobs"));
}

static void put_facts(struct facts *facts, struct json_value record)
{
	fact_json(&facts->model, json_get(record, "model"));
	fact_json(&facts->finish_reason, json_get(record, "done_reason"));
	fact_u32(&facts->usage_tokens, json_get(record, "eval_count"));
	fact_u32(&facts->prompt_tokens, json_get(record, "prompt_eval_count"));
}

static bool record_ollama(struct format_ctx *cx, struct json_value record,
			  struct err *why)
{
	struct json_value error = json_get(record, "error");
	char key[GEN_KEY_MAX];
	size_t id_len = gen_key(key, json_get(record, "model"), 0);
	struct gen *gen = gens_find(cx->gens, key);

	if (json_is(error, JSON_STRING))
		return format_error(cx, error, why);
	if (!json_get(record, "response").doc &&
	    !json_is(json_get(record, "message"), JSON_OBJECT))
		return err_set(why, "it has neither \"response\" nor "
				    "\"message\"");
	chunk_clear(&cx->gens->chunk);
	put_text(&cx->gens->chunk, record);
	if (!gen)
		gen = gens_open(cx->gens, key, id_len, NULL);
	gen_emit(cx->gens, gen,
		 format_clock(cx, json_get(record, "created_at")));
	put_facts(gen_facts(gen), record);
	if (json_is(json_get(record, "done"), JSON_TRUE))
		gens_close(cx->gens, gen);
	return true;
}

/* --- the server's side -------------------------------------------------- */

static struct json_value parts_ollama(struct json_value v, bool wrapped)
{
	bool answer = json_is(json_get(v, "done"), JSON_TRUE) &&
		      (json_is(json_get(v, "response"), JSON_STRING) ||
		       json_is(json_get(v, "message"), JSON_OBJECT));

	(void)wrapped;
	return answer ? v : (struct json_value){ 0 };
}

static void part_ollama(struct gen *gen, struct chunk *chunk,
			struct json_value answer, struct json_value part)
{
	(void)part;
	put_text(chunk, answer);
	put_facts(gen_facts(gen), answer);
}

static void finish_ollama(const struct format_ending *e, struct buf *out)
{
	buf_putc(out, '{');
	format_copy(out, e->record, "model");
	format_copy(out, e->record, "created_at");
	buf_puts(out, json_get(e->record, "message").doc ?
			      "\"message\":{\"role\":\"assistant\","
			      "\"content\":\"\"}," :
			      "\"response\":\"\",");
	buf_puts(out, "\"done\":true,\"done_reason\":");
	json_put_string(out, e->reason, strlen(e->reason));
	if (e->note) {
		buf_puts(out, ",\"x_lilscope\":");
		json_put_string(out, e->note, strlen(e->note));
	}
	buf_printf(out, ",\"eval_count\":%" PRIu64
			"}\n", e->n_tokens);
}

static void join_ollama(struct join *j, struct json_value record)
{
	static const char *const grows[] = { "response", "thinking", "content",
					     NULL };
	struct tree *answer = join_answer(j, JSON_OBJECT);

	tree_drop(answer, "context"); /* the last one is whole */
	tree_merge(answer, record, grows);
}

static const struct format_ask asks_ollama[] = {
	{ .end = "/api/generate", .model = true,
	  .body = "'prompt':$,'stream':true", .unasked = true },
	{ .end = "/api/chat", .model = true, .body = FORMAT_TURNS,
	  .unasked = true },
	{ 0 },
};

const struct format format_ollama = {
	.name = "ollama",
	.title = "Ollama stream",
	.shape = FEED_STREAM,
	.detect = detect_ollama,
	.record = record_ollama,
	.parts = parts_ollama,
	.part = part_ollama,
	.asks = asks_ollama,
	.finish = finish_ollama,
	.join = join_ollama,
	.words = { "stop", "length", "stop" },
};
