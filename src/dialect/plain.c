/*
 * Which server it is says the path alone, before any answer; so a row says
 * where it is asked, and what is sent there by mistake is asked again as it
 * was (exchange.c).
 */
#include "dialect/plain.h"

#include <string.h>

#define STREAM "\"stream\":true"
#define USAGE "\"stream_options\":{\"include_usage\":true},"

/* The way to ask that this path is the plain side of, or NULL; *elsewhere: the
 * stream has a path of its own. */
static const struct format_ask *ask_of(const char *uri, size_t n,
				       bool *elsewhere)
{
	const struct format_ask *here = format_ask_at(uri, n);

	for (size_t i = 0; formats[i]; i++) {
		const struct format_ask *a = formats[i]->asks;

		for (; a && a->end && formats[i]->join; a++) {
			*elsewhere = a->plain && bytes_end(uri, n, a->plain);
			if (*elsewhere || (a == here && !a->plain))
				return a;
		}
	}
	return NULL;
}

/* "…:generateContent?key=k" to "…:streamGenerateContent?alt=sse&key=k". */
static bool move(const struct format_ask *ask, const char *uri, size_t n,
		 struct buf *out)
{
	const char *query = uri[n] == '?' ? uri + n + 1 : "";

	if (strncmp(query, "alt=", 4) == 0 || strstr(query, "&alt="))
		return false; /* it wants another form */
	buf_append(out, uri, n - strlen(ask->plain));
	buf_printf(out, "%s?%s%s%s", ask->end, ask->query, *query ? "&" : "",
		   query);
	return true;
}

/* Does the request ask for a stream, or for what has none? */
static bool is_plain(const struct format_ask *ask, struct json_value v)
{
	struct json_value stream = json_get(v, "stream");

	if (!json_is(v, JSON_OBJECT) || json_get(v, "stream_options").doc ||
	    json_is(json_get(v, "background"), JSON_TRUE))
		return false;
	return json_is(stream, JSON_FALSE) ||
	       (!ask->unasked &&
		(!stream.doc || json_is(stream, JSON_NULL)));
}

static void put_stream(const struct format_ask *ask, struct json_value v,
		       const struct buf *body, struct buf *out)
{
	size_t len, at;
	bool usage = strstr(ask->body, "stream_options") != NULL;
	const char *s = json_spelled(v, &len);

	at = (size_t)(s - body->data) + 1;
	buf_append(out, body->data, at);
	if (usage)
		buf_puts(out, USAGE);
	buf_puts(out, json_count(v) ? STREAM "," : STREAM);
	/* a second one counts instead of the first, so it must say the same */
	for (v = json_first(v); v.doc; v = json_next(v)) {
		if (!json_key_is(v, "stream"))
			continue;
		s = json_spelled(v, &len);
		buf_append(out, body->data + at,
			   (size_t)(s - body->data) - at);
		buf_puts(out, "true");
		at = (size_t)(s - body->data) + len;
	}
	buf_append(out, body->data + at, body->len - at);
}

bool plain_as_stream(const char *uri, const struct buf *body,
		     struct buf *stream_uri, struct buf *stream_body)
{
	size_t n = strcspn(uri, "?");
	bool elsewhere;
	const struct format_ask *ask = ask_of(uri, n, &elsewhere);
	struct json j = { 0 };
	bool good = ask && body->len &&
		    json_read(&j, body->data, body->len, false, NULL);

	if (good && elsewhere) {
		good = move(ask, uri, n, stream_uri);
		buf_append(stream_body, body->data, body->len);
	} else if (good) {
		good = is_plain(ask, json_root(&j));
		buf_puts(stream_uri, uri);
		if (good)
			put_stream(ask, json_root(&j), body, stream_body);
	}
	json_release(&j);
	return good;
}
