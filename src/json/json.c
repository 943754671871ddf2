/*
 *	{"a":[1,"x"],"b":null}
 *
 *	node  0        1        2        3        4
 *	      object   array a  number   string   null b
 *	      len 2    len 2    1        x
 *	      next -   next 4   next 3   next -   next -
 *
 * The reader keeps one level a depth: the container and its last child, to
 * which the next child is linked.
 */
#include "json/json.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "json/json_lex.h"
#include "json/scan.h"

enum { SPAN_MAX_BYTES = 0x7fffffff };

struct level {
	uint32_t node; /* the container */
	uint32_t last; /* its last child, 0 for none */
};

struct json_reader {
	struct json *j;
	const char *s;
	size_t n, at;
	bool cut;   /* the end of input closes everything */
	bool ended; /* ... and did */
	const char *what;
	struct json_span key; /* of the next value */
	uint32_t from;        /* where that begins */
	unsigned depth;
	struct level levels[JSON_DEPTH_MAX];
};

static bool fail(struct json_reader *r, const char *what)
{
	r->what = what;
	return false;
}

/* At the end of input: fine if it may be cut. */
static bool at_end(struct json_reader *r, const char *what)
{
	r->ended = true;
	return r->cut ? false : fail(r, what);
}

static void skip_space(struct json_reader *r)
{
	while (r->at < r->n) {
		char c = r->s[r->at];

		if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
			return;
		r->at++;
	}
}

/* Decodes s[0..n), the inside of a string that holds a backslash. A cut
 * string may end inside an escape: that is left away. */
static bool decode(struct json_reader *r, const char *s, size_t n)
{
	return json_unescape(&r->j->decoded, s, n) || r->ended ||
	       fail(r, "an escape in a string is malformed");
}

/* A string at the opening quote. */
static bool read_string(struct json_reader *r, struct json_span *span)
{
	const char *from = r->s + r->at + 1;
	const char *end = json_closing_quote(from, r->s + r->n);
	size_t len;

	if (!end) {
		at_end(r, "a string has no end");
		if (!r->cut)
			return false;
		end = r->s + r->n;
	}
	len = (size_t)(end - from);
	*span = (struct json_span){ .start = (uint32_t)(from - r->s),
				    .len = (uint32_t)len & SPAN_MAX_BYTES };
	if (memchr(from, '\\', len)) {
		size_t start = r->j->decoded.len;

		if (!decode(r, from, len))
			return false;
		span->start = (uint32_t)start;
		span->len = (uint32_t)(r->j->decoded.len - start) &
			    SPAN_MAX_BYTES;
		span->decoded = 1;
	}
	r->at = r->ended ? r->n : (size_t)(end - r->s) + 1;
	return true;
}

static const char *bytes_of(const struct json *j, struct json_span span)
{
	return (span.decoded ? j->decoded.data : j->in) + span.start;
}

/* Adds a node to the open container. */
static bool add(struct json_reader *r, enum json_type type,
		struct json_span span)
{
	struct json *j = r->j;
	uint32_t at = (uint32_t)j->n;

	if (j->n >= JSON_NODES_MAX)
		return fail(r, "a record has too many values");
	j->nodes = grow(j->nodes, &j->cap, j->n + 1, sizeof(*j->nodes));
	j->nodes[j->n++] = (struct json_node){ .key = r->key,
					       .span = span,
					       .at = r->from,
					       .type = (unsigned)type & 7 };
	j->names |= 1ull << json_name_bit(bytes_of(j, r->key), r->key.len);
	r->key = (struct json_span){ 0 };
	if (r->depth) {
		struct level *level = &r->levels[r->depth - 1];

		if (level->last)
			j->nodes[level->last].next = at & 0x1fffffff;
		level->last = at;
		j->nodes[level->node].span.len++;
	}
	return true;
}

static const struct json_word {
	const char *text;
	enum json_type type;
} words[] = {
	{ "null", JSON_NULL },	     { "true", JSON_TRUE },
	{ "false", JSON_FALSE },     { "NaN", JSON_NUMBER },
	{ "Infinity", JSON_NUMBER }, { "-Infinity", JSON_NUMBER },
};

static bool read_word(struct json_reader *r)
{
	const char *s = r->s + r->at;
	size_t left = r->n - r->at;

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		size_t len = strlen(words[i].text);

		if (left < len && r->cut &&
		    memcmp(s, words[i].text, left) == 0)
			return at_end(r, NULL);
		if (left >= len && memcmp(s, words[i].text, len) == 0) {
			struct json_span span = {
				.start = (uint32_t)r->at,
				.len = (uint32_t)len & SPAN_MAX_BYTES,
			};

			r->at += len;
			return add(r, words[i].type, span);
		}
	}
	return fail(r, "a value was expected");
}

static bool read_scalar(struct json_reader *r)
{
	struct json_span span = { .start = (uint32_t)r->at };
	size_t len;
	bool more;

	if (r->s[r->at] == '"')
		return read_string(r, &span) && add(r, JSON_STRING, span);
	len = json_number_len(r->s + r->at, r->n - r->at, &more);
	if (more && r->cut)
		return at_end(r, NULL);
	if (!len)
		return read_word(r);
	span.len = (uint32_t)len & SPAN_MAX_BYTES;
	r->at += len;
	return add(r, JSON_NUMBER, span);
}

/* "name" : before a member's value. */
static bool read_key(struct json_reader *r)
{
	skip_space(r);
	if (r->at == r->n)
		return at_end(r, "an object has no end");
	if (r->s[r->at] != '"')
		return fail(r, "a member's name in quotes was expected");
	if (!read_string(r, &r->key))
		return false;
	if (r->ended)
		return false;
	skip_space(r);
	if (r->at == r->n)
		return at_end(r, "an object has no end");
	if (r->s[r->at] != ':')
		return fail(r, "a ':' was expected");
	r->at++;
	return true;
}

/* '[' or '{' at r->at. *empty: it was closed at once. */
static bool open_container(struct json_reader *r, bool *empty)
{
	char close = r->s[r->at] == '{' ? '}' : ']';
	uint32_t node = (uint32_t)r->j->n;

	if (r->depth == JSON_DEPTH_MAX)
		return fail(r, "it is nested deeper than 512 levels");
	if (!add(r, close == '}' ? JSON_OBJECT : JSON_ARRAY,
		 (struct json_span){ 0 }))
		return false;
	r->levels[r->depth++] = (struct level){ .node = node };
	r->at++;
	skip_space(r);
	*empty = r->at < r->n && r->s[r->at] == close;
	if (*empty) {
		r->at++;
		r->depth--;
		return true;
	}
	return close == '}' ? read_key(r) : true;
}

/* Behind a value: closes containers until a ',' asks for another value.
 * *done: the outermost value is complete. */
static bool behind_value(struct json_reader *r, bool *done)
{
	while (r->depth) {
		uint32_t node = r->levels[r->depth - 1].node;
		bool object = r->j->nodes[node].type == JSON_OBJECT;
		char c;

		skip_space(r);
		if (r->at == r->n)
			return at_end(r, object ? "an object has no end" :
						  "an array has no end");
		c = r->s[r->at];
		if (c != ',' && c != (object ? '}' : ']'))
			return fail(r, object ? "a ',' or '}' was expected" :
						"a ',' or ']' was expected");
		r->at++;
		if (c == ',')
			return object ? read_key(r) : true;
		r->depth--;
	}
	*done = true;
	return true;
}

static bool read_values(struct json_reader *r)
{
	bool done = false;

	while (!done) {
		bool scalar = true, empty = false;

		skip_space(r);
		if (r->at == r->n)
			return at_end(r, "a value was expected");
		r->from = (uint32_t)r->at;
		if (r->s[r->at] == '{' || r->s[r->at] == '[') {
			if (!open_container(r, &empty))
				return false;
			scalar = false;
		} else if (!read_scalar(r)) {
			return false;
		}
		if (r->ended)
			return false;
		if ((scalar || empty) && !behind_value(r, &done))
			return false;
	}
	skip_space(r);
	if (r->at < r->n)
		return fail(r, "something follows the end of the value");
	return true;
}

void json_release(struct json *j)
{
	mem_free(j->nodes);
	buf_release(&j->decoded);
	*j = (struct json){ 0 };
}

/* A record of 100 MB must not hold its memory for ever. */
static void forget(struct json *j)
{
	if (j->cap * sizeof(*j->nodes) > JSON_KEEP_BYTES ||
	    j->decoded.cap > JSON_KEEP_BYTES)
		json_release(j);
	j->n = 0;
	j->names = j->shape = 0;
	buf_clear(&j->decoded);
}

bool json_read(struct json *j, const char *s, size_t n, bool cut,
	       struct json_trouble *trouble)
{
	struct json_reader r;

	forget(j);
	j->in = s;
	j->in_len = n;
	/* not the levels: they are filled before they are read */
	r.j = j;
	r.s = s;
	r.n = n;
	r.at = 0;
	r.cut = cut;
	r.ended = false;
	r.what = NULL;
	r.key = (struct json_span){ 0 };
	r.depth = 0;
	if (n > SPAN_MAX_BYTES)
		fail(&r, "it is longer than 2 GiB");
	else if (read_values(&r) || (!r.what && cut && j->n))
		return true;
	if (trouble)
		*trouble = (struct json_trouble){
			r.at, r.what ? r.what : "a value was expected"
		};
	j->n = 0;
	return false;
}

/* --- looking ------------------------------------------------------------ */

static const struct json_node *node_of(struct json_value v)
{
	return v.doc && v.at < v.doc->n ? &v.doc->nodes[v.at] : NULL;
}

struct json_value json_root(const struct json *j)
{
	return j->n ? (struct json_value){ j, 0 } : (struct json_value){ 0 };
}

enum json_type json_type(struct json_value v)
{
	const struct json_node *node = node_of(v);

	return node ? (enum json_type)node->type : JSON_NONE;
}

bool json_is(struct json_value v, enum json_type type)
{
	return json_type(v) == type;
}

bool json_is_container(struct json_value v)
{
	return json_is(v, JSON_OBJECT) || json_is(v, JSON_ARRAY);
}

size_t json_count(struct json_value v)
{
	const struct json_node *node = node_of(v);

	return node && node->type >= JSON_ARRAY ? node->span.len : 0;
}

struct json_value json_first(struct json_value v)
{
	if (!json_count(v))
		return (struct json_value){ 0 };
	return (struct json_value){ v.doc, v.at + 1 };
}

struct json_value json_next(struct json_value v)
{
	const struct json_node *node = node_of(v);

	if (!node || !node->next)
		return (struct json_value){ 0 };
	return (struct json_value){ v.doc, node->next };
}

struct json_value json_at(struct json_value array, size_t i)
{
	struct json_value v;

	if (!json_is(array, JSON_ARRAY) || i >= json_count(array))
		return (struct json_value){ 0 };
	for (v = json_first(array); i; i--)
		v = json_next(v);
	return v;
}

struct json_value json_get_n(struct json_value object, const char *key,
			     size_t len)
{
	struct json_value found = { 0 };
	const struct json *j = object.doc;

	if (!json_is(object, JSON_OBJECT) || !json_count(object))
		return found;
	for (uint32_t at = object.at + 1; at; at = j->nodes[at].next) {
		struct json_span span = j->nodes[at].key;

		if (span.len != len)
			continue;
		if (!len || (*bytes_of(j, span) == *key &&
			     !memcmp(bytes_of(j, span), key, len)))
			found = (struct json_value){ j, at };
	}
	return found;
}

const char *json_key(struct json_value v, size_t *len)
{
	const struct json_node *node = node_of(v);

	*len = node ? node->key.len : 0;
	return node ? bytes_of(v.doc, node->key) : "";
}

const char *json_text(struct json_value v, size_t *len)
{
	const struct json_node *node = node_of(v);

	*len = 0;
	if (!node || node->type != JSON_STRING)
		return NULL;
	*len = node->span.len;
	return bytes_of(v.doc, node->span);
}

bool json_key_is(struct json_value v, const char *key)
{
	size_t len, want = strlen(key);
	const char *name = json_key(v, &len);

	return len == want && memcmp(name, key, len) == 0;
}

bool json_text_is(struct json_value v, const char *text)
{
	size_t len, want = strlen(text);
	const char *have = json_text(v, &len);

	return have && len == want && memcmp(have, text, len) == 0;
}

bool json_text_begins(struct json_value v, const char *prefix)
{
	size_t len, want = strlen(prefix);
	const char *have = json_text(v, &len);

	return have && len >= want && memcmp(have, prefix, want) == 0;
}

/* --- numbers ------------------------------------------------------------ */

double json_number(struct json_value v, double fallback)
{
	const struct json_node *node = node_of(v);
	const char *s;

	if (!node || node->type != JSON_NUMBER)
		return fallback;
	s = bytes_of(v.doc, node->span);
	if (s[0] == 'I')
		return INFINITY;
	if (s[0] == '-' && s[1] == 'I')
		return -INFINITY;
	return json_parse_number(s, node->span.len);
}

uint32_t json_u32(struct json_value v, uint32_t fallback)
{
	double value = json_number(v, -1);

	if (!(value >= 0) || value >= UINT32_MAX || value != floor(value))
		return fallback;
	return (uint32_t)value;
}

/* --- writing ------------------------------------------------------------ */

bool json_is_utf8(const char *s, size_t n)
{
	for (size_t at = 0, used; at < n; at += used)
		if (utf8_decode(s + at, n - at, &used) < 0)
			return false;
	return true;
}

static void put_char(struct buf *out, const char *s, size_t n, int32_t cp)
{
	switch (cp) {
	case '"':
	case '\\':
		buf_putc(out, '\\');
		buf_putc(out, (char)cp);
		break;
	case '\n':
		buf_puts(out, "\\n");
		break;
	case '\t':
		buf_puts(out, "\\t");
		break;
	default:
		if (cp < 0)
			buf_puts(out, "\\ufffd");
		else if (cp < 0x20 || cp == 0x7f)
			buf_printf(out, "\\u%04x", (unsigned)cp);
		else
			buf_append(out, s, n);
	}
}

void json_put_string(struct buf *out, const char *s, size_t n)
{
	buf_putc(out, '"');
	for (size_t at = 0, used; at < n; at += used) {
		int32_t cp = utf8_decode(s + at, n - at, &used);

		put_char(out, s + at, used, cp);
	}
	buf_putc(out, '"');
}

void json_put_name(struct buf *out, const char *s, size_t n)
{
	if (out->data[out->len - 1] != '{')
		buf_putc(out, ',');
	json_put_string(out, s, n);
	buf_putc(out, ':');
}

void json_put_number(struct buf *out, double value)
{
	char text[40], *comma;

	if (!isfinite(value)) {
		buf_puts(out, "null");
		return;
	}
	snprintf(text, sizeof(text), "%.9g", value);
	comma = strchr(text, ','); /* the locale's decimal point */
	if (comma)
		*comma = '.';
	buf_puts(out, text);
}

/* Bytes of the container that s[0..n) begins with. */
static size_t container_bytes(const char *s, size_t n)
{
	struct scan scan = { .state = SCAN_BETWEEN };
	size_t at = 0;

	scan_next(&scan, s, n, &at);
	return scan_next(&scan, s, n, &at) == SCAN_END ? at : n;
}

const char *json_spelled(struct json_value v, size_t *len)
{
	const struct json_node *node = node_of(v);
	const char *s, *end;
	bool more;

	*len = 0;
	if (!node)
		return NULL;
	s = v.doc->in + node->at;
	end = v.doc->in + v.doc->in_len;
	if (json_is_container(v))
		*len = container_bytes(s, (size_t)(end - s));
	else if (json_is(v, JSON_STRING))
		*len = (size_t)(json_closing_quote(s + 1, end) - s) + 1;
	else if (json_is(v, JSON_NUMBER))
		*len = json_number_len(s, (size_t)(end - s), &more);
	else
		*len = json_is(v, JSON_FALSE) ? 5 : 4;
	return s;
}

void json_put(struct buf *out, struct json_value v)
{
	const struct json_node *node = node_of(v);
	bool object = json_is(v, JSON_OBJECT), first = true;
	size_t len;
	const char *text = json_text(v, &len);

	if (text) {
		json_put_string(out, text, len);
	} else if (json_is(v, JSON_NUMBER)) {
		buf_append(out, bytes_of(v.doc, node->span), node->span.len);
	} else if (json_is_container(v)) {
		buf_putc(out, object ? '{' : '[');
		for (v = json_first(v); v.doc; v = json_next(v)) {
			const char *key = json_key(v, &len);

			if (object)
				json_put_name(out, key, len);
			else if (!first)
				buf_putc(out, ',');
			json_put(out, v);
			first = false;
		}
		buf_putc(out, object ? '}' : ']');
	} else {
		buf_puts(out, json_is(v, JSON_TRUE) ? "true" :
			      json_is(v, JSON_FALSE) ? "false" : "null");
	}
}
