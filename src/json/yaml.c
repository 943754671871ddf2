/* yaml.h by libyaml: its events as they come, written as JSON. */
#include "json/yaml.h"

#include <string.h>
#include <yaml.h>

#include "json/json.h"
#include "json/json_lex.h"

/* What is open: a sequence, or a mapping between a key and its value. */
struct yaml_level {
	bool mapping, has_key;
	size_t n; /* values so far */
};

struct yaml_writer {
	struct buf *out;
	struct buf key; /* of the value that comes next */
	struct yaml_level levels[YAML_DEPTH_MAX];
	size_t depth;
};

/* base64 without its lines. */
static void put_bytes(struct buf *out, const char *s, size_t n)
{
	buf_putc(out, '"');
	for (size_t i = 0; i < n; i++)
		if (s[i] > ' ' && s[i] != '"' && s[i] != '\\')
			buf_putc(out, s[i]);
	buf_putc(out, '"');
}

static bool is(const char *s, size_t n, const char *word)
{
	return n == strlen(word) && memcmp(s, word, n) == 0;
}

static bool is_number(const char *s, size_t n)
{
	bool more;

	return n && json_number_len(s, n, &more) == n;
}

static bool is_binary(const yaml_event_t *e)
{
	const char *tag = (const char *)e->data.scalar.tag;

	return tag && (strcmp(tag, "!binary") == 0 ||
		       strcmp(tag, "tag:yaml.org,2002:binary") == 0);
}

/* A comma, and the name of what comes, where they belong. */
static void begin_value(struct yaml_writer *w, bool binary)
{
	struct yaml_level *top = w->depth ? &w->levels[w->depth - 1] : NULL;

	if (!top)
		return;
	if (top->n++ && !top->mapping)
		buf_putc(w->out, ',');
	if (!top->mapping)
		return;
	if (binary)
		json_put_name(w->out, "base64_string", 13);
	else
		json_put_name(w->out, w->key.data, w->key.len);
	top->has_key = false;
}

static void put_scalar(struct yaml_writer *w, const yaml_event_t *e)
{
	const char *s = (const char *)e->data.scalar.value;
	size_t n = e->data.scalar.length;
	struct yaml_level *top = w->depth ? &w->levels[w->depth - 1] : NULL;
	bool plain = e->data.scalar.plain_implicit &&
		     e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

	if (top && top->mapping && !top->has_key) {
		buf_clear(&w->key);
		buf_append(&w->key, s, n);
		top->has_key = true;
		return;
	}
	begin_value(w, is_binary(e));
	if (is_binary(e))
		put_bytes(w->out, s, n);
	else if (plain && (!n || is(s, n, "~") || is(s, n, "null")))
		buf_puts(w->out, "null");
	else if (plain && (is(s, n, "true") || is(s, n, "false") ||
			   is_number(s, n)))
		buf_append(w->out, s, n);
	else
		json_put_string(w->out, s, n);
}

static bool open_level(struct yaml_writer *w, bool mapping, struct err *why)
{
	if (w->depth == YAML_DEPTH_MAX)
		return err_set(why, "it is nested deeper than %d",
			       YAML_DEPTH_MAX);
	if (w->depth && w->levels[w->depth - 1].mapping &&
	    !w->levels[w->depth - 1].has_key)
		return err_set(why, "a key of it is no word");
	begin_value(w, false);
	w->levels[w->depth++] = (struct yaml_level){ .mapping = mapping };
	buf_putc(w->out, mapping ? '{' : '[');
	return true;
}

static void close_level(struct yaml_writer *w)
{
	buf_putc(w->out, w->levels[--w->depth].mapping ? '}' : ']');
}

static bool take(struct yaml_writer *w, const yaml_event_t *e, struct err *why)
{
	switch (e->type) {
	case YAML_SCALAR_EVENT:
		put_scalar(w, e);
		break;
	case YAML_ALIAS_EVENT:
		if (w->depth && w->levels[w->depth - 1].mapping &&
		    !w->levels[w->depth - 1].has_key)
			return err_set(why, "a key of it is no word");
		begin_value(w, false);
		buf_puts(w->out, "null");
		break;
	case YAML_SEQUENCE_START_EVENT:
		return open_level(w, false, why);
	case YAML_MAPPING_START_EVENT:
		return open_level(w, true, why);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		close_level(w);
		break;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		break;
	}
	return true;
}

/* Events up to the end of the first document. */
static bool read_document(yaml_parser_t *parser, struct yaml_writer *w,
			  struct err *why)
{
	bool more = true, fine = true;

	while (more && fine) {
		yaml_event_t e;

		if (!yaml_parser_parse(parser, &e))
			return err_set(why, "line %zu: %s",
				       parser->problem_mark.line + 1,
				       parser->problem ? parser->problem :
							 "no YAML");
		fine = take(w, &e, why);
		more = e.type != YAML_DOCUMENT_END_EVENT &&
		       e.type != YAML_STREAM_END_EVENT;
		yaml_event_delete(&e);
	}
	return fine;
}

bool yaml_json(const char *s, size_t n, struct buf *out, struct err *why)
{
	struct yaml_writer w = { .out = out };
	size_t before = out->len;
	yaml_parser_t parser;
	bool fine;

	if (!yaml_parser_initialize(&parser))
		return err_set(why, "libyaml has no memory");
	yaml_parser_set_input_string(&parser, (const unsigned char *)s, n);
	fine = read_document(&parser, &w, why);
	if (fine && out->len == before)
		fine = err_set(why, "it is empty");
	yaml_parser_delete(&parser);
	buf_release(&w.key);
	if (!fine)
		out->len = before;
	return fine;
}

const char *yaml_library(void)
{
	return yaml_get_version_string();
}
