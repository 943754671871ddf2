/*
 * A template of some dialect's row, filled in. What stands here is what holds
 * for all of them: where a URL's path is, and what a URL without one means.
 */
#include "input/ask.h"

#include <string.h>
#include <strings.h>

#include "dialect/format.h"

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

static const struct format_ask *find(const char *url)
{
	size_t from = host_end(url), n = path_end(url);

	return n > from ? format_ask_at(url + from, n - from) : NULL;
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
	else if (bytes_end(url, n, "/v1"))
		more = "/chat/completions";
	else
		n = path_end(url);
	buf_append(out, url, n);
	buf_puts(out, more);
	buf_puts(out, url + path_end(url));
}

/* A template's JSON: it has ' for ", and $ for the prompt. */
static void put_members(struct buf *out, const char *members,
			const char *prompt, size_t len)
{
	for (const char *c = members; *c; c++) {
		if (*c == '$')
			json_put_string(out, prompt, len);
		else
			buf_putc(out, *c == '\'' ? '"' : *c);
	}
}

static void put_body(struct buf *out, const struct format_ask *a,
		     const char *model, const char *prompt, size_t len,
		     const char *extra)
{
	buf_putc(out, '{');
	if (a->model && model && *model) {
		buf_puts(out, "\"model\":");
		json_put_string(out, model, strlen(model));
		buf_putc(out, ',');
	}
	put_members(out, a->body, prompt, len);
	put_members(out, extra, prompt, len);
	buf_putc(out, '}');
}

static bool refuse(struct err *err)
{
	struct buf ends = { 0 };

	for (size_t i = 0; formats[i]; i++) {
		if (formats[i]->asks && ends.len)
			buf_puts(&ends, ", ");
		format_ends(formats[i], ", ", &ends);
	}
	err_set(err, "--prompt knows servers by the end of the path (%s); for "
		     "any other give the body with --data", buf_cstr(&ends));
	buf_release(&ends);
	return false;
}

bool ask_prompt(struct ask *ask, const char *url, const char *model,
		const char *prompt, size_t prompt_len, struct err *err)
{
	const struct format_ask *a;

	complete(url, &ask->url);
	a = find(buf_cstr(&ask->url));
	if (!a)
		return refuse(err);
	put_body(&ask->body, a, model, prompt, prompt_len,
		 a->extra ? a->extra : "");
	if (a->extra)
		put_body(&ask->plain, a, model, prompt, prompt_len, "");
	ask->header = a->header;
	ask->key = a->key ? a->key : FORMAT_BEARER;
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
	const struct format_ask *a = find(url);

	return a && a->key ? a->key : FORMAT_BEARER;
}

const char *ask_key_name(const char *url)
{
	for (size_t i = 0; formats[i]; i++) {
		const char *host = formats[i]->host;

		if (host && strncasecmp(url, host, strlen(host)) == 0)
			return formats[i]->host_key;
	}
	return NULL;
}
