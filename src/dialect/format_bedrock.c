/*
 * Bedrock's Converse, saved, and ConverseStream as its SDKs print it and as
 * its frames have it (eventstream.h):
 *
 *	{"messageStart":{"role":"assistant"}}
 *	{"contentBlockDelta":{"contentBlockIndex":0,"delta":{"text":"..."}}}
 *	{"contentBlockDelta":{"delta":{"reasoningContent":{"text":"..."}}}}
 *	{"contentBlockDelta":{"delta":{"toolUse":{"input":"{\"a\""}}}}
 *	{"messageStop":{"stopReason":"end_turn"}}
 *	{"metadata":{"usage":{"inputTokens":5,"outputTokens":8}}}
 *
 *	{"output":{"message":{"content":[{"text":"..."},{"toolUse":{}}]}},
 *	 "stopReason":"end_turn","usage":{"inputTokens":5,"outputTokens":8}}
 *
 * Events name no message: they belong to the one begun last. Usage follows
 * the end, so a message is closed by it, or by the next beginning.
 */
#include <inttypes.h>
#include <string.h>

#include "dialect/eventstream.h"
#include "dialect/format.h"

static const char *const events[] = {
	"messageStart", "contentBlockStart", "contentBlockDelta",
	"contentBlockStop", "messageStop", "metadata",
};

/* An exception stands where an event would; each holds a message. */
static const char *const exceptions[] = {
	"internalServerException", "modelStreamErrorException",
	"serviceUnavailableException", "throttlingException",
	"validationException",
};

static struct json_value saved_message(struct json_value v)
{
	return json_get(json_get(v, "output"), "message");
}

static bool is_saved(struct json_value v)
{
	return json_is(json_get(saved_message(v), "content"), JSON_ARRAY);
}

static struct json_value exception_in(struct json_value v)
{
	struct json_value error = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(exceptions) && !error.doc; i++)
		error = json_get(v, exceptions[i]);
	return error;
}

static bool detect_bedrock(struct json_value v)
{
	if (is_saved(v) && json_get(v, "stopReason").doc)
		return true;
	for (size_t i = 0; i + 1 < ARRAY_LEN(events); i++)
		if (json_is(json_get(v, events[i]), JSON_OBJECT))
			return true;
	return (json_get(json_get(v, "metadata"), "usage").doc &&
		json_get(json_get(v, "metadata"), "metrics").doc) ||
	       exception_in(v).doc;
}

/* A block of a message, or the delta of one. */
static void add_block(struct chunk *c, struct json_value block)
{
	struct json_value thought = json_get(block, "reasoningContent");

	chunk_add_json(c, CHANNEL_ANSWER, json_get(block, "text"));
	chunk_add_json(c, CHANNEL_REASONING, json_get(thought, "text"));
	chunk_add_json(c, CHANNEL_REASONING,
		       json_get(json_get(thought, "reasoningText"), "text"));
	chunk_add_arguments(c, json_get(json_get(block, "toolUse"), "input"));
}

static void take_end(struct facts *facts, struct json_value v)
{
	struct json_value usage = json_get(v, "usage");

	fact_json(&facts->finish_reason, json_get(v, "stopReason"));
	fact_u32(&facts->prompt_tokens, json_get(usage, "inputTokens"));
	fact_u32(&facts->usage_tokens, json_get(usage, "outputTokens"));
}

static void take_saved(struct format_ctx *cx, struct json_value v)
{
	struct json_value content = json_get(saved_message(v), "content");
	struct gen *gen = gens_open(cx->gens, "", 0, NULL);

	chunk_clear(&cx->gens->chunk);
	for (struct json_value block = json_first(content); block.doc;
	     block = json_next(block))
		add_block(&cx->gens->chunk, block);
	gen_emit(cx->gens, gen, cx->time_s);
	take_end(gen_facts(gen), v);
	gens_close(cx->gens, gen);
}

static void take_event(struct format_ctx *cx, struct json_value v)
{
	struct json_value delta = json_get(json_get(v, "contentBlockDelta"),
					   "delta");
	struct json_value stop = json_get(v, "messageStop");
	struct json_value usage = json_get(v, "metadata");

	if (json_get(v, "messageStart").doc) {
		gens_close_some(cx->gens, true);
		gens_open(cx->gens, "", 0, NULL);
	}
	chunk_clear(&cx->gens->chunk);
	add_block(&cx->gens->chunk, delta);
	if (delta.doc)
		gen_emit(cx->gens, gens_current(cx->gens), cx->time_s);
	if (stop.doc)
		take_end(gen_facts(gens_current(cx->gens)), stop);
	if (usage.doc) {
		take_end(gen_facts(gens_current(cx->gens)), usage);
		gens_close(cx->gens, gens_current(cx->gens));
	}
}

static bool record_bedrock(struct format_ctx *cx, struct json_value v,
			   struct err *why)
{
	struct json_value error = exception_in(v);

	if (!error.doc)
		error = json_get(v, "error");
	if (error.doc)
		return format_error(cx, error, why);
	if (is_saved(v)) {
		take_saved(cx, v);
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(events); i++) {
		if (!json_get(v, events[i]).doc)
			continue;
		take_event(cx, v);
		return true;
	}
	return err_set(why, "it holds neither an event of ConverseStream nor "
			    "an output");
}

/* --- the server's side -------------------------------------------------- */

/* As frames: what passes the proxy has no other form. Without "metadata": what
 * the prompt took and how long it was on its way, the server alone can say. */
static void finish_bedrock(const struct format_ending *e, struct buf *out)
{
	struct json_value delta = json_get(e->record, "contentBlockDelta");
	struct buf json = { 0 };

	buf_printf(&json, "{\"contentBlockIndex\":%u}",
		   json_u32(json_get(delta, "contentBlockIndex"), 0));
	eventstream_put(out, "contentBlockStop", json.data, json.len);
	buf_clear(&json);
	buf_puts(&json, "{\"stopReason\":");
	json_put_string(&json, e->reason, strlen(e->reason));
	buf_putc(&json, '}');
	eventstream_put(out, "messageStop", json.data, json.len);
	buf_release(&json);
}

const struct format format_bedrock = {
	.name = "bedrock",
	.title = "Bedrock Converse",
	.shape = FEED_STREAM,
	.detect = detect_bedrock,
	.record = record_bedrock,
	.finish = finish_bedrock,
	.words = { "end_turn", "max_tokens", "guardrail_intervened" },
};
