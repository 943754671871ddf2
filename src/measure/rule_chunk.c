/*
 * Ollama's token repeat limit: the runner's answer comes in chunks, normally
 * one a token; white space is trimmed off both ends, and when more than
 * `limit` chunks in a row equal the one before, the prediction is aborted.
 * A chunk of white space is empty after trimming, and the chunk before the
 * first one counts as empty.
 */
#include "measure/rule.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <string.h>

struct chunk_rule {
	struct rule_verdict verdict; /* first, as rule_kept() asks */
	uint32_t limit;
	uint32_t n;       /* tokens seen */
	uint32_t repeats; /* of the last chunk, itself not counted */
	struct buf last;  /* trimmed */
};

static void *create_with(uint32_t limit)
{
	struct chunk_rule *c = mem_zalloc(sizeof(*c));

	c->limit = limit;
	c->verdict = rule_unfired;
	return c;
}

static void *create(const struct rule_opts *opts)
{
	return create_with(rule_count(opts, 30, 1));
}

static void *create_100(const struct rule_opts *opts)
{
	return create_with(rule_count(opts, 100, 1));
}

static void destroy(void *state)
{
	struct chunk_rule *c = state;

	buf_release(&c->last);
	mem_free(c);
}

/* White space of Unicode, as Go's strings.TrimSpace has it. */
static bool is_space(int32_t cp)
{
	return (cp >= 0x09 && cp <= 0x0d) || cp == 0x20 || cp == 0x85 ||
	       cp == 0xa0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200a) ||
	       cp == 0x2028 || cp == 0x2029 || cp == 0x202f || cp == 0x205f ||
	       cp == 0x3000;
}

static bool is_ascii_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Narrows text[*from .. *to) by the white space of Unicode at its ends. */
static void trim_unicode(const char *text, size_t *from, size_t *to)
{
	size_t first = *from, last = *from;
	bool begun = false;

	for (size_t at = *from, used; at < *to; at += used) {
		if (is_space(utf8_decode(text + at, *to - at, &used)))
			continue;
		if (!begun)
			first = at;
		begun = true;
		last = at + used;
	}
	*from = begun ? first : last;
	*to = last;
}

/* text[*from .. *to) is text[0..len) without white space at its ends. Most
 * ends are ASCII: only another one is worth decoding for. */
static void trim(const char *text, size_t len, size_t *from, size_t *to)
{
	*from = 0;
	*to = len;
	while (*from < *to && is_ascii_space(text[*from]))
		++*from;
	while (*from < *to && is_ascii_space(text[*to - 1]))
		--*to;
	if (*from < *to && ((text[*from] | text[*to - 1]) & 0x80))
		trim_unicode(text, from, to);
}

/* A few bytes, without a call. */
static void keep(struct buf *last, const char *text, size_t n)
{
	enum { FEW = 16 };

	buf_clear(last);
	if (n > FEW || last->cap < FEW) {
		buf_append(last, text, n);
		return;
	}
	for (size_t i = 0; i < n; i++)
		last->data[i] = text[i];
	last->len = n;
}

static void push(void *state, const struct rule_token *token)
{
	struct chunk_rule *c = state;
	const char *text = token->len ? token->text : "";
	size_t from, to;
	bool same;

	trim(text, token->len, &from, &to);
	same = to - from == c->last.len &&
	       (to == from ||
		(text[from] == *c->last.data &&
		 memcmp(text + from, c->last.data, to - from) == 0));
	c->n++;
	if (same) {
		c->repeats++;
	} else {
		keep(&c->last, text + from, to - from);
		c->repeats = 0;
	}
	if (c->repeats > c->limit && c->verdict.at_token == RULE_NEVER)
		c->verdict.at_token = c->n;
}

const struct rule rule_chunk = {
	.name = "chunk",
	.about = "more than 30 chunks equal to the one before, white "
		 "space trimmed, as Ollama's token repeat limit",
	.create = create,
	.destroy = destroy,
	.push = push,
	.verdict = rule_kept,
};

const struct rule rule_chunk_100 = {
	.name = "chunk-100",
	.about = "more than 100 chunks equal to the one before, as "
		 "Ollama's limit since late 2026",
	.create = create_100,
	.destroy = destroy,
	.push = push,
	.verdict = rule_kept,
};
