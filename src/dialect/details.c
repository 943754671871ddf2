/*
 * Line by line, since they begin lines; what is named in a sentence or in code
 * is not meant. Each byte is read a few times at most: where a tag has no end
 * or nothing closes, no later one is looked for.
 */
#include "dialect/details.h"

#include <string.h>

#include "base/buf.h"
#include "base/fence.h"
#include "json/json.h"

#define OPENS "<details type="
#define SHUTS "</details>"

static const struct details_kind {
	const char *name;
	enum channel channel;
	const char *attribute; /* has the model's words; NULL: what is inside */
	bool quoted;	       /* its lines begin with "> ", as HTML */
} kinds[] = {
	{ "reasoning", CHANNEL_REASONING, NULL, true },
	{ "tool_calls", CHANNEL_TOOL, "arguments", false },
	{ "code_interpreter", CHANNEL_TOOL, NULL, false },
};

struct folded {
	const char *s;
	size_t n;
};

/* One of them in a text: its tag without '>', what is in it, what follows. */
struct fold {
	const struct details_kind *kind;
	struct folded tag, body, rest;
};

static bool begins(struct folded p, const char *word)
{
	return bytes_begin(p.s, p.n, word);
}

static void skip(struct folded *p, size_t n)
{
	p->s += n;
	p->n -= n;
}

static struct folded up_to(struct folded p, const char *end)
{
	return (struct folded){ p.s, (size_t)(end - p.s) };
}

/* The next line with its end; false: there is none. */
static bool next_line(struct folded *text, struct folded *line)
{
	const char *lf = text->n ? memchr(text->s, '\n', text->n) : NULL;

	*line = lf ? up_to(*text, lf + 1) : *text;
	skip(text, line->n);
	return line->n > 0;
}

/* Is it a tag of one of the kinds? */
static const struct details_kind *kind_of(struct folded line)
{
	char quote;

	if (!begins(line, OPENS) || line.n == strlen(OPENS))
		return NULL;
	skip(&line, strlen(OPENS));
	quote = *line.s;
	if (quote != '"' && quote != '\'')
		return NULL;
	skip(&line, 1);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		size_t len = strlen(kinds[i].name);

		if (begins(line, kinds[i].name) && line.n > len &&
		    line.s[len] == quote)
			return &kinds[i];
	}
	return NULL;
}

/* The '>' that ends the tag which tag begins with; one between quotes does not.
 * NULL: none does. */
static const char *tag_end(struct folded tag)
{
	char quote = '\0';

	for (size_t i = 0; i < tag.n; i++) {
		char c = tag.s[i];

		if (quote)
			quote = c == quote ? '\0' : quote;
		else if (c == '"' || c == '\'')
			quote = c;
		else if (c == '>')
			return tag.s + i;
	}
	return NULL;
}

/* What closes it: the first line that does so, unless one within a line comes
 * before the next <details>, or before the end. */
static const char *shut_of(struct folded text)
{
	const char *within = NULL;
	struct folded line;

	while (next_line(&text, &line)) {
		if (within && begins(line, "<details"))
			return within;
		while (begins(line, " ") || begins(line, "\t"))
			skip(&line, 1);
		if (begins(line, SHUTS))
			return line.s;
		if (!within)
			within = bytes_find(line.s, line.n, SHUTS,
					    strlen(SHUTS));
	}
	return within;
}

/* The block that begins with text; *over: there is none behind it either. One
 * that nothing closes is one where it is the first of all, and still open. */
static bool fold_at(struct folded text, bool first, struct fold *b,
		     bool *over)
{
	const char *end, *shut;

	b->kind = kind_of(text);
	end = b->kind ? tag_end(text) : NULL;
	*over = b->kind && !end;
	if (!end)
		return false;
	b->tag = up_to(text, end);
	skip(&text, b->tag.n + 1);
	shut = shut_of(text);
	*over = !shut;
	if (!shut && !first)
		return false;
	b->body = shut ? up_to(text, shut) : text;
	skip(&text, shut ? b->body.n + strlen(SHUTS) : b->body.n);
	b->rest = text;
	if (begins(b->rest, "\n"))
		skip(&b->rest, 1);
	return true;
}

/* The first block of a text: what stands before it, or NULL. */
static const char *next_of(struct folded text, bool first, struct fold *b)
{
	struct fence fence = { 0 };
	struct folded line = text, rest = text;
	bool over = false;

	while (!over && next_line(&rest, &line)) {
		if (!fence_line(&fence, line.s, line.n) &&
		    fold_at((struct folded){ line.s, line.n + rest.n }, first,
			     b, &over))
			return line.s;
		first = first && line.n == 1; /* empty ones */
	}
	return NULL;
}

/* As Python's html.escape() wrote it. */
static void unescape(struct folded p, struct buf *out)
{
	static const struct {
		const char *name;
		char is;
	} rows[] = {
		{ "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' },
		{ "&quot;", '"' }, { "&#x27;", '\'' }, { "&#39;", '\'' },
	};

	while (p.n) {
		size_t i = 0;

		while (i < ARRAY_LEN(rows) && !begins(p, rows[i].name))
			i++;
		if (i < ARRAY_LEN(rows)) {
			buf_putc(out, rows[i].is);
			skip(&p, strlen(rows[i].name));
		} else {
			buf_putc(out, *p.s);
			skip(&p, 1);
		}
	}
}

/* Without the sign before each line; one that had it already got no other. */
static void put_lines(struct folded body, struct buf *out)
{
	struct folded line;

	while (next_line(&body, &line)) {
		if (begins(line, "&gt;"))
			skip(&line, strlen("&gt;"));
		else if (begins(line, ">"))
			skip(&line, 1);
		if (begins(line, " "))
			skip(&line, 1);
		unescape(line, out);
	}
}

/* The summary at its head goes, and the ends of lines around what is left. */
static struct folded body_of(struct folded p)
{
	const char *end;
	size_t n = p.n;

	/* of the line that closes it */
	while (n && (p.s[n - 1] == ' ' || p.s[n - 1] == '\t'))
		n--;
	if (n && p.s[n - 1] == '\n')
		p.n = n;
	while (begins(p, "\n"))
		skip(&p, 1);
	end = begins(p, "<summary>") ?
		      bytes_find(p.s, p.n, "</summary>", 10) : NULL;
	if (end)
		skip(&p, (size_t)(end - p.s) + 10);
	while (begins(p, "\n"))
		skip(&p, 1);
	while (p.n && p.s[p.n - 1] == '\n')
		p.n--;
	return p;
}

/* What an attribute of the tag has between its quotes, or nothing. */
static struct folded attribute(struct folded tag, const char *name)
{
	const char *end, *at;
	size_t len = strlen(name);

	while ((at = tag.n ? memchr(tag.s, '=', tag.n) : NULL)) {
		struct folded left = up_to(tag, at), value;

		skip(&tag, left.n + 1);
		if (!tag.n || (*tag.s != '"' && *tag.s != '\''))
			continue;
		value = (struct folded){ tag.s + 1, tag.n - 1 };
		end = memchr(value.s, *tag.s, value.n);
		value = end ? up_to(value, end) : value;
		if (left.n > len && bytes_end(left.s, left.n, name) &&
		    left.s[left.n - len - 1] == ' ')
			return value;
		skip(&tag, value.n + (end ? 2 : 1));
	}
	return (struct folded){ "", 0 };
}

/* Some escape them twice, and some make a string of JSON of them first. */
static void put_arguments(struct folded value, struct buf *out)
{
	struct buf once = { 0 };
	struct json json = { 0 };
	size_t n;
	const char *s;

	unescape(value, &once);
	if (bytes_find(once.data, once.len, "&quot;", 6) &&
	    !json_read(&json, once.data, once.len, false, NULL))
		unescape((struct folded){ once.data, once.len }, out);
	else
		buf_append(out, once.data, once.len);
	if (out->len && json_read(&json, out->data, out->len, false, NULL) &&
	    (s = json_text(json_root(&json), &n))) {
		buf_clear(out);
		buf_append(out, s, n);
	}
	json_release(&json);
	buf_release(&once);
}

static void take(struct chunk *c, const struct fold *b, struct json_value from)
{
	struct folded body = body_of(b->body);
	struct buf words = { 0 };

	if (b->kind->attribute)
		put_arguments(attribute(b->tag, b->kind->attribute), &words);
	else if (b->kind->quoted)
		put_lines(body, &words);
	else
		buf_append(&words, body.s, body.n);
	chunk_add_from(c, b->kind->channel, buf_cstr(&words), words.len, from);
	buf_release(&words);
}

bool details_text(struct chunk *c, const char *s, size_t n,
		  struct json_value from)
{
	struct folded text = { s, n };
	struct fold b;
	const char *at = n ? next_of(text, true, &b) : NULL;

	if (!at)
		return false;
	for (; at; at = next_of(text, false, &b)) {
		chunk_add_from(c, CHANNEL_ANSWER, text.s,
			       (size_t)(at - text.s), from);
		take(c, &b, from);
		text = b.rest;
	}
	chunk_add_from(c, CHANNEL_ANSWER, text.s, text.n, from);
	return true;
}

bool details_output(struct chunk *c, struct json_value string)
{
	size_t n;
	const char *s = json_text(string, &n);

	return s && details_text(c, s, n, string);
}
