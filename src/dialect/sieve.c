/*
 * An event is looked at when it is complete, and only once something is to be
 * left out: who asks for one choice never waits.
 */
#include "dialect/sieve.h"

#include <string.h>


void sieve_release(struct sieve *s)
{
	mem_free(s->ended);
	buf_release(&s->held);
	buf_release(&s->data);
	json_release(&s->json);
	*s = (struct sieve){ 0 };
}

void sieve_end_choice(struct sieve *s, const struct format *format,
		      uint32_t choice)
{
	s->format = format;
	s->ended = grow(s->ended, &s->ended_cap, s->n_ended + 1,
			sizeof(*s->ended));
	s->ended[s->n_ended++] = choice;
}

/* --- one record --------------------------------------------------------- */

static bool is_ended(const struct sieve *s, struct json_value choice)
{
	uint32_t index = json_u32(json_get(choice, "index"), 0);

	for (size_t i = 0; i < s->n_ended; i++)
		if (s->ended[i] == index)
			return true;
	return false;
}

/* Counts belong to the answer, not to the choice that they came with. */
static bool has_usage(struct json_value record)
{
	return json_is(json_get(record, "usage"), JSON_OBJECT) ||
	       json_is(json_get(record, "usageMetadata"), JSON_OBJECT);
}

/* The record without ended choices, each other byte as it was. */
static void put_rest(const struct sieve *s, struct json_value choices,
		     struct buf *out)
{
	size_t len;
	const char *array = json_spelled(choices, &len), *end = array + len;
	size_t before = out->len + (size_t)(array - s->data.data) + 1;

	buf_append(out, s->data.data, (size_t)(array - s->data.data) + 1);
	for (struct json_value v = json_first(choices); v.doc;
	     v = json_next(v)) {
		const char *text = json_spelled(v, &len);

		if (is_ended(s, v))
			continue;
		if (out->len > before)
			buf_putc(out, ',');
		buf_append(out, text, len);
	}
	buf_append(out, end - 1,
		   s->data.len - (size_t)(end - s->data.data) + 1);
}

enum verdict { PASS, DROP, REST };

/* What becomes of the record in s->data. REST: *rest gets what is left. */
static enum verdict judge(struct sieve *s, struct buf *rest)
{
	struct json_value v, choices;
	size_t n_out = 0;

	if (!json_read(&s->json, s->data.data, s->data.len, false, NULL))
		return PASS;
	v = json_root(&s->json);
	if (!s->format || !s->format->choices)
		return PASS;
	if (!s->format->choices[0])
		return json_is(v, JSON_OBJECT) && is_ended(s, v) ? DROP : PASS;
	choices = json_get(v, s->format->choices);
	if (!json_is(choices, JSON_ARRAY))
		return PASS;
	for (struct json_value c = json_first(choices); c.doc;
	     c = json_next(c))
		n_out += is_ended(s, c);
	if (!n_out)
		return PASS;
	if (n_out == json_count(choices) && !has_usage(v))
		return DROP;
	put_rest(s, choices, rest);
	return REST;
}

/* --- events and lines --------------------------------------------------- */

/* Each line of s[0..n) with its end to `each`. */
static void for_lines(const char *s, size_t n,
		      void (*each)(void *ctx, const char *s, size_t n),
		      void *ctx)
{
	while (n) {
		size_t len = 0;

		while (len < n && s[len] != '\n' && s[len] != '\r')
			len++;
		len += len < n;
		if (len < n && s[len - 1] == '\r' && s[len] == '\n')
			len++;
		each(ctx, s, len);
		s += len;
		n -= len;
	}
}

static bool is_data(const char *s, size_t n)
{
	return n >= 5 && memcmp(s, "data:", 5) == 0;
}

static size_t without_end(const char *s, size_t n)
{
	while (n && (s[n - 1] == '\n' || s[n - 1] == '\r'))
		n--;
	return n;
}

/* A data line's value, joined to those before it. */
static void add_data(void *ctx, const char *line, size_t n)
{
	struct buf *data = ctx;

	if (!is_data(line, n))
		return;
	if (data->len)
		buf_putc(data, '\n');
	buf_append(data, line + 5, without_end(line + 5, n - 5));
}

static void pass_others(void *ctx, const char *line, size_t n)
{
	if (!is_data(line, n) && without_end(line, n))
		buf_append(ctx, line, n);
}

static void put_data(void *ctx, const char *line, size_t n)
{
	buf_puts(ctx, "data:");
	buf_append(ctx, line, without_end(line, n));
	buf_putc(ctx, '\n');
}

static void pass_event(struct sieve *s, struct buf *out)
{
	struct buf rest = { 0 };
	bool line = s->held.len && s->held.data[0] == '{';
	enum verdict verdict;

	buf_clear(&s->data);
	if (line)
		buf_append(&s->data, s->held.data, s->held.len);
	else
		for_lines(s->held.data, s->held.len, add_data, &s->data);
	verdict = s->data.len ? judge(s, &rest) : PASS;
	if (verdict == PASS) {
		buf_append(out, s->held.data, s->held.len);
	} else if (verdict == REST && line) {
		buf_append(out, rest.data, rest.len);
	} else if (verdict == REST) {
		for_lines(s->held.data, s->held.len, pass_others, out);
		for_lines(rest.data, rest.len, put_data, out);
		buf_putc(out, '\n');
	}
	buf_release(&rest);
	buf_clear(&s->held);
	s->line = 0;
}

/* The open line has ended: an empty one ends an event, and JSON a line is a
 * record by itself. */
static void end_line(struct sieve *s, struct buf *out)
{
	size_t len = without_end(s->held.data + s->line,
				 s->held.len - s->line);

	if (!len || (!s->line && s->held.data[0] == '{'))
		pass_event(s, out);
	else
		s->line = s->held.len;
}

void sieve_bytes(struct sieve *s, const char *bytes, size_t n,
		 struct buf *out)
{
	if (!s->n_ended) {
		buf_append(out, bytes, n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (s->is_cr && bytes[i] != '\n')
			end_line(s, out);
		s->is_cr = bytes[i] == '\r';
		buf_putc(&s->held, bytes[i]);
		if (bytes[i] == '\n')
			end_line(s, out);
		if (s->held.len < SIEVE_EVENT_BYTES)
			continue;
		buf_append(out, s->held.data, s->held.len);
		buf_clear(&s->held);
		s->line = 0;
	}
}

void sieve_end(struct sieve *s, struct buf *out)
{
	if (s->held.len)
		pass_event(s, out);
}
