/*
 * A record is written again member by member, and each member is looked up by
 * its path in the row of its dialect; arrays are no part of a path.
 */
#include "dialect/splice.h"

#include <stdio.h>
#include <string.h>

enum splice_what {
	TAKE,  /* as the first answer's record has it; gone if it has none */
	DROP,
	COUNT, /* a number, more by the first answer's tokens */
	PLACE, /* a number, more by the shift */
	PUT,   /* a text of ours: the rule's own JSON, with $ for it */
};

struct splice_rule {
	const char *path;
	enum splice_what what;
	const char *json; /* PUT */
};

enum { RULES_MAX = 12 };

struct splice_row {
	const char *format;
	struct splice_rule records[RULES_MAX]; /* of the second answer */
	struct splice_rule text[RULES_MAX];    /* of the first one's last
						  record, to say a text */
	bool lines;                            /* JSON lines, no events */
};

static const struct splice_row rows[] = {
	{ "openai",
	  { { "id", TAKE, NULL },
	    { "created", TAKE, NULL },
	    { "model", TAKE, NULL },
	    { "system_fingerprint", TAKE, NULL },
	    { "choices.delta.role", DROP, NULL },
	    { "usage.completion_tokens", COUNT, NULL },
	    { "usage.total_tokens", COUNT, NULL } },
	  { { "choices.delta", PUT, "{\"content\":$}" },
	    { "choices.text", PUT, "$" },
	    { "choices.logprobs", PUT, "null" },
	    { "choices.finish_reason", PUT, "null" },
	    { "choices.token_ids", DROP, NULL },
	    { "prompt_token_ids", DROP, NULL },
	    { "timings", DROP, NULL },
	    { "usage", DROP, NULL } },
	  false },
	{ "anthropic",
	  { { "index", PLACE, NULL },
	    { "usage.output_tokens", COUNT, NULL } },
	  { { "delta", PUT, "{\"type\":\"text_delta\",\"text\":$}" } },
	  false },
	{ "ollama",
	  { { "model", TAKE, NULL }, { "eval_count", COUNT, NULL } },
	  { { "message.content", PUT, "$" },
	    { "message.thinking", DROP, NULL },
	    { "response", PUT, "$" },
	    { "thinking", DROP, NULL } },
	  true },
	{ "gemini",
	  { { "responseId", TAKE, NULL },
	    { "modelVersion", TAKE, NULL },
	    { "usageMetadata.candidatesTokenCount", COUNT, NULL },
	    { "usageMetadata.totalTokenCount", COUNT, NULL } },
	  { { "candidates.content.parts", PUT, "[{\"text\":$}]" },
	    { "usageMetadata", DROP, NULL } },
	  false },
	{ "llama-server",
	  { { "tokens_predicted", COUNT, NULL } },
	  { { "content", PUT, "$" },
	    { "tokens", PUT, "[]" },
	    { "completion_probabilities", DROP, NULL },
	    { "timings", DROP, NULL } },
	  false },
	{ "koboldcpp", { { 0 } }, { { "token", PUT, "$" } }, false },
};

static const struct splice_row *row_of(const struct format *f)
{
	for (size_t i = 0; f && i < ARRAY_LEN(rows); i++)
		if (strcmp(rows[i].format, f->name) == 0)
			return &rows[i];
	return NULL;
}

bool splice_knows(const struct format *f)
{
	return row_of(f) != NULL;
}

/* --- a record, written again -------------------------------------------- */

struct writing {
	const struct splice *s;
	const struct splice_rule *rules;
	const char *text; /* PUT */
	size_t text_len;
	struct buf *out;
	char path[96];
};

static void put_value(struct writing *w, struct json_value v);

static const struct splice_rule *rule_at(const struct writing *w)
{
	for (size_t i = 0; i < RULES_MAX && w->rules[i].path; i++)
		if (strcmp(w->rules[i].path, w->path) == 0)
			return &w->rules[i];
	return NULL;
}

static void put_text_of(struct writing *w, const char *json)
{
	for (; *json; json++)
		if (*json == '$')
			json_put_string(w->out, w->text, w->text_len);
		else
			buf_putc(w->out, *json);
}

/* false: the member goes. */
static bool has_place(const struct writing *w, const struct splice_rule *rule,
		      struct json_value first)
{
	(void)w;
	return !rule || (rule->what != DROP &&
			 (rule->what != TAKE || first.doc));
}

static void put_ruled(struct writing *w, const struct splice_rule *rule,
		      struct json_value v, struct json_value first)
{
	double number = json_number(v, -1);

	if (rule->what == TAKE)
		json_put(w->out, first);
	else if (rule->what == PUT)
		put_text_of(w, rule->json);
	else if (number >= 0 && rule->what == COUNT)
		buf_printf(w->out, "%.0f", number + (double)w->s->n_tokens);
	else if (number >= 0 && rule->what == PLACE)
		buf_printf(w->out, "%.0f", number + w->s->shift);
	else
		json_put(w->out, v);
}

static void put_member(struct writing *w, struct json_value v)
{
	const struct splice_rule *rule;
	struct json_value first;
	size_t n, before = strlen(w->path);
	const char *key = json_key(v, &n);

	snprintf(w->path + before, sizeof(w->path) - before, "%s%.*s",
		 before ? "." : "", (int)MIN(n, 64u), key);
	rule = rule_at(w);
	first = before ? (struct json_value){ 0 } :
			 json_get_n(json_root(&w->s->record), key, n);
	if (has_place(w, rule, first)) {
		json_put_name(w->out, key, n);
		if (rule)
			put_ruled(w, rule, v, first);
		else
			put_value(w, v);
	}
	w->path[before] = '\0';
}

static void put_value(struct writing *w, struct json_value v)
{
	bool array = json_is(v, JSON_ARRAY), any = false;

	if (!json_is_container(v)) {
		json_put(w->out, v);
		return;
	}
	buf_putc(w->out, array ? '[' : '{');
	for (struct json_value c = json_first(v); c.doc; c = json_next(c)) {
		if (array && any)
			buf_putc(w->out, ',');
		any = true;
		if (array)
			put_value(w, c);
		else
			put_member(w, c);
	}
	buf_putc(w->out, array ? ']' : '}');
}

static void put_record(const struct splice *s, const struct splice_rule *by,
		       struct json_value v, const char *text, size_t n,
		       struct buf *out)
{
	struct writing w = { .s = s, .rules = by, .text = text,
			     .text_len = n, .out = out };

	put_value(&w, v);
}

/* --- Anthropic's blocks ------------------------------------------------- */

static bool is_blocks(const struct splice *s)
{
	return s->row->format == format_anthropic.name ||
	       strcmp(s->row->format, format_anthropic.name) == 0;
}

/* The answer has begun; and where it goes on with a block, so has that. */
static bool is_begun(const struct splice *s, struct json_value v)
{
	struct json_value type = json_get(v, "type");

	if (!is_blocks(s))
		return false;
	return json_text_is(type, "message_start") ||
	       (s->joins && json_text_is(type, "content_block_start") &&
		json_u32(json_get(v, "index"), 1) == 0);
}

/* --- the first answer --------------------------------------------------- */

bool splice_begin(struct splice *s, const struct format *f,
		  const struct buf *record, uint64_t n_tokens, bool joins)
{
	uint32_t place;

	s->row = row_of(f);
	buf_append(&s->first, record->data, record->len);
	if (!s->row || !json_read(&s->record, s->first.data, s->first.len,
				  false, NULL))
		return false;
	place = json_u32(json_get(json_root(&s->record), "index"), 0);
	s->n_tokens = n_tokens;
	s->joins = joins;
	s->shift = is_blocks(s) ? place + !joins : 0;
	return true;
}

void splice_release(struct splice *s)
{
	buf_release(&s->first);
	buf_release(&s->held);
	json_release(&s->record);
	json_release(&s->json);
	*s = (struct splice){ 0 };
}

static void frame(const struct splice *s, const char *event,
		  const struct buf *json, struct buf *out)
{
	if (is_blocks(s))
		buf_printf(out, "event: %s\n", event);
	buf_puts(out, s->row->lines ? "" : "data: ");
	buf_append(out, json->data, json->len);
	buf_puts(out, s->row->lines ? "\n" : "\n\n");
}

void splice_between(struct splice *s, const char *text, size_t n,
		    struct buf *out)
{
	struct buf json = { 0 };

	if (is_blocks(s) && !s->joins) {
		buf_printf(&json, "{\"type\":\"content_block_stop\","
				  "\"index\":%u}", s->shift - 1);
		frame(s, "content_block_stop", &json, out);
	} else if (n) {
		put_record(s, s->row->text, json_root(&s->record), text, n,
			   &json);
		frame(s, "content_block_delta", &json, out);
	}
	buf_release(&json);
}

/* --- the second answer -------------------------------------------------- */

/* The only data line of s[0..n), or its only line; false: there is none, or
 * more than one. *at, *len: its value. */
static bool find_record(const char *s, size_t n, size_t *at, size_t *len)
{
	unsigned found = 0;

	for (size_t i = 0, end; i < n; i = end + 1) {
		const char *lf = memchr(s + i, '\n', n - i);
		size_t begin = i;

		end = lf ? (size_t)(lf - s) : n;
		if (end - i >= 5 && memcmp(s + i, "data:", 5) == 0)
			begin = i + 5;
		else if (s[i] != '{')
			continue;
		while (begin < end && s[begin] == ' ')
			begin++;
		found++;
		*at = begin;
		*len = end - begin - (end > begin && s[end - 1] == '\r');
	}
	return found == 1;
}

static void pass_event(struct splice *s, struct buf *out)
{
	size_t at = 0, len = 0;
	struct json_value v;
	bool good = find_record(s->held.data, s->held.len, &at, &len) &&
		    json_read(&s->json, s->held.data + at, len, false, NULL);

	v = good ? json_root(&s->json) : (struct json_value){ 0 };
	if (!json_is(v, JSON_OBJECT)) {
		buf_append(out, s->held.data, s->held.len);
	} else if (!is_begun(s, v)) {
		buf_append(out, s->held.data, at);
		put_record(s, s->row->records, v, "", 0, out);
		buf_append(out, s->held.data + at + len,
			   s->held.len - at - len);
	}
	buf_clear(&s->held);
	s->line = 0;
}

/* The open line has ended. JSON by itself is a record; an empty line ends an
 * event. */
static void end_line(struct splice *s, struct buf *out)
{
	const char *line = s->held.data + s->line;
	size_t n = s->held.len - s->line;

	if ((n && line[0] == '\n') || (n > 1 && line[0] == '\r') ||
	    (!s->line && line[0] == '{') ||
	    s->held.len > SPLICE_EVENT_BYTES)
		pass_event(s, out);
	else
		s->line = s->held.len;
}

void splice_bytes(struct splice *s, const char *bytes, size_t n,
		  struct buf *out)
{
	while (n) {
		const char *lf = memchr(bytes, '\n', n);
		size_t len = lf ? (size_t)(lf - bytes) + 1 : n;

		buf_append(&s->held, bytes, len);
		bytes += len;
		n -= len;
		if (lf)
			end_line(s, out);
	}
}

void splice_end(struct splice *s, struct buf *out)
{
	buf_append(out, s->held.data, s->held.len);
	buf_clear(&s->held);
	s->line = 0;
}
