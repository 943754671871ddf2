#include "guard/proxy_end.h"

#include <string.h>

#include "trace/json.h"

enum { CHOICES_MAX = 128 };

/* What an end is made from. */
struct ending {
	struct json_value record;
	const char *reason;
	uint32_t n_choices;
	struct buf *out;
};

/* A member of the record as it was, if it was text or a number. */
static void copy(const struct ending *e, const char *name)
{
	struct json_value v = json_get(e->record, name);
	size_t len;
	const char *text = json_text(v, &len);

	if (json_is(v, JSON_STRING)) {
		buf_printf(e->out, "\"%s\":", name);
		json_put_string(e->out, text, len);
		buf_putc(e->out, ',');
	} else if (json_is(v, JSON_NUMBER)) {
		buf_printf(e->out, "\"%s\":%.0f,", name, json_number(v, 0));
	}
}

static void put_reason(const struct ending *e)
{
	json_put_string(e->out, e->reason, strlen(e->reason));
}

static void end_openai(const struct ending *e)
{
	struct json_value first =
		json_first(json_get(e->record, "choices"));
	bool text = json_get(first, "text").doc != NULL;

	buf_puts(e->out, "data: {");
	copy(e, "id");
	copy(e, "object");
	copy(e, "created");
	copy(e, "model");
	copy(e, "system_fingerprint");
	buf_puts(e->out, "\"choices\":[");
	for (uint32_t i = 0; i < e->n_choices; i++) {
		buf_printf(e->out, "%s{\"index\":%u,%s,\"logprobs\":null,"
				   "\"finish_reason\":",
			   i ? "," : "", i,
			   text ? "\"text\":\"\"" : "\"delta\":{}");
		put_reason(e);
		buf_putc(e->out, '}');
	}
	buf_puts(e->out, "]}\n\ndata: [DONE]\n\n");
}

static void end_ollama(const struct ending *e)
{
	buf_putc(e->out, '{');
	copy(e, "model");
	copy(e, "created_at");
	if (json_get(e->record, "message").doc)
		buf_puts(e->out, "\"message\":{\"role\":\"assistant\","
				 "\"content\":\"\"},");
	else
		buf_puts(e->out, "\"response\":\"\",");
	buf_puts(e->out, "\"done\":true,\"done_reason\":");
	put_reason(e);
	buf_puts(e->out, "}\n");
}

static void end_anthropic(const struct ending *e)
{
	bool usual = strcmp(e->reason, "stop") == 0;

	buf_printf(e->out,
		   "event: content_block_stop\n"
		   "data: {\"type\":\"content_block_stop\",\"index\":%u}\n\n"
		   "event: message_delta\n"
		   "data: {\"type\":\"message_delta\",\"delta\":"
		   "{\"stop_reason\":",
		   json_u32(json_get(e->record, "index"), 0));
	if (usual)
		buf_puts(e->out, "\"end_turn\"");
	else
		put_reason(e);
	buf_puts(e->out, ",\"stop_sequence\":null},\"usage\":{}}\n\n"
			 "event: message_stop\n"
			 "data: {\"type\":\"message_stop\"}\n\n");
}

static void end_llama(const struct ending *e)
{
	buf_puts(e->out, "data: {\"content\":\"\",\"tokens\":[],"
			 "\"stop\":true,\"stop_type\":");
	put_reason(e);
	buf_puts(e->out, "}\n\n");
}

static bool is_openai(struct json_value v)
{
	return json_is(json_get(v, "choices"), JSON_ARRAY);
}

static bool is_ollama(struct json_value v)
{
	return json_get(v, "done").doc && (json_get(v, "message").doc ||
					   json_get(v, "response").doc);
}

static bool is_anthropic(struct json_value v)
{
	return json_text_begins(json_get(v, "type"), "content_block_");
}

static bool is_llama(struct json_value v)
{
	return json_is(json_get(v, "content"), JSON_STRING) &&
	       json_get(v, "stop").doc;
}

static const struct {
	bool (*is)(struct json_value record);
	void (*end)(const struct ending *e);
} ends[] = {
	{ is_openai, end_openai },
	{ is_ollama, end_ollama },
	{ is_anthropic, end_anthropic },
	{ is_llama, end_llama },
};

void proxy_end(const struct buf *record, const char *reason,
	       uint32_t n_choices, struct buf *out)
{
	struct json json = { 0 };
	struct ending e = { .reason = reason, .n_choices = n_choices,
			    .out = out };

	if (json_read(&json, record->data, record->len, false, NULL)) {
		e.record = json_root(&json);
		for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
			if (!ends[i].is(e.record))
				continue;
			ends[i].end(&e);
			break;
		}
	}
	json_release(&json);
}

uint32_t proxy_n_choices(const struct buf *request)
{
	struct json json = { 0 };
	uint32_t n = 1;

	if (request->len &&
	    json_read(&json, request->data, request->len, false, NULL))
		n = json_u32(json_get(json_root(&json), "n"), 1);
	json_release(&json);
	return MIN(MAX(n, 1), CHOICES_MAX);
}
