/*
 * The AI SDK's streams: of messages for its screens, what its models hand on,
 * and the older data stream, whose lines have a letter for a type (frame.h):
 *
 *	{"type":"reasoning-delta","id":"r","delta":"..."}
 *	{"type":"text-delta","id":"t","delta":"..."}   or "text", "textDelta"
 *	{"type":"tool-input-delta","toolCallId":"c","inputTextDelta":"{"}
 *	{"type":"tool-input-available","toolCallId":"c","input":{}}
 *	{"type":"finish","finishReason":"stop"}
 *
 *	{"g":"..."} {"0":"..."}          reasoning, text
 *	{"c":{"argsTextDelta":"{"}}      {"9":{"args":{}}}
 *	{"e":{"finishReason":"stop","usage":{"completionTokens":5}}}
 *
 * A message may have steps: each is an answer of the model to what tools gave
 * back, so each is a generation. The whole input of a tool follows its pieces,
 * if those are sent.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "dialect/format.h"

struct aisdk {
	bool pieces;    /* of a tool's input came */
	bool has_text;  /* the open generation has output */
};

/* What a type and a letter are. */
enum aisdk_part {
	PART_OTHER, PART_BEGIN, PART_REASONING, PART_TEXT, PART_TOOL_BEGIN,
	PART_TOOL_DELTA, PART_TOOL, PART_END, PART_ERROR,
};

static const struct {
	const char *type, *letter;
	enum aisdk_part part;
} parts[] = {
	{ "text-delta", "0", PART_TEXT },
	{ "reasoning-delta", "g", PART_REASONING },
	{ "reasoning", NULL, PART_REASONING },
	{ "tool-input-start", "b", PART_TOOL_BEGIN },
	{ "tool-input-delta", "c", PART_TOOL_DELTA },
	{ "tool-call-delta", NULL, PART_TOOL_DELTA },
	{ "tool-input-available", "9", PART_TOOL },
	{ "tool-call", NULL, PART_TOOL },
	{ "start-step", "f", PART_BEGIN },
	{ "finish-step", "e", PART_END },
	{ "finish", "d", PART_END },
	{ "error", "3", PART_ERROR },
	{ "text-start", NULL, PART_OTHER },
	{ "reasoning-start", NULL, PART_OTHER },
	{ "stream-start", NULL, PART_OTHER },
};

/* What the record is; *body: where its members are. */
static enum aisdk_part part_of(struct json_value v, struct json_value *body)
{
	struct json_value type = json_get(v, "type"), first = json_first(v);

	*body = v;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		const char *letter = parts[i].letter;

		if (json_text_is(type, parts[i].type))
			return parts[i].part;
		if (letter && json_count(v) == 1 &&
		    json_key_is(first, letter)) {
			*body = first;
			return parts[i].part;
		}
	}
	return PART_OTHER;
}

static bool detect_aisdk(struct json_value v)
{
	static const char *const names[] = { "id", "toolCallId", "messageId",
					     "delta", "textDelta", "warnings" };
	struct json_value type = json_get(v, "type"), body;

	if (json_text_is(type, "start"))
		return json_get(v, "messageId").doc != NULL;
	if (json_text_is(type, "start-step"))
		return true;
	if (json_text_is(type, "reasoning") || json_text_is(type, "error"))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		for (size_t k = 0; json_text_is(type, parts[i].type) &&
				   k < ARRAY_LEN(names); k++)
			if (json_get(v, names[k]).doc)
				return true;
	return json_text_is(type, "finish") && part_of(v, &body) == PART_END &&
	       json_get(v, "finishReason").doc;
}

/* The first of these members that is there. */
static struct json_value any_of(struct json_value v, const char *const *names)
{
	struct json_value found = { 0 };

	for (; *names && !found.doc; names++)
		found = json_get(v, *names);
	return found;
}

static const char *const texts[] = { "delta", "text", "textDelta", NULL };
static const char *const inputs[] = { "inputTextDelta", "argsTextDelta",
				      "delta", NULL };
static const char *const calls[] = { "input", "args", NULL };

static void take_end(struct format_ctx *cx, struct json_value v)
{
	struct gen *gen = gens_newest(cx->gens);
	struct json_value usage = json_get(v, "usage");
	struct facts *facts;

	if (!gen)
		return;
	facts = gen_facts(gen);
	fact_json(&facts->finish_reason, json_get(v, "finishReason"));
	fact_json(&facts->finish_reason,
		  json_get(json_get(v, "finishReason"), "unified"));
	if (facts->usage_tokens) /* of the step; this is of all of them */
		return;
	fact_u32(&facts->prompt_tokens, json_get(usage, "promptTokens"));
	fact_u32(&facts->prompt_tokens, json_get(usage, "inputTokens"));
	fact_u32(&facts->usage_tokens, json_get(usage, "completionTokens"));
	fact_u32(&facts->usage_tokens, json_get(usage, "outputTokens"));
}

static void begin(struct format_ctx *cx)
{
	struct aisdk *s = cx->state;
	struct gen *gen = gens_newest(cx->gens);

	if (gen && s->has_text)
		gens_close(cx->gens, gen);
	*s = (struct aisdk){ 0 };
}

static void add(struct format_ctx *cx, enum aisdk_part part,
		struct json_value body)
{
	struct aisdk *s = cx->state;
	struct chunk *c = &cx->gens->chunk;
	struct json_value text = json_is(body, JSON_STRING) ? body :
							any_of(body, texts);

	chunk_clear(c);
	if (part == PART_TEXT)
		chunk_add_json(c, CHANNEL_ANSWER, text);
	else if (part == PART_REASONING)
		chunk_add_json(c, CHANNEL_REASONING, text);
	else if (part == PART_TOOL_DELTA)
		chunk_add_json(c, CHANNEL_TOOL, any_of(body, inputs));
	else if (!s->pieces)
		chunk_add_arguments(c, any_of(body, calls));
	s->pieces |= part == PART_TOOL_DELTA;
	s->has_text = true;
	gen_emit(cx->gens, gens_current(cx->gens), cx->time_s);
}

static bool record_aisdk(struct format_ctx *cx, struct json_value v,
			 struct err *why)
{
	struct aisdk *s = cx->state;
	struct json_value body, error;
	enum aisdk_part part = part_of(v, &body);

	switch (part) {
	case PART_BEGIN:
		begin(cx);
		break;
	case PART_TOOL_BEGIN:
		s->pieces = false;
		break;
	case PART_END:
		take_end(cx, body);
		break;
	case PART_ERROR:
		error = json_get(body, "errorText");
		return format_error(cx, error.doc ? error : body, why);
	case PART_OTHER:
		break;
	default:
		add(cx, part, body);
	}
	return true;
}

/* A text or thought that is open has an end of its own. */
static void put_open_end(const struct format_ending *e, struct buf *out)
{
	static const char *const open[] = { "text", "reasoning" };
	struct json_value type = json_get(e->record, "type");
	struct json_value id = json_get(e->record, "id");

	for (size_t i = 0; i < ARRAY_LEN(open) && id.doc; i++) {
		char delta[24];

		snprintf(delta, sizeof(delta), "%s-delta", open[i]);
		if (!json_text_is(type, delta))
			continue;
		buf_printf(out, "data: {\"type\":\"%s-end\",\"id\":", open[i]);
		json_put(out, id);
		buf_puts(out, "}\n\n");
	}
}

/* What the prompt took is not known; the SDK's servers write null then. */
static void put_letter_end(const struct format_ending *e, struct buf *out)
{
	static const char *const ends[] = { "e", "d" };

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		buf_printf(out, "%s:{\"finishReason\":", ends[i]);
		json_put_string(out, e->reason, strlen(e->reason));
		buf_printf(out, ",\"usage\":{\"promptTokens\":null,"
				"\"completionTokens\":%" PRIu64 "}%s}\n",
			   e->n_tokens, i ? "" : ",\"isContinued\":false");
	}
}

static void finish_aisdk(const struct format_ending *e, struct buf *out)
{
	if (!json_get(e->record, "type").doc) {
		put_letter_end(e, out);
		return;
	}
	put_open_end(e, out);
	buf_puts(out, "data: {\"type\":\"finish-step\"}\n\n"
		      "data: {\"type\":\"finish\",\"finishReason\":");
	json_put_string(out, e->reason, strlen(e->reason));
	buf_puts(out, "}\n\ndata: [DONE]\n\n");
}

const struct format format_aisdk = {
	.name = "aisdk",
	.title = "AI SDK stream",
	.shape = FEED_STREAM,
	.state_bytes = sizeof(struct aisdk),
	.detect = detect_aisdk,
	.record = record_aisdk,
	.finish = finish_aisdk,
	.words = { "stop", "length", "other" },
};
