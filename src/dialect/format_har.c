/*
 * Recorded HTTP traffic: HAR files of browsers and proxies, and the cassettes
 * of VCR (vcrpy, Ruby's VCR, Betamax) that are kept as JSON. Each answer that
 * a model's server gave is read as if it had been saved alone.
 *
 *	{"log":{"entries":[{"response":{"content":{"text":"...",
 *	 "encoding":"base64"}}}]}}
 *	{"http_interactions":[{"response":{"body":{"base64_string":"..."}}}]}
 *	{"interactions":[{"response":{"body":{"string":"..."}}}]}
 *	{"interactions":[{"response":{"parsed_body":{...}}}]}    pydantic-ai
 *
 * and what keeps one exchange a record:
 *
 *	{"scope":"https://...","method":"POST","path":"/v1/...",
 *	 "response":"data: {...}"}              nock; a list of hex if packed
 *	{"request":{...},"response":{"body_raw":"event: ..."}}   claude-trace
 *	{"request_body":{...},"response_body":"data: {...}"}     proxies
 */
#include <string.h>

#include "base/base64.h"
#include "base/unpack.h"
#include "dialect/record.h"
#include "dialect/wrap.h"

enum { BODY_MAX_BYTES = FEED_RECORD_MAX_BYTES }; /* unpacked */

static struct json_value entries_of(struct json_value v)
{
	const struct json_value places[] = {
		json_get(json_get(v, "log"), "entries"),
		json_get(v, "http_interactions"),
		json_get(v, "interactions"),
	};

	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (json_is(places[i], JSON_ARRAY))
			return places[i];
	return (struct json_value){ 0 };
}

/* Does the request lie beside the answer, as such? */
static bool is_requested(struct json_value v)
{
	return json_is(json_get(v, "request"), JSON_OBJECT) ||
	       json_get(v, "request_body").doc ||
	       json_get(v, "requestBody").doc;
}

/* What the server sent, where a record is one exchange; or none. The last names
 * are those of a model's text, too, unless the request is there. */
static struct json_value exchanged(struct json_value v)
{
	static const char *const names[] = {
		"body_raw", "response_body", "responseBody", "body", "data",
		"text", "content",
	};
	struct json_value response = json_get(v, "response"), found = response;
	size_t n_names = ARRAY_LEN(names) - (is_requested(v) ? 0 : 2);

	for (size_t i = 0; i < n_names; i++) {
		if (!found.doc || json_is(found, JSON_OBJECT))
			found = json_get(response, names[i]);
		if (!found.doc && i < 3)
			found = json_get(v, names[i]);
	}
	return found;
}

/* Do events of a server begin here: their names, and JSON? A text may begin
 * with such a name, too. */
static bool begins_events(const char *s, size_t n)
{
	const char *lf;

	while (bytes_begin(s, n, "event:") || bytes_begin(s, n, "id:") ||
	       bytes_begin(s, n, "retry:")) {
		lf = memchr(s, '\n', n);
		if (!lf)
			return false;
		n -= (size_t)(lf + 1 - s);
		s = lf + 1;
	}
	return bytes_begin(s, n, "data: {") || bytes_begin(s, n, "data:{");
}

/* Is it an answer of a server, whole or the first line of several? What a model
 * was told to write as JSON is none. */
static bool is_answer(const char *s, size_t n)
{
	const char *lf = memchr(s, '\n', n);
	struct json json = { 0 };
	bool answer = false;

	if (json_read(&json, s, n, false, NULL) ||
	    (lf && json_read(&json, s, (size_t)(lf - s), false, NULL))) {
		struct json_value v = json_root(&json);
		const struct format *format = format_of(v);

		answer = response_in(v).doc ||
			 (format && format->shape == FEED_STREAM);
	}
	json_release(&json);
	return answer;
}

/* Is it one exchange, and the body text? */
static bool is_exchange(struct json_value v)
{
	struct json_value body = exchanged(v);
	bool nock = json_get(v, "scope").doc && json_get(v, "path").doc &&
		    json_get(v, "method").doc;
	size_t n;
	const char *s = json_text(body, &n);

	if (!nock && json_is(json_get(v, "response"), JSON_STRING))
		return false; /* beside its prompt, say */
	if (s && begins_events(s, n))
		return true;
	if (nock)
		return s || json_is(json_first(body), JSON_STRING);
	return s && bytes_begin(s, n, "{") && is_requested(v) &&
	       is_answer(s, n);
}

static bool detect_har(struct json_value v)
{
	struct json_value log = json_get(v, "log"), first;

	if (json_get(log, "version").doc && json_get(log, "creator").doc)
		return true;
	first = json_first(entries_of(v));
	return (json_get(first, "request").doc &&
		json_get(first, "response").doc) || is_exchange(v);
}

/* Undoes .gz and the like; what is broken stays as it is. */
static void unpack(struct buf *body)
{
	struct unpack *u = unpack_new();
	struct buf out = { 0 };
	size_t at = 0;
	bool fine = true;

	while (fine && (at < body->len || unpack_pending(u)) &&
	       out.len < BODY_MAX_BYTES) {
		size_t used = 0;

		fine = unpack_bytes(u, body->data + at, body->len - at, &used,
				    &out, FEED_PROBE_BYTES, NULL);
		at += used;
	}
	unpack_rest(u, &out);
	unpack_free(u);
	if (!out.len)
		return;
	buf_release(body);
	*body = out;
}

/* The body of an answer, as the server sent it. */
static void take_body(struct json_value response, struct buf *out)
{
	struct json_value content = json_get(response, "content");
	struct json_value body = json_get(response, "body"), text;
	bool base64 = json_text_is(json_get(content, "encoding"), "base64");
	size_t len;
	const char *s;

	text = json_get(content, "text");
	buf_clear(out);
	if (!body.doc && !content.doc)
		json_put(out, json_get(response, "parsed_body"));
	if (json_is(body, JSON_STRING))
		text = body;
	if (!text.doc)
		text = json_get(body, "string");
	if (!text.doc) {
		text = json_get(body, "base64_string");
		base64 |= text.doc != NULL;
	}
	s = json_text(text, &len);
	if (s && !(base64 && base64_get(out, s, len)))
		buf_append(out, s, len);
	if (out->len && unpack_wants(out->data[0]))
		unpack(out);
}

/* The body of one exchange; pieces that were packed are in hex. */
static void take_exchange(struct json_value v, struct buf *out)
{
	struct json_value body = exchanged(v), answer = response_in(v);
	size_t n;
	const char *s = json_text(body, &n);

	if (answer.doc)
		json_put(out, answer);
	else if (s)
		buf_append(out, s, n);
	else if (json_is(json_first(body), JSON_OBJECT))
		json_put(out, body);
	for (body = json_first(body); body.doc && !s; body = json_next(body)) {
		const char *hex = json_text(body, &n);

		if (hex)
			hex_get(out, hex, n);
	}
	if (out->len && unpack_wants(out->data[0]))
		unpack(out);
}

static bool record_har(struct format_ctx *cx, struct json_value v,
			struct err *why)
{
	struct json_value entries = entries_of(v);
	struct buf body = { 0 };
	struct err first = { "" };
	size_t found = 0;

	if (!entries.doc) {
		take_exchange(v, &body);
		found = body.len && wrap_body(cx, body.data, body.len, why);
		buf_release(&body);
		return found || (why->text[0] ? false :
				 err_set(why, "it holds no recorded answer"));
	}
	for (struct json_value e = json_first(entries); e.doc;
	     e = json_next(e)) {
		take_body(json_get(e, "response"), &body);
		found += body.len && wrap_body(cx, body.data, body.len, &first);
	}
	buf_release(&body);
	if (found)
		return true;
	if (!json_count(entries))
		return err_set(why, "it holds no recorded answers");
	return err_set(why, "of its %zu recorded answers none holds generated "
			    "text (%s)", json_count(entries),
		       first.text[0] ? first.text : "they have no bodies");
}

const struct format format_har = {
	.name = "har",
	.title = "recorded HTTP traffic (HAR, nock)",
	.shape = FEED_RECORDS,
	.detect = detect_har,
	.record = record_har,
};
