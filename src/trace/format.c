#include "trace/format.h"

#include <string.h>

const struct format *const formats[] = {
	&format_native,	  &format_responses, &format_anthropic,
	&format_gemini,  &format_bedrock,   &format_cohere,
	&format_tgi,	  &format_sglang,    &format_llama,
	&format_openai,	  &format_ollama,    &format_watsonx,
	&format_lmeval,	  &format_inspect,   &format_helm,
	&format_response, &format_bench,     &format_jsonl,
	&format_text,	  NULL,
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
