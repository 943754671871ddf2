#include "trace/format.h"

#include <string.h>

static bool has(struct json_value v, const char *key)
{
	return json_get(v, key).doc != NULL;
}

/* ---- dialects that are known and not read by this version ---- */

static bool is_responses(struct json_value v)
{
	return json_text_begins(json_get(v, "type"), "response.");
}

static const struct format format_responses = {
	.name = "openai-responses",
	.title = "OpenAI Responses events",
	.detect = is_responses,
	.refusal = "holds OpenAI Responses events, which this version does "
		   "not read; record the same request through "
		   "/v1/chat/completions with \"stream\":true",
};

static bool is_anthropic(struct json_value v)
{
	static const char *const types[] = {
		"message_start", "content_block_start", "content_block_delta",
		"content_block_stop", "message_delta", "message_stop",
	};

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (json_text_is(json_get(v, "type"), types[i]))
			return true;
	return json_text_is(json_get(v, "type"), "message") &&
	       has(v, "stop_reason") && has(v, "content");
}

static const struct format format_anthropic = {
	.name = "anthropic",
	.title = "Anthropic messages",
	.detect = is_anthropic,
	.refusal = "holds Anthropic messages, which this version does not "
		   "read; extract the text (jq -rj '.delta.text // empty') "
		   "and open that",
};

static bool is_llama_server(struct json_value v)
{
	return json_is(json_get(v, "content"), JSON_STRING) &&
	       (json_is(json_get(v, "stop"), JSON_TRUE) ||
		json_is(json_get(v, "stop"), JSON_FALSE)) &&
	       (has(v, "tokens") || has(v, "id_slot") ||
		has(v, "tokens_predicted"));
}

static const struct format format_llama_server = {
	.name = "llama-server",
	.title = "llama-server /completion",
	.detect = is_llama_server,
	.refusal = "holds llama-server's own /completion events, which this "
		   "version does not read; record the same request through "
		   "/v1/chat/completions with \"stream\":true",
};

static bool is_tgi(struct json_value v)
{
	struct json_value token = json_get(v, "token");

	return has(token, "id") && has(token, "text") &&
	       has(token, "special");
}

static const struct format format_tgi = {
	.name = "tgi",
	.title = "TGI generate_stream",
	.detect = is_tgi,
	.refusal = "holds TGI generate_stream events, which this version does "
		   "not read; record the same request through "
		   "/v1/chat/completions with \"stream\":true",
};

static bool is_sglang(struct json_value v)
{
	return json_is(json_get(v, "text"), JSON_STRING) &&
	       has(json_get(v, "meta_info"), "finish_reason");
}

static const struct format format_sglang = {
	.name = "sglang",
	.title = "SGLang /generate",
	.detect = is_sglang,
	.refusal = "holds SGLang's own /generate events, which this version "
		   "does not read; record the same request through "
		   "/v1/chat/completions with \"stream\":true",
};

static bool is_inspect(struct json_value v)
{
	return has(v, "version") && has(v, "status") &&
	       json_is(json_get(v, "eval"), JSON_OBJECT);
}

static const struct format format_inspect = {
	.name = "inspect",
	.title = "Inspect log",
	.detect = is_inspect,
	.refusal = "is an Inspect log, which this version does not read; "
		   "extract the answers (jq -c '.samples[]|{id,target,"
		   "completion:.output.choices[0].message.content}') and open "
		   "those",
};

static bool is_helm(struct json_value v)
{
	return has(v, "adapter_spec") ||
	       (has(v, "request_states") && !has(v, "choices"));
}

static const struct format format_helm = {
	.name = "helm",
	.title = "HELM scenario state",
	.detect = is_helm,
	.refusal = "is a HELM scenario state, which this version does not "
		   "read; extract the answers (jq -c '.request_states[]|"
		   "{prompt:.request.prompt,completion:.result.completions[0]"
		   ".text}') and open those",
};

static bool is_watsonx(struct json_value v)
{
	struct json_value first = json_at(json_get(v, "results"), 0);

	return has(v, "model_id") && has(first, "generated_text") &&
	       json_text_is(json_get(first, "stop_reason"), "not_finished");
}

static const struct format format_watsonx = {
	.name = "watsonx",
	.title = "watsonx text generation",
	.detect = is_watsonx,
	.refusal = "holds watsonx events, which this version does not read; "
		   "extract the text (jq -rj '.results[0].generated_text') "
		   "and open that",
};

const struct format *const formats[] = {
	&format_native,	   &format_responses,	 &format_anthropic,
	&format_tgi,	   &format_sglang,	 &format_llama_server,
	&format_inspect,   &format_helm,	 &format_watsonx,
	&format_openai,	   &format_ollama,	 &format_response,
	&format_jsonl,	   &format_text,	 NULL,
};

const struct format *format_find(const char *name)
{
	for (size_t i = 0; formats[i]; i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	return NULL;
}

const struct format *format_of(struct json_value record)
{
	for (size_t i = 0; formats[i]; i++)
		if (formats[i]->detect && formats[i]->detect(record))
			return formats[i];
	return NULL;
}
