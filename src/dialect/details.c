/* Looks no further than the next of the marks, so each byte is read once. */
#include "dialect/details.h"

#include <string.h>

#include "base/buf.h"

#define OPENS "<details type=\""
#define SHUTS "</details>"

static const struct details_kind {
	const char *name;
	enum channel channel;
	const char *attribute; /* has the model's words; NULL: what is inside */
	bool quoted;	       /* its lines begin with "> ", as HTML */
} kinds[] = {
	{ "reasoning", CHANNEL_REASONING, NULL, true },
	{ "tool_calls", CHANNEL_TOOL, "arguments=\"", false },
	{ "code_interpreter", CHANNEL_TOOL, NULL, false },
};

struct folded {
	const char *s;
	size_t n;
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

/* Is it one of the kinds? name: what follows OPENS. */
static const struct details_kind *kind_of(struct folded name)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		size_t len = strlen(kinds[i].name);

		if (begins(name, kinds[i].name) && name.n > len &&
		    name.s[len] == '"')
			return &kinds[i];
	}
	return NULL;
}

/* The first one of a kind, from its '<' on; NULL: there is none. */
static const char *next_of(struct folded text, const struct details_kind **kind)
{
	const char *at;

	while ((at = bytes_find(text.s, text.n, OPENS, strlen(OPENS)))) {
		skip(&text, (size_t)(at - text.s) + strlen(OPENS));
		*kind = kind_of(text);
		if (*kind)
			return at;
	}
	return NULL;
}

/* The '>' that ends the tag, whose kind p begins with; one between quotes does
 * not. NULL: none does. */
static const char *tag_end(struct folded p)
{
	bool quoted = true; /* as the kind is */

	for (size_t i = 0; i < p.n; i++) {
		quoted ^= p.s[i] == '"';
		if (p.s[i] == '>' && !quoted)
			return p.s + i;
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
	while (body.n) {
		const char *lf = memchr(body.s, '\n', body.n);
		struct folded line = lf ? up_to(body, lf + 1) : body;

		skip(&body, line.n);
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

static struct folded attribute(struct folded tag, const char *name)
{
	const char *at = bytes_find(tag.s, tag.n, name, strlen(name));
	const char *end;

	if (!at)
		return (struct folded){ "", 0 };
	skip(&tag, (size_t)(at - tag.s) + strlen(name));
	end = memchr(tag.s, '"', tag.n);
	return end ? up_to(tag, end) : tag;
}

/* One of them, from behind OPENS on; moves past it. */
static void take(struct chunk *c, const struct details_kind *kind,
		 struct folded *text, struct json_value from)
{
	const char *end = tag_end(*text), *shut;
	struct folded tag = end ? up_to(*text, end) : *text, body;
	struct buf words = { 0 };

	skip(text, end ? tag.n + 1 : tag.n);
	shut = bytes_find(text->s, text->n, SHUTS, strlen(SHUTS));
	body = shut ? up_to(*text, shut) : *text;
	skip(text, shut ? body.n + strlen(SHUTS) : body.n);
	if (begins(*text, "\n"))
		skip(text, 1);
	body = body_of(body);
	if (kind->attribute)
		unescape(attribute(tag, kind->attribute), &words);
	else if (kind->quoted)
		put_lines(body, &words);
	else
		buf_append(&words, body.s, body.n);
	chunk_add_from(c, kind->channel, buf_cstr(&words), words.len, from);
	buf_release(&words);
}

bool details_output(struct chunk *c, struct json_value string)
{
	struct folded text = { NULL, 0 };
	const struct details_kind *kind;
	const char *at;

	text.s = json_text(string, &text.n);
	at = text.s ? next_of(text, &kind) : NULL;
	if (!at)
		return false;
	for (; at; at = next_of(text, &kind)) {
		chunk_add_from(c, CHANNEL_ANSWER, text.s,
			       (size_t)(at - text.s), string);
		skip(&text, (size_t)(at - text.s) + strlen(OPENS));
		take(c, kind, &text, string);
	}
	chunk_add_from(c, CHANNEL_ANSWER, text.s, text.n, string);
	return true;
}
