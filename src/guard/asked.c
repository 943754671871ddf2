/*
 * Names are looked for where the APIs have them; what is no JSON object asks
 * for nothing.
 */
#include "guard/asked.h"

#include <string.h>

#include "json/json.h"

/* Where APIs have the limit: "object" around it or NULL, and its name. */
static const struct {
	const char *object, *name;
} limits[] = {
	{ NULL, "max_completion_tokens" }, { NULL, "max_tokens" },
	{ NULL, "max_output_tokens" },     { NULL, "n_predict" },
	{ NULL, "max_new_tokens" },        { NULL, "max_length" },
	{ "options", "num_predict" },      { "parameters", "max_new_tokens" },
	{ "generationConfig", "maxOutputTokens" },
	{ "inferenceConfig", "maxTokens" },
	{ "generation_config", "max_output_tokens" },
};

static void set_model(struct asked *a, const char *s, size_t n)
{
	if (!s || n >= sizeof(a->model) || !json_is_utf8(s, n) ||
	    memchr(s, '\0', n))
		return;
	memcpy(a->model, s, n);
	a->model[n] = '\0';
}

/* "/v1beta/models/NAME:streamGenerateContent", "/model/NAME/converse". */
static void read_path(struct asked *a, const char *uri)
{
	static const char *const before[] = { "/models/", "/model/" };

	for (size_t i = 0; i < ARRAY_LEN(before) && !a->model[0]; i++) {
		const char *at = strstr(uri, before[i]);

		at = at ? at + strlen(before[i]) : NULL;
		if (at)
			set_model(a, at, strcspn(at, "/:?#"));
	}
}

void asked_read(struct asked *a, const char *uri, const struct buf *body)
{
	struct json doc = { 0 };
	struct json_value root;
	const char *model;
	size_t n;

	*a = (struct asked){ "", 0 };
	if (body->len)
		json_read(&doc, body->data, body->len, false, NULL);
	root = json_root(&doc);
	model = json_text(json_get(root, "model"), &n);
	set_model(a, model, n);
	for (size_t i = 0; i < ARRAY_LEN(limits) && !a->max_tokens; i++)
		a->max_tokens = json_u32(
			json_get(limits[i].object ?
					 json_get(root, limits[i].object) :
					 root, limits[i].name), 0);
	json_release(&doc);
	read_path(a, uri);
}
