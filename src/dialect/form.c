/*
 * Every server calls it by another name, but no name means two things, so one
 * table serves all dialects.
 */
#include <string.h>

#include "dialect/format.h"

/* The value at "a.b.c", or none. */
static struct json_value at_path(struct json_value v, const char *path)
{
	while (*path && v.doc) {
		size_t n = strcspn(path, ".");

		v = json_get_n(v, path, n);
		path += n + (path[n] == '.');
	}
	return v;
}

/* {"type":"text"}, "auto" and the like ask for nothing. */
static bool is_free(struct json_value v)
{
	static const char *const free[] = { "", "text", "auto", "none",
					    "text/plain", "AUTO", "NONE",
					    "VALIDATED" };
	struct json_value type = json_is(v, JSON_OBJECT) ?
					 json_get(v, "type") : v;

	for (size_t i = 0; i < ARRAY_LEN(free); i++)
		if (json_text_is(type, free[i]))
			return true;
	return !v.doc || json_is(v, JSON_NULL) || json_is(v, JSON_FALSE);
}

bool format_wants_form(const struct buf *request)
{
	static const char *const paths[] = {
		"response_format", "format", "text.format", "output_format",
		"output_config.format", "tool_choice", "function_call",
		"guided_json", "guided_regex", "guided_choice",
		"guided_grammar", "structured_outputs", "grammar",
		"json_schema", "regex", "ebnf",
		"generationConfig.responseSchema",
		"generationConfig.responseJsonSchema",
		"generationConfig.responseMimeType",
		"toolConfig.functionCallingConfig.mode",
		"sampling_params.json_schema", "sampling_params.regex",
		"sampling_params.ebnf", "sampling_params.structural_tag",
		"parameters.grammar", "outputConfig.textFormat",
		"toolConfig.toolChoice.any", "toolConfig.toolChoice.tool",
	};
	struct json asked = { 0 };
	struct json_value v;
	bool wants = false;

	if (request && request->len &&
	    json_read(&asked, request->data, request->len, false, NULL)) {
		v = json_root(&asked);
		for (size_t i = 0; i < ARRAY_LEN(paths) && !wants; i++)
			wants = !is_free(at_path(v, paths[i]));
	}
	json_release(&asked);
	return wants;
}
