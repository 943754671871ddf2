#include "input/ask.h"

#include <string.h>

#include "trace/json.h"

#define BEARER "Authorization: Bearer "
#define TURNS "\"messages\":[{\"role\":\"user\",\"content\":$}]"
#define USAGE "\"stream_options\":{\"include_usage\":true}"
#define IDS ",\"return_token_ids\":true"

/* The end of a path, and the fields beside the model; $ is the prompt as a
 * JSON string. A longer end stands before a shorter one. */
static const struct endpoint {
	const char *end;
	bool model;          /* the model is named */
	const char *fields;
	const char *extra;   /* only some servers know it; or "" */
	const char *header, *key;
} endpoints[] = {
	{ "/chat/completions", true, TURNS ",\"stream\":true," USAGE, IDS,
	  NULL, BEARER },
	{ "/completions", true, "\"prompt\":$,\"stream\":true," USAGE, IDS,
	  NULL, BEARER },
	{ "/responses", true, "\"input\":$,\"stream\":true", "", NULL,
	  BEARER },
	{ "/messages", true, TURNS ",\"stream\":true,\"max_tokens\":16384",
	  "", "anthropic-version: 2023-06-01", "x-api-key: " },
	/* Ollama */
	{ "/api/generate", true, "\"prompt\":$,\"stream\":true", "", NULL,
	  BEARER },
	{ "/api/chat", true, TURNS ",\"stream\":true", "", NULL, BEARER },
	/* llama-server */
	{ "/completion", false,
	  "\"prompt\":$,\"stream\":true,\"n_predict\":-1,"
	  "\"timings_per_token\":true,\"return_tokens\":true",
	  "", NULL, BEARER },
	/* TGI */
	{ "/generate_stream", false,
	  "\"inputs\":$,\"parameters\":{\"details\":true}", "", NULL,
	  BEARER },
	/* SGLang, which would stop after 128 tokens */
	{ "/generate", false,
	  "\"text\":$,\"stream\":true,"
	  "\"sampling_params\":{\"max_new_tokens\":16384}",
	  "", NULL, BEARER },
};

/* Bytes of the URL before its query. */
static size_t path_end(const char *url)
{
	return strcspn(url, "?#");
}

/* Bytes before the path. */
static size_t host_end(const char *url)
{
	const char *host = strstr(url, "://");
	size_t at = host ? (size_t)(host - url) + 3 : 0;

	return at + strcspn(url + at, "/?#");
}

static bool ends_with(const char *s, size_t n, const char *end)
{
	size_t len = strlen(end);

	return n >= len && memcmp(s + n - len, end, len) == 0;
}

static const struct endpoint *find(const char *url)
{
	size_t from = host_end(url), n = path_end(url);

	for (size_t i = 0; n > from && i < ARRAY_LEN(endpoints); i++)
		if (ends_with(url + from, n - from, endpoints[i].end))
			return &endpoints[i];
	return NULL;
}

/* The address of the chat behind "http://host", ".../" and ".../v1". */
static void complete(const char *url, struct buf *out)
{
	size_t from = host_end(url), n = path_end(url);
	const char *more = "";

	while (n > from && url[n - 1] == '/')
		n--;
	if (n == from)
		more = "/v1/chat/completions";
	else if (ends_with(url, n, "/v1"))
		more = "/chat/completions";
	else
		n = path_end(url);
	buf_append(out, url, n);
	buf_puts(out, more);
	buf_puts(out, url + path_end(url));
}

static void put_body(struct buf *out, const struct endpoint *e,
		     const char *model, const char *prompt, size_t len,
		     const char *extra)
{
	buf_putc(out, '{');
	if (e->model && model && *model) {
		buf_puts(out, "\"model\":");
		json_put_string(out, model, strlen(model));
		buf_putc(out, ',');
	}
	for (const char *c = e->fields; *c; c++) {
		if (*c == '$')
			json_put_string(out, prompt, len);
		else
			buf_putc(out, *c);
	}
	buf_puts(out, extra);
	buf_putc(out, '}');
}

bool ask_prompt(struct ask *ask, const char *url, const char *model,
		const char *prompt, size_t prompt_len, struct err *err)
{
	const struct endpoint *e;

	complete(url, &ask->url);
	e = find(buf_cstr(&ask->url));
	if (!e)
		return err_set(err,
			       "--prompt knows the paths of OpenAI-compatible "
			       "servers, llama-server, Ollama, TGI and SGLang, "
			       "such as /v1/chat/completions; for any other "
			       "give the body with --data");
	put_body(&ask->body, e, model, prompt, prompt_len, e->extra);
	if (*e->extra)
		put_body(&ask->plain, e, model, prompt, prompt_len, "");
	ask->header = e->header;
	ask->key = e->key;
	return true;
}

void ask_release(struct ask *ask)
{
	buf_release(&ask->url);
	buf_release(&ask->body);
	buf_release(&ask->plain);
}

const char *ask_key(const char *url)
{
	const struct endpoint *e = find(url);

	return e ? e->key : BEARER;
}
